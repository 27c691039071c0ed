//! Notebooks with what their cells have put out, under any name.
//! <https://nbformat.readthedocs.io/en/latest/format_description.html>

use memchr::memmem;

use super::{
    Detection, Detector, Inspection, Out,
    json::{Event, Flow, Tokenizer},
    unreadable,
};
use crate::model::{Context, Entry, EntryKind, EntryPath, counted};

const OUTPUTS: &str = "notebook:outputs";
pub(super) const KINDS: &[&str] = &[OUTPUTS];

/// What every notebook with a cell has near its beginning.
const KEYS: [&[u8]; 2] = [b"\"cells\"", b"\"cell_type\""];
/// What it begins with where the state of its widgets, of any length, comes before its cells.
const FRONT: [&[u8]; 2] = [b"\"nbformat\"", b"\"metadata\""];
/// Where homes lie.
const HOMES: [&[u8]; 3] = [b"/home/", b"/Users/", b"\\Users\\"];

/// How deep the keys lie, in brackets: those of the notebook, of a cell, of an output, of its data.
const OF_NOTEBOOK: usize = 1;
const OF_CELL: usize = 3;
const OF_OUTPUT: usize = 5;
const OF_DATA: usize = 6;

struct Notebooks;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Notebooks)
}

impl Detector for Notebooks {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        if entry.kind != EntryKind::File {
            return None;
        }
        if !head.trim_ascii_start().starts_with(b"{") {
            return unreadable::inspect(entry, head, &["ipynb"]);
        }
        let has = |key: &&[u8]| memmem::find(head, key).is_some();
        let is_begun = KEYS.iter().all(has) || FRONT.iter().any(has) && is_named(entry);
        is_begun.then(|| {
            Box::new(Reading {
                path: entry.path.clone(),
                is_named: is_named(entry),
                tokenizer: Tokenizer::new(),
                is_lost: false,
                found: Found::default(),
            }) as Box<dyn Inspection>
        })
    }
}

/// Whether an entry is called a notebook.
fn is_named(entry: &Entry) -> bool {
    let extension = entry.path.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("ipynb")
}

struct Reading {
    path: EntryPath,
    is_named: bool,
    tokenizer: Tokenizer,
    is_lost: bool,
    found: Found,
}

impl Inspection for Reading {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        if !self.is_lost {
            let found = &mut self.found;
            // What came before a fault still counts.
            self.is_lost = self
                .tokenizer
                .push(piece, &mut |event| found.event(event))
                .is_err();
        }
        if last && self.found.outputs > 0 {
            let outputs = counted(self.found.outputs, "output");
            let message = format!("a notebook with {outputs} of its cells");
            out.detection(Detection::new(
                OUTPUTS,
                &self.path,
                message,
                self.found.to_string(),
            ));
        } else if last && self.is_lost && self.is_named {
            out.detection(unreadable::detection(&self.path));
        }
    }
}

#[derive(Default)]
struct Found {
    outputs: u64,
    images: u64,
    errors: u64,
    shows_home: bool,
    depth: usize,
    /// Whether the value that follows is an output's type.
    is_type: bool,
    kind: Vec<u8>,
}

