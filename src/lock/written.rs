//! A lock as a text: what is to be said is written into it, and comments, order and form of the rest stay.

use std::ops::Range;

use crate::policy::{
    Lock,
    lock::{Key, Section},
    paste::quoted,
};

/// What stands at the top of a new lock.
const HEAD: &str = "\
# What may ship, artifact by artifact. A file that no line covers, more bytes than the budget or other bytes in a
# pinned file stop the publish. `packwarden lock` proposes changes; review them like code. (docs/lock.md)
version = 1
";

/// What a section is to say.
pub(super) struct Wanted {
    pub(super) key: Key,
    /// Another budget than is written.
    pub(super) budget: Option<String>,
    pub(super) files: Vec<Item>,
    pub(super) pins: Vec<Item>,
}

/// An element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Its place in the list as it is written, if it is there.
    pub(super) was: Option<usize>,
    /// As it is to be written.
    pub(super) text: String,
    /// What the list is sorted by.
    pub(super) sort: String,
}

impl Item {
    /// What is there in its order, and each that is new before the first that belongs behind it.
    pub(super) fn in_order(kept: Vec<Self>, added: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut all = kept;
        for item in added {
            let behind = all.iter().position(|other| other.sort > item.sort);
            all.insert(behind.unwrap_or(all.len()), item);
        }
        all
    }
}

/// The lock with what is wanted in it.
pub(super) fn written(before: Option<&Lock>, wanted: &[Wanted]) -> String {
    let Some(lock) = before else {
        let new: Vec<String> = wanted.iter().map(new_section).collect();
        return format!("{HEAD}\n{}", new.join("\n"));
    };
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for wanted in wanted {
        match lock.section(&wanted.key) {
            Some(section) => edits.extend(changes(lock, section, wanted)),
            None => edits.push(placed(lock, wanted)),
        }
    }
    // What is inserted at one place stays in its order.
    edits.sort_by_key(|(at, _)| at.start);
    let mut text = lock.text.clone();
    for (at, with) in edits.into_iter().rev() {
        text.replace_range(at, &with);
    }
    text
}

fn new_section(wanted: &Wanted) -> String {
    let Wanted {
        key,
        budget,
        files,
        pins,
    } = wanted;
    let mut text = format!(
        "[[artifact]]\nname = {}\nformat = \"{}\"\n",
        quoted(&key.name),
        key.format.name()
    );
    let mut say = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
    if let Some(platform) = &key.platform {
        say("platform", quoted(platform));
    }
    if let Some(budget) = budget {
        say("budget", quoted(budget));
    }
    say("files", list(files, &Comments::default()));
    if !pins.is_empty() {
        say("pins", list(pins, &Comments::default()));
    }
    text
}

/// A new section, before the first that belongs behind it.
fn placed(lock: &Lock, wanted: &Wanted) -> (Range<usize>, String) {
    let new = new_section(wanted);
    let text = &lock.text;
    match lock
        .sections
        .iter()
        .find(|section| section.key > wanted.key)
    {
        Some(behind) => {
            let at = above_comments(text, behind.start);
            (at..at, format!("{new}\n"))
        }
        None => {
            let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
            (text.len()..text.len(), format!("{gap}{new}"))
        }
    }
}

/// Where the comments begin that stand right above a line.
fn above_comments(text: &str, line: usize) -> usize {
    let mut at = text[..line].rfind('\n').map_or(0, |end| end + 1);
    while at > 0 {
        let start = text[..at - 1].rfind('\n').map_or(0, |end| end + 1);
        if !text[start..at].trim_start().starts_with('#') {
            break;
        }
        at = start;
    }
    at
}

/// What is to be replaced in a section. A list that says what it said is left alone.
fn changes(lock: &Lock, section: &Section, wanted: &Wanted) -> Vec<(Range<usize>, String)> {
    let text = &lock.text;
    let mut edits = Vec::new();
    if let (Some(budget), Some(new)) = (&section.budget, &wanted.budget) {
        edits.push((budget.at.clone(), quoted(new)));
    }
    let lines: Vec<_> = section.files.iter().map(|line| line.at.clone()).collect();
    if !says(text, &lines, &wanted.files) {
        let comments = Comments::of(text, &section.files_at, &lines);
        edits.push((section.files_at.clone(), list(&wanted.files, &comments)));
    }
    let pins: Vec<_> = section.pins.iter().map(|pin| pin.at.clone()).collect();
    match &section.pins_at {
        _ if says(text, &pins, &wanted.pins) => {}
        Some(at) => {
            let comments = Comments::of(text, at, &pins);
            edits.push((at.clone(), list(&wanted.pins, &comments)));
        }
        None => {
            let end = section.files_at.end;
            // Behind the list there may be a comment.
            let end = text[end..].find('\n').map_or(text.len(), |line| end + line);
            edits.push((
                end..end,
                format!("\npins = {}", list(&wanted.pins, &Comments::default())),
            ));
        }
    }
    edits
}

