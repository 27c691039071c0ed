//! The reader's limits as they are written: `decompressed = "8 GiB"`, `--limit time=90s`.

use std::time::Duration;

use crate::model::{Limits, SIZE_UNITS, did_you_mean, escape};

/// One line of the table of limits: a name, how it is written, and how it is set.
struct Key {
    name: &'static str,
    form: &'static str,
    set: fn(&mut Limits, &str) -> Option<()>,
}

/// Every limit that can be set. None can be zero: that would mean "read nothing".
const KEYS: [Key; 5] = [
    Key {
        name: "decompressed",
        form: "a size like \"8 GiB\" or \"500 MB\"",
        set: |limits, text| size(text).map(|value| limits.decompressed = value),
    },
    Key {
        name: "ratio",
        form: "a whole number above 0",
        set: |limits, text| number(text).map(|value| limits.ratio = value),
    },
    Key {
        name: "entries",
        form: "a whole number above 0",
        set: |limits, text| number(text).map(|value| limits.entries = value),
    },
    Key {
        name: "depth",
        form: "a number from 0 to 16",
        set: |limits, text| {
            let value = text.trim().parse().ok().filter(|value| *value <= 16)?;
            limits.depth = value;
            Some(())
        },
    },
    Key {
        name: "time",
        form: "a time like \"90s\" or \"5min\"",
        set: |limits, text| time(text).map(|value| limits.time = value),
    },
];

/// What is wrong with a limit: a sentence, and a way out. Names are told from values, so that the
/// right element can be underlined.
pub(super) enum LimitError {
    Key(String, Option<String>),
    Value(String),
}

impl LimitError {
    /// The sentence and the way out.
    pub(super) fn told(self) -> (String, Option<String>) {
        match self {
            Self::Key(message, help) => (message, help),
            Self::Value(message) => (message, None),
        }
    }
}

/// Sets the limit `key` to what is written as `value`.
pub(super) fn set(limits: &mut Limits, key: &str, value: &str) -> Result<(), LimitError> {
    let Some(known) = KEYS.iter().find(|known| known.name == key) else {
        let names = KEYS.map(|key| key.name);
        let all = || Some(format!("the limits are {}", names.join(", ")));
        let help = did_you_mean(key, names).or_else(all);
        return Err(LimitError::Key(
            format!("there is no limit `{}`", escape(key)),
            help,
        ));
    };
    (known.set)(limits, value)
        .ok_or_else(|| LimitError::Value(format!("`{key}` must be {}", known.form)))
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|value| *value > 0)
}

/// A number with a unit from `units`, which gives the factor of each.
fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (value, unit) = text.split_at_checked(digits)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number(value)?.checked_mul(*factor)
}

/// A size in bytes, as it is written.
pub(super) fn size(text: &str) -> Option<u64> {
    with_unit(text, &SIZE_UNITS)
}

fn time(text: &str) -> Option<Duration> {
    with_unit(text, &[("s", 1), ("min", 60), ("h", 3600)]).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_need_a_unit_and_are_above_zero() {
        assert_eq!(size("8 GiB"), Some(8 << 30));
        assert_eq!(size("500MB"), Some(500_000_000));
        for wrong in ["8", "0 B", "1.5 GB", "-1 B", "8 gib", "", "99999999999 GB"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
        assert_eq!(time("90s"), Some(Duration::from_secs(90)));
        assert_eq!(time("2 min"), Some(Duration::from_secs(120)));
        assert_eq!(time("é"), None);
    }

    #[test]
    fn every_key_sets_its_own_limit() {
        let mut limits = Limits::default();
        for (key, value) in [
            ("decompressed", "1 KiB"),
            ("ratio", "2"),
            ("entries", "3"),
            ("depth", "0"),
            ("time", "5s"),
        ] {
            assert!(set(&mut limits, key, value).is_ok(), "{key}");
        }
        let expected = Limits {
            decompressed: 1024,
            ratio: 2,
            entries: 3,
            depth: 0,
            time: Duration::from_secs(5),
        };
        assert_eq!(limits, expected);
        assert!(matches!(
            set(&mut limits, "entires", "3"),
            Err(LimitError::Key(_, Some(help))) if help.contains("entries")
        ));
        assert!(matches!(
            set(&mut limits, "depth", "17"),
            Err(LimitError::Value(_))
        ));
    }
}
