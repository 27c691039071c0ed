//! PyTorch's zips: a pickle of the model beside a file of numbers for each tensor.
//! <https://docs.pytorch.org/docs/stable/notes/serialization.html>
//!
//! The archive reader opens them in place, so that they are known by the names of their members.

use std::collections::BTreeMap;

use crate::{
    detect::{Detection, Facts},
    model::{EntryPath, counted},
};

pub(super) const KIND: &str = "model-weights:pytorch";

/// The pickle, which makes a directory in a zip a model.
const PICKLE: &str = "data.pkl";
/// One of these lies beside it.
const BESIDE: [&str; 3] = ["version", "byteorder", "data/0"];

pub(super) fn conclude(facts: &Facts, out: &mut dyn FnMut(Detection)) {
    for path in facts.entries.keys() {
        let Some((zip, directory)) = container_of_pickle(path.as_str()) else {
            continue;
        };
        let member = |name: &str| same_root(path, &format!("{zip}!/{directory}{name}"));
        if BESIDE
            .iter()
            .any(|name| facts.entries.contains_key(&member(name)))
        {
            let model = Model::count(&facts.entries, &member("data/"));
            let scripted = facts.entries.contains_key(&member("constants.pkl"));
            let message = match scripted {
                true => "a PyTorch model with its code (TorchScript)",
                false => "model weights in the PyTorch format",
            };
            let evidence = format!(
                "{}, {} of numbers",
                counted(model.tensors, "tensor"),
                counted(model.bytes, "byte")
            );
            let zip = same_root(path, zip);
            out(Detection::new(KIND, &zip, message.to_owned(), evidence));
        }
    }
}

/// The zip and the directory in it (with its slash) that a pickle lies in.
fn container_of_pickle(path: &str) -> Option<(&str, &str)> {
    let (zip, inner) = path.rsplit_once("!/")?;
    let directory = inner.strip_suffix(PICKLE)?;
    let is_top = directory.ends_with('/') && directory.matches('/').count() == 1;
    is_top.then_some((zip, directory))
}

fn same_root(of: &EntryPath, path: &str) -> EntryPath {
    match of.is_rootless() {
        true => EntryPath::rootless(path),
        false => EntryPath::new(path),
    }
}

struct Model {
    tensors: u64,
    bytes: u64,
}

impl Model {
    fn count(entries: &BTreeMap<EntryPath, u64>, data: &EntryPath) -> Self {
        let mut model = Self {
            tensors: 0,
            bytes: 0,
        };
        for (path, size) in entries.range(data.clone()..) {
            if !path.as_str().starts_with(data.as_str()) {
                break;
            }
            model.tensors += 1;
            model.bytes = model.bytes.saturating_add(*size);
        }
        model
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(paths: &[(&str, u64)]) -> Vec<(String, String)> {
        let entries = paths
            .iter()
            .map(|(path, size)| (EntryPath::new(path), *size));
        let facts = Facts {
            entries: entries.collect(),
            ..Facts::default()
        };
        let mut found = Vec::new();
        conclude(&facts, &mut |detection| {
            found.push((
                detection.path.as_str().to_owned(),
                detection.evidence.as_str().to_owned(),
            ));
        });
        found
    }

    #[test]
    fn a_pickle_beside_numbers_is_a_model() {
        let members = [
            ("package/a.pt", 0),
            ("package/a.pt!/tiny/data.pkl", 100),
            ("package/a.pt!/tiny/version", 2),
            ("package/a.pt!/tiny/data/0", 4_000),
            ("package/a.pt!/tiny/data/1", 96),
            ("package/b.zip!/x/data.pkl", 9),
            ("package/c.zip!/data.pkl", 9),
            ("package/c.zip!/version", 9),
            ("package/d/data.pkl", 9),
            ("package/d/version", 9),
        ];
        assert_eq!(
            said(&members),
            [(
                "package/a.pt".to_owned(),
                "2 tensors, 4,096 bytes of numbers".to_owned()
            )]
        );
    }
}
