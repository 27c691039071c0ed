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
const PUBLIC_WORDS: &[&str] = &[
    "firebase",
    "maps",
    "public",
    "publishable",
    "recaptcha",
    "sitekey",
];
/// A name that ends in one of these is of something about a secret.
const ABOUT: &[&str] = &[
    "algorithm",
    "class",
    "command",
    "dir",
    "directory",
    "enabled",
    "endpoint",
    "expires",
    "expiration",
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
    "keyring",
    "length",
    "limit",
    "method",
    "mode",
    "name",
    "path",
    "port",
    "prefix",
    "provider",
    "sock",
    "socket",
    "store",
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
    "credential",
    "credentials",
    "dsn",
    "jwt",
    "pat",
    "privatekey",
    "pwd",
    "secretkey",
    "secrets",
];
/// And with a word that ends in one of these: `PGPASSWORD`, `identitytoken`.
const ENDINGS: &[&str] = &[
    "apikey",
    "passphrase",
    "passwd",
    "password",
    "secret",
    "token",
];
/// And with one of these if it ends in it.
const AT_THE_END: &[&str] = &["auth", "key", "pass"];
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
    if DIRECTORIES.contains(&lower.as_str())
        || PUBLIC_PREFIXES
            .iter()
            .any(|prefix| lower.starts_with(prefix))
    {
        return false;
    }
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let Some(last) = words.last().map(String::as_str) else {
        return false;
    };
    if has(PUBLIC_WORDS) || ABOUT.contains(&last) {
        return false;
    }
    let ends = |word: &String| ENDINGS.iter().any(|ending| word.ends_with(ending));
    has(ANYWHERE)
        || words.iter().any(ends)
        || AT_THE_END.contains(&last) && !(last == "key" && has(OTHER_KEYS))
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
            "SENTRY_DSN",
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
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
