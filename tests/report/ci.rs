//! The formats for CI over one small verdict: of each level one, several artifacts, a gap, an error, and names
//! that want out of every format.

use std::collections::{BTreeSet, HashSet};

use packwarden::model::{SourcePlaces, end_of};
use proptest::prelude::*;
use roxmltree::Document;
use serde_json::json;

use super::*;

const FORMATS: [&str; 5] = ["sarif", "github", "gitlab", "junit", "markdown"];

/// Wants out of cells, code spans, elements, strings, lines and properties.
const HOSTILE: &str =
    "package/a\\|`x`]]></failure>\n::error::b\u{1b}[2J\u{202e},line=9 [y](//z) {0}%0A<script>.js";

fn release() -> Verdict {
    let found = vec![
        finding(
            "github-token",
            "package/dist/config.js",
            (212, 17),
            "A token with a valid checksum.",
            Evidence::fact("ghp_… (33 bytes)"),
        ),
        finding(
            "github-token",
            HOSTILE,
            (1, 1),
            &format!("A token in {HOSTILE}"),
            Evidence::fact(HOSTILE),
        ),
        finding(
            "home-path",
            "package/b.js",
            (4, 9),
            "A home directory.",
            Evidence::fact("/home/jane"),
        ),
        finding(
            "internal-host",
            "package/lib/c.js.map!/src/c.ts",
            (3, 1),
            "An internal host.",
            Evidence::fact("jira.acme.example"),
        ),
        finding(
            "home-path",
            "package/a.js",
            (3, 9),
            "A home directory.",
            Evidence::fact("/home/jane"),
        ),
    ];
    let config = "[[waive]]\nrule = \"home-path\"\npath = \"a.js\"\nreason = \"an `example` | in a comment\"\n\
                  [[waive]]\nrule = \"home-path\"\npath = \"gone.js\"\nreason = \"gone\"\n";
    let mut cli = judged(config, scanned(found, vec![]));
    cli.sources = SourcePlaces {
        whole: Some("packages/cli/package.json".to_owned()),
        files: [
            ("package/dist/config.js", "packages/cli/dist/config.js"),
            ("package/lib/c.js.map", "packages/cli/lib/c.js.map"),
        ]
        .map(|(entry, file)| (entry.to_owned(), file.to_owned()))
        .into(),
        repository: Some("https://git.acme.example/cli.git".to_owned()),
    };
    let mut wheel = scanned(
        vec![],
        vec![Gap {
            kind: GapKind::NestedContainer,
            path: Some(EntryPath::rootless("acme/sdk.zip")),
            reason: "acme/sdk.zip is encrypted".to_owned(),
            help: Some("leave it out, or ship what is in it".to_owned()),
            sha256: None,
        }],
    );
    wheel.artifact.path = "dist/acme-2.1.88-py3-none-any.whl".to_owned();
    wheel.artifact.format = Some(Format::Wheel);
    wheel.artifact.name = Some("acme".to_owned());
    let mut release = verdict(vec![cli, judged("", wheel)]);
    release.errors.push(RunError {
        code: 3,
        message: "there is no package.json in ./docs".to_owned(),
        path: Some("./docs".to_owned()),
        help: Some("name a project\n  directory".to_owned()),
    });
    release
}

fn plain(format: &str, verdict: &Verdict) -> String {
    written(format, verdict, &Style::default())
}

fn parsed(format: &str, verdict: &Verdict) -> Value {
    serde_json::from_str(&plain(format, verdict)).unwrap()
}

