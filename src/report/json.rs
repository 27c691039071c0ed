//! JSON for programs, schema version 1: a frozen copy of the verdict, described by
//! `docs/schema/report-v1.json`.
//!
//! What is here may gain nothing and lose nothing: a change of the internal types must not change
//! what programs read.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::{Serialize, Serializer};

use super::{Style, safe_json, waivers};
use crate::{
    model::{
        self, Access, Category, Earlier, Ecosystem, Format, Level, Limits, Origin, PackedBy,
        Severity, Sha256, Sha512, Skipped,
    },
    policy::{self, Judged, JudgedFinding, JudgedGap, Outcome, RunError, Verdict, Waiver},
};

/// Writes the document.
pub(super) fn write(verdict: &Verdict, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    safe_json::write(&Report::new(verdict), out)
}

/// The document. An audit has a shorter one for each artifact.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    schema_version: u32,
    tool: Tool,
    outcome: &'static str,
    checked_at: String,
    errors: Vec<Error<'a>>,
    skipped: &'a [Skipped],
    artifacts: Vec<Artifact<'a>>,
    findings: Vec<Finding<'a>>,
    gaps: Vec<Gap<'a>>,
    waivers: Vec<waivers::Waiver<'a>>,
    summary: Summary,
    history: Option<Vec<Stay<'a>>>,
}

/// A finding over the versions of a package.
#[derive(Serialize)]
pub(super) struct Stay<'a> {
    package: &'a str,
    rule: &'a str,
    severity: Severity,
    level: Level,
    path: &'a str,
    since: &'a str,
    from_the_first: bool,
    until: &'a str,
    gone_in: Option<&'a str>,
    versions: usize,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Error<'a> {
    code: u8,
    message: &'a str,
    path: Option<&'a str>,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Artifact<'a> {
    path: &'a str,
    ecosystem: Option<Ecosystem>,
    format: Option<&'static str>,
    name: Option<&'a str>,
    version: Option<&'a str>,
    size: u64,
    unpacked_size: u64,
    sha256: Option<Sha256>,
    sha512: Option<Sha512>,
    entries: u64,
    origin: Origin,
    withdrawn: Option<&'a str>,
    packed_by: Option<&'a PackedBy>,
    compared_with: Option<ComparedWith<'a>>,
    fresh_build: Option<FreshBuild<'a>>,
    destination: Option<Destination<'a>>,
    commit: Option<&'a str>,
    dirty: Option<bool>,
    policy: Policy<'a>,
}

#[derive(Serialize)]
struct ComparedWith<'a> {
    release: Option<&'a str>,
    nothing: Option<&'a str>,
}

#[derive(Serialize)]
struct FreshBuild<'a> {
    comparison: &'static str,
    built_by: &'a PackedBy,
}

#[derive(Serialize)]
struct Destination<'a> {
    registry: Option<&'a str>,
    url: Option<&'a str>,
    access: &'static str,
    why: &'a str,
}

#[derive(Serialize)]
struct Policy<'a> {
    profile: &'static str,
    why: &'a str,
    source: &'a [String],
    digest: String,
    rules: usize,
    self_match: bool,
    live_secrets: LiveSecrets<'a>,
    limits: BTreeMap<&'static str, u64>,
    r#override: Option<&'a [String]>,
}

#[derive(Serialize)]
struct LiveSecrets<'a> {
    searched_for: usize,
    unread: &'a [String],
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    provider: Option<&'a str>,
    category: Category,
    severity: Severity,
    level: Level,
    artifact: usize,
    path: &'a str,
    line: Option<u64>,
    column: Option<u64>,
    offset: Option<u64>,
    message: &'a str,
    evidence: &'a str,
    fix: Advice<'a>,
    fingerprint: String,
    waived: bool,
    waiver: Option<AcceptedBy<'a>>,
}

#[derive(Serialize)]
struct AcceptedBy<'a> {
    reason: &'a str,
    owner: Option<&'a str>,
    expires: Option<String>,
}

