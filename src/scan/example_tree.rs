//! The source tree that examples of rules are held against: a small project in a git repository.

use crate::model::{
    BlobHasher, BlobId, ObjectFormat, Sha256, SourceTree, Standing, Tracked, Working,
};

/// What is committed, and lies in the tree so, or otherwise.
const TRACKED: [(&str, &str, &str); 2] = [
    (
        "src/helix.js",
        "export const strands = 2;\n",
        "export const strands = 2;\n",
    ),
    (
        "src/bases.js",
        "export const bases = 4;\n",
        "export const bases = \"ACGT\";\n",
    ),
];
/// What was committed once.
const BEFORE: [&str; 1] = ["export const strands = 3;\n"];
const IGNORED: [&str; 4] = [".env", "data/local.json", "dist/.env", "dist/helix.js"];
const UNTRACKED: [&str; 2] = ["src/notes.js", "dist/bases.js"];
/// A link that leads out of the repository.
const OUTSIDE: &str = "data/elsewhere.txt";

#[derive(Debug)]
pub(super) struct ExampleTree;

fn blob(text: &str) -> BlobId {
    BlobHasher::of(ObjectFormat::Sha1, text.as_bytes())
}

impl SourceTree for ExampleTree {
    fn format(&self) -> ObjectFormat {
        ObjectFormat::Sha1
    }

    fn is_committed(&self, content: BlobId) -> bool {
        TRACKED.iter().any(|(_, text, _)| blob(text) == content)
    }

    fn is_committed_at(&self, path: &str, content: BlobId) -> bool {
        let mut tracked = TRACKED.iter();
        tracked.any(|(tracked, text, _)| *tracked == path && blob(text) == content)
    }

    fn has_history(&self) -> bool {
        true
    }

    fn were_committed(&self, contents: &[BlobId]) -> bool {
        let before = |content: &BlobId| BEFORE.iter().any(|text| blob(text) == *content);
        contents.iter().all(before)
    }

    fn standing(&self, path: &str) -> Standing {
        if let Some((_, committed, working)) = TRACKED.iter().find(|(tracked, ..)| *tracked == path)
        {
            return Standing::Tracked(Tracked {
                committed: Some(blob(committed)),
                working: Some(Working {
                    blob: blob(working),
                    sha256: Sha256::of(working.as_bytes()),
                }),
                changed: committed != working,
            });
        }
        match path {
            OUTSIDE => Standing::Outside,
            _ if IGNORED.contains(&path) => Standing::Ignored(path.to_owned()),
            _ if UNTRACKED.contains(&path) => Standing::Untracked,
            _ => Standing::Absent,
        }
    }

    fn is_generated(&self, directory: &str) -> bool {
        !matches!(directory, "" | "src" | "data")
    }

    fn has_stem(&self, stem: &str) -> bool {
        matches!(stem, "src/helix" | "src/bases")
    }

    fn read(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
}
