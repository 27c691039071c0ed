//! JUnit's XML, for what shows tests: Jenkins, GitLab, CircleCI, Azure Pipelines.
//!
//! An artifact is a suite and a category of rules is a test, whether it found anything or not: an empty
//! suite is an error to Jenkins, and tests that are there in every run can be seen to break and to be fixed.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use super::{
    Style,
    bounded::Bounded,
    disarm,
    remark::{Remark, Standing, Subject, known_as, remarks},
    rules_page::CATEGORIES,
};
use crate::{
    model::{Category, Format, counted, escape},
    policy::{Judged, Verdict},
};

/// Bytes of text in one element: Jenkins and GitLab hold all of a report, and turn down a long one.
const MOST: usize = 100_000;

/// One test.
struct Case<'a> {
    class: String,
    name: &'static str,
    /// What makes it fail, and the element that says so.
    wrong: Vec<&'a Remark<'a>>,
    element: &'static str,
    /// What is said beside.
    beside: Vec<&'a Remark<'a>>,
}

/// Tests with what they are the tests of.
struct Suite<'a> {
    name: String,
    properties: Vec<(&'static str, String)>,
    cases: Vec<Case<'a>>,
}

/// Writes the document.
pub(super) fn write(verdict: &Verdict, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let remarks = remarks(verdict);
    let mut suites = Vec::new();
    let of_run: Vec<&Remark<'_>> = remarks
        .iter()
        .filter(|one| one.artifact.is_none())
        .collect();
    if !of_run.is_empty() {
        suites.push(Suite {
            name: "packwarden".to_owned(),
            properties: Vec::new(),
            cases: vec![Case {
                class: "packwarden".to_owned(),
                name: "Checked",
                wrong: of_run,
                element: "error",
                beside: Vec::new(),
            }],
        });
    }
    let mut of_artifacts: Vec<Vec<&Remark<'_>>> = vec![Vec::new(); verdict.artifacts.len()];
    for remark in &remarks {
        if let Some((number, _)) = remark.artifact {
            of_artifacts[number].push(remark);
        }
    }
    let mut classes = HashMap::new();
    for (judged, remarks) in verdict.artifacts.iter().zip(of_artifacts) {
        suites.push(suite(judged, class(judged, &mut classes), &remarks));
    }
    let count = |element| {
        suites
            .iter()
            .map(|suite| suite.failed(element))
            .sum::<usize>()
    };
    let tests: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let seconds = verdict.elapsed.as_secs_f64();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"packwarden\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\" time=\"{seconds:.3}\">\n",
        count("failure"),
        count("error")
    );
    let checked_at = verdict.checked_at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    for suite in &suites {
        suite.write(&checked_at, &mut text);
    }
    text.push_str("</testsuites>\n");
    out.write_all(text.as_bytes())
}

/// The name that tests of an artifact have in front: the same for each release, and no other's. GitLab
/// takes no notice of a second test of the same name.
fn class(judged: &Judged, taken: &mut HashMap<String, usize>) -> String {
    let artifact = &judged.artifact;
    let name = artifact.name.as_ref().unwrap_or(&artifact.path);
    let class = match artifact.format {
        Some(format) => format!("{name} ({})", format.name()),
        None => name.clone(),
    };
    let times = taken.entry(class.clone()).or_default();
    *times += 1;
    match times {
        1 => class,
        times => format!("{class} {times}"),
    }
}

fn suite<'a>(judged: &Judged, class: String, remarks: &[&'a Remark<'a>]) -> Suite<'a> {
    let artifact = &judged.artifact;
    let of = |wanted: Option<Category>, blocks: bool| {
        let is_of = |remark: &&&Remark<'_>| {
            let category = match &remark.subject {
                Subject::Finding(judged) => Some(judged.finding.rule.category),
                Subject::Gap(_) | Subject::Error(_) => None,
            };
            category == wanted && (remark.standing() == Standing::Blocks) == blocks
        };
        remarks.iter().filter(is_of).copied().collect()
    };
    let case = |name, category, element| Case {
        class: class.clone(),
        name,
        wrong: of(category, true),
        element,
        beside: of(category, false),
    };
    let read = case("Read in full", None, "error");
    let categories = CATEGORIES.iter();
    let categories = categories.map(|(category, title)| case(title, Some(*category), "failure"));
    let format = artifact.format.map_or("of no known format", Format::name);
    let sha256 = artifact.sha256.map(|sha256| sha256.to_string());
    let properties = [
        ("outcome", Some(judged.outcome().name().to_owned())),
        ("path", Some(artifact.path.clone())),
        ("sha256", sha256),
        ("commit", artifact.commit.clone()),
        (
            "profile",
            Some(judged.policy.profile.profile.name().to_owned()),
        ),
    ];
    Suite {
        name: format!("{} ({format})", known_as(judged)),
        properties: properties
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
        cases: [read].into_iter().chain(categories).collect(),
    }
}

