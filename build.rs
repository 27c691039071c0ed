//! Embeds every `rules/**/*.toml` into the program, so that a rule is added by adding a file.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let mut paths = Vec::new();
    collect(Path::new(&root), "rules", &mut paths)?;
    paths.sort();

    let mut table = String::from("&[\n");
    for path in paths {
        let file = format!("{root}/{path}");
        let rules = without_examples(&fs::read_to_string(&file)?);
        writeln!(table, "    ({path:?}, {rules:?}, include_str!({file:?})),")
            .map_err(io::Error::other)?;
    }
    table.push(']');
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("rules.rs"), table)
}

/// The rules as every run needs them: examples are nearly half of all text, and to parse them takes
/// milliseconds.
fn without_examples(text: &str) -> String {
    let mut kept = String::new();
    let mut is_example = false;
    for line in text.lines() {
        match line {
            "[[rule.example]]" => is_example = true,
            "[[rule]]" => is_example = false,
            _ => {}
        }
        if !is_example {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Adds the rule files below `directory` to `paths`, relative to `root` and with forward slashes.
fn collect(root: &Path, directory: &str, paths: &mut Vec<String>) -> io::Result<()> {
    let listing = match fs::read_dir(root.join(directory)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        listing => listing?,
    };
    for item in listing {
        let item = item?;
        let path = format!("{directory}/{}", item.file_name().to_string_lossy());
        if item.file_type()?.is_dir() {
            collect(root, &path, paths)?;
        } else if path.ends_with(".toml") {
            paths.push(path);
        }
    }
    Ok(())
}
