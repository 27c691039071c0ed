//! `requirements.txt` (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>), and what it includes:
//! the releases that it pins. Of anything else it is not known what would be installed.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use super::{
    Locked,
    collected::{Collected, Wrong, shown},
    hashes,
};
use crate::model::{Ecosystem, Integrity, directory_of, project_name, read_text_file};

/// Files that include each other are read once; no one nests them as deeply as this.
const DEEPEST: usize = 32;

/// Options with a place in such files that name no package.
const OPTIONS: [&str; 16] = [
    "-i",
    "--index-url",
    "--pypi-url",
    "--extra-index-url",
    "--no-index",
    "-f",
    "--find-links",
    "--no-binary",
    "--only-binary",
    "--prefer-binary",
    "--require-hashes",
    "--pre",
    "--all-releases",
    "--only-final",
    "--trusted-host",
    "--use-feature",
];
/// Options behind a requirement, besides its hashes.
const OF_ONE: [&str; 4] = [
    "--config-settings",
    "--config-setting",
    "--global-option",
    "--install-option",
];
const REPOSITORIES: [&str; 4] = ["git+", "hg+", "svn+", "bzr+"];
const FILES: [&str; 4] = [".whl", ".tar.gz", ".zip", ".tar.bz2"];

/// What a file is included as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    /// What it names is installed.
    Requirements,
    /// It says which version is installed, if something else asks for it.
    Constraints,
}

/// A requirement without a version of its own.
struct Open {
    project: String,
    role: Role,
    wrong: Wrong,
}

struct Reading {
    collected: Collected,
    pinned: HashSet<String>,
    open: Vec<Open>,
    seen: HashSet<(PathBuf, Role)>,
}

/// Reads all entries, those of included files too.
pub(super) fn read(path: &Path, text: &str) -> Result<Locked, Wrong> {
    let mut reading = Reading {
        collected: Collected::of(Ecosystem::Pypi),
        pinned: HashSet::new(),
        open: Vec::new(),
        seen: HashSet::from([(real(path), Role::Requirements)]),
    };
    reading.file(path, text, Role::Requirements, 0)?;
    for Open {
        project,
        role,
        wrong,
    } in reading.open
    {
        match role {
            _ if reading.pinned.contains(&project) => {}
            Role::Requirements => return Err(wrong),
            Role::Constraints => {
                let reason = "is only constrained, which installs nothing";
                reading.collected.skip(&project, None, reason);
            }
        }
    }
    Ok(reading.collected.into_locked())
}

impl Reading {
    fn file(&mut self, path: &Path, text: &str, role: Role, depth: usize) -> Result<(), Wrong> {
        for (number, line) in logical_lines(text) {
            let before = self.open.len();
            let outcome = self.line(path, number, &line, role, depth);
            let new = self.open[before..].iter_mut().map(|open| &mut open.wrong);
            let wrong = outcome.map_err(|mut wrong| {
                in_file(&mut wrong, path, depth);
                wrong
            });
            new.for_each(|wrong| in_file(wrong, path, depth));
            wrong?;
        }
        Ok(())
    }

    fn line(
        &mut self,
        path: &Path,
        number: usize,
        line: &str,
        role: Role,
        depth: usize,
    ) -> Result<(), Wrong> {
        let wrong = |why: String| Wrong::at(number, why);
        if !line.starts_with('-') {
            return self.requirement(number, line, role).map_err(wrong);
        }
        let (option, value) = option(line);
        match option {
            "-r" | "--requirement" => self.include(path, number, value, role, depth),
            "-c" | "--constraint" => self.include(path, number, value, Role::Constraints, depth),
            "-e" | "--editable" => {
                let reason = "is a directory or repository, and not from an index";
                self.collected.skip(value, None, reason);
                Ok(())
            }
            // Its value may hold a password.
            known if OPTIONS.contains(&known) => {
                self.collected
                    .skip(known, None, "is an option of pip, and names no package");
                Ok(())
            }
            other => Err(wrong(format!(
                "`{}` is no option that is known here",
                shown(other)
            ))),
        }
    }

    fn include(
        &mut self,
        path: &Path,
        number: usize,
        name: &str,
        role: Role,
        depth: usize,
    ) -> Result<(), Wrong> {
        let wrong = |why: &str| Wrong::at(number, format!("`{}` {why}", shown(name)));
        if name.contains("://") {
            return Err(wrong(
                "is included from elsewhere, and not read: fetch it first",
            ));
        }
        if depth == DEEPEST {
            return Err(wrong("is included too deeply"));
        }
        let included = directory_of(path).join(name);
        if !self.seen.insert((real(&included), role)) {
            return Ok(());
        }
        let text = read_text_file(&included)
            .map_err(|error| wrong(&format!("is included, and can't be read: {error}")))?;
        self.file(&included, &text, role, depth + 1)
    }

