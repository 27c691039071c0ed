//! The one flow as a function: sources in, verdict out. Every command and gate that checks anything
//! calls it; there is no other way to a verdict.

mod error;
mod expect;
mod places;
mod repositories;
mod save;
mod secrets;

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use jiff::{Timestamp, Zoned};

use crate::{
    detect,
    ecosystem::{self, Packed, Project},
    host,
    model::{
        Context, Destination, Dist, Ecosystem, Limits, Manifest, Members, Origin, PackedBy,
        Progress, Sha256, SourcePlaces, escape,
    },
    policy::{self, ConfigFile, Judged, Overrides, PolicyError, Settings, Verdict},
    rule::{RuleError, RuleSet},
    scan::{self, Failure, Redaction, Source, SteadyFile},
};
pub use crate::{
    ecosystem::{PackOptions, Selection, Show},
    policy::ConfigChoice,
};
pub use error::Error;
use expect::Expected;
use repositories::{Known, Repositories};
pub use save::LIST;
use save::Save;
pub use secrets::{Hider, hide_secrets};

/// What is to be checked, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What is to be checked, in this order.
    pub targets: Vec<Target>,
    /// Which configuration to use.
    pub config: ConfigChoice,
    /// What the command line sets on top of it.
    pub overrides: Overrides,
    /// Which projects of a directory are meant.
    pub selection: Selection,
    /// How to pack them.
    pub pack: PackOptions,
    /// Whether to look for values of this machine; the configuration may turn it off too.
    pub self_match: bool,
    /// Whether to take the SHA-512 of each artifact, beside its SHA-256: no check needs it, and it
    /// costs a third of what decompressing does.
    pub sha512: bool,
    /// The list of the only artifacts that may pass.
    pub expect: Option<PathBuf>,
    /// The directory to keep the artifacts in, if all pass.
    pub save: Option<PathBuf>,
    /// Where it all goes, if that is known better than what is checked tells.
    pub destination: Option<Destination>,
}

/// One thing to check.
#[derive(Debug, Clone)]
pub enum Target {
    /// A project directory or an artifact file.
    Path(PathBuf),
    /// Artifacts that are there already, and what is known of the project that they were made of.
    Made(Vec<Packed>),
    /// A project that was located already, in a copy of where its user works on it.
    Copy {
        /// The project in the copy.
        project: Project,
        /// Its directory where the user works: whose secrets, and whose place, must not ship.
        of: PathBuf,
    },
    /// An artifact on standard input.
    Stdin,
    /// A package that npm has staged, by its id.
    Staged(String),
}

/// What came of a request: the verdict, and the errors in it in the form that is rendered for
/// people.
#[derive(Debug)]
pub struct Checked {
    /// The verdict.
    pub verdict: Verdict,
    /// Why something could not be checked; each is in the verdict too.
    pub errors: Vec<Error>,
    /// What lies in the directory that was to keep what passes: the names of the files, in the order in which
    /// they were checked, and their hashes.
    pub kept: Vec<(String, Sha256)>,
}

impl Checked {
    /// Adds why something could not be checked.
    fn fail(&mut self, error: Error, target: Option<&Target>) {
        self.verdict.errors.push(error.for_machines(target));
        self.errors.push(error);
    }

