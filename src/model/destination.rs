//! Where an artifact would go, and who can read it there.

use serde::{Deserialize, Serialize};

/// Who can read what is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Everybody.
    Public,
    /// Only those who were let in.
    Restricted,
}

impl Access {
    /// The one of this name.
    pub fn called(name: &str) -> Option<Self> {
        let mut all = [Access::Public, Access::Restricted].into_iter();
        all.find(|access| access.name() == name)
    }

    /// The name used in configuration and reports.
    pub fn name(self) -> &'static str {
        match self {
            Access::Public => "public",
            Access::Restricted => "restricted",
        }
    }
}

/// Where a publish would take an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// What people call the registry: `npm`, `crates.io`, its name in a client's configuration, its
    /// address without credentials; where it is not known, nothing.
    pub registry: Option<String>,
    /// Its address, where it is known, without credentials.
    pub url: Option<String>,
    /// Who can read it there, where it is known.
    pub access: Option<Access>,
    /// What says so.
    pub why: String,
}

impl Destination {
    /// A registry at an address that a client or a manifest names. One inside a network is restricted
    /// to it. What is not written as an address is not shown, for nobody knows where in it a password
    /// is, and is unknown: clients may still make an address of it, and another one than it seems.
    pub fn at(address: &str, why: impl Into<String>) -> Self {
        if !is_address(address) {
            return Self::unknown(format!(
                "{}: an address that is not written as one",
                why.into()
            ));
        }
        let url = without_credentials(address);
        Self {
            registry: Some(url.clone()),
            access: is_internal(&url).then_some(Access::Restricted),
            url: Some(url),
            why: why.into(),
        }
    }

    /// Nobody could say.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self {
            registry: None,
            url: None,
            access: None,
            why: why.into(),
        }
    }

    /// The manifest in the artifact is another than the one that was asked: a script that packs has
    /// changed it, and may have changed it back. Some clients publish by the one, some by the other.
    pub fn contradicted() -> Self {
        Self::unknown("the packed manifest says otherwise than the one in the project")
    }

    /// Whether it is the registry of this name or address.
    pub fn is(&self, registry: &str) -> bool {
        let address = comparable(registry);
        let name = self.registry.as_deref();
        name.is_some_and(|name| name.eq_ignore_ascii_case(registry))
            || self.url.as_deref().map(comparable) == Some(address)
    }
}

