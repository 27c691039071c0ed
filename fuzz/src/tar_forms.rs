//! Header blocks with fields in forms that readers take differently.

use super::draw::Draw;

pub const BLOCK: usize = 512;

const NAME: usize = 0;
const SIZE: Field = (124, 12);
const CHECKSUM: Field = (148, 8);
const TYPE: usize = 156;
const LINK_NAME: usize = 157;
const MAGIC: usize = 257;

/// Offset and length.
type Field = (usize, usize);

/// Fields that hold a number, with one that is fit for them.
const NUMBERS: &[(Field, u64)] = &[
    ((100, 8), 0o644),        // mode
    ((108, 8), 0),            // user id
    ((116, 8), 0),            // group id
    ((136, 12), 499_162_500), // time
    ((329, 8), 0),            // device major
    ((337, 8), 0),            // device minor
    (SIZE, 0),
];

/// How to write one: what goes in front, what fills the field, whether the digits follow, the end.
type Form = (&'static [u8], u8, bool, &'static [u8]);

const FORMS: &[Form] = &[
    (b"", b'0', true, b"\0"),
    (b"", b'0', true, b" "),
    (b"", b'0', true, b" \0"),
    (b"", b'0', true, b""),
    (b"", b' ', true, b" "),
    (b"-", b'0', true, b"\0"),
    (b"+", b'0', true, b"\0"),
    (b"\t", b'0', true, b"\0"),
    (b"0x", b'0', true, b"\0"),
    (b"", b'0', false, b"8\0"),
    (b"5", 0, false, b""),
    (b"5\0", b'5', false, b""),
    (b"5 ", b'5', false, b"\0"),
    (b"junk", b' ', false, b"\0"),
    (b"\0", b'5', false, b"\0"),
    (b"", 0, false, b""),
    (b"", b' ', false, b""),
    (b"", b' ', false, b"\0"),
    // Base 256: positive, more than 2^53, negative, a first byte of another kind.
    (b"\x80", 0, false, b"\x05"),
    (b"\x80", 0xff, false, b""),
    (b"\xff", 0xff, false, b"\xfb"),
    (b"\xff", 0, false, b""),
    (b"\x81", 0, false, b"\x05"),
    (b"\xc0", 0, false, b"\x05"),
];

/// How to write a checksum.
const CHECKSUMS: &[fn(u32) -> String] = &[
    |sum| format!("{sum:06o}\0 "),
    |sum| format!("{sum:07o}\0"),
    |sum| format!("{sum:07o} "),
    |sum| format!("{sum:06o} \0"),
    |sum| format!("{sum:08o}"),
    |sum| format!("{sum:7o} "),
    |sum| format!("{sum:8o}"),
    |sum| format!("+{sum:06o}\0"),
    |sum| format!("\t{sum:06o}\0"),
    |sum| format!("\u{b}{sum:06o} "),
    |sum| format!("\0{sum:06o}\0"),
    |sum| format!("{sum:06o}\x007"),
];

/// How many things can be odd about a header: first the forms of its numbers.
pub const ODDITIES: usize = NUMBER_FORMS + CHECKSUMS.len() + 2;
pub const NUMBER_FORMS: usize = NUMBERS.len() * FORMS.len();

/// A header block.
pub struct Header {
    block: [u8; BLOCK],
    size: u64,
}

impl Header {
    pub fn new(kind: u8, name: &str, size: usize) -> Self {
        let mut header = Self {
            block: [0; BLOCK],
            size: size as u64,
        };
        header.put(NAME, name.as_bytes());
        header.block[TYPE] = kind;
        header.put(MAGIC, b"ustar\x0000");
        for &(field, number) in NUMBERS {
            header.number(field, number, FORMS[0]);
        }
        header.number(SIZE, header.size, FORMS[0]);
        header
    }

    pub fn link_name(mut self, target: &str) -> Self {
        self.put(LINK_NAME, target.as_bytes());
        self
    }

    /// The block, its checksum in the plain form.
    pub fn block(mut self) -> [u8; BLOCK] {
        set_checksum(&mut self.block, 0);
        self.block
    }

    /// The block, with one thing odd.
    pub fn odd(mut self, draw: &mut Draw<'_>) -> [u8; BLOCK] {
        let oddity = draw.below(ODDITIES);
        let Some(rest) = oddity.checked_sub(NUMBER_FORMS) else {
            let (field, mut number) = NUMBERS[oddity / FORMS.len()];
            if field == SIZE {
                number = self.size;
            }
            self.number(field, number, FORMS[oddity % FORMS.len()]);
            return self.block();
        };
        match rest.checked_sub(CHECKSUMS.len()) {
            None => {
                set_checksum(&mut self.block, rest);
                return self.block;
            }
            Some(0) => self.put(NAME, &[0; 100]),
            Some(_) => self.put(LINK_NAME, b"x"),
        }
        self.block()
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.block[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn number(&mut self, (at, length): Field, number: u64, form: Form) {
        let (head, fill, has_digits, tail) = form;
        let digits = match has_digits {
            true => format!("{number:o}"),
            false => String::new(),
        };
        let end = [digits.as_bytes(), tail].concat();
        let field = &mut self.block[at..at + length];
        field.fill(fill);
        field[length - end.len()..].copy_from_slice(&end);
        field[..head.len()].copy_from_slice(head);
    }
}

/// Makes the checksum right.
pub fn set_checksum(block: &mut [u8], form: usize) {
    let (at, length) = CHECKSUM;
    let field = at..at + length;
    block[field.clone()].fill(b' ');
    let sum = block.iter().map(|byte| u32::from(*byte)).sum();
    block[field].copy_from_slice(&CHECKSUMS[form](sum).as_bytes()[..length]);
}

/// The content of a file, in which a reader that takes it for shorter than we do finds files of its own.
/// Their headers have no magic: a reader as strict as ours stops there.
pub fn hidden() -> Vec<u8> {
    let names = ["package/.env", "package/.npmrc"];
    let blocks = names.map(|name| {
        let mut header = Header::new(b'0', name, 0);
        header.put(MAGIC, &[0; 8]);
        header.block()
    });
    blocks.concat()
}
