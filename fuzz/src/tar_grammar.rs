//! Tars made from decisions: mostly valid, each with something that readers may take differently.

use std::iter;

use super::{
    draw::Draw,
    tar_forms::{self, BLOCK, Header, NUMBER_FORMS, ODDITIES},
    tarball::{TarballBuilder, record},
};

const OPERATIONS: usize = 24;
/// How many kinds of operations there are, and the first of those with one thing odd.
const KINDS: u8 = 25;
const ODD: u8 = 20;

/// The fields of a header (POSIX pax, "ustar Interchange Format"): offset and length.
const FIELDS: &[(usize, usize)] = &[
    (156, 1),   // type
    (124, 12),  // size
    (0, 100),   // name
    (345, 155), // prefix
    (257, 8),   // magic and version
    (157, 100), // link name
    (100, 8),   // mode
    (108, 8),   // user id
    (116, 8),   // group id
    (136, 12),  // time
    (265, 32),  // user name
    (297, 32),  // group name
    (329, 8),   // device major
    (337, 8),   // device minor
    (500, 12),  // unused
];

/// What to put into a field; what is longer is cut, what is shorter is filled with NULs.
const VALUES: &[&[u8]] = &[
    b"00000000000\0",
    b"00000000005\0",
    b"00000001000\0",
    b"        12 ",
    b"12",
    b"0000000000 \0",
    b"0x000000010\0",
    b"-0000000005\0",
    b"+0000000005\0",
    b"\x80\0\0\0\0\0\0\0\0\0\0\x05",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfb",
    b"77777777777\0",
    b"5\x005\x0000000000",
    b"",
    b"ustar\x0000",
    b"ustar  \0",
    b"ustar\0\0\0",
    b"package/evil.map",
    b"package/evil/",
    b"package/a\0hidden",
    b"package\\evil.map",
    b"./package/evil.map",
    b"package//evil.map",
    b"package/../evil.map",
    b"/package/evil.map",
    b"package/package.json",
    b"package/PACKAGE.json",
    b"package/\xff\xfe",
    b"package/caf\xc3\xa9",
    b"package/a\nb",
    b"C:/evil",
    b"root",
    b"package/a.gz",
];

const KEYS: &[&str] = &[
    "path",
    "size",
    "linkpath",
    "mtime",
    "comment",
    "uname",
    "uid",
    "GNU.sparse.name",
    "GNU.sparse.size",
    "GNU.sparse.realsize",
    "GNU.sparse.major",
    "GNU.sparse.map",
    "hdrcharset",
    "SCHILY.xattr.user.note",
    "SCHILY.filetype",
    "LIBARCHIVE.creationtime",
    "NODETAR.depth",
    "pat\0h",
    " path",
    "PATH",
];

const TEXTS: &[&str] = &[
    "package/from-pax.map",
    "0",
    "5",
    "512",
    "05",
    "+5",
    "-5",
    "5.0",
    "8e0",
    "0x5",
    " 5",
    "5 ",
    "",
    "package/from-pax/",
    "package/a\0.txt",
    "a\n24 path=package/evil.map",
    "../evil",
    "BINARY",
    "ISO-IR 10646 2000 UTF-8",
    "0,5",
    "package/\u{e9}",
    "package/e\u{301}",
    "package/a=b",
    "./package/evil.map",
];

/// A tar made from `decisions`.
pub fn tar(decisions: &[u8]) -> Vec<u8> {
    let draw = &mut Draw::new(decisions);
    let end_blocks = draw.pick(&[2, 2, 2, 2, 3, 20, 1, 0]);
    let mutations: Vec<_> = (0..draw.below(4)).map(|_| Mutation::draw(draw)).collect();
    let mut tar = match draw.rarely(8) {
        true => TarballBuilder::new(),
        false => TarballBuilder::package(),
    };
    tar = tar.end_blocks(end_blocks);
    for index in 0..OPERATIONS {
        if draw.is_empty() {
            break;
        }
        tar = operation(tar, draw, index);
    }
    let mut bytes = tar.build();
    for mutation in mutations {
        mutation.apply(&mut bytes);
    }
    bytes
}