/// A run of nothing, one that failed, and one that passed.
fn others() -> [(&'static str, Verdict); 3] {
    let mut failed = verdict(vec![]);
    failed.errors.push(RunError {
        code: 70,
        message: "packwarden has failed".to_owned(),
        path: None,
        help: None,
    });
    let passed = verdict(vec![judged("", scanned(vec![], vec![]))]);
    [
        ("empty", verdict(vec![])),
        ("failed", failed),
        ("passed", passed),
    ]
}

#[test]
fn sarif() {
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let log = serde_json::to_string_pretty(&parsed("sarif", &release())).unwrap();
    insta::assert_snapshot!("sarif", log.replace(&version, "\"V\""));
}

#[test]
fn github() {
    insta::assert_snapshot!("github", plain("github", &release()));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!("gitlab", plain("gitlab", &release()));
}

#[test]
fn junit() {
    insta::assert_snapshot!("junit", plain("junit", &release()));
}

#[test]
fn markdown() {
    insta::assert_snapshot!("markdown", plain("markdown", &release()));
}

/// A command, its properties and its message.
type Obeyed = (String, Vec<(String, String)>, String);

/// What the runner of GitHub Actions makes of a line (actions/runner, `ActionCommand.cs`).
fn obeyed(line: &str) -> Option<Obeyed> {
    let back = |text: &str, escapes: &[(&str, &str)]| {
        let all = escapes.iter().chain(&[("%25", "%")]);
        all.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let ends = [("%0D", "\r"), ("%0A", "\n")];
    let (info, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let in_properties = [ends[0], ends[1], ("%3A", ":"), ("%2C", ",")];
    let properties = properties.split(',').filter_map(|one| {
        let (key, value) = one.split_once('=')?;
        Some((key.to_owned(), back(value, &in_properties)))
    });
    Some((name.to_owned(), properties.collect(), back(data, &ends)))
}

/// Each command that a report gives: its name and its file.
fn commands(text: &str) -> Vec<(String, String)> {
    let commands = text.lines().filter_map(obeyed);
    commands
        .map(|(name, properties, _)| {
            let known = ["file", "line", "col", "title"];
            assert!(
                properties.iter().all(|(key, _)| known.contains(&&**key)),
                "{properties:?}"
            );
            let file = properties.into_iter().find(|(key, _)| key == "file");
            (name, file.map(|(_, file)| file).unwrap_or_default())
        })
        .collect()
}

/// The cells of the tables of a page, told apart as GitHub does: a backslash takes what follows it.
fn rows(page: &str) -> Vec<Vec<String>> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    rows.map(|row| {
        let (mut cells, mut characters) = (vec![String::new()], row.chars());
        while let Some(character) = characters.next() {
            match (character, cells.last_mut()) {
                ('|', _) => cells.push(String::new()),
                ('\\', Some(cell)) => cell.extend(['\\'].into_iter().chain(characters.next())),
                (other, Some(cell)) => cell.push(other),
                (_, None) => unreachable!(),
            }
        }
        cells
    })
    .collect()
}

/// What each reader takes for granted of its document.
fn well_formed(verdict: &Verdict) {
    for format in FORMATS {
        let text = plain(format, verdict);
        assert_eq!(
            packwarden::model::escape(&text.replace('\n', "")),
            text.replace('\n', ""),
            "{format}"
        );
        assert!(!text.contains("##[") && !text.contains("##vso"), "{format}");
        if format != "github" {
            assert!(text.lines().all(|line| obeyed(line).is_none()), "{format}");
        }
    }
    let commands = commands(&plain("github", verdict));
    let known = ["error", "warning", "notice"];
    assert!(
        commands.iter().all(|(name, _)| known.contains(&&**name)),
        "{commands:?}"
    );
    sarif_is_sound(&parsed("sarif", verdict));
    let list = parsed("gitlab", verdict);
    let list = list.as_array().unwrap();
    let prints: HashSet<_> = list
        .iter()
        .map(|one| one["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), list.len());
    for one in list {
        assert!(
            ["info", "minor", "major", "critical", "blocker"]
                .contains(&one["severity"].as_str().unwrap())
        );
        assert!(one["location"]["lines"]["begin"].as_u64() >= Some(1));
        let path = one["location"]["path"].as_str().unwrap();
        assert!(
            !path.is_empty() && !path.starts_with('/') && !path.starts_with("./"),
            "{path}"
        );
    }
    let xml = plain("junit", verdict);
    let xml = Document::parse(&xml).unwrap();
    let suites = xml.root_element();
    let count = |name: &str| {
        suites
            .descendants()
            .filter(|node| node.has_tag_name(name))
            .count()
    };
    for (attribute, element) in [
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
    ] {
        assert_eq!(
            suites.attribute(attribute),
            Some(&*count(element).to_string())
        );
    }
    let names: HashSet<_> = suites
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .map(|node| (node.attribute("classname"), node.attribute("name")))
        .collect();
    assert_eq!(names.len(), count("testcase"));
    let page = plain("markdown", verdict);
    for row in rows(&page) {
        assert!([7, 11].contains(&row.len()), "{row:?}");
        assert!(
            row.iter().all(|cell| cell.matches('`').count() % 2 == 0),
            "{row:?}"
        );
        let outside: String = row
            .iter()
            .flat_map(|cell| cell.split('`').step_by(2))
            .collect();
        assert!(
            !outside.replace("<br>", "").contains('<') && !outside.contains("]("),
            "{outside}"
        );
    }
}

/// What the schema and GitHub demand of the parts that are written.
fn sarif_is_sound(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<_> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), rules.len());
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{rule}");
        }
        let score: f64 = rule["properties"]["security-severity"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!(score > 0.0 && score <= 10.0);
        assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
    }
    assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
    let mut prints = HashSet::new();
    for result in run["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(
            prints.insert(result["partialFingerprints"]["primaryLocationLineHash"].to_string())
        );
        assert!(!result["message"]["text"].as_str().unwrap().contains("]("));
        let locations = result["locations"].as_array().unwrap();
        assert_eq!(locations.len(), 1);
        let place = &locations[0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/@+%".contains(&byte);
        assert!(!uri.is_empty() && uri.bytes().all(plain), "{uri}");
        assert!(
            !uri.starts_with('/') && !uri.split('/').any(|part| part == ".."),
            "{uri}"
        );
        for bound in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][bound].as_u64() >= Some(1), "{result}");
        }
    }
}

