//! Zips made from decisions: mostly valid wheels, each with something that readers may take
//! differently.

use super::{
    draw::Draw,
    zip_writer::{DESCRIPTOR, Zip, member},
};

const OPERATIONS: usize = 16;
const UTF8: u16 = 0x800;

/// The fields that follow a local header's signature (APPNOTE 4.3.7): offset and length.
const LOCAL: &[(usize, usize)] = &[
    (6, 2),  // flags
    (8, 2),  // method
    (14, 4), // crc
    (18, 4), // packed size
    (22, 4), // size
    (26, 2), // length of the name
    (28, 2), // length of the extra field
    (4, 2),  // version
    (10, 2), // time
];
/// Those of a central header (4.3.12).
const CENTRAL: &[(usize, usize)] = &[
    (8, 2),
    (10, 2),
    (16, 4),
    (20, 4),
    (24, 4),
    (28, 2),
    (30, 2),
    (32, 2), // length of the comment
    (34, 2), // disk
    (38, 4), // attributes
    (42, 4), // offset of the local header
    (4, 2),
    (6, 2),
];
/// Those of the end record (4.3.16).
const END: &[(usize, usize)] = &[
    (4, 2),  // this disk
    (6, 2),  // disk of the central directory
    (8, 2),  // entries on this disk
    (10, 2), // entries
    (12, 4), // size of the central directory
    (16, 4), // its offset
    (20, 2), // length of the comment
];

const NUMBERS: &[u32] = &[
    0,
    1,
    2,
    8,
    12,
    99,
    0x800,
    0x808,
    0x2001,
    0xffff,
    0xffff_ffff,
    64,
];

const NAMES: &[&[u8]] = &[
    b"example/evil.map",
    b"example/__init__.py",
    b"EXAMPLE/__INIT__.PY",
    b"example/",
    b"example",
    b"../evil",
    b"/evil",
    b"./evil",
    b"a\\evil",
    b"a//evil",
    b"a\0hidden",
    b"caf\xc3\xa9",
    b"caf\x82",
    b"",
];

/// Extra fields: zip64 sizes, a Unicode path, times, a broken length.
const EXTRAS: &[&[u8]] = &[
    b"",
    b"\x01\0\x10\0\x05\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0",
    b"\x01\0\0\0",
    b"\x75\x70\x09\0\x01\0\0\0\0evil",
    b"UT\x05\0\x01\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"x",
];

