//! What there is to know of the clients that build.

use super::project::Said;

/// What there is to know of a client.
pub(super) struct Facts {
    pub(super) name: &'static str,
    /// What it may be started as; the first that is there is used.
    pub(super) programs: &'static [&'static [&'static str]],
    /// The first version that has what is asked of it here.
    pub(super) oldest: (u32, u32),
    /// What is typed to build what a publish by it uploads, one after the other.
    pub(super) builds: &'static [&'static [&'static str]],
    pub(super) destination: Destination,
    /// Whether a project shows that it uses this client.
    pub(super) is_shown_by: fn(&Said) -> bool,
}

/// How a build is told where to leave what it makes.
pub(super) enum Destination {
    /// A flag before the directory.
    Flag(&'static str),
    /// The directory alone.
    Argument,
    /// It can't be told: it leaves everything in `dist/`.
    Dist,
}

/// The clients, in the order in which a project is asked for signs of them. Measured: uv 0.13.8, Poetry
/// 2.5.1, PDM 2.29.3, Hatch 1.18.2, Flit 4.2.0, maturin 1.16.0, build 1.6.1.
pub(super) const CLIENTS: [&Facts; 7] = [&UV, &POETRY, &PDM, &HATCH, &FLIT, &MATURIN, &BUILD];
pub(super) const NAMES: [&str; 7] = names();
/// Those that build a project of any backend: what is used where the project's own is not there.
pub(super) const GENERAL: [&Facts; 2] = [&UV, &BUILD];

const UV: Facts = Facts {
    name: "uv",
    programs: &[&["uv"]],
    oldest: (0, 5),
    builds: &[&["build"]],
    destination: Destination::Flag("--out-dir"),
    is_shown_by: |said| said.has_file("uv.lock"),
};
const POETRY: Facts = Facts {
    name: "poetry",
    programs: &[&["poetry"]],
    oldest: (1, 8),
    builds: &[&["build"]],
    destination: Destination::Flag("--output"),
    is_shown_by: |said| said.has_file("poetry.lock") || said.tool("poetry").is_some(),
};
const PDM: Facts = Facts {
    name: "pdm",
    programs: &[&["pdm"]],
    oldest: (2, 0),
    builds: &[&["build"]],
    destination: Destination::Flag("--dest"),
    is_shown_by: |said| said.has_file("pdm.lock"),
};
const HATCH: Facts = Facts {
    name: "hatch",
    programs: &[&["hatch"]],
    oldest: (1, 7),
    builds: &[&["build"]],
    destination: Destination::Argument,
    is_shown_by: |said| {
        let has_envs = said
            .tool("hatch")
            .is_some_and(|hatch| hatch.get("envs").is_some());
        has_envs || said.has_file("hatch.toml")
    },
};
const FLIT: Facts = Facts {
    name: "flit",
    programs: &[&["flit"]],
    oldest: (3, 8),
    builds: &[&["build"]],
    destination: Destination::Dist,
    is_shown_by: |said| said.is_built_by("flit_core"),
};
/// A publish strips the library, makes the sdist too, and does not make the wheel from that.
const MATURIN: Facts = Facts {
    name: "maturin",
    programs: &[&["maturin"]],
    oldest: (1, 0),
    builds: &[&["build", "--release", "--strip"], &["sdist"]],
    destination: Destination::Flag("--out"),
    is_shown_by: |said| said.is_built_by("maturin"),
};
const BUILD: Facts = Facts {
    name: "build",
    programs: &[
        &["python3", "-m", "build"],
        &["python", "-m", "build"],
        &["pyproject-build"],
    ],
    oldest: (1, 0),
    builds: &[&[]],
    destination: Destination::Flag("--outdir"),
    is_shown_by: |_| false,
};

const fn names() -> [&'static str; 7] {
    let mut names = [""; 7];
    let mut at = 0;
    while at < names.len() {
        names[at] = CLIENTS[at].name;
        at += 1;
    }
    names
}

/// The number of the version in what a client says of itself: `Poetry (version 2.5.1)`.
pub(super) fn number(answer: &str) -> Option<&str> {
    let mut words = answer.split([' ', '(', ')', ',']);
    words.find(|word| {
        let mut parts = word.split('.');
        let is_number = |part: &str| part.parse::<u32>().is_ok();
        parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number)
    })
}

impl Facts {
    /// Whether a client of this version is not too old.
    pub(super) fn takes(&self, version: &str) -> bool {
        let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        version >= self.oldest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_in_every_answer() {
        for (answer, expected) in [
            ("uv 0.13.8 (x86_64-unknown-linux-gnu)", Some("0.13.8")),
            (
                "build 1.6.1 (/home/a/lib/python3.11/site-packages/build)",
                Some("1.6.1"),
            ),
            ("Hatch, version 1.18.2", Some("1.18.2")),
            ("Poetry (version 2.5.1)", Some("2.5.1")),
            ("PDM, version 2.29.3", Some("2.29.3")),
            ("Flit 4.2.0", Some("4.2.0")),
            ("maturin 1.16.0", Some("1.16.0")),
            ("maturin 2.0.0-beta.1", Some("2.0.0-beta.1")),
            ("", None),
            ("usage: a.b", None),
        ] {
            assert_eq!(number(answer), expected, "{answer}");
        }
    }

    #[test]
    fn old_clients_are_told_apart() {
        assert!(UV.takes("0.5.0") && UV.takes("1.0") && POETRY.takes("1.10.0"));
        assert!(!UV.takes("0.4.30") && !POETRY.takes("1.7.1"));
    }
}
