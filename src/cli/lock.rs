//! `packwarden lock`.

use std::{collections::BTreeMap, fmt::Write as _, io, path::Path};

use miette::Diagnostic;
use thiserror::Error;

use super::{
    ExitCode, args::Color, change, check, file, interrupt, options::CheckOptions,
    output::write_stdout, render,
};
use crate::{
    check::{ConfigChoice, Request, Target},
    lock::{self, Proposal, Repinned},
    model::{Sha256, counted, escape},
    policy::{
        Judged,
        lock::{Key, is_of_lock},
    },
};

/// Why nothing was written.
#[derive(Debug, Error, Diagnostic)]
enum LockError {
    #[error("nothing was written: there is no terminal to ask on")]
    #[diagnostic(help("`packwarden lock --yes` writes what is shown without asking"))]
    NobodyToAsk,

    #[error("nothing was written")]
    Declined,

    #[error(
        "{path} could not be read in full, and what nobody has read is not approved: {reasons}"
    )]
    #[diagnostic(help("`packwarden check` says what there is to do about each"))]
    Unread { path: String, reasons: String },

    #[error("--no-config means no lock either")]
    #[diagnostic(help("leave it out"))]
    NoConfig,

    #[error("{name} was not written: {reason}")]
    NotWritten { name: String, reason: String },

    #[error("what is proposed could not be written to standard output, and so nothing was")]
    NotShown(#[source] io::Error),
}

/// What ends the command before its end: it has been told.
type Ended = Result<(), ExitCode>;

/// Runs the command and says how it went.
pub(super) fn run(options: &CheckOptions, yes: bool, color: Color) -> ExitCode {
    let ended = all_read(options, color).and_then(|judged| {
        let judged: Vec<&Judged> = judged.iter().collect();
        match options.request.no_lock {
            true => renew(&judged, &options.request, yes, color),
            false => hold(&judged, &options.request, color),
        }
    });
    ended.err().unwrap_or(ExitCode::Passed)
}

/// All artifacts, each read in full.
fn all_read(options: &CheckOptions, color: Color) -> Result<Vec<Judged>, ExitCode> {
    let request = &options.request;
    if request.config == ConfigChoice::None {
        return Err(failed(&LockError::NoConfig, color));
    }
    let checked = check::checked(options.progress, |progress| {
        crate::check::check(request, progress)
    });
    if interrupt::or_interrupted(ExitCode::Passed) == ExitCode::Interrupted {
        return Err(ExitCode::Interrupted);
    }
    let errors = checked.errors.iter().map(|error| error as _);
    render::errors(errors, &roots(request), color);
    let codes = checked.verdict.errors.iter().map(|error| error.code);
    if let Some(code) = codes.max() {
        return Err(ExitCode::from_code(code));
    }
    let judged = checked.verdict.artifacts;
    let mut unread = Vec::new();
    for one in &judged {
        let open = one.gaps.iter().filter(|gap| gap.waiver.is_none());
        let reasons: Vec<String> = open.map(|one| escape(&one.gap.reason)).collect();
        if !reasons.is_empty() {
            unread.push(LockError::Unread {
                path: escape(&one.artifact.path),
                reasons: reasons.join(" "),
            });
        }
    }
    let told = unread.iter().map(|error| error as _);
    render::errors(told, &roots(request), color);
    match (unread.is_empty(), judged.is_empty()) {
        (false, _) => Err(ExitCode::Unreadable),
        (true, true) => Err(ExitCode::NoArtifact),
        (true, false) => Ok(judged),
    }
}

/// Proposes, asks and writes.
fn renew(judged: &[&Judged], request: &Request, yes: bool, color: Color) -> Ended {
    let mut places: BTreeMap<&Path, Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        places.entry(&one.policy.lock_place).or_default().push(one);
    }
    let proposed = places
        .iter()
        .map(|(place, judged)| lock::propose(place, judged));
    let proposed: Result<Vec<Proposal>, _> = proposed.collect();
    let proposed = proposed.map_err(|error| failed(&error, color))?;
    let text: String = proposed.iter().map(told).collect();
    show(text, request, color)?;
    let changed = proposed
        .iter()
        .filter(|one| one.before.as_ref() != Some(&one.after));
    let changed: Vec<&Proposal> = changed.collect();
    if changed.is_empty() {
        return Ok(());
    }
    if !(yes || change::asked(changed.len())) {
        return Err(match change::is_terminal() {
            true => failed(&LockError::Declined, color),
            false => failed(&LockError::NobodyToAsk, color),
        });
    }
    for one in &changed {
        let before = one.before.as_deref();
        file::replace(&one.place, before, &one.after, false).map_err(|reason| {
            let name = name(&one.place);
            failed(&LockError::NotWritten { name, reason }, color)
        })?;
    }
    let written = "written; review it, commit it, and have CI run `packwarden lock --check`\n";
    write_stdout(written.as_bytes(), color)
        .map_err(|source| failed(&LockError::NotShown(source), color))
}

