//! Parquet: its schema and the number of its rows stand at the end.
//! <https://parquet.apache.org/docs/file-format/>

use super::{
    columns::Table,
    thrift::{BINARY, I32, I64, LIST, STRUCT, binary, field, list, skip},
};
use crate::{
    detect::{Inspection, bytes::Bytes, content},
    model::Entry,
};

const MAGIC: &[u8] = b"PAR1";
const ENCRYPTED: &[u8] = b"PARE";
/// Footers of files with thousands of columns take some hundred KB.
const READ: usize = 1 << 20;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let is_encrypted = head.starts_with(ENCRYPTED);
    let path = entry.path.clone();
    (is_encrypted || head.starts_with(MAGIC)).then(|| {
        content::end(READ, move |bytes, out| {
            let table = match is_encrypted {
                true => Table::new("encrypted Parquet"),
                false => read(bytes),
            };
            table.tell(&path, out);
        })
    })
}

/// What the footer says, as far as it can be read.
fn read(bytes: &[u8]) -> Table {
    let mut table = Table::new("Parquet");
    if let Some(footer) = footer(bytes) {
        let _ = metadata(&mut Bytes::new(footer), &mut table);
    }
    table
}

/// What stands before its own length and the magic; only its end, where it is longer than what is kept.
fn footer(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_suffix(MAGIC)?;
    let (rest, length) = rest.split_last_chunk()?;
    let start = rest
        .len()
        .checked_sub(u32::from_le_bytes(*length) as usize)?;
    Some(&rest[start..])
}

/// `FileMetaData`: of its fields, the second is the schema and the third the number of rows.
fn metadata(bytes: &mut Bytes<'_>, table: &mut Table) -> Option<()> {
    let mut last = 0;
    while let Some((number, kind)) = field(bytes, &mut last) {
        match (number, kind) {
            (2, LIST) => {
                let (length, STRUCT) = list(bytes)? else {
                    return None;
                };
                for _ in 0..length {
                    bytes.rest.first()?;
                    table.column(schema_element(bytes)?.unwrap_or_default());
                }
            }
            (3, I64) => {
                table.rows = u64::try_from(bytes.zigzag()?).ok();
                // The row groups behind it are long, and say nothing more.
                return Some(());
            }
            (_, kind) => skip(bytes, kind)?,
        }
    }
    Some(())
}

/// The name of a column; none if the element only groups others.
fn schema_element<'a>(bytes: &mut Bytes<'a>) -> Option<Option<&'a [u8]>> {
    let (mut last, mut name, mut children) = (0, None, 0);
    while let Some((number, kind)) = field(bytes, &mut last) {
        match (number, kind) {
            (4, BINARY) => name = Some(binary(bytes)?),
            (5, I32) => children = bytes.zigzag()?,
            (_, kind) => skip(bytes, kind)?,
        }
    }
    // What groups others at the top names them: `messages`, a list of structures.
    Some(name.filter(|name| children == 0 || !is_structural(name)))
}

/// Names that writers give to groups and not to columns.
fn is_structural(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 9] = [
        b"schema",
        b"arrow_schema",
        b"spark_schema",
        b"root",
        b"list",
        b"element",
        b"array",
        b"key_value",
        b"item",
    ];
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::data_set::testing::{evidence, told};

    fn text(text: &str) -> Vec<u8> {
        [&[text.len() as u8], text.as_bytes()].concat()
    }

    fn file(columns: &[&str], rows: u8) -> Vec<u8> {
        let mut footer = vec![0x15, 2, 0x19, (columns.len() as u8 + 1) << 4 | 0x0c];
        footer.extend(
            [
                &[0x48][..],
                &text("schema"),
                &[0x15, 2 * columns.len() as u8, 0],
            ]
            .concat(),
        );
        for column in columns {
            footer.extend([&[0x15, 12, 0x25, 0, 0x18][..], &text(column), &[0]].concat());
        }
        footer.extend([0x16, 2 * rows, 0x19, 0x0c, 0]);
        let length = (footer.len() as u32).to_le_bytes();
        [MAGIC, &[7; 100], &footer, &length, MAGIC].concat()
    }

    #[test]
    fn rows_and_columns_are_told() {
        assert_eq!(
            told("package/a", &file(&["id", "text"], 50)),
            ["data-set:columnar: 50 rows, 2 columns: id, text"]
        );
        let kinds = |columns: &[&str]| -> Vec<String> {
            let told = told("package/a", &file(columns, 50));
            told.iter()
                .map(|text| text.split(": ").next().unwrap().to_owned())
                .collect()
        };
        assert_eq!(
            kinds(&["email", "phone"]),
            ["data-set:columnar", "data-set:personal"]
        );
        assert_eq!(
            kinds(&["prompt", "chosen", "rejected"]),
            ["data-set:columnar", "conversation:data-set"]
        );
    }

    #[test]
    fn hostile_footers_are_told_of() {
        let good = file(&["id", "text"], 50);
        for at in 4..good.len() {
            for value in [0, 0x19, 0x7f, 0xf9, 0xff] {
                let mut content = good.clone();
                content[at] = value;
                assert!(evidence(&content).is_some(), "{at}");
            }
            assert!(evidence(&good[..at]).is_some(), "{at}");
        }
        let endless = [&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f][..]].concat();
        let length = (endless.len() as u32).to_le_bytes();
        let endless = [MAGIC, &endless, &length, MAGIC].concat();
        assert_eq!(
            evidence(&endless).as_deref(),
            Some("data-set:columnar: Parquet")
        );
        assert_eq!(
            evidence(b"PARExxxxPARE").as_deref(),
            Some("data-set:columnar: encrypted Parquet")
        );
    }
}
