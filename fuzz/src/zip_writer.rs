//! Writes zips; what it is told to write is not checked.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// The flag that says that sizes and checksum follow the content.
pub const DESCRIPTOR: u16 = 8;

/// A zip being built.
#[derive(Default)]
pub struct Zip {
    /// What stands before the central directory.
    pub local: Vec<u8>,
    central: Vec<u8>,
    count: u16,
}

/// A member, and what its headers say of it.
pub struct Member<'m> {
    pub name: &'m [u8],
    pub central_name: &'m [u8],
    pub content: &'m [u8],
    pub deflated: bool,
    pub flags: u16,
    pub extra: &'m [u8],
    pub central_extra: &'m [u8],
    pub comment: &'m [u8],
}

/// A plain one.
pub fn member<'m>(name: &'m [u8], content: &'m [u8]) -> Member<'m> {
    Member {
        name,
        central_name: name,
        content,
        deflated: true,
        flags: 0,
        extra: b"",
        central_extra: b"",
        comment: b"",
    }
}

impl Zip {
    /// Adds a member. The headers can be changed before they are written; which ones are is said
    /// last.
    pub fn add(
        &mut self,
        member: &Member<'_>,
        edit: impl FnOnce(&mut [u8], &mut [u8]),
        (local, central): (bool, bool),
    ) {
        let packed = match member.deflated {
            true => deflate(member.content),
            false => member.content.to_vec(),
        };
        let mut crc = Crc::new();
        crc.update(member.content);
        let has_descriptor = member.flags & DESCRIPTOR != 0;
        let sums = [crc.sum(), packed.len() as u32, member.content.len() as u32];

        let flags = member.flags.to_le_bytes();
        let method = [u8::from(member.deflated) * 8, 0];
        let time = *b"\0\0\x21\0";
        let start = [&20u16.to_le_bytes()[..], &flags, &method, &time].concat();
        let sums_local = match has_descriptor {
            true => [0; 3],
            false => sums,
        };
        let lengths = |parts: &[&[u8]]| -> Vec<u8> {
            let lengths = parts
                .iter()
                .flat_map(|part| (part.len() as u16).to_le_bytes());
            lengths.collect()
        };
        let mut header = [
            b"PK\x03\x04",
            &start[..],
            &numbers(&sums_local),
            &lengths(&[member.name, member.extra]),
        ]
        .concat();
        let mut directory = [
            b"PK\x01\x02\x14\x03",
            &start[..],
            &numbers(&sums),
            &lengths(&[member.central_name, member.central_extra, member.comment]),
            &[0; 4],
            &[0, 0, 0xa4, 0x81],
            &numbers(&[self.local.len() as u32]),
        ]
        .concat();
        edit(&mut header, &mut directory);
        if local {
            self.local.extend(header);
            self.local
                .extend([member.name, member.extra, &packed].concat());
            if has_descriptor {
                self.local
                    .extend([b"PK\x07\x08", &numbers(&sums)[..]].concat());
            }
        }
        if central {
            self.count += 1;
            self.central.extend(directory);
            let rest = [member.central_name, member.central_extra, member.comment];
            self.central.extend(rest.concat());
        }
    }

    /// The zip with its directory and end record, which can be changed before it is written.
    pub fn finish(mut self, comment: &[u8], edit: impl FnOnce(&mut [u8])) -> Vec<u8> {
        let count = self.count.to_le_bytes();
        let place = [self.central.len() as u32, self.local.len() as u32];
        let mut end = [
            b"PK\x05\x06\0\0\0\0",
            &count[..],
            &count,
            &numbers(&place),
            &(comment.len() as u16).to_le_bytes(),
        ]
        .concat();
        edit(&mut end);
        self.local.extend(self.central);
        self.local.extend(end);
        self.local.extend(comment);
        self.local
    }
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}
