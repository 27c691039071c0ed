//! An artifact read, and what holds whatever its bytes are.

use std::{
    collections::HashSet,
    io::{self, ErrorKind, Read},
    ops::ControlFlow,
    time::Duration,
};

use packwarden::{
    archive::{self, HEAD, PIECE, Summary, Visitor, WHOLE},
    model::{Entry, EntryKind, EntryPath, Gap, GapKind, Limits, Progress, Sha256},
};

/// How many bytes the artifact gives at once, in turn: never where a reader would like it.
const STEPS: &[usize] = &[1, 2, 509, 3, 4096];

/// The file names that an artifact is given under: what it may hold depends on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Tarball,
    Wheel,
    ZipSdist,
}

impl Named {
    fn file_name(self) -> &'static str {
        match self {
            Named::Tarball => "example-1.0.0.tgz",
            Named::Wheel => "example-1.0.0-py3-none-any.whl",
            Named::ZipSdist => "example-1.0.0.zip",
        }
    }
}

/// The one call of [`archive::read`].
fn read_archive(
    artifact: impl Read,
    named: Named,
    limits: &Limits,
    progress: &Progress,
    visitor: &mut dyn Visitor,
) -> Summary {
    archive::read(artifact, Some(named.file_name()), limits, progress, visitor)
}

/// Small, so that no input takes long; time is left out, because the same input must give the same
/// result.
fn limits() -> Limits {
    Limits {
        decompressed: 4 << 20,
        entries: 400,
        depth: 3,
        time: Duration::from_secs(100_000),
        ..Limits::default()
    }
}

/// An entry with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub entry: Entry,
    pub content: Vec<u8>,
}

/// Everything that the reader told.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub items: Vec<Item>,
    pub containers: Vec<(EntryPath, Sha256)>,
    pub gaps: Vec<Gap>,
    pub summary: Summary,
    pieces: Vec<usize>,
    open: bool,
    cut_short: bool,
    calls: usize,
    stop_at: Option<usize>,
}

impl Told {
    fn next(&mut self) -> ControlFlow<()> {
        self.calls += 1;
        match self.stop_at {
            Some(stop_at) if self.calls > stop_at => panic!("a call after the visitor's end"),
            Some(stop_at) if self.calls == stop_at => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Whether all of it was read.
    pub fn passed(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Whether the artifact has several entries for one directory.
    pub fn has_directory_twice(&self) -> bool {
        let mut seen = HashSet::new();
        let directories = self.items.iter().map(|item| &item.entry);
        directories
            .filter(|entry| entry.depth == 0 && entry.kind == EntryKind::Directory)
            .any(|entry| !seen.insert(&entry.path))
    }

    /// Whether a decoder or a limit decided where reading ended: how many bytes a decoder gives out
    /// before it fails depends on how it was fed.
    fn ends_somewhere(&self) -> bool {
        let kinds = [
            GapKind::Gzip,
            GapKind::Zip,
            GapKind::NestedContainer,
            GapKind::Limit,
        ];
        self.gaps.iter().any(|gap| kinds.contains(&gap.kind))
    }

    /// The hash of all bytes of an opened container.
    pub fn container(&self, path: &EntryPath) -> Option<Sha256> {
        let mut containers = self.containers.iter();
        containers.find(|(of, _)| of == path).map(|(_, hash)| *hash)
    }

    /// The hash of everything in an item.
    pub fn hash(&self, item: &Item) -> Sha256 {
        let whole = item.entry.opened.then(|| self.container(&item.entry.path));
        whole.map_or_else(
            || Sha256::of(&item.content),
            |whole| whole.expect("a container that was read has a hash"),
        )
    }

    /// Whether `text` was given as a text outside of files.
    pub fn has_metadata(&self, text: &[u8]) -> bool {
        let mut items = self.items.iter();
        items.any(|item| item.entry.kind == EntryKind::Metadata && item.content == text)
    }
}

impl Visitor for Told {
    fn entry(&mut self, entry: Entry) -> ControlFlow<()> {
        assert!(!self.open, "{entry:?} starts before the last piece");
        self.open = true;
        self.pieces.clear();
        let content = Vec::new();
        self.items.push(Item { entry, content });
        self.next()
    }

    fn piece(&mut self, bytes: Vec<u8>, last: bool) -> ControlFlow<()> {
        assert!(self.open, "a piece follows the last");
        self.open = !last;
        self.pieces.push(bytes.len());
        let item = self.items.last_mut().expect("an entry is open");
        item.content.extend(bytes);
        if last && self.pieces.len() > 1 && self.pieces.last() == Some(&0) {
            self.cut_short = true;
        } else if last {
            assert_pieces(item, &self.pieces);
        }
        self.next()
    }

    fn container(&mut self, path: EntryPath, sha256: Sha256) {
        self.containers.push((path, sha256));
    }

    fn gap(&mut self, gap: Gap) {
        let text = format!("{} {}", gap.reason, gap.help.as_deref().unwrap_or_default());
        assert!(!text.contains(char::is_control), "not escaped: {text:?}");
        assert!(!gap.reason.is_empty());
        self.gaps.push(gap);
    }
}

/// Content comes whole, or in pieces of one size, and is as long as the entry says.
fn assert_pieces(item: &Item, pieces: &[usize]) {
    let Item { entry, content } = item;
    let (last, before) = pieces.split_last().expect("there is a last piece");
    if content.len() <= WHOLE {
        assert_eq!(pieces, [content.len()], "{entry:?}");
    } else {
        assert!(before.iter().all(|piece| *piece == PIECE), "{entry:?}");
        assert!((1..=PIECE).contains(last), "{entry:?}");
    }
    if entry.opened {
        assert!(content.len() <= HEAD, "{entry:?}");
    } else {
        assert_eq!(entry.size, content.len() as u64, "{entry:?}");
    }
}

/// Gives its bytes in steps, and is interrupted now and then, as pipes are.
struct Stepwise<'a> {
    rest: &'a [u8],
    turn: usize,
}

impl Read for Stepwise<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(7) {
            return Err(ErrorKind::Interrupted.into());
        }
        let step = STEPS[self.turn % STEPS.len()].min(buffer.len());
        self.rest.read(&mut buffer[..step])
    }
}

