//! What `packwarden waive` writes: the waivers of findings that somebody accepts, at the end of the configuration
//! that holds for them.

mod error;
mod found;

use std::{
    io,
    path::{Path, PathBuf},
};

use jiff::{Zoned, civil::Date};

use super::{Error, Request, policies::Policies};
use crate::{
    model::{directory_of, escape, read_text_file},
    policy::{
        ConfigFile, Disk, Overrides, PolicyFiles, Settings, Verdict, last_day,
        paste::{self, Written},
    },
};
pub use error::WaiveError;
use found::{Candidate, Found, candidates, chosen};

/// The name of a configuration that is made.
const NAME: &str = "packwarden.toml";

/// What is to be waived, and how.
#[derive(Debug, Clone)]
pub struct Waive {
    /// Fingerprints, beginnings of them, or RULE:PATH.
    pub findings: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// A date, or a number of days.
    pub expires: Option<String>,
    /// A glob instead of the path of what was found.
    pub path: Option<String>,
    /// Where a configuration is made if there is none.
    pub directory: PathBuf,
}

/// A configuration that is to be written.
#[derive(Debug)]
pub struct Edit {
    /// The file.
    pub file: PathBuf,
    /// The same for people.
    pub name: String,
    /// What it holds, if it is there.
    pub before: Option<String>,
    /// What it is to hold.
    pub after: String,
    /// What is accepted then.
    pub accepted: Vec<String>,
}

