//! What the maps of an artifact leak, once all entries are known.

use super::{
    SourceMapFact, builder,
    name::{Author, author, clean, is_plainly_own, package, resolves},
    place::{Remote, is_absolute},
    reader::Source,
};
use crate::{
    detect::{Detection, Facts},
    model::{Evidence, Format, count, counted, end_of, escape},
};

/// Names that a message mentions.
const MENTIONED: usize = 3;
/// Characters of a name that are shown.
const SHOWN: usize = 80;

/// The sources of a map that carry content and do not ship as files, summed up.
#[derive(Default)]
struct Sum<'a> {
    sources: Vec<&'a Source>,
    lines: u64,
    bytes: u64,
}

/// Adds what one map comes to.
pub(super) fn conclude(map: &SourceMapFact, facts: &Facts, out: &mut dyn FnMut(Detection)) {
    content_or_structure(map, facts, out);
    let names = || {
        map.sources
            .iter()
            .map(|source| &*source.name)
            .chain(map.root.as_deref())
    };
    if let Some(name) = names().find(|name| is_absolute(name)) {
        let message = "names its sources by their paths on the machine that built it";
        out(map.detection("source-map:absolute-path", message.into(), shown(name)));
    }
    let telling = |name: &str| {
        Remote::parse(name)
            .filter(Remote::is_telling)
            .map(|url| url.shown())
    };
    if let Some(url) = names().find_map(telling) {
        let message = "names a place on the web where its sources lie";
        out(map.detection("source-map:remote", message.into(), shown(&url)));
    }
}

fn content_or_structure(map: &SourceMapFact, facts: &Facts, out: &mut dyn FnMut(Detection)) {
    let manifest = facts.manifest.as_ref();
    let mut first_party = Sum::default();
    let mut vendor = Sum::default();
    let mut any_content = false;
    for source in &map.sources {
        let Some(content) = source.content else {
            continue;
        };
        any_content = true;
        if facts.texts.contains(&content.digest) {
            continue;
        }
        let sum = if is_vendor(source, manifest) {
            &mut vendor
        } else {
            &mut first_party
        };
        sum.sources.push(source);
        sum.lines += content.lines;
        sum.bytes += content.bytes;
    }
    if !first_party.sources.is_empty() {
        out(recoverable(map, &first_party, facts));
    } else if !vendor.sources.is_empty() {
        out(vendored(map, &vendor));
    } else if !any_content && let Some(found) = structure(map, facts) {
        out(found);
    }
}

fn is_vendor(source: &Source, manifest: Option<&crate::model::Manifest>) -> bool {
    match author(&source.name, manifest) {
        Author::Vendor => true,
        // Bundlers have all of `node_modules` ignored, a workspace's own packages too.
        Author::FirstParty => source.ignored && !is_plainly_own(&source.name),
    }
}

fn recoverable(map: &SourceMapFact, sum: &Sum<'_>, facts: &Facts) -> Detection {
    let (kind, from) = match map.inline {
        None => ("source-map:first-party", ""),
        Some(_) => (
            "source-map:inline-first-party",
            " from a source map inside the file",
        ),
    };
    let message = format!(
        "{} ({}) can be recovered{from}{}",
        counted(sum.sources.len(), "original file"),
        counted(sum.lines, "line"),
        mention(&sum.sources),
    );
    let place = builder::Place {
        tools: facts
            .manifest
            .as_ref()
            .map_or(&[], |manifest| &manifest.build_tools),
        ecosystem: facts.format.map(Format::ecosystem),
        inline: map.inline.is_some(),
    };
    Detection {
        fix: builder::fix(&map.traits, &map.sources, &place),
        ..map.detection(kind, message, carried(sum))
    }
}

fn vendored(map: &SourceMapFact, sum: &Sum<'_>) -> Detection {
    let mut packages: Vec<String> = Vec::new();
    for source in &sum.sources {
        if let Some(package) = package(&source.name)
            && packages.len() < MENTIONED
            && !packages.contains(&package)
        {
            packages.push(package);
        }
    }
    let packages: Vec<_> = packages.iter().map(|package| shown(package)).collect();
    let of = if packages.is_empty() {
        ""
    } else {
        ", such as "
    };
    let message = format!(
        "carries {} of other packages{of}{}",
        counted(sum.sources.len(), "source file"),
        packages.join(", ")
    );
    map.detection("source-map:vendor", message, carried(sum))
}

/// A map without content still names files; that tells nothing only if they all ship.
fn structure(map: &SourceMapFact, facts: &Facts) -> Option<Detection> {
    let leaks = |source: &&Source| {
        names_file(&source.name)
            && Remote::parse(&source.name).is_none()
            && !is_vendor(source, facts.manifest.as_ref())
            && !resolves(&source.name, &map.path, &facts.entries)
    };
    let missing: Vec<_> = map.sources.iter().filter(leaks).collect();
    let message = format!(
        "names {} outside the package{}",
        counted(missing.len(), "original file"),
        mention(&missing)
    );
    let evidence = format!(
        "{} of {}",
        count(missing.len() as u64),
        counted(map.sources.len(), "source")
    );
    (!missing.is_empty()).then(|| map.detection("source-map:structure", message, evidence))
}

/// Minifiers that read from a pipe name their source `Input_0`, `?` or not at all.
fn names_file(name: &str) -> bool {
    clean(name)
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'))
}

impl SourceMapFact {
    fn detection(&self, kind: &'static str, message: String, evidence: String) -> Detection {
        Detection {
            kind,
            path: self.path.clone(),
            location: self.location,
            message,
            evidence: Evidence::fact(evidence),
            fix: None,
            sha256: self.inline,
        }
    }
}

fn carried(sum: &Sum<'_>) -> String {
    let files = counted(sum.sources.len(), "file");
    format!("sourcesContent of {files}, {}", size(sum.bytes))
}

/// `: a.ts` or `, among them a.ts, b.ts, c.ts`.
fn mention(sources: &[&Source]) -> String {
    let names = sources.iter().map(|source| shown(&clean(&source.name)));
    let names: Vec<_> = names
        .filter(|name| !name.is_empty())
        .take(MENTIONED)
        .collect();
    match names.len() {
        0 => String::new(),
        all if all == sources.len() => format!(": {}", names.join(", ")),
        _ => format!(", among them {}", names.join(", ")),
    }
}

/// A name made safe to show, its end kept if it is long.
pub(in crate::detect) fn shown(name: &str) -> String {
    end_of(&escape(name), SHOWN)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => counted(bytes, "byte"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_fit_to_read() {
        assert_eq!(size(12), "12 bytes");
        assert_eq!(size(31_249_000), "31.2 MB");
        assert_eq!(shown("a\u{202e}b"), "a\\u{202e}b");
        let long = shown(&"ü/".repeat(100));
        assert_eq!(long.chars().count(), SHOWN + 1);
        assert!(long.starts_with('…'));
    }
}
