//! NumPy arrays: a Python dictionary with type and shape, then the numbers.
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use crate::{
    detect::{
        Detection, Inspection,
        bytes::{Bytes, shown},
        content::told,
    },
    model::{Entry, count},
};

pub(super) const KIND: &str = "data-set:array";

const MAGIC: &[u8] = b"\x93NUMPY";
/// Real arrays have one to four.
const DIMENSIONS: usize = 32;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let rest = head.strip_prefix(MAGIC)?;
    let evidence = described(rest).unwrap_or_else(|| "its header can't be read".to_owned());
    let message = "a NumPy array".to_owned();
    Some(told(Detection::new(KIND, &entry.path, message, evidence)))
}

fn described(rest: &[u8]) -> Option<String> {
    let mut bytes = Bytes::new(rest);
    let major = bytes.little(1)?;
    bytes.take(1)?;
    let length = bytes.little(if major == 1 { 2 } else { 4 })?;
    let header = str::from_utf8(bytes.take(length)?).ok()?;
    let (_, kind) = header.split_once("'descr':")?;
    let kind = match kind.trim_start().strip_prefix('\'') {
        Some(kind) => name(kind.split('\'').next()?),
        None => "structured".to_owned(),
    };
    let (_, shape) = header.split_once("'shape':")?;
    let shape = shape.trim_start().strip_prefix('(')?.split(')').next()?;
    let sizes: Option<Vec<String>> = shape
        .split(',')
        .map(|size| size.trim().trim_end_matches('L'))
        .filter(|size| !size.is_empty())
        .take(DIMENSIONS)
        .map(|size| size.parse().ok().map(count))
        .collect();
    let sizes = sizes?;
    Some(match sizes.is_empty() {
        true => format!("{kind} number"),
        false => format!("{kind} array of {}", sizes.join("×")),
    })
}

/// What NumPy calls a type that is written `<f4`.
fn name(written: &str) -> String {
    let short = written.trim_start_matches(['<', '>', '|', '=']);
    let name = match short.split_at_checked(1) {
        Some(("f", bytes)) => ("float", bytes),
        Some(("i", bytes)) => ("int", bytes),
        Some(("u", bytes)) => ("uint", bytes),
        Some(("c", bytes)) => ("complex", bytes),
        Some(("b", _)) => return "bool".to_owned(),
        Some(("U" | "S", _)) => return "text".to_owned(),
        Some(("O", _)) => return "object".to_owned(),
        _ => ("", ""),
    };
    match name.1.parse::<u8>() {
        Ok(bytes) => format!("{}{}", name.0, u16::from(bytes) * 8),
        Err(_) => shown(written.as_bytes()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::data_set::testing::evidence;

    fn file(header: &str) -> Vec<u8> {
        let length = (header.len() as u16).to_le_bytes();
        [MAGIC, &[1, 0], &length, header.as_bytes(), &[0; 16]].concat()
    }

    #[test]
    fn type_and_shape_are_told() {
        for (kind, shape, expected) in [
            ("'<f4'", "(1000, 768)", "float32 array of 1,000×768"),
            ("'|b1'", "(5,)", "bool array of 5"),
            ("'<U12'", "()", "text number"),
            ("[('a', '<i4')]", "(7,)", "structured array of 7"),
            ("'|V\x1b[2J'", "(7,)", "|V\\u{1b}[2J array of 7"),
        ] {
            let header = format!("{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}");
            let told = evidence(&file(&header)).unwrap();
            assert_eq!(told, format!("data-set:array: {expected}"));
        }
    }

    #[test]
    fn hostile_headers_are_told_of() {
        let good = file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
        for end in 6..good.len() {
            assert!(evidence(&good[..end]).is_some(), "{end}");
        }
        let endless = file(&format!(
            "{{'descr': '<f255', 'shape': ({})}}",
            "9,".repeat(2000)
        ));
        assert!(evidence(&endless).unwrap().len() < 200);
        let huge = file("{'descr': '<f4', 'shape': (99999999999999999999999,)}");
        assert!(evidence(&huge).unwrap().ends_with("can't be read"));
        assert_eq!(evidence(b"NUMPY"), None);
    }
}
