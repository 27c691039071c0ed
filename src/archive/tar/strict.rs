//! What the artifact's own tar must keep to, so that every installer reads the same files in it.
//!
//! Each check was made for a case in which two of node-tar, CPython, GNU tar and the `tar` crate see
//! different entries.

use std::{collections::HashSet, ops::Range};

use super::{
    super::error::TarProblem,
    Pending,
    header::Header,
    pax::{self, Record},
};

/// The longest body of a pax or long-name header, in bytes.
pub(super) const META: u64 = 64 << 10;
/// Where magic and version are in a header.
pub(super) const MAGIC: Range<usize> = 257..265;

const USTAR: &[u8] = b"ustar\x0000";
const GNU: &[u8] = b"ustar  \0";
const NAME: Range<usize> = 0..100;
const MODE: Range<usize> = 100..108;
const SIZE: Range<usize> = 124..136;
const CHECKSUM: Range<usize> = 148..156;
const TYPE: usize = 156;
const LINK_NAME: Range<usize> = 157..257;
const USER: Range<usize> = 265..297;
const GROUP: Range<usize> = 297..329;
const PREFIX: Range<usize> = 345..500;
/// What no format gives a meaning.
const UNUSED: Range<usize> = 500..512;
/// Numbers that no reader needs to find the next header, but on which node-tar drops this one, and
/// reads its content as headers, where it can't take them.
const NUMBERS: [(&str, Range<usize>); 5] = [
    ("uid", 108..116),
    ("gid", 116..124),
    ("mtime", 136..148),
    ("devmajor", 329..337),
    ("devminor", 337..345),
];
/// The largest number that JavaScript counts exactly.
const SAFE: i128 = (1 << 53) - 1;
/// Where in the prefix field star keeps its two times, each of twelve octal digits.
const XSTAR_TIMES: usize = 131;

pub(super) fn is_known_magic(magic: &[u8]) -> bool {
    magic == USTAR || magic == GNU
}

/// A header by itself, and in its place after others.
pub(super) fn header(header: &Header<'_>, pending: &Pending) -> Result<(), TarProblem> {
    let block = header.bytes();
    if !is_known_magic(&block[MAGIC]) {
        return Err(TarProblem::Magic);
    }
    let kind = block[TYPE];
    let follows_pax = pending.pax.is_some();
    let follows_long = pending.long_name.is_some() || pending.long_link.is_some();
    match kind {
        b'0' | 0 | b'1' | b'2' | b'5' => {}
        b'x' if follows_pax || follows_long => return Err(TarProblem::TwoNames),
        b'L' if follows_pax || pending.long_name.is_some() => return Err(TarProblem::TwoNames),
        b'K' if follows_pax || pending.long_link.is_some() => return Err(TarProblem::TwoNames),
        b'g' if follows_pax || follows_long => return Err(TarProblem::Dangling),
        b'x' | b'L' | b'K' | b'g' => {}
        b'S' => return Err(TarProblem::Sparse),
        other => return Err(TarProblem::Type(other.escape_ascii().to_string())),
    }
    // node-tar looks for the end of the number beyond the field.
    if octal(&block[CHECKSUM]).is_none() || !matches!(block[CHECKSUM.end - 1], 0 | b' ') {
        return Err(TarProblem::ChecksumForm);
    }
    if octal(&block[SIZE]) != Some(header.size()) {
        return Err(TarProblem::Size);
    }
    let mut numbers = NUMBERS.into_iter();
    if let Some((name, _)) = numbers.find(|(_, field)| !is_number(&block[field.clone()])) {
        return Err(TarProblem::Number(name));
    }
    if block[MODE] != [0; 8] && octal(&block[MODE]).is_none() {
        return Err(TarProblem::Mode);
    }
    if &block[MAGIC] == GNU && !is_zero(&block[PREFIX]) {
        return Err(TarProblem::GnuPrefix);
    }
    own_names(block, kind)?;
    let (prefix, times) = block[PREFIX].split_at(XSTAR_TIMES);
    let texts = [
        ("name", &block[NAME]),
        ("link name", &block[LINK_NAME]),
        ("user name", &block[USER]),
        ("group name", &block[GROUP]),
        (
            "prefix",
            if is_xstar(prefix, times) {
                prefix
            } else {
                &block[PREFIX]
            },
        ),
    ];
    for (name, field) in texts {
        let end = memchr::memchr(0, field).unwrap_or(field.len());
        if !is_zero(&field[end..]) {
            return Err(TarProblem::StrayBytes(name));
        }
    }
    match is_zero(&block[UNUSED]) {
        true => Ok(()),
        false => Err(TarProblem::StrayBytes("unused")),
    }
}

/// What a header's own name and link name must be, whatever headers before it say: node-tar drops the
/// header otherwise and keeps what they say for the next entry.
fn own_names(block: &[u8; super::BLOCK], kind: u8) -> Result<(), TarProblem> {
    let end = memchr::memchr(0, &block[NAME]).unwrap_or(NAME.len());
    let (name, has_target) = (&block[..end], block[LINK_NAME.start] != 0);
    match kind {
        b'x' | b'g' | b'L' | b'K' if name.is_empty() => Err(TarProblem::NoName),
        b'x' | b'g' | b'L' | b'K' if has_target => Err(TarProblem::LinkNameOnFile),
        b'1' | b'2' if !has_target => Err(TarProblem::NoLinkName),
        // To CPython that is a directory, by this field alone.
        0 if name.ends_with(b"/") => Err(TarProblem::FileWithSlash),
        _ => Ok(()),
    }
}