impl Suite<'_> {
    fn failed(&self, element: &str) -> usize {
        let failed = |case: &&Case<'_>| case.element == element && !case.wrong.is_empty();
        self.cases.iter().filter(failed).count()
    }

    fn write(&self, checked_at: &str, text: &mut String) {
        *text += &format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" timestamp=\"{checked_at}\">\n",
            attribute(&self.name),
            self.cases.len(),
            self.failed("failure"),
            self.failed("error")
        );
        if !self.properties.is_empty() {
            text.push_str("    <properties>\n");
            for (name, value) in &self.properties {
                let value = attribute(value);
                *text += &format!("      <property name=\"{name}\" value=\"{value}\"/>\n");
            }
            text.push_str("    </properties>\n");
        }
        for case in &self.cases {
            case.write(text);
        }
        text.push_str("  </testsuite>\n");
    }
}

impl Case<'_> {
    fn write(&self, text: &mut String) {
        let (class, name) = (attribute(&self.class), self.name);
        *text += &format!("    <testcase classname=\"{class}\" name=\"{name}\"");
        if self.wrong.is_empty() && self.beside.is_empty() {
            text.push_str("/>\n");
            return;
        }
        text.push_str(">\n");
        if let Some(first) = self.wrong.first() {
            let element = self.element;
            let kind = attribute(&first.id());
            let message = match self.wrong.len() {
                1 => first.text(),
                several => format!("{} that stop the publish", counted(several, "finding")),
            };
            let message = attribute(&message);
            let list = list(&self.wrong);
            *text += &format!(
                "      <{element} type=\"{kind}\" message=\"{message}\">{list}</{element}>\n"
            );
        }
        if !self.beside.is_empty() {
            let list = list(&self.beside);
            *text += &format!("      <system-out>{list}</system-out>\n");
        }
        text.push_str("    </testcase>\n");
    }
}

/// A paragraph for each, as many as there is room for.
fn list(remarks: &[&Remark<'_>]) -> String {
    let mut bounded = Bounded::new(MOST);
    for remark in remarks {
        let line = match remark.is_finding() {
            true => {
                let (id, severity) = (remark.id(), remark.severity().name());
                format!("{}[{id}] ({severity}): {}", remark.word(), remark.text())
            }
            false => format!("{}: {}", remark.id(), remark.text()),
        };
        let mut paragraph = element(&line) + "\n";
        let beside = match remark.waiver() {
            Some(waiver) => Some(format!("  accepted: {}", escape(&waiver.reason))),
            None => remark.fix().map(|fix| format!("  fix: {fix}")),
        };
        if let Some(beside) = beside {
            paragraph += &(element(&beside) + "\n");
        }
        bounded.push(&paragraph);
    }
    let (mut text, left_out) = bounded.into_parts();
    if left_out > 0 {
        text += &format!("and {} that had no room here\n", counted(left_out, "other"));
    }
    text
}

/// A line as the content of an element.
fn element(line: &str) -> String {
    xml(&disarm(&escape(line)))
}

/// A text as the value of an attribute.
fn attribute(text: &str) -> String {
    element(text).replace('"', "&quot;")
}

/// `text` in the characters that XML 1.0 has (<https://www.w3.org/TR/xml/#charsets>), none of which is
/// markup. What is missing there beside control characters are two that are none.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => escaped.extend(character.escape_unicode()),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup_or_no_character_of_xml() {
        assert_eq!(
            attribute("a]]></failure>&\"\u{0}\u{ffff}\u{1b}"),
            "a]]&gt;&lt;/failure&gt;&amp;&quot;\\u{0}\\u{ffff}\\u{1b}"
        );
    }
}
