//! "Did you mean …?" for names that are not known.

/// What helps somebody who wrote `name` where one of `known` belongs: the closest one, if one is
/// close, or all of them.
pub fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let closest = known
        .iter()
        .map(|candidate| (distance(name, candidate), *candidate))
        .min();
    match closest {
        Some((distance, candidate)) if distance <= 1 + candidate.len() / 4 => {
            format!("did you mean `{candidate}`?")
        }
        Some(_) => format!("known are: {}", known.join(", ")),
        None => "none is known here".to_owned(),
    }
}

/// The Levenshtein distance: how many characters to insert, delete or replace. Long texts, which no
/// known name resembles, are far from everything.
fn distance(from: &str, to: &str) -> usize {
    if from.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, left) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (column, right) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
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
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