/// The edits that have `verdict` accept what is meant. Each is tried out before it is returned: the waivers that
/// it adds accept what they are for, and nothing else in the file changes.
///
/// # Errors
///
/// When it is not clear what is meant, when that can't be waived, or the configuration can't be edited.
pub fn waive(
    verdict: &Verdict,
    request: &Request,
    wanted: &Waive,
) -> Result<Vec<Edit>, Vec<Error>> {
    let today = Zoned::now().date();
    let expires = match &wanted.expires {
        None => None,
        Some(given) => Some(last_day(given, today).map_err(|reason| {
            let given = escape(given);
            one_error(WaiveError::Expires { given, reason })
        })?),
    };
    let all = candidates(verdict);
    let mut meant: Vec<&Candidate<'_>> = Vec::new();
    for word in &wanted.findings {
        for one in chosen(word, &all).map_err(one_error)? {
            if !meant
                .iter()
                .any(|known| known.fingerprint == one.fingerprint)
            {
                meant.push(one);
            }
        }
    }
    let directory = wanted.directory.canonicalize();
    let directory = directory.unwrap_or_else(|_| wanted.directory.clone());
    let mut policies = Policies::new(request);
    let mut by_file: Vec<(PathBuf, Vec<Found<'_>>)> = Vec::new();
    for one in meant {
        refuse(one, expires).map_err(one_error)?;
        let file = match &one.judged.policy.file {
            Some(file) => file.clone(),
            None => directory.join(NAME),
        };
        match by_file.iter_mut().find(|(known, _)| *known == file) {
            Some((_, found)) => found.push(one.found),
            None => by_file.push((file, vec![one.found])),
        }
    }
    let edits = by_file.into_iter();
    edits
        .map(|(file, found)| edit(&file, &found, wanted, (expires, today), &mut policies))
        .collect()
}

/// Refuses what is waived already, what nobody can waive, and what would be waived for ever whatever it becomes.
fn refuse(one: &Candidate<'_>, expires: Option<Date>) -> Result<(), WaiveError> {
    let what = one.found.shown();
    if let Some(waiver) = one.waiver {
        let place = format!("{}:{}", escape(&waiver.file), waiver.line);
        return Err(WaiveError::Already { what, place });
    }
    if let Found::Gap(gap) = one.found
        && !gap.kind.waivable()
    {
        let reason =
            "nobody knows what it hides from the check, so it stops every publish".to_owned();
        return Err(WaiveError::Never { what, reason });
    }
    if one.found.sha256().is_none() && expires.is_none() {
        return Err(WaiveError::Endless { what });
    }
    Ok(())
}

fn one_error(error: WaiveError) -> Vec<Error> {
    vec![error.into()]
}

fn edit(
    file: &Path,
    found: &[Found<'_>],
    wanted: &Waive,
    (expires, today): (Option<Date>, Date),
    policies: &mut Policies<'_>,
) -> Result<Edit, Vec<Error>> {
    let name = Disk.name(file);
    let waivers = written(found, wanted, expires);
    let uneditable = |reason: String| WaiveError::NotEdited {
        name: name.clone(),
        reason,
        lines: waivers.iter().map(ToString::to_string).collect(),
    };
    let before = text_of(file).map_err(|reason| one_error(uneditable(reason)))?;
    let after = paste::added(before.as_deref().unwrap_or_default(), &waivers);
    let after = after.map_err(|reason| one_error(uneditable(reason)))?;

    let policy = policies.of(directory_of(file))?;
    let rules: Vec<_> = policy.rules().names().collect();
    for one in found {
        let id = one.name();
        let is_rule = rules.iter().any(|(known, _)| *known == id);
        if matches!(one, Found::Finding(_)) && !is_rule {
            let what = one.shown();
            let reason =
                "it is settled by packwarden.lock, or by what the check was asked for".to_owned();
            return Err(one_error(WaiveError::Never { what, reason }));
        }
    }
    let config = ConfigFile::parse(file, &name, after.clone());
    let settings = config
        .and_then(|config| Settings::new(Some(&config), &Overrides::default(), &rules))
        .and_then(|settings| settings.held_to(&policies.floors()?, &rules, policy.of_floors()));
    let settings = settings.map_err(|error| vec![error.into()])?;
    for one in found {
        let own = settings.waivers().iter();
        let own = own.filter(|waiver| waiver.file == name && !waiver.has_expired(today));
        let mut covering = own.filter(|waiver| one.is_covered_by(waiver));
        let what = one.shown();
        match covering.next_back() {
            None => {
                let path = escape(wanted.path.as_deref().unwrap_or_default());
                return Err(one_error(WaiveError::Path { path, what }));
            }
            Some(waiver) => {
                if let Some(floor) = &waiver.forbidden_by {
                    let reason = format!("{floor} lets nobody accept this");
                    return Err(one_error(WaiveError::Never { what, reason }));
                }
            }
        }
    }
    Ok(Edit {
        file: file.to_owned(),
        name,
        before,
        after,
        accepted: found.iter().map(|one| one.shown()).collect(),
    })
}

/// One waiver for each rule and path, bound to the content of all that was found there.
fn written<'a>(found: &[Found<'a>], wanted: &'a Waive, expires: Option<Date>) -> Vec<Written<'a>> {
    let mut waivers: Vec<Written<'_>> = Vec::new();
    for one in found {
        let path = match &wanted.path {
            Some(path) => Some(path.clone()),
            None => one.path().map(paste::path_of),
        };
        let sha256 = one.sha256();
        let same = waivers.iter_mut().find(|known| {
            let is_bound = !known.sha256.is_empty();
            (known.key, known.name, &known.path, is_bound)
                == (one.key(), one.name(), &path, sha256.is_some())
        });
        match same {
            Some(known) => known.sha256.extend(sha256),
            None => waivers.push(Written {
                key: one.key(),
                name: one.name(),
                path,
                sha256: sha256.into_iter().collect(),
                reason: &wanted.reason,
                owner: wanted.owner.as_deref(),
                expires: expires.map(|last| last.to_string()),
            }),
        }
    }
    for waiver in &mut waivers {
        waiver.sha256.sort();
        waiver.sha256.dedup();
    }
    waivers
}

/// The text of a file that can be edited, if it is there. One that is a link belongs to somebody else.
fn text_of(file: &Path) -> Result<Option<String>, String> {
    if file.is_symlink() {
        return Err("it is a link".to_owned());
    }
    match file.metadata() {
        Ok(metadata) if metadata.permissions().readonly() => Err("it is read-only".to_owned()),
        Ok(_) => read_text_file(file)
            .map(Some)
            .map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}
