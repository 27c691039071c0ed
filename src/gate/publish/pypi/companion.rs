//! What goes with an artifact: signatures and attestations. A registry takes them as text, whatever is in
//! them, and so what is not what it is called stays here.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{
    gate::Error,
    model::{directory_of, escape},
};

/// As much as is read of one, in bytes; attestations take some ten thousand.
const LONGEST: u64 = 1 << 20;
const BEGIN: &str = "-----BEGIN ";
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
/// What an attestation consists of (<https://peps.python.org/pep-0740/#attestation-objects>).
const FIELDS: [&str; 3] = ["envelope", "verification_material", "version"];

/// Something that goes with an artifact.
pub(super) struct Companion {
    name: OsString,
    text: String,
}

impl Companion {
    /// Reads it.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let error = |reason: &dyn ToString| Error::NoCompanion {
            path: escape(&path.display().to_string()),
            reason: reason.to_string(),
        };
        let text = read(path).map_err(|source| error(&source))?;
        let name = path.file_name().unwrap_or_default().to_owned();
        match name.to_string_lossy().ends_with(".asc") {
            true if is_signature(&text) => {}
            true => return Err(error(&"it is not one PGP signature and nothing else")),
            false if is_attestation(&text) => {}
            false => return Err(error(&"it is not an attestation")),
        }
        Ok(Self { name, text })
    }

    /// Puts it beside an artifact, and says where it is then.
    pub(super) fn put_beside(&self, artifact: &Path) -> Result<PathBuf, Error> {
        let path = directory_of(artifact).join(&self.name);
        let put = File::create_new(&path).and_then(|_| fs::write(&path, &self.text));
        put.map_err(|source| Error::NoCompanion {
            path: escape(&path.display().to_string()),
            reason: source.to_string(),
        })?;
        Ok(path)
    }
}

fn read(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut text = String::new();
    File::open(path)?
        .take(LONGEST + 1)
        .read_to_string(&mut text)?;
    match text.len() as u64 > LONGEST {
        true => Err(io::Error::other("it is longer than 1 MiB")),
        false => Ok(text),
    }
}

fn is_signature(text: &str) -> bool {
    text.starts_with(SIGNATURE)
        && text.matches(BEGIN).count() == 1
        && text.trim_end().ends_with("-----END PGP SIGNATURE-----")
}

fn is_attestation(text: &str) -> bool {
    let object: Option<Map<String, Value>> = serde_json::from_str(text).ok();
    object.is_some_and(|object| {
        object.len() == FIELDS.len() && FIELDS.iter().all(|field| object.contains_key(*field))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_nothing_else() {
        let block =
            |kind: &str| format!("-----BEGIN PGP {kind}-----\n\nabc\n-----END PGP {kind}-----\n");
        let signature = block("SIGNATURE");
        assert!(is_signature(&signature));
        for wrong in [
            block("PRIVATE KEY BLOCK"),
            format!("{signature}{}", block("PRIVATE KEY BLOCK")),
            format!("{signature}{signature}"),
            format!("x{signature}"),
            format!("{signature}x"),
            String::new(),
        ] {
            assert!(!is_signature(&wrong), "{wrong}");
        }
    }

    #[test]
    fn an_attestation_has_the_three_fields() {
        assert!(is_attestation(
            r#"{"version":1,"envelope":{},"verification_material":{}}"#
        ));
        for wrong in [
            "",
            "{}",
            "[]",
            r#"{"version":1,"envelope":{},"verification_material":{},"x":1}"#,
        ] {
            assert!(!is_attestation(wrong), "{wrong}");
        }
    }
}
