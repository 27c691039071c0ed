//! Secrets that are in use on the machine that runs the check must not be in the artifact, in whatever
//! form, and not in what is told of it.
//!
//! Nothing that this detector puts out holds a value, not even the hash of one: whoever reads it could
//! try passwords against that.

mod forms;
mod search;

use std::{collections::BTreeMap, sync::Arc};

use super::{Detection, Detector, Inspection, Out, occurrences::Occurrences};
use crate::model::{Context, Entry, EntryKind, EntryPath, Evidence, LiveSecrets, Window};

use forms::Form;
use search::Search;

const SECRET: &str = "self-match:secret";
pub(super) const KINDS: &[&str] = &[SECRET];

/// Leaves the secrets of this machine out of what is told.
pub struct Redactor(Search);

impl Redactor {
    /// For these secrets; `None` if there are none.
    pub fn new(live: &LiveSecrets) -> Option<Self> {
        Search::new(live).map(Self)
    }

    /// Where in the text secrets are, in whatever form.
    pub fn places(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let found = self.0.in_text(text).into_iter();
        found.map(|found| found.place).collect()
    }
}

struct LiveSecret {
    /// What there is to search, and where each secret is from.
    search: Option<Arc<(Search, Vec<String>)>>,
}

pub(super) fn make(context: &Context) -> Box<dyn Detector> {
    Box::new(LiveSecret::new(&context.live_secrets))
}

impl LiveSecret {
    fn new(live: &LiveSecrets) -> Self {
        let sources = live.secrets.iter().map(|secret| secret.source.clone());
        let search = Search::new(live).map(|search| Arc::new((search, sources.collect())));
        Self { search }
    }
}

impl Detector for LiveSecret {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        // A derived text was searched already, in the form in which its container holds it, and so was
        // its name.
        let searched = match entry.kind {
            EntryKind::File => !entry.opened,
            EntryKind::Link { .. } | EntryKind::Metadata => true,
            EntryKind::Directory => false,
            EntryKind::Derived => return None,
        };
        let search = self.search.as_ref()?;
        let mut in_path = Vec::new();
        if entry.kind != EntryKind::Metadata {
            let own = entry.path.as_str().rsplit("!/").next().unwrap_or_default();
            let found = search.0.in_text(own).into_iter();
            in_path.extend(found.map(|found| (found.secret, found.form)));
            in_path.sort_unstable();
            in_path.dedup();
        }
        if !searched && in_path.is_empty() {
            return None;
        }
        Some(Box::new(Looking {
            path: entry.path.clone(),
            binary: memchr::memchr(0, head).is_some(),
            window: Window::new(search.0.before(), search.0.after()),
            search: Arc::clone(search),
            searched,
            in_path,
            found: BTreeMap::new(),
        }))
    }
}

/// An entry being searched.
struct Looking {
    search: Arc<(Search, Vec<String>)>,
    path: EntryPath,
    binary: bool,
    window: Window,
    /// Whether the content is looked at; else only the path was.
    searched: bool,
    in_path: Vec<(usize, Form)>,
    found: BTreeMap<(usize, Form), Occurrences>,
}

