//! `packwarden rules`: the catalogue, one rule explained, rule files tested.

use std::{
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
};

use miette::Diagnostic;
use thiserror::Error;

use super::{
    ExitCode,
    args::{Color, ListFormat, RulesCommand},
    output::write_stdout,
    render,
};
use crate::{
    check::{self, ConfigChoice},
    model::{RuleInfo, counted, did_you_mean, escape},
    report,
};

/// Why a command about rules failed.
#[derive(Debug, Error, Diagnostic)]
enum RulesError {
    #[error("there is no rule `{id}`")]
    UnknownRule {
        id: String,
        #[help]
        help: String,
    },

    #[error("the rules could not be written to standard output")]
    NotWritten(#[source] io::Error),
}

/// Runs the command and says how it went.
pub(super) fn run(command: &RulesCommand, color: Color) -> ExitCode {
    let (text, exit) = match command {
        RulesCommand::List { format } => match check::rules(&ConfigChoice::Nearest, Path::new("."))
        {
            Ok(rules) => {
                let rules = rules.rules().map(|rule| &*rule.info);
                (list(rules, *format), ExitCode::Passed)
            }
            Err(errors) => return invalid(&errors, color),
        },
        RulesCommand::Show { id } => match check::rules(&ConfigChoice::Nearest, Path::new(".")) {
            Ok(rules) => match rules.get(id) {
                Some(rule) => (
                    Ok(show(&rule.info, &rule.source).into_bytes()),
                    ExitCode::Passed,
                ),
                None => {
                    let ids = rules.rules().map(|rule| rule.info.id.as_str());
                    let all = || "`packwarden rules list` names them all".to_owned();
                    let help = did_you_mean(id, ids).unwrap_or_else(all);
                    let id = escape(id);
                    render::error(&RulesError::UnknownRule { id, help }, color);
                    return ExitCode::Usage;
                }
            },
            Err(errors) => return invalid(&errors, color),
        },
        RulesCommand::Test { files } => match test(files) {
            Ok((text, exit)) => (Ok(text.into_bytes()), exit),
            Err(errors) => return invalid(&errors, color),
        },
    };
    match text.and_then(|text| write_stdout(&text, color)) {
        Ok(()) => exit,
        Err(source) => {
            render::error(&RulesError::NotWritten(source), color);
            ExitCode::Usage
        }
    }
}

fn invalid(errors: &[check::Error], color: Color) -> ExitCode {
    render::errors(errors.iter().map(|error| error as _), &[], color);
    ExitCode::Usage
}

fn list<'a>(
    rules: impl Iterator<Item = &'a RuleInfo> + Clone,
    format: ListFormat,
) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    match format {
        ListFormat::Json => report::catalogue(rules, &mut text)?,
        ListFormat::Markdown => report::rules_page(rules, &mut text)?,
        ListFormat::Human => {
            let width = rules.clone().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in rules {
                let (severity, title) = (rule.severity.name(), &rule.title);
                let line = format!("{:width$}  {severity:8}  {title}\n", rule.id);
                text.extend_from_slice(line.as_bytes());
            }
        }
    }
    Ok(text)
}

fn show(rule: &RuleInfo, source: &str) -> String {
    let mut text = format!("{}: {}\n", rule.id, rule.title);
    let mut field = |name: &str, value: &str| {
        // Writing to a string can't fail.
        let _ = write!(
            text,
            "\n{name:10} {}\n",
            value.trim().replace('\n', "\n           ")
        );
    };
    if let Some(recognised) = report::recognised(rule) {
        field("tokens", &recognised);
    }
    field("category", rule.category.name());
    field("severity", rule.severity.name());
    field("level", &report::levels(rule));
    field("why", &rule.why);
    for (name, fix) in report::fixes(rule) {
        match name {
            None => field("fix", &fix),
            Some(name) => field("fix", &format!("{name}: {fix}")),
        }
    }
    field("see", &rule.references.join("\n"));
    field("source", &escape(source));
    text
}

fn test(files: &[PathBuf]) -> Result<(String, ExitCode), Vec<check::Error>> {
    let tested = check::test_rules(files)?;
    let mut text = String::new();
    for failure in &tested.failures {
        text.push_str(&format!("{}\n", escape(&failure.to_string())));
    }
    let rules = counted(tested.rules, "rule");
    let examples = counted(tested.examples, "example");
    text.push_str(&match tested.failures.len() {
        0 => format!("{rules}, {examples}: all behave\n"),
        failed => format!("{rules}, {examples}: {failed} do not behave\n"),
    });
    let exit = match tested.failures.is_empty() {
        true => ExitCode::Passed,
        false => ExitCode::Blocked,
    };
    Ok((text, exit))
}
