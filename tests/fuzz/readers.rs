//! What passes is what the readers see that people install with.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::Path,
    process::{Command, Stdio},
};

use flate2::Compression;
use packwarden::model::Sha256;
use serde::Deserialize;

use crate::{
    mutate::Mutator,
    targets::{
        oracle::{self, Seen, Theirs},
        reading::Told,
        tar_grammar, tar_walk,
        tarball::gzip_at,
        zip_grammar, zip_walk,
    },
};

/// Tarballs, and wheels.
const TAR: u8 = b't';
const ZIP: u8 = b'z';
/// How many archives are made of each kind, beside the seeds.
const ARCHIVES: usize = 1200;

/// A line of the script's answer.
#[derive(Deserialize)]
struct Line {
    complete: bool,
    files: Vec<(String, u64, String)>,
}

/// An archive that we pass.
struct Passed {
    kind: u8,
    bytes: Vec<u8>,
    ours: Vec<Seen>,
}

#[test]
fn what_passes_is_what_pip_sees() {
    let arguments = ["-I", "-c", include_str!("cpython.py")];
    compare("python3", &arguments, &tarballs(oracle::ours));
    compare("python3", &arguments, &wheels());
}

#[test]
fn what_passes_is_what_npm_sees() {
    let arguments = ["-e", include_str!("node-tar.js")];
    compare("node", &arguments, &tarballs(oracle::installed_by_npm));
}

fn compare(program: &str, arguments: &[&str], passed: &[Passed]) {
    assert!(passed.len() > 200, "only {} pass", passed.len());
    let Some(answer) = ask(program, arguments, passed) else {
        eprintln!("there is no {program} here: what passes was not compared with what it sees");
        return;
    };
    let mut lines = answer.lines();
    let mut differences = 0;
    for passed in passed {
        let line = serde_json::from_str(lines.next().unwrap()).unwrap();
        if let Some(difference) = oracle::difference(&passed.ours, &theirs(line)) {
            let name = format!("{program}-{differences}");
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
            fs::write(&kept, &passed.bytes).unwrap();
            eprintln!("{}: {program} sees {difference}", kept.display());
            differences += 1;
        }
    }
    assert_eq!(lines.next(), None);
    assert_eq!(differences, 0, "{program} sees something else");
}

fn tarballs(seen: fn(&Told) -> Vec<Seen>) -> Vec<Passed> {
    let made = made("readers tar", tar_grammar::seeds());
    let passed = made.filter_map(|decisions| {
        let tar = tar_grammar::tar(&decisions);
        let told = tar_walk::read(&tar);
        told.passed().then(|| Passed {
            kind: TAR,
            bytes: gzip_at(&tar, Compression::none()),
            ours: seen(&told),
        })
    });
    passed.collect()
}

fn wheels() -> Vec<Passed> {
    let made = made("readers zip", zip_grammar::seeds());
    let passed = made.filter_map(|decisions| {
        let zip = zip_grammar::wheel(&decisions);
        let told = zip_walk::read(&zip);
        told.passed().then(|| Passed {
            kind: ZIP,
            ours: oracle::ours(&told),
            bytes: zip,
        })
    });
    passed.collect()
}

/// Decisions: the seeds, mutations of them, and any.
fn made(name: &str, seeds: Vec<Vec<u8>>) -> impl Iterator<Item = Vec<u8>> {
    let mut mutator = Mutator::new(name);
    (0..seeds.len() + ARCHIVES).map(move |index| match index % 3 {
        _ if index < seeds.len() => seeds[index].clone(),
        0 => {
            let count = mutator.below(120);
            mutator.bytes(count)
        }
        _ => mutator.mutation(&seeds),
    })
}

/// Asks one process for all; `None` where there is no such program.
fn ask(program: &str, arguments: &[&str], passed: &[Passed]) -> Option<String> {
    let spawned = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut reader = match spawned {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        spawned => spawned.unwrap(),
    };
    let mut input = reader.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            for Passed { kind, bytes, .. } in passed {
                let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
                input.write_all(&[*kind]).unwrap();
                input.write_all(&length).unwrap();
                input.write_all(bytes).unwrap();
            }
        });
        reader.wait_with_output().unwrap()
    });
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

fn theirs(line: Line) -> Theirs {
    let files = line.files.into_iter();
    let seen = files.map(|(name, size, sha256)| Seen {
        name: unhex(&name),
        size,
        sha256: sha256.parse::<Sha256>().unwrap(),
    });
    Theirs {
        seen: seen.collect(),
        complete: line.complete,
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}
