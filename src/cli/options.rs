//! The command line, ready for use.

use std::{
    path::{self, Path, PathBuf},
    time::Duration,
};

use super::{
    args::{
        self, CheckArguments, Color, CommonArguments, GateArguments, LockArguments,
        OutputArguments, PackingArguments, PolicyArguments, WaiveArguments,
    },
    output::{FormatArgument, Manner, OutputError, Outputs},
    render,
};
use crate::{
    check::{ConfigChoice, PackOptions, PolicyFrom, Request, Selection, Target, Waive},
    policy::{Overrides, Profile},
    report::Detail,
};

/// What `check` is asked to do.
#[derive(Debug)]
pub(super) struct CheckOptions {
    pub(super) request: Request,
    pub(super) outputs: Outputs,
    /// Whether a progress line is welcome, as far as the command line says.
    pub(super) progress: bool,
    /// Whether findings that block are to change the exit code.
    pub(super) exit_zero: bool,
}

/// What stands before the id of a staged package.
const STAGED: &str = "npm-stage:";

impl CheckOptions {
    /// Makes the arguments of `check` ready.
    pub(super) fn new(arguments: CheckArguments, color: Color) -> Result<Self, OutputError> {
        let target = |path: PathBuf| match path.to_str() {
            Some("-") => Target::Stdin,
            Some(text) if text.starts_with(STAGED) => {
                Target::Staged(text[STAGED.len()..].to_owned())
            }
            _ => Target::Path(path),
        };
        let mut targets: Vec<Target> = Vec::new();
        for path in arguments.paths {
            // Standard input can be read once; named twice, it is still one artifact.
            let again = path == *"-" && targets.iter().any(|one| matches!(one, Target::Stdin));
            if !again {
                targets.push(target(path));
            }
        }
        let manner = manner(&arguments.common, color);
        let output = &arguments.output;
        let outputs = Outputs::new(&output.formats, output.output.as_deref(), manner)?;
        let roots = targets.iter().filter_map(Target::directory);
        let roots: Vec<PathBuf> = roots.map(Path::to_owned).collect();
        let (mut request, progress) = request(arguments.common, roots);
        request.overrides.no_self_match = arguments.no_self_match;
        let request = Request {
            targets,
            self_match: !arguments.no_self_match,
            expect: arguments.expect,
            save: arguments.save,
            sha512: output.formats.iter().any(FormatArgument::is_machine),
            ..request
        };
        Ok(Self {
            request: packing(request, arguments.packing),
            outputs,
            progress,
            exit_zero: output.exit_zero,
        })
    }

    /// Makes the arguments of an audit ready. Packages of others are not searched for what is of this machine.
    pub(super) fn of_audit(
        output: &OutputArguments,
        common: CommonArguments,
        color: Color,
    ) -> Result<Self, OutputError> {
        let manner = manner(&common, color);
        let outputs = Outputs::new(&output.formats, output.output.as_deref(), manner)?;
        let (request, progress) = request(common, Vec::new());
        Ok(Self {
            request: Request {
                self_match: false,
                no_lock: true,
                sha512: output.formats.iter().any(FormatArgument::is_machine),
                ..request
            },
            outputs,
            progress,
            exit_zero: output.exit_zero,
        })
    }

    /// Makes the arguments of `lock` ready: it wants to know every file, and of no lock unless it is to be held
    /// to.
    pub(super) fn of_lock(arguments: LockArguments, color: Color) -> Result<Self, OutputError> {
        let outputs = Outputs::new(&[], None, manner(&arguments.common, color))?;
        let targets: Vec<Target> = arguments.paths.into_iter().map(Target::Path).collect();
        let roots = targets.iter().filter_map(Target::directory);
        let roots: Vec<PathBuf> = roots.map(Path::to_owned).collect();
        let (request, progress) = request(arguments.common, roots);
        let request = Request {
            targets,
            inventory: true,
            no_lock: !arguments.check,
            ..request
        };
        Ok(Self {
            request: packing(request, arguments.packing),
            outputs,
            progress,
            exit_zero: false,
        })
    }

    /// Makes the arguments of `waive` ready, and what it is to write: of its check nothing is reported but errors.
    pub(super) fn of_waive(arguments: WaiveArguments) -> (Self, Waive) {
        let place = arguments.place;
        let is_directory = place.is_dir();
        let roots = is_directory.then(|| place.clone());
        let (request, progress) = request(arguments.common, roots.into_iter().collect());
        let directory = match is_directory {
            true => place.clone(),
            false => PathBuf::from("."),
        };
        let options = Self {
            request: Request {
                targets: vec![Target::Path(place)],
                ..packing(request, arguments.packing)
            },
            outputs: Outputs::promised(Vec::new(), None),
            progress,
            exit_zero: false,
        };
        let waive = Waive {
            findings: arguments.findings,
            reason: arguments.reason,
            owner: arguments.owner,
            expires: arguments.expires,
            path: arguments.path,
            directory,
        };
        (options, waive)
    }