#[test]
fn every_document_is_what_its_reader_expects() {
    for verdict in [release(), leak(), incomplete(), hostile()] {
        well_formed(&verdict);
    }
    for (_, verdict) in others() {
        well_formed(&verdict);
    }
}

#[test]
fn what_was_not_checked_is_seen_in_every_format() {
    let sarif = |verdict: &Verdict| parsed("sarif", verdict)["runs"][0].clone();
    for (name, verdict) in others() {
        let is_error = name != "passed";
        let run = sarif(&verdict);
        assert_eq!(
            run["invocations"][0]["executionSuccessful"], !is_error,
            "{name}"
        );
        assert_eq!(
            run["results"].as_array().unwrap().len(),
            usize::from(is_error),
            "{name}"
        );
        let notifications = &run["invocations"][0]["toolExecutionNotifications"];
        assert_eq!(
            notifications.as_array().unwrap().len(),
            usize::from(is_error),
            "{name}"
        );
        assert_eq!(
            commands(&plain("github", &verdict)).len(),
            usize::from(is_error),
            "{name}"
        );
        assert_eq!(
            parsed("gitlab", &verdict).as_array().unwrap().len(),
            usize::from(is_error),
            "{name}"
        );
        assert_eq!(
            plain("junit", &verdict).contains("<error "),
            is_error,
            "{name}"
        );
        assert_eq!(
            plain("markdown", &verdict).contains("packwarden: error"),
            is_error,
            "{name}"
        );
    }
    // Without rules a check is none, even if nothing says so.
    let mut unruled = scanned(vec![], vec![]);
    unruled.rules = 0;
    let unruled = verdict(vec![judged("", unruled)]);
    for format in FORMATS {
        assert!(
            plain(format, &unruled).contains("no rules were applied"),
            "{format}"
        );
    }
    let gap = "nested-container";
    for format in FORMATS {
        assert!(plain(format, &release()).contains(gap), "{format}");
    }
    assert_eq!(
        sarif(&release())["invocations"][0]["executionSuccessful"],
        false
    );
}

#[test]
fn a_test_of_an_artifact_has_one_name_in_every_run() {
    let clean = || judged("", scanned(vec![], vec![]));
    let text = plain("junit", &verdict(vec![clean(), clean()]));
    assert!(
        text.contains("tests=\"20\" failures=\"0\" errors=\"0\""),
        "{text}"
    );
    for name in [
        "@acme/cli (npm-tgz)\" name=\"Secrets\"",
        "@acme/cli (npm-tgz) 2\" name=\"Secrets\"",
    ] {
        assert_eq!(
            text.matches(&format!("classname=\"{name}")).count(),
            1,
            "{name}"
        );
    }
}