    /// Adds what came of an artifact of `target`.
    fn take(&mut self, target: &Target, result: Result<Judged, Error>) {
        match result {
            Ok(judged) => self.verdict.artifacts.push(judged),
            Err(error) => self.fail(error, Some(target)),
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

impl Target {
    /// The directory that it is, or was made of.
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Target::Path(path) if path.is_dir() => Some(path),
            Target::Made(all) => Some(&all.first()?.root),
            Target::Copy { of, .. } => Some(of),
            Target::Path(_) | Target::Stdin | Target::Staged(_) => None,
        }
    }

    fn label(&self) -> String {
        match self {
            Target::Path(path) => path.display().to_string(),
            Target::Made(all) => all
                .first()
                .map_or_else(String::new, |one| one.label.clone()),
            Target::Copy { project, .. } => project.root.display().to_string(),
            Target::Stdin => "-".to_owned(),
            Target::Staged(id) => format!("npm-stage:{id}"),
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
        kept: Vec::new(),
    };
    match Run::new(request, progress) {
        Ok(mut run) => {
            for target in &request.targets {
                if let Err(errors) = run.target(target, &mut checked) {
                    errors
                        .into_iter()
                        .for_each(|error| checked.take(target, Err(error)));
                }
            }
            let anyway = request.overrides.publish_anyway.is_some();
            match run.save.map(|save| save.finish(&checked.verdict, anyway)) {
                Some(Ok(kept)) => checked.kept = kept,
                Some(Err(error)) => checked.fail(error, None),
                None => {}
            }
        }
        Err(error) => checked.fail(error, None),
    }
    checked.verdict.elapsed = started.elapsed();
    checked
}

/// What artifacts are judged by.
struct Policy {
    settings: Settings,
    rules: RuleSet,
}

/// A request being carried out.
struct Run<'a> {
    request: &'a Request,
    progress: &'a Progress,
    /// Made once for each configuration file, and once for none.
    policies: HashMap<Option<PathBuf>, Arc<Policy>>,
    expected: Option<Expected>,
    save: Option<Save<'a>>,
}

impl<'a> Run<'a> {
    fn new(request: &'a Request, progress: &'a Progress) -> Result<Self, Error> {
        Ok(Self {
            request,
            progress,
            policies: HashMap::new(),
            expected: request.expect.as_deref().map(Expected::read).transpose()?,
            save: request.save.as_deref().map(Save::to).transpose()?,
        })
    }

    /// Remembers a file that was checked, if what passes is to be kept.
    fn keep(&mut self, file: &Path, judged: &Result<Judged, Error>) {
        if let (Some(save), Ok(judged)) = (&mut self.save, judged) {
            save.take(file, judged.artifact.sha256);
        }
    }

    /// Hands on a verdict, or why there is none, for each artifact of the target.
    fn target(&mut self, target: &Target, checked: &mut Checked) -> Result<(), Vec<Error>> {
        let path = match target {
            Target::Stdin => {
                if let Some(save) = &self.save {
                    return Err(vec![save.no_file()]);
                }
                let source = Source {
                    label: "-".to_owned(),
                    file_name: None,
                    content: Box::new(io::stdin()),
                    origin: Origin::Given,
                    packed_by: None,
                    destination: None,
                    sha512: false,
                };
                let policy = self.policy(Path::new(HERE))?;
                checked.take(target, self.judge(source, Beside::here(), &policy));
                return Ok(());
            }
            Target::Made(all) => return self.packed(all.clone(), target, checked),
            Target::Copy { project, .. } => return self.projects([project], target, checked),
            Target::Staged(id) => return self.staged(id, target, checked),
            Target::Path(path) => path,
        };
        let shown = || escape(&path.display().to_string());
        let metadata = fs::metadata(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => vec![Error::NotFound { path: shown() }],
            _ => vec![Error::Open {
                path: shown(),
                cause: source,
            }],
        })?;
        if metadata.is_dir() {
            self.directory(path, target, checked)
        } else if metadata.is_file() {
            let policy = self.policy(Path::new(HERE))?;
            let source = open(path, &shown(), None);
            let beside = Beside {
                file: Some(path),
                ..Beside::here()
            };
            let judged = source.and_then(|source| self.judge(source, beside, &policy));
            self.keep(path, &judged);
            checked.take(target, judged);
            Ok(())
        } else {
            Err(vec![Error::NotAFile { path: shown() }])
        }
    }

    fn staged(
        &mut self,
        id: &str,
        target: &Target,
        checked: &mut Checked,
    ) -> Result<(), Vec<Error>> {
        let policy = self.policy(Path::new(HERE))?;
        let packed = ecosystem::staged(id, &self.request.pack);
        let packed = packed.map_err(|error| vec![error.into()])?;
        let judged = open(&packed.file, &packed.label, None).and_then(|source| {
            let origin = Origin::Published;
            self.judge(Source { origin, ..source }, Beside::here(), &policy)
        });
        self.keep(&packed.file, &judged);
        if let Some(save) = &mut self.save {
            save.hold(vec![packed]);
        }
        checked.take(target, judged);
        Ok(())
    }

