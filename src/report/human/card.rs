//! The ship card: what would go where, before anything is said against it.

use super::page::{self, BOLD, DIM, Page, YELLOW};
use crate::{
    model::{
        Access, ArtifactInfo, Comparison, Destination, Earlier, Format, Rebuilt, SelfKind, count,
        counted,
    },
    policy::Judged,
    report::{Detail, quantity::bytes},
};

/// Rules named by the line on profile closed, at most.
const FEW_RULES: usize = 4;
/// Digits that are shown of a commit.
const SHORT_COMMIT: usize = 10;
/// Columns that names of rows take.
const LABEL: usize = 11;

/// A row: what it is about, and what there is to say.
type Row = (&'static str, String);

/// Rows that say the same of all artifacts of a release.
const SHARED: [&str; 4] = ["goes to", "packed by", "from", "profile"];

/// Writes the card. Shared rows that say the same as those of the artifact before are left out, unless
/// everything is asked for.
pub(super) fn write(page: &mut Page, judged: &Judged, before: Option<&Judged>, detail: Detail) {
    title(page, &judged.artifact, detail);
    if detail == Detail::Quiet {
        return;
    }
    if let Some(reason) = &judged.artifact.commit_unknown {
        let warning = page.paint(YELLOW.bold(), "warning");
        let text = format!("nothing was compared with git, which can't be read here: {reason}");
        page.sentence(&format!("{warning}: "), &text);
    }
    let unread = &judged.policy.unread;
    let known = before.is_some_and(|before| before.policy.unread == *unread);
    if !unread.is_empty() && !known {
        let warning = page.paint(YELLOW.bold(), "warning");
        let text = format!(
            "secrets of this machine were not looked for in {}",
            unread.join(", ")
        );
        page.sentence(&format!("{warning}: "), &text);
    }
    let verbose = detail == Detail::Verbose;
    let said = before.filter(|_| !verbose).map(|one| rows(one, verbose));
    let said = said.unwrap_or_default();
    let mut label_before = "";
    for row in rows(judged, verbose) {
        if SHARED.contains(&row.0) && said.contains(&row) {
            continue;
        }
        let (label, text) = row;
        // What belongs to the row above has no name of its own.
        let shown = if label == label_before { "" } else { label };
        label_before = label;
        let head = page.paint(DIM, &format!("{shown:LABEL$}"));
        page.sentence(&head, &text);
    }
}

fn title(page: &mut Page, artifact: &ArtifactInfo, detail: Detail) {
    let name = match (&artifact.name, &artifact.version) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name.clone(),
        (None, _) => known_as(artifact).to_owned(),
    };
    let format = artifact.format.map_or("of no known format", Format::name);
    let origin = match &artifact.packed_by {
        Some(by) if detail == Detail::Quiet => format!(", packed by {} {}", by.client, by.version),
        None if artifact.name.is_some() => format!(", {}", known_as(artifact)),
        _ => String::new(),
    };
    let name = page.paint(BOLD, &page::shorten(&name, page.width));
    let rest = page.paint(DIM, &format!("{format}{origin}"));
    page.line(&format!("{name}  {rest}"));
}

/// The path, or in words what is meant by `-`.
fn known_as(artifact: &ArtifactInfo) -> &str {
    match artifact.path.as_str() {
        "-" => "standard input",
        path => path,
    }
}

