//! Values of the machine that runs the check, looked for in every entry: what the search for its secrets and
//! that for its names have in common. Nothing that is put out holds a value.

mod form;
mod occurrences;

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::{Detection, Inspection, Out};
use crate::model::{Entry, EntryKind, EntryPath, Evidence, View, Window};

pub(super) use form::{Digits, Form, base64, percent_encoded, utf16};
pub(super) use occurrences::Occurrences;

/// A search for values, which are known by their number.
pub(super) trait Search: Send + Sync + 'static {
    /// A window that shows what the search looks at around a place.
    fn window(&self) -> Window;
    /// Tells the value, form and place of everything that begins in the view. What lies before `passed`
    /// belongs to an earlier find.
    fn each(&self, view: &View<'_>, passed: &mut u64, found: &mut dyn FnMut(usize, Form, usize));
    /// What is said of a value.
    fn name(&self, value: usize) -> Name<'_>;
}

/// What the evidence of a value in a path ends in.
pub(super) const IN_PATH: &str = "in the path";

/// What is said of a value.
pub(super) struct Name<'s> {
    /// `detector:kind`.
    pub(super) kind: &'static str,
    /// `your home directory`, in a sentence.
    pub(super) subject: Cow<'s, str>,
    /// `home directory`, alone.
    pub(super) noun: &'s str,
}

impl Name<'_> {
    /// That it is in the path.
    fn in_path(&self, form: Form, path: &EntryPath) -> Detection {
        let message = format!("{} is part of the path", self.subject);
        let fact = format!("{}, {}, {IN_PATH}", self.noun, form.name());
        Detection::new(self.kind, path, message, fact)
    }

    /// That it is in the content, written in this way.
    pub(super) fn in_content(
        &self,
        written: &str,
        path: &EntryPath,
        found: &Occurrences,
    ) -> Detection {
        let what = match written == Form::Plain.name() {
            true => self.subject.clone().into_owned(),
            false => format!("{} ({written})", self.subject),
        };
        Detection {
            kind: self.kind,
            path: path.clone(),
            location: found.first,
            message: found.sentence(&what),
            evidence: Evidence::fact(format!("{}, {written}", self.noun)),
            fix: None,
            sha256: None,
        }
    }
}

/// An inspection that looks for the values in an entry and in its name, if there is anything to look at.
pub(super) fn inspect<S: Search>(
    search: &Arc<S>,
    entry: &Entry,
    head: &[u8],
) -> Option<Box<dyn Inspection>> {
    let searched = match entry.kind {
        EntryKind::File => !entry.opened,
        EntryKind::Link { .. } | EntryKind::Metadata | EntryKind::Derived => true,
        EntryKind::Directory => false,
    };
    let in_path = match entry.kind {
        // These have names of ours, or such as stand in the content of what they are from.
        EntryKind::Metadata | EntryKind::Derived => Vec::new(),
        _ => in_path(&**search, &entry.path),
    };
    if !searched && in_path.is_empty() {
        return None;
    }
    Some(Box::new(Looking {
        window: search.window(),
        search: Arc::clone(search),
        path: entry.path.clone(),
        binary: memchr::memchr(0, head).is_some(),
        passed: 0,
        searched,
        in_path,
        found: BTreeMap::new(),
    }))
}

/// What is in the part of a path that is no container's.
fn in_path(search: &dyn Search, path: &EntryPath) -> Vec<(usize, Form)> {
    let own = path.as_str().rsplit("!/").next().unwrap_or_default();
    // Whoever packs `/home/ann` finds `home/ann` in the archive.
    let text = format!("/{own}");
    let mut found = Vec::new();
    let view = View::whole(text.as_bytes());
    search.each(&view, &mut 0, &mut |value, form, _| {
        found.push((value, form));
    });
    found.sort_unstable();
    found.dedup();
    found
}

/// An entry being searched.
struct Looking<S> {
    search: Arc<S>,
    path: EntryPath,
    binary: bool,
    window: Window,
    /// Offset up to which everything belongs to what was found already.
    passed: u64,
    /// Whether the content is looked at; else only the path was.
    searched: bool,
    in_path: Vec<(usize, Form)>,
    found: BTreeMap<(usize, Form), Occurrences>,
}

impl<S: Search> Inspection for Looking<S> {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let (search, binary) = (&self.search, self.binary);
        let (passed, found) = (&mut self.passed, &mut self.found);
        let piece = if self.searched { piece } else { &[] };
        self.window.push(piece, last, &mut |view| {
            search.each(&view, passed, &mut |value, form, place| {
                found
                    .entry((value, form))
                    .and_modify(Occurrences::another)
                    .or_insert_with(|| Occurrences::at(view.locate(place, binary)));
            });
        });
        if !last {
            return;
        }
        for &(value, form) in &self.in_path {
            out.detection(search.name(value).in_path(form, &self.path));
        }
        for (&(value, form), found) in &self.found {
            let name = search.name(value);
            out.detection(name.in_content(form.name(), &self.path, found));
        }
    }
}
