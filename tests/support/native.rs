//! Native code in small: ELF, Mach-O and what holds them.

/// A section of an ELF file: name, type, flags, the section that it refers to, content.
pub type Section<'s> = (&'s str, u32, u32, u32, &'s [u8]);

pub const PROGBITS: u32 = 1;
pub const STRTAB: u32 = 3;
pub const DYNAMIC: u32 = 6;
pub const NOBITS: u32 = 8;
pub const CODE: Section<'_> = (".text", PROGBITS, 6, 0, b"\x90");
pub const NO_CODE: Section<'_> = (".text", NOBITS, 6, 0, b"\x90");

/// Declares a compilation unit that has a name and a directory, both in place; and one that has a
/// directory among the texts.
pub const ABBREV: &[u8] = &[
    1, 0x11, 0, 0x03, 0x08, 0x1b, 0x08, 0, 0, 2, 0x11, 0, 0x1b, 0x0e, 0, 0, 0,
];

/// A shared library of 32 bits.
pub fn elf(sections: &[Section<'_>]) -> Vec<u8> {
    let numbers = |numbers: &[u32]| {
        numbers
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let names: String = sections
        .iter()
        .map(|section| format!("{}\0", section.0))
        .collect();
    let names = format!("\0{names}.shstrtab\0").into_bytes();
    let all = [sections, &[(".shstrtab", STRTAB, 0, 0, names.as_slice())]].concat();
    let (mut content, mut headers, mut name) = (Vec::new(), vec![0; 40], 1);
    for (text, kind, flags, link, bytes) in &all {
        let (offset, size) = (52 + content.len() as u32, bytes.len() as u32);
        headers.extend(numbers(&[
            name, *kind, *flags, 0, offset, size, *link, 0, 1, 0,
        ]));
        name += text.len() as u32 + 1;
        if *kind != NOBITS {
            content.extend_from_slice(bytes);
        }
    }
    let count = all.len() as u8 + 1;
    let table = 52 + content.len() as u32;
    [
        b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x03\0".to_vec(),
        numbers(&[1, 0, 0, table, 0]),
        vec![52, 0, 0, 0, 0, 0, 40, 0, count, 0, count - 1, 0],
        content,
        headers,
    ]
    .concat()
}

/// A unit of DWARF 4 that was compiled in `directory`.
pub fn unit(name: &str, directory: &str) -> Vec<u8> {
    sized(format!("\x01{name}\0{directory}\0").as_bytes())
}

/// A unit whose directory is the first of the texts.
pub fn unit_with_text() -> Vec<u8> {
    sized(&[2, 0, 0, 0, 0])
}

fn sized(entry: &[u8]) -> Vec<u8> {
    let body = [&[4, 0, 0, 0, 0, 0, 4][..], entry].concat();
    [&(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// A library with one unit that was compiled in `directory`.
pub fn library(directory: &str, code: Section<'_>) -> Vec<u8> {
    let unit = unit("a.c", directory);
    elf(&[
        (".debug_info", PROGBITS, 0, 0, &unit),
        (".debug_abbrev", PROGBITS, 0, 0, ABBREV),
        code,
    ])
}

/// A library that searches others in `paths`.
pub fn searching(paths: &str) -> Vec<u8> {
    let texts = format!("\0{paths}\0");
    let runpath = [29u32, 1, 0, 0].map(u32::to_le_bytes).concat();
    elf(&[
        CODE,
        (".dynamic", DYNAMIC, 2, 3, &runpath),
        (".dynstr", STRTAB, 2, 0, texts.as_bytes()),
    ])
}

/// A library of macOS, of 64 bits, that searches others in `path`.
pub fn macho(path: &str) -> Vec<u8> {
    let mut text = format!("{path}\0").into_bytes();
    text.resize((text.len() + 12).next_multiple_of(8) - 12, 0);
    let size = text.len() as u32 + 12;
    let header = [
        0xfeed_facf,
        0x0100_000c,
        0,
        6,
        1,
        size,
        0,
        0,
        0x8000_001c,
        size,
        12,
    ];
    let header: Vec<u8> = header.iter().flat_map(|n: &u32| n.to_le_bytes()).collect();
    [header, text].concat()
}

/// Images for several processors in one file.
pub fn universal(images: &[Vec<u8>]) -> Vec<u8> {
    let mut header = [0xcafe_babe, images.len() as u32]
        .map(u32::to_be_bytes)
        .concat();
    let mut offset = 8 + 20 * images.len();
    for image in images {
        let place = [7, 3, offset as u32, image.len() as u32, 0];
        header.extend(place.iter().flat_map(|n| n.to_be_bytes()));
        offset += image.len();
    }
    [header, images.concat()].concat()
}

/// A static library.
pub fn archive(members: &[Vec<u8>]) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for member in members {
        let size = member.len();
        archive.extend(
            format!(
                "{:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
                "a.o/", 0, 0, 0, 644
            )
            .bytes(),
        );
        archive.extend_from_slice(member);
        archive.resize(archive.len().next_multiple_of(2), b'\n');
    }
    archive
}

/// A program of Bun's with one module and its source map of one source, packed by `pack`.
pub fn bun(name: &str, source: &[u8], pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let numbers = |numbers: &[u32]| {
        numbers
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let packed = pack(source);
    let (names, sources) = (24, 24 + name.len() as u32);
    let map = [
        numbers(&[1, 0, names, name.len() as u32, sources, packed.len() as u32]),
        name.as_bytes().to_vec(),
        packed,
    ]
    .concat();
    let path = b"/$bunfs/root/app";
    let size = map.len() as u32;
    let mut module = numbers(&[size, path.len() as u32, size, 0, 0, size]);
    module.resize(52, 0);
    let modules = size + path.len() as u32;
    let data = [&map[..], path, &module].concat();
    [
        elf(&[CODE]),
        data.clone(),
        (data.len() as u64).to_le_bytes().to_vec(),
        numbers(&[modules, 52, 0, 0, 0, 0]),
        b"\n---- Bun! ----\n\0\0".to_vec(),
    ]
    .concat()
}
