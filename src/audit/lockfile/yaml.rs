//! YAML as the clients write it into lock files: keys below keys, a line each. Anything else is an error.

use std::collections::HashSet;

use super::collected::{Wrong, shown};

/// Lock files have five levels.
const DEEPEST: usize = 32;
/// What stands for the key of an item of a list.
const ITEM: &str = "-";

/// A key, with its value or what is below it.
#[derive(Debug, Default)]
pub(super) struct Node<'t> {
    pub(super) key: String,
    /// As it is written.
    value: &'t str,
    pub(super) below: Vec<Node<'t>>,
    pub(super) line: usize,
}

impl Node<'_> {
    /// The value of a key below.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, Wrong> {
        self.get(key).map(Node::own_text).transpose()
    }

    /// The node of a key below.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.below.iter().find(|node| node.key == key)
    }

    /// The nodes below a key, each in lines of its own.
    pub(super) fn below(&self, key: &str) -> Result<&[Self], Wrong> {
        match self.get(key) {
            None => Ok(&[]),
            Some(node) if node.value.is_empty() || node.value == "{}" => Ok(&node.below),
            Some(node) => Err(node.wrong("keys were expected, each in a line of its own")),
        }
    }

    pub(super) fn own_text(&self) -> Result<String, Wrong> {
        if !self.below.is_empty() {
            return Err(self.wrong("a value was expected, and not keys"));
        }
        unquoted(self.value).ok_or_else(|| self.wrong("it is not plain YAML"))
    }

    /// Keys and values, below it or in braces.
    pub(super) fn fields(&self) -> Result<Vec<(String, String)>, Wrong> {
        if self.value.is_empty() {
            let of_one = |node: &Node<'_>| match node.below.is_empty() {
                true => Ok((node.key.clone(), node.own_text()?)),
                // Whoever wants to know what is below asks for it.
                false => Ok((node.key.clone(), String::new())),
            };
            return self.below.iter().map(of_one).collect();
        }
        in_braces(self.value).ok_or_else(|| self.wrong("it is not plain YAML"))
    }

    pub(super) fn wrong(&self, why: impl Into<String>) -> Wrong {
        Wrong::at(self.line, why)
    }
}

/// A key in its line, before it is known what is below it.
struct Line<'t> {
    indentation: usize,
    key: String,
    value: &'t str,
    number: usize,
}

/// The documents of a file.
pub(super) fn read(text: &str) -> Result<Vec<Node<'_>>, Wrong> {
    let mut documents = Vec::new();
    for lines in lines(text)? {
        let mut rest = lines.into_iter().peekable();
        let mut below = Vec::new();
        if let Some(first) = rest.peek() {
            let indentation = first.indentation;
            below = nodes(&mut rest, indentation, 0)?;
        }
        if let Some(line) = rest.next() {
            return Err(Wrong::at(
                line.number,
                "it is indented like no line above it",
            ));
        }
        documents.push(Node {
            below,
            ..Node::default()
        });
    }
    Ok(documents)
}

/// The nodes of one level, and what is below them.
fn nodes<'t>(
    rest: &mut std::iter::Peekable<std::vec::IntoIter<Line<'t>>>,
    indentation: usize,
    depth: usize,
) -> Result<Vec<Node<'t>>, Wrong> {
    let mut found: Vec<Node<'t>> = Vec::new();
    let mut keys = HashSet::new();
    while let Some(line) = rest.next_if(|line| line.indentation == indentation) {
        let is_new = line.key == ITEM || keys.insert(line.key.clone());
        if !is_new {
            let key = shown(&line.key);
            return Err(Wrong::at(
                line.number,
                format!("the key `{key}` is there twice"),
            ));
        }
        let below = match rest.peek() {
            Some(next) if next.indentation > indentation => {
                if !line.value.is_empty() || depth == DEEPEST {
                    return Err(Wrong::at(next.number, "it is indented for no reason"));
                }
                let deeper = next.indentation;
                nodes(rest, deeper, depth + 1)?
            }
            _ => Vec::new(),
        };
        found.push(Node {
            key: line.key,
            value: line.value,
            below,
            line: line.number,
        });
    }
    Ok(found)
}