fn operation(tar: TarballBuilder, draw: &mut Draw<'_>, index: usize) -> TarballBuilder {
    match draw.below(KINDS.into()) {
        0..=3 => tar.file(&name(draw, index), draw.bytes(40)),
        4 => tar.directory(&format!("package/directory-{}/", draw.below(4))),
        5 => tar.symlink(&name(draw, index), "package.json"),
        6 => tar.hard_link(&name(draw, index), "package/package.json"),
        7 | 8 => member(tar.pax_body(&records(draw)), draw, index),
        9 => member(tar.long_name(&name(draw, index)), draw, index),
        10 => tar
            .long_link("package/package.json")
            .symlink(&name(draw, index), "a"),
        11 => tar.gnu(),
        12 => tar.global(&[("comment", draw.pick(TEXTS))]),
        13 => tar.meta(b'g', "pax_global_header", &records(draw)),
        14 | 15 => edited(tar, draw, index),
        16 => {
            let kind = draw.pick(b"xgLKXNVMSDA7\0\x0123456");
            let body = draw.bytes(60);
            member(tar.meta(kind, "package/meta", body), draw, index)
        }
        17 => tar.long_name(&name(draw, index)).pax_body(&records(draw)),
        18 => tar.padding(draw.byte()),
        19 => tar.raw_block(&[0; BLOCK]),
        20 | 21 => odd(tar, draw, index),
        22 => target_elsewhere(tar, draw, index),
        23 => slash_elsewhere(tar, draw, index),
        _ => long_letters(tar, draw),
    }
}

/// What a header with one thing odd describes.
const ODD_TYPES: &[u8] = b"0L\0xK5g12";

/// A header with one thing odd. Where a reader drops it, or reads it otherwise, it sees other files.
fn odd(tar: TarballBuilder, draw: &mut Draw<'_>, index: usize) -> TarballBuilder {
    let kind = draw.pick(ODD_TYPES);
    let path = format!("package/odd-{index}");
    let body = match kind {
        b'0' | 0 => tar_forms::hidden(),
        b'L' => format!("{path}\0").into(),
        b'K' => b"package.json\0".to_vec(),
        b'x' => record("path", &path),
        b'g' => record("comment", "why"),
        _ => Vec::new(),
    };
    let mut header = Header::new(kind, &path, body.len());
    if matches!(kind, b'1' | b'2') {
        header = header.link_name("package/package.json");
    }
    let tar = tar.raw_block(&header.odd(draw)).content(&body);
    match kind {
        b'L' | b'x' => tar.file("package/.env", b"A=1"),
        b'K' => tar.symlink(&path, "a"),
        _ => tar,
    }
}

/// A link whose own header has no target, and a file after it.
fn target_elsewhere(tar: TarballBuilder, draw: &mut Draw<'_>, index: usize) -> TarballBuilder {
    let renamed = format!("package/renamed-{index}");
    let target = draw.pick(&[Some("package/package.json"), None]);
    let other = draw.pick(&[None, Some(("path", &*renamed)), Some(("size", "0"))]);
    let link = Header::new(draw.pick(b"21"), &format!("package/link-{index}"), 0);
    let (tar, target) = match (draw.rarely(2), target) {
        (true, Some(target)) => (tar.long_link(target), None),
        (_, target) => (tar, target.map(|target| ("linkpath", target))),
    };
    let records: Vec<_> = target.into_iter().chain(other).collect();
    let tar = match &records[..] {
        [] => tar,
        records => tar.pax(records),
    };
    let tar = tar.raw_block(&link.block());
    tar.file(&format!("package/data-{index}"), &tar_forms::hidden())
}

/// A file that is a directory by the name in its own header.
fn slash_elsewhere(tar: TarballBuilder, draw: &mut Draw<'_>, index: usize) -> TarballBuilder {
    let content = tar_forms::hidden();
    let header = Header::new(draw.pick(b"\x000"), "package/slash/", content.len());
    let name = format!("package/data-{index}");
    let tar = match draw.below(3) {
        0 => tar.pax(&[("path", &name)]),
        1 => tar.long_name(&name),
        _ => tar,
    };
    tar.raw_block(&header.block()).content(&content)
}

/// A name in a header of its own, so long that a reader gets it in pieces, and maybe parts of letters.
fn long_letters(tar: TarballBuilder, draw: &mut Draw<'_>) -> TarballBuilder {
    let name = "package/".to_owned() + &"x".repeat(draw.below(4)) + &"\u{e9}".repeat(1500);
    let tar = match draw.rarely(2) {
        true => tar.long_name(&name),
        false => tar.pax(&[("path", &name)]),
    };
    tar.file("package/.env", b"A=1")
}

/// A name of its own, or one that was there or will be.
fn name(draw: &mut Draw<'_>, index: usize) -> String {
    match draw.below(20) {
        0..=12 => format!("package/file-{index}"),
        13 => format!("package/file-{index}.map"),
        14 => format!("package/directory-{}/{index}", draw.below(4)),
        15 => format!("package/c:file-{index}"),
        16 => format!("package/c:/file-{index}"),
        17 => format!("package/directory-{}/c:{index}", draw.below(4)),
        18 => format!("package/c:c:file-{index}"),
        _ => format!("package/file-{}", draw.below(OPERATIONS)),
    }
}

