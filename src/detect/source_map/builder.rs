//! Which tool made a map, and the option that makes it stop.
//!
//! The orders of keys are those that the tools themselves wrote (October 2026); a project that names
//! its tools decides between those of one form.

use super::reader::Source;
use crate::{
    detect::build_tool::{BUILD_TOOLS, BuildTool, by_name},
    model::{Ecosystem, Fix},
};

/// Keys that are remembered.
const KEYS: usize = 8;
/// Bytes of a key that are remembered.
const LONGEST: usize = 32;

/// What can be told of a map's maker by its form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Traits {
    keys: String,
    count: usize,
    bun: bool,
}

impl Traits {
    /// The next key of the map.
    pub(super) fn key(&mut self, key: &[u8]) {
        // Of the two names of one thing, some tools have written both over time.
        let key = match key {
            b"x_google_ignoreList" => &b"ignoreList"[..],
            key => &key[..key.len().min(LONGEST)],
        };
        if self.count < KEYS {
            self.count += 1;
            self.keys.push_str(&String::from_utf8_lossy(key));
            self.keys.push(',');
        }
    }

    /// The map's debug id: Bun ends its own with "dun!dun!" in hexadecimal.
    pub(super) fn debug_id(&mut self, id: &str) {
        self.bun = id.ends_with("64756E2164756E21");
    }
}

/// Starts of names that only some tools give. More telling ones first. Of the tools of a line the
/// first one that the project names, or the last one.
const BY_NAME: &[(&[&str], &[&str])] = &[
    (&["turbopack://", "webpack://_N_E/"], &["Next.js"]),
    (
        &["webpack://", "webpack-internal://"],
        &["Next.js", "ncc", "Rspack", "webpack"],
    ),
    (&["\0vite/", "vite/", "\0/vite"], &["Vite"]),
    (
        &["\0rolldown/", "rolldown:"],
        &["tsdown", "Vite", "Rolldown"],
    ),
    (&["\0", "_virtual/"], &["unbuild", "Vite", "Rollup"]),
];

/// Tools that name sources plainly write the keys of a map in an order of their own.
const BY_KEYS: &[(&str, &[&str])] = &[
    ("version,file,sourceRoot,sources,names,mappings,", &["tsc"]),
    (
        "version,file,sourceRoot,sources,names,mappings,sourcesContent,",
        &["tsc"],
    ),
    (
        "version,file,sources,sourcesContent,names,mappings,",
        &["unbuild", "Vite", "Rollup"],
    ),
    (
        "version,file,sources,sourcesContent,names,mappings,ignoreList,",
        &["unbuild", "Vite", "Rollup"],
    ),
    (
        "version,file,names,sources,sourcesContent,mappings,",
        &["tsdown", "Vite", "Rolldown"],
    ),
    (
        "version,file,names,sources,sourcesContent,ignoreList,mappings,",
        &["tsdown", "Vite", "Rolldown"],
    ),
    (
        "version,file,names,sources,sourcesContent,mappings,ignoreList,",
        &["Babel"],
    ),
    (
        "version,sources,sourcesContent,mappings,names,",
        &["tsup", "esbuild"],
    ),
    (
        "version,sources,sourcesContent,names,mappings,",
        &["UglifyJS", "SWC"],
    ),
    (
        "version,names,sources,sourcesContent,mappings,ignoreList,",
        &["terser"],
    ),
    (
        "mappings,sources,sourcesContent,names,version,file,",
        &["Parcel"],
    ),
    (
        "version,sourceRoot,sources,names,mappings,file,sourcesContent,",
        &["Sass"],
    ),
    (
        "version,sources,names,mappings,file,sourcesContent,",
        &["Less", "PostCSS"],
    ),
    (
        "version,mappings,sources,sourcesContent,names,",
        &["Lightning CSS"],
    ),
];

