//! Builds zips, well-formed and hostile, in code.

use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};

/// What stands for "see the zip64 record" in a field of four bytes.
pub const IN_ZIP64: u32 = u32::MAX;

/// Builds a zip record by record; what it is told to write is not checked.
#[derive(Clone, Default)]
pub struct ZipBuilder {
    members: Vec<u8>,
    directory: Vec<u8>,
    count: u64,
    before_directory: Vec<u8>,
    before_end: Vec<u8>,
    zip64: Option<Zip64>,
    end_edits: Vec<fn(&mut End)>,
    comment: Vec<u8>,
    tail: Vec<u8>,
}

/// What a member's own header and the central one say.
#[derive(Clone)]
pub struct Header {
    pub version: u16,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub packed: u32,
    pub size: u32,
    pub name: Vec<u8>,
    pub extra: Vec<u8>,
}

impl Header {
    fn write(&self, to: &mut Vec<u8>) {
        for short in [self.version, self.flags, self.method, 0, 0x21] {
            to.extend(short.to_le_bytes());
        }
        for int in [self.crc, self.packed, self.size] {
            to.extend(int.to_le_bytes());
        }
        to.extend((self.name.len() as u16).to_le_bytes());
        to.extend((self.extra.len() as u16).to_le_bytes());
    }
}

/// A member before it is written.
pub struct Member {
    pub local: Header,
    pub central: Header,
    /// The compressed content.
    pub data: Vec<u8>,
    /// What follows it.
    pub after: Vec<u8>,
    pub comment: Vec<u8>,
    pub disk: u16,
    pub attributes: u32,
    pub offset: u32,
    /// Whether the directory has it.
    pub is_listed: bool,
    /// Whether it is there.
    pub is_there: bool,
}

impl Member {
    /// Changes both headers.
    pub fn both(&mut self, edit: impl Fn(&mut Header)) {
        edit(&mut self.local);
        edit(&mut self.central);
    }

    /// The same extra field in both headers.
    pub fn extra(&mut self, bytes: &[u8]) {
        self.both(|header| header.extra.extend(bytes));
    }

    /// Sizes and checksum come after the content.
    pub fn descriptor(&mut self, with_signature: bool) {
        self.both(|header| header.flags |= 8);
        let signature: &[u8] = if with_signature { b"PK\x07\x08" } else { b"" };
        let Header {
            crc, packed, size, ..
        } = self.central;
        self.after = [signature, &crc.to_le_bytes(), &packed.to_le_bytes()].concat();
        self.after.extend(size.to_le_bytes());
        (self.local.crc, self.local.packed, self.local.size) = (0, 0, 0);
    }
}

/// The end record.
pub struct End {
    pub disk: u16,
    pub directory_disk: u16,
    pub count_here: u16,
    pub count: u16,
    pub size: u32,
    pub offset: u32,
    pub comment_length: u16,
}

/// The zip64 end record and its locator.
#[derive(Clone)]
pub struct Zip64 {
    pub record_size: u64,
    pub disk: u32,
    pub count: u64,
    pub size: u64,
    pub offset: u64,
    pub data: Vec<u8>,
    pub locator: bool,
    pub record_offset: u64,
    pub disks: u32,
    edit: fn(&mut Zip64),
}

impl ZipBuilder {
    /// An empty zip.
    pub fn new() -> Self {
        Self::default()
    }

    /// A wheel with nothing but its metadata.
    pub fn wheel() -> Self {
        Self::new()
            .file("example-1.0.dist-info/METADATA", b"Name: example")
            .file("example-1.0.dist-info/WHEEL", b"Wheel-Version: 1.0")
            .file("example-1.0.dist-info/RECORD", b"")
    }

    /// A zipped sdist with nothing but its metadata.
    pub fn sdist() -> Self {
        Self::new().file("example-1.0/PKG-INFO", b"Name: example")
    }

    /// A deflated file.
    pub fn file(self, name: &str, content: &[u8]) -> Self {
        self.member(name, content, |_| {})
    }

    /// A file that is not compressed.
    pub fn stored(self, name: &str, content: &[u8]) -> Self {
        self.member_of(name, content, content.to_vec(), 0, |_| {})
    }

    /// A file that is not compressed, with changes.
    pub fn stored_with(self, name: &str, content: &[u8], edit: impl FnOnce(&mut Member)) -> Self {
        self.member_of(name, content, content.to_vec(), 0, edit)
    }

    /// A directory, as packers write one.
    pub fn directory(self, name: &str) -> Self {
        self.member_of(name, b"", Vec::new(), 0, |member| {
            member.attributes = 0o040_755 << 16 | 0x10;
        })
    }

    /// A deflated file, with changes.
    pub fn member(self, name: &str, content: &[u8], edit: impl FnOnce(&mut Member)) -> Self {
        self.member_of(name, content, deflate(content), 8, edit)
    }

