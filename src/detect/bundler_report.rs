//! Reports on a build: which modules went into a bundle or a compilation, under any file name.
//!
//! webpack's stats, esbuild's and Bun's metafile, the data of rollup-plugin-visualizer, TypeScript's
//! build state. Only modules of the publisher's own count.

use std::collections::HashSet;

use memchr::memmem;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Detection, Detector, Inspection, Out,
    json::{Event, Flow, Tokenizer},
    source_map::{is_first_party, shown},
};
use crate::model::{Context, Entry, EntryKind, EntryPath, count, counted};

const MODULES: &str = "bundler-report:modules";
const SOURCES: &str = "bundler-report:sources";
const BUILD_STATE: &str = "bundler-report:build-state";
pub(super) const KINDS: &[&str] = &[MODULES, SOURCES, BUILD_STATE];

/// Names that a message mentions.
const MENTIONED: usize = 3;
/// Modules that are told apart.
const MOST: usize = 100_000;
/// Bytes of a name that are looked at.
const NAME: usize = 1024;
/// Containers inside of containers that are looked into.
const DEPTH: usize = 24;

/// A kind of report: what its first bytes hold, all of a line, and where it lists modules.
struct Form {
    kind: &'static str,
    called: &'static str,
    marks: &'static [&'static [u8]],
    listed: &'static [Listed],
}

/// Where a module's name stands.
#[derive(Clone, Copy)]
enum Listed {
    /// As the value of `.1` in each element of the list or object `.0`.
    Value(&'static [u8], &'static [u8]),
    /// As an element of this list.
    Element(&'static [u8]),
    /// As a key of this object.
    Key(&'static [u8]),
}

const WEBPACK: &[Listed] = &[Listed::Value(b"modules", b"name")];
const TYPESCRIPT: &[Listed] = &[Listed::Element(b"fileNames"), Listed::Element(b"root")];

const FORMS: &[Form] = &[
    Form {
        kind: MODULES,
        called: "webpack's stats",
        marks: &[b"\"assetsByChunkName\"", b"\"hash\""],
        listed: WEBPACK,
    },
    Form {
        kind: MODULES,
        called: "webpack's stats",
        marks: &[b"\"modules\"", b"\"moduleType\"", b"\"identifier\""],
        listed: WEBPACK,
    },
    Form {
        kind: MODULES,
        called: "a metafile",
        marks: &[b"\"inputs\"", b"\"bytes\"", b"\"imports\""],
        listed: &[Listed::Key(b"inputs")],
    },
    Form {
        kind: MODULES,
        called: "a bundle visualizer's data",
        marks: &[b"\"tree\"", b"\"isRoot\"", b"\"nodeParts\""],
        listed: &[Listed::Value(b"nodeMetas", b"id")],
    },
    Form {
        kind: BUILD_STATE,
        called: "TypeScript's build state",
        marks: &[b"\"fileNames\"", b"\"fileInfos\""],
        listed: TYPESCRIPT,
    },
    Form {
        kind: BUILD_STATE,
        called: "TypeScript's build state",
        marks: &[b"{\"root\":[\"", b"ts\"],\"version\":\""],
        listed: TYPESCRIPT,
    },
];

struct BundlerReports;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(BundlerReports)
}

impl Detector for BundlerReports {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        let is_object = head.trim_ascii_start().starts_with(b"{");
        if !is_object || entry.kind != EntryKind::File || entry.opened {
            return None;
        }
        let holds = |mark: &&[u8]| memmem::find(head, mark).is_some();
        let form = FORMS.iter().find(|form| form.marks.iter().all(&holds))?;
        Some(Box::new(Report {
            path: entry.path.clone(),
            form,
            tokenizer: Some(Tokenizer::new()),
            modules: Modules::new(form.listed),
        }))
    }
}

struct Report {
    path: EntryPath,
    form: &'static Form,
    /// Until it has read all that can be read.
    tokenizer: Option<Tokenizer>,
    modules: Modules,
}

impl Inspection for Report {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let modules = &mut self.modules;
        if let Some(tokenizer) = &mut self.tokenizer
            && tokenizer
                .push(piece, &mut |event| modules.event(event))
                .is_err()
        {
            self.tokenizer = None;
        }
        if last && !self.modules.seen.is_empty() {
            self.tell(out);
        }
    }
}

