//! What an artifact is compared with, and what comes of it.

use std::{fs, sync::Arc};

use super::*;
use crate::{
    check::ConfigChoice,
    ecosystem::{Registry, Remote},
    model::{Limits, Origin, Wanted},
};

/// A registry with these versions of one package, the oldest first, each with these files, which are empty:
/// the error that comes of that says which it was.
struct Fake {
    versions: Vec<&'static str>,
    files: Vec<&'static str>,
    answer: fn(&Spec) -> Option<FetchError>,
}

impl Registry for Fake {
    fn versions(&self, _: &str) -> Result<Vec<String>, FetchError> {
        Ok(self.versions.iter().map(|one| (*one).to_owned()).collect())
    }

    fn release(&self, spec: &Spec) -> Result<Release, FetchError> {
        if let Some(error) = (self.answer)(spec) {
            return Err(error);
        }
        let version = match &spec.wanted {
            Wanted::Exact(version) => version.clone(),
            _ => self.versions.last().unwrap().to_string(),
        };
        let file = |name: &&str| Remote {
            name: name.replace("VERSION", &version),
            address: String::new(),
            size: None,
            integrity: None,
        };
        Ok(Release {
            name: spec.name.clone(),
            files: self.files.iter().map(file).collect(),
            version,
            withdrawn: None,
            beside: Vec::new(),
        })
    }

    fn fetch(&self, _: &Release, file: &Remote, to: &Path) -> Result<PathBuf, FetchError> {
        fs::write(to.join(&file.name), "").unwrap();
        Ok(to.join(&file.name))
    }
}

fn fake(ecosystem: Ecosystem) -> Fake {
    let files = match ecosystem {
        Ecosystem::Npm => vec!["acme-VERSION.tgz"],
        _ => vec![
            "acme-VERSION-cp311-cp311-win_amd64.whl",
            "acme-VERSION-cp311-cp311-manylinux_2_17_x86_64.whl",
        ],
    };
    Fake {
        versions: vec!["1.0.0", "1.1.0", "1.2.0"],
        files,
        answer: |_| None,
    }
}

/// What a check of this version is compared with: the label, why nothing, or the error with its code.
fn compared(against: Against, ecosystem: Ecosystem, fake: Fake, version: &str) -> String {
    let request = Request {
        against: Some(against),
        config: ConfigChoice::None,
        ..Request::default()
    };
    let progress = Progress::default();
    let comparing = Comparing {
        fetching: Fetching::of(ecosystem, Arc::new(fake)),
        ..Comparing::new(&request, &progress).unwrap()
    };
    let file = match ecosystem {
        Ecosystem::Npm => "acme.tgz",
        _ => "acme-2.0.0-cp312-cp312-manylinux_2_17_x86_64.whl",
    };
    let mut scanned = nothing(ecosystem, version);
    comparing.compare(&mut scanned, Some(file), &rules());
    match (comparing.failures().pop(), scanned.artifact.earlier) {
        (Some(Error::UnreadableEarlier { earlier, .. }), _) => earlier,
        (Some(error), _) => format!("{} {error}", error.code()),
        (None, Some(Earlier::Release(label))) => label,
        (None, Some(Earlier::Nothing(why))) => format!("nothing: {why}"),
        (None, None) => "not compared".to_owned(),
    }
}

fn rules() -> RuleSet {
    let kinds: Vec<_> = crate::detect::kinds().collect();
    RuleSet::load(&[], &kinds).unwrap()
}

fn nothing(ecosystem: Ecosystem, version: &str) -> Scanned {
    Scanned {
        artifact: ArtifactInfo {
            path: "acme".to_owned(),
            format: Some(match ecosystem {
                Ecosystem::Npm => Format::NpmTgz,
                _ => Format::Wheel,
            }),
            name: Some("acme".to_owned()),
            version: Some(version.to_owned()),
            size: 1,
            unpacked_size: 1,
            sha256: None,
            sha512: None,
            entries: 1,
            origin: Origin::Given,
            packed_by: None,
            earlier: None,
            rebuilt: None,
            commit: None,
            dirty: None,
            commit_unknown: None,
            withdrawn: None,
            destination: None,
        },
        manifest: None,
        findings: Vec::new(),
        gaps: Vec::new(),
        inventory: Vec::new(),
        rules: 0,
        self_match: Vec::new(),
        secrets: 0,
        unread: Vec::new(),
        limits: Limits::default(),
    }
}

#[test]
fn the_latest_release_is_compared_with_or_the_one_before_itself() {
    let published = |version: &str| {
        let fake = fake(Ecosystem::Npm);
        compared(Against::Published, Ecosystem::Npm, fake, version)
    };
    assert_eq!(published("1.3.0"), "npm:acme@1.2.0");
    assert_eq!(published("1.0.1"), "npm:acme@1.2.0");
    assert_eq!(published("1.2.0"), "npm:acme@1.1.0");
    let only = Fake {
        versions: vec!["1.0.0"],
        ..fake(Ecosystem::Npm)
    };
    assert_eq!(
        compared(Against::Published, Ecosystem::Npm, only, "1.0.0"),
        "nothing: npm:acme has no release before 1.0.0"
    );
}

#[test]
fn a_package_that_is_not_published_is_compared_with_nothing_and_every_doubt_is_an_error() {
    let answers = |against: &str, answer: fn(&Spec) -> Option<FetchError>| {
        let fake = Fake {
            answer,
            ..fake(Ecosystem::Npm)
        };
        compared(against.parse().unwrap(), Ecosystem::Npm, fake, "1.3.0")
    };
    let absent = |spec: &Spec| {
        Some(FetchError::NoPackage {
            spec: spec.clone(),
            registry: "the registry".to_owned(),
        })
    };
    assert_eq!(
        answers("published", absent),
        "nothing: the registry has no package npm:acme, or does not show it to you"
    );
    // What somebody names must be there.
    assert_eq!(
        answers("npm:acme@1.0.0", absent),
        "3 the registry has no package npm:acme@1.0.0, or does not show it to you"
    );
    let away = |spec: &Spec| {
        Some(FetchError::Unreachable {
            spec: spec.clone(),
            registry: "the registry".to_owned(),
            said: "no route to it".to_owned(),
        })
    };
    assert_eq!(
        answers("published", away),
        "3 the registry can't be reached for npm:acme: no route to it"
    );
}

#[test]
fn of_a_release_with_several_files_that_of_the_platform_is_compared() {
    let wheels = fake(Ecosystem::Pypi);
    assert_eq!(
        compared(Against::Published, Ecosystem::Pypi, wheels, "1.2"),
        "pypi:acme==1.1.0 acme-1.1.0-cp311-cp311-manylinux_2_17_x86_64.whl"
    );
    let sdist = Fake {
        files: vec!["acme-VERSION.tar.gz", "acme-VERSION.zip"],
        ..fake(Ecosystem::Pypi)
    };
    assert_eq!(
        compared(Against::Published, Ecosystem::Pypi, sdist, "2.0"),
        "nothing: pypi:acme 1.2.0 has no wheel"
    );
}
