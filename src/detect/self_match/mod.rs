//! The values of the machine that runs the check: its home directory, login, host name and project
//! root must not be in the artifact, in whatever form.
//!
//! Nothing that this detector puts out holds a value.

mod forms;
mod search;

use std::{borrow::Cow, sync::Arc};

use super::{
    Detector, Inspection,
    machine::{self, Form, Name},
};
use crate::model::{Context, Entry, EntryKind, SelfKind, View, Window};

use search::Search;

/// What is looked for, most specific first: of several at one place only the first is told.
const LOOKED_FOR: &[(SelfKind, &str, &str)] = &[
    (
        SelfKind::ProjectRoot,
        "self-match:project-root",
        "project directory",
    ),
    (
        SelfKind::BuildDirectory,
        "self-match:build-directory",
        "build directory",
    ),
    (SelfKind::Home, "self-match:home", "home directory"),
    (SelfKind::Login, "self-match:login", "login name"),
    (SelfKind::HostName, "self-match:host", "host name"),
];
pub(super) const KINDS: &[&str] = &[
    LOOKED_FOR[0].1,
    LOOKED_FOR[1].1,
    LOOKED_FOR[2].1,
    LOOKED_FOR[3].1,
    LOOKED_FOR[4].1,
];

pub(super) struct SelfMatch {
    search: Option<Arc<Search>>,
}

pub(super) fn make(context: &Context) -> Box<dyn Detector> {
    Box::new(SelfMatch::new(context))
}

impl SelfMatch {
    fn new(context: &Context) -> Self {
        Self {
            search: Search::new(&context.self_values).map(Arc::new),
        }
    }
}

impl Detector for SelfMatch {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        // A derived text was searched already: in the form in which its container holds it.
        if entry.kind == EntryKind::Derived {
            return None;
        }
        machine::inspect(self.search.as_ref()?, entry, head)
    }
}

impl machine::Search for Search {
    fn window(&self) -> Window {
        Window::new(Search::BEFORE, self.after())
    }

    fn each(&self, view: &View<'_>, passed: &mut u64, found: &mut dyn FnMut(usize, Form, usize)) {
        self.each(view, passed, found);
    }

    fn name(&self, value: usize) -> Name<'_> {
        let (_, kind, noun) = LOOKED_FOR[value];
        Name {
            kind,
            subject: Cow::Owned(format!("your {noun}")),
            noun,
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;
    use crate::{
        detect::Detection,
        detect::testing::{Recorder, inspect, inspect_in_steps},
        model::SelfValue,
    };

    fn detector(values: &[(SelfKind, &str)]) -> SelfMatch {
        let self_values = values
            .iter()
            .map(|&(kind, value)| SelfValue {
                kind,
                value: value.to_owned(),
            })
            .collect();
        SelfMatch::new(&Context {
            self_values,
            ..Context::default()
        })
    }

    fn ann() -> SelfMatch {
        detector(&[
            (SelfKind::Home, "/home/anna"),
            (SelfKind::Login, "anna"),
            (SelfKind::HostName, "annas-box"),
            (SelfKind::ProjectRoot, "/home/anna/work/tool"),
        ])
    }

    fn look(detector: &SelfMatch, content: &[u8]) -> Recorder {
        let entry = Entry::file("package/a.js", content.len() as u64);
        let whole = inspect(detector, &entry, content);
        for step in [1, 7, 64] {
            let pieces = inspect_in_steps(detector, &entry, content, step);
            assert_eq!(pieces.said(), whole.said(), "in steps of {step}");
        }
        whole
    }

    fn kinds(detector: &SelfMatch, content: &str) -> Vec<String> {
        let recorder = look(detector, content.as_bytes());
        let shown = |d: &Detection| format!("{}: {}", d.kind, d.evidence.as_str());
        recorder.detections.iter().map(shown).collect()
    }

    #[test]
    fn one_detection_a_kind_and_form_says_how_often_and_where() {
        let text = "a\n  '/home/anna/x'\n/home/anna /home/anna/work/tool/src\n";
        let recorder = look(&ann(), text.as_bytes());
        assert_eq!(
            recorder.said(),
            [
                (
                    "self-match:project-root",
                    "your project directory appears at line 3"
                ),
                (
                    "self-match:home",
                    "your home directory appears twice, first at line 2"
                ),
            ]
        );
        assert_eq!(recorder.detections[1].location.column, Some(4));
        assert_eq!(
            recorder.detections[1].evidence.as_str(),
            "home directory, plain"
        );
    }

    #[test]
    fn a_name_that_only_begins_alike_is_another() {
        let others = "/home/annabel/x /home/anna-lena /home/anna.smith /home/anna_ /home/annaé annas-boxes \
            my-annas-box xannas-box anna /home/ann/";
        assert_eq!(kinds(&ann(), others), [""; 0]);
        assert_eq!(
            kinds(&ann(), "-I/home/anna"),
            ["self-match:home: home directory, plain"]
        );
        assert_eq!(
            kinds(&ann(), "/home/anna/work/tools"),
            ["self-match:home: home directory, plain"]
        );
    }

    #[test]
    fn every_form_is_found_and_bounded() {
        let utf16 = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>()
        };
        let cases: [(Vec<u8>, Vec<u8>, &str); 5] = [
            (
                r"\/home\/anna\/x".into(),
                r"\/home\/annabel".into(),
                "JSON-escaped",
            ),
            (
                "file=%2Fhome%2fanna %2fhome%2fanna%2fx".into(),
                "%2Fhome%2Fannabel".into(),
                "percent-encoded",
            ),
            (
                STANDARD.encode("{ /home/anna/x").into(),
                STANDARD.encode("{ /home/annabel").into(),
                "base64",
            ),
            (utf16("/home/anna"), utf16("/home/annabel"), "UTF-16LE"),
            (
                b"\0/\0h\0o\0m\0e\0/\0a\0n\0n\0a\0/".into(),
                b"\0/\0h\0o\0m\0e\0/\0a\0n\0n\0a\0b".into(),
                "UTF-16BE",
            ),
        ];
        for (content, near_miss, form) in cases {
            let found = look(&ann(), &content);
            let shown: Vec<_> = found
                .detections
                .iter()
                .map(|d| d.evidence.as_str())
                .collect();
            assert_eq!(shown, [format!("home directory, {form}")]);
            assert_eq!(look(&ann(), &near_miss).detections, [], "{form}");
        }
    }