#[derive(Serialize)]
struct Gap<'a> {
    artifact: usize,
    kind: &'static str,
    path: Option<&'a str>,
    reason: &'a str,
    fingerprint: String,
    waived: bool,
}

/// How many findings stand at each level.
#[derive(Serialize)]
pub(super) struct Summary {
    deny: usize,
    warn: usize,
    note: usize,
    waived: usize,
}

impl<'a> Report<'a> {
    fn new(verdict: &'a Verdict) -> Self {
        Self {
            skipped: &verdict.skipped,
            history: stays(verdict),
            ..Self::of(
                verdict,
                verdict.outcome(),
                &verdict.artifacts,
                &verdict.errors,
            )
        }
    }

    /// Of some of the artifacts and errors of a verdict, and what these come to.
    pub(super) fn of(
        verdict: &Verdict,
        outcome: Outcome,
        artifacts: &'a [Judged],
        errors: &'a [RunError],
    ) -> Self {
        let numbered = || artifacts.iter().enumerate();
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool {
                name: "packwarden",
                version: env!("CARGO_PKG_VERSION"),
            },
            outcome: outcome.name(),
            checked_at: moment(verdict),
            errors: errors.iter().map(Error::new).collect(),
            skipped: &[],
            artifacts: artifacts.iter().map(Artifact::new).collect(),
            findings: numbered()
                .flat_map(|(index, judged)| {
                    let ecosystem = judged.artifact.format.map(Format::ecosystem);
                    judged
                        .findings
                        .iter()
                        .map(move |one| Finding::new(index, ecosystem, one))
                })
                .collect(),
            gaps: numbered()
                .flat_map(|(index, judged)| judged.gaps.iter().map(move |one| Gap::new(index, one)))
                .collect(),
            waivers: waivers::all(artifacts),
            summary: policy::Summary::of(artifacts).into(),
            history: None,
        }
    }
}

/// The version of the schema.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// When the check was made.
pub(super) fn moment(verdict: &Verdict) -> String {
    let time = verdict.checked_at.strftime("%Y-%m-%dT%H:%M:%SZ");
    time.to_string()
}

/// When findings came in and went, where that was asked for.
pub(super) fn stays(verdict: &Verdict) -> Option<Vec<Stay<'_>>> {
    Some(verdict.history.as_ref()?.iter().map(Stay::new).collect())
}

impl<'a> Stay<'a> {
    fn new(stay: &'a policy::Stay) -> Self {
        Self {
            package: &stay.package,
            rule: &stay.rule.id,
            severity: stay.rule.severity,
            level: stay.level,
            path: &stay.path,
            since: &stay.since,
            from_the_first: stay.from_the_first,
            until: &stay.until,
            gone_in: stay.gone_in.as_deref(),
            versions: stay.versions,
        }
    }
}

impl From<policy::Summary> for Summary {
    fn from(summary: policy::Summary) -> Self {
        Self {
            deny: summary.deny,
            warn: summary.warn,
            note: summary.note,
            waived: summary.waived,
        }
    }
}

impl<'a> Error<'a> {
    fn new(error: &'a RunError) -> Self {
        Self {
            code: error.code,
            message: &error.message,
            path: error.path.as_deref(),
            help: error.help.as_deref(),
        }
    }
}

