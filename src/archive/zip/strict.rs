//! What the artifact's own zip must keep to, so that every installer reads the same files in it.

use super::{
    extra::Extra,
    record::{Central, Fields},
};
use crate::archive::error::ZipProblem;

/// The newest version of the format that stored and deflated members need: that of zip64.
const VERSION: u16 = 45;
const STORED: u16 = 0;
const DEFLATE: u16 = 8;
const AES: u16 = 99;

const UTF8: u16 = 1 << 11;
/// Options of deflate (1, 2), which its decoder need not know, and the encoding of the name.
const ALLOWED: u16 = 1 << 1 | 1 << 2 | UTF8;

/// A header, its own or the central one, once the zip64 sizes were put in.
pub(super) fn fields(fields: &Fields, name: &[u8], extra: &Extra<'_>) -> Result<(), ZipProblem> {
    if let Some(encryption) = encryption(fields, extra) {
        return Err(ZipProblem::Encrypted(encryption));
    }
    flags(fields.flags)?;
    if !matches!(fields.method, STORED | DEFLATE) {
        return Err(ZipProblem::Method(fields.method));
    }
    if fields.version > VERSION {
        return Err(ZipProblem::Version(fields.version));
    }
    let (packed, size) = (fields.packed, fields.size);
    if fields.method == STORED && packed != size {
        return Err(ZipProblem::StoredSize { packed, size });
    }
    if fields.flags & UTF8 == 0 && !name.is_ascii() {
        return Err(ZipProblem::NameEncoding);
    }
    extra.check(name)
}

/// How a member is encrypted, if it is.
pub(super) fn encryption(fields: &Fields, extra: &Extra<'_>) -> Option<&'static str> {
    let has = |bit: u16| fields.flags & 1 << bit != 0;
    match fields.method {
        AES => Some("with AES"),
        _ if has(13) => Some("with masked headers"),
        _ if has(6) => Some("strongly"),
        _ if has(0) => Some("by a password"),
        _ if extra.is_encrypted() => Some("as its extra field says"),
        _ => None,
    }
}

fn flags(flags: u16) -> Result<(), ZipProblem> {
    let refused = flags & !ALLOWED;
    if refused == 0 {
        return Ok(());
    }
    let bit = refused.trailing_zeros();
    Err(match bit {
        3 => ZipProblem::DataDescriptor,
        4 => ZipProblem::Flag(bit, "enhanced deflate"),
        5 => ZipProblem::Flag(bit, "patched data"),
        _ => ZipProblem::Flag(bit, "reserved"),
    })
}

/// Whether a member is a directory, which readers tell by its name.
pub(super) fn is_directory(name: &[u8]) -> bool {
    name.ends_with(b"/")
}

/// What the central header alone says.
pub(super) fn central(central: &Central) -> Result<(), ZipProblem> {
    if central.disk != 0 {
        return Err(ZipProblem::MultiDisk);
    }
    attributes(central.attributes, is_directory(&central.name))
}

/// The Unix type is in the upper half whatever system the header names: pip looks at it on any.
fn attributes(attributes: u32, is_directory: bool) -> Result<(), ZipProblem> {
    const DOS_DIRECTORY: u32 = 0x10;
    const DOS_LABEL: u32 = 0x08;
    let by_name = if is_directory { "directory" } else { "file" };
    let unix_type = attributes >> 28;
    match unix_type {
        0 => {}
        0o04 if is_directory => {}
        0o10 if !is_directory => {}
        0o04 => return Err(ZipProblem::OtherType("directory", by_name)),
        0o10 => return Err(ZipProblem::OtherType("file", by_name)),
        0o12 => return Err(ZipProblem::Symlink),
        _ => return Err(ZipProblem::Special),
    }
    if attributes & DOS_LABEL != 0 {
        return Err(ZipProblem::Special);
    }
    if attributes & DOS_DIRECTORY != 0 && !is_directory {
        return Err(ZipProblem::OtherType("directory", by_name));
    }
    Ok(())
}
