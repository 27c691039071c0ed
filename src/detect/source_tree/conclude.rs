//! What follows from the files that ship, when all are known.

use globset::GlobSet;
use serde_json::Value;

use super::{
    ALTERED, IGNORED, IGNORED_DOTFILE, OLDER, OUTSIDE, Shipped, UNCOMMITTED, UNTRACKED,
    outputs::{Outputs, is_hidden},
    place::places,
    rewritten::is_by_packer,
};
use crate::{
    detect::{Detection, Facts},
    model::{EntryPath, Evidence, Location, SourceContext, Standing, Tracked, count, escape},
};

/// Files that a sentence names.
const FEW: usize = 5;
/// How much of the name of content is shown.
const SHOWN: usize = 10;
/// What packers take from elsewhere, if the project itself has none.
const FROM_ABOVE: [&str; 5] = ["readme", "license", "licence", "copying", "notice"];

pub(super) fn conclude(
    source: &SourceContext,
    configured: &GlobSet,
    facts: &Facts,
    out: &mut dyn FnMut(Detection),
) {
    let mut concluding = Concluding {
        source,
        outputs: Outputs {
            configured,
            named: &facts.named,
            tree: &*source.tree,
            format: facts.format,
        },
        facts,
        packed: packed_directory(source),
        uncommitted: Vec::new(),
        altered: Vec::new(),
    };
    let mut shipped: Vec<&Shipped> = facts.shipped.iter().map(|shipped| &**shipped).collect();
    // Threads give them in any order.
    shipped.sort_by(|one, other| one.path.cmp(&other.path));
    for shipped in shipped {
        if let Some((kind, message)) = concluding.look_at(shipped) {
            out(detection(kind, &shipped.path, message));
        }
    }
    concluding.told_together(out);
}

struct Concluding<'a> {
    source: &'a SourceContext,
    outputs: Outputs<'a>,
    facts: &'a Facts,
    /// The directory of the project that is packed instead of the whole.
    packed: String,
    /// Files that ship as they are in the working tree, but not in the commit.
    uncommitted: Vec<&'a Shipped>,
    /// Files that ship as they are in neither, and what is known of them.
    altered: Vec<(&'a Shipped, Tracked)>,
}

impl<'a> Concluding<'a> {
    /// What is to be told of one file; of tracked ones that comes later.
    fn look_at(&mut self, shipped: &'a Shipped) -> Option<(&'static str, String)> {
        let (path, standing) = self.standing(shipped)?;
        let told = |kind, message: &str| Some((kind, message.to_owned()));
        match standing {
            Standing::Unknown => None,
            Standing::Tracked(tracked) => {
                self.tracked(shipped, &path, tracked);
                None
            }
            _ if self.is_committed(shipped) && !matches!(standing, Standing::Ignored(_)) => None,
            Standing::Outside => told(
                OUTSIDE,
                "it is a link out of the project in the source tree, and what it leads to ships as a file",
            ),
            Standing::Ignored(real) => {
                let is_output = self.outputs.cover(&real)
                    || matches!(self.source.tree.standing(""), Standing::Ignored(_));
                // A directory that is packed instead of the whole may be hidden itself.
                let own = path.strip_prefix(&*self.packed).unwrap_or(&path);
                if is_hidden(own) || real != path && is_hidden(&real) {
                    // What is committed elsewhere was copied into the output.
                    let is_known = self.outputs.may_hide(&real) || self.is_committed(shipped);
                    let expected = is_output && is_known;
                    return (!expected)
                        .then(|| told(IGNORED_DOTFILE, "git ignores it, and it ships"))?;
                }
                let expected = is_output || self.is_committed(shipped);
                (!expected).then(|| {
                    told(
                        IGNORED,
                        "git ignores it, and it lies in no output directory",
                    )
                })?
            }
            Standing::Untracked
                if self.outputs.cover(&path)
                    && (!is_hidden(&path) || self.outputs.may_hide(&path)) =>
            {
                None
            }
            Standing::Untracked => told(
                UNTRACKED,
                "git does not track it, and it lies in no output directory",
            ),
            Standing::Absent if self.outputs.cover(&path) || is_from_above(&path) => None,
            Standing::Absent if self.is_by_packer(shipped, &path) => None,
            Standing::Absent => told(
                UNTRACKED,
                "it lies neither in the commit nor in the source tree",
            ),
        }
    }

    /// Where the file comes from, and what git says of that.
    fn standing(&self, shipped: &Shipped) -> Option<(String, Standing)> {
        let places = places(&shipped.path, self.facts.format, &self.packed);
        let tree = &self.source.tree;
        let with_standing = |place: String| {
            let standing = tree.standing(&place);
            (place, standing)
        };
        // The one that it has the committed content of, whichever of the others are there too.
        let has = |place: &&String| {
            let content = shipped.content;
            content.is_some_and(|content| tree.is_committed_at(place, content))
        };
        if let Some(place) = places.iter().find(has) {
            return Some(with_standing(place.clone()));
        }
        let mut standings = places.into_iter().map(with_standing);
        let first = standings.next()?;
        let is_there = |(_, standing): &(String, Standing)| *standing != Standing::Absent;
        match is_there(&first) {
            true => Some(first),
            false => Some(standings.find(is_there).unwrap_or(first)),
        }
    }