#[test]
fn what_is_cut_off_is_the_least_severe_and_is_said() {
    let mut found: Vec<Finding> = (0..26_000)
        .map(|number| {
            let path = format!("package/dist/chunks/{number:05}-9f86d081884c7d65.js");
            finding(
                "home-path",
                &path,
                (1, 1),
                "A home directory.",
                Evidence::fact("/home/jane"),
            )
        })
        .collect();
    for number in 0..12 {
        let path = format!("package/token-{number}.js");
        found.push(finding(
            "github-token",
            &path,
            (1, 1),
            "A token.",
            Evidence::fact("ghp_…"),
        ));
    }
    let many = verdict(vec![judged("", scanned(found, vec![]))]);

    let text = plain("sarif", &many);
    assert!(text.len() < 10_000_000, "{}", text.len());
    let run = parsed("sarif", &many)["runs"][0].clone();
    let results = run["results"].as_array().unwrap();
    assert!(
        (5_000..=25_000).contains(&results.len()),
        "{}",
        results.len()
    );
    let tokens = results
        .iter()
        .take(12)
        .filter(|one| one["ruleId"] == "github-token");
    assert_eq!(tokens.count(), 12);
    let said = run["invocations"][0]["toolExecutionNotifications"].to_string();
    let left_out = packwarden::model::counted(26_012 - results.len(), "result");
    assert!(
        said.contains(&format!("{left_out} had no room here")),
        "{said}"
    );

    let text = plain("github", &many);
    let kinds = commands(&text).into_iter().map(|(name, _)| name);
    let kinds: Vec<String> = kinds.collect();
    assert_eq!(kinds, [vec!["error"; 10], vec!["warning"; 10]].concat());
    assert!(
        text.contains("::error title=packwarden::and 3 more of this kind"),
        "{text}"
    );
    assert!(
        text.contains("::warning title=packwarden::and 25,991 more of this kind"),
        "{text}"
    );

    let text = plain("markdown", &many);
    assert!(text.len() < 1 << 20, "{}", text.len());
    assert!(text.contains("had no room here"));
    let first = text.find("github-token").unwrap();
    assert!(first < text.find("home-path").unwrap());

    let text = plain("junit", &many);
    assert!(
        text.len() < 1 << 20 && text.contains("others that had no room here"),
        "{}",
        text.len()
    );
    assert_eq!(parsed("gitlab", &many).as_array().unwrap().len(), 26_012);
}

#[test]
fn a_name_reaches_programs_exactly_as_it_is() {
    let log = parsed("sarif", &release());
    let results = log["runs"][0]["results"].as_array().unwrap();
    let named = |name: &str| {
        results
            .iter()
            .any(|one| one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == name)
    };
    assert!(named(&format!("acme-cli-2.1.88.tgz!/{HOSTILE}")));
    let mut odd = release();
    let file = "packages/cli/a,b:c%41\n.js";
    odd.artifacts[0]
        .sources
        .files
        .insert("package/dist/config.js".to_owned(), file.to_owned());
    assert_eq!(parsed("gitlab", &odd)[3]["location"]["path"], file);
    let uri = "packages/cli/a%2Cb%3Ac%2541%0A.js";
    let sarif = parsed("sarif", &odd);
    let place = &sarif["runs"][0]["results"][3]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], json!(uri));
    let commands = commands(&plain("github", &odd));
    assert!(
        commands
            .iter()
            .any(|(_, path)| path == "packages/cli/a,b:c%41\\n.js"),
        "{commands:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_name_breaks_a_document(name in "(\\PC|[\\x00-\\x1f\u{202e}\u{feff}\u{ffff}|`\\\\<>&\"'%,:#\\[\\](){}\n]){1,40}") {
        let mut sample = release();
        let path = EntryPath::new(&format!("package/{name}"));
        for artifact in &mut sample.artifacts {
            artifact.artifact.path = name.clone();
            artifact.artifact.name = Some(name.clone());
            artifact.artifact.version = Some(end_of(&name, 9));
            artifact.sources.whole = None;
            for one in &mut artifact.findings {
                one.finding.path = path.clone();
                one.finding.message = name.clone();
                one.finding.evidence = Evidence::fact(name.clone());
                one.finding.fix = Some(name.clone());
            }
            for one in &mut artifact.gaps {
                one.gap.path = Some(path.clone());
                one.gap.reason = name.clone();
                one.gap.help = Some(name.clone());
            }
        }
        sample.errors[0].message = name.clone();
        sample.errors[0].path = Some(name.clone());
        sample.errors[0].help = Some(name);
        well_formed(&sample);
    }
}
