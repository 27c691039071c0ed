//! What a line of the lock covers: a path, in which `*` and `**` leave room.
//!
//! `*` stands for one or more characters of a name, none of them a dot: `dist/*.js` covers neither
//! `dist/cli.js.map` nor `dist/cli.test.js` nor `dist/.env.js`. `**` stands for any number of directories, at
//! the end for whatever lies below, and for no name that begins with a dot. A backslash takes its meaning
//! from a star or a backslash; everything else, brackets and braces too, means itself.

/// A line, ready to be compared.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    /// What every path begins with that it covers.
    begin: String,
    parts: Vec<Part>,
}

/// What one component of a path is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Name(Vec<Unit>),
    Deep,
}

/// What is compared with a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Exactly(char),
    Star,
}

/// `text` as a pattern that covers nothing else.
pub fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('*', "\\*")
}

impl Pattern {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// The end of a sentence that begins with the line.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        let parts: Vec<Part> = text.split('/').map(part).collect();
        if text.split('/').any(|name| matches!(name, "" | "." | "..")) {
            return Err("is not below the root directory");
        }
        if parts == [Part::Deep] {
            return Err("means every file, also those that nobody has seen");
        }
        let plain = |unit: &Unit| match unit {
            Unit::Exactly(character) => Some(*character),
            Unit::Star => None,
        };
        let mut begin = String::new();
        for part in &parts {
            let Part::Name(units) = part else { break };
            begin.extend(units.iter().map_while(plain));
            if units.contains(&Unit::Star) {
                break;
            }
            begin.push('/');
        }
        if !parts.iter().any(Part::has_room) {
            begin.pop();
        }
        Ok(Self {
            text: text.to_owned(),
            begin,
            parts,
        })
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The only path that it covers, if it leaves no room.
    pub fn only(&self) -> Option<&str> {
        (!self.parts.iter().any(Part::has_room)).then_some(&self.begin)
    }

    /// Whether it covers a path below the root directory.
    pub fn covers(&self, path: &str) -> bool {
        if let Some(only) = self.only() {
            return only == path;
        }
        if !path.starts_with(&self.begin) {
            return false;
        }
        let end = self.parts.len();
        let mut at = self.without_deep(vec![0]);
        for name in path.split('/') {
            let mut next = Vec::new();
            for &index in &at {
                match self.parts.get(index) {
                    Some(Part::Name(units)) if fits(units, name) => next.push(index + 1),
                    Some(Part::Deep) if !name.starts_with('.') && index + 1 == end => {
                        next.extend([index, end]);
                    }
                    Some(Part::Deep) if !name.starts_with('.') => next.push(index),
                    _ => {}
                }
            }
            at = self.without_deep(next);
        }
        at.contains(&end)
    }

    /// Places in the pattern, and those behind a `**` that stands for no directory at all.
    fn without_deep(&self, mut at: Vec<usize>) -> Vec<usize> {
        let mut index = 0;
        while let Some(&place) = at.get(index) {
            if self.parts.get(place) == Some(&Part::Deep) && place + 1 < self.parts.len() {
                at.push(place + 1);
            }
            index += 1;
        }
        at.sort_unstable();
        at.dedup();
        at
    }
}

impl Part {
    fn has_room(&self) -> bool {
        match self {
            Part::Name(units) => units.contains(&Unit::Star),
            Part::Deep => true,
        }
    }
}

fn part(text: &str) -> Part {
    if text == "**" {
        return Part::Deep;
    }
    let (mut units, mut characters) = (Vec::new(), text.chars().peekable());
    while let Some(character) = characters.next() {
        units.push(match character {
            '*' => Unit::Star,
            '\\' => Unit::Exactly(characters.next_if(|c| "*\\".contains(*c)).unwrap_or('\\')),
            other => Unit::Exactly(other),
        });
    }
    Part::Name(units)
}

fn fits(units: &[Unit], name: &str) -> bool {
    let mut at = vec![0];
    for character in name.chars() {
        let mut next = Vec::new();
        for &index in &at {
            match units.get(index) {
                Some(Unit::Exactly(expected)) if *expected == character => next.push(index + 1),
                Some(Unit::Star) if character != '.' => next.extend([index, index + 1]),
                _ => {}
            }
        }
        next.sort_unstable();
        next.dedup();
        at = next;
    }
    at.contains(&units.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, path: &str) -> bool {
        Pattern::new(pattern).unwrap().covers(path)
    }

    #[test]
    fn a_star_covers_no_other_extension_and_no_hidden_name() {
        for (pattern, yes, no) in [
            (
                "dist/*.js",
                &["dist/cli.js", "dist/a-b_c.js"][..],
                &[
                    "dist/cli.js.map",
                    "dist/cli.test.js",
                    "dist/.env.js",
                    "dist/.js",
                    "dist/a/cli.js",
                    "dist/cli.jsx",
                    "cli.js",
                ][..],
            ),
            (
                "dist/**/*.d.ts",
                &["dist/a.d.ts", "dist/b/c/a.d.ts", "dist/v1.2/a.d.ts"],
                &["dist/a.ts", "dist/.cache/a.d.ts", "src/a.d.ts", "a.d.ts"],
            ),
            (
                "dist/**",
                &["dist/a", "dist/b/c.map"],
                &["dist", "dist/.env", "dist/.git/config", "dist2/a"],
            ),
            (
                "a/**/b/**/c.js",
                &["a/b/c.js", "a/x/b/y/z/c.js"],
                &["a/c.js", "a/b/x/d.js"],
            ),
            (
                "dist/index-*.js",
                &["dist/index-4f3a2b1c.js"],
                &["dist/index-.js", "dist/index-a.b.js", "dist/index.js"],
            ),
            (
                "app/[id]/{a}?.js",
                &["app/[id]/{a}?.js"],
                &["app/i/a.js", "app/[id]/{a}b.js"],
            ),
            (r"a\*\\b\c", &[r"a*\b\c"], &[r"ax\b\c"]),
            ("bin/*", &["bin/tool"], &["bin/tool.js", "bin/.tool"]),
        ] {
            yes.iter()
                .for_each(|path| assert!(covers(pattern, path), "{pattern} {path}"));
            no.iter()
                .for_each(|path| assert!(!covers(pattern, path), "{pattern} {path}"));
        }
    }

    #[test]
    fn a_literal_covers_itself_and_nothing_else() {
        for path in ["a.js", "a*.js", r"a\*b\\", "**", "a/**/b", "[a]{b}"] {
            let pattern = Pattern::new(&literal(path)).unwrap();
            assert!(pattern.covers(path), "{path}");
            assert_eq!(pattern.only(), Some(path));
        }
        assert!(!covers(&literal("a*.js"), "ab.js"));
    }

    #[test]
    fn lines_that_mean_nothing_or_everything_are_refused() {
        for text in ["", "/a", "a/", "a//b", "./a", "../a", "**"] {
            assert!(Pattern::new(text).is_err(), "{text}");
        }
    }
}
