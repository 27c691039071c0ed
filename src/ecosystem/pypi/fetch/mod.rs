//! Published Python packages, from the indexes that pip or uv is configured with. They are asked by Python's
//! standard library and not by pip, which would build an sdist to learn what it needs.

mod asking;
mod page;
mod settings;
mod uv;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Map, Value, json};

use crate::{
    ecosystem::{FetchError, Registry, Release, Remote},
    model::{
        BesideText, Ecosystem, Spec, Wanted, compare_versions, escape, is_pre_release, project_name,
    },
};
use asking::{Asking, Failed};
use page::{File, Page};

/// The indexes that pip or uv is configured with in `directory`.
pub(in crate::ecosystem) fn registry(directory: &Path) -> Result<Arc<dyn Registry>, FetchError> {
    Ok(Arc::new(Indexes {
        asking: Asking::new(directory)?,
        known: Mutex::default(),
    }))
}

struct Indexes {
    asking: Asking,
    /// The pages of the last projects that were asked for, the newest last.
    known: Mutex<Vec<(String, Arc<Vec<Page>>)>>,
}

/// Pages are some megabytes long, and nobody asks for many projects at once.
const KEPT: usize = 8;
/// What an index shows of a project that its author has written.
const SHOWN: [&str; 11] = [
    "summary",
    "keywords",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "home_page",
    "download_url",
    "project_urls",
    "license",
    "yanked_reason",
];

impl Registry for Indexes {
    fn versions(&self, name: &str) -> Result<Vec<String>, FetchError> {
        let pages = self.pages(&any_version(name))?;
        let files = pages.iter().flat_map(|page| &page.files);
        let spellings: BTreeSet<_> = files.map(|file| file.version.clone()).collect();
        let mut all: Vec<_> = spellings.into_iter().collect();
        all.sort_by(|one, other| by_age(one, other));
        all.dedup_by(|one, other| is_same(one, other));
        Ok(all)
    }

    fn release(&self, spec: &Spec) -> Result<Release, FetchError> {
        let pages = self.pages(spec)?;
        let latest = latest(pages.iter().flat_map(|page| &page.files));
        let version = match &spec.wanted {
            Wanted::Latest => latest,
            Wanted::Exact(version) | Wanted::Matching(version) => Some(&**version),
        };
        let of_version = |page: &Page, version: &str| {
            let files = page.files.iter();
            let files = files.filter(|file| is_same(&file.version, version));
            files.cloned().collect::<Vec<File>>()
        };
        // Not those of several indexes: what has the same name there may be somebody else's.
        let found = version.and_then(|version| {
            let mut all = pages.iter().map(|page| (page, of_version(page, version)));
            all.find(|(_, files)| !files.is_empty())
        });
        let Some((page, files)) = found else {
            let (spec, registry) = (spec.clone(), self.asking.shown());
            return Err(match pages.iter().all(|page| page.files.is_empty()) {
                true => FetchError::NoFile { spec, registry },
                false => FetchError::NoVersion {
                    spec,
                    registry,
                    latest: latest.map(str::to_owned),
                },
            });
        };
        let name = project_name(&spec.name);
        let version = files[0].version.clone();
        let exact = Spec::exact(Ecosystem::Pypi, &name, &version);
        let yanked = files.iter().map(|file| file.yanked.as_deref());
        let yanked: Option<Vec<&str>> = yanked.collect();
        let withdrawn = yanked.map(|reasons| match reasons[0] {
            "" => "it was yanked".to_owned(),
            reason => format!("it was yanked: {}", escape(reason)),
        });
        Ok(Release {
            withdrawn,
            beside: self.beside(page, &exact)?,
            files: files.into_iter().map(Remote::from).collect(),
            name,
            version,
        })
    }

    fn fetch(
        &self,
        release: &Release,
        file: &Remote,
        directory: &Path,
    ) -> Result<PathBuf, FetchError> {
        let spec = Spec::exact(Ecosystem::Pypi, &release.name, &release.version);
        let place = directory.join(&file.name);
        let question = json!({
            "do": "fetch", "url": file.address, "path": place.to_string_lossy(), "size": file.size,
        });
        let of_file = |failed: Failed| failed.about(&file.name);
        match self.asking.ask(&question)?.map_err(of_file) {
            Ok(_) => Ok(place),
            Err(failed) => Err(failed.meaning(&spec, self.asking.shown())),
        }
    }
}