    fn directory(
        &mut self,
        path: &Path,
        target: &Target,
        checked: &mut Checked,
    ) -> Result<(), Vec<Error>> {
        let located = ecosystem::locate(path, &self.request.selection, &self.request.pack)
            .map_err(|error| vec![error.into()])?;
        let of = |ecosystem| {
            let mut projects = located.projects.iter();
            projects.any(|project| project.ecosystem == ecosystem)
        };
        let pack = &self.request.pack;
        for (option, is_given, ecosystem) in [
            ("--registry", pack.registry.is_some(), Ecosystem::Crates),
            ("--build", pack.build, Ecosystem::Pypi),
        ] {
            if is_given && !of(ecosystem) {
                let path = escape(&path.display().to_string());
                let error = ecosystem::Error::OptionOfOthers { option, path };
                return Err(vec![error.into()]);
            }
        }
        checked.verdict.skipped.extend(located.skipped);
        self.projects(&located.projects, target, checked)
    }

    fn projects<'p>(
        &mut self,
        projects: impl IntoIterator<Item = &'p Project> + Clone,
        target: &Target,
        checked: &mut Checked,
    ) -> Result<(), Vec<Error>> {
        // Mistakes in configuration and rules come first: packing may take minutes.
        for root in projects.clone().into_iter().flat_map(Project::roots) {
            self.policy(root)?;
        }
        for project in projects {
            match ecosystem::pack(project, &self.request.pack) {
                Ok(all) => self.packed(all, target, checked)?,
                Err(error) => checked.take(target, Err(error.into())),
            }
        }
        Ok(())
    }

    /// Judges artifacts of projects. They are held until the verdicts stand: their private directory goes
    /// with them.
    fn packed(
        &mut self,
        all: Vec<Packed>,
        target: &Target,
        checked: &mut Checked,
    ) -> Result<(), Vec<Error>> {
        let mut repositories = Repositories::default();
        for packed in &all {
            let policy = self.policy(&packed.root)?;
            let repository = repositories.of(&packed.root);
            let judged = self.judge_packed(packed, target, repository, &policy);
            self.keep(&packed.file, &judged);
            checked.take(target, judged);
        }
        if let Some(save) = &mut self.save {
            save.hold(all);
        }
        Ok(())
    }

    /// What holds for artifacts of `directory`: that of the project, or for a file the current one. Never
    /// the one next to the file or inside it: whoever made the artifact must not set the policy that it
    /// is judged by.
    fn policy(&mut self, directory: &Path) -> Result<Arc<Policy>, Vec<Error>> {
        let place = policy::find(&self.request.config, directory);
        let place = place.map_err(|error| vec![error.into()])?;
        if let Some(policy) = self.policies.get(&place) {
            return Ok(policy.clone());
        }
        let (config, rules) = rules_of(place.as_deref())?;
        let names: Vec<_> = rules.names().collect();
        let settings = Settings::new(config.as_ref(), &self.request.overrides, &names)
            .map_err(|error| vec![error.into()])?;
        let policy = Arc::new(Policy { settings, rules });
        self.policies.insert(place, policy.clone());
        Ok(policy)
    }

    fn judge_packed(
        &self,
        packed: &Packed,
        target: &Target,
        repository: &Known,
        policy: &Policy,
    ) -> Result<Judged, Error> {
        let source = Source {
            destination: packed.destination.clone(),
            ..open(&packed.file, &packed.label, packed.packed_by.clone())?
        };
        let copied = match target {
            Target::Copy { of, .. } => Some(of),
            _ => None,
        };
        let roots = [&packed.root].into_iter();
        let roots = roots.chain(&packed.built_in).chain(copied);
        let mut dist = packed.dist.clone();
        let fresh = dist.as_mut().and_then(|dist| dist.fresh.as_mut());
        if let (Some(fresh), Some(file)) = (fresh, &packed.fresh) {
            let limits = policy.settings.limits();
            fresh.members = Some(members(file, &packed.label, limits)?);
        }
        let beside = Beside {
            roots: roots.map(PathBuf::as_path).collect(),
            dist,
            repository: Some(repository),
            asked_of: packed.asked_of.clone(),
            packed: Some(packed),
            file: None,
        };
        self.judge(source, beside, policy)
    }

    fn judge(&self, source: Source, beside: Beside<'_>, policy: &Policy) -> Result<Judged, Error> {
        let Policy { settings, rules } = policy;
        let known = self.request.destination.clone();
        let source = Source {
            sha512: self.request.sha512,
            destination: known.or(source.destination),
            ..source
        };
        let mut context = Context {
            dist: beside.dist,
            publishing: settings.publishing().clone(),
            destination: source.destination.clone(),
            asked_of: beside.asked_of,
            ..Context::default()
        };
        if self.request.self_match && settings.self_match() {
            context.self_values = host::self_values(&beside.roots);
            context.live_secrets = host::live_secrets(&beside.roots);
        }
        let client = source.packed_by.as_ref().map(|by| by.client.as_str());
        let outputs = settings.outputs();
        let repository = beside.repository;
        context.source = repository.and_then(|repository| repository.context(client, outputs));
        let mut scanned = scan::scan(source, rules, &context, settings.limits(), self.progress)?;
        if let Some(repository) = repository {
            repository.tell(&mut scanned.artifact);
        }
        let expected = self.expected.as_ref();
        let unexpected = expected.and_then(|expected| expected.finding(&scanned.artifact));
        scanned.findings.extend(unexpected);
        let today = Zoned::now().date();
        let mut judged = policy::judge(scanned, settings, rules.digest(), today);
        let redaction = Redaction::new(Some(rules), &context.live_secrets);
        judged.reword_settings(|text| redaction.of(text));
        let known = repository.and_then(Known::read);
        judged.sources = match (beside.packed, beside.file) {
            (Some(packed), _) => places::of_packed(packed, known, &judged),
            (None, Some(file)) => places::of_given(file),
            (None, None) => SourcePlaces::default(),
        };
        judged.sources.retain(|text| redaction.of(text).is_none());
        Ok(judged)
    }
}

