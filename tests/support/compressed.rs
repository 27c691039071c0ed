//! Compresses, and builds hostile streams, in code.

use std::io::Write;

use lzma_rust2::{LzipOptions, LzipWriter, LzmaOptions, LzmaWriter, XzOptions, XzWriter};

/// How a format is called, its suffix, and what makes a stream of it.
pub type Format = (&'static str, &'static str, fn(&[u8]) -> Vec<u8>);

/// The formats beside gzip.
pub const FORMATS: [Format; 6] = [
    ("bzip2", ".bz2", bzip2),
    ("xz", ".xz", xz),
    ("zstd", ".zst", zstd),
    ("brotli", ".br", brotli),
    ("lzma", ".lzma", lzma),
    ("lzip", ".lz", lzip),
];

/// One bzip2 stream.
pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One xz stream with a CRC-64.
pub fn xz(bytes: &[u8]) -> Vec<u8> {
    xz_with(bytes, XzOptions::with_preset(1))
}

/// One xz stream.
pub fn xz_with(bytes: &[u8], options: XzOptions) -> Vec<u8> {
    let mut encoder = XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One zstd frame with a checksum.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A brotli stream.
pub fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
    encoder.write_all(bytes).unwrap();
    encoder.into_inner()
}

/// A stream in the older format of xz.
pub fn lzma(bytes: &[u8]) -> Vec<u8> {
    let options = LzmaOptions::with_preset(1);
    let mut encoder = LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One lzip member.
pub fn lzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = LzipWriter::new(Vec::new(), LzipOptions::with_preset(1));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An xz stream without checks, of blocks that are stored as they are.
pub struct XzBuilder {
    bytes: Vec<u8>,
    dictionary: u8,
    /// Sizes of the blocks, packed and unpacked.
    records: Vec<(u64, u64)>,
}

const XZ_FLAGS: [u8; 2] = [0, 0];

impl XzBuilder {
    /// A stream whose blocks want dictionaries of this size, which is written in a byte (0 is 4 KiB,
    /// and every second step doubles it).
    pub fn new(dictionary: u8) -> Self {
        let crc = crc32fast::hash(&XZ_FLAGS).to_le_bytes();
        Self {
            bytes: [b"\xfd7zXZ\0", &XZ_FLAGS[..], &crc].concat(),
            dictionary,
            records: Vec::new(),
        }
    }

    /// A block with this content, of up to 64 KiB.
    pub fn block(mut self, content: &[u8]) -> Self {
        let header = [2, 0, 0x21, 1, self.dictionary, 0, 0, 0];
        let crc = crc32fast::hash(&header).to_le_bytes();
        let mut data = Vec::new();
        if !content.is_empty() {
            data.push(1);
            data.extend((content.len() as u16 - 1).to_be_bytes());
            data.extend(content);
        }
        data.push(0);
        let size = header.len() + crc.len() + data.len();
        data.resize(data.len().next_multiple_of(4), 0);
        self.bytes = [&self.bytes[..], &header, &crc, &data].concat();
        self.records.push((size as u64, content.len() as u64));
        self
    }

    /// Changes what the index will say of the blocks.
    pub fn edit(mut self, edit: impl FnOnce(&mut Vec<(u64, u64)>)) -> Self {
        edit(&mut self.records);
        self
    }

    /// The stream with its index and footer.
    pub fn build(self) -> Vec<u8> {
        let mut index = vec![0];
        number(self.records.len() as u64, &mut index);
        for (packed, unpacked) in self.records {
            number(packed, &mut index);
            number(unpacked, &mut index);
        }
        index.resize(index.len().next_multiple_of(4), 0);
        let crc = crc32fast::hash(&index).to_le_bytes();
        let backward_size = (index.len() as u32 / 4).to_le_bytes();
        let fields = [&backward_size[..], &XZ_FLAGS].concat();
        let footer = crc32fast::hash(&fields).to_le_bytes();
        [&self.bytes[..], &index, &crc, &footer, &fields, b"YZ"].concat()
    }
}

/// Seven bits a byte, the lowest first.
fn number(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A skippable zstd frame.
pub fn zstd_skippable(bytes: &[u8]) -> Vec<u8> {
    let size = (bytes.len() as u32).to_le_bytes();
    [b"\x50\x2a\x4d\x18", &size[..], bytes].concat()
}

/// A zstd frame with this header after the magic, and one stored block.
pub fn zstd_frame(header: &[u8], content: &[u8]) -> Vec<u8> {
    let block = (content.len() as u32) << 3 | 1;
    [
        b"\x28\xb5\x2f\xfd",
        header,
        &block.to_le_bytes()[..3],
        content,
    ]
    .concat()
}
