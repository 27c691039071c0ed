//! The token that cargo itself would take: what its own provider `cargo:token` does.
//!
//! <https://doc.rust-lang.org/cargo/reference/registry-authentication.html>

use std::{env, io, path::Path};

use zeroize::Zeroizing;

use super::{
    configuration::{Configuration, File, first_of, home, in_variables},
    registry::PUBLIC,
};
use crate::{ecosystem::Error, model::read_text_file};

/// The token for the registry of this name, for a cargo that runs in `directory`.
///
/// # Errors
///
/// When the file that tokens are in can't be read.
pub fn cargo_token(registry: &str, directory: &Path) -> Result<Option<Zeroizing<String>>, Error> {
    if let Ok(token) = env::var(cargo_token_variable(registry))
        && !token.is_empty()
    {
        return Ok(Some(Zeroizing::new(token)));
    }
    let keys: &[&str] = match registry {
        PUBLIC => &["registry", "token"],
        other => &["registries", other, "token"],
    };
    let of_public_once: &[&str] = &["token"];
    if let Some(credentials) = credentials()? {
        let once = credentials.text(of_public_once);
        let once = once.filter(|_| registry == PUBLIC);
        if let Some(token) = credentials.text(keys).or(once) {
            return Ok(Some(Zeroizing::new(token)));
        }
    }
    let configuration = Configuration::of(directory);
    let found = configuration
        .files()
        .iter()
        .find_map(|file| file.text(keys));
    Ok(found.map(Zeroizing::new))
}

/// The variable that a token for the registry of this name may be in.
pub fn cargo_token_variable(registry: &str) -> String {
    match registry {
        PUBLIC => "CARGO_REGISTRY_TOKEN".to_owned(),
        other => format!("CARGO_REGISTRIES_{}_TOKEN", in_variables(other)),
    }
}

/// The file that `cargo login` writes, if it is there.
pub(super) fn credentials() -> Result<Option<File>, Error> {
    let Some(path) = home().map(|home| first_of(&home, "credentials")) else {
        return Ok(None);
    };
    let text = match read_text_file(&path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::unreadable(&path, error)),
    };
    // What the parser says may quote the file.
    let wrong = |_| Error::unreadable(&path, io::Error::other("it is not TOML"));
    let table = toml::from_str(&text).map_err(wrong)?;
    Ok(Some(File { path, table }))
}
