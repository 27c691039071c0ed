//! Debug information in WebAssembly: custom sections that hold it or say where it lies.
//!
//! Only custom sections are looked into, and of these little is kept, so that a module of any size takes
//! no memory (<https://webassembly.github.io/spec/core/binary/modules.html>). Code and data are searched as
//! bytes like every file.

use super::{Detection, Detector, Inspection, Out};
use crate::model::{Context, Entry, EntryKind, EntryPath, Evidence, Location, counted};

const DEBUG_INFO: &str = "wasm:debug-info";
const DEBUG_ADDRESS: &str = "wasm:debug-address";
const TRUNCATED: &str = "wasm:truncated";
pub(super) const KINDS: &[&str] = &[DEBUG_INFO, DEBUG_ADDRESS, TRUNCATED];

const MAGIC: &[u8] = b"\0asm";
/// Magic and version.
const PREAMBLE: usize = 8;
/// The id of a custom section.
const CUSTOM: u8 = 0;
/// As much of a custom section is kept, in bytes: longer names and addresses are of nobody.
const KEPT: usize = 4 << 10;
/// Sections whose content is the address of debug information: a name, which is its length and UTF-8
/// (<https://tc39.es/ecma426/#sec-linking-wasm>,
/// <https://yurydelendik.github.io/webassembly-dwarf/#external-DWARF>).
const ADDRESSES: [&str; 2] = ["sourceMappingURL", "external_debug_info"];
/// The section that every module with DWARF has.
const DWARF: &str = ".debug_info";

struct Wasm;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Wasm)
}

impl Detector for Wasm {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        let is_wasm = entry.kind == EntryKind::File && head.starts_with(MAGIC);
        is_wasm.then(|| {
            Box::new(Module {
                path: entry.path.clone(),
                at: At::Preamble(PREAMBLE),
                offset: 0,
                found: Vec::new(),
            }) as Box<dyn Inspection>
        })
    }
}

struct Module {
    path: EntryPath,
    at: At,
    /// How many bytes came before.
    offset: u64,
    /// The first finding of each kind, and how many there are: a section may be of few bytes.
    found: Vec<(Detection, u64)>,
}

/// What is read next.
enum At {
    /// So many bytes before the first section.
    Preamble(usize),
    /// The id and the size of a section, as far as they have come.
    Header(Vec<u8>),
    /// What is left of a section, and its beginning if it is a custom one.
    Section { left: u64, kept: Option<Vec<u8>> },
    /// The rest can't be told apart.
    Lost,
}

impl Inspection for Module {
    fn push(&mut self, mut piece: &[u8], last: bool, out: &mut dyn Out) {
        while !piece.is_empty() {
            let taken = self.take(piece);
            self.offset += taken as u64;
            piece = &piece[taken..];
        }
        if !last {
            return;
        }
        if !matches!(&self.at, At::Header(bytes) if bytes.is_empty()) {
            let message = "it ends in the middle of a section, or is no module";
            self.found(TRUNCATED, message.to_owned(), Evidence::fact("truncated"));
        }
        for (mut detection, count) in self.found.drain(..) {
            if count > 1 {
                let sections = counted(count, "such section");
                detection.message = format!("{} ({sections})", detection.message);
            }
            out.detection(detection);
        }
    }
}

impl Module {
    /// Takes some bytes, at least one.
    fn take(&mut self, piece: &[u8]) -> usize {
        match &mut self.at {
            At::Preamble(left) => {
                let taken = piece.len().min(*left);
                *left -= taken;
                if *left == 0 {
                    self.at = At::Header(Vec::new());
                }
                taken
            }
            At::Header(bytes) => {
                bytes.push(piece[0]);
                match number(&bytes[1..]) {
                    Some((size, _)) => {
                        let kept = (bytes[0] == CUSTOM).then(Vec::new);
                        self.at = At::Section {
                            left: u64::from(size),
                            kept,
                        };
                        self.end_of_section();
                    }
                    None if bytes.len() > 5 => self.at = At::Lost,
                    None => {}
                }
                1
            }
            At::Section { left, kept } => {
                let taken = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(piece.len());
                *left -= taken as u64;
                if let Some(kept) = kept {
                    let room = taken.min(KEPT - kept.len());
                    kept.extend_from_slice(&piece[..room]);
                }
                self.end_of_section();
                taken
            }
            At::Lost => piece.len(),
        }
    }

    fn end_of_section(&mut self) {
        let At::Section { left: 0, kept } = &mut self.at else {
            return;
        };
        let kept = kept.take();
        self.at = At::Header(Vec::new());
        if let Some((name, content)) = kept.as_deref().and_then(named) {
            self.custom(name, content);
        }
    }

    fn custom(&mut self, name: &str, content: &[u8]) {
        if name == DWARF {
            let message = "it holds DWARF debug information: source paths, names, types and lines";
            self.found(DEBUG_INFO, message.to_owned(), Evidence::fact(DWARF));
        }
        // That of a map beside the module tells nothing: the map is looked at itself, if it ships.
        let address = named(content).filter(|(address, _)| leads_away(address));
        if let Some((address, _)) = address.filter(|_| ADDRESSES.contains(&name)) {
            let message = format!("its section `{name}` says where its debug information lies");
            let evidence = Evidence::quoted(address.as_bytes());
            self.found(DEBUG_ADDRESS, message, evidence);
        }
    }

