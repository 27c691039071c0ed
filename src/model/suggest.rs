//! "Did you mean …?" for names that are not known.

/// A longer name resembles none that is known.
const LONGEST: usize = 64;

/// What helps somebody who wrote `name` where one of `known` belongs, if one of them is close.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let distance = |candidate| match name.len() {
        ..=LONGEST => strsim::levenshtein(name, candidate),
        _ => usize::MAX,
    };
    known
        .into_iter()
        .map(|candidate| (distance(candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// As [`did_you_mean`], or all that is known where none is close.
pub fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    did_you_mean(name, known.iter().copied()).unwrap_or_else(|| match known.is_empty() {
        true => "none is known here".to_owned(),
        false => format!("known are: {}", known.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_suggested() {
        let known = ["anchors", "regex", "except"];
        assert_eq!(suggest("anchor", known), "did you mean `anchors`?");
        assert_eq!(suggest("exept", known), "did you mean `except`?");
        assert_eq!(
            suggest("colour", known),
            "known are: anchors, regex, except"
        );
        assert_eq!(suggest("a", []), "none is known here");
        assert_eq!(did_you_mean(&"anchors".repeat(10), known), None);
        assert_eq!(did_you_mean("budget", known), None);
    }
}
