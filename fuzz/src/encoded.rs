//! Text that is encoded: a token in one form or several, between lines of arbitrary bytes.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use packwarden::{
    detect,
    model::{Context, Limits, Origin, Progress, Sha256},
    rule::{RuleSet, fill},
    scan::{Source, scan},
};

use super::tarball::TarballBuilder;

static RULES: LazyLock<RuleSet> = LazyLock::new(|| {
    let kinds: Vec<_> = detect::kinds().collect();
    RuleSet::load(&[], &kinds).expect("the built-in rules are good")
});

/// The first byte chooses two forms, one within the other.
pub fn run(data: &[u8]) {
    let Some((choice, content)) = data.split_first() else {
        return;
    };
    let token = fill("{{github-token}}").expect("there is such a generator");
    let plain = format!("user:{token}");
    let written = write(
        choice % 6,
        &String::from_utf8_lossy(&write(choice / 6 % 5, &plain)),
    );
    let (before, after) = content.split_at(content.len() / 2);
    let content = [before, b"\n# \"", &written, b"\"\n", after].concat();
    let artifact = TarballBuilder::package().file("package/a", &content).gzip();
    let source = Source {
        label: "a.tgz".to_owned(),
        file_name: Some("a.tgz".to_owned()),
        content: Box::new(std::io::Cursor::new(artifact)),
        origin: Origin::Given,
        packed_by: None,
        destination: None,
        sha512: false,
    };
    let (limits, progress) = (Limits::default(), Progress::default());
    let scanned =
        scan(source, &RULES, &Context::default(), &limits, &progress).expect("no thread panics");
    let hash = Some(Sha256::of(token.as_bytes()));
    let told = scanned
        .findings
        .iter()
        .filter(|finding| finding.sha256 == hash);
    assert!(told.count() > 0, "the token is not found");
    for finding in &scanned.findings {
        let text = format!("{} {}", finding.message, finding.evidence.as_str());
        assert!(!text.contains(char::is_control), "not escaped: {text:?}");
        assert!(!text.contains(&token), "a secret is told");
    }
}

fn write(form: u8, text: &str) -> Vec<u8> {
    let each = |write: fn(u8) -> String| text.bytes().map(write).collect::<String>().into_bytes();
    match form {
        0 => text.as_bytes().to_vec(),
        1 => STANDARD.encode(text).into_bytes(),
        2 => each(|byte| format!("{byte:02x}")),
        3 => each(|byte| format!("%{byte:02X}")),
        4 => each(|byte| format!("\\u{byte:04x}")),
        _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let around = [
        "",
        "a\nb",
        "x = \"\\u00",
        "%2",
        "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\nQUFBQUFBQUFB",
        "\\",
        "a\0b\0c\0d\0e\0f\0",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA",
        "'\\x41\\x42\\/ab\\/cd",
        "\0\0\0\0\0\0\0\0\0\0\0\0",
    ];
    let seed = |(index, text): (usize, &&str)| [&[index as u8 * 3], text.as_bytes()].concat();
    around.iter().enumerate().map(seed).collect()
}