/// The older node-tar (all of `@types`) keeps two times at the end of the prefix field, as star does,
/// and every reader cuts the prefix at the NUL before them.
fn is_xstar(prefix: &[u8], times: &[u8]) -> bool {
    let mut times = times.chunks(12);
    prefix.ends_with(b"\0") && times.all(|time| octal(time).is_some())
}

/// As a memcmp, for no field is longer than a block.
fn is_zero(field: &[u8]) -> bool {
    *field == [0; super::BLOCK][..field.len()]
}

/// Spaces, octal digits, then only spaces and NULs.
fn octal(field: &[u8]) -> Option<u64> {
    let text = str::from_utf8(field).ok()?.trim_start_matches(' ');
    let digits = text.trim_end_matches([' ', '\0']);
    let is_octal = digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    is_octal.then(|| u64::from_str_radix(digits, 8).ok())?
}

/// Nothing, octal digits, or a binary number that every reader can count.
fn is_number(field: &[u8]) -> bool {
    let blank = |byte: &u8| matches!(byte, 0 | b' ');
    field.iter().all(blank) || octal(field).is_some() || binary(field).is_some_and(is_safe)
}

fn is_safe(number: i128) -> bool {
    (-SAFE..=SAFE).contains(&number)
}

/// A number in base 256, as GNU tar writes what octal digits have no room for.
fn binary(field: &[u8]) -> Option<i128> {
    let (first, rest) = field.split_first()?;
    let number = |start: i128| {
        rest.iter().try_fold(start, |number, byte| {
            number.checked_mul(256)?.checked_add(i128::from(*byte))
        })
    };
    match first {
        0x80 => number(0),
        0xff => number(-1),
        _ => None,
    }
}

/// The records for one entry.
pub(super) fn pax(records: &[Record<'_>]) -> Result<(), TarProblem> {
    let mut keys = HashSet::new();
    for (key, value) in records {
        let named = || crate::archive::error::shown(key);
        if !keys.insert(key) {
            return Err(TarProblem::PaxDuplicate(named()));
        }
        if key.contains('\0') || value.contains(&0) {
            return Err(TarProblem::PaxNul(named()));
        }
        // In any value: readers that split at newlines take what follows for a record.
        if key.contains('\n') || value.contains(&b'\n') {
            return Err(TarProblem::PaxNewline(named()));
        }
        if *key == "hdrcharset" || key.starts_with("GNU.sparse.") {
            return Err(TarProblem::PaxKey(named()));
        }
        if matches!(*key, "path" | "linkpath") && value.is_empty() {
            return Err(TarProblem::PaxEmpty(named()));
        }
        if pax::NUMBERS.contains(key) && !pax::is_number(key, value) {
            return Err(TarProblem::PaxNumber(named()));
        }
    }
    Ok(())
}

/// Records for all entries: only the commit that `git archive` writes.
pub(super) fn global(records: &[Record<'_>]) -> Result<(), TarProblem> {
    pax(records)?;
    match records.iter().find(|(key, _)| *key != "comment") {
        None => Ok(()),
        Some((key, _)) => Err(TarProblem::Global(crate::archive::error::shown(key))),
    }
}

/// An entry, with what the headers before it say.
pub(super) struct Member<'m> {
    pub(super) kind: tar::EntryType,
    pub(super) name: &'m [u8],
    pub(super) has_target: bool,
    pub(super) pax_size: Option<u64>,
}

pub(super) fn member(member: &Member<'_>, header: &Header<'_>) -> Result<(), TarProblem> {
    if let Some(pax) = member.pax_size
        && pax != header.size()
    {
        let header = header.size();
        return Err(TarProblem::PaxSize { pax, header });
    }
    let is_link = member.kind.is_symlink() || member.kind.is_hard_link();
    if member.has_target && !is_link {
        return Err(TarProblem::LinkNameOnFile);
    }
    if member.kind.is_file() && member.name.ends_with(b"/") {
        return Err(TarProblem::FileWithSlash);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{is_number, octal};

    #[test]
    fn sizes_are_plain_octal() {
        for (field, value) in [
            (&b"00000000123\0"[..], Some(0o123)),
            (b"0000000123 \0", Some(0o123)),
            (b"        123 ", Some(0o123)),
            (b"000000000123", Some(0o123)),
            (b"\0\0\0\0\0\0\0\0\0\0\0\0", None),
            (b"00000000128\0", None),
            (b"-0000000123\0", None),
            (b"+0000000123\0", None),
            (b"123\x0000000000", None),
            (b"\x80\0\0\0\0\0\0\0\0\0\0\x01", None),
        ] {
            assert_eq!(octal(field), value, "{}", field.escape_ascii());
        }
    }

    #[test]
    fn other_numbers_are_what_every_reader_can_count() {
        for field in [
            &b"0000000\0"[..],
            b"\0\0\0\0\0\0\0\0",
            b"        ",
            b"0001750 ",
            b"\x80\0\0\0\x77\x35\x94\x00",
            b"\x80\x1f\xff\xff\xff\xff\xff\xff",
            b"\xff\xff\xff\xff\xff\xff\xff\xfe",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00",
        ] {
            assert!(is_number(field), "{}", field.escape_ascii());
        }
        for field in [
            &b"\x80\x20\0\0\0\0\0\0"[..],
            b"\x80\0\0\x01\0\0\0\0\0\0\0\0",
            b"\xff\xdf\xff\xff\xff\xff\xff\xff",
            b"\xc0\0\0\0\0\0\0\x01",
            b"\x81\0\0\0\0\0\0\x01",
            b"000000x\0",
            b"123\x000000",
            b"-000001\0",
        ] {
            assert!(!is_number(field), "{}", field.escape_ascii());
        }
    }
}
