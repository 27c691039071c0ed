//! What npm's libraries say when something can't be fetched, in our words.

use serde::Deserialize;

use crate::{
    ecosystem::{Error, published::FetchError},
    model::{Integrity, Spec, escape, without_secrets_in_urls},
};

/// An error of npm's libraries, or of the script that asks them.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Failure {
    /// What npm, node or the system calls it.
    code: String,
    /// Of the registry's answer, if there was one.
    status: Option<u16>,
    message: String,
    /// Hashes, as subresource integrity has them.
    expected: Option<String>,
    found: Option<String>,
    /// The latest version.
    latest: Option<String>,
    /// When something was withdrawn, or published.
    when: Option<String>,
}

/// How codes begin that say that there is no way to the registry.
const NO_WAY: [&str; 27] = [
    "CERT_",
    "DEPTH_ZERO_",
    "EAI_",
    "ECONN",
    "EHOST",
    "EIDLETIMEOUT",
    "EINVALIDPROXY",
    "EINVALIDRESPONSE",
    "ENET",
    "ENOTCACHED",
    "ENOTFOUND",
    "EPROTO",
    "EPROXY",
    "ERESPONSETIMEOUT",
    "ERR_OSSL",
    "ERR_PROXY",
    "ERR_SOCKET",
    "ERR_SSL",
    "ERR_STREAM_PREMATURE_CLOSE",
    "ERR_TLS",
    "ESOCKET",
    "ETIMEDOUT",
    "ETRANSFERTIMEOUT",
    "SELF_SIGNED_",
    "UNABLE_TO_",
    "body-timeout",
    "request-timeout",
];

impl Failure {
    /// Why a package can't be had, as people are told; `path` is where npm runs.
    pub(super) fn explain(self, spec: &Spec, registry: String, path: &str) -> FetchError {
        let said = escape(&without_secrets_in_urls(&self.message));
        let spec = spec.clone();
        let shown = |text: Option<String>| text.map(|text| escape(&text));
        match (self.status, self.code.as_str()) {
            (
                None,
                "ENPM" | "EACCES" | "EDQUOT" | "EISDIR" | "ENOENT" | "ENOSPC" | "EPERM" | "EROFS",
            ) => FetchError::Client(Error::ClientUnusable {
                client: "npm",
                path: path.to_owned(),
                said,
            }),
            (Some(404), _) => FetchError::NoPackage { spec, registry },
            (None, "ETARGET" | "ENOVERSIONS") => FetchError::NoVersion {
                spec,
                registry,
                latest: shown(self.latest),
            },
            (None, "EUNPUBLISHED") => FetchError::Withdrawn {
                spec,
                registry,
                when: shown(self.when),
            },
            (Some(401..=403), _) | (None, "E403" | "EOTP") => FetchError::Refused {
                spec,
                registry,
                said,
            },
            (None, "EINTEGRITY") => FetchError::OtherBytes {
                file: "the tarball".to_owned(),
                promised: hash(self.expected),
                found: hash(self.found),
                promised_by: "its registry".to_owned(),
                spec,
            },
            (status, code) if status == Some(407) || is_no_way(code) => FetchError::Unreachable {
                spec,
                registry,
                said,
            },
            _ => FetchError::Unusable {
                spec,
                registry,
                said,
            },
        }
    }
}

fn is_no_way(code: &str) -> bool {
    NO_WAY.iter().any(|begin| code.starts_with(begin))
}

/// A hash as it is shown.
fn hash(subresource: Option<String>) -> String {
    let subresource = subresource.unwrap_or_default();
    match Integrity::of_subresource(&subresource) {
        Some(hash) => {
            let (function, digits) = hash.parts();
            format!("{function} {digits}")
        }
        None => escape(&subresource),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ecosystem;

    fn explained(status: Option<u16>, code: &str) -> String {
        let failure = Failure {
            status,
            code: code.to_owned(),
            message: "at http://me:hunter22@h/\u{1b}".to_owned(),
            latest: Some("2.0.0\n".to_owned()),
            found: Some("sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned()),
            expected: Some("odd\n".to_owned()),
            ..Failure::default()
        };
        let spec = Spec::exact(Ecosystem::Npm, "a", "1.0.0");
        let error = failure.explain(&spec, "R".to_owned(), "/p");
        error.to_string()
    }

    #[test]
    fn each_failure_is_explained_by_what_it_comes_from() {
        let unreachable = "R can't be reached for npm:a@1.0.0: at http://…@h/\\u{1b}";
        let unusable = "R gives no usable answer for npm:a@1.0.0: at http://…@h/\\u{1b}";
        let refused = "R refuses npm:a@1.0.0: at http://…@h/\\u{1b}";
        let of_npm = "npm in /p can't be asked for packages: at http://…@h/\\u{1b}";
        for (status, code, expected) in [
            (Some(401), "E401", refused),
            (Some(402), "E402", refused),
            (Some(403), "E403", refused),
            (None, "EOTP", refused),
            (Some(407), "E407", unreachable),
            (None, "ENOTFOUND", unreachable),
            (None, "EAI_AGAIN", unreachable),
            (None, "ECONNREFUSED", unreachable),
            (None, "ERR_SOCKET_TIMEOUT", unreachable),
            (None, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", unreachable),
            (None, "SELF_SIGNED_CERT_IN_CHAIN", unreachable),
            (None, "request-timeout", unreachable),
            (Some(500), "E500", unusable),
            (Some(503), "E503", unusable),
            (None, "invalid-json", unusable),
            (None, "", unusable),
            (None, "ENPM", of_npm),
            (None, "ENOSPC", of_npm),
            (
                Some(404),
                "E404",
                "R has no package npm:a@1.0.0, or does not show it to you",
            ),
            (
                None,
                "ETARGET",
                "R has no version npm:a@1.0.0; the latest is 2.0.0\\n",
            ),
            (
                None,
                "EINTEGRITY",
                "the tarball of npm:a@1.0.0 is not what its registry says: it has sha1 \
                 0000000000000000000000000000000000000000, and not odd\\n",
            ),
        ] {
            assert_eq!(explained(status, code), expected, "{status:?} {code}");
        }
    }
}