/// Whether it is `scheme://[user@]host[:port][/path]`, with nothing in it that clients read in several
/// ways.
fn is_address(address: &str) -> bool {
    let (written, behind) = match address.find(['?', '#']) {
        Some(at) => address.split_at(at),
        None => (address, ""),
    };
    let open = without_credentials(written);
    let Some((scheme, rest)) = open.split_once("://") else {
        return false;
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    // The colons of an IPv6 address are in its brackets.
    let port = authority
        .rfind(':')
        .filter(|at| !authority[*at..].contains(']'));
    let (host, port) = match port {
        Some(at) => (&authority[..at], &authority[at + 1..]),
        None => (authority, ""),
    };
    let is_odd = |character: char| !character.is_ascii_graphic() || character == '\\';
    // With a slash in a password, the host is in what looks like the path. A scope may be there too.
    let has_user = |part: &str| part.find('@').is_some_and(|at| at > 0);
    let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    !scheme.is_empty()
        && scheme.bytes().all(in_scheme)
        && is_host(host)
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && !address.contains(is_odd)
        && !path.split('/').any(has_user)
        && !behind.contains('@')
}

/// Whether it is a name or an address as everybody writes them. Clients take numbers such as
/// `134744072` and `0x8080808` for IPv4 addresses too.
fn is_host(host: &str) -> bool {
    if let Some(literal) = host.strip_prefix('[') {
        let literal = literal.strip_suffix(']').unwrap_or_default();
        return literal.parse::<std::net::Ipv6Addr>().is_ok();
    }
    if host.parse::<std::net::Ipv4Addr>().is_ok() {
        return true;
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(in_name);
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    host.split('.').all(is_label) && !is_number
}

/// The address without user, password, query and fragment, any of which may hold a token.
pub fn without_credentials(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}{host}{path}")
}

/// Hosts are the same in any case, and a slash at the end means nothing to any client.
fn comparable(address: &str) -> String {
    let address = without_credentials(address.trim());
    let address = address.strip_prefix("sparse+").unwrap_or(&address);
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    format!("{scheme}://{host}/{}", path.trim_end_matches('/'))
}

/// Top-level names that no public name server knows.
const INTERNAL: [&str; 6] = ["internal", "intranet", "corp", "lan", "local", "arpa"];

/// Whether only a network of its own can reach the address: loopback and private networks, host names
/// without a domain, and domains that are nobody's outside.
fn is_internal(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    if let Some(literal) = authority.strip_prefix('[') {
        let literal = literal.split(']').next().unwrap_or_default();
        return literal.parse().is_ok_and(|address: std::net::Ipv6Addr| {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        });
    }
    let host = authority.split(':').next().unwrap_or_default();
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return address.is_loopback() || address.is_private() || address.is_link_local();
    }
    match host.rsplit_once('.') {
        Some((_, top)) => INTERNAL.contains(&top),
        None => !host.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_left_out() {
        for (address, expected) in [
            ("https://a.example/x/", "https://a.example/x/"),
            ("https://u:p%40@a.example:81/@x", "https://a.example:81/@x"),
            ("https://u:p@ss@a.example", "https://a.example"),
            ("https://a.example/?token=1#2", "https://a.example/"),
            ("u:p@a.example/x", "a.example/x"),
            ("crates", "crates"),
        ] {
            assert_eq!(without_credentials(address), expected);
        }
    }

    #[test]
    fn addresses_inside_a_network_are_known() {
        for address in [
            "http://localhost:4873/",
            "http://127.0.0.1:4873",
            "https://10.1.2.3/npm/",
            "https://172.31.0.1",
            "http://[::1]:80/",
            "http://[fd00::1]/",
            "https://nexus/repository/npm/",
            "https://npm.acme.INTERNAL./",
        ] {
            assert!(is_internal(address), "{address}");
            let access = Destination::at(address, "").access;
            assert_eq!(access, Some(Access::Restricted));
        }
        for address in [
            "https://npm.acme.example/",
            "https://172.32.0.1/",
            "https://internal.acme.example",
            "",
        ] {
            assert!(!is_internal(address), "{address}");
        }
    }

    #[test]
    fn what_is_not_written_as_an_address_is_neither_shown_nor_restricted() {
        for address in [
            "https:/bot:s3cretpw@host/",
            "https:///bot:s3cretpw@host",
            "//bot:s3cretpw@host/",
            "https://bot:s3cretpw/x@host/",
            "https://bot:12/s3cretpw@host/",
            "https://bot:12#s3cretpw@host/",
            "https://public.example\\@nexus/",
            "https://ne\txus/",
            "https://134744072/",
            "https://0x8080808/",
            "https://010.0.0.1/",
            "https://[::1/",
            "https://[::1]x/",
            "https://a..b/",
            "${NPM_REG}",
            "https://${NPM_REG}/",
            "nexus",
            "",
        ] {
            let unknown = Destination::unknown("a: an address that is not written as one");
            assert_eq!(Destination::at(address, "a"), unknown, "{address}");
        }
        for (address, shown) in [
            ("https://bot:p/@nexus/", None),
            (
                "https://bot:s3cretpw@nexus:81/@a/",
                Some("https://nexus:81/@a/"),
            ),
            ("sparse+https://a.example", Some("sparse+https://a.example")),
            ("https://9.example./x", Some("https://9.example./x")),
            ("http://bot@[::1]:80/?a=1", Some("http://[::1]:80/")),
        ] {
            assert_eq!(Destination::at(address, "").url.as_deref(), shown);
        }
    }

    #[test]
    fn one_registry_may_be_written_in_several_ways() {
        let destination = Destination::at("https://bot:secret@NPM.acme.example/a/", "");
        assert_eq!(
            destination.url.as_deref(),
            Some("https://NPM.acme.example/a/")
        );
        for same in ["https://npm.acme.example/a", "HTTPS://npm.acme.example/a/"] {
            assert!(destination.is(same), "{same}");
        }
        for other in ["https://npm.acme.example", "http://npm.acme.example/a/", ""] {
            assert!(!destination.is(other), "{other}");
        }
        let public = Destination {
            registry: Some("npm".to_owned()),
            ..destination
        };
        assert!(public.is("NPM") && public.is("https://npm.acme.example/a/"));
    }
}
