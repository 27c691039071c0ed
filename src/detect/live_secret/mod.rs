//! Secrets that are in use on the machine that runs the check must not be in the artifact, in whatever
//! form, and not in what is told of it.
//!
//! Nothing that this detector puts out holds a value, not even the hash of one: whoever reads it could
//! try passwords against that.

mod forms;
mod search;

use std::{borrow::Cow, collections::HashSet, ops::Range, sync::Arc};

use super::{
    Detection, Detector, Inspection,
    machine::{self, Form, Name, Occurrences},
};
use crate::model::{Context, Entry, EntryPath, LiveSecrets, Location, View, Window};

use search::Search;

const SECRET: &str = "self-match:secret";
pub(super) const KINDS: &[&str] = &[SECRET];

/// What there is to search for, and where each secret is from.
struct Secrets {
    search: Search,
    sources: Vec<String>,
}

impl Secrets {
    fn new(live: &LiveSecrets) -> Option<Self> {
        let sources = live.secrets.iter().map(|secret| secret.source.clone());
        Some(Self {
            search: Search::of(live.secrets.iter().map(|secret| secret.value.as_str()))?,
            sources: sources.collect(),
        })
    }
}

impl machine::Search for Secrets {
    fn window(&self) -> Window {
        Window::new(self.search.before(), self.search.after())
    }

    fn each(&self, view: &View<'_>, _: &mut u64, found: &mut dyn FnMut(usize, Form, usize)) {
        self.search.each(view, &mut |one| {
            found(one.secret, one.form, one.place.start);
        });
    }

    fn name(&self, secret: usize) -> Name<'_> {
        let source = &self.sources[secret];
        Name {
            kind: SECRET,
            subject: Cow::Borrowed(source),
            noun: source,
        }
    }
}

/// Knows the secrets of this machine in texts: to leave them out of what is told, and to find them in what was
/// decoded.
pub struct Redactor {
    secrets: Secrets,
    /// What may be left of one in a path, an address or an option, of which only a part is told.
    parts: Option<Search>,
}

impl Redactor {
    /// For these secrets; `None` if there are none.
    pub fn new(live: &LiveSecrets) -> Option<Self> {
        let values = live.secrets.iter().map(|secret| secret.value.as_str());
        Some(Self {
            parts: Search::of_parts(values),
            secrets: Secrets::new(live)?,
        })
    }

    /// Where in a short text secrets are, or what may be left of one.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let all = [Some(&self.secrets.search), self.parts.as_ref()];
        let found = all
            .into_iter()
            .flatten()
            .flat_map(|search| search.in_short(text.as_bytes()));
        found.map(|found| found.place).collect()
    }

    /// Tells where in the view secrets are, in whatever form.
    pub fn each(&self, view: &View<'_>, found: &mut dyn FnMut(Range<usize>)) {
        self.secrets.search.each(view, &mut |one| found(one.place));
    }

    /// What is told of a value that [`Redactor::each`] has found in text that was decoded, and that is
    /// `written` in this way.
    pub fn decoded(
        &self,
        value: &[u8],
        written: &str,
        path: &EntryPath,
        location: Location,
    ) -> Option<Detection> {
        let mut all = self.secrets.search.in_short(value).into_iter();
        let one = all.find(|found| found.place == (0..value.len()))?;
        let name = machine::Search::name(&self.secrets, one.secret);
        Some(name.in_content(written, path, &Occurrences::at(location)))
    }
}

/// Where the secret is from that a detection tells of, if it was found in a content.
fn source(detection: &Detection) -> Option<&str> {
    let fact = (detection.kind == SECRET).then(|| detection.evidence.as_str())?;
    let (source, form) = fact.rsplit_once(", ")?;
    (form != machine::IN_PATH).then_some(source)
}

/// Whether both tell of one secret.
pub fn tell_of_one_secret(one: &Detection, other: &Detection) -> bool {
    source(one).is_some_and(|secret| source(other) == Some(secret))
}

/// Leaves out what tells of a secret in a derived text where another tells of it in what that was derived from.
pub fn drop_derived_twins(detections: &mut Vec<Detection>) {
    let told: HashSet<(String, String)> = detections
        .iter()
        .filter_map(|one| Some((one.path.as_str().to_owned(), source(one)?.to_owned())))
        .collect();
    if told.is_empty() {
        return;
    }
    detections.retain(|one| {
        let path = one.path.as_str();
        let mut whole = path.match_indices("!/").map(|(end, _)| &path[..end]);
        let twin =
            |source: &str| whole.any(|whole| told.contains(&(whole.to_owned(), source.to_owned())));
        !source(one).is_some_and(twin)
    });
}

struct LiveSecret {
    secrets: Option<Arc<Secrets>>,
}

pub(super) fn make(context: &Context) -> Box<dyn Detector> {
    Box::new(LiveSecret::new(&context.live_secrets))
}

impl LiveSecret {
    fn new(live: &LiveSecrets) -> Self {
        Self {
            secrets: Secrets::new(live).map(Arc::new),
        }
    }
}

impl Detector for LiveSecret {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        machine::inspect(self.secrets.as_ref()?, entry, head)
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
        model::{self, EntryKind},
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
            (utf16, "UTF-16BE"),
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
