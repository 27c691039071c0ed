//! What passes is what CPython sees, which is what pip installs with.

use std::{
    io::{ErrorKind, Write},
    process::{Command, Stdio},
};

use flate2::Compression;
use packwarden::model::Sha256;
use serde::Deserialize;

use crate::{
    mutate::Mutator,
    targets::{
        oracle::{self, Seen, Theirs, assert_covered},
        tar_grammar, tar_walk,
        tarball::gzip_at,
        zip_grammar, zip_walk,
    },
};

const SCRIPT: &str = include_str!("oracle.py");
/// How many archives are made of each kind.
const ARCHIVES: usize = 1500;

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
fn what_passes_is_what_python_sees() {
    let passed: Vec<_> = tarballs().chain(wheels()).collect();
    let tarballs = passed.iter().filter(|passed| passed.kind == b't').count();
    assert!(tarballs > 200, "only {tarballs} tarballs pass");
    let Some(answer) = ask(&passed) else {
        eprintln!("there is no python3 here: what passes was not compared with what it sees");
        return;
    };
    let mut lines = answer.lines();
    for passed in &passed {
        let line = serde_json::from_str(lines.next().unwrap()).unwrap();
        assert_covered(&passed.ours, &theirs(line), "CPython");
    }
    assert_eq!(lines.next(), None);
}

fn tarballs() -> impl Iterator<Item = Passed> {
    made("python tar", tar_grammar::seeds()).filter_map(|decisions| {
        let tar = tar_grammar::tar(&decisions);
        let told = tar_walk::read(&tar);
        told.passed().then(|| Passed {
            kind: b't',
            bytes: gzip_at(&tar, Compression::none()),
            ours: oracle::ours(&told),
        })
    })
}

fn wheels() -> impl Iterator<Item = Passed> {
    made("python zip", zip_grammar::seeds()).filter_map(|decisions| {
        let zip = zip_grammar::wheel(&decisions);
        let told = zip_walk::read(&zip);
        told.passed().then(|| Passed {
            kind: b'z',
            ours: oracle::ours(&told),
            bytes: zip,
        })
    })
}

/// Decisions: the seeds, mutations of them, and any.
fn made(name: &str, seeds: Vec<Vec<u8>>) -> impl Iterator<Item = Vec<u8>> {
    let mut mutator = Mutator::new(name);
    (0..ARCHIVES).map(move |index| match index % 3 {
        _ if index < seeds.len() => seeds[index].clone(),
        0 => {
            let count = mutator.below(120);
            mutator.bytes(count)
        }
        _ => mutator.mutation(&seeds),
    })
}

/// Asks one Python for all; `None` where there is none.
fn ask(passed: &[Passed]) -> Option<String> {
    let spawned = Command::new("python3")
        .args(["-I", "-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut python = match spawned {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        spawned => spawned.unwrap(),
    };
    let mut input = python.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            for Passed { kind, bytes, .. } in passed {
                let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
                input.write_all(&[*kind]).unwrap();
                input.write_all(&length).unwrap();
                input.write_all(bytes).unwrap();
            }
        });
        python.wait_with_output().unwrap()
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