    /// Makes the arguments of a gate ready: what it checks is its own to say.
    pub(super) fn of_gate(mut arguments: GateArguments, color: Color) -> Result<Self, OutputError> {
        // A gate may work in another directory than it was started in.
        let files = arguments.formats.iter_mut();
        let files = files.filter_map(|format| format.file.as_mut());
        let policy = &mut arguments.common.policy;
        let files = files.chain(&mut policy.config);
        for file in files.chain(&mut policy.floors) {
            *file = path::absolute(&*file).unwrap_or_else(|_| file.clone());
        }
        let outputs = Outputs::beside(&arguments.formats, manner(&arguments.common, color))?;
        let (request, progress) = request(arguments.common, Vec::new());
        Ok(Self {
            request: Request {
                sha512: arguments.formats.iter().any(FormatArgument::is_machine),
                ..request
            },
            outputs,
            progress,
            exit_zero: false,
        })
    }
}

fn manner(arguments: &CommonArguments, color: Color) -> Manner {
    Manner {
        color,
        detail: match (arguments.quiet, arguments.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        },
    }
}

/// The request, with what is packed and how.
fn packing(request: Request, packing: PackingArguments) -> Request {
    Request {
        selection: match (packing.workspace, packing.packages) {
            (true, _) => Selection::Workspace,
            (false, packages) if packages.is_empty() => Selection::Nearest,
            (false, packages) => Selection::Packages(packages),
        },
        pack: PackOptions {
            client: packing.client,
            registry: packing.registry,
            ignore_scripts: packing.ignore_scripts,
            build: packing.build,
            ..request.pack
        },
        ..request
    }
}

/// A request that has no targets yet, and whether a progress line is welcome. What clients print may tell
/// secrets of the projects at `roots`.
fn request(arguments: CommonArguments, roots: Vec<PathBuf>) -> (Request, bool) {
    // The client's own output and a progress line would write over each other.
    let progress = !(arguments.no_progress || arguments.quiet || arguments.verbose);
    let request = judged_by(arguments.policy);
    let request = Request {
        config: match arguments.no_config {
            true => ConfigChoice::None,
            false => request.config,
        },
        overrides: Overrides {
            profile: arguments.profile.map(|profile| match profile {
                args::Profile::Open => Profile::Open,
                args::Profile::Closed => Profile::Closed,
            }),
            strict: arguments.strict,
            no_waivers: arguments.no_waivers,
            limits: arguments.limits,
            ..request.overrides
        },
        pack: PackOptions {
            show_output: arguments.verbose.then(|| render::of_clients(roots)),
            timeout: arguments.pack_timeout.map(Duration::from_secs),
            ..PackOptions::default()
        },
        self_match: true,
        ..request
    };
    (request, progress)
}

/// A request that knows only the policy.
pub(super) fn judged_by(arguments: PolicyArguments) -> Request {
    let from = arguments.policy_from;
    Request {
        config: match arguments.config {
            Some(path) => ConfigChoice::File(path),
            None => ConfigChoice::Nearest,
        },
        overrides: Overrides {
            policy_from: from.clone(),
            ..Overrides::default()
        },
        policy_from: from.map(|name| PolicyFrom { name, commit: None }),
        floors: arguments.floors,
        ..Request::default()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn options(line: &[&str]) -> CheckOptions {
        let line = ["packwarden", "check"].iter().chain(line);
        match args::Arguments::try_parse_from(line).unwrap().command {
            args::Command::Check(arguments) => CheckOptions::new(*arguments, Color::Auto).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_current_directory_is_checked_unless_something_is_named() {
        let of = |line: &[&str]| format!("{:?}", options(line).request.targets);
        assert_eq!(of(&[]), r#"[Path(".")]"#);
        assert_eq!(of(&["a.tgz", "-", "-"]), r#"[Path("a.tgz"), Stdin]"#);
        assert_eq!(of(&["./-"]), r#"[Path("./-")]"#);
        assert_eq!(of(&["npm-stage:a"]), r#"[Staged("a")]"#);
    }

    #[test]
    fn flags_reach_the_request() {
        let request = options(&["--no-self-match", "--strict", "--limit", "entries=5"]).request;
        assert!(
            request.overrides.no_self_match
                && request.overrides.strict
                && !request.pack.ignore_scripts
        );
        assert_eq!(request.overrides.limits, [("entries".into(), "5".into())]);
        assert!(matches!(request.config, ConfigChoice::Nearest));
        assert_eq!(
            options(&["--client", "pnpm"]).request.pack.client,
            Some("pnpm")
        );
        assert!(options(&["-v"]).request.pack.show_output.is_some());
        assert!(options(&["--format", "json"]).request.sha512 && !request.sha512);
        assert!(!options(&["-v"]).progress && options(&[]).progress);
    }
}
