//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>), in the part that
//! code scanning systems read.
//!
//! GitHub looks at results only, and takes each alert that is not in the newest report for fixed: what was
//! not read or not checked is a result, too, beside the notification that the standard has for it.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    io::{self, Write},
};

use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use super::{
    Style,
    remark::{Remark, Standing, Subject, remarks},
    safe_json,
};
use crate::{
    model::{Ecosystem, Format, Level, RuleInfo, Severity, begin_of, counted},
    policy::{Judged, Outcome, Profile, Verdict},
};

/// GitHub turns down a run with more results, and a file that is longer than this when it is compressed.
const MOST_RESULTS: usize = 25_000;
const MOST_BYTES: usize = 10_000_000;
/// Of these, for what is not a result or a rule.
const FRAME: usize = 500_000;
/// GitHub stores so many results.
const MOST_SHOWN: usize = 5_000;
/// Each is a result as well.
const MOST_NOTIFICATIONS: usize = 100;
/// What GitHub shows of a description, in characters.
const LONGEST_DESCRIPTION: usize = 1000;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the document.
pub(super) fn write(verdict: &Verdict, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let remarks = remarks(verdict);
    let artifacts: Vec<Value> = verdict.artifacts.iter().map(artifact).collect();
    let taken = FRAME + artifacts.len() * FRAME / 1000;
    let (rules, results) = results(&remarks, MOST_BYTES.saturating_sub(taken))?;
    let left_out = remarks.len() - results.len();
    let run = Run {
        tool: json!({ "driver": {
            "name": "packwarden",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules,
        }}),
        invocations: json!([{
            "executionSuccessful": matches!(verdict.outcome(), Outcome::Passed | Outcome::Blocked),
            "startTimeUtc": verdict.checked_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "toolExecutionNotifications": notifications(&remarks, left_out),
        }]),
        version_control_provenance: provenance(verdict),
        // Columns are counted in bytes, for which there is no word; in ASCII all are the same.
        column_kind: "unicodeCodePoints",
        artifacts,
        results,
        properties: json!({ "outcome": verdict.outcome().name() }),
    };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    };
    safe_json::write_compact(&log, out)
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Value,
    invocations: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    version_control_provenance: Vec<Value>,
    column_kind: &'static str,
    artifacts: Vec<Value>,
    /// As they are written: there may be thousands, and a tree of each would take ten times the room.
    results: Vec<Box<RawValue>>,
    properties: Value,
}

/// The rules, and the results of them that there is room for, the worst first.
fn results(remarks: &[Remark<'_>], room: usize) -> io::Result<(Vec<Value>, Vec<Box<RawValue>>)> {
    let (mut rules, mut results) = (Vec::new(), Vec::new());
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut bytes = 0;
    for remark in remarks.iter().take(MOST_RESULTS) {
        let id = remark.id();
        let number = index.get(&*id).copied();
        let own = number.is_none().then(|| descriptor(remark));
        let result = safe_json::raw(&result(remark, number.unwrap_or(rules.len())))?;
        let rule = own.as_ref().map(safe_json::raw).transpose()?;
        bytes += result.get().len() + rule.map_or(0, |rule| rule.get().len());
        if bytes > room {
            break;
        }
        if let Some(rule) = own {
            index.insert(id.into_owned(), rules.len());
            rules.push(rule);
        }
        results.push(result);
    }
    Ok((rules, results))
}

fn result(remark: &Remark<'_>, rule: usize) -> Value {
    let place = remark.place();
    let line = place.as_ref().and_then(|place| place.line).unwrap_or(1);
    let column = place.as_ref().and_then(|place| place.column).unwrap_or(1);
    let path = place.map_or_else(|| ".".to_owned(), |place| uri(&place.path));
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": path },
            // GitHub wants all four; how long it is, nobody knows.
            "region": { "startLine": line, "startColumn": column, "endLine": line, "endColumn": column + 1 },
        },
    });
    if let (Some((_, judged)), Some(entry)) = (remark.artifact, remark.entry()) {
        let name = format!("{}!/{}", judged.artifact.path, entry.as_str());
        location["logicalLocations"] = json!([{ "fullyQualifiedName": name, "kind": "entry" }]);
    }
    let mut result = json!({
        "ruleId": remark.id(),
        "ruleIndex": rule,
        "level": level(remark),
        "message": { "text": message(&remark.text_and_fix()) },
        "locations": [location],
        // The second is the one that GitHub knows an alert by.
        "partialFingerprints": { "packwarden/v1": remark.key, "primaryLocationLineHash": remark.key },
    });
    if let Some((number, judged)) = remark.artifact {
        let uri = uri(&judged.artifact.path);
        result["analysisTarget"] = json!({ "uri": uri, "index": number });
    }
    if let Some(waiver) = remark.waiver() {
        let justification = message(&waiver.reason);
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": justification }]);
    }
    result
}

