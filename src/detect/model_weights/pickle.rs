//! Python pickles, protocols 2 to 5, and PyTorch's old container of pickles.
//! <https://github.com/python/cpython/blob/main/Lib/pickletools.py>

use crate::{
    detect::{Detection, Inspection, Out, content},
    model::{Entry, EntryPath, begin_of, escape},
};

pub(super) const KIND: &str = "model-weights:pickle";

/// The pickled number that PyTorch before 1.6 put first.
const OLD_PYTORCH: [u8; 15] = [
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
];
/// What pickles are called.
const EXTENSIONS: [&str; 3] = ["pkl", "pickle", "joblib"];
const PROTOCOL: u8 = 0x80;
const FRAME: u8 = 0x95;
const STOP: u8 = b'.';
/// So many good opcodes do not come about by chance. joblib puts raw arrays after the first ones, so
/// that more can't be asked for.
const OPCODES: usize = 12;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let path = entry.path.clone();
    if head.starts_with(&OLD_PYTORCH) {
        return Some(Box::new(Program {
            path,
            what: "PyTorch weights in the format before 1.6".to_owned(),
            ends_with_stop: false,
            last_byte: None,
        }));
    }
    let &[PROTOCOL, protocol @ 2..=5, ref program @ ..] = head else {
        return None;
    };
    let framed = protocol < 4 || program.first() == Some(&FRAME) || program.len() < 8;
    (framed && runs(program)).then(|| {
        let imports =
            first_import(program).map_or_else(String::new, |name| format!(", imports {name}"));
        Box::new(Program {
            path,
            what: format!("a pickle of protocol {protocol}{imports}"),
            ends_with_stop: true,
            last_byte: None,
        }) as Box<dyn Inspection>
    })
}

/// What is called a pickle and is none of the forms that are known by content: tools compress them whole (joblib
/// with zlib, xz, …), and protocols 0 and 1 have no header.
pub(super) fn inspect_named(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let extension = entry.path.lower_extension();
    if !EXTENSIONS.contains(&extension.as_str()) {
        return None;
    }
    // Text is of Pkl, the language, or stands for a file that lies elsewhere.
    let is_utf8 = str::from_utf8(head).map_or_else(|fault| fault.error_len().is_none(), |_| true);
    let is_text = is_utf8 && memchr::memchr(0, head).is_none();
    let is_pickle = !is_text || runs(head);
    (is_pickle && !head.is_empty()).then(|| {
        let message =
            "a pickle by its name, compressed or of an old protocol, that was not looked into";
        let evidence = format!("the name ends in .{extension}");
        content::told(Detection::new(
            KIND,
            &entry.path,
            message.to_owned(),
            evidence,
        ))
    })
}

/// A pickle whose end is waited for.
struct Program {
    path: EntryPath,
    what: String,
    ends_with_stop: bool,
    last_byte: Option<u8>,
}

impl Inspection for Program {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        self.last_byte = piece.last().copied().or(self.last_byte);
        if last && (!self.ends_with_stop || self.last_byte == Some(STOP)) {
            let message = "a Python pickle: data or weights, and code that runs when it is loaded";
            out.detection(Detection::new(
                KIND,
                &self.path,
                message.to_owned(),
                self.what.clone(),
            ));
        }
    }
}

/// Whether the bytes are opcodes, as far as they are looked at.
fn runs(program: &[u8]) -> bool {
    let mut at = 0;
    for _ in 0..OPCODES {
        let Some(&opcode) = program.get(at) else {
            return at > program.len();
        };
        if opcode == STOP {
            return at > 0;
        }
        let Some(length) =
            argument(opcode).and_then(|argument| argument.length(&program[at + 1..]))
        else {
            return false;
        };
        at = at.saturating_add(1).saturating_add(length);
        // An argument may go on behind what is at hand.
        if at > program.len() {
            return true;
        }
    }
    true
}

/// The first thing that loading the pickle would import, for the evidence.
fn first_import(program: &[u8]) -> Option<String> {
    let mut at = 0;
    let mut texts: [&[u8]; 2] = [&[], &[]];
    for _ in 0..OPCODES {
        let opcode = *program.get(at)?;
        let rest = program.get(at + 1..)?;
        let length = argument(opcode)?.length(rest)?;
        let whole = rest.get(..length)?;
        let shown = |module: &[u8], name: &[u8]| {
            let name = format!(
                "{}.{}",
                String::from_utf8_lossy(module),
                String::from_utf8_lossy(name)
            );
            escape(&begin_of(&name, 100))
        };
        match opcode {
            b'c' => {
                let mut lines = whole.split(|byte| *byte == b'\n');
                return Some(shown(lines.next()?, lines.next()?));
            }
            0x93 => return Some(shown(texts[0], texts[1])),
            0x8c => texts = [texts[1], whole.get(1..)?],
            _ => {}
        }
        at += 1 + length;
    }
    None
}

/// What follows an opcode.
#[derive(Clone, Copy)]
enum Argument {
    /// So many bytes.
    Bytes(usize),
    /// A length of so many bytes, little endian, and as many bytes as it says.
    Counted(usize),
    /// So many lines.
    Lines(usize),
}

