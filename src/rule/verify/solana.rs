//! Key pairs of Solana as its tools write them: a JSON list of 64 bytes.

use super::Answer;
use crate::rule::placeholder::is_placeholder;

pub(super) fn judge(value: &[u8]) -> Answer {
    let bytes: Vec<u8> = serde_json::from_slice(value).unwrap_or_default();
    Answer::sound_if(bytes.len() == 64 && !is_placeholder(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_64_bytes_that_are_no_pattern() {
        let list = |make: fn(u32) -> u32| {
            let numbers: Vec<String> = (0..64).map(|n| make(n).to_string()).collect();
            format!("[{}]", numbers.join(", ")).into_bytes()
        };
        assert_eq!(judge(&list(|n| n * n * 89 % 251)), Answer::SOUND);
        for other in [
            list(|n| n),
            list(|_| 0),
            list(|n| n * n * 89 % 300),
            b"[1,2]".to_vec(),
            b"[".to_vec(),
        ] {
            assert_eq!(judge(&other), Answer::Other);
        }
    }
}