impl Report {
    fn tell(&self, out: &mut dyn Out) {
        let Modules {
            seen,
            sources,
            named,
            ..
        } = &self.modules;
        let own = seen.len() as u64;
        let (kind, what) = match sources {
            0 => (self.form.kind, String::new()),
            _ => (
                SOURCES,
                format!(", and carries the sources of {}", count(*sources)),
            ),
        };
        let message = format!(
            "is {} and names {}{what}: {}",
            self.form.called,
            counted(own, "module"),
            named.join(", ")
        );
        out.detection(Detection::new(
            kind,
            &self.path,
            message,
            counted(own, "module"),
        ));
    }
}

/// What a report tells of the publisher's own modules.
struct Modules {
    listed: &'static [Listed],
    /// The containers that are open: under which key each lies, and how many are not looked into.
    open: Vec<Box<[u8]>>,
    deeper: usize,
    /// The last key, if one came last.
    key: Box<[u8]>,
    text: Vec<u8>,
    /// The name of the module that is being read is its publisher's own.
    own: bool,
    /// Hashes of the names: webpack's stats list a module under its chunk as well.
    seen: HashSet<u64>,
    sources: u64,
    named: Vec<String>,
}

impl Modules {
    fn new(listed: &'static [Listed]) -> Self {
        Self {
            listed,
            open: Vec::new(),
            deeper: 0,
            key: Box::default(),
            text: Vec::new(),
            own: false,
            seen: HashSet::new(),
            sources: 0,
            named: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>) -> Flow {
        match event {
            Event::Key(key) => {
                self.key = key.into();
                let is_listed = |list: &[u8]| self.open.last().is_some_and(|open| **open == *list);
                let names =
                    |listed: &Listed| matches!(listed, Listed::Key(list) if is_listed(list));
                if self.listed.iter().any(names) {
                    self.name(key.to_vec());
                }
            }
            Event::Object | Event::Array if self.open.len() == DEPTH => self.deeper += 1,
            Event::Object | Event::Array => self.open.push(std::mem::take(&mut self.key)),
            Event::ObjectEnd | Event::ArrayEnd if self.deeper > 0 => self.deeper -= 1,
            Event::ObjectEnd | Event::ArrayEnd => {
                self.open.pop();
                self.key = Box::default();
            }
            Event::Text { piece, last } => self.text(piece, last),
            Event::Scalar(_) => self.key = Box::default(),
        }
        Flow::Go
    }

    fn text(&mut self, piece: &[u8], last: bool) {
        let room = NAME.saturating_sub(self.text.len()).min(piece.len());
        self.text.extend_from_slice(&piece[..room]);
        if !last {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let lies_in = |list: &[u8], above: usize| {
            let at = self.open.len().checked_sub(above);
            at.is_some_and(|at| *self.open[at] == *list)
        };
        let named = self.listed.iter().any(|listed| match listed {
            Listed::Value(list, key) => {
                *self.key == **key && self.open.len() > 1 && lies_in(list, 2)
            }
            Listed::Element(list) => {
                !self.open.is_empty() && self.key.is_empty() && lies_in(list, 1)
            }
            Listed::Key(_) => false,
        });
        if named {
            self.name(text);
        } else if &*self.key == b"source" && self.own && !text.is_empty() {
            self.sources += 1;
        }
        // In a list no further key comes.
        self.key = Box::default();
    }

    fn name(&mut self, name: Vec<u8>) {
        let name = String::from_utf8_lossy(&name);
        self.own = is_first_party(&name);
        if self.own
            && self.seen.len() < MOST
            && self.seen.insert(xxh3_64(name.as_bytes()))
            && self.named.len() < MENTIONED
        {
            self.named.push(shown(&name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::inspect_in_steps;

    fn told(path: &str, text: &str) -> Vec<(&'static str, String)> {
        let entry = Entry::file(path, text.len() as u64);
        let said = [1, 7, text.len()].map(|step| {
            let recorded = inspect_in_steps(&BundlerReports, &entry, text.as_bytes(), step);
            let said = recorded.detections.into_iter();
            said.map(|detection| (detection.kind, detection.message))
                .collect::<Vec<_>>()
        });
        assert_eq!(said[0], said[2]);
        assert_eq!(said[1], said[2]);
        said[2].clone()
    }

    fn one(text: &str) -> (&'static str, String) {
        let mut told = told("package/data/x.bin", text);
        assert_eq!(told.len(), 1, "{text}");
        told.remove(0)
    }

    #[test]
    fn reports_are_known_by_their_content() {
        let (kind, message) = one(
            r#"{"hash":"c8","version":"5.112.2","outputPath":"/build","assetsByChunkName":{"main":["main.js"]},
            "assets":[{"name":"main.js"}],"modules":[{"moduleType":"javascript/esm","name":"./src/plan.js + 1 modules",
            "modules":[{"name":"./src/plan.js"},{"name":"./src/plan.js"},{"name":"./node_modules/left/a.js"}]},{"name":"webpack/runtime/global"}]}"#,
        );
        assert_eq!(kind, MODULES);
        assert_eq!(
            message,
            "is webpack's stats and names 2 modules: ./src/plan.js + 1 modules, ./src/plan.js"
        );
        let (kind, message) = one(
            r#"{"assetsByChunkName":{},"hash":"c8","modules":[{"name":"./src/plan.js","source":"export const a"},
            {"name":"./node_modules/left/a.js","source":"x"}]}"#,
        );
        assert_eq!(
            (kind, &*message),
            (
                SOURCES,
                "is webpack's stats and names 1 module, and carries the sources of 1: ./src/plan.js"
            )
        );
        let (kind, message) = one(
            r#"{"inputs":{"src/a.ts":{"bytes":38,"imports":[],"format":"esm"},"node_modules/x/a.js":{"bytes":1,"imports":[]}},
            "outputs":{"out/main.js":{"inputs":{}}}}"#,
        );
        assert_eq!(
            (kind, &*message),
            (MODULES, "is a metafile and names 1 module: src/a.ts")
        );
        let (_, message) = one(
            r#"{"version":2,"tree":{"name":"root","children":[],"isRoot":true},"nodeParts":{},
            "nodeMetas":{"d0":{"id":"/src/plan.js","moduleParts":{"id":"x"}}}}"#,
        );
        assert_eq!(
            message,
            "is a bundle visualizer's data and names 1 module: /src/plan.js"
        );
        let (kind, message) = one(
            r#"{"fileNames":["../node_modules/typescript/lib/lib.es5.d.ts","./src/a.ts"],"fileInfos":[],"root":[[1,2]],"version":"5.9.3"}"#,
        );
        assert_eq!(
            (kind, &*message),
            (
                BUILD_STATE,
                "is TypeScript's build state and names 1 module: ./src/a.ts"
            )
        );
        assert_eq!(
            one(r#"{"root":["./src/a.ts"],"version":"5.9.3"}"#).0,
            BUILD_STATE
        );
    }

    #[test]
    fn what_names_nothing_of_ones_own_is_no_report() {
        for text in [
            r#"{"inputs":{"node_modules/x/a.js":{"bytes":1,"imports":[]}},"outputs":{}}"#,
            r#"{"inputs":{"a":{"type":"string"}}}"#,
            r#"{"modules":["a"],"hash":"x"}"#,
            r#"{"root":["src"],"version":"1.0.0"}"#,
            r#"{"assetsByChunkName":{"main":["main.js"]},"hash":"x"}"#,
            "{ if (a.assetsByChunkName) { b(\"hash\") } }",
            "[1]",
        ] {
            assert_eq!(told("package/stats.json", text), [], "{text}");
        }
    }

    #[test]
    fn a_hostile_report_stays_small() {
        let deep = format!(
            "{{\"assetsByChunkName\":{{}},\"hash\":\"\",\"modules\":{}",
            "[{\"modules\":".repeat(40)
        );
        assert_eq!(told("package/a.json", &deep), []);
        let many = format!(
            "{{\"fileInfos\":1,\"fileNames\":[{}\"a\"]}}",
            (0..5_000)
                .map(|file| format!("\"src/{file}.ts\","))
                .collect::<String>()
        );
        assert!(one(&many).1.contains("5,001 modules"));
    }
}