/// A wheel made from `decisions`.
pub fn wheel(decisions: &[u8]) -> Vec<u8> {
    let draw = &mut Draw::new(decisions);
    let end_edit = draw.rarely(10).then(|| Edit::draw(draw, END));
    let comment = draw.pick(&[
        &b""[..],
        b"",
        b"",
        b"",
        b"",
        b"",
        b"a comment",
        b"PK\x05\x06",
    ]);
    let change = draw.rarely(6).then(|| Change::draw(draw));
    let mut zip = Zip::default();
    zip.add(
        &member(b"example/__init__.py", b"x = 1\n"),
        |_, _| {},
        (true, true),
    );
    for index in 0..OPERATIONS {
        if draw.is_empty() {
            break;
        }
        operation(&mut zip, draw, index);
    }
    for (name, content) in [
        (
            "METADATA",
            "Metadata-Version: 2.1\nName: example\nVersion: 1.0.0\n",
        ),
        (
            "WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        ),
        ("RECORD", ""),
    ] {
        let name = format!("example-1.0.0.dist-info/{name}");
        let member = member(name.as_bytes(), content.as_bytes());
        zip.add(&member, |_, _| {}, (true, true));
    }
    let mut bytes = zip.finish(comment, |end| {
        if let Some(edit) = end_edit {
            edit.apply(end);
        }
    });
    if let Some(change) = change {
        change.apply(&mut bytes);
    }
    bytes
}

fn operation(zip: &mut Zip, draw: &mut Draw<'_>, index: usize) {
    let content = draw.bytes(40);
    let own = match draw.rarely(8) {
        true => draw.pick(NAMES).to_vec(),
        false => format!("example/file_{index}.py").into_bytes(),
    };
    let mut plain = member(&own, content);
    plain.deflated = !draw.rarely(3);
    if !own.is_ascii() {
        plain.flags = draw.pick(&[UTF8, 0]);
    }
    match draw.below(14) {
        0..=4 => zip.add(&plain, |_, _| {}, (true, true)),
        5 => {
            let edit = Edit::draw(draw, LOCAL);
            zip.add(&plain, |local, _| edit.apply(local), (true, true));
        }
        6 => {
            let edit = Edit::draw(draw, CENTRAL);
            zip.add(&plain, |_, central| edit.apply(central), (true, true));
        }
        7 => {
            // Both headers alike: the same rows of the two tables are the same field.
            let edit = Edit::draw(draw, &LOCAL[..7]);
            let both = |local: &mut [u8], central: &mut [u8]| {
                edit.apply(local);
                let (at, length) = CENTRAL[edit.row];
                Edit { at, length, ..edit }.apply(central);
            };
            zip.add(&plain, both, (true, true));
        }
        8 => {
            plain.central_name = draw.pick(NAMES);
            zip.add(&plain, |_, _| {}, (true, true));
        }
        9 => {
            plain.extra = draw.pick(EXTRAS);
            plain.central_extra = draw.pick(EXTRAS);
            zip.add(&plain, |_, _| {}, (true, true));
        }
        10 => {
            let which = draw.pick(&[(true, false), (false, true)]);
            zip.add(&plain, |_, _| {}, which);
        }
        11 => {
            plain.flags |= DESCRIPTOR;
            zip.add(&plain, |_, _| {}, (true, true));
        }
        12 => {
            plain.comment = draw.bytes(8);
            zip.add(&plain, |_, _| {}, (true, true));
        }
        _ => zip.local.extend(draw.bytes(8)),
    }
}

/// Another number in a header's field.
#[derive(Clone, Copy)]
struct Edit {
    row: usize,
    at: usize,
    length: usize,
    relative: bool,
    value: u32,
}

impl Edit {
    fn draw(draw: &mut Draw<'_>, fields: &[(usize, usize)]) -> Self {
        let row = draw.below(fields.len());
        let (at, length) = fields[row];
        let relative = draw.rarely(2);
        let value = match relative {
            true => draw.pick(&[1, u32::MAX, 30, 46]),
            false => draw.pick(NUMBERS),
        };
        Self {
            row,
            at,
            length,
            relative,
            value,
        }
    }

    fn apply(self, header: &mut [u8]) {
        let field = &mut header[self.at..self.at + self.length];
        let mut number = [0; 4];
        number[..self.length].copy_from_slice(field);
        let before = match self.relative {
            true => u32::from_le_bytes(number),
            false => 0,
        };
        let after = before.wrapping_add(self.value).to_le_bytes();
        field.copy_from_slice(&after[..self.length]);
    }
}

/// A change of the finished bytes.
struct Change {
    kind: usize,
    place: usize,
    length: usize,
    byte: u8,
}

impl Change {
    fn draw(draw: &mut Draw<'_>) -> Self {
        Self {
            kind: draw.below(6),
            place: draw.below(0x10000),
            length: draw.below(64) + 1,
            byte: draw.byte(),
        }
    }

    fn apply(&self, zip: &mut Vec<u8>) {
        let at = self.place % zip.len();
        let end = (at + self.length).min(zip.len());
        match self.kind {
            0 => zip[at] = self.byte,
            1 => drop(zip.drain(at..end)),
            2 => drop(zip.splice(at..at, vec![self.byte; self.length])),
            3 => zip.truncate(at),
            4 => zip.extend(vec![self.byte; self.length]),
            _ => {
                let twice = zip.clone();
                zip.extend(twice);
            }
        }
    }
}

/// Every operation, with a few choices each.
pub fn seeds() -> Vec<Vec<u8>> {
    let each = (0..14).flat_map(|operation| {
        (0..14).map(move |choice| {
            let mut seed = vec![0, 0, 0, 2, b'a', b'b', 0, 0, operation, choice];
            seed.extend((0..12u8).map(|index| index.wrapping_mul(29).wrapping_add(choice)));
            seed
        })
    });
    each.collect()
}
