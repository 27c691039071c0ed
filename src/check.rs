//! The one flow as a function: sources in, verdict out. Every command and gate that checks anything
//! calls it; there is no other way to a verdict.

mod against;
mod error;
mod expect;
mod places;
mod policies;
mod repositories;
mod request;
mod revision;
mod rules;
mod save;
mod secrets;
mod source;
mod waive;
mod waivers;

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

use jiff::{Timestamp, Zoned};

use crate::{
    ecosystem::{self, Fetched, Packed, Project},
    host,
    model::{Context, Ecosystem, Origin, Progress, SourcePlaces, escape},
    policy::{self, Judged, Verdict},
    scan::{self, Redaction, Source},
};
pub use crate::{
    ecosystem::{PackOptions, Selection, Show},
    policy::ConfigChoice,
};
pub use against::Against;
use against::Comparing;
pub use error::Error;
use expect::Expected;
use policies::{Policies, Policy};
pub use policies::{policy_files, settings};
use repositories::{Known, Repositories};
pub use request::{Arrival, Checked, Request, Target};
pub use revision::PolicyFrom;
pub use rules::{Tested, rules, test_rules};
pub use save::LIST;
use save::Save;
pub use secrets::{Hider, hide_secrets};
use source::{Beside, members, open};
pub use waive::{Edit, Waive, WaiveError, waive};
pub use waivers::waivers;

/// Checks every target of the request.
pub fn check(request: &Request, progress: &Progress) -> Checked {
    let targets = request.targets.iter().cloned().map(Arrival::of);
    check_each(request, targets, progress)
}

/// Checks what arrives instead of the targets of the request, one after the other.
pub fn check_each(
    request: &Request,
    arrivals: impl IntoIterator<Item = Arrival>,
    progress: &Progress,
) -> Checked {
    let (started, checked_at) = (Instant::now(), Timestamp::now());
    let mut checked = Checked {
        verdict: Verdict {
            checked_at,
            elapsed: started.elapsed(),
            artifacts: Vec::new(),
            errors: Vec::new(),
            skipped: Vec::new(),
            history: None,
        },
        errors: Vec::new(),
        kept: Vec::new(),
    };
    match Run::new(request, progress) {
        Ok(mut run) => {
            for Arrival { label, target } in arrivals {
                let errors = match &target {
                    Ok(target) => run.target(target, &mut checked).err().unwrap_or_default(),
                    Err(_) => target.err().into_iter().collect(),
                };
                let uncompared = run.comparing.iter().flat_map(Comparing::failures);
                for error in errors.into_iter().chain(uncompared) {
                    checked.fail(error, Some(&label));
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

/// A request being carried out.
struct Run<'a> {
    request: &'a Request,
    progress: &'a Progress,
    policies: Policies<'a>,
    comparing: Option<Comparing<'a>>,
    expected: Option<Expected>,
    save: Option<Save<'a>>,
}

impl<'a> Run<'a> {
    fn new(request: &'a Request, progress: &'a Progress) -> Result<Self, Error> {
        Ok(Self {
            request,
            progress,
            policies: Policies::new(request),
            comparing: Comparing::new(request, progress),
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
                let policy = self.policies.of(Path::new(HERE))?;
                checked.take(&target.label(), self.judge(source, Beside::here(), &policy));
                return Ok(());
            }
            Target::Made(all) => return self.packed(all.clone(), target, checked),
            Target::Copy { project, .. } => return self.projects([project], target, checked),
            Target::Staged(id) => return self.staged(id, target, checked),
            Target::Published(fetched) => return self.published(fetched, checked),
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
            let policy = self.policies.of(Path::new(HERE))?;
            let source = open(path, &shown(), None);
            let beside = Beside {
                file: Some(path),
                ..Beside::here()
            };
            let judged = source.and_then(|source| self.judge(source, beside, &policy));
            self.keep(path, &judged);
            checked.take(&target.label(), judged);
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
        let policy = self.policies.of(Path::new(HERE))?;
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
        checked.take(&target.label(), judged);
        Ok(())
    }

    fn published(&mut self, fetched: &Fetched, checked: &mut Checked) -> Result<(), Vec<Error>> {
        let policy = self.policies.of(Path::new(HERE))?;
        let label = fetched.label();
        let judged = open(&fetched.file, &label, None).and_then(|source| {
            let source = Source {
                // In a cache it is called by its hash.
                file_name: Some(fetched.name.clone()),
                origin: Origin::Published,
                ..source
            };
            let beside = Beside {
                texts: &fetched.beside,
                is_ours: false,
                ..Beside::here()
            };
            self.judge(source, beside, &policy)
        });
        let withdrawn = fetched.withdrawn.clone();
        let judged = judged.map(|mut judged| {
            judged.artifact.withdrawn = withdrawn;
            judged
        });
        self.keep(&fetched.file, &judged);
        checked.take(&label, judged);
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
            self.policies.of(root)?;
        }
        for project in projects {
            match ecosystem::pack(project, &self.request.pack) {
                Ok(all) => self.packed(all, target, checked)?,
                Err(error) => checked.take(&target.label(), Err(error.into())),
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
            let policy = self.policies.of(&packed.root)?;
            let repository = repositories.of(&packed.root);
            let judged = self.judge_packed(packed, target, repository, &policy);
            self.keep(&packed.file, &judged);
            checked.take(&target.label(), judged);
        }
        if let Some(save) = &mut self.save {
            save.hold(all);
        }
        Ok(())
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
            texts: &[],
            is_ours: true,
        };
        self.judge(source, beside, policy)
    }

    fn judge(&self, source: Source, beside: Beside<'_>, policy: &Policy) -> Result<Judged, Error> {
        let (settings, rules) = (&policy.settings, policy.rules());
        let known = self.request.destination.clone();
        let source = Source {
            sha512: self.request.sha512,
            destination: known.or(source.destination),
            ..source
        };
        let mut context = Context {
            dist: beside.dist,
            publishing: settings.publishing().to_vec(),
            destination: source.destination.clone(),
            asked_of: beside.asked_of,
            beside: beside.texts.to_vec(),
            inventory: self.request.inventory
                || settings.lock().is_some()
                || self.comparing.is_some(),
            ..Context::default()
        };
        if settings.self_match() && beside.is_ours {
            context.self_values = host::self_values(&beside.roots);
            context.live_secrets = host::live_secrets(&beside.roots);
        }
        let client = source.packed_by.as_ref().map(|by| by.client.as_str());
        let outputs = settings.outputs();
        let repository = beside.repository;
        context.source = repository.and_then(|repository| repository.context(client, outputs));
        let file_name = source.file_name.clone();
        let mut scanned = scan::scan(source, rules, &context, settings.limits(), self.progress)?;
        if let Some(repository) = repository {
            repository.tell(&mut scanned.artifact);
        }
        if let Some(comparing) = &self.comparing {
            comparing.compare(&mut scanned, file_name.as_deref(), rules);
        }
        let expected = self.expected.as_ref();
        let unexpected = expected.and_then(|expected| expected.finding(&scanned.artifact));
        scanned.findings.extend(unexpected);
        let today = Zoned::now().date();
        let mut judged = policy::judge(scanned, settings, rules.digest(), today);
        if !self.request.inventory {
            judged.inventory.clear();
        }
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