/// What is proposed, and what there is to know.
fn told(proposal: &Proposal) -> String {
    let name = name(&proposal.place);
    let mut text = change::difference(&name, proposal.before.as_deref(), &proposal.after);
    if text.is_empty() {
        text = format!("{name} covers what ships: nothing to write\n");
    }
    for Repinned { path, was, is } in &proposal.repinned {
        let _ = writeln!(
            text,
            "\nother content under a pinned name: {}",
            escape(path)
        );
        was.iter().for_each(|one| version(&mut text, "was", one));
        is.iter().for_each(|one| version(&mut text, "is ", one));
    }
    for key in &proposal.unseen {
        let _ = writeln!(text, "not looked at, and left as it is: {key}");
    }
    for (key, findings) in &proposal.blocked {
        let findings = counted(*findings, "finding");
        let _ = writeln!(
            text,
            "{key} stays blocked by {findings}, which no lock approves: `packwarden check` shows them"
        );
    }
    text
}

fn version(text: &mut String, word: &str, (size, sha256, about): &(u64, Sha256, Option<String>)) {
    let about = about.as_deref().map(escape);
    let about = about.map_or(String::new(), |about| format!("\n         {about}"));
    // Writing to a string can't fail.
    let _ = writeln!(
        text,
        "    {word}  {}, sha256 {sha256}{about}",
        counted(*size, "byte")
    );
}

/// Says whether what ships is covered.
fn hold(judged: &[&Judged], request: &Request, color: Color) -> Ended {
    let (mut text, mut holds) = (String::new(), true);
    for one in judged {
        let called = match Key::of(&one.artifact) {
            Some(key) => key.to_string(),
            None => escape(&one.artifact.path),
        };
        let place = name(&one.policy.lock_place);
        if !one.policy.locked {
            holds = false;
            let _ = writeln!(
                text,
                "{called}: there is no {place}; `packwarden lock` proposes one"
            );
            continue;
        }
        let of_lock = one
            .findings
            .iter()
            .filter(|one| is_of_lock(&one.finding.rule));
        let denied: Vec<_> = of_lock.filter(|one| one.blocks()).collect();
        match denied.is_empty() {
            true => {
                let _ = writeln!(text, "{called}: {place} covers it");
            }
            false => {
                holds = false;
                let _ = writeln!(text, "{called}: {}", counted(denied.len(), "finding"));
            }
        }
        for one in denied {
            let finding = &one.finding;
            let path = escape(finding.path.as_str());
            let (rule, message) = (&finding.rule.id, escape(&finding.message));
            let _ = writeln!(text, "  {rule}: {path}: {message}");
        }
    }
    show(text, request, color)?;
    match holds {
        true => Ok(()),
        false => Err(ExitCode::Blocked),
    }
}

fn show(text: String, request: &Request, color: Color) -> Ended {
    change::show(text, &roots(request), color)
        .map_err(|source| failed(&LockError::NotShown(source), color))
}

fn roots(request: &Request) -> Vec<&Path> {
    request
        .targets
        .iter()
        .filter_map(Target::directory)
        .collect()
}

/// The file as seen from the current directory where it lies below.
fn name(place: &Path) -> String {
    let current = std::env::current_dir().and_then(|directory| directory.canonicalize());
    let below = current
        .ok()
        .and_then(|directory| place.strip_prefix(directory).ok());
    escape(&below.unwrap_or(place).to_string_lossy())
}

fn failed(error: &dyn Diagnostic, color: Color) -> ExitCode {
    render::error(error, color);
    ExitCode::Usage
}
