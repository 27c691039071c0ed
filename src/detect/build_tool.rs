//! The tools that make bundles and their maps: how a project names them, and what switches maps off.

/// A bundler, a compiler or a minifier.
#[derive(Debug)]
pub(super) struct BuildTool {
    pub(super) name: &'static str,
    /// Its packages and its command, as `devDependencies` and `scripts` name them.
    named: &'static [&'static str],
    /// What to do for a build without maps.
    pub(super) without: &'static str,
    /// What to do for maps that no file refers to, where it can make such.
    pub(super) hidden: Option<&'static str>,
}

const fn tool(
    name: &'static str,
    named: &'static [&'static str],
    without: &'static str,
    hidden: Option<&'static str>,
) -> BuildTool {
    BuildTool {
        name,
        named,
        without,
        hidden,
    }
}

/// All that are known. What builds on another one comes before it: who uses tsup has esbuild too.
pub(super) const BUILD_TOOLS: &[BuildTool] = &[
    tool(
        "Next.js",
        &["next"],
        "Set `productionBrowserSourceMaps: false` in next.config.js",
        None,
    ),
    tool(
        "tsup",
        &["tsup"],
        "Set `sourcemap: false` in tsup.config.ts",
        None,
    ),
    tool(
        "tsdown",
        &["tsdown"],
        "Set `sourcemap: false` in tsdown.config.ts",
        Some("`sourcemap: \"hidden\"`"),
    ),
    tool(
        "unbuild",
        &["unbuild"],
        "Set `sourcemap: false` in build.config.ts",
        None,
    ),
    tool(
        "Vite",
        &["vite"],
        "Set `build.sourcemap: false` in vite.config.js",
        Some("`build.sourcemap: \"hidden\"`"),
    ),
    tool(
        "ncc",
        &["@vercel/ncc", "ncc"],
        "Build without `ncc build --source-map`",
        None,
    ),
    tool(
        "Parcel",
        &["parcel"],
        "Build with `parcel build --no-source-maps`",
        None,
    ),
    tool(
        "Rspack",
        &["@rspack/core", "@rspack/cli", "rspack"],
        "Set `devtool: false` in rspack.config.js",
        Some("`devtool: \"hidden-source-map\"`"),
    ),
    tool(
        "webpack",
        &["webpack", "webpack-cli"],
        "Set `devtool: false` in webpack.config.js",
        Some("`devtool: \"hidden-source-map\"`"),
    ),
    tool(
        "Rollup",
        &["rollup"],
        "Set `output.sourcemap: false` in rollup.config.js",
        Some("`output.sourcemap: \"hidden\"`"),
    ),
    tool(
        "Rolldown",
        &["rolldown"],
        "Set `output.sourcemap: false` in rolldown.config.js",
        Some("`output.sourcemap: \"hidden\"`"),
    ),
    tool(
        "esbuild",
        &["esbuild"],
        "Build without `esbuild --sourcemap`, or with `--sources-content=false`",
        Some("`--sourcemap=external`"),
    ),
    tool(
        "Bun",
        &["bun"],
        "Build with `bun build --sourcemap=none`",
        Some("`--sourcemap=external`"),
    ),
    tool(
        "SWC",
        &["@swc/cli", "@swc/core", "swc"],
        "Set `\"sourceMaps\": false` in .swcrc, and build without `swc --source-maps`",
        None,
    ),
    tool(
        "Babel",
        &["@babel/cli", "@babel/core", "babel"],
        "Build without `babel --source-maps` (`sourceMaps: false` in babel.config.js)",
        None,
    ),
    tool(
        "tsc",
        &["typescript", "tsc"],
        "Set `\"sourceMap\": false`, `\"inlineSourceMap\": false` and `\"inlineSources\": false` in tsconfig.json",
        None,
    ),
    tool(
        "UglifyJS",
        &["uglify-js", "uglifyjs"],
        "Minify without `uglifyjs --source-map`",
        None,
    ),
    tool(
        "terser",
        &["terser"],
        "Minify without `terser --source-map`",
        None,
    ),
    tool("Sass", &["sass"], "Build with `sass --no-source-map`", None),
    tool(
        "Less",
        &["less", "lessc"],
        "Build without `lessc --source-map`",
        None,
    ),
    tool(
        "Lightning CSS",
        &["lightningcss-cli", "lightningcss"],
        "Build without `lightningcss --sourcemap`",
        None,
    ),
    tool(
        "PostCSS",
        &["postcss-cli", "postcss"],
        "Build with `postcss --no-map`",
        None,
    ),
];

/// The tool of this name.
pub(super) fn by_name(name: &str) -> Option<&'static BuildTool> {
    BUILD_TOOLS.iter().find(|tool| tool.name == name)
}

/// The tools that one of these words is the package or the command of.
pub(super) fn named(words: &[&str]) -> Vec<&'static str> {
    let is_named = |tool: &&BuildTool| tool.named.iter().any(|name| words.contains(name));
    let tools = BUILD_TOOLS.iter().filter(is_named);
    tools.map(|tool| tool.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_names_its_tools() {
        let words = ["tsup", "--dts", "@swc/core", "vitest", "typescript-eslint"];
        assert_eq!(named(&words), ["tsup", "SWC"]);
        assert!(named(&["acme"]).is_empty());
    }

    #[test]
    fn each_tool_is_there_once() {
        for tool in BUILD_TOOLS {
            let same = BUILD_TOOLS.iter().filter(|other| other.name == tool.name);
            assert_eq!(same.count(), 1, "{}", tool.name);
        }
    }
}
