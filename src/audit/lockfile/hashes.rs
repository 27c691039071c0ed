//! The hashes that lock files promise.

use super::collected::shown;
use crate::model::Integrity;

/// Those that can be compared; clients may know more.
const KNOWN: [&str; 3] = ["sha1", "sha256", "sha512"];

/// Every hash of a list such as `sha512-BASE64 sha1-BASE64`.
pub(super) fn of_subresource(list: &str) -> Result<Vec<Integrity>, String> {
    of_all(list.split_whitespace(), '-', |_, whole| {
        Integrity::of_subresource(whole)
    })
}

/// Hashes such as `sha256:HEX`.
pub(super) fn of_hex<'t>(all: impl IntoIterator<Item = &'t str>) -> Result<Vec<Integrity>, String> {
    of_all(all.into_iter(), ':', |algorithm, whole| {
        Integrity::of_hex(algorithm, &whole[algorithm.len() + 1..])
    })
}

/// A broken hash, or none that can be compared, would be a promise that nobody checks.
fn of_all<'t>(
    all: impl Iterator<Item = &'t str>,
    separator: char,
    read: impl Fn(&str, &str) -> Option<Integrity>,
) -> Result<Vec<Integrity>, String> {
    let mut found = Vec::new();
    let mut unknown = None;
    for one in all {
        let algorithm = one.split(separator).next().unwrap_or_default();
        if !KNOWN.contains(&algorithm) {
            unknown = Some(one);
            continue;
        }
        let hash = (algorithm.len() < one.len())
            .then(|| read(algorithm, one))
            .flatten();
        found.push(hash.ok_or_else(|| format!("`{}` is no hash", shown(one)))?);
    }
    match unknown {
        Some(one) if found.is_empty() => Err(format!(
            "`{}` is no hash that can be compared; {} can",
            shown(one),
            KNOWN.join(", ")
        )),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_hashes_of_a_list_are_read() {
        let sha1 = "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
        let read = of_subresource(&format!("{sha1} sha384-AAAA {sha1}")).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].parts().0, "sha1");
        let hex = format!("sha256:{}", "0".repeat(64));
        assert_eq!(of_hex([hex.as_str(), "md5:00"]).unwrap().len(), 1);
        assert_eq!(of_subresource(" "), Ok(Vec::new()));
    }

    #[test]
    fn a_promise_that_nobody_could_check_is_refused() {
        for (list, expected) in [
            ("sha512-AAAA", "`sha512-AAAA` is no hash"),
            ("sha512", "`sha512` is no hash"),
            (
                "sha384-AAAA",
                "`sha384-AAAA` is no hash that can be compared; sha1, sha256, sha512 can",
            ),
        ] {
            assert_eq!(of_subresource(list).unwrap_err(), expected);
        }
        assert!(of_hex(["sha256:00"]).is_err() && of_hex(["md5:00"]).is_err());
    }
}
