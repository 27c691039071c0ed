//! PyPI's versions, which have many spellings for one
//! (<https://packaging.python.org/en/latest/specifications/version-specifiers/>).

const PRE: &[(&str, &str)] = &[
    ("alpha", "a"),
    ("a", "a"),
    ("beta", "b"),
    ("b", "b"),
    ("preview", "rc"),
    ("pre", "rc"),
    ("rc", "rc"),
    ("c", "rc"),
];
const POST: &[(&str, &str)] = &[("post", ".post"), ("rev", ".post"), ("r", ".post")];
const DEV: &[(&str, &str)] = &[("dev", ".dev")];
const SEPARATORS: [char; 3] = ['-', '_', '.'];

/// The one spelling that all spellings of a version have in common; `None` if it is no version.
pub(super) fn canonical(version: &str) -> Option<String> {
    let lower = version.trim().to_ascii_lowercase();
    let (public, local) = match lower.split_once('+') {
        Some((public, local)) => (public, Some(canonical_local(local)?)),
        None => (lower.as_str(), None),
    };
    let mut rest = Rest(public.strip_prefix('v').unwrap_or(public));
    let mut release = vec![rest.number()?];
    let mut epoch = "0";
    if let Some(behind) = rest.0.strip_prefix('!') {
        rest = Rest(behind);
        epoch = std::mem::replace(&mut release[0], rest.number()?);
    }
    while let Some(number) = rest.attempt(|rest| rest.strip(".").and_then(|()| rest.number())) {
        release.push(number);
    }
    while release.len() > 1 && release.last() == Some(&"0") {
        release.pop();
    }
    let pre = rest.labelled(PRE);
    let post = rest
        .attempt(|rest| rest.strip("-").and_then(|()| rest.number()))
        .map(|number| format!(".post{number}"))
        .or_else(|| rest.labelled(POST));
    let dev = rest.labelled(DEV);
    let parts = [pre, post, dev, local].map(Option::unwrap_or_default);
    let spelled = || format!("{epoch}!{}{}", release.join("."), parts.concat());
    rest.0.is_empty().then(spelled)
}

/// Behind the `+`: letters and digits, in parts.
fn canonical_local(local: &str) -> Option<String> {
    let parts = local.split(SEPARATORS).map(|part| {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        let is_fit = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_fit.then(|| if is_number { without_zeros(part) } else { part })
    });
    Some(format!("+{}", parts.collect::<Option<Vec<_>>>()?.join(".")))
}

fn without_zeros(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        number => number,
    }
}

/// What of a version is not read yet.
#[derive(Clone, Copy)]
struct Rest<'v>(&'v str);

impl<'v> Rest<'v> {
    /// Takes what `read` takes, or nothing if that is none.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = *self;
        read(self).or_else(|| {
            *self = before;
            None
        })
    }

    fn strip(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    fn separator(&mut self) {
        self.0 = self.0.strip_prefix(SEPARATORS).unwrap_or(self.0);
    }

    /// Digits, without zeros in front: a number of any length.
    fn number(&mut self) -> Option<&'v str> {
        let behind = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = &self.0[..self.0.len() - behind.len()];
        self.0 = behind;
        (!digits.is_empty()).then(|| without_zeros(digits))
    }

    /// A part like `-alpha.1`; without a number it is 0.
    fn labelled(&mut self, labels: &[(&str, &str)]) -> Option<String> {
        let label = self.attempt(|rest| {
            rest.separator();
            let label = labels.iter().find(|(label, _)| rest.0.starts_with(label))?;
            rest.strip(label.0).map(|()| label.1)
        })?;
        let number = self.attempt(|rest| {
            rest.separator();
            rest.number()
        });
        Some(format!("{label}{}", number.unwrap_or("0")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_are_one() {
        for (spellings, expected) in [
            (&["1", "1.0", "v1.0.0", " 01.00\n", "0!1"][..], "0!1"),
            (&["0", "0.0", "00"], "0!0"),
            (&["1.0a1", "1.0-alpha.1", "1.0.0_ALPHA1", "1a01"], "0!1a1"),
            (&["1.0b", "1.0.beta0", "1b-0"], "0!1b0"),
            (&["1.0rc2", "1.0c2", "1.0-pre2", "1.preview2"], "0!1rc2"),
            (&["1.0-1", "1.0.post1", "1.0r1", "1.0-rev-1"], "0!1.post1"),
            (&["1.0.dev", "1.0-DEV0", "1dev"], "0!1.dev0"),
            (&["1.0a1.post2.dev3", "1.0a1-2dev3"], "0!1a1.post2.dev3"),
            (&["1.0+cu-121", "1.0+CU.0121", "1+cu_121"], "0!1+cu.121"),
            (&["2!1.0", "2!1"], "2!1"),
        ] {
            for spelling in spellings {
                assert_eq!(canonical(spelling).as_deref(), Some(expected), "{spelling}");
            }
        }
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in [
            "",
            "v",
            "a",
            "1.",
            "1..0",
            "1.0+",
            "1.0+a..b",
            "1.0+a+b",
            "1!",
            "1!2!3",
            "1.0-",
            "1.0x",
            "1.0_1",
            "1.0.dev1a",
            "1.0 a",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
