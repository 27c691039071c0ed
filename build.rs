//! Embeds every `rules/**/*.toml` into the program, so that a rule is added by adding a file.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let mut paths = Vec::new();
    collect(Path::new(&root), "rules", &mut paths)?;
    paths.sort();

    let (mut table, mut whole) = (String::from("&[\n"), String::from("&[\n"));
    for path in paths {
        let file = format!("{root}/{path}");
        let text = fs::read_to_string(&file)?;
        write_file(&mut table, &path, &text).map_err(io::Error::other)?;
        writeln!(whole, "({path:?}, include_str!({file:?})),").map_err(io::Error::other)?;
    }
    table.push(']');
    whole.push(']');
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("whole.rs"), whole)?;
    fs::write(Path::new(&out).join("rules.rs"), table)
}

/// One file and its rules, as the program holds them (`src/rule/held.rs`).
fn write_file(table: &mut String, path: &str, text: &str) -> std::fmt::Result {
    writeln!(table, "BuiltIn {{ name: {path:?}, rules: &[")?;
    for text in rules(text) {
        let index = index(&text).map(|(id, anchors, words)| {
            format!("Index {{ id: {id:?}, anchors: &{anchors:?}, words: &{words:?} }}")
        });
        let index = index.map_or("None".to_owned(), |index| format!("Some({index})"));
        writeln!(table, "BuiltInRule {{ text: {text:?}, index: {index} }},")?;
    }
    writeln!(table, "] }},")
}

/// The rules of a file, each as every run needs it: without examples, which are nearly half of all text.
fn rules(text: &str) -> Vec<String> {
    let mut rules: Vec<String> = Vec::new();
    let mut is_example = false;
    for line in text.lines() {
        match line {
            "[[rule.example]]" => is_example = true,
            "[[rule]]" => {
                is_example = false;
                rules.push(String::new());
            }
            _ => {}
        }
        if let (false, Some(rule)) = (is_example, rules.last_mut()) {
            rule.push_str(line);
            rule.push('\n');
        }
    }
    rules
}

/// What a rule for secrets in text is searched for by: its id, its anchors, and its words if it has none. `None`
/// for a rule of which more is needed before it is known whether it is needed, and for what is no rule: the program's own
/// test says what is wrong with it.
fn index(text: &str) -> Option<(String, Vec<String>, Vec<String>)> {
    const MORE: [&str; 5] = ["keys", "magic", "apart", "names", "requires"];
    let table: toml::Table = text.parse().ok()?;
    let rule = table.get("rule")?.as_array()?.first()?;
    let matching = rule.get("match")?.as_table()?;
    let is_secret = rule.get("category")?.as_str() == Some("secret");
    if !is_secret
        || !matching.contains_key("regex")
        || MORE.iter().any(|key| matching.contains_key(*key))
    {
        return None;
    }
    let texts = |key: &str| -> Option<Vec<String>> {
        let texts = matching.get(key)?.as_array()?.iter();
        texts.map(|text| Some(text.as_str()?.to_owned())).collect()
    };
    let id = rule.get("id")?.as_str()?.to_owned();
    match texts("anchors") {
        Some(anchors) => Some((id, anchors, Vec::new())),
        None => Some((id, Vec::new(), texts("context")?)),
    }
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
