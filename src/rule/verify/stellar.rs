//! Secret seeds of Stellar (SEP-23): `S`, 32 bytes in base32 and a CRC16.

use super::Answer;

/// What a seed begins with, in binary: `S` in base32.
const VERSION: u8 = 18 << 3;

pub(super) fn judge(value: &[u8]) -> Answer {
    let bytes = decode(value).filter(|bytes| bytes.len() == 35 && bytes[0] == VERSION);
    let holds = bytes.is_some_and(|bytes| {
        let (body, sum) = bytes.split_at(33);
        crc16(body).to_le_bytes() == sum
    });
    Answer::sound_if(holds)
}

fn decode(value: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for byte in value {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = (bits & 0xff) << 5 | u32::from(digit);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| match sum & 0x8000 {
            0 => sum << 1,
            _ => sum << 1 ^ 0x1021,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(bytes: &[u8]) -> String {
        let bits: Vec<u8> = bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
            .collect();
        let digit = |five: &[u8]| {
            five.iter()
                .fold(0, |digit, bit| digit << 1 | usize::from(*bit))
        };
        let letter = |five| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[digit(five)]);
        bits.chunks(5).map(letter).collect()
    }

    #[test]
    fn the_checksum_must_be_right() {
        let body: Vec<u8> = [VERSION]
            .into_iter()
            .chain((1..=32).map(|n: u8| n.wrapping_mul(91)))
            .collect();
        let seed = encode(&[body.as_slice(), &crc16(&body).to_le_bytes()].concat());
        assert!(seed.len() == 56 && seed.starts_with('S'));
        assert_eq!(judge(seed.as_bytes()), Answer::SOUND);
        let last = if seed.ends_with('A') { 'B' } else { 'A' };
        for other in [
            format!("{}{last}", &seed[..55]),
            seed[..55].to_owned(),
            seed.to_lowercase(),
            "S".repeat(56),
        ] {
            assert_eq!(judge(other.as_bytes()), Answer::Other, "{other}");
        }
        // The check value of CRC-16/XMODEM.
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }
}
