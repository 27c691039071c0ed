//! Builds tarballs, well-formed and hostile, in code.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

const BLOCK: usize = 512;

/// Builds a tar block by block; what it is told to write is not checked.
#[derive(Clone)]
pub struct TarballBuilder {
    bytes: Vec<u8>,
    gnu: bool,
    padding: u8,
    end_blocks: usize,
    tail: Vec<u8>,
}

impl Default for TarballBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl TarballBuilder {
    /// An empty tar with ustar headers, zero padding and two end blocks.
    pub fn new() -> Self {
        Self {
            bytes: Vec::new(),
            gnu: false,
            padding: 0,
            end_blocks: 2,
            tail: Vec::new(),
        }
    }

    /// A package that holds only `package/package.json`.
    pub fn package() -> Self {
        Self::new().file(
            "package/package.json",
            br#"{"name":"example","version":"1.0.0"}"#,
        )
    }

    /// Headers from here on have the magic of GNU tar.
    pub fn gnu(mut self) -> Self {
        self.gnu = true;
        self
    }

    /// Content from here on is padded with `byte`.
    pub fn padding(mut self, byte: u8) -> Self {
        self.padding = byte;
        self
    }

    /// How many zero blocks end the tar.
    pub fn end_blocks(mut self, count: usize) -> Self {
        self.end_blocks = count;
        self
    }

    /// Bytes after the end blocks.
    pub fn tail(mut self, bytes: &[u8]) -> Self {
        self.tail.extend_from_slice(bytes);
        self
    }

    /// A file. Names over 100 bytes go into the prefix field if they can be split.
    pub fn file(self, path: &str, content: &[u8]) -> Self {
        self.file_named(path.as_bytes(), content)
    }

    /// A file whose name need not be text.
    pub fn file_named(self, name: &[u8], content: &[u8]) -> Self {
        let header = |header: &mut tar::Header| {
            set_name(header, name);
            header.set_size(content.len() as u64);
        };
        self.raw_header(header).content(content)
    }

    /// A directory.
    pub fn directory(self, path: &str) -> Self {
        self.raw_header(|header| {
            set_name(header, path.as_bytes());
            header.set_entry_type(tar::EntryType::Directory);
            header.set_mode(0o755);
        })
    }

    /// A symbolic link.
    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.link(path, target, tar::EntryType::Symlink)
    }

    /// A hard link.
    pub fn hard_link(self, path: &str, target: &str) -> Self {
        self.link(path, target, tar::EntryType::Link)
    }

    fn link(self, path: &str, target: &str, kind: tar::EntryType) -> Self {
        self.raw_header(|header| {
            set_name(header, path.as_bytes());
            header.set_entry_type(kind);
            header.set_link_name_literal(target).unwrap();
        })
    }

    /// A pax header with these records, for the entry that follows.
    pub fn pax(self, records: &[(&str, &str)]) -> Self {
        let body: Vec<u8> = records.iter().flat_map(|(k, v)| record(k, v)).collect();
        self.pax_body(&body)
    }

    /// A pax header with this body.
    pub fn pax_body(self, body: &[u8]) -> Self {
        self.meta(b'x', "package/PaxHeader", body)
    }

    /// A global pax header.
    pub fn global(self, records: &[(&str, &str)]) -> Self {
        let body: Vec<u8> = records.iter().flat_map(|(k, v)| record(k, v)).collect();
        self.meta(b'g', "pax_global_header", &body)
    }

    /// A GNU long-name header for the entry that follows.
    pub fn long_name(self, name: &str) -> Self {
        self.meta(b'L', "././@LongLink", format!("{name}\0").as_bytes())
    }

    /// A GNU long-link header for the entry that follows.
    pub fn long_link(self, target: &str) -> Self {
        self.meta(b'K', "././@LongLink", format!("{target}\0").as_bytes())
    }

    /// A header of type `kind` with a body.
    pub fn meta(self, kind: u8, name: &str, body: &[u8]) -> Self {
        let header = |header: &mut tar::Header| {
            set_name(header, name.as_bytes());
            header.set_entry_type(tar::EntryType::new(kind));
            header.set_size(body.len() as u64);
        };
        self.raw_header(header).content(body)
    }

    /// A header, of an empty file `package/x` until `edit` changes it. The checksum is set after.
    pub fn raw_header(mut self, edit: impl FnOnce(&mut tar::Header)) -> Self {
        let mut header = match self.gnu {
            true => tar::Header::new_gnu(),
            false => tar::Header::new_ustar(),
        };
        set_name(&mut header, b"package/x");
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(499_162_500);
        edit(&mut header);
        header.set_cksum();
        self.bytes.extend_from_slice(header.as_bytes());
        self
    }

    /// Content, padded to whole blocks.
    pub fn content(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        let padded = self.bytes.len().next_multiple_of(BLOCK);
        self.bytes.resize(padded, self.padding);
        self
    }

    /// Bytes as they are.
    pub fn raw_block(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// The tar.
    pub fn build(mut self) -> Vec<u8> {
        let end = self.bytes.len() + self.end_blocks * BLOCK;
        self.bytes.resize(end, 0);
        self.bytes.extend_from_slice(&self.tail);
        self.bytes
    }

    /// The tar, gzipped.
    pub fn gzip(self) -> Vec<u8> {
        gzip(&self.build())
    }
}

/// `bytes` as one gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_at(bytes, Compression::default())
}

/// The same at another level: a test build compresses slowly.
pub fn gzip_at(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A pax record, whose length counts itself.
pub fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len();
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    format!("{length}{rest}").into_bytes()
}

/// Any bytes as a name, also those that `tar` would refuse to write.
fn set_name(header: &mut tar::Header, name: &[u8]) {
    let field = &mut header.as_old_mut().name;
    field.fill(0);
    if name.len() <= 100 {
        field[..name.len()].copy_from_slice(name);
    } else {
        header.set_path(str::from_utf8(name).unwrap()).unwrap();
    }
}
