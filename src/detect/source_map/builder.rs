//! Which tool made a map, and the option that makes it stop.

use super::reader::Source;

/// Keys that are remembered.
const KEYS: usize = 5;

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

/// Starts of names that only one tool gives, and what to type for it. More telling ones first.
const BY_NAME: &[(&[&str], &str)] = &[
    (
        &["turbopack://"],
        "set `productionBrowserSourceMaps: false` in next.config.js",
    ),
    (
        &["webpack://", "webpack-internal://"],
        "set `devtool: false` in webpack.config.js",
    ),
    (
        &["\0vite/", "vite/", "\0/vite"],
        "set `build.sourcemap: false` in vite.config.js",
    ),
    (
        &["\0rolldown/", "rolldown:"],
        "set `output.sourcemap: false` in rolldown.config.js",
    ),
    (
        &["\0", "_virtual/"],
        "set `output.sourcemap: false` in rollup.config.js",
    ),
];

/// What to type so that the tool leaves the sources out, where the tool can be told.
pub(super) fn fix(traits: &Traits, sources: &[Source]) -> Option<&'static str> {
    if traits.bun {
        return Some("build with `bun build --sourcemap=none`");
    }
    let named = |start: &&str| {
        let named = |source: &Source| source.name.trim_start_matches("../").starts_with(start);
        sources.iter().any(named)
    };
    let by_name = BY_NAME.iter().find(|(starts, _)| starts.iter().any(named));
    by_name
        .map(|(_, fix)| *fix)
        .or_else(|| by_keys(&traits.keys))
}

/// Tools that name sources plainly write the keys of a map in an order of their own.
fn by_keys(keys: &str) -> Option<&'static str> {
    match keys {
        "version,file,sourceRoot,sources,names," => {
            Some("set `\"inlineSources\": false` and `\"inlineSourceMap\": false` in tsconfig.json")
        }
        "version,file,sources,sourcesContent,names," => {
            Some("set `output.sourcemap: false` in rollup.config.js")
        }
        "version,file,names,sources,sourcesContent," => Some(
            "set `output.sourcemap: false` in rolldown.config.js, or `build.sourcemap: false` in vite.config.js",
        ),
        "version,sources,sourcesContent,mappings,names," => {
            Some("build with `esbuild --sources-content=false`, or without `--sourcemap`")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix_for(keys: &str, name: &str) -> &'static str {
        let mut traits = Traits::default();
        keys.split(',').for_each(|key| traits.key(key.as_bytes()));
        let source = Source {
            name: name.into(),
            content: None,
            ignored: false,
        };
        fix(&traits, &[source]).unwrap_or_default()
    }

    #[test]
    fn tools_are_known_by_names_and_keys() {
        let keys = "version,mappings,names,sources,sourcesContent,ignoreList";
        for (name, option) in [
            ("webpack://x/./src/a.ts", "devtool"),
            ("turbopack:///[project]/a.ts", "productionBrowserSourceMaps"),
            ("../../vite/preload-helper", "build.sourcemap"),
            ("\0commonjsHelpers.js", "rollup"),
            ("\0rolldown/runtime.js", "rolldown"),
        ] {
            assert!(fix_for(keys, name).contains(option), "{name}");
        }
        assert_eq!(fix_for(keys, "../src/a.ts"), "");
        let tsc = "version,file,sourceRoot,sources,names,mappings,sourcesContent";
        assert!(fix_for(tsc, "../src/a.ts").contains("inlineSources"));
        let rollup = "version,file,sources,sourcesContent,names,mappings";
        assert!(fix_for(rollup, "../src/a.ts").contains("rollup"));
        let esbuild = "version,sources,sourcesContent,mappings,names";
        assert!(fix_for(esbuild, "../src/a.ts").contains("esbuild"));
        let mut bun = Traits::default();
        bun.debug_id("0123456789ABCDEF64756E2164756E21");
        assert!(fix(&bun, &[]).unwrap().contains("bun"));
    }
}