impl Inspection for Looking {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let (search, sources) = &*self.search;
        let (binary, all) = (self.binary, &mut self.found);
        let piece = if self.searched { piece } else { &[] };
        self.window.push(piece, last, &mut |view| {
            search.each(&view, &mut |found| {
                all.entry((found.secret, found.form))
                    .and_modify(Occurrences::another)
                    .or_insert_with(|| Occurrences::at(view.locate(found.place.start, binary)));
            });
        });
        if !last {
            return;
        }
        for &(secret, form) in &self.in_path {
            let source = &sources[secret];
            let message = format!("{source} is part of the path");
            let fact = format!("{source}, {}, in the path", form.name());
            out.detection(Detection::new(SECRET, &self.path, message, fact));
        }
        for (&(secret, form), found) in &self.found {
            let source = &sources[secret];
            let what = match form {
                Form::Plain => source.clone(),
                form => format!("{source} ({})", form.name()),
            };
            out.detection(Detection {
                kind: SECRET,
                path: self.path.clone(),
                location: found.first,
                message: found.sentence(&what),
                evidence: Evidence::fact(format!("{source}, {}", form.name())),
                fix: None,
                sha256: None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::*;
    use crate::{
        detect::testing::{Recorder, inspect, inspect_in_steps},
        model,
    };

    fn live(values: &[&str]) -> LiveSecrets {
        let secrets = values
            .iter()
            .enumerate()
            .map(|(index, value)| model::LiveSecret {
                source: format!("the value of `$A{index}_TOKEN`"),
                value: Zeroizing::new((*value).to_owned()),
            });
        LiveSecrets {
            secrets: secrets.collect(),
            unread: Vec::new(),
        }
    }

    fn look(values: &[&str], content: &[u8]) -> Recorder {
        let detector = LiveSecret::new(&live(values));
        let entry = Entry::file("package/a.js", content.len() as u64);
        let whole = inspect(&detector, &entry, content);
        for step in [1, 7, 11, 64] {
            let pieces = inspect_in_steps(&detector, &entry, content, step);
            assert_eq!(pieces.said(), whole.said(), "in steps of {step}");
        }
        whole
    }

    fn evidence(values: &[&str], content: &[u8]) -> Vec<String> {
        let found = look(values, content).detections;
        found
            .iter()
            .map(|one| one.evidence.as_str().to_owned())
            .collect()
    }

    #[test]
    fn a_detection_says_where_the_secret_is_from_and_where_it_is() {
        let secret = ["kL9/mN2", "pQ5+rS8"].concat();
        let recorder = look(
            &["other-Value-77", &secret],
            format!("a\n x={secret};{secret}\n").as_bytes(),
        );
        assert_eq!(
            recorder.said(),
            [(
                "self-match:secret",
                "the value of `$A1_TOKEN` appears twice, first at line 2"
            )]
        );
        assert_eq!(recorder.detections[0].location.column, Some(4));
        assert_eq!(
            recorder.detections[0].evidence.as_str(),
            "the value of `$A1_TOKEN`, plain"
        );
        assert_eq!(recorder.detections[0].sha256, None);
    }

    #[test]
    fn every_form_is_found() {
        let value = ["kL9/m\"N2", "pQ5+rS8"].concat();
        let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
        let utf16: Vec<u8> = value.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let reversed: String = value.chars().rev().collect();
        let backwards: String = hex.chars().rev().collect();
        for (content, form) in [
            (
                serde_json::json!({ "a": value }).to_string().into_bytes(),
                "JSON-escaped",
            ),
            (b"?a=kL9%2Fm%22N2pQ5%2BrS8&".to_vec(), "percent-encoded"),
            (STANDARD.encode(&value).into_bytes(), "base64"),
            (
                STANDARD.encode(format!("ab{value}c")).into_bytes(),
                "base64",
            ),
            (utf16, "UTF-16"),
            (hex.to_uppercase().into_bytes(), "hexadecimal"),
            (reversed.into_bytes(), "reversed"),
            (backwards.into_bytes(), "reversed hexadecimal"),
        ] {
            assert_eq!(
                evidence(&[&value], &content),
                [format!("the value of `$A0_TOKEN`, {form}")]
            );
        }
        assert_eq!(
            evidence(&[&value], value.to_uppercase().as_bytes()),
            [""; 0]
        );
    }

    #[test]
    fn paths_and_link_targets_are_searched() {
        let secret = ["kL9-mN2", "pQ5.rS8"].concat();
        let detector = LiveSecret::new(&live(&[&secret]));
        let told = |path: &str, kind: EntryKind, content: &str| {
            let entry = Entry {
                kind,
                ..Entry::file(path, 1)
            };
            inspect(&detector, &entry, content.as_bytes())
                .detections
                .len()
        };
        let path = format!("package/{secret}/a.txt");
        assert_eq!(told(&path, EntryKind::File, ""), 1);
        assert_eq!(told(&path, EntryKind::Directory, ""), 1);
        let target = secret.clone();
        assert_eq!(told("package/a", EntryKind::Link { target }, &secret), 1);
        assert_eq!(told("package/a", EntryKind::File, ""), 0);
    }

    #[test]
    fn without_secrets_nothing_is_searched() {
        let entry = Entry::file("package/a.js", 1);
        for values in [&[][..], &["short"]] {
            assert!(
                LiveSecret::new(&live(values))
                    .inspect(&entry, b"x")
                    .is_none()
            );
        }
    }

    proptest! {
        /// Wherever a secret lies and however the content is cut, it is found once.
        #[test]
        fn the_search_finds_what_a_plain_one_does(
            secret in "[!-~]{12,40}",
            before in proptest::collection::vec(any::<u8>(), 0..60),
            after in proptest::collection::vec(any::<u8>(), 0..60),
            step in 1usize..50,
        ) {
            let content = [&before, secret.as_bytes(), &after].concat();
            let detector = LiveSecret::new(&live(&[&secret]));
            let entry = Entry::file("package/a.js", content.len() as u64);
            let recorder = inspect_in_steps(&detector, &entry, &content, step);
            let plain: Vec<_> = recorder.detections.iter()
                .filter(|found| found.evidence.as_str().ends_with("plain"))
                .collect();
            prop_assert_eq!(plain.len(), 1);
            let told = format!("{recorder:?}");
            prop_assert!(!told.contains(&secret));
        }
    }
}
