//! What the program's exit codes mean.

/// The exit codes. Only [`ExitCode::Passed`] lets a publish go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// Every artifact was read in full, and nothing in it breaks the rules.
    Passed,
    /// A finding blocks the publish.
    Blocked,
    /// The command line or a configuration file is wrong, or a report can't be written.
    Usage,
    /// There is nothing to check.
    NoArtifact,
    /// An artifact could not be read in full.
    Unreadable,
    /// The program itself is at fault.
    Internal,
    /// A signal ended the run.
    Interrupted,
    /// The client that a gate has let publish ended with another code.
    OfClient(u8),
}

/// Each code and the sentence that explains it, as `--help` shows them.
const SENTENCES: [(ExitCode, &str); 7] = [
    (
        ExitCode::Passed,
        "Passed: everything was read, and nothing blocks the publish.",
    ),
    (ExitCode::Blocked, "Blocked by findings."),
    (
        ExitCode::Usage,
        "The command line or the configuration is wrong, or a report can't be written.",
    ),
    (
        ExitCode::NoArtifact,
        "No artifact: no such file or project, or the client could not pack it.",
    ),
    (
        ExitCode::Unreadable,
        "An artifact could not be read in full, so nothing is known of the rest.",
    ),
    (ExitCode::Internal, "An internal error: please report it."),
    (ExitCode::Interrupted, "Interrupted by a signal."),
];

impl ExitCode {
    /// The number that the system sees.
    pub fn code(self) -> u8 {
        match self {
            ExitCode::Passed => 0,
            ExitCode::Blocked => 1,
            ExitCode::Usage => 2,
            ExitCode::NoArtifact => 3,
            ExitCode::Unreadable => 4,
            ExitCode::Internal => 70,
            ExitCode::Interrupted => 130,
            ExitCode::OfClient(code) => code,
        }
    }

    /// The exit code of a client, or of the check that has kept it from running.
    pub(super) fn of_client(code: u8) -> Self {
        let known = SENTENCES.iter().find(|(exit, _)| exit.code() == code);
        known.map_or(ExitCode::OfClient(code), |(exit, _)| *exit)
    }

    /// The exit code of that number. A number that means nothing is an internal error.
    pub(super) fn from_code(code: u8) -> Self {
        let known = SENTENCES.iter().find(|(exit, _)| exit.code() == code);
        known.map_or(ExitCode::Internal, |(exit, _)| *exit)
    }
}

/// The table of exit codes for `--help`.
pub(super) fn table() -> String {
    let mut text = String::from("Exit codes (of several artifacts, the highest counts):\n");
    for (exit, sentence) in SENTENCES {
        text.push_str(&format!("  {:>3}  {sentence}\n", exit.code()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_table_once() {
        let codes: Vec<u8> = SENTENCES.iter().map(|(exit, _)| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 70, 130]);
        for (exit, _) in SENTENCES {
            assert_eq!(ExitCode::from_code(exit.code()), exit);
        }
        assert_eq!(ExitCode::from_code(9), ExitCode::Internal);
    }
}