    fn requirement(&mut self, number: usize, line: &str, role: Role) -> Result<(), String> {
        let (what, options) = match line.find(" --") {
            Some(at) => (line[..at].trim(), &line[at..]),
            None => (line, ""),
        };
        let expected = expected(options)?;
        if is_place(what) {
            self.collected.skip(what, None, reason(what));
            return Ok(());
        }
        let is_of_name =
            |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let end = what
            .find(|character| !is_of_name(character))
            .unwrap_or(what.len());
        let (name, rest) = (&what[..end], without_extras(&what[end..])?);
        if let Some(address) = rest.strip_prefix('@') {
            self.collected.skip(name, None, reason(address.trim()));
            return Ok(());
        }
        let rest = rest.split(';').next().unwrap_or_default().trim();
        let rest = rest
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
            .unwrap_or(rest);
        let version = rest.strip_prefix("===").or_else(|| rest.strip_prefix("=="));
        let version = version
            .map(str::trim)
            .filter(|version| !version.contains([',', '*']));
        let Some(version) = version else {
            let why = format!(
                "`{}` is not pinned with `==`: which version would be installed is not known",
                shown(what)
            );
            self.open.push(Open {
                project: project_name(name),
                role,
                wrong: Wrong::at(number, why),
            });
            return Ok(());
        };
        self.collected.release(name, version, expected)?;
        self.pinned.insert(project_name(name));
        Ok(())
    }
}

/// The same file by whichever path; what is not there can't be read either.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Only of an included file the name is not yet known.
fn in_file(wrong: &mut Wrong, path: &Path, depth: usize) {
    if depth > 0 && wrong.file.is_none() {
        wrong.file = Some(path.display().to_string());
    }
}

/// Lines with those that continue them, without comments, as pip joins them; with the number of the first.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        let (number, mut whole) = open.take().unwrap_or((at + 1, String::new()));
        let is_comment = line.trim_start().starts_with('#');
        if is_comment {
            // It ends what came before, whatever it ends in itself.
            whole.push(' ');
        }
        match line.strip_suffix('\\').filter(|_| !is_comment) {
            Some(continued) => {
                whole.push_str(continued);
                open = Some((number, whole));
            }
            None => {
                whole.push_str(line);
                found.push((number, whole));
            }
        }
    }
    found.extend(open);
    for (_, line) in &mut found {
        *line = without_comment(line).trim().to_owned();
    }
    found.retain(|(_, line)| !line.is_empty());
    found
}

fn without_comment(line: &str) -> &str {
    let begins = |at: &usize| {
        line[..*at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace)
    };
    let mut marks = line.match_indices('#').map(|(at, _)| at);
    marks.find(begins).map_or(line, |at| &line[..at])
}

/// `--name value`, `--name=value`, `-nvalue` or `-n value`.
fn option(line: &str) -> (&str, &str) {
    let is_short = !line.starts_with("--");
    let end = match is_short {
        true => line.char_indices().nth(2).map_or(line.len(), |(at, _)| at),
        false => line.find(['=', ' ', '\t']).unwrap_or(line.len()),
    };
    let value = line[end..].trim_start_matches(['=', ' ', '\t']);
    (&line[..end], value)
}

fn expected(options: &str) -> Result<Vec<Integrity>, String> {
    let mut found = Vec::new();
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        let (name, value) = option(word);
        match name {
            "--hash" if value.is_empty() => found.extend(words.next()),
            "--hash" => found.push(value),
            name if OF_ONE.contains(&name) => {}
            // The value of such an option.
            word if !word.starts_with('-') => {}
            other => {
                return Err(format!(
                    "`{}` is no option that is known here",
                    shown(other)
                ));
            }
        }
    }
    hashes::of_hex(found)
}

/// What follows the extras in `[…]`.
fn without_extras(rest: &str) -> Result<&str, String> {
    let rest = rest.trim_start();
    let Some(extras) = rest.strip_prefix('[') else {
        return Ok(rest);
    };
    let end = extras
        .find(']')
        .ok_or_else(|| format!("`{}` has no end", shown(rest)))?;
    Ok(extras[end + 1..].trim_start())
}

/// Whether it is an address or a path, and no name.
fn is_place(what: &str) -> bool {
    let first = what.split([';', ' ', '@', '[']).next().unwrap_or_default();
    let is_file = FILES.iter().any(|end| first.ends_with(end));
    is_file || first.contains(['/', '\\', ':']) || first.starts_with('.')
}

fn reason(place: &str) -> &'static str {
    let is_of_repository = REPOSITORIES.iter().any(|with| place.starts_with(with));
    match (is_of_repository, place.contains("://")) {
        (true, _) => "is from a repository, and not from an index",
        (false, true) => "is from an address of its own, and not from an index",
        (false, false) => "is a file or directory of this machine, and not from an index",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::audit::lockfile::{read, tests::lines};

    #[test]
    fn included_files_are_read_where_they_lie() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let top = write(
            "requirements.txt",
            "a\nb==1.0\n-r sub/more.txt\n-c limits.txt\n",
        );
        write(
            "sub/more.txt",
            "--requirement=../requirements.txt\nc==1.0\n",
        );
        write("limits.txt", "a==3.0\nd<4\n");
        insta::assert_snapshot!(lines(&read(&top).unwrap()), @r"
        pypi:b==1.0
        pypi:c==1.0
        pypi:a==3.0
        - d is only constrained, which installs nothing
        ");
        write("sub/more.txt", "\nc\n");
        let wrong = read(&top).unwrap_err().to_string();
        let expected = "sub/more.txt:2: `c` is not pinned";
        assert!(wrong.contains(expected), "{wrong}");
        write("sub/more.txt", "-r none.txt");
        let wrong = read(&top).unwrap_err().to_string();
        assert!(
            wrong.contains("sub/more.txt:1: `none.txt` is included, and can't be read"),
            "{wrong}"
        );
    }
}
