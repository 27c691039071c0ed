//! What one inspection finds in one entry, and the text that it derives.

use super::EntryScan;
use crate::{
    detect::{Detection, Fact, Inspection, Out},
    model::{Entry, EntryKind, Finding, GapKind},
    scan::{Scope, collected::Collected},
};

/// An inspection and the text that it is deriving.
pub(super) struct Running<'s> {
    pub(super) inspection: Box<dyn Inspection>,
    pub(super) child: Option<Box<EntryScan<'s>>>,
}

/// What was made of the entry until now; bound to its hash at its end.
#[derive(Default)]
pub(super) struct Made {
    pub(super) findings: Vec<(usize, Finding)>,
    pub(super) detections: Vec<Detection>,
    pub(super) gaps: Vec<(GapKind, String)>,
    /// Whether the entry's hash is to be kept, for something may be concluded of it later.
    pub(super) keep_hash: bool,
}

/// What to do against a gap that an inspection tells of.
pub(super) fn way_out(kind: GapKind) -> Option<&'static str> {
    match kind {
        GapKind::SourceMap => Some("Leave the source map out of the package, or build it again."),
        _ => None,
    }
}

/// Takes what one inspection finds in one entry.
pub(super) struct EntryOut<'a, 's> {
    pub(super) scope: &'s Scope<'s>,
    pub(super) entry: &'a Entry,
    pub(super) child: &'a mut Option<Box<EntryScan<'s>>>,
    pub(super) made: &'a mut Made,
    pub(super) collected: &'a mut Collected,
}

impl Out for EntryOut<'_, '_> {
    fn detection(&mut self, detection: Detection) {
        self.made.detections.push(detection);
    }

    fn fact(&mut self, fact: Fact) {
        self.made.keep_hash |= matches!(
            fact,
            Fact::SourceMap(_) | Fact::WheelFile(_) | Fact::Member | Fact::Shipped(_)
        );
        self.collected.facts.add(fact);
    }

    fn gap(&mut self, kind: GapKind, reason: String) {
        self.made.gaps.push((kind, reason));
    }

    fn derive(&mut self, name: &str) -> bool {
        let depth = self.entry.depth + 1;
        if depth > self.scope.limits.depth || !self.scope.derived.another(self.scope.limits) {
            return false;
        }
        let entry = Entry {
            path: self.entry.path.nested(name),
            kind: EntryKind::Derived,
            size: 0,
            mode: 0,
            depth,
            opened: false,
        };
        *self.child = Some(Box::new(EntryScan::new(self.scope, entry)));
        true
    }

    fn derived(&mut self, piece: &[u8], last: bool) {
        self.scope.derived.add_bytes(piece.len());
        if let Some(child) = self.child {
            child.push(piece, last, self.collected);
        }
        if last {
            *self.child = None;
        }
    }
}
