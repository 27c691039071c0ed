//! `packwarden audit`.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    ffi::OsString,
    fs, io,
    path::Path,
};

use miette::Diagnostic;
use thiserror::Error;

use super::{
    ExitCode,
    args::{AuditArguments, Color},
    check::tell,
    failed,
    options::CheckOptions,
    ready,
};
use crate::{
    audit::{Audit, ListError, audit, lockfile, read_list},
    ecosystem::Cache,
    model::{Ecosystem, Spec, Wanted, escape, project_name},
};

/// Why the packages can't be told from the command line.
#[derive(Debug, Error, Diagnostic)]
enum AuditError {
    #[error("{0}")]
    #[diagnostic(help("a file or a project is checked with `packwarden check PATH`"))]
    NoSpec(String),

    #[error("{path} can't be read: {cause}")]
    Unreadable { path: String, cause: io::Error },

    #[error("nothing can be kept in {path}: {cause}")]
    #[diagnostic(help("name another directory, or give --no-cache"))]
    NoCache { path: String, cause: io::Error },

    #[error("--all-versions takes {spec} without a version")]
    #[diagnostic(help("leave the version out, or --all-versions"))]
    OneOfAll { spec: Spec },

    #[error(transparent)]
    #[diagnostic(transparent)]
    List(#[from] ListError),

    #[error(transparent)]
    #[diagnostic(transparent)]
    LockFile(#[from] lockfile::LockFileError),
}

/// Audits, reports and says how it went.
pub(super) fn run(arguments: AuditArguments, line: &[OsString], color: Color) -> ExitCode {
    let what = match named(&arguments) {
        Ok(what) => what,
        Err(error) => return failed(line, ExitCode::Usage, &error, color),
    };
    let options = CheckOptions::of_audit(&arguments.output, arguments.common, color);
    ready(line, color, options, |options| {
        let request = &options.request;
        let (_, exit) = tell(request, &options, color, |progress| {
            audit(request, &what, progress)
        });
        exit
    })
}

/// The packages that the command line names, each once.
fn named(arguments: &AuditArguments) -> Result<Audit, AuditError> {
    let mut specs = Vec::new();
    let mut skipped = Vec::new();
    for text in &arguments.specs {
        if text == "-" {
            let list = io::read_to_string(io::stdin());
            let list = list.map_err(|cause| unreadable("standard input", cause))?;
            specs.extend(read_list("standard input", &list)?);
        } else {
            specs.push(text.parse().map_err(AuditError::NoSpec)?);
        }
    }
    for path in &arguments.from {
        let name = path.display().to_string();
        let list = fs::read_to_string(path).map_err(|cause| unreadable(&name, cause))?;
        specs.extend(read_list(&name, &list)?);
    }
    for path in &arguments.lockfile {
        let locked = lockfile::read(path)?;
        specs.extend(locked.specs);
        skipped.extend(locked.skipped);
    }
    if let Some(directory) = &arguments.cache_dir {
        let writable =
            fs::create_dir_all(directory).and_then(|()| tempfile::tempfile_in(directory));
        writable.map_err(|cause| AuditError::NoCache {
            path: escape(&directory.display().to_string()),
            cause,
        })?;
    }
    let specs = once(specs);
    let exact = specs.iter().find(|spec| spec.wanted != Wanted::Latest);
    if let (true, Some(spec)) = (arguments.all_versions, exact) {
        return Err(AuditError::OneOfAll { spec: spec.clone() });
    }
    Ok(Audit {
        specs,
        skipped,
        all_versions: arguments.all_versions,
        jobs: Some(arguments.jobs),
        cache: match (&arguments.cache_dir, arguments.no_cache) {
            (_, true) => None,
            (Some(directory), false) => Some(Cache::at(directory.clone())),
            (None, false) => Cache::of_user(),
        },
        directory: Path::new(".").to_owned(),
    })
}

fn unreadable(path: &str, cause: io::Error) -> AuditError {
    AuditError::Unreadable {
        path: escape(path),
        cause,
    }
}

/// Each release once, in the order in which it was named first, with all hashes that are named for it.
fn once(all: Vec<Spec>) -> Vec<Spec> {
    let mut places: BTreeMap<(Ecosystem, String, Wanted), usize> = BTreeMap::new();
    let mut specs: Vec<Spec> = Vec::new();
    for spec in all {
        let name = match spec.ecosystem {
            Ecosystem::Pypi => project_name(&spec.name),
            Ecosystem::Npm | Ecosystem::Crates => spec.name.clone(),
        };
        match places.entry((spec.ecosystem, name, spec.wanted.clone())) {
            Entry::Vacant(place) => {
                place.insert(specs.len());
                specs.push(spec);
            }
            Entry::Occupied(place) => specs[*place.get()].expected.extend(spec.expected),
        }
    }
    specs
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Arguments, Command};

    fn audit_of(line: &[&str]) -> Result<Audit, AuditError> {
        let line = ["packwarden", "audit"].iter().chain(line);
        match Arguments::try_parse_from(line).unwrap().command {
            Command::Audit(arguments) => named(&arguments),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_release_that_is_named_twice_is_audited_once() {
        let place = tempfile::tempdir().unwrap();
        let list = place.path().join("list");
        fs::write(&list, "npm:b@1.0.0\nnpm:a\n").unwrap();
        let list = list.to_str().unwrap();
        let found = audit_of(&["npm:a", "npm:a@1.0.0", "--from", list]).unwrap();
        let specs: Vec<_> = found.specs.iter().map(Spec::to_string).collect();
        assert_eq!(specs, ["npm:a", "npm:a@1.0.0", "npm:b@1.0.0"]);
    }

    #[test]
    fn what_names_no_package_is_a_mistake() {
        let error = |line: &[&str]| audit_of(line).unwrap_err().to_string();
        assert!(error(&["./a.tgz"]).contains("is no package"));
        assert!(error(&["--from", "/no/such"]).starts_with("/no/such can't be read"));
        assert_eq!(
            error(&["--all-versions", "npm:a@1.0.0"]),
            "--all-versions takes npm:a@1.0.0 without a version"
        );
    }
}