    fn found(&mut self, kind: &'static str, message: String, evidence: Evidence) {
        let mut known = self.found.iter_mut();
        if let Some((_, count)) = known.find(|(found, _)| found.kind == kind) {
            *count += 1;
            return;
        }
        let first = Detection {
            kind,
            path: self.path.clone(),
            location: Location {
                offset: Some(self.offset),
                ..Location::default()
            },
            message,
            evidence,
            fix: None,
            sha256: None,
        };
        self.found.push((first, 1));
    }
}

/// Whether an address is that of a server, or of a place on the machine that has built the module.
fn leads_away(address: &str) -> bool {
    let is_drive = address.as_bytes().get(1) == Some(&b':');
    address.contains("://") || address.starts_with(['/', '\\']) || is_drive
}

/// A name, and what follows it.
fn named(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = number(bytes)?;
    let (name, rest) = rest.split_at_checked(length as usize)?;
    Some((str::from_utf8(name).ok()?, rest))
}

/// An unsigned LEB128 number of 32 bits, and what follows it
/// (<https://webassembly.github.io/spec/core/binary/values.html#integers>).
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut number = 0u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((u32::try_from(number).ok()?, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::inspect_in_steps;

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![id];
        let mut size = content.len();
        while size >= 0x80 {
            bytes.push(size as u8 | 0x80);
            size >>= 7;
        }
        bytes.push(size as u8);
        bytes.extend_from_slice(content);
        bytes
    }

    fn name(text: &str) -> Vec<u8> {
        [&[text.len() as u8], text.as_bytes()].concat()
    }

    fn module(sections: &[Vec<u8>]) -> Vec<u8> {
        [&b"\0asm\x01\0\0\0"[..], &sections.concat()].concat()
    }

    fn said(content: &[u8]) -> Vec<(&'static str, String)> {
        let entry = Entry::file("package/a.wasm", content.len() as u64);
        let whole = inspect_in_steps(&Wasm, &entry, content, usize::MAX);
        let said = |detection: &Detection| (detection.kind, detection.evidence.as_str().to_owned());
        let of_whole: Vec<_> = whole.detections.iter().map(said).collect();
        for step in [1, 3, 64] {
            let in_steps = inspect_in_steps(&Wasm, &entry, content, step);
            let in_steps: Vec<_> = in_steps.detections.iter().map(said).collect();
            assert_eq!(in_steps, of_whole);
        }
        of_whole
    }

    #[test]
    fn debug_information_and_its_addresses_are_found() {
        let map = |address: &str| {
            let content = [name("sourceMappingURL"), name(address)].concat();
            module(&[section(1, &[0; 300]), section(0, &content)])
        };
        assert_eq!(
            said(&map("https://maps.acme.example/a.wasm.map?token=x")),
            [(
                DEBUG_ADDRESS,
                "https://maps.acme.example/a.wasm.map?…".to_owned()
            )]
        );
        assert_eq!(said(&map("/srv/ann/a.wasm.map")).len(), 1);
        assert_eq!(said(&map("C:\\ann\\a.wasm.map")).len(), 1);
        assert_eq!(said(&map("./a.wasm.map")), []);
        let dwarf = [name(".debug_info"), vec![7; 10_000]].concat();
        let producers = section(0, &name("producers"));
        assert_eq!(
            said(&module(&[
                producers.clone(),
                section(0, &dwarf),
                section(10, &[1; 99])
            ])),
            [(DEBUG_INFO, ".debug_info".to_owned())]
        );
        assert_eq!(said(&module(&[producers, section(0, b"")])), []);
        assert_eq!(said(&module(&[])), []);
    }

    #[test]
    fn each_kind_is_told_once() {
        let address = [name("external_debug_info"), name("https://acme.example/a")].concat();
        let sections = [section(0, &name(".debug_info")), section(0, &address)];
        let content = module(&vec![sections.concat(); 1000]);
        let entry = Entry::file("package/a.wasm", content.len() as u64);
        let found = inspect_in_steps(&Wasm, &entry, &content, usize::MAX);
        let said = found.said();
        assert_eq!(said.len(), 2);
        assert!(said[0].1.ends_with("(1,000 such sections)"), "{said:?}");
    }

    #[test]
    fn what_is_cut_off_is_said_to_be() {
        let whole = module(&[section(0, &name("producers")), section(1, &[0; 20])]);
        for length in 4..whole.len() {
            let is_whole = length == 8 || length == 8 + 12;
            assert_eq!(said(&whole[..length]).is_empty(), is_whole, "{length}");
        }
        // A size that takes more than 32 bits.
        let wrong = [&module(&[])[..], &[1, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0]].concat();
        assert_eq!(said(&wrong)[0].0, TRUNCATED);
    }
}
