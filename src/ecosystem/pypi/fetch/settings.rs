//! Which indexes are asked, and how: what pip or uv is configured with.

use std::{env, path::Path};

use serde::Serialize;
use serde_json::Value;

use super::uv::Uv;
use crate::{
    ecosystem::{Error, FetchError},
    model::{escape, without_credentials},
};

/// pip's own, in seconds.
const TIMEOUT: f64 = 15.0;
const RETRIES: u32 = 5;

/// How indexes are asked.
#[derive(Serialize)]
pub(super) struct Settings {
    /// Whose configuration it is.
    #[serde(skip)]
    pub(super) client: &'static str,
    /// In the order in which they are asked.
    pub(super) indexes: Vec<Index>,
    #[serde(skip)]
    pub(super) first_only: bool,
    pub(super) cert: Option<String>,
    pub(super) client_cert: Option<String>,
    pub(super) proxy: Option<String>,
    pub(super) trusted_hosts: Vec<String>,
    /// How long nothing may come, in seconds.
    pub(super) timeout: f64,
    pub(super) retries: u32,
}

/// An index.
#[derive(Serialize)]
pub(super) struct Index {
    url: String,
    /// Where they are not in the address.
    user: Option<String>,
    password: Option<String>,
}

impl Index {
    pub(super) fn new(url: &str, user: Option<String>, password: Option<String>) -> Self {
        Self {
            url: url.trim().to_owned(),
            user,
            password,
        }
    }

    /// Its address, perhaps with credentials.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The same without them.
    pub(super) fn shown(&self) -> String {
        escape(&without_credentials(&self.url))
    }
}

impl Settings {
    /// What holds in `directory`: uv's where it is used there, or where pip is told nothing and uv is; else
    /// pip's.
    pub(super) fn of(directory: &Path, uv: &Uv, pip: &Value) -> Result<Self, FetchError> {
        let is_told_nothing = pip.get("is_default") == Some(&Value::Bool(true));
        let is_of_uv = uv.is_used || is_told_nothing && uv.names_index();
        match pip.get("pip").filter(|pip| pip.is_object()) {
            Some(pip) if !is_of_uv => Ok(of_pip(pip)?),
            _ => Ok(uv.settings(directory)?),
        }
    }
}

/// Settings by the names of pip's options.
fn of_pip(pip: &Value) -> Result<Settings, Error> {
    let text = |name: &str| {
        let text = pip.get(name).and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let words = |name: &str| {
        let text = text(name).unwrap_or_default();
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let misconfigured = |reason: &str| Error::ClientMisconfigured {
        client: "pip",
        reason: reason.to_owned(),
    };
    if text("no-index").is_some_and(|text| is_yes(&text)) {
        return Err(misconfigured("it is to ask no index (no-index)"));
    }
    let Some(first) = text("index-url") else {
        return Err(misconfigured("it tells of no index that it asks"));
    };
    let number = |names: &[&str]| {
        let text = names.iter().find_map(|name| text(name))?;
        text.parse::<f64>().ok().filter(|number| *number >= 0.0)
    };
    let indexes = [first].into_iter().chain(words("extra-index-url"));
    Ok(Settings {
        client: "pip",
        indexes: indexes.map(|url| Index::new(&url, None, None)).collect(),
        first_only: false,
        cert: text("cert")
            .or_else(|| variable("REQUESTS_CA_BUNDLE"))
            .or_else(|| variable("CURL_CA_BUNDLE")),
        client_cert: text("client-cert"),
        proxy: text("proxy"),
        trusted_hosts: words("trusted-host"),
        timeout: number(&["timeout", "default-timeout"]).unwrap_or(TIMEOUT),
        retries: number(&["retries"]).map_or(RETRIES, |number| number as u32),
    })
}

pub(super) fn is_yes(text: &str) -> bool {
    ["1", "true", "yes", "on", "y", "t"].contains(&text.trim().to_lowercase().as_str())
}

pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pips_settings_are_read_by_their_names() {
        let pip = json!({
            "index-url": "https://u:p@a.example/simple", "extra-index-url": "\nhttps://b.example/\nhttps://c.example/",
            "default-timeout": "7", "retries": "0", "trusted-host": "a b:1",
        });
        let settings = of_pip(&pip).unwrap();
        let shown: Vec<_> = settings.indexes.iter().map(Index::shown).collect();
        assert_eq!(
            shown,
            [
                "https://a.example/simple",
                "https://b.example/",
                "https://c.example/"
            ]
        );
        assert_eq!((settings.timeout, settings.retries), (7.0, 0));
        assert_eq!(settings.trusted_hosts, ["a", "b:1"]);
    }

    #[test]
    fn a_pip_without_an_index_is_an_error() {
        for pip in [
            json!({}),
            json!({"index-url": "https://a.example", "no-index": "true"}),
        ] {
            assert!(of_pip(&pip).is_err(), "{pip}");
        }
    }
}
