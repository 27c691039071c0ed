//! What git's lists say, whose items end with a zero byte.

use crate::model::BlobId;

/// What a tracked path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// A submodule.
    Module,
}

/// A line of `ls-files --stage -t`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Staged<'a> {
    pub(super) path: &'a str,
    pub(super) kind: Kind,
    pub(super) blob: BlobId,
    /// Whether it is left out of the working tree on purpose, by a sparse checkout.
    pub(super) skipped: bool,
    /// Whether a merge has left it in several versions.
    pub(super) unmerged: bool,
}

/// A line of `ls-tree`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Committed<'a> {
    pub(super) path: &'a str,
    pub(super) kind: Kind,
    pub(super) blob: BlobId,
}

/// The items of a list. A path that is not UTF-8 is left out: no entry of an artifact has such a name.
fn items(list: &[u8]) -> impl Iterator<Item = &str> {
    list.split(|byte| *byte == 0)
        .filter(|item| !item.is_empty())
        .filter_map(|item| str::from_utf8(item).ok())
}

/// Reads `ls-files --stage -t -z`: `H 100644 ID 0<tab>PATH`.
pub(super) fn staged(list: &[u8]) -> Result<Vec<Staged<'_>>, String> {
    let read = |item| {
        let (head, path) = str::split_once(item, '\t')?;
        let mut words = head.split(' ');
        let (tag, mode) = (words.next()?, words.next()?);
        let blob = BlobId::parse(words.next()?)?;
        Some(Staged {
            path,
            kind: kind(mode)?,
            blob,
            skipped: tag == "S",
            unmerged: words.next()? != "0",
        })
    };
    items(list)
        .map(|item| read(item).ok_or_else(unknown))
        .collect()
}

/// Reads `ls-tree -r -z`: `100644 blob ID<tab>PATH`.
pub(super) fn committed(list: &[u8]) -> Result<Vec<Committed<'_>>, String> {
    let read = |item| {
        let (head, path) = str::split_once(item, '\t')?;
        let mut words = head.split(' ');
        let (mode, _) = (words.next()?, words.next()?);
        Some(Committed {
            path,
            kind: kind(mode)?,
            blob: BlobId::parse(words.next()?)?,
        })
    };
    items(list)
        .map(|item| read(item).ok_or_else(unknown))
        .collect()
}

/// Reads `ls-files --others -z`.
pub(super) fn paths(list: &[u8]) -> impl Iterator<Item = &str> {
    items(list)
}

/// The paths of `check-attr -z` (`PATH`, `ATTRIBUTE`, `VALUE`) that have one of the attributes asked for.
pub(super) fn with_attributes(list: &[u8]) -> Vec<&str> {
    let fields: Vec<&[u8]> = list.split(|byte| *byte == 0).collect();
    let has_value = |field: &&[&[u8]]| !matches!(field[2], b"unspecified" | b"unset");
    let fields = fields.chunks_exact(3).filter(has_value);
    fields
        .filter_map(|field| str::from_utf8(field[0]).ok())
        .collect()
}

fn kind(mode: &str) -> Option<Kind> {
    match mode {
        "120000" => Some(Kind::Link),
        "160000" => Some(Kind::Module),
        _ if mode.starts_with("100") => Some(Kind::File),
        _ => None,
    }
}

fn unknown() -> String {
    "git listed files in a form that is not known here".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "ce013625030ba8dba906f756967f9e9ca394464a";

    fn id() -> BlobId {
        BlobId::parse(ID).unwrap()
    }

    #[test]
    fn the_index_is_read() {
        let list = format!(
            "H 100755 {ID} 0\ta\tb\nc\0S 120000 {ID} 0\tlink\0M 100644 {ID} 2\tboth\0H 160000 {ID} 0\tmodule\0"
        );
        let read = staged(list.as_bytes()).unwrap();
        let file = Staged {
            path: "a\tb\nc",
            kind: Kind::File,
            blob: id(),
            skipped: false,
            unmerged: false,
        };
        assert_eq!(read[0], file);
        assert!(read[1].skipped && read[1].kind == Kind::Link);
        assert!(read[2].unmerged);
        assert_eq!(read[3].kind, Kind::Module);
        assert!(staged(b"").unwrap().is_empty());
        for broken in ["H 100644 ce01 0\ta", "what", "H 040000 x 0\ta"] {
            assert!(staged(broken.as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_commit_is_read() {
        let list = format!("100644 blob {ID}\tsrc/a b.rs\0160000 commit {ID}\tmodule\0");
        let read = committed(list.as_bytes()).unwrap();
        assert_eq!(read[0].path, "src/a b.rs");
        assert_eq!((read[0].kind, read[0].blob), (Kind::File, id()));
        assert_eq!(read[1].kind, Kind::Module);
        assert!(committed(b"100644 blob\ta").is_err());
    }

    #[test]
    fn attributes_are_those_that_are_set() {
        let list = b"a\0filter\0lfs\0a\0ident\0unspecified\0b\0filter\0unset\0c\0ident\0set\0";
        assert_eq!(with_attributes(list), ["a", "c"]);
        assert!(with_attributes(b"").is_empty());
    }

    #[test]
    fn paths_that_are_no_text_are_left_out() {
        let found: Vec<_> = paths(b"a\0\xff\0b/\0").collect();
        assert_eq!(found, ["a", "b/"]);
    }
}