/// An ordinary entry after some header that says something of it.
fn member(tar: TarballBuilder, draw: &mut Draw<'_>, index: usize) -> TarballBuilder {
    let content = draw.pick(&[&b"12345"[..], b"", &[b'a'; 600]]);
    match draw.below(8) {
        0..=5 => tar.file(&format!("package/member-{index}"), content),
        6 => tar.symlink(&format!("package/member-{index}"), "a"),
        _ => edited(tar, draw, index),
    }
}

/// Records with the lengths that they have, mostly.
fn records(draw: &mut Draw<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..=draw.below(3) {
        let record = record(draw.pick(KEYS), draw.pick(TEXTS));
        body.extend(match draw.below(8) {
            0..=5 => record,
            6 => [b"0", &record[..]].concat(),
            _ => record[..record.len() - 1].to_vec(),
        });
    }
    body
}

/// A header with fields of one's own and content of whatever size.
fn edited(tar: TarballBuilder, draw: &mut Draw<'_>, index: usize) -> TarballBuilder {
    let content = draw.bytes(40);
    let mut edits = Vec::new();
    for _ in 0..=draw.below(3) {
        let (offset, length) = draw.pick(FIELDS);
        let value = match draw.below(3) {
            0 | 1 => draw.pick(VALUES),
            _ => draw.bytes(length),
        };
        edits.push((offset, length, value));
    }
    tar.raw_header(|header| {
        header.set_path(format!("package/edited-{index}")).unwrap();
        header.set_size(content.len() as u64);
        for (offset, length, value) in edits {
            let field = &mut header.as_mut_bytes()[offset..offset + length];
            let count = value.len().min(length);
            field.fill(0);
            field[..count].copy_from_slice(&value[..count]);
        }
    })
    .content(content)
}

/// A change of the finished bytes.
struct Mutation {
    kind: usize,
    block: usize,
    offset: usize,
    byte: u8,
}

impl Mutation {
    fn draw(draw: &mut Draw<'_>) -> Self {
        Self {
            kind: draw.below(8),
            block: draw.below(64),
            offset: draw.below(BLOCK),
            byte: draw.byte(),
        }
    }

    fn apply(&self, tar: &mut Vec<u8>) {
        let blocks = tar.len() / BLOCK;
        if blocks == 0 {
            return;
        }
        let start = self.block % blocks * BLOCK;
        let block = start..start + BLOCK;
        match self.kind {
            0 => tar[start + self.offset] = self.byte,
            1..=3 => {
                tar[start + self.offset] = self.byte;
                tar_forms::set_checksum(&mut tar[block], 0);
            }
            4 => drop(tar.drain(block)),
            5 => {
                let copy = tar[block].to_vec();
                let to = usize::from(self.byte) % blocks * BLOCK;
                tar.splice(to..to, copy);
            }
            6 => drop(tar.splice(start..start, [0; BLOCK])),
            _ => tar.truncate(start + self.offset),
        }
    }
}

/// Every operation, plain and with something odd, and each odd header.
pub fn seeds() -> Vec<Vec<u8>> {
    let each = (0..KINDS).flat_map(|operation| {
        (0..12).map(move |choice| {
            let mut seed = vec![0, 0, 0, operation, choice];
            seed.extend((0..24u8).map(|index| index.wrapping_mul(37).wrapping_add(choice)));
            seed
        })
    });
    // Each form of a number in a file's header, and in turn in those of the others; the rest in all.
    let odd = (0..ODDITIES as u8).flat_map(|oddity| {
        let last = ODD_TYPES.len() as u8 - 1;
        let in_turn = 1 + oddity % last;
        let others = match usize::from(oddity) < NUMBER_FORMS {
            true => in_turn..=in_turn,
            false => 1..=last,
        };
        let kinds = iter::once(0).chain(others);
        kinds.map(move |kind| vec![0, 0, 0, ODD, kind, oddity])
    });
    // What else shows only where nothing else is wrong.
    let alone = (ODD + 2..KINDS).flat_map(|operation| {
        (0..16).map(move |choice| {
            let choices = [choice, choice / 2, choice / 3, choice / 4];
            [&[0, 0, 0, operation], &choices[..]].concat()
        })
    });
    each.chain(odd).chain(alone).collect()
}
