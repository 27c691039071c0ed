//! Which names are those of secrets.

/// What frameworks put before the names of variables that they write into the code for browsers.
const PUBLIC_PREFIXES: &[&str] = &[
    "expo_public_",
    "gatsby_",
    "next_public_",
    "ng_app_",
    "nuxt_public_",
    "plasmo_public_",
    "public_",
    "react_app_",
    "snowpack_public_",
    "storybook_",
    "vite_",
    "vue_app_",
    // What older clients make of package.json, which ships.
    "npm_package_",
];
/// A name with one of these words is of something that everybody may know.
const PUBLIC_WORDS: &[&str] = &["anon", "public", "publishable", "sitekey"];
/// So is one with these words in a row: what bundles embed so that browsers may write, or search.
const PUBLIC_PHRASES: &[&[&str]] = &[
    &["client", "token"],
    &["instrumentation", "key"],
    &["mixpanel", "token"],
    &["search", "api", "key"],
    &["search", "key"],
    &["searchkey"],
    &["write", "key"],
    &["writekey"],
];
/// And the keys of these, unless a word says that it is another key.
const PUBLIC_SERVICES: &[&str] = &[
    "amplitude",
    "bugsnag",
    "firebase",
    "maps",
    "mixpanel",
    "posthog",
    "recaptcha",
    "segment",
];
/// Words that say so.
const NOT_PUBLIC: &[&str] = &[
    "admin",
    "passphrase",
    "password",
    "personal",
    "private",
    "secret",
    "token",
];
/// A name that ends in one of these is of something about a secret.
const ABOUT: &[&str] = &[
    "addr",
    "address",
    "alg",
    "algo",
    "algorithm",
    "arn",
    "audience",
    "bin",
    "class",
    "command",
    "dir",
    "directory",
    "domain",
    "email",
    "enabled",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "fd",
    "field",
    "file",
    "format",
    "header",
    "helper",
    "host",
    "id",
    "ids",
    "issuer",
    "keyring",
    "label",
    "length",
    "limit",
    "method",
    "mode",
    "name",
    "path",
    "pattern",
    "port",
    "prefix",
    "project",
    "prompt",
    "provider",
    "providers",
    "regex",
    "regexp",
    "region",
    "scope",
    "scopes",
    "sock",
    "socket",
    "store",
    "template",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "user",
    "username",
    "version",
];
/// A name with one of these words is a secret's, wherever the word stands.
const ANYWHERE: &[&str] = &[
    "bearer",
    "cred",
    "credential",
    "credentials",
    "creds",
    "jwt",
    "pat",
    "pw",
    "pwd",
    "secrets",
];
/// And with one of these in front of the word `key`, or written together with it.
const KEYS: &[&str] = &[
    "access",
    "api",
    "encryption",
    "master",
    "private",
    "secret",
    "signing",
];
/// And with a word that ends in one of these: `PGPASSWORD`, `identitytoken`.
const ENDINGS: &[&str] = &[
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "secret",
    "token",
];
/// And with one of these if it ends in it.
const AT_THE_END: &[&str] = &["auth", "key", "pass", "webhook"];
/// What stands behind a name to tell one secret from the other, or how it is written.
const QUALIFIERS: &[&str] = &[
    "b",
    "base",
    "current",
    "dev",
    "development",
    "live",
    "new",
    "old",
    "pem",
    "prev",
    "previous",
    "prod",
    "production",
    "staging",
    "v",
];
/// Keys that are for everybody, or for no lock: `GPG_KEY` names who signs the releases of Python.
const OTHER_KEYS: &[&str] = &[
    "cache",
    "foreign",
    "gpg",
    "host",
    "partition",
    "pgp",
    "primary",
    "sort",
];
/// Where the shell is, and was.
const DIRECTORIES: &[&str] = &["oldpwd", "pwd"];

/// Whether what has this name is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let lower = name.to_lowercase();
    if DIRECTORIES.contains(&lower.as_str()) || is_for_browsers(name) {
        return false;
    }
    let words = telling(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let Some(last) = words.last().map(String::as_str) else {
        return false;
    };
    let is_row = |phrase: &&[&str]| words.windows(phrase.len()).any(|row| *row == **phrase);
    let public = has(PUBLIC_WORDS) || PUBLIC_PHRASES.iter().any(is_row);
    let public_service = has(PUBLIC_SERVICES) && !has(NOT_PUBLIC);
    if public && !has(&["private", "secret"]) || public_service {
        return false;
    }
    if ABOUT.contains(&last) {
        return is_webhook(name);
    }
    let ends = |word: &String| ENDINGS.iter().any(|ending| word.ends_with(ending));
    has(ANYWHERE)
        || words.iter().any(ends)
        || is_key(&words)
        || AT_THE_END.contains(&last) && !(last == "key" && has(OTHER_KEYS))
}

