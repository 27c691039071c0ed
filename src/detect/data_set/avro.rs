//! Avro: a header with the schema as JSON.
//! <https://avro.apache.org/docs/1.12.0/specification/#object-container-files>

use serde::Deserialize;

use super::columns::Table;
use crate::{
    detect::{Inspection, bytes::Bytes, content::beginning},
    model::Entry,
};

const MAGIC: &[u8] = b"Obj\x01";
/// Schemas of thousands of columns take some hundred KB.
const READ: usize = 1 << 20;

#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
}

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let path = entry.path.clone();
    head.starts_with(MAGIC).then(|| {
        beginning(READ, move |bytes, _, out| {
            let mut table = Table::new("Avro");
            let schema = schema(&bytes[bytes.len().min(MAGIC.len())..]);
            let schema = schema.and_then(|json| serde_json::from_slice::<Schema>(json).ok());
            for field in schema.into_iter().flat_map(|schema| schema.fields) {
                table.column(field.name.as_bytes());
            }
            table.tell(&path, out);
        })
    })
}

/// The value of `avro.schema` in the map that the header is.
fn schema(bytes: &[u8]) -> Option<&[u8]> {
    let mut bytes = Bytes::new(bytes);
    loop {
        let mut length = bytes.zigzag()?;
        if length == 0 {
            return None;
        }
        if length < 0 {
            // The size in bytes follows.
            length = length.checked_neg()?;
            bytes.zigzag()?;
        }
        for _ in 0..length {
            let key = text(&mut bytes)?;
            let value = text(&mut bytes)?;
            if key == b"avro.schema" {
                return Some(value);
            }
        }
    }
}

fn text<'a>(bytes: &mut Bytes<'a>) -> Option<&'a [u8]> {
    let length = u64::try_from(bytes.zigzag()?).ok()?;
    bytes.take(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::data_set::testing::evidence;

    fn file(schema: &str) -> Vec<u8> {
        let text = |text: &str| {
            let length = text.len() * 2;
            let length = [length as u8 | 0x80, (length >> 7) as u8];
            [&length[..], text.as_bytes()].concat()
        };
        let entries = [
            text("avro.codec"),
            text("null"),
            text("avro.schema"),
            text(schema),
        ]
        .concat();
        [MAGIC, &[3, 0x80, 1], &entries, &[0]].concat()
    }

    #[test]
    fn the_schema_names_the_columns() {
        let schema = r#"{"type":"record","name":"a","fields":[{"name":"id","type":"int"},{"name":"text","type":"string"}]}"#;
        let file = file(schema);
        assert_eq!(
            evidence(&file).as_deref(),
            Some("data-set:columnar: 2 columns: id, text")
        );
        for at in 4..file.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut content = file.clone();
                content[at] = value;
                assert!(evidence(&content).is_some(), "{at}");
            }
        }
        assert_eq!(evidence(b"Obj = 1"), None);
    }
}
