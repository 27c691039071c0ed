//! The examples inside rules, run: each must or must not meet its own rule.

use std::{collections::HashMap, fmt, sync::Arc};

use crate::{
    archive::Summary,
    detect,
    model::{
        Access, Context, Dist, Doubt, Entry, EntryKind, EntryPath, Finding, Format, FreshBuild,
        Limits, LiveSecret, LiveSecrets, PackedBy, Publishing, SelfKind, SelfValue, Sha256,
        SourceContext,
    },
    rule::{Example, Matches, Rule, RuleSet, fill},
};

use super::{
    Scope, bounds::Bounds, collected::Collected, entry_scan::EntryScan, example_tree::ExampleTree,
    pipeline::DerivedBudget, redaction::Redaction,
};

/// The machine that examples of self-match rules are written for.
const EXAMPLE_MACHINE: &[(SelfKind, &str)] = &[
    (SelfKind::Home, "/home/rosalind"),
    (SelfKind::Login, "rosalind"),
    (SelfKind::HostName, "franklin-01"),
    (SelfKind::ProjectRoot, "/home/rosalind/src/helix"),
    (SelfKind::BuildDirectory, "/data/agents/7/helix"),
];

/// The secret that is in use there, as examples write it.
const EXAMPLE_SECRET: &str = "{{github-token}}";

fn example_secrets() -> Result<LiveSecrets, String> {
    let value = fill(EXAMPLE_SECRET).map_err(|unknown| unknown.to_string())?;
    Ok(LiveSecrets {
        secrets: vec![LiveSecret {
            source: "the value of `$DEPLOY_TOKEN`".to_owned(),
            value: value.into(),
        }],
        unread: Vec::new(),
    })
}

/// What examples of `dist` rules lie beside: the project `acme`, built as its version 1.0.
fn example_dist() -> Dist {
    let empty = Some(Sha256::of(b""));
    Dist {
        projects: vec!["acme".to_owned()],
        newest: [("acme".to_owned(), "1.0".to_owned())].into(),
        fresh: Some(FreshBuild {
            by: PackedBy {
                client: "uv".to_owned(),
                version: "0.13.8".to_owned(),
                command: Vec::new(),
                without_scripts: None,
            },
            made: vec!["acme-1.0-py3-none-any.whl".to_owned()],
            members: Some(
                [
                    "acme.py",
                    "acme-1.0.dist-info/METADATA",
                    "acme-1.0.dist-info/WHEEL",
                ]
                .map(|path| (EntryPath::rootless(path), empty))
                .into(),
            ),
        }),
    }
}

/// The configuration that examples of rules about publishing are written for.
fn example_publishing() -> Publishing {
    Publishing {
        registries: vec!["https://packages.acme.example/".to_owned()],
        scope: Some("@acme".to_owned()),
        access: Some(Access::Restricted),
        written_in: None,
    }
}

/// An example that does not behave as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// Which of its examples, from 1.
    pub example: usize,
    /// One sentence.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure {
            rule,
            example,
            message,
        } = self;
        write!(formatter, "{rule}, example {example}: {message}")
    }
}

/// Runs the examples of every rule and returns how many there are, and those that fail.
pub fn run_examples(rules: &RuleSet) -> (usize, Vec<Failure>) {
    let mut count = 0;
    let mut failures = Vec::new();
    for rule in rules.rules() {
        for (index, example) in rule.examples.iter().enumerate() {
            count += 1;
            if let Err(message) = run_example(rules, rule, example) {
                failures.push(Failure {
                    rule: rule.info.id.clone(),
                    example: index + 1,
                    message,
                });
            }
        }
    }
    (count, failures)
}

fn run_example(rules: &RuleSet, rule: &Rule, example: &Example) -> Result<(), String> {
    let found = findings_of(rules, example)?;
    let met: Vec<_> = found
        .iter()
        .filter(|finding| finding.rule.id == rule.info.id)
        .collect();
    let doubtful = |finding: &&&Finding| finding.doubt == Doubt::Value;
    let plain = met.iter().find(|finding| !doubtful(finding));
    match (example.matches, plain, met.iter().find(doubtful)) {
        (Matches::No, None, _)
        | (Matches::Yes, Some(_), _)
        | (Matches::Doubtful, None, Some(_)) => Ok(()),
        (Matches::Yes, None, Some(finding)) => Err(format!(
            "it should meet the rule, and is doubtful: {}",
            finding.message
        )),
        (Matches::No | Matches::Doubtful, Some(finding), _) => Err(format!(
            "it should not meet the rule, and does, in {}",
            finding.path.in_package()
        )),
        (Matches::Yes | Matches::Doubtful, None, None) => {
            Err("it should meet the rule, and does not".to_owned())
        }
    }
}

/// Everything found in an example, by whichever rule.
fn findings_of(rules: &RuleSet, example: &Example) -> Result<Vec<Finding>, String> {
    let entries = example.entries().map_err(|unknown| unknown.to_string())?;
    let context = Context {
        publishing: vec![example_publishing()],
        destination: None,
        asked_of: None,
        self_values: EXAMPLE_MACHINE
            .iter()
            .map(|&(kind, value)| SelfValue {
                kind,
                value: value.to_owned(),
            })
            .collect(),
        live_secrets: example_secrets()?,
        dist: Some(example_dist()),
        beside: Vec::new(),
        inventory: false,
        source: Some(SourceContext {
            tree: Arc::new(ExampleTree),
            client: None,
            outputs: Vec::new(),
        }),
    };
    let limits = Limits::default();
    let scope = Scope {
        rules,
        detectors: detect::DETECTORS
            .iter()
            .map(|line| (line.make)(&context))
            .collect(),
        limits: &limits,
        derived: DerivedBudget::default(),
        bounds: Bounds::new(&limits),
        redaction: Redaction::new(Some(rules), &LiveSecrets::default()),
        inventory: false,
    };
    let release = entries.iter().find_map(|entry| {
        let top = entry.path.split('/').next()?;
        top.strip_suffix(".dist-info").map(str::to_owned)
    });
    let is_wheel = release.is_some();
    let artifact_path = |path: &str| match is_wheel {
        true => EntryPath::rootless(path),
        false => EntryPath::new(&format!("package/{path}")),
    };
    let shipped = entries
        .iter()
        .map(|entry| (artifact_path(&entry.path), entry.bytes.len() as u64))
        .collect();
    let mut collected = Collected::new(Vec::new(), shipped, HashMap::new());
    for example_entry in entries {
        // What lies outside files is written `dist/cli.js!/tar-owner`.
        let kind = if example_entry.link {
            EntryKind::Link {
                target: String::from_utf8_lossy(&example_entry.bytes).into_owned(),
            }
        } else if example_entry.path.contains("!/") {
            EntryKind::Metadata
        } else {
            EntryKind::File
        };
        let entry = Entry {
            path: artifact_path(&example_entry.path),
            kind,
            mode: example_entry.mode,
            ..Entry::file("", example_entry.bytes.len() as u64)
        };
        EntryScan::new(&scope, entry).push(&example_entry.bytes, true, &mut collected);
    }
    let summary = Summary {
        format: is_wheel.then_some(Format::Wheel),
        release,
        ..Summary::default()
    };
    Ok(collected.conclude(&scope, &summary).findings)
}