/// Whether what has this name is an address that is a secret as a whole.
pub(super) fn is_webhook(name: &str) -> bool {
    let words = telling(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(words[..], [.., "webhook"] | [.., "webhook", "uri" | "url"])
}

/// Whether a framework writes what has this name into code for browsers.
pub(super) fn is_for_browsers(name: &str) -> bool {
    let lower = name.to_lowercase();
    PUBLIC_PREFIXES
        .iter()
        .any(|prefix| lower.starts_with(prefix))
}

/// `API_KEY_EU`, `signingKey`, `MYAPIKEY`
fn is_key(words: &[String]) -> bool {
    let is_kind = |word: &str| KEYS.contains(&word);
    let together = |word: &String| {
        let kind = word.strip_suffix("key");
        kind.is_some_and(|kind| KEYS.iter().any(|known| kind.ends_with(known)))
    };
    let apart = words
        .windows(2)
        .any(|row| is_kind(&row[0]) && row[1] == "key");
    apart || words.iter().any(together)
}

/// The words of the name, without numbers and what else tells one secret from the other.
fn telling(name: &str) -> Vec<String> {
    let mut words = words(name);
    for word in &mut words {
        let length = word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        word.truncate(length);
    }
    words.retain(|word| !word.is_empty());
    while words.len() > 1
        && words
            .last()
            .is_some_and(|last| QUALIFIERS.contains(&last.as_str()))
    {
        words.pop();
    }
    words
}

/// `AWS_SECRET_ACCESS_KEY`, `npmAuthToken` and `//host/:_authToken` in words of small letters; of the last
/// one those behind the host.
fn words(name: &str) -> Vec<String> {
    let name = name.rsplit(['/', ':']).next().unwrap_or(name);
    let mut words = vec![String::new()];
    let mut after_small = false;
    for character in name.chars() {
        let begins = after_small && character.is_uppercase();
        after_small = character.is_lowercase();
        if begins || !character.is_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (character.is_alphanumeric(), words.last_mut()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_manner_of_writing() {
        for name in [
            "NPM_TOKEN",
            "NODE_AUTH_TOKEN",
            "GITHUB_TOKEN",
            "CI_JOB_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "CI_JOB_JWT",
            "AWS_SECRET_ACCESS_KEY",
            "aws_session_token",
            "TWINE_PASSWORD",
            "DB_PASS",
            "PGPASSWORD",
            "POETRY_PYPI_TOKEN_PYPI",
            "UV_INDEX_INNER_PASSWORD",
            "HATCH_INDEX_AUTH",
            "STRIPE_API_KEY",
            "SECRET_KEY_BASE",
            "API_KEY_PROD_SECRET",
            "KEY",
            "GPG_PRIVATE_KEY_PASSPHRASE",
            "GH_PAT",
            "DB_PASSWORD_2",
            "TOKEN1",
            "STRIPE_KEY_PROD",
            "STRIPE_KEY_LIVE",
            "JWT_SECRET_OLD",
            "AUTH_V2",
            "DEPLOY_KEY_BASE64",
            "DEPLOY_KEY_PEM",
            "API_KEY_EU",
            "MYAPIKEY",
            "accesskey",
            "SIGNING_KEY_CURRENT",
            "ENCRYPTION_KEY_A",
            "masterKey",
            "GPG_PRIVATE_KEY",
            "FIREBASE_TOKEN",
            "RECAPTCHA_SECRET_KEY",
            "POSTHOG_PERSONAL_API_KEY",
            "DEPLOY_CREDS",
            "DB_PW",
            "PASSCODE",
            "WEBHOOK",
            "SLACK_WEBHOOK_URL",
            "npm_config__auth",
            "npm_config_//npm.example/:_authToken",
            "//npm.example/:_password",
            "npmAuthToken",
            "accessToken",
            "identitytoken",
            "auth",
            "client_secret",
            "refresh_token",
            "private_key",
            "_authToken",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn what_is_public_or_about_a_secret_is_none() {
        for name in [
            "",
            "PATH",
            "PWD",
            "OLDPWD",
            "SSH_AUTH_SOCK",
            "XAUTHORITY",
            "GIT_ASKPASS",
            "KEYBOARD",
            "PUBLIC_KEY",
            "SSH_PUBLIC_KEY",
            "NEXT_PUBLIC_API_KEY",
            "VITE_TOKEN",
            "REACT_APP_SECRET",
            "EXPO_PUBLIC_KEY",
            "STRIPE_PUBLISHABLE_KEY",
            "AWS_ACCESS_KEY_ID",
            "aws_access_key_id",
            "GPG_KEY",
            "TOKENIZERS_PARALLELISM",
            "PASSWORD_STORE_DIR",
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "AUTH_TYPE",
            "npm_package_config_token",
            "npm_config_init_author_name",
            "MAX_TOKENS",
            "PRIMARY_KEY",
            "GNOME_KEYRING_CONTROL",
            "OAUTH_CLIENT_ID",
            "FIREBASE_API_KEY",
            "TOKEN_FILE",
            "SENTRY_DSN",
            "SUPABASE_ANON_KEY",
            "SEGMENT_WRITE_KEY",
            "DATADOG_CLIENT_TOKEN",
            "ALGOLIA_SEARCH_KEY",
            "ALGOLIA_SEARCH_API_KEY",
            "MIXPANEL_TOKEN",
            "AMPLITUDE_API_KEY",
            "BUGSNAG_API_KEY",
            "POSTHOG_KEY",
            "TOKEN_ADDRESS",
            "TOKEN_ISSUER",
            "JWT_AUDIENCE",
            "JWT_ALGO",
            "SECRET_ARN",
            "SECRET_PROJECT",
            "TOKEN_REGEX",
            "PASSWORD_PATTERN",
            "SECRET_TEMPLATE",
            "PASSWORD_PROMPT",
            "CREDENTIALS_BIN",
            "CREDENTIALS_PATH",
            "WEBHOOK_PORT",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