impl Indexes {
    /// What the indexes that have the project say of it, in the order in which the client asks them.
    fn pages(&self, spec: &Spec) -> Result<Arc<Vec<Page>>, FetchError> {
        let name = project_name(&spec.name);
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, pages)) = known().iter().find(|(one, _)| *one == name) {
            return Ok(pages.clone());
        }
        let mut pages = Vec::new();
        for index in self.asking.indexes() {
            let question = json!({"do": "project", "index": index.url(), "name": name});
            match self.asking.ask(&question)? {
                Ok(answer) => {
                    let page = Page::read(&name, index.url(), &answer);
                    let page = page.map_err(|failed| failed.meaning(spec, index.shown()))?;
                    pages.push(page);
                }
                Err(failed) if failed.is_absent() => continue,
                Err(failed) => return Err(failed.meaning(spec, index.shown())),
            }
            if self.asking.first_only() {
                break;
            }
        }
        if pages.is_empty() {
            return Err(FetchError::NoPackage {
                spec: spec.clone(),
                registry: self.asking.shown(),
            });
        }
        let pages = Arc::new(pages);
        let mut known = known();
        known.push((name, pages.clone()));
        let superfluous = known.len().saturating_sub(KEPT);
        known.drain(..superfluous);
        Ok(pages)
    }

    /// What the index shows of a release that need not be in its files.
    fn beside(&self, page: &Page, spec: &Spec) -> Result<Vec<BesideText>, FetchError> {
        let Wanted::Exact(version) = &spec.wanted else {
            return Ok(Vec::new());
        };
        let question =
            json!({"do": "describe", "index": page.index, "name": spec.name, "version": version});
        let answer = self.asking.ask(&question)?;
        let answer = answer.map_err(|failed| failed.meaning(spec, self.asking.shown()))?;
        let Some(info) = answer.get("info").and_then(Value::as_object) else {
            return Ok(Vec::new());
        };
        let mut texts = Vec::new();
        if let Some(text) = info.get("description").and_then(Value::as_str)
            && !text.is_empty()
        {
            texts.push(BesideText {
                name: "description.md".to_owned(),
                text: text.to_owned(),
            });
        }
        let shown = SHOWN
            .iter()
            .filter_map(|name| Some((name, info.get(*name)?)));
        let shown = shown.filter(|(_, value)| !value.is_null() && *value != "");
        let shown: Map<_, _> = shown
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        if !shown.is_empty() {
            texts.push(BesideText {
                name: "project.json".to_owned(),
                text: format!("{:#}", Value::Object(shown)),
            });
        }
        Ok(texts)
    }
}

fn any_version(name: &str) -> Spec {
    Spec {
        ecosystem: Ecosystem::Pypi,
        name: name.to_owned(),
        wanted: Wanted::Latest,
        expected: Vec::new(),
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one == other || compare_versions(one, other) == Some(std::cmp::Ordering::Equal)
}

/// What is no version is older than every version, and was published before there were rules.
fn by_age(one: &str, other: &str) -> std::cmp::Ordering {
    let is_version = |text| compare_versions(text, text).is_some();
    let order = compare_versions(one, other);
    order.unwrap_or_else(|| is_version(one).cmp(&is_version(other)))
}

/// The version that pip would take: rather no pre-release; and where everything was yanked, of that.
fn latest<'f>(files: impl Iterator<Item = &'f File>) -> Option<&'f str> {
    let rank = |file: &File| {
        let is_final = is_pre_release(&file.version) == Some(false);
        (file.yanked.is_none(), is_final)
    };
    let newest = files.max_by(|one, other| {
        let order = rank(one).cmp(&rank(other));
        order.then_with(|| by_age(&one.version, &other.version))
    });
    newest.map(|file| &*file.version)
}