/// The lines of each document that say something.
fn lines(text: &str) -> Result<Vec<Vec<Line<'_>>>, Wrong> {
    let mut documents = vec![Vec::new()];
    // Indentation of the key whose value is a text in the lines below it.
    let mut above_text: Option<usize> = None;
    // A long key has a line for itself: `? KEY`, and then `: VALUE`.
    let mut long_key: Option<(usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        let (line, number) = (line.trim_end(), at + 1);
        let says = line.trim_start_matches(' ');
        let indentation = line.len() - says.len();
        if says.is_empty() || above_text.is_some_and(|above| indentation > above) {
            continue;
        }
        above_text = None;
        if says.starts_with('#') {
            continue;
        }
        if line == "---" && long_key.is_none() {
            documents.push(Vec::new());
            continue;
        }
        let strange = || {
            let line = shown(says);
            Wrong::at(
                number,
                format!("`{line}` is not plain YAML as the clients write it"),
            )
        };
        let mut add = |indentation, key, value| {
            let value = without_comment(value);
            if value.starts_with(['&', '*', '!', '%', '@', '`', '?']) {
                return Err(strange());
            }
            let is_text = value.starts_with(['|', '>']);
            above_text = is_text.then_some(indentation);
            if let Some(document) = documents.last_mut() {
                document.push(Line {
                    indentation,
                    key,
                    value: if is_text { "''" } else { value },
                    number,
                });
            }
            Ok(())
        };
        if let Some((column, key)) = long_key.take() {
            let rest = says.strip_prefix(':').filter(|_| indentation == column);
            let rest = rest.ok_or_else(strange)?;
            add(column, key, "")?;
            // The first key below may stand in the same line.
            if !rest.is_empty() {
                let first = rest.trim_start();
                let (key, value) = key_and_value(first).ok_or_else(strange)?;
                add(line.len() - first.len(), key, value)?;
            }
        } else if let Some(key) = says.strip_prefix("? ") {
            long_key = Some((indentation, unquoted(key.trim()).ok_or_else(strange)?));
        } else if let Some(item) = says
            .strip_prefix(ITEM)
            .filter(|rest| rest.is_empty() || rest.starts_with(' '))
        {
            let first = item.trim_start();
            match key_and_value(first) {
                // The first key of an item stands behind its dash.
                Some((key, value)) => {
                    add(indentation, ITEM.to_owned(), "")?;
                    add(line.len() - first.len(), key, value)?;
                }
                None => add(indentation, ITEM.to_owned(), first)?,
            }
        } else {
            let (key, value) = key_and_value(says).ok_or_else(strange)?;
            add(indentation, key, value)?;
        }
    }
    match long_key {
        Some((_, key)) => Err(Wrong::whole(format!(
            "the key `{}` has no value",
            shown(&key)
        ))),
        None => {
            documents.retain(|lines| !lines.is_empty());
            Ok(documents)
        }
    }
}

fn key_and_value(line: &str) -> Option<(String, &str)> {
    if let Some(quote) = line.chars().next().filter(|first| "\"'".contains(*first)) {
        let end = end_of_quoted(line, quote)?;
        let rest = line[end..].strip_prefix(':')?;
        let is_apart = rest.is_empty() || rest.starts_with(' ');
        return is_apart.then_some((unquoted(&line[..end])?, rest.trim()));
    }
    if line.starts_with(['{', '[', '&', '*', '!', '|', '>', '%', '@', '`', '\t', ',']) {
        return None;
    }
    match line.split_once(": ") {
        Some((key, value)) => Some((key.trim_end().to_owned(), value.trim())),
        None => Some((line.strip_suffix(':')?.to_owned(), "")),
    }
}

/// Where a text in quotes, which begins the line, ends.
fn end_of_quoted(line: &str, quote: char) -> Option<usize> {
    let mut rest = line.char_indices().skip(1).peekable();
    while let Some((at, character)) = rest.next() {
        if character == '\\' && quote == '"' {
            rest.next();
        } else if character == quote {
            // Twice it stands for itself.
            match quote == '\'' && rest.next_if(|(_, next)| *next == quote).is_some() {
                true => {}
                false => return Some(at + 1),
            }
        }
    }
    None
}

fn without_comment(value: &str) -> &str {
    let plain = match value.chars().next() {
        Some('#') => "",
        Some(quote @ ('"' | '\'')) => match end_of_quoted(value, quote) {
            Some(end) if value[end..].trim_start().starts_with('#') => &value[..end],
            _ => value,
        },
        _ => value.split(" #").next().unwrap_or_default(),
    };
    plain.trim_end()
}

fn unquoted(value: &str) -> Option<String> {
    let quote = value.chars().next().filter(|first| "\"'".contains(*first));
    let Some(quote) = quote else {
        return Some(value.to_owned());
    };
    if end_of_quoted(value, quote)? != value.len() {
        return None;
    }
    match quote {
        '"' => serde_json::from_str(value).ok(),
        _ => Some(value[1..value.len() - 1].replace("''", "'")),
    }
}

/// The keys and values of `{a: b, c: 'd'}`.
fn in_braces(value: &str) -> Option<Vec<(String, String)>> {
    let mut rest = value.strip_prefix('{')?.strip_suffix('}')?.trim();
    let mut found: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        let (key, behind) = key_and_value_in_braces(rest)?;
        let end = end_of_value(behind)?;
        found.push((key, unquoted(behind[..end].trim())?));
        rest = behind[end..]
            .strip_prefix(',')
            .unwrap_or_default()
            .trim_start();
    }
    let keys: HashSet<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
    (keys.len() == found.len()).then_some(found)
}

fn key_and_value_in_braces(text: &str) -> Option<(String, &str)> {
    let end = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => end_of_quoted(text, quote)?,
        _ => text.find(": ")?,
    };
    let value = text[end..].strip_prefix(": ")?;
    Some((unquoted(text[..end].trim())?, value.trim_start()))
}

/// Where a value in braces ends: at a comma that is not in quotes, brackets or braces.
fn end_of_value(text: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(character) = text[at..].chars().next() {
        match character {
            '"' | '\'' => at += end_of_quoted(&text[at..], character)? - character.len_utf8(),
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => break,
            _ => {}
        }
        at += character.len_utf8();
    }
    (depth == 0).then_some(at)
}
