//! Numbers as people read them.

/// A number with its digits in groups of three: `2,695`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number with its noun: `1 finding`, `2,695 findings`.
pub fn counted(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(counted(1u64, "file"), "1 file");
        assert_eq!(counted(1_234_567usize, "file"), "1,234,567 files");
        assert_eq!(counted(0u64, "finding"), "0 findings");
        assert_eq!([0, 12, 123, 1_234].map(count), ["0", "12", "123", "1,234"]);
    }
}
