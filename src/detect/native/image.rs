//! Native code and what it is kept in, taken apart as far as debug information goes: ELF, Mach-O, PE,
//! and the archives and universal files of them.

use std::error::Error;

use object::{
    Endianness, ReadRef as _, elf, macho, pe,
    read::{
        Result,
        archive::ArchiveFile,
        elf::{FileHeader, SectionHeader as _},
        macho::{
            FatArch, LoadCommandVariant, MachHeader, MachOFatFile32, MachOFatFile64, Section as _,
            Segment as _,
        },
        pe::{ImageNtHeaders, optional_header_magic},
    },
};

use super::{
    bytes::Bytes,
    sections::{Section, Sections},
};

/// The most members of an archive, and search paths of an image, that are looked at.
const MEMBERS: usize = 20_000;
const PATHS: usize = 64;

/// One image: what is loaded as a program or library, or linked to one.
#[derive(Default)]
pub(super) struct Image<'d> {
    pub(super) sections: Sections<'d>,
    /// Where libraries are searched for: RPATH and RUNPATH.
    pub(super) paths: Vec<&'d [u8]>,
    /// Whether there is nothing in it to run.
    pub(super) lacks_code: bool,
}

/// Whether a file begins like native code, or an archive of it.
pub(super) fn is_native(head: &[u8]) -> bool {
    const MAGIC: &[&[u8]] = &[
        &elf::ELFMAG,
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"!<arch>\n",
    ];
    MAGIC.iter().any(|magic| head.starts_with(magic)) || is_universal(head) || is_pe(head)
}

/// Java's classes begin alike, and have a version where the number of images is.
fn is_universal(head: &[u8]) -> bool {
    let magic = head.starts_with(b"\xca\xfe\xba\xbe") || head.starts_with(b"\xca\xfe\xba\xbf");
    magic && matches!(head.get(4..8), Some([0, 0, 0, count]) if *count < 40)
}

fn is_pe(head: &[u8]) -> bool {
    let at = head.get(0x3c..0x40).and_then(|bytes| bytes.try_into().ok());
    let at = at
        .map(u32::from_le_bytes)
        .and_then(|at| usize::try_from(at).ok());
    let signature = at.and_then(|at| head.get(at..));
    head.starts_with(b"MZ") && signature.is_some_and(|bytes| bytes.starts_with(b"PE\0\0"))
}

/// Shows each image of a file.
pub(super) fn each<'d>(
    bytes: Bytes<'d>,
    look: &mut dyn FnMut(Image<'d>),
) -> std::result::Result<(), Box<dyn Error>> {
    let head = bytes.first();
    if is_universal(head) {
        return match head[3] {
            0xbe => universal(MachOFatFile32::parse(bytes)?.arches(), bytes, look),
            _ => universal(MachOFatFile64::parse(bytes)?.arches(), bytes, look),
        };
    }
    if head.starts_with(b"!<arch>\n") {
        return Ok(archive(bytes, look)?);
    }
    look(image(bytes)?);
    Ok(())
}

fn universal<'d>(
    arches: &[impl FatArch],
    bytes: Bytes<'d>,
    look: &mut dyn FnMut(Image<'d>),
) -> std::result::Result<(), Box<dyn Error>> {
    let mut places: Vec<_> = arches.iter().map(FatArch::file_range).collect();
    places.sort_unstable();
    // The same bytes would be looked into as often as the table names them.
    let overlap = |pair: &[(u64, u64)]| pair[0].0.saturating_add(pair[0].1) > pair[1].0;
    if places.windows(2).any(overlap) {
        return Err("two of its images lie in the same place".into());
    }
    for arch in arches {
        let inner = Bytes::whole(arch.data(bytes)?);
        match inner.first().starts_with(b"!<arch>\n") {
            true => archive(inner, look)?,
            false => look(image(inner)?),
        }
    }
    Ok(())
}

fn archive<'d>(bytes: Bytes<'d>, look: &mut dyn FnMut(Image<'d>)) -> Result<()> {
    for member in ArchiveFile::parse(bytes)?.members().take(MEMBERS) {
        let inner = member?.data(bytes)?;
        if is_native(inner) && !inner.starts_with(b"!") && !is_universal(inner) {
            look(image(Bytes::whole(inner))?);
        }
    }
    Ok(())
}

