//! Addresses with a user and a password in them (RFC 3986, section 3.2.1): `postgres://user:password@host/name`.

use super::{Answer, Known, name};
use crate::rule::{commonplace::is_commonplace, placeholder::is_placeholder};

/// A shorter password stands for one.
const SHORTEST: usize = 4;
/// Hosts of documentation, by a whole name or the end of one.
const DOCUMENTATION: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "example.io",
    "example",
    "test",
    "invalid",
    "domain.com",
    "domain.tld",
    "domain.local",
    "mydomain.com",
    "yourdomain.com",
    "your-domain.com",
    "company.com",
    "foo.com",
    "bar.com",
    "foo.bar",
    "site.com",
    "website.com",
    "acme.com",
];
/// The machine itself.
const LOCAL: &[&str] = &["localhost", "::1", "0.0.0.0", "host.docker.internal"];

pub(super) fn judge(value: &[u8]) -> Answer {
    let Some(parts) = str::from_utf8(value).ok().and_then(Parts::of) else {
        return Answer::Other;
    };
    let Parts {
        user,
        password,
        host,
    } = parts;
    let made_up = |text: &str| {
        is_template(text) || is_placeholder(text.as_bytes()) || is_commonplace(text.as_bytes())
    };
    let host = host.to_ascii_lowercase();
    let of_documentation = |known: &&str| {
        host.strip_suffix(*known)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if password.len() < SHORTEST || user == password || is_template(user) || made_up(password) {
        return Answer::Other;
    }
    if is_template(&host) || is_hostname_for(&host) || DOCUMENTATION.iter().any(of_documentation) {
        return Answer::Other;
    }
    if LOCAL.contains(&host.as_str()) || host.starts_with("127.") {
        return Answer::Doubtful("its host is the machine itself");
    }
    if !host.contains(['.', ':']) {
        return Answer::Doubtful("its host has a name that holds among containers only");
    }
    let user = name(user).map(|user| format!("of the user {user} "));
    let detail = super::host(&host).map(|host| format!("{}at {host}", user.unwrap_or_default()));
    Answer::Sound(Known {
        detail,
        ..Known::default()
    })
}

struct Parts<'a> {
    user: &'a str,
    password: &'a str,
    host: &'a str,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let (_, rest) = url.split_once("://")?;
        let ends = |character: char| "/?# \t\r\n\"'`<>\\,;)".contains(character);
        let authority = &rest[..rest.find(ends).unwrap_or(rest.len())];
        // Who writes a password by hand does not escape an `@` in it.
        let at = authority.rfind('@')?;
        let (user, password) = rest[..at].split_once(':')?;
        let place = &authority[at + 1..];
        let host = match place.strip_prefix('[') {
            Some(place) => place.split(']').next()?,
            None => place.split(':').next()?,
        };
        (!host.is_empty()).then_some(Self {
            user,
            password,
            host,
        })
    }
}

/// Whether something is to be put in for it.
fn is_template(text: &str) -> bool {
    let opens = ["${", "{", "%(", "<", "[", "#{", "$(", "\" +", "' +"];
    opens.iter().any(|open| text.contains(open))
        || text.starts_with(['$', '%', '*'])
        || text.contains("...")
        || text.contains('…')
        || !text.is_empty() && text.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x'))
}

/// Whether it only stands for a name: `host`, `HOSTNAME`, `db-host`, `your.server`.
fn is_hostname_for(host: &str) -> bool {
    host.split(['.', '-', '_']).any(|word| {
        [
            "host",
            "hostname",
            "server",
            "servername",
            "yourserver",
            "your",
            "myhost",
            "myserver",
            "address",
            "ip",
            "hostip",
        ]
        .contains(&word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(url: &str) -> Answer {
        // Written in two parts, so that nothing here looks like a secret.
        judge(url.replace("|", "q8Vz0Lw2").as_bytes())
    }

    #[test]
    fn user_and_host_are_told() {
        let known = Answer::known("of the user app at db1.acme.io");
        assert_eq!(judged("postgres://app:|@db1.acme.io:5432/x"), known);
        assert_eq!(judged("mysql://app:a@|@db1.acme.io?x=y"), known);
        assert_eq!(
            judged("redis://:|@db1.acme.io"),
            Answer::known("at db1.acme.io")
        );
        assert_eq!(
            judged("http://app:|@[2001:db8::7]:80/"),
            Answer::known("of the user app at 2001:db8::7")
        );
    }

    #[test]
    fn local_hosts_are_doubtful() {
        for url in [
            "amqp://app:|@localhost:5672",
            "amqp://app:|@127.0.0.1/",
            "redis://app:|@redis:6379",
            "http://a:|@[::1]/",
        ] {
            assert!(matches!(judged(url), Answer::Doubtful(_)), "{url}");
        }
    }

    #[test]
    fn what_documentation_shows_is_nothing() {
        for url in [
            "postgres://user:password@db1.acme.io/x",
            "postgres://postgres:postgres@db1.acme.io",
            "postgres://app:${PASSWORD}@db1.acme.io",
            "postgres://%s:%s@%s/%s",
            "mongodb+srv://<user>:<password>@cluster0.mongodb.net",
            "mysql://root:secret123@db1.acme.io",
            "mysql://app:|@db.example.com",
            "mysql://app:|@hostname:3306",
            "mysql://app:|@your-server.de",
            "mysql://app:|@${HOST}/",
            "ftp://anonymous@ftp.acme.io/",
            "http://acme.io:80/a@b",
            "https://|@acme.io",
            "x://a:pw@b.c",
        ] {
            assert_eq!(judged(url), Answer::Other, "{url}");
        }
    }
}