/// Where artifacts are from that belong to no project.
const HERE: &str = ".";

/// What is known of an artifact beside its bytes.
struct Beside<'a> {
    /// Where it was made.
    roots: Vec<&'a Path>,
    /// The `dist/` that it lies in.
    dist: Option<Dist>,
    /// The repository of its project.
    repository: Option<&'a Known>,
    /// What its destination was taken from.
    asked_of: Option<Manifest>,
    /// What the client has made, if one has.
    packed: Option<&'a Packed>,
    /// The file that was given, if one was.
    file: Option<&'a Path>,
}

impl Beside<'_> {
    /// Of an artifact that belongs to no project.
    fn here() -> Self {
        Self {
            roots: vec![Path::new(HERE)],
            dist: None,
            repository: None,
            asked_of: None,
            packed: None,
            file: None,
        }
    }
}

/// The configuration that holds in `directory`, and the rules in effect with it.
pub fn rules(
    choice: &ConfigChoice,
    directory: &Path,
) -> Result<(Option<ConfigFile>, RuleSet), Vec<Error>> {
    let place = policy::find(choice, directory).map_err(|error| vec![error.into()])?;
    rules_of(place.as_deref())
}

/// A configuration, and the rules in effect with it.
fn rules_of(place: Option<&Path>) -> Result<(Option<ConfigFile>, RuleSet), Vec<Error>> {
    let policy = |error: PolicyError| vec![Error::from(error)];
    let config = place.map(ConfigFile::read).transpose().map_err(policy)?;
    let own = config
        .as_ref()
        .map_or(Ok(Vec::new()), ConfigFile::rule_files);
    let organisation = config.as_ref().map(ConfigFile::organisation);
    let organisation = organisation.transpose().map_err(policy)?;
    let kinds: Vec<_> = detect::kinds().collect();
    let rules = RuleSet::load_with(&own.map_err(policy)?, organisation.as_ref(), &kinds);
    let rules = rules.map_err(each)?;
    Ok((config, rules))
}

/// Checks rule files and runs the examples in them.
pub fn test_rules(files: &[PathBuf]) -> Result<Tested, Vec<Error>> {
    let kinds: Vec<_> = detect::kinds().collect();
    let rules = RuleSet::from_files(files, &kinds).map_err(each)?;
    let (examples, failures) = scan::run_examples(&rules);
    Ok(Tested {
        rules: rules.len(),
        examples,
        failures,
    })
}

fn each(errors: Vec<RuleError>) -> Vec<Error> {
    errors.into_iter().map(Error::from).collect()
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
        destination: None,
        sha512: false,
    })
}

/// What is in the fresh build of an artifact.
fn members(file: &Path, label: &str, limits: &Limits) -> Result<Members, Error> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let content = SteadyFile::open(file).map_err(|cause| Error::Open {
        path: label.to_owned(),
        cause,
    })?;
    scan::members(content, &name, limits).map_err(|reason| Error::UnreadableBuild {
        path: escape(label),
        reason,
    })
}
