//! Files that people write, read whole.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// No manifest, configuration or rule file is nearly as long, in bytes.
const LONGEST: u64 = 16 << 20;

/// The text of the file at `path`, but of a file only: to open a pipe could wait for ever, and a
/// device may have no end.
///
/// # Errors
///
/// When it is no file, can't be read, is longer than 16 MiB, or is not UTF-8.
pub fn read_text_file(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other("it is longer than 16 MiB"));
    }
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let wrong = |path: &Path| read_text_file(path).unwrap_err().to_string();
        assert_eq!(wrong(directory.path()), "it is not a file");
        fs::write(&path, "a\n").unwrap();
        assert_eq!(read_text_file(&path).unwrap(), "a\n");
        fs::write(&path, b"\xff").unwrap();
        assert_eq!(wrong(&path), "it is not UTF-8");
        File::create(&path).unwrap().set_len(LONGEST + 1).unwrap();
        assert_eq!(wrong(&path), "it is longer than 16 MiB");
    }
}