    #[test]
    fn windows_paths_are_found_in_their_spellings() {
        let windows = detector(&[
            (SelfKind::Home, r"C:\Users\Ann Lee"),
            (SelfKind::Login, "Ann Lee"),
        ]);
        for (text, form) in [
            (r"c:\Users\Ann Lee\x", "plain"),
            ("C:/Users/Ann Lee/x", "plain"),
            (r#""C:\\Users\\Ann Lee\\x""#, "JSON-escaped"),
            (r#"["open('C:\\\\Users\\\\Ann Lee\\\\x')"]"#, "JSON-escaped"),
            ("file:///c%3A/Users/Ann%20Lee/x", "percent-encoded"),
            (&STANDARD.encode(r#"["C:\\Users\\Ann Lee\\x"]"#), "base64"),
        ] {
            assert_eq!(
                kinds(&windows, text),
                [format!("self-match:home: home directory, {form}")],
                "{text}"
            );
        }
        assert_eq!(
            kinds(&windows, r"D:\work\Users\Ann Lee\x"),
            ["self-match:login: login name, plain"]
        );
    }

    #[test]
    fn a_login_counts_only_in_a_home_path() {
        let login = "self-match:login: login name, plain";
        assert_eq!(kinds(&ann(), "/Users/anna/x"), [login]);
        assert_eq!(kinds(&ann(), r"C:\Users\anna\x"), [login]);
        assert_eq!(kinds(&ann(), "/Users/anna"), [""; 0]);
        assert_eq!(kinds(&ann(), "by anna, anna/x, /opt/anna/x"), [""; 0]);
    }

    #[test]
    fn a_host_name_is_a_whole_token() {
        let host = "self-match:host: host name, plain";
        assert_eq!(kinds(&ann(), "built on annas-box."), [host]);
        assert_eq!(kinds(&ann(), "http://annas-box:8080/"), [host]);
        let encoded = STANDARD.encode("x annas-box y");
        assert_eq!(
            kinds(&ann(), &encoded),
            ["self-match:host: host name, base64"]
        );
        let encoded = STANDARD.encode("myannas-box y");
        assert_eq!(kinds(&ann(), &encoded), [""; 0]);
    }

    #[test]
    fn binary_content_is_located_by_offset() {
        let recorder = look(&ann(), b"\0\x01\x02/home/anna/x\0");
        let location = recorder.detections[0].location;
        assert_eq!((location.offset, location.line), (Some(3), None));
        assert_eq!(
            recorder.detections[0].message,
            "your home directory appears at offset 3"
        );
    }

    #[test]
    fn paths_of_entries_are_searched() {
        let told = |path: &str, kind: EntryKind| {
            let entry = Entry {
                kind,
                ..Entry::file(path, 1)
            };
            let recorder = inspect(&ann(), &entry, b"-");
            let kinds = recorder.detections.iter().map(|found| found.kind);
            kinds.collect::<Vec<_>>()
        };
        for path in [
            "package/x/home/anna/y.txt",
            "home/anna/y",
            "a.tgz!/home/anna/y",
        ] {
            assert_eq!(told(path, EntryKind::File), ["self-match:home"], "{path}");
        }
        assert_eq!(
            told("p/home/anna/", EntryKind::Directory),
            ["self-match:home"]
        );
        assert_eq!(told("p/home/annabel/", EntryKind::Directory), [""; 0]);
        assert_eq!(told("home/anna/a.tgz!/y", EntryKind::File), [""; 0]);
    }

    #[test]
    fn no_value_is_ever_put_out() {
        let text = format!(
            "/home/anna/work/tool annas-box /Users/anna/ {}",
            STANDARD.encode("/home/anna")
        );
        let recorder = look(&ann(), text.as_bytes());
        assert_eq!(recorder.detections.len(), 4);
        assert!(!format!("{recorder:?}").contains("anna"));
    }

    #[test]
    fn without_values_nothing_is_searched() {
        let entry = Entry::file("package/a.js", 1);
        for values in [
            &[][..],
            &[(SelfKind::Home, "/"), (SelfKind::HostName, "pc")],
        ] {
            assert!(detector(values).inspect(&entry, b"/").is_none());
        }
    }
}
