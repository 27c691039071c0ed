//! Where reports go.

use std::{
    io::{self, IsTerminal, Write},
    path::{self, Path, PathBuf},
};

use anstream::{AutoStream, ColorChoice};
use miette::Diagnostic;
use thiserror::Error;

use super::{args::Color, file};
use crate::{
    model::escape,
    policy::Verdict,
    report::{self, Detail, FORMATS, Style},
};

/// The format for people.
const HUMAN: &str = "human";

/// Columns of a report that goes to no terminal.
const WIDTH: usize = 100;

/// `--format FORMAT[=FILE]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormatArgument {
    pub(super) name: String,
    pub(super) file: Option<PathBuf>,
}

impl FormatArgument {
    /// Whether it is for machines.
    pub(super) fn is_machine(&self) -> bool {
        report::format(&self.name).is_some_and(|format| !format.for_people)
    }
}

/// Reads the value of `--format`.
pub(super) fn parse_format(text: &str) -> Result<FormatArgument, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("a file name must follow the =".to_owned()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    if report::format(name).is_some() {
        let name = name.to_owned();
        return Ok(FormatArgument { name, file });
    }
    let known: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    Err(format!("known formats are {}", known.join(", ")))
}

/// Where one report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Destination {
    Stdout,
    Stderr,
    File(PathBuf),
}

/// What is wanted of the reports, beside their format.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    pub(super) color: Color,
    pub(super) detail: Detail,
}

/// All reports of a run.
#[derive(Debug)]
pub(super) struct Outputs {
    reports: Vec<(String, Destination)>,
    manner: Manner,
}

/// Reports that can't be written as asked.
#[derive(Debug, Error, Diagnostic)]
pub(super) enum OutputError {
    #[error("two reports can't both go to {0}")]
    #[diagnostic(help("give all but one a file of its own: --format json=FILE"))]
    SamePlace(String),

    #[error("here the report in format {0} needs a file: standard output belongs to the client")]
    #[diagnostic(help("name it: --format {0}=FILE"))]
    Unbound(String),

    #[error("the report could not be written to {place}")]
    NotWritten {
        place: String,
        #[source]
        source: io::Error,
    },
}

impl Outputs {
    /// The reports that `formats` and `--output` ask for. What is not bound to a file goes to
    /// `--output`, or to standard output; the report for people leaves that to a machine format and
    /// goes to standard error. Where standard output would be empty, it has the report for people.
    pub(super) fn new(
        formats: &[FormatArgument],
        output: Option<&Path>,
        manner: Manner,
    ) -> Result<Self, OutputError> {
        let mut formats = formats.to_vec();
        if formats.iter().all(|format| format.file.is_some()) {
            formats.push(FormatArgument {
                name: HUMAN.to_owned(),
                file: None,
            });
        }
        let main = || match output {
            Some(path) => Destination::File(path.to_owned()),
            None => Destination::Stdout,
        };
        let machine_is_main = formats
            .iter()
            .any(|format| format.is_machine() && format.file.is_none());
        let mut reports: Vec<(String, Destination)> = Vec::new();
        for format in formats {
            let destination = match format.file {
                Some(path) => Destination::File(path),
                None if !format.is_machine() && machine_is_main => Destination::Stderr,
                None => main(),
            };
            if reports.iter().any(|(_, taken)| taken.is(&destination)) {
                return Err(OutputError::SamePlace(destination.shown()));
            }
            reports.push((format.name, destination));
        }
        Ok(Self { reports, manner })
    }

    /// The reports of a run whose standard output belongs to a client: the one for people goes to standard
    /// error, and the others to the files that they are bound to.
    pub(super) fn beside(formats: &[FormatArgument], manner: Manner) -> Result<Self, OutputError> {
        if let Some(unbound) = formats.iter().find(|format| format.file.is_none()) {
            return Err(OutputError::Unbound(unbound.name.clone()));
        }
        let mut outputs = Self::new(formats, None, manner)?;
        for (_, destination) in &mut outputs.reports {
            if *destination == Destination::Stdout {
                *destination = Destination::Stderr;
            }
        }
        Ok(outputs)
    }