    fn is_committed(&self, shipped: &Shipped) -> bool {
        let content = shipped.content;
        content.is_some_and(|content| self.source.tree.is_committed(content))
    }

    fn tracked(&mut self, shipped: &'a Shipped, path: &str, tracked: Tracked) {
        let same = match (shipped.content, tracked.working) {
            // The content of another committed file would be a change all the same: that of XZ came from
            // a test's.
            (Some(content), _) if self.source.tree.is_committed_at(path, content) => return,
            _ if is_from_above(path) && self.is_committed(shipped) => return,
            (Some(content), Some(working)) => content == working.blob,
            // Of a container that was opened only this hash is known.
            (None, Some(working)) => {
                let sha256 = self.facts.hashes.get(&shipped.path);
                // It may be that of the commit.
                if sha256 != Some(&working.sha256) && tracked.changed {
                    return;
                }
                sha256 == Some(&working.sha256)
            }
            (_, None) => false,
        };
        match same {
            true if tracked.changed => self.uncommitted.push(shipped),
            true => {}
            false if self.is_by_packer(shipped, path) => {}
            false => self.altered.push((shipped, tracked)),
        }
    }

    fn is_by_packer(&self, shipped: &Shipped, path: &str) -> bool {
        let text = shipped.text.as_deref();
        text.is_some_and(|text| {
            let original = self.source.tree.read(path).unwrap_or_default();
            is_by_packer(path, &original, text)
        })
    }

    /// Tells what is one finding for all files, or can be told only when all are known.
    fn told_together(self, out: &mut dyn FnMut(Detection)) {
        if let Some(first) = self.uncommitted.first() {
            let paths = self.uncommitted.iter().map(|shipped| &shipped.path);
            let message = format!("{} with changes that are not committed", named(paths));
            out(detection(UNCOMMITTED, &first.path, message));
        }
        let contents: Vec<_> = self
            .altered
            .iter()
            .filter_map(|(file, _)| file.content)
            .collect();
        // What lay in `dist/` may be of an older commit. What was packed just now can't be.
        let was_there =
            contents.len() == self.altered.len() && self.source.tree.were_committed(&contents);
        let may_be_older =
            self.source.client.is_none() && (was_there || !self.source.tree.has_history());
        if let (Some((first, _)), true) = (self.altered.first(), may_be_older) {
            let paths = self.altered.iter().map(|(shipped, _)| &shipped.path);
            let older = match was_there {
                true => "as committed before",
                false => {
                    "as they are not committed, and this clone has no history to tell whether they once were"
                }
            };
            let message = format!("{} {older}", named(paths));
            out(detection(OLDER, &first.path, message));
            return;
        }
        for (shipped, tracked) in &self.altered {
            let message =
                "what ships is neither what is committed nor what lies in the source tree";
            let mut told = detection(ALTERED, &shipped.path, message.to_owned());
            told.evidence = Evidence::fact(self.contents(shipped, tracked));
            out(told);
        }
    }

    /// `committed 1a2b3c4d5e, in the tree 1a2b3c4d5e, shipped 6f7a8b9c0d`
    fn contents(&self, shipped: &Shipped, tracked: &Tracked) -> String {
        let shown = |content: Option<crate::model::BlobId>| match content {
            Some(content) => content.hex(self.source.tree.format())[..SHOWN].to_owned(),
            None => "unknown".to_owned(),
        };
        format!(
            "committed {}, in the tree {}, shipped {}",
            shown(tracked.committed),
            shown(tracked.working.map(|working| working.blob)),
            shown(shipped.content),
        )
    }
}

/// pnpm packs the directory that `publishConfig` names.
fn packed_directory(source: &SourceContext) -> String {
    let is_pnpm = source.client.as_deref() == Some("pnpm");
    let manifest = is_pnpm.then(|| source.tree.read("package.json")).flatten();
    let manifest = manifest.and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let manifest = manifest.unwrap_or_default();
    match manifest["publishConfig"]["directory"].as_str() {
        Some(directory) => {
            let parts = directory
                .split('/')
                .filter(|part| !matches!(*part, "" | "."));
            parts.map(|part| format!("{part}/")).collect()
        }
        None => String::new(),
    }
}

/// Whether it is one of the files that are copied from the top of a workspace.
fn is_from_above(path: &str) -> bool {
    let name = path.to_lowercase();
    !path.contains('/') && FROM_ABOVE.iter().any(|start| name.starts_with(start))
}

/// `3 files ship: a, b, c`
fn named<'p>(paths: impl ExactSizeIterator<Item = &'p EntryPath>) -> String {
    let number = paths.len();
    let few: Vec<String> = paths
        .take(FEW)
        .map(|path| escape(&path.in_package()))
        .collect();
    let more = match number.saturating_sub(FEW) {
        0 => String::new(),
        more => format!(" and {} more", count(more as u64)),
    };
    let ship = match number {
        1 => "ships",
        _ => "ship",
    };
    format!("{}{more} {ship}", few.join(", "))
}

fn detection(kind: &'static str, path: &EntryPath, message: String) -> Detection {
    Detection {
        kind,
        path: path.clone(),
        location: Location::default(),
        message,
        evidence: Evidence::fact(escape(&path.in_package())),
        fix: None,
        sha256: None,
    }
}
