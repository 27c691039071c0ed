//! FlatBuffers: tables whose fields are found through offsets, none of which is trusted.
//! <https://flatbuffers.dev/internals/>

/// A table of a buffer.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    buffer: &'a [u8],
    at: usize,
}

impl<'a> Table<'a> {
    /// The table that the number at `at` leads to: the root where `at` is the buffer's first byte.
    pub(super) fn new(buffer: &'a [u8], at: usize) -> Option<Self> {
        let at = follow(buffer, at)?;
        let table = Self { buffer, at };
        table.vtable()?;
        Some(table)
    }

    /// Where the field offsets lie, and how many bytes they take with what stands before them.
    fn vtable(&self) -> Option<(usize, usize)> {
        let back = i32::from_le_bytes(bytes(self.buffer, self.at)?);
        let start = usize::try_from(i64::try_from(self.at).ok()? - i64::from(back)).ok()?;
        let size = usize::from(u16::from_le_bytes(bytes(self.buffer, start)?));
        (size >= 4 && size.is_multiple_of(2)).then_some((start, size))
    }

    /// Where the field with this index lies, if it is there.
    fn field(&self, index: usize) -> Option<usize> {
        let (start, size) = self.vtable()?;
        let slot = 4 + 2 * index;
        let offset = u16::from_le_bytes(bytes(self.buffer, start + slot)?);
        (slot + 2 <= size && offset > 0).then(|| self.at + usize::from(offset))
    }

    /// A field of `N` bytes.
    pub(super) fn scalar<const N: usize>(&self, index: usize) -> Option<[u8; N]> {
        bytes(self.buffer, self.field(index)?)
    }

    /// A field that is a table.
    pub(super) fn table(&self, index: usize) -> Option<Table<'a>> {
        Table::new(self.buffer, self.field(index)?)
    }

    /// A field that is a text.
    pub(super) fn text(&self, index: usize) -> Option<&'a [u8]> {
        let (start, length) = self.vector(index)?;
        self.buffer.get(start..start.checked_add(length)?)
    }

    /// How many elements a field that is a vector has.
    pub(super) fn length(&self, index: usize) -> Option<usize> {
        self.vector(index).map(|(_, length)| length)
    }

    /// The tables in a field that is a vector of them, as far as they can be read.
    pub(super) fn tables(&self, index: usize) -> impl Iterator<Item = Table<'a>> + use<'a> {
        let (start, length) = self.vector(index).unwrap_or_default();
        let buffer = self.buffer;
        (0..length).map_while(move |element| Table::new(buffer, start + 4 * element))
    }

    /// Where the first element of a vector lies, and how many there are; each takes a byte at least.
    fn vector(&self, index: usize) -> Option<(usize, usize)> {
        let at = follow(self.buffer, self.field(index)?)?;
        let length = u32::from_le_bytes(bytes(self.buffer, at)?) as usize;
        (length <= self.buffer.len() - at).then_some((at + 4, length))
    }
}

/// Where the offset at `at` leads.
fn follow(buffer: &[u8], at: usize) -> Option<usize> {
    let offset = u32::from_le_bytes(bytes(buffer, at)?) as usize;
    let target = at.checked_add(offset)?;
    (offset > 0 && target < buffer.len()).then_some(target)
}

fn bytes<const N: usize>(buffer: &[u8], at: usize) -> Option<[u8; N]> {
    buffer.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
pub(super) mod testing {
    /// What a field of a table holds.
    pub(crate) enum Field {
        /// Nothing.
        None,
        /// Bytes of its own.
        Scalar(Vec<u8>),
        /// A text.
        Text(&'static str),
        /// A table.
        Table(Vec<Field>),
        /// A vector of tables.
        Tables(Vec<Vec<Field>>),
    }

    /// A buffer with this root table, and four bytes behind the offset of the root.
    pub(crate) fn buffer(identifier: &[u8], fields: &[Field]) -> Vec<u8> {
        let mut buffer = vec![0; 4];
        buffer.extend_from_slice(identifier);
        let at = table(&mut buffer, fields);
        point(&mut buffer, 0, at);
        buffer
    }

    fn point(buffer: &mut [u8], from: usize, to: usize) {
        buffer[from..from + 4].copy_from_slice(&((to - from) as u32).to_le_bytes());
    }

    fn table(buffer: &mut Vec<u8>, fields: &[Field]) -> usize {
        let vtable = buffer.len();
        let (mut sizes, mut offset) = (Vec::new(), 4u16);
        for field in fields {
            let width = match field {
                Field::None => 0,
                Field::Scalar(bytes) => bytes.len() as u16,
                _ => 4,
            };
            sizes.push(if width == 0 { 0 } else { offset });
            offset += width;
        }
        for number in [4 + 2 * fields.len() as u16, offset].iter().chain(&sizes) {
            buffer.extend(number.to_le_bytes());
        }
        let at = buffer.len();
        buffer.extend(((at - vtable) as i32).to_le_bytes());
        buffer.resize(at + usize::from(offset), 0);
        for (field, place) in fields.iter().zip(sizes) {
            let place = at + usize::from(place);
            let target = match field {
                Field::None => continue,
                Field::Scalar(bytes) => {
                    buffer[place..place + bytes.len()].copy_from_slice(bytes);
                    continue;
                }
                Field::Text(text) => {
                    let target = buffer.len();
                    buffer.extend((text.len() as u32).to_le_bytes());
                    buffer.extend_from_slice(text.as_bytes());
                    target
                }
                Field::Table(fields) => table(buffer, fields),
                Field::Tables(tables) => {
                    let target = buffer.len();
                    buffer.extend((tables.len() as u32).to_le_bytes());
                    buffer.resize(buffer.len() + 4 * tables.len(), 0);
                    for (index, fields) in tables.iter().enumerate() {
                        let at = table(buffer, fields);
                        point(buffer, target + 4 + 4 * index, at);
                    }
                    target
                }
            };
            point(buffer, place, target);
        }
        at
    }
}