fn rows(judged: &Judged, verbose: bool) -> Vec<Row> {
    let artifact = &judged.artifact;
    let mut rows = Vec::new();
    if let Some(destination) = &artifact.destination {
        rows.push(("goes to", going(destination)));
    }
    if let Some(why) = &artifact.withdrawn {
        rows.push(("withdrawn", why.clone()));
    }
    if let Some(by) = &artifact.packed_by {
        let command = by.command.join(" ");
        let text = format!("{} {} ({command})", by.client, by.version);
        rows.push(("packed by", text));
        if let Some(why) = &by.without_scripts {
            let text = format!("the project's scripts were not run: {why}");
            rows.push(("packed by", text));
        }
    }
    if let Some(commit) = &artifact.commit {
        let short: String = commit.chars().take(SHORT_COMMIT).collect();
        let dirty = match artifact.dirty {
            Some(true) => ", with changes that are not committed",
            _ => "",
        };
        rows.push(("from", format!("commit {short}{dirty}")));
    }
    let files = match artifact.entries {
        1 => "1 file".to_owned(),
        entries => format!("{} files", count(entries)),
    };
    let (packed, unpacked) = (bytes(artifact.size), bytes(artifact.unpacked_size));
    rows.push((
        "holds",
        format!("{files}, {packed} packed, {unpacked} unpacked"),
    ));
    rows.push((
        "sha256",
        match artifact.sha256 {
            Some(sha256) => sha256.to_string(),
            None => "not known: the artifact was not read to its end".to_owned(),
        },
    ));
    match &artifact.earlier {
        Some(Earlier::Release(label)) => rows.push(("against", label.clone())),
        Some(Earlier::Nothing(why)) => rows.push(("against", format!("nothing: {why}"))),
        None => {}
    }
    if let Some(rebuilt) = &artifact.rebuilt {
        rows.push(("compared", compared(rebuilt)));
    }
    rows.extend(profile(judged, verbose).map(|text| ("profile", text)));
    if verbose {
        rows.push(("policy", judged.policy.digest.to_string()));
    }
    rows
}

/// What came of comparing it with a fresh build.
fn compared(rebuilt: &Rebuilt) -> String {
    let by = format!(
        "a fresh build by {} {}",
        rebuilt.by.client, rebuilt.by.version
    );
    match rebuilt.comparison {
        Comparison::Same => format!("holds what {by} makes (compiled entries compared by name)"),
        Comparison::Differs => format!("differs from what {by} makes"),
        Comparison::Absent => format!("not compared: {by} makes no file of this name"),
    }
}

/// `npm, public: why`
fn going(destination: &Destination) -> String {
    let Some(registry) = &destination.registry else {
        return format!("unknown: {}", destination.why);
    };
    let access = destination.access.map_or("access unknown", Access::name);
    format!("{registry}, {access}: {}", destination.why)
}

fn profile(judged: &Judged, verbose: bool) -> impl Iterator<Item = String> {
    let policy = &judged.policy;
    let profile = &policy.profile;
    let hint = match profile.configured {
        true => "",
        false => " (packwarden.toml can set it)",
    };
    let which = format!("{}: {}{hint}", profile.profile, profile.why);
    let beyond = judged.closed_hint.as_ref().map(|hint| {
        let few = hint.rules.iter().take(FEW_RULES).cloned();
        let mut rules: Vec<String> = few.collect();
        if hint.rules.len() > FEW_RULES {
            rules.push(format!("{} more", hint.rules.len() - FEW_RULES));
        }
        let findings = counted(hint.findings, "finding");
        format!("closed would also block {findings}: {}", rules.join(", "))
    });
    let overrides = &policy.overrides;
    let set = (!overrides.is_empty()).then(|| format!("set by {}", overrides.join(" ")));
    let applied = verbose.then(|| {
        let rules = counted(policy.rules, "rule");
        let kinds = policy.self_match.iter().map(|kind| self_name(*kind));
        let secrets = (policy.secrets > 0).then(|| counted(policy.secrets, "secret"));
        let looked_for: Vec<String> = kinds.map(str::to_owned).chain(secrets).collect();
        let machine = match looked_for.join(", ") {
            none if none.is_empty() => none,
            kinds => format!(", and looked for this machine's {kinds}"),
        };
        format!("applied {rules}{machine}")
    });
    [Some(which), beyond, set, applied].into_iter().flatten()
}

fn self_name(kind: SelfKind) -> &'static str {
    match kind {
        SelfKind::Home => "home directory",
        SelfKind::Login => "login",
        SelfKind::HostName => "host name",
        SelfKind::ProjectRoot => "project root",
        SelfKind::BuildDirectory => "build directory",
    }
}
