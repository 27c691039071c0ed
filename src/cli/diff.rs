//! `packwarden diff`.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use miette::Diagnostic;
use thiserror::Error;

use super::{
    ExitCode,
    args::{Color, DiffArguments, DiffFormat},
    check::checked,
    failed, interrupt, options,
    output::write_alone,
    render,
};
use crate::{
    check::{self, Arrival, Checked, Request, Target},
    diff::{Comparison, likest_file},
    ecosystem::{Cache, Fetching},
    model::Spec,
    policy::{Judged, RunError},
    report,
};

/// What `diff` can't be asked.
#[derive(Debug, Error, Diagnostic)]
enum DiffError {
    #[error("standard input can be only one of the two")]
    #[diagnostic(help("name a file for the other: packwarden diff before.tgz -"))]
    StdinTwice,
}

/// One of the two that are compared.
#[derive(Debug, Clone)]
pub(super) enum Side {
    Release(Spec),
    Path(PathBuf),
}

impl Side {
    /// Reads what was typed, or says why it is no spec.
    pub(super) fn parse(text: OsString) -> Result<Self, String> {
        match text.to_str() {
            Some(spec) if Spec::is_meant(spec) => spec.parse().map(Self::Release),
            _ => Ok(Self::Path(text.into())),
        }
    }

    fn is_stdin(&self) -> bool {
        matches!(self, Self::Path(path) if path.as_os_str() == "-")
    }

    /// Where a project lies whose secrets must not be told.
    fn root(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path.as_path()).filter(|path| path.is_dir()),
            Self::Release(_) => None,
        }
    }

    /// What of it is to be checked. Of a release with several files only those are fetched that are most
    /// like the artifacts on the other side, if these are known.
    fn arrivals(&self, fetching: &Fetching, of_other: &[Judged]) -> Vec<Arrival> {
        match self {
            Self::Path(_) if self.is_stdin() => vec![Arrival::of(Target::Stdin)],
            Self::Path(path) => vec![Arrival::of(Target::Path(path.clone()))],
            Self::Release(spec) => fetched(spec, fetching, of_other).unwrap_or_else(|error| {
                vec![Arrival {
                    label: spec.to_string(),
                    target: Err(error),
                }]
            }),
        }
    }
}

fn fetched(
    spec: &Spec,
    fetching: &Fetching,
    of_other: &[Judged],
) -> Result<Vec<Arrival>, check::Error> {
    let release = fetching.release(spec)?;
    let names = || release.files.iter().map(|file| file.name.as_str());
    let likest = |judged: &Judged| likest_file(&judged.artifact.path, names());
    let mut wanted: Vec<usize> = of_other.iter().filter_map(likest).collect();
    if wanted.is_empty() {
        wanted = (0..release.files.len()).collect();
    }
    wanted.sort_unstable();
    wanted.dedup();
    let file = |index: usize| {
        let fetched = fetching.file(spec, &release, &release.files[index])?;
        Ok(Arrival::of(Target::Published(fetched)))
    };
    wanted.into_iter().map(file).collect()
}

/// Compares, tells, and says how it went. `line` is the command line.
pub(super) fn run(arguments: DiffArguments, line: &[OsString], color: Color) -> ExitCode {
    let sides = [arguments.before, arguments.after];
    if sides.iter().all(Side::is_stdin) {
        return failed(line, ExitCode::Usage, &DiffError::StdinTwice, color);
    }
    let manner = options::manner(&arguments.common, color);
    let roots: Vec<&Path> = sides.iter().filter_map(Side::root).collect();
    let owned = roots.iter().map(|root| (*root).to_owned()).collect();
    let (request, is_progress) = options::request(arguments.common, owned);
    let request = Request {
        inventory: true,
        // It approves what ships of this project, whatever is compared.
        no_lock: true,
        ..options::packing(request, arguments.packing)
    };
    let fetching = Fetching::new(Path::new("."), Cache::of_user());
    let check = |side: &Side, of_other: &[Judged]| {
        checked(is_progress, |progress| {
            check::check_each(&request, side.arrivals(&fetching, of_other), progress)
        })
    };
    // What is here says which files of a release it is compared with.
    let [before, after] = match &sides[0] {
        Side::Path(_) => {
            let before = check(&sides[0], &[]);
            let after = check(&sides[1], &before.verdict.artifacts);
            [before, after]
        }
        Side::Release(_) => {
            let after = check(&sides[1], &[]);
            [check(&sides[0], &after.verdict.artifacts), after]
        }
    };
    if interrupt::or_interrupted(ExitCode::Passed) == ExitCode::Interrupted {
        return ExitCode::Interrupted;
    }
    let errors = told(&[&before, &after], &roots, color);
    let comparison = Comparison::of(&before.verdict.artifacts, &after.verdict.artifacts);
    let written = write_alone(
        arguments.output.as_deref(),
        manner,
        |style, out| match arguments.format {
            DiffFormat::Human => report::differences(&comparison, style, out),
            DiffFormat::Json => report::differences_json(&comparison, &errors, out),
        },
    );
    if let Err(error) = &written {
        render::error(error, color);
    }
    let unread = (!comparison.is_complete()).then_some(ExitCode::Unreadable);
    let unwritten = written.err().map(|_| ExitCode::Usage);
    let errors = errors.iter().map(|error| ExitCode::from_code(error.code));
    let all = errors.chain(unread).chain(unwritten).max();
    all.unwrap_or(ExitCode::Passed)
}

/// Shows why something can't be compared, and hands it on for machines.
fn told(sides: &[&Checked], roots: &[&Path], color: Color) -> Vec<RunError> {
    let errors = sides.iter().flat_map(|side| &side.errors);
    render::errors(errors.map(|error| error as _), roots, color);
    let errors = sides.iter().flat_map(|side| &side.verdict.errors);
    let mut errors: Vec<RunError> = errors.cloned().collect();
    check::hide_secrets(errors.iter_mut().flat_map(RunError::texts), roots);
    errors
}