fn level(remark: &Remark<'_>) -> &'static str {
    match &remark.subject {
        Subject::Finding(judged) => level_name(judged.level),
        Subject::Gap(_) | Subject::Error(_) => "error",
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
        Level::Off => "none",
    }
}

/// What is said of the rule that a remark is of, or of all like it.
fn descriptor(remark: &Remark<'_>) -> Value {
    let Subject::Finding(judged) = &remark.subject else {
        let why =
            "What was not read or not checked may hold anything, and so nothing is published.";
        return json!({
            "id": remark.id(),
            "shortDescription": { "text": remark.title() },
            "fullDescription": { "text": why },
            "help": { "text": why },
            "defaultConfiguration": { "level": "error" },
            "properties": {
                "tags": ["security", "gap"],
                "precision": "very-high",
                "security-severity": score(Severity::Critical),
            },
        });
    };
    let rule = &*judged.finding.rule;
    let profile = remark
        .artifact
        .map(|(_, judged)| judged.policy.profile.profile);
    let level = match profile {
        Some(Profile::Closed) => rule.level.closed,
        Some(Profile::Open) | None => rule.level.open,
    };
    let ecosystem = remark.format().map(Format::ecosystem);
    let why = match rule.why.trim() {
        "" => &rule.title,
        why => why,
    };
    let mut descriptor = json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": begin_of(why, LONGEST_DESCRIPTION) },
        "help": help(rule, why, ecosystem),
        "defaultConfiguration": { "level": level_name(level) },
        "properties": {
            "tags": tags(rule),
            "precision": "high",
            "security-severity": score(rule.severity),
        },
    });
    let references = &mut rule.references.iter();
    if let Some(first) = references.find(|one| one.starts_with("https://")) {
        descriptor["helpUri"] = first.as_str().into();
    }
    descriptor
}

fn help(rule: &RuleInfo, why: &str, ecosystem: Option<Ecosystem>) -> Value {
    let fix = rule.fix.of(ecosystem);
    let more = rule.references.join("\n");
    let text = format!("{why}\n\nTo fix it: {fix}\n\n{more}");
    let markdown = format!("{why}\n\n**To fix it:** {fix}\n\n{more}");
    json!({ "text": text.trim_end(), "markdown": markdown.trim_end() })
}

/// At most four; GitHub shows ten.
fn tags(rule: &RuleInfo) -> BTreeSet<&str> {
    let own = ["security", "package-leak", rule.category.name()];
    own.into_iter().chain(rule.provider.as_deref()).collect()
}

/// In the middle of what GitHub takes for each.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn notifications(remarks: &[Remark<'_>], left_out: usize) -> Vec<Value> {
    let unchecked = || {
        let open = remarks
            .iter()
            .filter(|one| one.standing() == Standing::Blocks);
        open.filter(|one| !one.is_finding())
    };
    let mut all: Vec<Value> = unchecked()
        .take(MOST_NOTIFICATIONS)
        .map(|remark| {
            json!({
                "descriptor": { "id": remark.id() },
                "level": "error",
                "message": { "text": message(&remark.text()) },
            })
        })
        .collect();
    let mut say = |level: &str, text: String| {
        all.push(json!({ "level": level, "message": { "text": text } }));
    };
    let beyond = unchecked().count().saturating_sub(MOST_NOTIFICATIONS);
    if beyond > 0 {
        say(
            "error",
            format!("{} of this kind.", counted(beyond, "further notification")),
        );
    }
    if left_out > 0 {
        let what = counted(left_out, "result");
        say(
            "warning",
            format!(
                "{what} had no room here, the least severe ones: GitHub takes 25,000 and 10 MB."
            ),
        );
    }
    let written = remarks.len() - left_out;
    if written > MOST_SHOWN {
        let what = counted(written, "result");
        say(
            "note",
            format!("Of {what}, the worst first, GitHub shows 5,000."),
        );
    }
    all
}

fn artifact(judged: &Judged) -> Value {
    let artifact = &judged.artifact;
    let mut value = json!({
        "location": { "uri": uri(&artifact.path) },
        "length": artifact.size,
        "roles": ["analysisTarget"],
        "properties": {
            "name": artifact.name,
            "version": artifact.version,
            "format": artifact.format.map(Format::name),
            "outcome": judged.outcome().name(),
            "profile": judged.policy.profile.profile.name(),
            "policyDigest": format!("sha256:{}", judged.policy.digest),
        },
    });
    if let Some(sha256) = artifact.sha256 {
        value["hashes"] = json!({ "sha-256": sha256.to_string() });
    }
    value
}

/// The commits that artifacts are from, where it is known of which repository.
fn provenance(verdict: &Verdict) -> Vec<Value> {
    let known = verdict.artifacts.iter().filter_map(|judged| {
        let repository = judged.sources.repository.as_deref()?;
        Some((repository, judged.artifact.commit.as_deref()?))
    });
    let once: BTreeSet<(&str, &str)> = known.collect();
    once.into_iter()
        .map(|(repository, commit)| json!({ "repositoryUri": repository, "revisionId": commit }))
        .collect()
}

/// A path as a relative reference (RFC 3986): what is not plain is percent-encoded, the colon too, which
/// would end a scheme.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@+".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// Text in which nothing is a placeholder (section 3.11.5: braces are doubled) or a link (section 3.11.6).
fn message(text: &str) -> String {
    text.replace('{', "{{")
        .replace('}', "}}")
        .replace("](", "] (")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_scheme_and_no_link() {
        assert_eq!(
            uri("javascript:a b/é%.js"),
            "javascript%3Aa%20b/%C3%A9%25.js"
        );
        assert_eq!(message("[a](http://b) {0}"), "[a] (http://b) {{0}}");
    }
}
