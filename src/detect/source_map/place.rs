//! Sources that point outside the package: to a directory of the machine that built it, or to a
//! host.

use super::name::{has_drive, scheme};
use crate::model::people;

/// Top directories of a machine that people and companies name things in.
const TELLING: &[&str] = &[
    "home", "users", "volumes", "mnt", "media", "data", "srv", "opt", "var", "private", "export",
    "net", "nfs", "afs",
];

/// Hosts that serve public code.
const PUBLIC_HOSTS: &[&str] = &[
    "ajax.googleapis.com",
    "bitbucket.org",
    "cdn.jsdelivr.net",
    "cdn.skypack.dev",
    "cdnjs.cloudflare.com",
    "code.jquery.com",
    "codeberg.org",
    "deno.land",
    "esm.run",
    "esm.sh",
    "fastly.jsdelivr.net",
    "gist.githubusercontent.com",
    "github.com",
    "gitlab.com",
    "jsr.io",
    "raw.githack.com",
    "raw.githubusercontent.com",
    "rawgit.com",
    "cdn.rawgit.com",
    "unpkg.com",
];

/// This machine: nothing can be fetched from there.
const LOOPBACK: &[&str] = &["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];

/// Ends of host names that only resolve inside a network.
const PRIVATE_SUFFIXES: &[&str] = &[
    ".internal",
    ".local",
    ".localdomain",
    ".corp",
    ".lan",
    ".intranet",
    ".private",
    ".home.arpa",
    ".svc",
];

/// Object stores: a bucket may be open to everybody.
const BUCKET_HOSTS: &[&str] = &[
    ".amazonaws.com",
    ".r2.dev",
    ".r2.cloudflarestorage.com",
    "storage.googleapis.com",
    ".blob.core.windows.net",
    ".digitaloceanspaces.com",
    ".backblazeb2.com",
    ".wasabisys.com",
    ".aliyuncs.com",
    ".myqcloud.com",
];

const ARCHIVES: &[&str] = &[
    ".zip", ".tgz", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".7z", ".rar", ".gz",
];

/// Whether a source or source root is a path of the machine that built the package, and a telling
/// one.
pub(super) fn is_absolute(name: &str) -> bool {
    let path = name.replace('\\', "/").to_ascii_lowercase();
    let is_url = scheme(name).as_deref() == Some("file");
    let mut path = match is_url {
        // `file:///x`, or `file://host/x`.
        true => path["file://".len()..].trim_start_matches('/').to_owned(),
        false => path,
    };
    let drive = has_drive(&path);
    if drive {
        path.drain(..2);
    } else if is_url {
        path.insert(0, '/');
    }
    // A network share names its host; a URL may leave the scheme out in the same way.
    if !path.starts_with('/') || path.starts_with("//") && !name.starts_with("\\\\") {
        return false;
    }
    if people::is_builders(&path) {
        return false;
    }
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let top = segments.next().unwrap_or_default();
    let deep = segments.next().is_some();
    deep && (is_url || drive || name.starts_with("\\\\") || TELLING.contains(&top))
}

/// A URL on the web, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Remote<'a> {
    host: &'a str,
    path: &'a str,
    scheme: &'a str,
}

impl<'a> Remote<'a> {
    /// `None` if `url` is not of a scheme that fetches.
    pub(super) fn parse(url: &'a str) -> Option<Self> {
        let known = ["http", "https", "s3", "gs"].contains(&scheme(url)?.as_str());
        let (scheme, rest) = url.split_once("://").filter(|_| known)?;
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // What stands before `@` may be a password.
        let host = authority.rsplit('@').next().unwrap_or(authority);
        Some(Self { host, path, scheme })
    }

