//! Files that name people in structures of their own: compiled Python and pictures.

use super::inspecting::{detector, read};

/// A kind of each detector that is run.
const KINDS: [&str; 2] = ["pyc:path-of-person", "image:location"];

pub fn run(data: &[u8]) {
    for kind in KINDS {
        read(&*detector(kind), "package/a", data);
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    // One constant each: a name, a referred one, a function's code, nested tuples, a long number.
    let text = b"\xda\x0e/home/ann/a.py";
    let module = |magic: u16, numbers: usize, constant: &[u8], after: &[u8]| {
        [
            &magic.to_le_bytes()[..],
            b"\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3",
            &vec![0; numbers * 4],
            b"s\x02\0\0\0d\0)\x01",
            constant,
            after,
        ]
        .concat()
    };
    let new = [
        &b")\0)\0s\0\0\0\0"[..],
        text,
        b"\xda\x01a\xda\x01a\x01\0\0\0s\0\0\0\0s\0\0\0\0",
    ]
    .concat();
    let old = [&b")\0)\0)\0)\0"[..], text, b"\xda\x01a\x01\0\0\0s\0\0\0\0"].concat();
    let mut seeds = vec![
        module(3531, 5, b"N", &new),
        module(3627, 5, b")\x02)\x01i\x01\0\0\0{zNN0", &new),
        module(3495, 5, b"l\xfe\xff\xff\xff\x01\0\x02\0", &new),
        module(3413, 6, b"r\0\0\0\0", &old),
    ];
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x3b\x01\x02\0\x04\0\0\0Ann\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0");
    exif.extend(b"\x02\0\x02\0\x05\0\x03\0\0\0\x40\0\0\0\x04\0\x05\0\x03\0\0\0\x40\0\0\0");
    exif.extend([1u8, 0, 0, 0].repeat(6));
    seeds.push([&b"\xff\xd8\xff\xe1\0\x80Exif\0\0"[..], &exif].concat());
    seeds.push([&b"\x89PNG\r\n\x1a\n\0\0\0\x80eXIf"[..], &exif].concat());
    seeds.push([&b"RIFF\0\0\0\0WEBPEXIF\x80\0\0\0"[..], &exif].concat());
    seeds.push([&b"\0\0\0\x18ftypheic\0\0\0\x06Exif\0\0"[..], &exif].concat());
    seeds.push(exif);
    seeds
}