impl Argument {
    /// The argument's length in bytes; `None` if it can't be one.
    fn length(self, rest: &[u8]) -> Option<usize> {
        match self {
            Argument::Bytes(count) => Some(count),
            Argument::Counted(width) => {
                let mut length = [0; 8];
                length[..width].copy_from_slice(rest.get(..width)?);
                usize::try_from(u64::from_le_bytes(length))
                    .ok()?
                    .checked_add(width)
            }
            Argument::Lines(count) => {
                let mut ends = memchr::memchr_iter(b'\n', rest);
                let end = ends.nth(count - 1)?;
                rest[..end].is_ascii().then_some(end + 1)
            }
        }
    }
}

/// The opcodes of `pickletools.opcodes`.
fn argument(opcode: u8) -> Option<Argument> {
    Some(match opcode {
        b'(' | b'0' | b'1' | b'2' | b'N' | b'Q' | b'R' | b'a' | b'b' | b'd' | b'e' | b'l'
        | b'o' | b's' | b't' | b'u' | b')' | b']' | b'}' => Argument::Bytes(0),
        0x81 | 0x85..=0x89 | 0x8f..=0x94 | 0x97 | 0x98 => Argument::Bytes(0),
        b'K' | b'q' | b'h' | 0x82 => Argument::Bytes(1),
        b'M' | 0x83 => Argument::Bytes(2),
        b'J' | b'r' | b'j' | 0x84 => Argument::Bytes(4),
        b'G' | FRAME => Argument::Bytes(8),
        b'U' | b'C' | 0x8a | 0x8c => Argument::Counted(1),
        b'T' | b'B' | b'X' | 0x8b => Argument::Counted(4),
        0x8d | 0x8e | 0x96 => Argument::Counted(8),
        b'F' | b'I' | b'L' | b'P' | b'S' | b'V' | b'g' | b'p' => Argument::Lines(1),
        b'c' | b'i' => Argument::Lines(2),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{
        model_weights::{ModelWeights, testing::evidence},
        testing::inspect,
    };

    /// `pickle.dumps(OrderedDict(a=1), 2)`.
    const PROTOCOL_2: &[u8] =
        b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x01\x00\x00\x00aq\x02K\x01s.";
    /// `pickle.dumps(OrderedDict(a=1), 4)`.
    const PROTOCOL_4: &[u8] =
        b"\x80\x04\x95\x2b\0\0\0\0\0\0\0\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93\x94)R\x94\x8c\x01a\x94K\x01s.";

    #[test]
    fn pickles_are_recognised_with_what_they_import() {
        assert_eq!(
            evidence(PROTOCOL_2).as_deref(),
            Some("a pickle of protocol 2, imports collections.OrderedDict")
        );
        assert_eq!(
            evidence(PROTOCOL_4).as_deref(),
            Some("a pickle of protocol 4, imports collections.OrderedDict")
        );
        assert_eq!(
            evidence(b"\x80\x04K\x01.").as_deref(),
            Some("a pickle of protocol 4")
        );
    }

    #[test]
    fn old_pytorch_weights_are_recognised() {
        let content = [&OLD_PYTORCH[..], b"\x80\x02M\xe9\x03.", &[7; 100]].concat();
        assert_eq!(
            evidence(&content).as_deref(),
            Some("PyTorch weights in the format before 1.6")
        );
    }

    #[test]
    fn a_long_argument_goes_on_behind_the_head() {
        let content = [
            b"\x80\x03B",
            &200_000u32.to_le_bytes()[..],
            &[0xff; 200_000],
            b".",
        ]
        .concat();
        assert_eq!(
            evidence(&content).as_deref(),
            Some("a pickle of protocol 3")
        );
    }

    #[test]
    fn what_is_called_a_pickle_and_not_recognised_is_told_of() {
        let said = |path: &str, content: &[u8]| {
            let entry = Entry::file(path, content.len() as u64);
            let recorder = inspect(&ModelWeights, &entry, content);
            recorder.detections.len()
        };
        let protocol_0: &[u8] = b"(dp0\nVa\np1\nI1\ns.";
        for (path, content) in [
            ("package/a.joblib", &b"\x78\x9c\xed\x9d\x09\0"[..]),
            ("package/a.PKL", b"\xfd7zXZ\0"),
            ("package/a.pickle", protocol_0),
            ("package/a.pkl", &PROTOCOL_2[..5]),
        ] {
            assert_eq!(said(path, content), 1, "{path}");
        }
        assert_eq!(said("package/a.pkl", PROTOCOL_2), 1);
        for (path, content) in [
            (
                "package/a.pkl",
                &b"module acme.Config\n\nname: String\n"[..],
            ),
            (
                "package/a.pkl",
                b"version https://git-lfs.github.com/spec/v1\n",
            ),
            ("package/a.pkl", b""),
            ("package/a.txt", protocol_0),
        ] {
            assert_eq!(said(path, content), 0, "{path} {content:?}");
        }
    }

    #[test]
    fn near_misses_are_not_pickles() {
        let cut = &PROTOCOL_2[..PROTOCOL_2.len() - 1];
        let unknown_opcode = b"\x80\x02ccollections\nOrderedDict\n\xffq\x00.";
        let not_framed = b"\x80\x04ccollections\nOrderedDict\nq\x00.";
        for content in [
            cut,
            unknown_opcode,
            not_framed,
            b"\x80\x02",
            b"\x80\x02.",
            b"\x80\x07K\x01.",
            b"",
        ] {
            assert_eq!(evidence(content), None, "{content:?}");
        }
    }
}
