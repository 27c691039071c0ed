//! Secrets inside addresses and connection strings.

use zeroize::Zeroizing;

use super::{names, values::is_secret};

/// Of longer addresses the begin is read: each may begin inside another one.
const LONGEST: usize = 4096;
/// What a connection string calls its secrets.
const CONNECTION_KEYS: &[&str] = &["accountkey", "password", "pwd", "sharedaccesskey"];
/// What the last part of a webhook's path has at least.
const SHORTEST_HOOK: usize = 16;

/// The last part of a webhook's address: who knows it may write there.
pub(super) fn in_webhook(value: &str, found: &mut dyn FnMut(&str)) {
    let path = value.trim().split(['?', '#']).next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next();
    let is_random = |last: &&str| {
        last.len() >= SHORTEST_HOOK
            && last.contains(|c: char| c.is_ascii_digit())
            && last.contains(|c: char| c.is_ascii_alphabetic())
            && is_secret(last)
    };
    if let Some(last) = last.filter(|_| value.contains("://")).filter(is_random) {
        found(last);
    }
}

/// The passwords in addresses, or the names where that is all that there is: tokens.
pub(super) fn in_address(value: &str, found: &mut dyn FnMut(&str)) {
    for (at, _) in value.match_indices("://") {
        let rest = &value[at + 3..];
        let ends = |c: char| c.is_whitespace() || "\"'`<>,".contains(c);
        let end = rest
            .char_indices()
            .find(|(index, c)| *index >= LONGEST || ends(*c));
        let address = &rest[..end.map_or(rest.len(), |(index, _)| index)];
        let end = address.find(['/', '?', '#']).unwrap_or(address.len());
        let (authority, path) = address.split_at(end);
        in_query(path, found);
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let told = match user.and_then(|user| user.split_once(':')) {
            Some((_, password)) => plain_and_decoded(password, found),
            None => {
                user.is_some_and(|user| is_public_dsn(user, path) || plain_and_decoded(user, found))
            }
        };
        // A password may have what should end it. A number behind the colon is a port.
        let whole = address.rsplit_once('@').map(|(user, _)| user);
        if let (false, Some((name, password))) = (told, whole.and_then(|user| user.split_once(':')))
        {
            let number = password.trim_start_matches(|c: char| c.is_ascii_digit());
            if !name.contains(['/', '?', '#']) && !number.starts_with('/') {
                plain_and_decoded(password, found);
            }
        }
    }
}

/// Sentry's: a key that everybody may write with, and the number of a project.
fn is_public_dsn(user: &str, path: &str) -> bool {
    let project = path.rsplit('/').next().unwrap_or_default();
    let is_hex = |user: &str| user.bytes().all(|byte| byte.is_ascii_hexdigit());
    user.len() == 32
        && is_hex(user)
        && !project.is_empty()
        && project.bytes().all(|byte| byte.is_ascii_digit())
}

/// Secrets among what is asked for: `?password=…`. A mere `key` is that of a map.
fn in_query(path: &str, found: &mut dyn FnMut(&str)) {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    for (key, value) in query
        .split(['&', '#'])
        .filter_map(|pair| pair.split_once('='))
    {
        if key != "key" && names::is_secret(key) {
            plain_and_decoded(value, found);
        }
    }
}

/// Whether there is one.
fn plain_and_decoded(password: &str, found: &mut dyn FnMut(&str)) -> bool {
    let plain = is_secret(password);
    if plain {
        found(password);
    }
    let decoded = percent_decoded(password);
    let other = *decoded != password && is_secret(&decoded);
    if other {
        found(&decoded);
    }
    plain || other
}

/// `Server=h;Password=…`, `host=h password=…`, `h:6379,password=…`, `user:password@tcp(h)/db`
pub(super) fn is_connection(value: &str) -> bool {
    connection(value).next().is_some() || value.contains("@tcp(") || value.contains("@unix(")
}

pub(super) fn in_connection(value: &str, found: &mut dyn FnMut(&str)) {
    for part in connection(value) {
        if is_secret(part) {
            found(part);
        }
    }
    let user = value.split_once("@tcp(").or(value.split_once("@unix("));
    let password = user.and_then(|(user, _)| user.split_once(':'));
    if let Some((_, password)) = password.filter(|(_, password)| is_secret(password)) {
        found(password);
    }
}

fn connection(value: &str) -> impl Iterator<Item = &str> {
    let has_semicolons = value.contains(';');
    let ends = move |c: char| match has_semicolons {
        true => c == ';',
        false => c == ',' || c.is_whitespace(),
    };
    let pairs = value.split(ends).filter_map(|part| part.split_once('='));
    pairs
        .filter(|(key, _)| {
            let key = key.trim().to_lowercase().replace(' ', "");
            CONNECTION_KEYS.contains(&key.as_str())
        })
        .map(|(_, value)| value.trim().trim_matches(['\'', '"']))
}

fn percent_decoded(text: &str) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let digits = behind.get(..2).and_then(|two| str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    Zeroizing::new(str::from_utf8(&bytes).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Vec<String> {
        let mut found = Vec::new();
        in_address(value, &mut |part| found.push(part.to_owned()));
        found
    }

    #[test]
    fn a_password_may_have_what_ends_an_address() {
        for password in ["aB3#dE6gH9jK2mN", "aB3/dE6gH9jK2mN", "a@b#dE6gH9jK2mN"] {
            let value = format!("postgres://app:{password}@h/db");
            assert_eq!(of(&value), [password], "{value}");
        }
    }

    #[test]
    fn of_a_webhook_the_end_is_one() {
        let secret = ["aB3dE6gH", "9jK2mN5p"].concat();
        let mut found = Vec::new();
        for value in [
            format!("https://hooks.example.com/services/T/B/{secret}"),
            "https://example.com/hooks/deploy-production".to_owned(),
        ] {
            in_webhook(&value, &mut |part| found.push(part.to_owned()));
        }
        assert_eq!(found, [secret]);
    }
}
