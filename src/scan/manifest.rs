//! Which of an artifact's manifests counts, and whether it names the release that the archive does.

use crate::{
    archive::Summary,
    detect::{Facts, ReadManifest},
    model::{Ecosystem, Format, Gap, GapKind, Manifest, escape, is_release},
};

/// Takes the manifest of the artifact's format, or of any where the format is not known, into the
/// facts. One that can't be used is a gap, and so is one that names no release, or another than the
/// archive.
pub(super) fn choose(facts: &mut Facts, summary: &Summary) -> Option<Gap> {
    let ecosystem = summary.format.map(Format::ecosystem);
    let read = std::mem::take(&mut facts.manifests)
        .into_iter()
        .filter(|read| ecosystem.is_none_or(|ecosystem| read.ecosystem == ecosystem))
        .min_by(|a, b| a.path.cmp(&b.path))?;
    let ReadManifest {
        ecosystem,
        path,
        manifest,
    } = read;
    let directory = path.as_str().split('/').next().unwrap_or_default();
    let release = summary.release.as_deref();
    // Of an archive with several such directories a gap is told anyway.
    if release
        .is_some_and(|release| directory.strip_suffix(".dist-info").unwrap_or(directory) != release)
    {
        return None;
    }
    let file = path.file_name();
    let reason = match &manifest {
        Err(reason) => Some(reason.clone()),
        Ok(_) if summary.format.is_none() => None,
        Ok(manifest) => unnamed(ecosystem, manifest)
            .or_else(|| another_release(ecosystem, directory, release?, manifest))
            .map(|reason| format!("{file} {reason}")),
    };
    facts.manifest = manifest.ok();
    facts.manifest_of = Some((ecosystem, path.clone()));
    reason.map(|reason| Gap {
        kind: GapKind::Manifest,
        reason: format!("{reason}."),
        help: Some(way_out(ecosystem).to_owned()),
        path: Some(path),
        sha256: None,
    })
}

/// Without a name or a version no registry takes it.
fn unnamed(ecosystem: Ecosystem, manifest: &Manifest) -> Option<String> {
    let (name, version) = match ecosystem {
        Ecosystem::Pypi => ("`Name`", "`Version`"),
        Ecosystem::Npm | Ecosystem::Crates => ("`name`", "`version`"),
    };
    let is_said = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
    let missing = match (is_said(&manifest.name), is_said(&manifest.version)) {
        (true, true) => return None,
        (false, true) => name.to_owned(),
        (true, false) => version.to_owned(),
        (false, false) => format!("{name} and no {version}"),
    };
    Some(format!(
        "has no {missing} field, so nothing says which release this is"
    ))
}

/// `release` is the archive's own `NAME-VERSION`.
fn another_release(
    ecosystem: Ecosystem,
    directory: &str,
    release: &str,
    manifest: &Manifest,
) -> Option<String> {
    let (name, version) = manifest.name.as_ref().zip(manifest.version.as_ref())?;
    (!is_release(ecosystem, release, name, version)).then(|| {
        format!(
            "says {} {}, but its directory is `{}`: a registry shows one, and installers unpack the other",
            escape(name),
            escape(version),
            escape(directory)
        )
    })
}

fn way_out(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Npm => "Correct the file and pack again.",
        Ecosystem::Pypi => {
            "Correct the project's configuration and build again: the build backend writes this file."
        }
        Ecosystem::Crates => "Pack with `cargo package`, which writes this file out.",
    }
}