    fn member_of(
        mut self,
        name: &str,
        content: &[u8],
        data: Vec<u8>,
        method: u16,
        edit: impl FnOnce(&mut Member),
    ) -> Self {
        let header = Header {
            version: 20,
            flags: if name.is_ascii() { 0 } else { 1 << 11 },
            method,
            crc: crc32fast::hash(content),
            packed: data.len() as u32,
            size: content.len() as u32,
            name: name.as_bytes().to_vec(),
            extra: Vec::new(),
        };
        let mut member = Member {
            local: header.clone(),
            central: header,
            data,
            after: Vec::new(),
            comment: Vec::new(),
            disk: 0,
            attributes: 0o100_644 << 16,
            offset: self.members.len() as u32,
            is_listed: true,
            is_there: true,
        };
        edit(&mut member);
        if member.is_there {
            self.members.extend(b"PK\x03\x04");
            member.local.write(&mut self.members);
            let Header { name, extra, .. } = &member.local;
            for part in [name, extra, &member.data, &member.after] {
                self.members.extend(part);
            }
        }
        if member.is_listed {
            self.list(&member);
        }
        self
    }

    fn list(&mut self, member: &Member) {
        let to = &mut self.directory;
        to.extend(b"PK\x01\x02\x14\x03");
        member.central.write(to);
        to.extend((member.comment.len() as u16).to_le_bytes());
        to.extend(member.disk.to_le_bytes());
        to.extend([0, 0]);
        to.extend(member.attributes.to_le_bytes());
        to.extend(member.offset.to_le_bytes());
        for part in [&member.central.name, &member.central.extra, &member.comment] {
            to.extend(part);
        }
        self.count += 1;
    }

    /// Bytes between members, or before the first.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.members.extend(bytes);
        self
    }

    /// Bytes between the members and the directory, in no way accounted for.
    pub fn before_directory(mut self, bytes: &[u8]) -> Self {
        self.before_directory.extend(bytes);
        self
    }

    /// Bytes between the directory and the end record.
    pub fn before_end(mut self, bytes: &[u8]) -> Self {
        self.before_end.extend(bytes);
        self
    }

    /// Changes the end record.
    pub fn end(mut self, edit: fn(&mut End)) -> Self {
        self.end_edits.push(edit);
        self
    }

    /// A zip64 end record and its locator, with changes.
    pub fn zip64(mut self, edit: fn(&mut Zip64)) -> Self {
        self.zip64 = Some(Zip64 {
            record_size: 44,
            disk: 0,
            count: 0,
            size: 0,
            offset: 0,
            data: Vec::new(),
            locator: true,
            record_offset: 0,
            disks: 1,
            edit,
        });
        self
    }

    /// The archive's comment.
    pub fn comment(mut self, text: &[u8]) -> Self {
        self.comment.extend(text);
        self
    }

    /// Bytes after the end.
    pub fn tail(mut self, bytes: &[u8]) -> Self {
        self.tail.extend(bytes);
        self
    }

    /// The zip.
    pub fn build(self) -> Vec<u8> {
        let mut bytes = self.members;
        bytes.extend(self.before_directory);
        let offset = bytes.len();
        bytes.extend(&self.directory);
        let mut end = End {
            disk: 0,
            directory_disk: 0,
            count_here: self.count as u16,
            count: self.count as u16,
            size: self.directory.len() as u32,
            offset: offset as u32,
            comment_length: self.comment.len() as u16,
        };
        bytes.extend(self.before_end);
        if let Some(mut zip64) = self.zip64 {
            zip64.count = self.count;
            zip64.size = self.directory.len() as u64;
            zip64.offset = offset as u64;
            zip64.record_offset = bytes.len() as u64;
            (zip64.edit)(&mut zip64);
            zip64.write(&mut bytes);
        }
        self.end_edits.iter().for_each(|edit| edit(&mut end));
        bytes.extend(b"PK\x05\x06");
        for short in [end.disk, end.directory_disk, end.count_here, end.count] {
            bytes.extend(short.to_le_bytes());
        }
        bytes.extend(end.size.to_le_bytes());
        bytes.extend(end.offset.to_le_bytes());
        bytes.extend(end.comment_length.to_le_bytes());
        bytes.extend(self.comment);
        bytes.extend(self.tail);
        bytes
    }
}

impl Zip64 {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend(b"PK\x06\x06");
        to.extend(self.record_size.to_le_bytes());
        to.extend([45, 3, 45, 0]);
        to.extend(self.disk.to_le_bytes());
        to.extend(self.disk.to_le_bytes());
        for long in [self.count, self.count, self.size, self.offset] {
            to.extend(long.to_le_bytes());
        }
        to.extend(&self.data);
        if self.locator {
            to.extend(b"PK\x06\x07\0\0\0\0");
            to.extend(self.record_offset.to_le_bytes());
            to.extend(self.disks.to_le_bytes());
        }
    }
}

/// Raw deflate.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One part of an extra field.
pub fn extra(id: u16, content: &[u8]) -> Vec<u8> {
    let length = content.len() as u16;
    [&id.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
}

/// A zip64 part with these numbers.
pub fn zip64_extra(numbers: &[u64]) -> Vec<u8> {
    let content: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
    extra(1, &content)
}

/// A Unicode path part for a member of this name.
pub fn unicode_path(name: &[u8], path: &str) -> Vec<u8> {
    let crc = crc32fast::hash(name).to_le_bytes();
    extra(0x7075, &[&[1][..], &crc, path.as_bytes()].concat())
}
