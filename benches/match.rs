//! How fast rules are loaded, and how fast an entry is searched.
//!
//! `BENCH_TEXT=FILE cargo bench --bench match` searches that file instead of made-up JavaScript.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that can't be set up has failed"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use packwarden::{
    model::{Entry, View},
    rule::{ApartIn, RuleSet},
};

/// Beginnings of tokens, and a few anchors that are awkward: common ones, and ones within others.
const ANCHORS: [&str; 64] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "npm_",
    "pypi-AgE",
    "sk-ant-api03-",
    "sk-ant-",
    "T3BlbkFJ",
    "glpat-",
    "glrt-",
    "gldt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxe-",
    "xapp-",
    "hooks.slack.com/services/",
    "sk_live_",
    "rk_live_",
    "AKIA",
    "ASIA",
    "ABIA",
    "ACCA",
    "AIza",
    "-----BEGIN",
    "PRIVATE KEY-----",
    "glsa_",
    "glc_",
    "ATATT3",
    "ATBB",
    "ATCTT3",
    "dop_v1_",
    "doo_v1_",
    "hvs.",
    "hvb.",
    "shpat_",
    "shpss_",
    "shpca_",
    "shppa_",
    "eyJhbGciO",
    "eyJ0eXAiO",
    "SG.x",
    "key-",
    "sq0csp-",
    "EAAA",
    "lin_api_",
    "figd_",
    "dapi",
    "pscale_tkn_",
    "NRAK-",
    "PMAK-",
    "rubygems_",
    "sntrys_",
    "vercel_",
    "/home/",
    "/Users/",
    "://localhost",
    "file:///",
    "_authToken",
    "ya29.",
    "https://discord.com/api/webhooks/",
];

fn rules(anchors: &[&str]) -> RuleSet {
    let text: String = anchors
        .iter()
        .enumerate()
        .map(|(index, anchor)| rule(index, anchor))
        .collect();
    RuleSet::from_text("bench.toml", &text, &[]).unwrap()
}

fn rule(index: usize, anchor: &str) -> String {
    format!(
        "[[rule]]\nid = 'rule-{index}'\ntitle = 't'\ncategory = 'secret'\nseverity = 'high'\n\
         level = 'deny'\nwhy = 'w'\nfix = 'f'\n[rule.match]\nanchors = ['{anchor}']\n\
         regex = '{}[0-9A-Za-z_-]{{20,}}'\n",
        anchor.replace('.', "\\.")
    )
}

/// JavaScript of a bundle's kind, from a fixed sequence of words.
fn javascript() -> Vec<u8> {
    const WORDS: [&str; 24] = [
        "function ",
        "return ",
        "const ",
        "this.",
        "e=>",
        "(",
        ")",
        "{",
        "}",
        ";",
        ",",
        "\"use strict\"",
        "exports.default",
        "Object.assign",
        "null",
        "void 0",
        "===",
        "&&",
        "\n    ",
        "key",
        "token",
        "http://www.w3.org/",
        "// comment about it",
        "0x1f",
    ];
    let mut state = 1u64;
    let mut text = Vec::new();
    while text.len() < 8 << 20 {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        text.extend_from_slice(WORDS[(state >> 33) as usize % WORDS.len()].as_bytes());
    }
    text
}

fn search(criterion: &mut Criterion) {
    let text = match std::env::var_os("BENCH_TEXT") {
        Some(path) => std::fs::read(path).unwrap(),
        None => javascript(),
    };
    let view = View {
        bytes: &text,
        search: (0, text.len()),
        offset: 0,
        lines: 0,
    };
    let mut group = criterion.benchmark_group("search");
    group
        .throughput(Throughput::Bytes(text.len() as u64))
        .sample_size(20);
    for count in [16, 32, 48, 64] {
        let set = rules(&ANCHORS[..count]);
        group.bench_function(format!("{count} anchors"), |bencher| {
            bencher.iter(|| {
                let mut found = 0;
                set.search(view, &ApartIn::default(), &|_| true, &mut |_| found += 1);
                black_box(found)
            });
        });
    }
    group.finish();
}

fn load(criterion: &mut Criterion) {
    let kinds: Vec<&'static str> = packwarden::detect::kinds().collect();
    if RuleSet::load(&[], &kinds).is_ok() {
        criterion.bench_function("load the built-in rules", |bencher| {
            bencher.iter(|| RuleSet::load(&[], &kinds).map(|set| set.len()));
        });
    }
}

fn paths(criterion: &mut Criterion) {
    let globs: Vec<String> = (0..400)
        .map(|index| match index % 4 {
            0 => format!("'**/name-{index}'"),
            1 => format!("'**/*.ext{index}'"),
            2 => format!("'**/dir{index}/**'"),
            _ => format!("'**/pre{index}-*.json'"),
        })
        .collect();
    let text: String = globs
        .chunks(4)
        .enumerate()
        .map(|(index, globs)| {
            let rule = rule(index, "abcd");
            let (start, _) = rule.split_once("anchors").unwrap();
            format!("{start}paths = [{}]\n", globs.join(", "))
        })
        .collect();
    criterion.bench_function("load 400 globs", |bencher| {
        bencher.iter(|| RuleSet::from_text("bench.toml", &text, &[]).map(|set| set.len()));
    });
    let set = RuleSet::from_text("bench.toml", &text, &[]).unwrap();
    let entry = Entry::file("package/dist/chunks/chunk-a1b2.js", 1000);
    criterion.bench_function("match one path with 400 globs", |bencher| {
        bencher.iter(|| set.match_entry(black_box(&entry), b"").len());
    });
}

criterion_group!(benches, search, load, paths);
criterion_main!(benches);
