//! Which of an artifact's manifests counts, and whether it names the release that the archive does.

use crate::{
    archive::Summary,
    detect::{Facts, ReadManifest},
    model::{Format, Gap, GapKind, Manifest, escape, is_release},
};

/// Takes the manifest of the artifact's format, or of any where the format is not known, into the
/// facts. One that can't be used is a gap, and so is one that names another release than the archive.
pub(super) fn choose(facts: &mut Facts, summary: &Summary) -> Option<Gap> {
    let ecosystem = summary.format.map(Format::ecosystem);
    let mut read = std::mem::take(&mut facts.manifests);
    read.retain(|read| ecosystem.is_none_or(|ecosystem| read.ecosystem == ecosystem));
    read.sort_by(|a, b| a.path.cmp(&b.path));
    let ReadManifest { path, manifest, .. } = read.into_iter().next()?;
    let gap = |reason: String, help: &str| Gap {
        kind: GapKind::Manifest,
        path: Some(path),
        reason,
        help: Some(help.to_owned()),
        sha256: None,
    };
    let manifest = match manifest {
        Ok(manifest) => manifest,
        Err(reason) => {
            return Some(gap(
                reason,
                "Correct the file: no client could read it either.",
            ));
        }
    };
    let other = summary.format.zip(summary.release.as_deref());
    let other = other.and_then(|(format, release)| another_release(format, release, &manifest));
    facts.manifest = Some(manifest);
    other.map(|reason| gap(reason, "Pack again with the project's own client."))
}

/// Why `manifest` is not that of `release`, the archive's own `NAME-VERSION`.
fn another_release(format: Format, release: &str, manifest: &Manifest) -> Option<String> {
    let (Some(name), Some(version)) = (&manifest.name, &manifest.version) else {
        return Some("The manifest names no name or no version".to_owned());
    };
    (!is_release(format.ecosystem(), release, name, version)).then(|| {
        format!(
            "The manifest says that this is {} {}, but the archive's directory is `{}`: a registry shows one, and installers unpack the other",
            escape(name),
            escape(version),
            escape(release)
        )
    })
}