/// Gives its bytes and then fails.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 if !buffer.is_empty() => Err(io::Error::other("the disk is gone")),
            count => Ok(count),
        }
    }
}

fn told(artifact: impl Read, named: Named, stop_at: Option<usize>) -> Told {
    let progress = Progress::default();
    let mut told = Told {
        stop_at,
        ..Told::default()
    };
    let summary = read_archive(artifact, named, &limits(), &progress, &mut told);
    told.summary = summary;
    told
}

/// Reads an artifact in several ways, which must all tell the same.
pub fn read(artifact: &[u8], named: Named) -> Told {
    let whole = told(artifact, named, None);
    assert!(!whole.open, "content without an end");
    assert!(!whole.cut_short || !whole.passed(), "a cut without a gap");
    let files = whole.items.iter().filter(|item| is_file(item)).count();
    assert_eq!(whole.summary.entries, files as u64);
    if whole.passed() {
        assert!(!whole.items.is_empty(), "nothing was read, without a gap");
        assert!(whole.summary.format.is_some(), "read without a format");
    }

    let stepwise = Stepwise {
        rest: artifact,
        turn: 0,
    };
    let stepwise = told(stepwise, named, None);
    if whole.ends_somewhere() {
        assert!(!stepwise.passed(), "the pace decides on what passes");
    } else {
        assert_eq!(whole, stepwise, "the pace changes what is read");
    }

    let until = artifact.len() * 2 / 3;
    let failing = told(Failing(&artifact[..until]), named, None);
    assert!(!failing.passed(), "an artifact that can't be read passes");

    if whole.calls > 0 {
        let stop_at = artifact.len() % whole.calls + 1;
        let stopped = told(artifact, named, Some(stop_at));
        let count = stopped.items.len();
        let paths = |told: &Told| -> Vec<EntryPath> {
            let items = told.items[..count].iter();
            items.map(|item| item.entry.path.clone()).collect()
        };
        assert_eq!(paths(&stopped), paths(&whole), "after {stop_at} calls");
    }
    whole
}

fn is_file(item: &Item) -> bool {
    item.entry.kind == EntryKind::File && item.entry.depth == 0
}
