//! Files that are there as a whole or not at all.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use tempfile::Builder;

use crate::model::{directory_of, read_text_file};

/// Writes `content` to a file beside `path`, and gives it that name when all is written: whoever reads it
/// finds the old report or the new one, never half of one. What is no file (a pipe, `/dev/stdout`) is
/// written to as it is.
pub(super) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    write_as(path, content, 0o666)
}

/// The same, of a file that is to be run; one that is there keeps its permissions.
fn write_program(path: &Path, content: &[u8]) -> io::Result<()> {
    write_as(path, content, 0o777)
}

/// Writes a file that was looked at before, if it is still what it was then; `before` is nothing where it was not
/// there.
pub(super) fn replace(
    path: &Path,
    before: Option<&str>,
    after: &str,
    executable: bool,
) -> Result<(), String> {
    let now = match read_text_file(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.to_string()),
    };
    if now.as_deref() != before {
        return Err("it was changed in the meantime".to_owned());
    }
    fs::create_dir_all(directory_of(path)).map_err(|error| error.to_string())?;
    match (executable, before) {
        (true, None) => write_program(path, after.as_bytes()),
        _ => write(path, after.as_bytes()),
    }
    .map_err(|error| error.to_string())
}

/// `mode` is for a file that is not there yet, as far as the user's mask lets it.
#[cfg_attr(not(unix), expect(unused_variables, reason = "there are no modes"))]
fn write_as(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    // Through a link the file that it leads to is replaced, not the link.
    let (path, is_special) = match fs::canonicalize(path) {
        Ok(real) => {
            let is_special = !fs::metadata(&real)?.is_file();
            (real, is_special)
        }
        Err(_) => (path.to_owned(), false),
    };
    if is_special {
        return fs::write(path, content);
    }
    let mut builder = Builder::new();
    builder.prefix(".packwarden-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    let mut file = builder.tempfile_in(directory_of(&path))?;
    file.write_all(content)?;
    if let Ok(before) = fs::metadata(&path) {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.persist(&path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("report.json");
        write(&file, b"one").unwrap();
        write(&file, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(write(&place.path().join("none/report.json"), b"x").is_err());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
        // A directory is no file, and stays.
        assert!(write(place.path(), b"x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_stay_as_they_are() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let place = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| place.path().join(name));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }
}