fn image(bytes: Bytes<'_>) -> Result<Image<'_>> {
    match bytes.first() {
        [0x7f, b'E', b'L', b'F', 1, ..] => of_elf::<elf::FileHeader32<Endianness>>(bytes),
        [0xfe, 0xed, 0xfa, 0xce, ..] | [0xce, 0xfa, 0xed, 0xfe, ..] => {
            of_macho::<macho::MachHeader32<Endianness>>(bytes)
        }
        [0xfe, 0xed, 0xfa, 0xcf, ..] | [0xcf, 0xfa, 0xed, 0xfe, ..] => {
            of_macho::<macho::MachHeader64<Endianness>>(bytes)
        }
        [b'M', b'Z', ..] if optional_header_magic(bytes)? == pe::IMAGE_NT_OPTIONAL_HDR32_MAGIC => {
            of_pe::<pe::ImageNtHeaders32>(bytes)
        }
        [b'M', b'Z', ..] => of_pe::<pe::ImageNtHeaders64>(bytes),
        // And what is nothing of these, which is said there.
        _ => of_elf::<elf::FileHeader64<Endianness>>(bytes),
    }
}

fn of_elf<'d, Elf: FileHeader<Endian = Endianness>>(bytes: Bytes<'d>) -> Result<Image<'d>> {
    let header = Elf::parse(bytes)?;
    let endian = header.endian()?;
    let table = header.sections(endian, bytes)?;
    let mut image = Image {
        lacks_code: true,
        ..Image::default()
    };
    image.sections.is_big_endian = header.is_big_endian();
    for section in table.iter() {
        let in_file = section.sh_type(endian) != elf::SHT_NOBITS;
        if section.sh_flags(endian).contains(elf::SHF_EXECINSTR) && in_file {
            image.lacks_code = false;
        }
        let Ok(name) = table.section_name(endian, section) else {
            continue;
        };
        let size = section.sh_size(endian).into();
        let packed = section.compression(endian, bytes)?;
        image.sections.add(
            name,
            Section {
                size: if in_file { size } else { 0 },
                bytes: match packed {
                    Some((_, offset, size)) => bytes.read_bytes_at(offset, size).ok(),
                    None => section.data(endian, bytes).ok(),
                },
                is_packed: packed.is_some(),
            },
        );
    }
    let dynamic = table.dynamic_table(endian, bytes)?;
    for entry in dynamic
        .iter()
        .filter(|entry| [elf::DT_RPATH, elf::DT_RUNPATH].contains(&entry.tag))
    {
        let paths = dynamic.string(entry)?.split(|byte| *byte == b':');
        image
            .paths
            .extend(paths.take(PATHS - image.paths.len().min(PATHS)));
    }
    Ok(image)
}

fn of_macho<'d, Mach: MachHeader<Endian = Endianness>>(bytes: Bytes<'d>) -> Result<Image<'d>> {
    let header = Mach::parse(bytes, 0)?;
    let endian = header.endian()?;
    let mut image = Image {
        lacks_code: header.filetype(endian) == macho::MH_DSYM,
        ..Image::default()
    };
    image.sections.is_big_endian = header.is_big_endian();
    let mut add = |name: &[u8], offset: u32, size: u64| {
        let bytes = bytes.read_bytes_at(offset.into(), size).ok();
        image.sections.add(
            name,
            Section {
                size,
                bytes,
                is_packed: false,
            },
        );
    };
    let mut commands = header.load_commands(endian, bytes, 0)?;
    while let Some(command) = commands.next()? {
        match command.variant()? {
            LoadCommandVariant::Segment32(segment, sections) => {
                for section in segment.sections(endian, sections)? {
                    add(
                        section.name(),
                        section.offset(endian),
                        section.size(endian).into(),
                    );
                }
            }
            LoadCommandVariant::Segment64(segment, sections) => {
                for section in segment.sections(endian, sections)? {
                    add(section.name(), section.offset(endian), section.size(endian));
                }
            }
            LoadCommandVariant::Rpath(path) if image.paths.len() < PATHS => {
                image.paths.push(command.string(endian, path.path)?);
            }
            _ => {}
        }
    }
    Ok(image)
}

fn of_pe<'d, Pe: ImageNtHeaders>(bytes: Bytes<'d>) -> Result<Image<'d>> {
    let mut offset = pe::ImageDosHeader::parse(bytes)?.nt_headers_offset().into();
    let (headers, _) = Pe::parse(bytes, &mut offset)?;
    let sections = headers.sections(bytes, offset)?;
    let symbols = headers.symbols(bytes).unwrap_or_default();
    let mut image = Image::default();
    for section in sections.iter() {
        let Ok(name) = section.name(symbols.strings()) else {
            continue;
        };
        let (_, size) = section.pe_file_range();
        image.sections.add(
            name,
            Section {
                size: size.into(),
                bytes: section.pe_data(bytes).ok(),
                is_packed: false,
            },
        );
    }
    Ok(image)
}
