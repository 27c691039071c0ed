//! What is published already: fetched, and checked as what is about to be.

mod list;
pub mod lockfile;
mod work;

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZero,
    path::PathBuf,
    sync::{Arc, mpsc::SyncSender, mpsc::sync_channel},
    thread,
};

use crate::{
    check::{Arrival, Checked, Request, Target, check_each},
    ecosystem::{Cache, FetchError, Fetching, Release, abandoned},
    model::{Ecosystem, Progress, Skipped, Spec, Wanted, counted},
    policy::history,
};
pub use list::{ListError, read_list};
use work::{Watch, Work};

/// What is to be audited.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// The packages, each once.
    pub specs: Vec<Spec>,
    /// What of a lock file is from no registry.
    pub skipped: Vec<Skipped>,
    /// Whether all versions are meant, and not those that the specs name.
    pub all_versions: bool,
    /// How many files are fetched at a time.
    pub jobs: Option<NonZero<usize>>,
    /// Where files are kept that were fetched.
    pub cache: Option<Cache>,
    /// The directory whose settings the clients take.
    pub directory: PathBuf,
}

/// Fetching waits for the network more than for a processor.
const JOBS: usize = 8;

/// Where something stands in the report: of the specs, of the versions, of the files.
type Place = (usize, usize, usize);

/// Something to check, and where it stands.
type Placed = (Place, Arrival);

/// Specs by their places.
type Served<'a> = Vec<(usize, &'a Spec)>;

enum Task {
    /// Find out which versions there are.
    Versions(usize, Spec),
    /// Find out which files a release has.
    Release((usize, usize), Spec),
    /// Fetch one of them.
    File(Place, Arc<(Spec, Release)>),
}

/// Fetches and checks everything. What can't be fetched is an error of its own; the rest is checked.
pub fn audit(request: &Request, audit: &Audit, progress: &Progress) -> Checked {
    let fetching = Fetching::new(&audit.directory, audit.cache.clone());
    let (specs, unserved) = served(audit, &fetching);
    progress.add_artifacts(specs.len());
    let work = Work::new(
        specs
            .into_iter()
            .map(|(place, spec)| match audit.all_versions {
                true => Task::Versions(place, spec.clone()),
                false => Task::Release((place, 0), spec.clone()),
            }),
    );
    let jobs = audit.jobs.map_or(JOBS, NonZero::get);
    // As much waits on the disk as is being fetched, and no more.
    let (sender, arrivals) = sync_channel(jobs);
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    let mut checked = thread::scope(|scope| {
        for _ in 0..jobs {
            let sender = sender.clone();
            let (work, fetching) = (&work, &fetching);
            scope.spawn(move || fetch(work, fetching, progress, &sender));
        }
        drop(sender);
        let arrivals = unserved
            .into_iter()
            .chain(arrivals)
            .map(|(place, arrival)| {
                places.insert(arrival.label.clone(), place);
                progress.add_done();
                arrival
            });
        check_each(request, arrivals, progress)
    });
    checked.sort_by_key(|label| places.get(label).copied());
    checked
        .verdict
        .skipped
        .extend(audit.skipped.iter().cloned());
    if audit.all_versions {
        checked.verdict.history = Some(history(&checked.verdict.artifacts));
    }
    checked
}

/// The specs whose ecosystem has a client that can be asked; of each of the others what is wrong, once.
fn served<'a>(audit: &'a Audit, fetching: &Fetching) -> (Served<'a>, Vec<Placed>) {
    let mut served: Vec<_> = audit.specs.iter().enumerate().collect();
    let mut unserved = Vec::new();
    let ecosystems: BTreeSet<Ecosystem> = audit.specs.iter().map(|spec| spec.ecosystem).collect();
    for ecosystem in ecosystems {
        let Err(error) = fetching.registry(ecosystem) else {
            continue;
        };
        let without = served
            .iter()
            .filter(|(_, spec)| spec.ecosystem == ecosystem);
        let without: Vec<_> = without.collect();
        let label = match without.as_slice() {
            [(_, only)] => only.to_string(),
            several => format!(
                "{} of {}",
                counted(several.len(), "package"),
                ecosystem.name()
            ),
        };
        let place = without.first().map_or(0, |(place, _)| *place);
        unserved.push(((place, 0, 0), failed(label, error)));
        served.retain(|(_, spec)| spec.ecosystem != ecosystem);
    }
    (served, unserved)
}

fn failed(label: String, error: FetchError) -> Arrival {
    let target = Err(error.of(&label).into());
    Arrival { label, target }
}

/// Does tasks until none is left, or nobody wants to know any more.
fn fetch(work: &Work<Task>, fetching: &Fetching, progress: &Progress, sender: &SyncSender<Placed>) {
    let _watch = Watch(work);
    while let Some(task) = work.next() {
        let (mut made, arrival) = match task {
            Task::Versions(place, spec) => match versions(fetching, &spec) {
                Ok(versions) => (of_versions(place, &spec, versions), None),
                Err(error) => (
                    Vec::new(),
                    Some(((place, 0, 0), failed(spec.to_string(), error))),
                ),
            },
            Task::Release((place, version), spec) => match again(|| fetching.release(&spec)) {
                Ok(release) => {
                    let files = 0..release.files.len();
                    let of = Arc::new((spec, release));
                    let task = |file| Task::File((place, version, file), of.clone());
                    (files.map(task).collect(), None)
                }
                Err(error) => (
                    Vec::new(),
                    Some(((place, version, 0), failed(spec.to_string(), error))),
                ),
            },
            Task::File(place, of) => {
                let (spec, release) = &*of;
                let file = &release.files[place.2];
                let arrival = match again(|| fetching.file(spec, release, file)) {
                    Ok(fetched) => Arrival::of(Target::Published(fetched)),
                    Err(error) => failed(format!("{spec} {}", file.name), error),
                };
                (Vec::new(), Some((place, arrival)))
            }
        };
        progress.add_artifacts(made.len().saturating_sub(1));
        if abandoned() || arrival.is_some_and(|arrival| sender.send(arrival).is_err()) {
            made.clear();
            work.stop();
        }
        work.done(made);
    }
}

fn versions(fetching: &Fetching, spec: &Spec) -> Result<Vec<String>, FetchError> {
    let registry = fetching.registry(spec.ecosystem)?;
    let versions = again(|| registry.versions(&spec.name))?;
    match versions.is_empty() {
        true => Err(FetchError::NoFile {
            spec: spec.clone(),
            registry: spec.ecosystem.name().to_owned(),
        }),
        false => Ok(versions),
    }
}

fn of_versions(place: usize, spec: &Spec, versions: Vec<String>) -> Vec<Task> {
    let task = |(number, version)| {
        let spec = Spec {
            wanted: Wanted::Exact(version),
            ..spec.clone()
        };
        Task::Release((place, number), spec)
    };
    versions.into_iter().enumerate().map(task).collect()
}

/// Tries once more what may have been spoilt on its way. What can't be reached the client has tried more than
/// once already.
fn again<T>(attempt: impl Fn() -> Result<T, FetchError>) -> Result<T, FetchError> {
    match attempt() {
        Err(FetchError::Unusable { .. } | FetchError::OtherBytes { .. }) if !abandoned() => {
            attempt()
        }
        result => result,
    }
}