fn says(text: &str, written: &[Range<usize>], items: &[Item]) -> bool {
    let same = |(at, item): (&Range<usize>, &Item)| text[at.clone()] == item.text;
    written.len() == items.len() && written.iter().zip(items).all(same)
}

/// A list with each element in a line of its own.
fn list(items: &[Item], comments: &Comments) -> String {
    let mut text = String::from("[\n");
    let mut line = |line: &str| text.push_str(&format!("    {line}\n"));
    for item in items {
        let own = item.was.and_then(|index| comments.own.get(index));
        let (above, behind) = own.cloned().unwrap_or_default();
        above.iter().for_each(|comment| line(comment));
        let behind = behind.map_or(String::new(), |comment| format!(" {comment}"));
        line(&format!("{},{behind}", item.text));
    }
    comments.last.iter().for_each(|comment| line(comment));
    match text.as_str() {
        "[\n" => "[]".to_owned(),
        _ => text + "]",
    }
}

/// The comments in a list: above each element and behind it, and below the last.
#[derive(Default)]
struct Comments {
    own: Vec<(Vec<String>, Option<String>)>,
    last: Vec<String>,
}

impl Comments {
    fn of(text: &str, list: &Range<usize>, elements: &[Range<usize>]) -> Self {
        let mut comments = Self::default();
        let begins = elements.iter().map(|at| at.start).chain([list.end - 1]);
        let mut from = list.start + 1;
        for (index, begin) in begins.enumerate() {
            // In the line of the element before, and in lines above this one.
            let (first, above) = text[from..begin]
                .split_once('\n')
                .unwrap_or((&text[from..begin], ""));
            let comment = |line: &str| line.find('#').map(|at| line[at..].trim_end().to_owned());
            let mut above: Vec<String> = above.lines().filter_map(comment).collect();
            match (comment(first), comments.own.last_mut()) {
                (Some(behind), Some(before)) => before.1 = Some(behind),
                (Some(first), None) => above.insert(0, first),
                (None, _) => {}
            }
            match elements.get(index) {
                Some(element) => {
                    comments.own.push((above, None));
                    from = element.end;
                }
                None => comments.last = above,
            }
        }
        comments
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Format;

    fn item(was: Option<usize>, text: &str) -> Item {
        Item {
            was,
            text: quoted(text),
            sort: text.to_owned(),
        }
    }

    fn key(name: &str) -> Key {
        Key {
            name: name.to_owned(),
            format: Format::NpmTgz,
            platform: None,
        }
    }

    const BEFORE: &str = r#"# mine
version = 1

# about b
[[artifact]]
name = "b"
format = "npm-tgz"
budget = "2 kB" # enough
files = [ # all
    # the program
    "dist/**", # wide
    'gone.js', # goes with it
    "z.js",
    # below
]
"#;

    #[test]
    fn comments_and_form_stay() {
        let lock = Lock::parse("packwarden.lock", BEFORE.to_owned()).unwrap();
        let section = |name: &str, files: Vec<Item>, pins: Vec<Item>| Wanted {
            key: key(name),
            budget: Some("3 kB".to_owned()),
            files,
            pins,
        };
        let kept = vec![item(Some(0), "dist/**"), item(Some(2), "z.js")];
        let files = Item::in_order(kept, [item(None, "index.js")]);
        let pin = Item {
            text: "{ path = \"m\" }".to_owned(),
            ..item(None, "m")
        };
        let wanted = [
            section("a", vec![item(None, "x")], Vec::new()),
            section("b", files, vec![pin]),
            section("c", Vec::new(), Vec::new()),
        ];
        insta::assert_snapshot!(written(Some(&lock), &wanted), @r##"
        # mine
        version = 1

        [[artifact]]
        name = "a"
        format = "npm-tgz"
        budget = "3 kB"
        files = [
            "x",
        ]

        # about b
        [[artifact]]
        name = "b"
        format = "npm-tgz"
        budget = "3 kB" # enough
        files = [
            # all
            # the program
            "dist/**", # wide
            "index.js",
            "z.js",
            # below
        ]
        pins = [
            { path = "m" },
        ]

        [[artifact]]
        name = "c"
        format = "npm-tgz"
        budget = "3 kB"
        files = []
        "##);
    }

    #[test]
    fn what_says_the_same_is_not_touched() {
        let lock = Lock::parse("packwarden.lock", BEFORE.to_owned()).unwrap();
        let same = Item {
            text: "'gone.js'".to_owned(),
            ..item(Some(1), "gone.js")
        };
        let wanted = Wanted {
            key: key("b"),
            budget: None,
            files: vec![item(Some(0), "dist/**"), same, item(Some(2), "z.js")],
            pins: Vec::new(),
        };
        assert_eq!(written(Some(&lock), &[wanted]), BEFORE);
    }
}
