//! A clean checkout of a commit, in a repository of its own that borrows the objects of the one it is pushed
//! from, so that nothing of that one is changed and clients still find a commit, tags and tracked files.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{PushError, repository::Repository};
use crate::{
    host::git::{Failed, Git},
    model::escape,
};

/// A huge tree is written for so long.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
const SHALLOW: &str = "shallow";

/// Writes the commit into a directory that is not there yet. No hook runs, and no filter: none is configured
/// there, and what the user or the system has configured is left out.
pub(super) fn check_out(
    repository: &Repository,
    commit: &str,
    into: &Path,
) -> Result<(), PushError> {
    let failed = |reason: String| PushError::Checkout {
        commit: commit.to_owned(),
        reason,
    };
    let unwritten = |error: io::Error| failed(error.to_string());
    let refused = |answer: Failed| failed(answer.reason());
    fs::create_dir(into).map_err(unwritten)?;
    let git = Git::new(into).plain().within(PATIENCE);
    let format = repository.ask(commit, &["rev-parse", "--show-object-format"])?;
    let format = format!(
        "--object-format={}",
        String::from_utf8_lossy(&format).trim()
    );
    // A template could hold hooks.
    let init = ["init", "--quiet", "--template=", &format];
    git.ask(&init).map_err(refused)?;
    let own = into.join(".git");
    let objects = own.join("objects/info");
    fs::create_dir_all(&objects).map_err(unwritten)?;
    let borrowed = line(&repository.part("objects")?);
    fs::write(objects.join("alternates"), borrowed).map_err(unwritten)?;
    match fs::copy(repository.part(SHALLOW)?, own.join(SHALLOW)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritten(error)),
        _ => {}
    }
    // What versions are made of.
    let merged = format!("--merged={commit}");
    let how = "--format=create %(refname) %(objectname)";
    let tags = repository.ask(commit, &["for-each-ref", how, &merged, "refs/tags/"])?;
    let set = git.ask_about(&["update-ref", "--no-deref", "--stdin"], tags);
    set.map_err(refused)?;
    let out = ["checkout", "--quiet", "--force", "--detach", commit];
    git.ask(&out).map_err(refused)?;
    Ok(())
}

/// A line of `alternates`. Quoted only where it must be: libgit2 knows no quotes.
fn line(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    let is_plain = !bytes.contains(&b'\n') && !bytes.starts_with(b"\"") && !bytes.starts_with(b"#");
    let mut line = Vec::new();
    if is_plain {
        line.extend(bytes);
    } else {
        line.push(b'"');
        for byte in bytes {
            match byte {
                b'\n' => line.extend(b"\\n"),
                b'"' | b'\\' => line.extend([b'\\', *byte]),
                _ => line.push(*byte),
            }
        }
        line.push(b'"');
    }
    line.push(b'\n');
    line
}

/// The files of a checkout that git keeps through a filter, of which only what it keeps was written.
pub(super) fn filtered<'p>(
    checkout: &Path,
    files: impl Iterator<Item = &'p str>,
) -> Result<Vec<String>, PushError> {
    let list: Vec<u8> = files
        .flat_map(|file| [file.as_bytes(), b"\0"].concat())
        .collect();
    let git = Git::new(checkout).plain();
    let answer = git.ask_about(&["check-attr", "-z", "--stdin", "filter"], list);
    let answer = answer.map_err(|failed| PushError::Repository(failed.reason()))?;
    let fields: Vec<&[u8]> = answer.split(|byte| *byte == 0).collect();
    let is_set = |field: &&[&[u8]]| !matches!(field[2], b"unspecified" | b"unset" | b"set");
    let fields = fields.chunks_exact(3).filter(is_set);
    Ok(fields
        .map(|field| escape(&String::from_utf8_lossy(field[0])))
        .collect())
}

/// Has this program work in a directory, until this is dropped: paths are then shown as they are from the top
/// of the repository.
pub(super) struct Within(PathBuf);

impl Within {
    pub(super) fn enter(directory: &Path) -> io::Result<Self> {
        let before = env::current_dir()?;
        env::set_current_dir(directory)?;
        Ok(Self(before))
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        // Should it be gone, nothing is done from there any more but to remove what is named in full.
        let _ = env::set_current_dir(&self.0);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn odd_places_of_objects_are_quoted() {
        for (path, expected) in [
            ("/a b/objects", "/a b/objects\n"),
            ("/a\nb", "\"/a\\nb\"\n"),
            ("/a\"b", "/a\"b\n"),
            ("#a\\\"", "\"#a\\\\\\\"\"\n"),
        ] {
            assert_eq!(line(Path::new(path)), expected.as_bytes());
        }
    }
}
