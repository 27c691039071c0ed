//! `yarn.lock` of Yarn 1 (<https://classic.yarnpkg.com/lang/en/docs/yarn-lock/>): blocks that begin with what was
//! asked for.

use super::{
    Locked,
    address::{self, Entry},
    collected::{Collected, Wrong, shown},
    hashes,
};
use crate::model::{Ecosystem, Integrity};

/// A block.
struct Block<'t> {
    /// What was asked for: `NAME@RANGE`, each.
    patterns: Vec<String>,
    /// What it came to.
    fields: Vec<(&'t str, String)>,
    line: usize,
}

impl Block<'_> {
    fn field(&self, key: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields
            .find(|(one, _)| *one == key)
            .map(|(_, value)| value.as_str())
    }
}

/// Reads all entries.
pub(super) fn read(text: &str) -> Result<Locked, Wrong> {
    let mut collected = Collected::of(Ecosystem::Npm);
    for block in blocks(text)? {
        add(&mut collected, &block).map_err(|why| Wrong::at(block.line, why))?;
    }
    Ok(collected.into_locked())
}

fn blocks(text: &str) -> Result<Vec<Block<'_>>, Wrong> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let (line, number) = (line.trim_end(), at + 1);
        let says = line.trim_start_matches(' ');
        if says.is_empty() || says.starts_with('#') {
            continue;
        }
        let strange = || {
            let line = shown(says);
            Wrong::at(number, format!("`{line}` is not as Yarn writes it"))
        };
        match (line.len() - says.len(), blocks.last_mut()) {
            (0, _) => blocks.push(Block {
                patterns: says
                    .strip_suffix(':')
                    .and_then(patterns)
                    .ok_or_else(strange)?,
                fields: Vec::new(),
                line: number,
            }),
            (2, Some(block)) => {
                let (key, value) = says.split_once(' ').unwrap_or((says, ""));
                if key.ends_with(':') != value.is_empty() || block.field(key).is_some() {
                    return Err(strange());
                }
                block
                    .fields
                    .push((key, unquoted(value).ok_or_else(strange)?));
            }
            // What it depends on has blocks of its own.
            (4, Some(block))
                if block
                    .fields
                    .last()
                    .is_some_and(|(key, _)| key.ends_with(':')) => {}
            _ => return Err(strange()),
        }
    }
    Ok(blocks)
}

/// The parts of `a@^1, "b@>=1 <2"`.
fn patterns(text: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let end = match rest.strip_prefix('"') {
            Some(inner) => inner.find('"')? + 2,
            None => rest.find(',').unwrap_or(rest.len()),
        };
        let pattern = unquoted(&rest[..end])?;
        found.push((!pattern.is_empty()).then_some(pattern)?);
        rest = &rest[end..];
        if rest.is_empty() {
            return Some(found);
        }
        rest = rest.strip_prefix(", ")?;
    }
}

fn unquoted(text: &str) -> Option<String> {
    match text.starts_with('"') {
        true => serde_json::from_str(text).ok(),
        false => Some(text.to_owned()),
    }
}

fn add(collected: &mut Collected, block: &Block<'_>) -> Result<(), String> {
    let mut names = block.patterns.iter().map(|pattern| name_and_range(pattern));
    let (name, range) = names.next().unwrap_or_default();
    if let Some((other, _)) = names.find(|(other, _)| *other != name) {
        let (name, other) = (shown(name), shown(other));
        return Err(format!(
            "one block is of two packages, `{name}` and `{other}`"
        ));
    }
    let version = block.field("version");
    if version.is_none() {
        return Err(format!("`{}` has no version", shown(name)));
    }
    let mut expected = hashes::of_subresource(block.field("integrity").unwrap_or_default())?;
    let resolved = block.field("resolved");
    // With a mirror of its own, Yarn writes mere file names; without any address, what was asked for tells.
    let address = match resolved {
        Some(resolved) if !resolved.contains(':') => None,
        Some(resolved) => Some(resolved),
        None => address::elsewhere(range).map(|_| range),
    };
    if let Some((_, hash)) = resolved.and_then(|resolved| resolved.split_once('#'))
        && let Some(hash) = Integrity::of_hex("sha1", hash)
    {
        expected.push(hash);
    }
    let entry = Entry {
        name,
        version,
        address,
        expected,
    };
    address::add(collected, entry)
}

/// The name in the registry and the range; `ALIAS@npm:NAME@RANGE` is of NAME.
pub(super) fn name_and_range(pattern: &str) -> (&str, &str) {
    let split = |text: &str| {
        let first = text.chars().next().map_or(0, char::len_utf8);
        text[first..].find('@').map(|at| first + at)
    };
    let Some(at) = split(pattern) else {
        return (pattern, "");
    };
    let range = &pattern[at + 1..];
    match range.strip_prefix("npm:") {
        // `NAME@npm:RANGE` is no alias.
        Some(real)
            if real.starts_with(|first: char| first == '@' || first.is_ascii_alphabetic()) =>
        {
            match split(real) {
                Some(at) => (&real[..at], &real[at + 1..]),
                None => (real, ""),
            }
        }
        _ => (&pattern[..at], range),
    }
}
