//! TFRecord: records, each with its length and a checksum of that before it. TensorBoard's logs are
//! such, too.
//! <https://www.tensorflow.org/tutorials/load_data/tfrecord>

use crate::{
    detect::{Detection, Inspection, bytes::Bytes, content::told},
    model::{Entry, counted},
};

pub(super) const RECORDS: &str = "data-set:records";
pub(super) const EVENTS: &str = "data-set:event-log";

/// What the first record of a log holds.
const EVENT: &[u8] = b"brain.Event:";

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let mut bytes = Bytes::new(head);
    let length = bytes.take(8)?;
    if bytes.little(4)? != u64::from(masked(crc32c(length))) {
        return None;
    }
    let length = Bytes::new(length).little(8)?;
    let first = bytes.take(length).unwrap_or(bytes.rest);
    let (kind, message) = match memchr::memmem::find(first, EVENT) {
        Some(_) => (EVENTS, "a log of TensorBoard"),
        None => (RECORDS, "a data set in the TFRecord format"),
    };
    let evidence = format!("its first record has {}", counted(length, "byte"));
    Some(told(Detection::new(
        kind,
        &entry.path,
        message.to_owned(),
        evidence,
    )))
}

/// Castagnoli's, a bit at a time: it is only over eight bytes.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg());
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), step);
    !bytes.iter().fold(!0, byte)
}

/// Checksums are kept masked, as they may lie in records themselves.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::data_set::testing::evidence;

    #[test]
    fn checksums_are_castagnolis() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn records_are_known_by_their_checksum() {
        let file = |record: &[u8]| {
            let length = (record.len() as u64).to_le_bytes();
            let crc = masked(crc32c(&length)).to_le_bytes();
            [&length[..], &crc, record, &[0; 4]].concat()
        };
        assert_eq!(
            evidence(&file(&[7; 1200])).as_deref(),
            Some("data-set:records: its first record has 1,200 bytes")
        );
        assert_eq!(
            evidence(&file(b"\x09\0\0\0\0\0\0\0\0\x1a\rbrain.Event:2")).as_deref(),
            Some("data-set:event-log: its first record has 24 bytes")
        );
        let mut other = file(b"a");
        other[8] ^= 1;
        assert_eq!(evidence(&other), None);
        let mut huge = u64::MAX.to_le_bytes().to_vec();
        huge.extend(masked(crc32c(&huge)).to_le_bytes());
        assert!(evidence(&huge).is_some());
        assert_eq!(evidence(&[0; 64]), None);
    }
}