    /// The URL without what may be secret: user, password, query.
    pub(super) fn shown(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host, self.path)
    }

    fn host_name(&self) -> String {
        let port = self
            .host
            .rfind(':')
            .filter(|at| !self.host[*at..].contains(']'));
        self.host[..port.unwrap_or(self.host.len())].to_ascii_lowercase()
    }

    /// Whether it names a host of its publisher's that can be reached from outside or inside.
    pub(super) fn is_own_host(&self) -> bool {
        let host = self.host_name();
        !host.is_empty()
            && !PUBLIC_HOSTS.contains(&host.as_str())
            && !LOOPBACK.contains(&host.as_str())
            && !host.ends_with(".github.io")
    }

    /// Whether it points at an archive, a bucket, or a host inside a private network.
    pub(super) fn is_telling(&self) -> bool {
        if !self.is_own_host() {
            return false;
        }
        let host = self.host_name();
        let path = self.path.to_ascii_lowercase();
        let bucket = !self.scheme.to_ascii_lowercase().starts_with("http")
            || BUCKET_HOSTS.iter().any(|end| host.ends_with(end));
        bucket || is_private(&host) || ARCHIVES.iter().any(|end| path.ends_with(end))
    }
}

fn is_private(host: &str) -> bool {
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return address.is_private() || address.is_link_local();
    }
    let name = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    name && (!host.contains('.') || PRIVATE_SUFFIXES.iter().any(|end| host.ends_with(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telling_directories_are_told_from_builders() {
        for name in [
            "/home/jdoe/work/x.ts",
            "/Users/jdoe/x.ts",
            "C:\\Users\\jdoe\\x.ts",
            "D:/acme/monorepo/x.ts",
            "file:///home/jdoe/x.ts",
            "file:///C:/Users/jdoe/x.ts",
            "file:///acme/x.ts",
            "/mnt/acme/x.ts",
            "\\\\server\\share\\x.ts",
        ] {
            assert!(is_absolute(name), "{name}");
        }
        for name in [
            "../home/x/y.ts",
            "/src/main.ts",
            "/home/runner/work/x/x.ts",
            "/__w/x/y.ts",
            "/build/x.ts",
            "/project/a/x.ts",
            "/usr/src/a/x.ts",
            "D:\\a\\repo\\repo\\x.ts",
            "C:/Users/runneradmin/x.ts",
            "file:///home/runner/x.ts",
            "webpack:///home/jdoe/x.ts",
            "//cdn.example.com/home/x.ts",
            "file://",
            "/home",
            "",
        ] {
            assert!(!is_absolute(name), "{name}");
        }
    }

    #[test]
    fn own_and_telling_hosts() {
        let own = |url| Remote::parse(url).is_some_and(|remote| remote.is_own_host());
        let telling = |url| Remote::parse(url).is_some_and(|remote| remote.is_telling());
        for url in [
            "https://acme.s3.us-east-1.amazonaws.com/x.map",
            "https://pub-1.r2.dev/src.zip",
            "https://acme.com/releases/source.TGZ?x=1",
            "http://builds.corp/x.ts",
            "http://builder/x.ts",
            "http://10.1.2.3:8080/x.ts",
            "s3://bucket/x.ts",
        ] {
            assert!(telling(url), "{url}");
        }
        for url in ["https://maps.acme.com/x.map", "https://user@acme.com/x.map"] {
            assert!(own(url) && !telling(url), "{url}");
        }
        for url in [
            "https://raw.githubusercontent.com/a/b/x.ts",
            "https://github.com/a/b/archive/v1.zip",
            "http://localhost:3000/x.ts",
            "https://unpkg.com/x@1/x.map",
            "https:///x",
            "webpack://x/y.zip",
            "../x.zip",
        ] {
            assert!(!own(url) && !telling(url), "{url}");
        }
    }

    #[test]
    fn what_may_be_secret_is_not_shown() {
        let remote = Remote::parse("https://me:word@acme.com:8/x.map?sig=1#f").unwrap();
        assert_eq!(remote.shown(), "https://acme.com:8/x.map");
    }
}
