//! Sizes and times as people read them.

use std::time::Duration;

use crate::model::count;

/// A size in decimal units, as registries show it: `12.3 MB`.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if size < 1000 {
        return format!("{size} B");
    }
    let mut value = size as f64 / 1000.0;
    let mut unit = 0;
    // What would be rounded to 1000 belongs to the next unit.
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(value < 99.95);
    format!("{value:.decimals$} {}", UNITS[unit])
}

/// A time, as exactly as it matters: `7 ms`, `1.2 s`, `2 min 5 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 0.9995 {
        format!("{:.0} ms", seconds * 1000.0)
    } else if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else {
        let whole = time.as_secs() + u64::from(time.subsec_millis() >= 500);
        format!("{} min {} s", count(whole / 60), whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal_and_short() {
        let sizes = [
            0,
            999,
            1000,
            12_345,
            99_960,
            999_499,
            999_600,
            12_300_000,
            u64::MAX,
        ];
        assert_eq!(
            sizes.map(bytes),
            [
                "0 B", "999 B", "1.0 kB", "12.3 kB", "100 kB", "999 kB", "1.0 MB", "12.3 MB",
                "18.4 EB"
            ]
        );
    }

    #[test]
    fn times_are_short() {
        let times = [0, 7, 999, 1234, 59_940, 59_960, 125_000].map(Duration::from_millis);
        assert_eq!(
            times.map(duration),
            [
                "0 ms",
                "7 ms",
                "999 ms",
                "1.2 s",
                "59.9 s",
                "1 min 0 s",
                "2 min 5 s"
            ]
        );
    }
}
