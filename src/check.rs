//! The one flow as a function: sources in, verdict out. Every command and gate that checks anything
//! calls it; there is no other way to a verdict.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{Timestamp, Zoned};

pub use crate::policy::ConfigChoice;
use crate::{
    detect, ecosystem, host,
    model::{Context, Origin, PackedBy, Progress, RuleInfo, escape},
    policy::{self, ConfigFile, Judged, Overrides, PolicyError, RunError, Settings, Verdict},
    rule::{RuleError, RuleSet},
    scan::{self, Failure, Source, SteadyFile},
};

/// What is to be checked, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What is to be checked, in this order.
    pub targets: Vec<Target>,
    /// Which configuration to use.
    pub config: ConfigChoice,
    /// What the command line sets on top of it.
    pub overrides: Overrides,
    /// Which client is to pack projects; one of [`ecosystem::clients`].
    pub client: Option<&'static str>,
    /// Whether to pack without the project's own scripts.
    pub ignore_scripts: bool,
    /// How long a client may take to pack; without it, as long as builds usually take at most.
    pub pack_timeout: Option<Duration>,
    /// Whether to look for values of this machine; the configuration may turn it off too.
    pub self_match: bool,
    /// Whether to show what the packing client prints, while it prints.
    pub show_packer_output: bool,
    /// Whether to take the SHA-512 of each artifact, beside its SHA-256: no check needs it, and it
    /// costs a third of what decompressing does.
    pub sha512: bool,
}

/// One thing to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A project directory or an artifact file.
    Path(PathBuf),
    /// An artifact on standard input.
    Stdin,
}

/// What came of a request: the verdict, and the errors in it in the form that is rendered for
/// people.
#[derive(Debug)]
pub struct Checked {
    /// The verdict.
    pub verdict: Verdict,
    /// Why something could not be checked; each is in the verdict too.
    pub errors: Vec<Error>,
}

impl Checked {
    /// Adds what came of an artifact of `target`.
    fn take(&mut self, target: &Target, result: Result<Judged, Error>) {
        match result {
            Ok(judged) => self.verdict.artifacts.push(judged),
            Err(error) => {
                let for_machines = error.for_machines(Some(target));
                self.verdict.errors.push(for_machines);
                self.errors.push(error);
            }
        }
    }
}

/// What came of testing rule files.
#[derive(Debug)]
pub struct Tested {
    /// How many rules they hold.
    pub rules: usize,
    /// How many examples were run.
    pub examples: usize,
    /// Examples that do not behave as they say.
    pub failures: Vec<Failure>,
}

