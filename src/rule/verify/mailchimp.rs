//! Mailchimp API keys end in the data centre that they are for: `-us21`.

use super::Answer;

/// There were 22 in 2025.
const MOST: u32 = 40;

pub(super) fn judge(value: &[u8]) -> Answer {
    let Some((_, centre)) = str::from_utf8(value)
        .ok()
        .and_then(|text| text.rsplit_once("-us"))
    else {
        return Answer::Other;
    };
    match centre.parse() {
        Ok(1..=MOST) if !centre.starts_with(['0', '+']) => {
            Answer::known(format!("data centre us{centre}"))
        }
        _ => Answer::Doubtful("there is no such data centre: an example or a redacted key"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_centre_must_exist() {
        assert_eq!(judge(b"abc-us21"), Answer::known("data centre us21"));
        for doubtful in ["abc-us99", "abc-us0", "abc-us01", "abc-us+1", "abc-us"] {
            assert!(
                matches!(judge(doubtful.as_bytes()), Answer::Doubtful(_)),
                "{doubtful}"
            );
        }
        assert_eq!(judge(b"abc"), Answer::Other);
    }
}
