//! A walk over marshalled Python objects, as far as it takes to find the file name of a code object.
//! Nothing is built of them (<https://github.com/python/cpython/blob/main/Python/marshal.c>).

/// Deeper nesting is of no compiler: code lies in the constants of code.
const DEEPEST: u32 = 200;
/// So many objects are remembered as what later ones may refer to.
const MOST_REFERENCES: usize = 1 << 20;

const IS_REFERENCED: u8 = 0x80;

/// How a version of Python writes code objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Numbers of 32 bits in front.
    numbers: usize,
    /// The objects that follow; after them come a line number and what its table takes.
    objects: usize,
    /// Which of them is the file name.
    file_name: usize,
    /// Objects after the line number.
    after_line: usize,
}

impl Layout {
    /// The layout that belongs to the magic number of a `.pyc`; `None` for versions before 3.8, and for
    /// those that are not known yet
    /// (<https://github.com/python/cpython/blob/main/Include/internal/pycore_magic_number.h>).
    pub(super) fn of(magic: u16) -> Option<Self> {
        match magic {
            // 3.8, 3.9 and 3.10.
            3400..=3449 => Some(Self {
                numbers: 6,
                objects: 8,
                file_name: 6,
                after_line: 1,
            }),
            // 3.11 to 3.14, and what was tried for 3.15.
            3450..=3699 => Some(Self {
                numbers: 5,
                objects: 8,
                file_name: 5,
                after_line: 2,
            }),
            _ => None,
        }
    }
}

/// The file name of the code object that `bytes` hold; `None` if they hold none, or are cut off.
pub(super) fn file_name(bytes: &[u8], layout: Layout) -> Option<&[u8]> {
    let mut walk = Walk {
        rest: bytes,
        layout,
        references: Vec::new(),
    };
    match walk.object(0)? {
        Object::Code(name) => Some(name),
        _ => None,
    }
}

/// What is kept of an object.
#[derive(Debug, Clone, Copy)]
enum Object<'b> {
    Text(&'b [u8]),
    /// With its file name.
    Code(&'b [u8]),
    /// The end of a dictionary.
    End,
    Other,
}

struct Walk<'b> {
    rest: &'b [u8],
    layout: Layout,
    references: Vec<Object<'b>>,
}

impl<'b> Walk<'b> {
    fn object(&mut self, depth: u32) -> Option<Object<'b>> {
        if depth > DEEPEST || self.references.len() > MOST_REFERENCES {
            return None;
        }
        let byte = self.take(1)?[0];
        let kind = byte & !IS_REFERENCED;
        // What holds other objects has its place among those referred to before they have theirs.
        let place = (byte & IS_REFERENCED != 0 && !matches!(kind, b'r')).then(|| {
            self.references.push(Object::Other);
            self.references.len() - 1
        });
        let object = match kind {
            b'0' => Object::End,
            b'N' | b'F' | b'T' | b'S' | b'.' => Object::Other,
            b'i' => self.skip(4)?,
            b'I' | b'g' => self.skip(8)?,
            b'y' => self.skip(16)?,
            b'f' => self.float()?,
            b'x' => {
                self.float()?;
                self.float()?
            }
            b'l' => {
                let digits = (self.number()? as i32).unsigned_abs() as usize;
                self.skip(digits.checked_mul(2)?)?
            }
            b's' | b't' | b'u' | b'a' | b'A' => {
                let length = self.number()? as usize;
                Object::Text(self.take(length)?)
            }
            b'z' | b'Z' => {
                let length = usize::from(self.take(1)?[0]);
                Object::Text(self.take(length)?)
            }
            b'(' | b'[' | b'<' | b'>' => {
                let count = self.number()?;
                self.objects(count, depth)?
            }
            b')' => {
                let count = u32::from(self.take(1)?[0]);
                self.objects(count, depth)?
            }
            b':' => self.objects(3, depth)?,
            b'{' => {
                while !matches!(self.object(depth + 1)?, Object::End) {
                    self.object(depth + 1)?;
                }
                Object::Other
            }
            b'r' => {
                let index = self.number()? as usize;
                *self.references.get(index)?
            }
            b'c' => self.code(depth)?,
            _ => return None,
        };
        if let Some(place) = place {
            self.references[place] = object;
        }
        Some(object)
    }

    fn code(&mut self, depth: u32) -> Option<Object<'b>> {
        let Layout {
            numbers,
            objects,
            file_name,
            after_line,
        } = self.layout;
        self.skip(numbers * 4)?;
        let mut name = None;
        for index in 0..objects {
            let object = self.object(depth + 1)?;
            if let (true, Object::Text(text)) = (index == file_name, object) {
                name = Some(text);
            }
        }
        self.skip(4)?;
        for _ in 0..after_line {
            self.object(depth + 1)?;
        }
        name.map(Object::Code)
    }

    fn objects(&mut self, count: u32, depth: u32) -> Option<Object<'b>> {
        for _ in 0..count {
            self.object(depth + 1)?;
        }
        Some(Object::Other)
    }

    fn float(&mut self) -> Option<Object<'b>> {
        let length = usize::from(self.take(1)?[0]);
        self.skip(length)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn skip(&mut self, count: usize) -> Option<Object<'b>> {
        self.take(count).map(|_| Object::Other)
    }

    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}