impl<'a> Artifact<'a> {
    fn new(judged: &'a Judged) -> Self {
        let artifact = &judged.artifact;
        let policy = &judged.policy;
        Self {
            path: &artifact.path,
            ecosystem: artifact.format.map(|format| format.ecosystem()),
            format: artifact.format.map(Format::name),
            name: artifact.name.as_deref(),
            version: artifact.version.as_deref(),
            size: artifact.size,
            unpacked_size: artifact.unpacked_size,
            sha256: artifact.sha256,
            sha512: artifact.sha512,
            entries: artifact.entries,
            origin: artifact.origin,
            withdrawn: artifact.withdrawn.as_deref(),
            packed_by: artifact.packed_by.as_ref(),
            compared_with: artifact.earlier.as_ref().map(ComparedWith::new),
            fresh_build: artifact.rebuilt.as_ref().map(|rebuilt| FreshBuild {
                comparison: rebuilt.comparison.name(),
                built_by: &rebuilt.by,
            }),
            destination: artifact.destination.as_ref().map(Destination::new),
            commit: artifact.commit.as_deref(),
            dirty: artifact.dirty,
            policy: Policy {
                profile: policy.profile.profile.name(),
                why: &policy.profile.why,
                source: &policy.sources,
                digest: format!("sha256:{}", policy.digest),
                rules: policy.rules,
                self_match: !policy.self_match.is_empty(),
                live_secrets: LiveSecrets {
                    searched_for: policy.secrets,
                    unread: &policy.unread,
                },
                limits: limits(&policy.limits),
                r#override: Some(&policy.overrides[..]).filter(|flags| !flags.is_empty()),
            },
        }
    }
}

impl<'a> ComparedWith<'a> {
    fn new(earlier: &'a Earlier) -> Self {
        let (release, nothing) = match earlier {
            Earlier::Release(label) => (Some(label.as_str()), None),
            Earlier::Nothing(why) => (None, Some(why.as_str())),
        };
        Self { release, nothing }
    }
}

/// The limits by the names that the configuration gives them; the time in seconds.
fn limits(limits: &Limits) -> BTreeMap<&'static str, u64> {
    BTreeMap::from([
        ("decompressed", limits.decompressed),
        ("ratio", limits.ratio),
        ("entries", limits.entries),
        ("depth", limits.depth.into()),
        ("time", limits.time.as_secs()),
    ])
}

impl<'a> Destination<'a> {
    fn new(destination: &'a model::Destination) -> Self {
        Self {
            registry: destination.registry.as_deref(),
            url: destination.url.as_deref(),
            access: destination.access.map_or("unknown", Access::name),
            why: &destination.why,
        }
    }
}

impl<'a> Finding<'a> {
    fn new(artifact: usize, ecosystem: Option<Ecosystem>, judged: &'a JudgedFinding) -> Self {
        let finding = &judged.finding;
        Self {
            rule: &finding.rule.id,
            provider: finding.rule.provider.as_deref(),
            category: finding.rule.category,
            severity: finding.rule.severity,
            level: judged.level,
            artifact,
            path: finding.path.as_str(),
            line: finding.location.line,
            column: finding.location.column,
            offset: finding.location.offset,
            message: &finding.message,
            evidence: finding.evidence.as_str(),
            fix: Advice { finding, ecosystem },
            fingerprint: finding.fingerprint().to_string(),
            waived: judged.waiver.is_some(),
            waiver: judged.waiver.as_deref().map(AcceptedBy::new),
        }
    }
}

/// What to type, worded only when it is written: there may be as many findings as entries.
struct Advice<'a> {
    finding: &'a model::Finding,
    ecosystem: Option<Ecosystem>,
}

impl Serialize for Advice<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.finding.fix {
            Some(fix) => serializer.serialize_str(fix),
            None => serializer.serialize_str(&self.finding.rule.fix.of(self.ecosystem)),
        }
    }
}

impl<'a> AcceptedBy<'a> {
    fn new(waiver: &'a Waiver) -> Self {
        Self {
            reason: &waiver.reason,
            owner: waiver.owner.as_deref(),
            expires: waiver.expires.map(|last| last.to_string()),
        }
    }
}

impl<'a> Gap<'a> {
    fn new(artifact: usize, judged: &'a JudgedGap) -> Self {
        let gap = &judged.gap;
        Self {
            artifact,
            kind: gap.kind.name(),
            path: gap.path.as_ref().map(|path| path.as_str()),
            reason: &gap.reason,
            fingerprint: gap.fingerprint().to_string(),
            waived: judged.waiver.is_some(),
        }
    }
}