/// Why something could not be checked.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// The path names nothing.
    #[error("{path} does not exist")]
    #[diagnostic(help("give a project directory or an artifact file (such as a .tgz)"))]
    NotFound {
        /// As the user gave it.
        path: String,
    },
    /// A pipe, a socket or a device: to open it could wait forever.
    #[error("{path} is neither a file nor a directory")]
    #[diagnostic(help("pipe it in: `COMMAND | packwarden check -`"))]
    NotAFile {
        /// As the user gave it.
        path: String,
    },
    /// The file can't be opened.
    #[error("can't open {path}: {cause}")]
    #[diagnostic(help("make sure that you may read it"))]
    Open {
        /// As the user gave it.
        path: String,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The project could not be packed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ecosystem(#[from] ecosystem::Error),
    /// The configuration has a mistake.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] PolicyError),
    /// A rule file has a mistake.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rule(#[from] RuleError),
    /// A defect of packwarden.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Scan(#[from] scan::Error),
}

impl Error {
    /// The exit code of the table in the design.
    pub fn code(&self) -> u8 {
        match self {
            Error::Policy(_) | Error::Rule(_) => 2,
            Error::NotFound { .. }
            | Error::NotAFile { .. }
            | Error::Open { .. }
            | Error::Ecosystem(_) => 3,
            Error::Scan(_) => 70,
        }
    }

    fn for_machines(&self, path: Option<&Target>) -> RunError {
        RunError {
            code: self.code(),
            message: self.to_string(),
            path: path.map(Target::label),
            help: miette::Diagnostic::help(self).map(|help| help.to_string()),
        }
    }
}

impl Target {
    fn label(&self) -> String {
        match self {
            Target::Path(path) => path.display().to_string(),
            Target::Stdin => "-".to_owned(),
        }
    }

    /// Where the configuration is looked for: in the project, or for a file from the current
    /// directory. Never next to the file or inside it: whoever made the artifact must not set the
    /// policy that it is judged by.
    fn config_directory(&self) -> &Path {
        match self {
            Target::Path(path) if path.is_dir() => path,
            _ => Path::new("."),
        }
    }
}

/// Checks every target of the request.
pub fn check(request: &Request, progress: &Progress) -> Checked {
    let (started, checked_at) = (Instant::now(), Timestamp::now());
    let mut checked = Checked {
        verdict: Verdict {
            checked_at,
            elapsed: started.elapsed(),
            artifacts: Vec::new(),
            errors: Vec::new(),
            skipped: Vec::new(),
        },
        errors: Vec::new(),
    };
    for target in &request.targets {
        if let Err(errors) = check_target(target, request, progress, &mut checked) {
            errors
                .into_iter()
                .for_each(|error| checked.take(target, Err(error)));
        }
    }
    checked.verdict.elapsed = started.elapsed();
    checked
}

/// Hands on a verdict, or why there is none, for each artifact of the target.
fn check_target(
    target: &Target,
    request: &Request,
    progress: &Progress,
    checked: &mut Checked,
) -> Result<(), Vec<Error>> {
    // Mistakes in configuration and rules come first: packing may take minutes.
    let (settings, rules) = prepare(target, request)?;
    let check = |mut source: Source, directory: &Path| {
        source.sha512 = request.sha512;
        judge(source, directory, &settings, &rules, request, progress)
    };
    match target {
        Target::Stdin => {
            let source = Source {
                label: "-".to_owned(),
                file_name: None,
                content: Box::new(io::stdin()),
                origin: Origin::Given,
                packed_by: None,
                sha512: false,
            };
            checked.take(target, check(source, Path::new(".")));
        }
        Target::Path(path) => {
            let shown = || escape(&path.display().to_string());
            let metadata = fs::metadata(path).map_err(|source| match source.kind() {
                io::ErrorKind::NotFound => vec![Error::NotFound { path: shown() }],
                _ => vec![Error::Open {
                    path: shown(),
                    cause: source,
                }],
            })?;
            if metadata.is_dir() {
                let located =
                    ecosystem::locate(path, request.client).map_err(|error| vec![error.into()])?;
                checked.verdict.skipped.extend(located.skipped);
                for project in &located.projects {
                    check_project(project, request, &check, &mut |result| {
                        checked.take(target, result);
                    });
                }
            } else if metadata.is_file() {
                let source = open(path, &shown(), None);
                let result = source.and_then(|source| check(source, Path::new(".")));
                checked.take(target, result);
            } else {
                checked.take(target, Err(Error::NotAFile { path: shown() }));
            }
        }
    }
    Ok(())
}

fn prepare(target: &Target, request: &Request) -> Result<(Settings, RuleSet), Vec<Error>> {
    let (config, rules) = rules(&request.config, target.config_directory())?;
    let infos: Vec<Arc<RuleInfo>> = rules.rules().iter().map(|rule| rule.info.clone()).collect();
    let settings = Settings::new(config.as_ref(), &request.overrides, &infos)
        .map_err(|error| vec![error.into()])?;
    Ok((settings, rules))
}

/// The configuration that holds in `directory`, and the rules in effect with it.
pub fn rules(
    choice: &ConfigChoice,
    directory: &Path,
) -> Result<(Option<ConfigFile>, RuleSet), Vec<Error>> {
    let policy = |error: PolicyError| vec![Error::from(error)];
    let config = policy::load(choice, directory).map_err(policy)?;
    let own = config
        .as_ref()
        .map_or(Ok(Vec::new()), ConfigFile::rule_files);
    let kinds: Vec<_> = detect::kinds().collect();
    let rules = RuleSet::load(&own.map_err(policy)?, &kinds).map_err(each)?;
    Ok((config, rules))
}

/// Checks rule files and runs the examples in them.
pub fn test_rules(files: &[PathBuf]) -> Result<Tested, Vec<Error>> {
    let kinds: Vec<_> = detect::kinds().collect();
    let rules = RuleSet::from_files(files, &kinds).map_err(each)?;
    let (examples, failures) = scan::run_examples(&rules);
    Ok(Tested {
        rules: rules.rules().len(),
        examples,
        failures,
    })
}

fn each(errors: Vec<RuleError>) -> Vec<Error> {
    errors.into_iter().map(Error::from).collect()
}

fn check_project(
    project: &ecosystem::Project,
    request: &Request,
    check: &dyn Fn(Source, &Path) -> Result<Judged, Error>,
    take: &mut dyn FnMut(Result<Judged, Error>),
) {
    let options = ecosystem::PackOptions {
        client: request.client,
        ignore_scripts: request.ignore_scripts,
        show_output: request.show_packer_output,
        timeout: request.pack_timeout,
    };
    // Held until the verdicts stand: their private directory goes with them.
    let packed = match ecosystem::pack(project, &options) {
        Ok(packed) => packed,
        Err(error) => return take(Err(error.into())),
    };
    for packed in &packed {
        let source = open(&packed.file, &packed.label, packed.packed_by.clone());
        take(source.and_then(|source| check(source, &project.root)));
    }
}

fn open(path: &Path, label: &str, packed_by: Option<PackedBy>) -> Result<Source, Error> {
    let content = SteadyFile::open(path).map_err(|cause| Error::Open {
        path: label.to_owned(),
        cause,
    })?;
    let file_name = path.file_name();
    Ok(Source {
        label: label.to_owned(),
        file_name: file_name.map(|name| name.to_string_lossy().into_owned()),
        content: Box::new(content),
        origin: match packed_by {
            Some(_) => Origin::Packed,
            None => Origin::Given,
        },
        packed_by,
        sha512: false,
    })
}

fn judge(
    source: Source,
    directory: &Path,
    settings: &Settings,
    rules: &RuleSet,
    request: &Request,
    progress: &Progress,
) -> Result<Judged, Error> {
    let mut context = Context::default();
    if request.self_match && settings.self_match() {
        context.self_values = host::self_values(Some(directory));
    }
    let scanned = scan::scan(source, rules, &context, settings.limits(), progress)?;
    Ok(policy::judge(
        scanned,
        settings,
        rules.digest(),
        Zoned::now().date(),
    ))
}