    /// The reports for machines that `formats` and `--output` promise, of a run that comes to nothing. Of
    /// two that go to one place the first is written: its reader gets a whole document.
    pub(super) fn promised(formats: Vec<FormatArgument>, output: Option<&Path>) -> Self {
        let mut reports: Vec<(String, Destination)> = Vec::new();
        for format in formats.into_iter().filter(FormatArgument::is_machine) {
            let destination = match (format.file, output) {
                (Some(path), _) => Destination::File(path),
                (None, Some(path)) => Destination::File(path.to_owned()),
                (None, None) => Destination::Stdout,
            };
            if !reports.iter().any(|(_, taken)| taken.is(&destination)) {
                reports.push((format.name, destination));
            }
        }
        Self {
            reports,
            manner: Manner::default(),
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// Each with where it goes.
    #[cfg(test)]
    pub(super) fn places(&self) -> Vec<String> {
        let places = self.reports.iter();
        places
            .map(|(name, place)| format!("{name}: {}", place.shown()))
            .collect()
    }

    /// Writes every report. All are made before the first is written, so that a report that can't
    /// be made leaves no half of another. Each is tried, and the failures are returned.
    pub(super) fn write(&self, verdict: &Verdict) -> Vec<OutputError> {
        let made: Vec<_> = self
            .reports
            .iter()
            .map(|(name, destination)| (self.make(name, destination, verdict), destination))
            .collect();
        let mut errors = Vec::new();
        for (report, destination) in made {
            let written = report.and_then(|report| destination.deliver(&report, self.manner));
            if let Err(source) = written {
                errors.push(destination.not_written(source));
            }
        }
        errors
    }

    fn make(
        &self,
        name: &str,
        destination: &Destination,
        verdict: &Verdict,
    ) -> io::Result<Vec<u8>> {
        let mut report = Vec::new();
        if let Some(format) = report::format(name) {
            (format.write)(verdict, &destination.style(self.manner), &mut report)?;
        }
        Ok(report)
    }
}

/// Writes the one report of a command to `output`, or to standard output.
pub(super) fn write_alone(
    output: Option<&Path>,
    manner: Manner,
    make: impl FnOnce(&Style, &mut Vec<u8>) -> io::Result<()>,
) -> Result<(), OutputError> {
    let destination = match output {
        Some(path) => Destination::File(path.to_owned()),
        None => Destination::Stdout,
    };
    let mut report = Vec::new();
    let made = make(&destination.style(manner), &mut report);
    made.and_then(|()| destination.deliver(&report, manner))
        .map_err(|source| destination.not_written(source))
}

impl Destination {
    fn style(&self, manner: Manner) -> Style {
        Style {
            color: self.color(manner.color) != ColorChoice::Never,
            width: self.width(),
            detail: manner.detail,
            errors_told: !matches!(self, Destination::File(_)),
        }
    }

    fn deliver(&self, report: &[u8], manner: Manner) -> io::Result<()> {
        match self {
            Destination::File(path) => file::write(path, report),
            Destination::Stdout => write_stdout(report, manner.color),
            Destination::Stderr => {
                let color = self.color(manner.color);
                ignore_closed(AutoStream::new(io::stderr(), color).write_all(report))
            }
        }
    }

    fn not_written(&self, source: io::Error) -> OutputError {
        OutputError::NotWritten {
            place: self.shown(),
            source,
        }
    }

    /// Whether both are one place, as far as names tell.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Destination::File(one), Destination::File(other)) => {
                one == other
                    || matches!((path::absolute(one), path::absolute(other)), (Ok(one), Ok(other)) if one == other)
            }
            (one, other) => one == other,
        }
    }

    fn shown(&self) -> String {
        match self {
            Destination::Stdout => "standard output".to_owned(),
            Destination::Stderr => "standard error".to_owned(),
            Destination::File(path) => escape(&path.to_string_lossy()),
        }
    }

    fn color(&self, wanted: Color) -> ColorChoice {
        match self {
            Destination::Stdout => color_of(&io::stdout(), wanted),
            Destination::Stderr => color_of(&io::stderr(), wanted),
            Destination::File(_) => ColorChoice::Never,
        }
    }

    fn width(&self) -> usize {
        let size = match self {
            Destination::Stdout => terminal_size::terminal_size_of(io::stdout()),
            Destination::Stderr => terminal_size::terminal_size_of(io::stderr()),
            Destination::File(_) => None,
        };
        size.map_or(WIDTH, |(terminal_size::Width(columns), _)| columns.into())
    }
}

/// Whether `stream` gets colours: as the user says, or as the terminal and the environment do
/// (NO_COLOR, CLICOLOR_FORCE, TERM).
pub(super) fn color_of<S: anstream::stream::RawStream + IsTerminal>(
    stream: &S,
    wanted: Color,
) -> ColorChoice {
    match wanted {
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
        Color::Auto => AutoStream::choice(stream),
    }
}

/// Writes to standard output. A reader that has gone away (`packwarden check | head`) is no error:
/// it leaves the verdict's exit code.
pub(super) fn write_stdout(bytes: &[u8], wanted: Color) -> io::Result<()> {
    let color = color_of(&io::stdout(), wanted);
    let mut stdout = AutoStream::new(io::stdout(), color);
    ignore_closed(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

fn ignore_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(formats: &[&str], output: Option<&str>) -> Result<Vec<String>, OutputError> {
        let formats: Vec<_> = formats
            .iter()
            .map(|text| parse_format(text).unwrap())
            .collect();
        Ok(Outputs::new(&formats, output.map(Path::new), Manner::default())?.places())
    }

    #[test]
    fn the_report_for_people_gives_way_to_a_machine_format() {
        let places = |formats: &[&str], output| places(formats, output).unwrap();
        assert_eq!(places(&[], None), ["human: standard output"]);
        assert_eq!(places(&["human"], None), ["human: standard output"]);
        assert_eq!(places(&["json"], None), ["json: standard output"]);
        assert_eq!(
            places(&["human", "json"], None),
            ["human: standard error", "json: standard output"]
        );
        assert_eq!(
            places(&["json=a"], None),
            ["json: a", "human: standard output"]
        );
        assert_eq!(places(&["json"], Some("a")), ["json: a"]);
        assert_eq!(places(&[], Some("a")), ["human: a"]);
        assert_eq!(
            places(&["human=b", "json"], None),
            ["human: b", "json: standard output"]
        );
        assert_eq!(
            places(&["human", "sarif=a", "markdown=b", "github"], None),
            [
                "human: standard error",
                "sarif: a",
                "markdown: b",
                "github: standard output"
            ]
        );
    }

    #[test]
    fn two_reports_in_one_place_are_refused() {
        for (formats, output) in [
            (&["json", "json"][..], None),
            (&["human", "human"], None),
            (&["json=a", "human"], Some("a")),
            (&["json=a", "sarif=./a"], None),
            (&["sarif", "github"], None),
        ] {
            let error = places(formats, output).unwrap_err();
            assert!(matches!(error, OutputError::SamePlace(_)), "{formats:?}");
        }
    }

    #[test]
    fn an_unknown_format_names_the_known_ones() {
        assert_eq!(
            parse_format("xml").unwrap_err(),
            "known formats are human, json, jsonl, sarif, github, gitlab, junit, markdown"
        );
        assert!(parse_format("json=").is_err());
    }
}