impl std::fmt::Display for Found {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told = [
            Some(counted(self.outputs, "output")),
            (self.images > 0).then(|| counted(self.images, "image")),
            (self.errors > 0).then(|| counted(self.errors, "traceback")),
            self.shows_home
                .then(|| "paths of a home directory".to_owned()),
        ];
        formatter.write_str(&told.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

impl Found {
    fn event(&mut self, event: Event<'_>) -> Flow {
        match event {
            Event::Object | Event::Array => {
                self.depth += 1;
                // Only lists of cells and of outputs are gone into so far.
                self.outputs += u64::from(event == Event::Object && self.depth == OF_OUTPUT);
            }
            Event::ObjectEnd | Event::ArrayEnd => self.depth -= 1,
            Event::Key(key) => return self.key(key),
            Event::Text { piece, last } => self.text(piece, last),
            Event::Scalar(_) => {}
        }
        Flow::Go
    }

    fn key(&mut self, key: &[u8]) -> Flow {
        self.is_type = self.depth == OF_OUTPUT && key == b"output_type";
        let is_wanted = match self.depth {
            OF_NOTEBOOK => key == b"cells",
            OF_CELL => key == b"outputs",
            OF_DATA if key.starts_with(b"image/") => {
                self.images += 1;
                false
            }
            _ => true,
        };
        match is_wanted {
            true => Flow::Go,
            false => Flow::Skip,
        }
    }

    fn text(&mut self, piece: &[u8], last: bool) {
        if self.is_type {
            let room = 16 - self.kind.len().min(16);
            self.kind.extend_from_slice(&piece[..piece.len().min(room)]);
            if last {
                self.errors += u64::from(self.kind == b"error");
                self.kind.clear();
                self.is_type = false;
            }
        }
        self.shows_home |= HOMES.iter().any(|home| memmem::find(piece, home).is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::inspect_in_steps;

    fn said(content: &str) -> Vec<String> {
        let entry = Entry::file("package/a.ipynb", content.len() as u64);
        let said = |step| -> Vec<String> {
            let recorder = inspect_in_steps(&Notebooks, &entry, content.as_bytes(), step);
            let detections = recorder.detections.iter();
            detections
                .map(|one| one.evidence.as_str().to_owned())
                .collect()
        };
        let whole = said(usize::MAX);
        assert_eq!(said(50), whole);
        whole
    }

    #[test]
    fn outputs_are_counted() {
        let notebook = r#"{"cells":[
            {"cell_type":"code","source":["open('/home/a')"],"outputs":[
                {"output_type":"stream","name":"stdout","text":["a\n","b"]},
                {"output_type":"display_data","data":{"image/png":"iVBO","text/plain":["x"]}}]},
            {"cell_type":"code","source":[],"outputs":[
                {"output_type":"error","traceback":["File \"/Users/ada/a.py\""]}]}
            ],"metadata":{"outputs":[{}]},"nbformat":4}"#;
        assert_eq!(
            said(notebook),
            ["3 outputs, 1 image, 1 traceback, paths of a home directory"]
        );
        assert_eq!(said(&notebook[..notebook.len() - 30]).len(), 1);
    }

    #[test]
    fn cells_may_lie_behind_long_metadata() {
        let cells = r#""cells":[{"cell_type":"code","outputs":[{"output_type":"stream"}]}]"#;
        let widgets = "x".repeat(70_000);
        let notebook = format!(r#"{{"metadata":{{"widgets":"{widgets}"}},{cells},"nbformat":4}}"#);
        assert_eq!(said(&notebook), ["1 output"]);
    }

    #[test]
    fn what_is_called_a_notebook_and_is_none_is_told_of() {
        let damaged = "a damaged or unknown header";
        assert_eq!(said("PK\u{3}\u{4}"), [damaged]);
        let broken = r#"{"cells":[{"cell_type":"code","outputs":[]}}]"#;
        assert_eq!(said(broken), [damaged]);
        let list = r#"[{"cells":[{"cell_type":"code","outputs":[{"output_type":"error"}]}]}]"#;
        assert_eq!(said(list), [damaged]);
    }

    #[test]
    fn empty_notebooks_pass() {
        for notebook in [
            r#"{"cells":[{"cell_type":"code","source":["1"],"outputs":[]}],"nbformat":4}"#,
            r#"{"cells":[{"cell_type":"markdown","source":["{\"outputs\":[{}]}"]}],"nbformat":4}"#,
            r#"{"a":[{"cell_type":"code","outputs":[{}]}],"cells":[]}"#,
        ] {
            assert_eq!(said(notebook), [""; 0], "{notebook}");
        }
    }
}