/// Where a map lies, as far as the advice depends on it.
pub(super) struct Place<'a> {
    /// The tools that the package's manifest names.
    pub(super) tools: &'a [&'static str],
    pub(super) ecosystem: Option<Ecosystem>,
    /// Whether the map lies in another file, which can't be left out.
    pub(super) inline: bool,
}

/// What to do so that the tool leaves the sources out, where the tool can be told.
pub(super) fn fix(traits: &Traits, sources: &[Source], place: &Place<'_>) -> Option<String> {
    let tool = made_by(traits, sources, place.tools)?;
    let without = tool.without;
    if place.inline {
        return Some(format!("{without}."));
    }
    let hidden = tool.hidden.map(|hidden| format!("set {hidden}, "));
    let exclude = Fix {
        default: "leave `**/*.map` out with {exclude}".to_owned(),
        own: vec![(
            Ecosystem::Npm,
            "add `\"!**/*.map\"` to {exclude}".to_owned(),
        )],
    };
    Some(format!(
        "{without}. If an error tracker needs the maps: {}upload them after the build (`sentry-cli sourcemaps upload`), delete them before you pack, and {}.",
        hidden.unwrap_or_default(),
        exclude.of(place.ecosystem)
    ))
}

fn made_by(
    traits: &Traits,
    sources: &[Source],
    project: &[&'static str],
) -> Option<&'static BuildTool> {
    if traits.bun {
        return by_name("Bun");
    }
    let starts = |start: &&str| {
        let starts = |source: &Source| source.name.trim_start_matches("../").starts_with(start);
        sources.iter().any(starts)
    };
    let by_names = BY_NAME.iter().find(|(names, _)| names.iter().any(starts));
    let by_keys = || BY_KEYS.iter().find(|(keys, _)| *keys == traits.keys);
    let candidates =
        (by_names.map(|(_, tools)| tools)).or_else(|| by_keys().map(|(_, tools)| tools));
    match candidates {
        Some(candidates) => {
            let named = candidates.iter().find(|tool| project.contains(tool));
            named.or(candidates.last()).and_then(|name| by_name(name))
        }
        // The form tells nothing; then it is what builds on all the others.
        None => BUILD_TOOLS.iter().find(|tool| project.contains(&tool.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker(keys: &str, name: &str, project: &[&'static str]) -> &'static str {
        let mut traits = Traits::default();
        keys.split(',').for_each(|key| traits.key(key.as_bytes()));
        let source = Source {
            name: name.into(),
            content: None,
            ignored: false,
        };
        made_by(&traits, &[source], project).map_or("", |tool| tool.name)
    }

    #[test]
    fn all_tools_are_in_the_table() {
        let lists = (BY_NAME.iter().map(|(_, tools)| *tools))
            .chain(BY_KEYS.iter().map(|(_, tools)| *tools));
        for name in lists.flatten() {
            assert!(by_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn tools_are_known_by_the_names_of_their_own_modules() {
        let keys = "version,mappings,names,sources,sourcesContent,ignoreList";
        for (name, tool) in [
            ("webpack://x/./src/a.ts", "webpack"),
            ("webpack://_N_E/./src/a.ts", "Next.js"),
            ("turbopack:///[project]/a.ts", "Next.js"),
            ("../../vite/preload-helper", "Vite"),
            ("\0commonjsHelpers.js", "Rollup"),
            ("\0rolldown/runtime.js", "Rolldown"),
            ("../src/a.ts", ""),
        ] {
            assert_eq!(maker(keys, name, &[]), tool, "{name}");
        }
    }

    /// What each of them wrote, with and without dependencies in the bundle.
    #[test]
    fn tools_are_known_by_the_order_of_their_keys() {
        for (keys, tool) in [
            // Babel 7.29
            (
                "version,file,names,sources,sourcesContent,mappings,ignoreList",
                "Babel",
            ),
            // esbuild 0.28, tsup 8.5
            ("version,sources,sourcesContent,mappings,names", "esbuild"),
            // Rolldown 1.3, Vite 8.3
            (
                "version,file,names,sources,sourcesContent,mappings",
                "Rolldown",
            ),
            (
                "version,file,names,sources,sourcesContent,ignoreList,mappings",
                "Rolldown",
            ),
            // tsdown with an older Rolldown
            (
                "version,file,names,sources,sourcesContent,x_google_ignoreList,mappings",
                "Rolldown",
            ),
            // Rollup 4.68; Vite 5 and 6
            (
                "version,file,sources,sourcesContent,names,mappings",
                "Rollup",
            ),
            (
                "version,file,sources,sourcesContent,names,mappings,x_google_ignoreList",
                "Rollup",
            ),
            // @swc/cli
            ("version,sources,sourcesContent,names,mappings", "SWC"),
            // terser 5.51
            (
                "version,names,sources,sourcesContent,mappings,ignoreList",
                "terser",
            ),
            // TypeScript 5.9, without and with `inlineSources`
            ("version,file,sourceRoot,sources,names,mappings", "tsc"),
            (
                "version,file,sourceRoot,sources,names,mappings,sourcesContent",
                "tsc",
            ),
            // Parcel 2.16
            (
                "mappings,sources,sourcesContent,names,version,file",
                "Parcel",
            ),
            // Sass, PostCSS and Less, Lightning CSS
            (
                "version,sourceRoot,sources,names,mappings,file,sourcesContent",
                "Sass",
            ),
            (
                "version,sources,names,mappings,file,sourcesContent",
                "PostCSS",
            ),
            (
                "version,mappings,sources,sourcesContent,names",
                "Lightning CSS",
            ),
        ] {
            assert_eq!(maker(keys, "../src/a.ts", &[]), tool, "{keys}");
        }
        let mut bun = Traits::default();
        bun.debug_id("4F64163755242D1664756E2164756E21");
        assert_eq!(made_by(&bun, &[], &["tsup"]).unwrap().name, "Bun");
    }

    #[test]
    fn a_project_decides_between_tools_of_one_form() {
        let esbuild = "version,sources,sourcesContent,mappings,names";
        let rollup = "version,file,sources,sourcesContent,names,mappings";
        for (keys, project, tool) in [
            (esbuild, &["tsup", "esbuild", "tsc"][..], "tsup"),
            (esbuild, &["Vite", "tsc"], "esbuild"),
            (rollup, &["Vite"], "Vite"),
            (rollup, &["unbuild", "Vite"], "unbuild"),
            ("sources,version", &["tsdown", "tsc"], "tsdown"),
            ("sources,version", &[], ""),
        ] {
            assert_eq!(
                maker(keys, "../src/a.ts", project),
                tool,
                "{keys} {project:?}"
            );
        }
        assert_eq!(
            maker("", "webpack://x/./a.js", &["Next.js", "webpack"]),
            "Next.js"
        );
    }

    #[test]
    fn advice_keeps_maps_for_error_trackers() {
        let mut traits = Traits::default();
        traits.debug_id("4F64163755242D1664756E2164756E21");
        let advice = |ecosystem, inline| {
            let place = Place {
                tools: &[],
                ecosystem,
                inline,
            };
            fix(&traits, &[], &place).unwrap()
        };
        insta::assert_snapshot!(
            advice(Some(Ecosystem::Npm), false),
            @r#"Build with `bun build --sourcemap=none`. If an error tracker needs the maps: set `--sourcemap=external`, upload them after the build (`sentry-cli sourcemaps upload`), delete them before you pack, and add `"!**/*.map"` to `files` in package.json."#
        );
        assert!(advice(Some(Ecosystem::Crates), false).ends_with("with `exclude` in Cargo.toml."));
        assert_eq!(
            advice(Some(Ecosystem::Npm), true),
            "Build with `bun build --sourcemap=none`."
        );
    }
}
