//! What cargo keeps of a registry's index: a file for each crate that holds, between NUL bytes, the documented
//! JSON lines of the index (<https://doc.rust-lang.org/cargo/reference/registry-index.html>).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::model::Integrity;

/// One version of a crate.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Line {
    pub(super) name: String,
    #[serde(rename = "vers")]
    pub(super) version: String,
    /// SHA-256, in hexadecimal digits.
    #[serde(rename = "cksum")]
    pub(super) checksum: String,
    #[serde(default)]
    pub(super) yanked: bool,
}

/// The lines of a crate, in the order of their publication, if `indexes` has any of it.
pub(super) fn lines(indexes: &Path, name: &str) -> Result<Option<Vec<Line>>, String> {
    let mut found = Vec::new();
    collect(indexes, &folded(name), &mut found).map_err(|error| error.to_string())?;
    // An index of other people's may have one crate that is written with `-` and one with `_`.
    found.sort_by_key(|file| !file.ends_with(name.to_ascii_lowercase()));
    let Some(file) = found.first() else {
        return Ok(None);
    };
    let bytes = fs::read(file).map_err(|error| error.to_string())?;
    let lines: Result<Vec<_>, _> = bytes
        .split(|byte| *byte == 0)
        .filter(|piece| piece.starts_with(b"{"))
        .map(read)
        .collect();
    match lines {
        Ok(lines) if !lines.is_empty() => Ok(Some(lines)),
        _ => Err(
            "cargo took no version from its index that can be read here (an answer of another kind, or a cargo \
             that keeps its indexes in another form)"
                .to_owned(),
        ),
    }
}

/// A line, if nothing in it could pass for something else in a path or in a file of cargo's.
fn read(piece: &[u8]) -> Result<Line, ()> {
    let line: Line = serde_json::from_slice(piece).map_err(|_| ())?;
    let only = |text: &str, more: &[u8]| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
        text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(allowed)
    };
    let is_sound = only(line.name.trim_start_matches('_'), b"-_")
        && only(&line.version, b"-+.")
        && Integrity::of_hex("sha256", &line.checksum).is_some();
    is_sound.then_some(line).ok_or(())
}

/// The files below a directory whose name means this one.
fn collect(directory: &Path, name: &str, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), name, found)?;
        } else if folded(&entry.file_name().to_string_lossy()) == name {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// Registries take a name once, whatever its case and whether it is written with `-` or `_`.
fn folded(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// The line of this version. What is behind a `+` need not be given.
pub(super) fn find<'l>(lines: &'l [Line], version: &str) -> Option<&'l Line> {
    let core = |text: &'l str| text.split('+').next();
    let exact = lines.iter().find(|line| line.version == version);
    exact.or_else(|| {
        lines
            .iter()
            .find(|line| core(&line.version) == Some(version))
    })
}

/// The newest line, as cargo takes it: rather no pre-release; and where everything was yanked, of that.
pub(super) fn latest(lines: &[Line]) -> Option<&Line> {
    let rank = |line: &&Line| {
        let core = line.version.split('+').next().unwrap_or_default();
        let (numbers, pre) = core.split_once('-').unwrap_or((core, ""));
        let numbers: Vec<u64> = numbers.split('.').flat_map(str::parse).collect();
        (!line.yanked, pre.is_empty(), numbers)
    };
    // Of several pre-releases of one version the last that was published.
    lines.iter().max_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Result<Option<Vec<Line>>, String> {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("host-0/.cache/go/od");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("good"), text).unwrap();
        lines(place.path(), "Good")
    }

    fn line(version: &str, yanked: bool) -> String {
        let zeros = "0".repeat(64);
        format!(
            r#"{{"name":"good","vers":"{version}","cksum":"{zeros}","yanked":{yanked},"deps":[]}}"#
        )
    }

    #[test]
    fn the_lines_lie_between_nul_bytes() {
        let text = format!(
            "\u{3}\0etag\01.0.0\0{}\02.0.0\0{}\0",
            line("1.0.0", true),
            line("2.0.0", false)
        );
        let lines = kept(&text).unwrap().unwrap();
        let versions: Vec<_> = lines
            .iter()
            .map(|line| (&*line.version, line.yanked))
            .collect();
        assert_eq!(versions, [("1.0.0", true), ("2.0.0", false)]);
        let place = tempfile::tempdir().unwrap();
        assert!(super::lines(place.path(), "good").unwrap().is_none());
    }

    #[test]
    fn another_form_is_an_error() {
        let without_hash = r#"{"name":"good","vers":"1.0.0","cksum":""}"#;
        for text in [
            "",
            "\u{4}\0something",
            without_hash,
            "{",
            &line("../1", false),
        ] {
            assert!(kept(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_latest_is_what_cargo_would_take() {
        let latest = |all: &[(&str, bool)]| {
            let lines = all.iter().map(|(version, yanked)| line(version, *yanked));
            let lines = kept(&lines.collect::<Vec<_>>().join("\0"))
                .unwrap()
                .unwrap();
            super::latest(&lines).unwrap().version.clone()
        };
        let older_later = [("1.9.0", false), ("1.10.0", false), ("1.2.0", false)];
        assert_eq!(latest(&older_later), "1.10.0");
        assert_eq!(
            latest(&[("1.0.0", false), ("1.1.0", true), ("2.0.0-a", false)]),
            "1.0.0"
        );
        assert_eq!(
            latest(&[("1.0.0-a.9", false), ("1.0.0-a.10", false)]),
            "1.0.0-a.10"
        );
        assert_eq!(latest(&[("1.0.0", true), ("1.1.0", true)]), "1.1.0");
    }

    #[test]
    fn what_is_behind_a_plus_need_not_be_given() {
        let lines = kept(&line("1.0.0+a", false)).unwrap().unwrap();
        assert!(find(&lines, "1.0.0").is_some() && find(&lines, "1.0.0+a").is_some());
        assert!(find(&lines, "1.0").is_none() && find(&lines, "1.0.0+b").is_none());
    }
}
