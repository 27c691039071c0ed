//! What people and programs see of realistic verdicts.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "report/ci.rs"]
mod ci;
#[path = "support/schema.rs"]
mod schema;

use std::{path::Path, sync::Arc, time::Duration};

use jiff::civil::date;
use packwarden::{
    model::{
        Access, ArtifactInfo, Category, Comparison, Destination, Doubt, EntryPath, Evidence,
        Finding, Fix, Format, Gap, GapKind, Level, Levels, Limits, Location, Manifest, Origin,
        PackedBy, Rebuilt, RuleInfo, Scanned, SelfKind, Severity, Sha256, Sha512,
    },
    policy::{ConfigFile, Judged, Overrides, RunError, Settings, Verdict, judge},
    report::{self, Detail, Style},
};
use serde_json::Value;

fn rule(
    id: &str,
    title: &str,
    category: Category,
    severity: Severity,
    levels: [Level; 2],
) -> RuleInfo {
    RuleInfo {
        id: id.to_owned(),
        title: title.to_owned(),
        provider: None,
        formats: Vec::new(),
        category,
        severity,
        level: Levels {
            open: levels[0],
            closed: levels[1],
            public: levels[0],
            tests: None,
        },
        why: String::new(),
        fix: Fix::default(),
        references: vec!["https://example.com/why".to_owned()],
    }
}

fn rules() -> Vec<Arc<RuleInfo>> {
    use Level::{Deny, Note, Warn};
    let source_map = RuleInfo {
        why: "Everybody who installs the package can read the original source, comments and \
              all, in minutes. It is how the whole source of a command line tool became public."
            .to_owned(),
        fix: "Turn source maps off in the production build (`sourcemap: false`), or keep them \
              out of the package: add `!**/*.map` to `files` in package.json."
            .into(),
        ..rule(
            "source-map-with-sources",
            "Source map with the original sources",
            Category::SourceMap,
            Severity::Critical,
            [Deny, Deny],
        )
    };
    let token = RuleInfo {
        why: "Whoever has the token acts as its owner.".to_owned(),
        fix: "Revoke the token first, then remove it from the file.".into(),
        ..rule(
            "github-token",
            "GitHub access token",
            Category::Secret,
            Severity::Critical,
            [Deny, Deny],
        )
    };
    let home = RuleInfo {
        why: "It tells outsiders who built the package, and where.".to_owned(),
        fix: "Build with relative paths.".into(),
        ..rule(
            "home-path",
            "Home directory of the builder",
            Category::Path,
            Severity::Medium,
            [Warn, Deny],
        )
    };
    let host = rule(
        "internal-host",
        "Internal host name",
        Category::Path,
        Severity::Low,
        [Note, Deny],
    );
    [source_map, token, home, host].map(Arc::new).into()
}

fn finding(id: &str, path: &str, at: (u64, u64), message: &str, evidence: Evidence) -> Finding {
    Finding {
        rule: rules().into_iter().find(|rule| rule.id == id).unwrap(),
        path: EntryPath::new(path),
        location: Location {
            line: Some(at.0),
            column: Some(at.1),
            offset: None,
        },
        message: message.to_owned(),
        evidence,
        doubt: Doubt::None,
        expires: None,
        algorithm: None,
        fix: None,
        value: None,
        sha256: Some(Sha256::of(path.as_bytes())),
    }
}

fn scanned(findings: Vec<Finding>, gaps: Vec<Gap>) -> Scanned {
    Scanned {
        artifact: ArtifactInfo {
            path: "acme-cli-2.1.88.tgz".to_owned(),
            format: Some(Format::NpmTgz),
            name: Some("@acme/cli".to_owned()),
            version: Some("2.1.88".to_owned()),
            size: 12_345_678,
            unpacked_size: 58_123_456,
            sha256: Some(Sha256::of(b"artifact")),
            sha512: Some(Sha512::from_bytes([0xab; 64])),
            entries: 1212,
            origin: Origin::Packed,
            packed_by: Some(PackedBy {
                client: "npm".to_owned(),
                version: "11.19.1".to_owned(),
                command: vec!["npm".to_owned(), "pack".to_owned()],
                without_scripts: None,
            }),
            rebuilt: None,
            commit: Some("1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b".to_owned()),
            dirty: Some(true),
            commit_unknown: None,
            withdrawn: None,
            destination: Some(Destination {
                registry: Some("npm".to_owned()),
                url: Some("https://packages.example/".to_owned()),
                access: Some(Access::Public),
                why: "publishConfig.access in package.json".to_owned(),
            }),
        },
        manifest: Some(Manifest {
            license: Some("MIT".to_owned()),
            ..Manifest::default()
        }),
        findings,
        gaps,
        inventory: Vec::new(),
        rules: 412,
        self_match: vec![SelfKind::Home, SelfKind::Login],
        secrets: 0,
        unread: Vec::new(),
        limits: Limits::default(),
    }
}

fn settings(config: &str) -> Settings {
    let name = "packwarden.toml";
    let file = ConfigFile::parse(Path::new(name), name, config.to_owned()).unwrap();
    let file = (!config.is_empty()).then_some(&file);
    let rules = rules();
    let names: Vec<_> = rules
        .iter()
        .map(|rule| (rule.id.as_str(), rule.category))
        .collect();
    Settings::new(file, &Overrides::default(), &names).unwrap()
}

fn judged(config: &str, scanned: Scanned) -> Judged {
    judge(
        scanned,
        &settings(config),
        Sha256::of(b"rules"),
        date(2026, 11, 21),
    )
}

fn verdict(artifacts: Vec<Judged>) -> Verdict {
    Verdict {
        checked_at: "2026-11-21T10:00:00.7Z".parse().unwrap(),
        elapsed: Duration::from_millis(412),
        artifacts,
        errors: Vec::new(),
        skipped: Vec::new(),
        history: None,
    }
}

fn written(format: &str, verdict: &Verdict, style: &Style) -> String {
    let mut out = Vec::new();
    let format = report::format(format).unwrap();
    (format.write)(verdict, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn human(verdict: &Verdict, detail: Detail) -> String {
    let style = Style {
        detail,
        ..Style::default()
    };
    written("human", verdict, &style)
}

fn leak() -> Verdict {
    let found = vec![
        finding(
            "internal-host",
            "package/dist/cli.js",
            (1, 7001),
            "An internal host.",
            Evidence::fact("jira.acme.example"),
        ),
        finding(
            "home-path",
            "package/dist/native.node",
            (1, 1),
            "A home directory.",
            Evidence::fact("/Users/jane"),
        ),
        finding(
            "source-map-with-sources",
            "package/cli.js.map",
            (1, 1),
            "The map holds 1,902 first-party sources, 33.9 MB, that are not in the package otherwise.",
            Evidence::fact(
                "src/main.tsx, src/entrypoints/cli.tsx, src/QueryEngine.ts and 1,899 more",
            ),
        ),
        finding(
            "github-token",
            "package/dist/config.js",
            (212, 17),
            "A token with a valid checksum.",
            Evidence::redacted(
                [b"ghp_q8Vz0Lw2Jt7Xb".as_slice(), b"4Nc9Rk1Hs6Yd3Gm5"]
                    .concat()
                    .as_slice(),
            ),
        ),
    ];
    verdict(vec![judged("", scanned(found, vec![]))])
}

#[test]
fn a_leak_is_blocked_and_one_look_says_why() {
    insta::assert_snapshot!(human(&leak(), Detail::Normal), @"
    @acme/cli 2.1.88  npm-tgz
    goes to    npm, public: publishConfig.access in package.json
    packed by  npm 11.19.1 (npm pack)
    from       commit 1a2b3c4d5e, with changes that are not committed
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     c7c5c1d70c5dec4416ab6158afd0b223ef40c29b1dc1f97ed9428b94d4cadb1c
    profile    open: the licence is MIT (packwarden.toml can set it)
               closed would also block 2 findings: home-path, internal-host

    deny[github-token]: GitHub access token (critical)
      A token with a valid checksum.
      package/dist/config.js:212:17  ghp_… (33 bytes, sha256 36adf4ec…)
      why  Whoever has the token acts as its owner.
      fix  Revoke the token first, then remove it from the file.

    deny[source-map-with-sources]: Source map with the original sources (critical)
      The map holds 1,902 first-party sources, 33.9 MB, that are not in the package
      otherwise.
      package/cli.js.map:1:1  src/main.tsx, src/…, src/QueryEngine.ts and 1,899 more
      why  Everybody who installs the package can read the original source, comments
           and all, in minutes. It is how the whole source of a command line tool
           became public.
      fix  Turn source maps off in the production build (`sourcemap: false`), or
           keep them out of the package: add `!**/*.map` to `files` in package.json.

    warn[home-path]: Home directory of the builder (medium)
      A home directory.
      package/dist/native.node:1:1  /Users/jane
      why  It tells outsiders who built the package, and where.
      fix  Build with relative paths.

    blocked by 2 findings; 1 warning, 1 note (--verbose lists them)  412 ms
    ");
}

#[test]
fn what_the_artifacts_of_a_release_share_is_said_once() {
    let of_platform = |name: &str, access| {
        let mut scanned = scanned(vec![], vec![]);
        scanned.artifact.sha256 = Some(Sha256::of(name.as_bytes()));
        let destination = scanned.artifact.destination.as_mut().unwrap();
        destination.access = access;
        judged("", scanned)
    };
    let public = Some(Access::Public);
    let artifacts = [("a", public), ("b", public), ("c", None)];
    let artifacts = artifacts.map(|(name, access)| of_platform(name, access));
    let release = human(&verdict(artifacts.into()), Detail::Normal);
    insta::assert_snapshot!(release, @"
    @acme/cli 2.1.88  npm-tgz
    goes to    npm, public: publishConfig.access in package.json
    packed by  npm 11.19.1 (npm pack)
    from       commit 1a2b3c4d5e, with changes that are not committed
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb
    profile    open: the licence is MIT (packwarden.toml can set it)

    passed

    @acme/cli 2.1.88  npm-tgz
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d

    passed

    @acme/cli 2.1.88  npm-tgz
    goes to    npm, access unknown: publishConfig.access in package.json
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6

    passed

    3 artifacts: 3 passed (412 ms)
    ");
}

#[test]
fn everything_is_shown_when_it_is_asked_for() {
    insta::assert_snapshot!(human(&leak(), Detail::Verbose), @r#"
    @acme/cli 2.1.88  npm-tgz
    goes to    npm, public: publishConfig.access in package.json
    packed by  npm 11.19.1 (npm pack)
    from       commit 1a2b3c4d5e, with changes that are not committed
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     c7c5c1d70c5dec4416ab6158afd0b223ef40c29b1dc1f97ed9428b94d4cadb1c
    profile    open: the licence is MIT (packwarden.toml can set it)
               closed would also block 2 findings: home-path, internal-host
               applied 412 rules, and looked for this machine's home directory,
               login
    policy     31a617cb0a9c77601152d603b836ce17ee6fd86fa7c24027ede1fd6477affaea

    deny[github-token]: GitHub access token (critical)
      A token with a valid checksum.
      package/dist/config.js:212:17  ghp_… (33 bytes, sha256 36adf4ec…)
      why  Whoever has the token acts as its owner.
      fix  Revoke the token first, then remove it from the file.
      see  https://example.com/why
      to accept it: packwarden waive 027b5595a6453271 --reason "…"
      which writes into packwarden.toml:
        [[waive]]
        rule = "github-token"
        path = "dist/config.js"
        sha256 = "1f7d0f12242d6a4acfef73823b6b4501f154758deb29f06870e2dcd40ae916e8"
        reason = ""

    deny[source-map-with-sources]: Source map with the original sources (critical)
      The map holds 1,902 first-party sources, 33.9 MB, that are not in the package
      otherwise.
      package/cli.js.map:1:1  src/main.tsx, src/entrypoints/cli.tsx, src/QueryEngine.ts and 1,899 more
      why  Everybody who installs the package can read the original source, comments
           and all, in minutes. It is how the whole source of a command line tool
           became public.
      fix  Turn source maps off in the production build (`sourcemap: false`), or
           keep them out of the package: add `!**/*.map` to `files` in package.json.
      see  https://example.com/why
      to accept it: packwarden waive 8fcd30aad0607da5 --reason "…"
      which writes into packwarden.toml:
        [[waive]]
        rule = "source-map-with-sources"
        path = "cli.js.map"
        sha256 = "1af2dff06191305e80698ac674dba174d4f767cb2ffe490fef68d378470e451b"
        reason = ""

    warn[home-path]: Home directory of the builder (medium)
      A home directory.
      package/dist/native.node:1:1  /Users/jane
      why  It tells outsiders who built the package, and where.
      fix  Build with relative paths.
      see  https://example.com/why

    note[internal-host]: Internal host name (low)
      An internal host.
      package/dist/cli.js:1:7001  jira.acme.example
      see  https://example.com/why

    blocked by 2 findings; 1 warning, 1 note  412 ms
    "#);
}

#[test]
fn quiet_shows_what_stands_in_the_way_and_nothing_else() {
    insta::assert_snapshot!(human(&leak(), Detail::Quiet), @r#"
    @acme/cli 2.1.88  npm-tgz, packed by npm 11.19.1

    deny[github-token]: GitHub access token (critical)
      A token with a valid checksum.
      package/dist/config.js:212:17  ghp_… (33 bytes, sha256 36adf4ec…)
      why  Whoever has the token acts as its owner.
      fix  Revoke the token first, then remove it from the file.

    deny[source-map-with-sources]: Source map with the original sources (critical)
      The map holds 1,902 first-party sources, 33.9 MB, that are not in the package
      otherwise.
      package/cli.js.map:1:1  src/main.tsx, src/…, src/QueryEngine.ts and 1,899 more
      why  Everybody who installs the package can read the original source, comments
           and all, in minutes. It is how the whole source of a command line tool
           became public.
      fix  Turn source maps off in the production build (`sourcemap: false`), or
           keep them out of the package: add `!**/*.map` to `files` in package.json.

    blocked by 2 findings; 1 warning, 1 note
    "#);
    let clean = verdict(vec![judged("", scanned(vec![], vec![]))]);
    assert_eq!(human(&clean, Detail::Quiet), "");
}

#[test]
fn a_clean_package_passes_in_few_words() {
    let mut scanned = scanned(vec![], vec![]);
    scanned.artifact.packed_by = None;
    scanned.artifact.origin = Origin::Given;
    scanned.artifact.rebuilt = Some(Rebuilt {
        by: PackedBy {
            client: "uv".to_owned(),
            version: "0.13.8".to_owned(),
            command: vec!["uv".to_owned(), "build".to_owned()],
            without_scripts: None,
        },
        comparison: Comparison::Same,
    });
    let clean = verdict(vec![judged("profile = \"closed\"", scanned)]);
    insta::assert_snapshot!(human(&clean, Detail::Normal), @"
    @acme/cli 2.1.88  npm-tgz, acme-cli-2.1.88.tgz
    goes to    npm, public: publishConfig.access in package.json
    from       commit 1a2b3c4d5e, with changes that are not committed
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     c7c5c1d70c5dec4416ab6158afd0b223ef40c29b1dc1f97ed9428b94d4cadb1c
    compared   holds what a fresh build by uv 0.13.8 makes (compiled entries
               compared by name)
    profile    closed: set in packwarden.toml

    passed  412 ms
    ");
}

fn incomplete() -> Verdict {
    let gap = |kind, path: &str, reason: &str, help: Option<&str>| Gap {
        kind,
        path: Some(EntryPath::new(path)),
        reason: reason.to_owned(),
        help: help.map(str::to_owned),
        sha256: Some(Sha256::of(path.as_bytes())),
    };
    let gaps = vec![
        gap(
            GapKind::NestedContainer,
            "package/test/ok.tgz",
            "the gzip checksum is wrong",
            None,
        ),
        gap(
            GapKind::NestedContainer,
            "package/vendor/sdk.zip",
            "package/vendor/sdk.zip is encrypted",
            Some("leave it out, or ship what is in it"),
        ),
    ];
    let found = vec![
        finding(
            "home-path",
            "package/a.js",
            (3, 9),
            "A home directory.",
            Evidence::fact("/home/jane"),
        ),
        finding(
            "home-path",
            "package/b.js",
            (4, 9),
            "A home directory.",
            Evidence::fact("/home/jane"),
        ),
    ];
    let config = format!(
        "[[waive]]\ngap = \"nested-container\"\npath = \"test/*\"\nsha256 = \"{}\"\nreason = \"a corrupt fixture\"\nowner = \"cli-team\"\nexpires = 2027-01-31\n\
         [[waive]]\nrule = \"home-path\"\npath = \"a.js\"\nreason = \"an example in a comment\"\n\
         [[waive]]\nrule = \"home-path\"\npath = \"b.js\"\nreason = \"gone soon\"\nexpires = \"2026-09-30\"\n\
         [[waive]]\nrule = \"internal-host\"\npath = \"package/old.js\"\nreason = \"gone\"\n",
        Sha256::of(b"package/test/ok.tgz")
    );
    verdict(vec![judged(&config, scanned(found, gaps))])
}

#[test]
fn a_gap_says_what_it_leaves_open() {
    let gap = |kind, reason: &str| Gap {
        kind,
        path: None,
        reason: reason.to_owned(),
        help: None,
        sha256: None,
    };
    let gaps = vec![
        gap(GapKind::Tar, "The header's checksum is wrong."),
        gap(GapKind::Name, "The name is there twice."),
        gap(GapKind::Manifest, "There is no package.json."),
        gap(GapKind::Limit, "There are more than 100 entries."),
    ];
    let mut scanned = scanned(Vec::new(), gaps);
    scanned.artifact.path = "-".to_owned();
    (scanned.artifact.format, scanned.artifact.packed_by) = (None, None);
    (scanned.artifact.name, scanned.artifact.version) = (None, None);
    let verdict = verdict(vec![judged("", scanned)]);
    insta::assert_snapshot!(human(&verdict, Detail::Quiet), @r"
    standard input  of no known format

    gap[tar]: not read, and so not checked
      The header's checksum is wrong.

    gap[name]: what would be installed is in doubt
      The name is there twice.

    gap[manifest]: what would be published is in doubt
      There is no package.json.

    gap[limit]: not read to the end, and so not checked
      There are more than 100 entries.

    incomplete: 4 gaps
    ");
}

#[test]
fn what_was_not_read_is_said_and_what_is_accepted_is_counted() {
    insta::assert_snapshot!(human(&incomplete(), Detail::Normal), @"
    @acme/cli 2.1.88  npm-tgz
    goes to    npm, public: publishConfig.access in package.json
    packed by  npm 11.19.1 (npm pack)
    from       commit 1a2b3c4d5e, with changes that are not committed
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     c7c5c1d70c5dec4416ab6158afd0b223ef40c29b1dc1f97ed9428b94d4cadb1c
    profile    open: the licence is MIT (packwarden.toml can set it)
               closed would also block 1 finding: home-path

    gap[nested-container]: not read, and so not checked
      package/vendor/sdk.zip is encrypted
      fix  leave it out, or ship what is in it

    warn[home-path]: Home directory of the builder (medium)
      A home directory.
      package/b.js:4:9  /home/jane
      why  It tells outsiders who built the package, and where.
      fix  Build with relative paths.

    warning: packwarden.toml:12: the waiver of home-path for `b.js` expired on
             2026-09-30
    warning: packwarden.toml:17: the waiver of internal-host for `package/old.js`
             accepts nothing here; paths start below the root directory, without
             `package/`

    incomplete: 1 gap; 1 warning, 2 waived (--verbose lists them)  412 ms
    ");
    insta::assert_snapshot!(human(&incomplete(), Detail::Verbose), @r#"
    @acme/cli 2.1.88  npm-tgz
    goes to    npm, public: publishConfig.access in package.json
    packed by  npm 11.19.1 (npm pack)
    from       commit 1a2b3c4d5e, with changes that are not committed
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     c7c5c1d70c5dec4416ab6158afd0b223ef40c29b1dc1f97ed9428b94d4cadb1c
    profile    open: the licence is MIT (packwarden.toml can set it)
               closed would also block 1 finding: home-path
               applied 412 rules, and looked for this machine's home directory,
               login
    policy     6a1588a6433444d39901deb0faa503ffa25986d9e671091536f16b9ac3282f7e

    gap[nested-container]: not read, and so not checked
      package/vendor/sdk.zip is encrypted
      fix  leave it out, or ship what is in it
      to accept it: packwarden waive 5fe194d6ac1c1922 --reason "…"
      which writes into packwarden.toml:
        [[waive]]
        gap = "nested-container"
        path = "vendor/sdk.zip"
        sha256 = "b6f8b2830fecd3febc43bc61f4e50592d79dd152d2298036b546fd406b704fd0"
        reason = ""

    waived gap[nested-container]: not read, and so not checked
      package/test/ok.tgz: the gzip checksum is wrong
        accepted: a corrupt fixture

    warn[home-path]: Home directory of the builder (medium)
      A home directory.
      package/b.js:4:9  /home/jane
      why  It tells outsiders who built the package, and where.
      fix  Build with relative paths.
      see  https://example.com/why

    waived[home-path]: Home directory of the builder (medium)
      A home directory.
      package/a.js:3:9  /home/jane
        accepted: an example in a comment

    warning: packwarden.toml:12: the waiver of home-path for `b.js` expired on
             2026-09-30
    warning: packwarden.toml:17: the waiver of internal-host for `package/old.js`
             accepts nothing here; paths start below the root directory, without
             `package/`

    incomplete: 1 gap; 1 warning, 2 waived  412 ms
    "#);
}

fn hostile() -> Verdict {
    let names = [
        "::error file=a::/x",
        "package/a\n::error file=package.json,line=1::INJECTED\n.js",
        "package/\u{1b}[2J\u{1b}]0;pwned\u{7}.js",
        "package/\u{202e}gpj.exe",
        "package/##[error]x##vso[task.complete]y",
    ];
    let mut found: Vec<Finding> = names
        .iter()
        .map(|name| {
            finding(
                "github-token",
                name,
                (1, 1),
                &format!("::warning::{name}"),
                Evidence::redacted(
                    &[b"\x1b[2Jq8Vz0Lw2Jt7Xb".as_slice(), b"4Nc9Rk1Hs6Yd3"].concat(),
                ),
            )
        })
        .collect();
    found[2].fix = Some("::set-output::x\n##[group]".to_owned());
    let gaps = vec![Gap {
        kind: GapKind::Tar,
        path: Some(EntryPath::new(names[1])),
        reason: "::error::unreadable".to_owned(),
        help: Some("::help::\u{1b}[0m".to_owned()),
        sha256: None,
    }];
    let mut scanned = scanned(found, gaps);
    scanned.artifact.name = Some("::error::\u{1b}[31mname".to_owned());
    scanned.artifact.version = Some("1\n::error::v".to_owned());
    scanned.artifact.sha256 = None;
    scanned.manifest.as_mut().unwrap().license = Some("\u{1b}\n::error::".to_owned());
    let mut verdict = verdict(vec![judged("", scanned)]);
    verdict.errors.push(RunError {
        code: 3,
        message: "::error::no such file".to_owned(),
        path: None,
        help: Some("##[x]\n::y::".to_owned()),
    });
    verdict
}

#[test]
fn nothing_from_an_archive_acts_on_a_terminal_or_a_ci_system() {
    insta::assert_snapshot!(human(&hostile(), Detail::Normal), @r#"
    :\u{3a}error::\u{1b}[31mname 1\n::error::v  npm-tgz
    goes to    npm, public: publishConfig.access in package.json
    packed by  npm 11.19.1 (npm pack)
    from       commit 1a2b3c4d5e, with changes that are not committed
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     not known: the artifact was not read to its end
    profile    open: the licence is \u{1b}\n::error:: (packwarden.toml can set it)

    gap[tar]: not read, and so not checked
      package/a\n::error file=package.json,line=1::INJECTED\n.js:
      :\u{3a}error::unreadable
      fix  ::help::\u{1b}[0m

    deny[github-token]: GitHub access token (critical, 5 findings)
      :\u{3a}error file=a::/x:1:1                            \u{1b}[2J… sha256 e4b078ea…)
        :\u{3a}warning::::error file=a::/x
      package/\u{1b}[2J\u{1b}]0;pwned\u{7}.js:1:1       \u{1b}[2J… sha256 e4b078ea…)
        :\u{3a}warning::package/\u{1b}[2J\u{1b}]0;pwned\u{7}.js
        fix  ::set-output::x
             #\u{23}[group]
      package/#\u{23}[error]x#\u{23}vso[task.complete]y:1:1       \u{1b}[2J… sha256 e4b078ea…)
        :\u{3a}warning::package/#\u{23}[error]x#\u{23}vso[task.complete]y
      package/a\n::e…ge.json,line=1::INJECTED\n.js:1:1  \u{1b}[2J… sha256 e4b078ea…)
        :\u{3a}warning::package/a\n::error file=package.json,line=1::INJECTED\n.js
      package/\u{202e}gpj.exe:1:1                       \u{1b}[2J… sha256 e4b078ea…)
        :\u{3a}warning::package/\u{202e}gpj.exe
      why  Whoever has the token acts as its owner.
      fix  Revoke the token first, then remove it from the file.

    incomplete: 1 gap, and blocked by 5 findings

    error: ::error::no such file
      fix  #\u{23}[x]
           :\u{3a}y::

    1 artifact: 1 incomplete; 1 error (412 ms)
    "#);
    for format in report::FORMATS {
        for detail in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
            let style = Style {
                detail,
                ..Style::default()
            };
            for line in written(format.name, &hostile(), &style).lines() {
                // What `github` commands is told apart in the tests of the formats for CI.
                assert!(
                    format.name == "github" || !line.trim_start().starts_with("::"),
                    "{}: {line}",
                    format.name
                );
                assert!(!line.contains("##"), "{}: {line}", format.name);
                assert_eq!(packwarden::model::escape(line), line, "{}", format.name);
            }
        }
    }
}

#[test]
fn thousands_of_findings_of_one_rule_are_one_paragraph() {
    let mut found: Vec<Finding> = (0..2700)
        .map(|number| {
            let path = format!("package/dist/chunks/pages/settings/organisation/members/chunk-{number:04}-9f86d081884c7d65.js.map");
            let message = format!("The map holds {number} first-party sources.");
            finding("source-map-with-sources", &path, (1, 1), &message, Evidence::fact("src/members/list.tsx, src/members/table.tsx"))
        })
        .collect();
    found[0].path = EntryPath::new("package/a.js.map");
    let many = verdict(vec![judged("", scanned(found, vec![]))]);
    insta::assert_snapshot!(human(&many, Detail::Normal), @"
    @acme/cli 2.1.88  npm-tgz
    goes to    npm, public: publishConfig.access in package.json
    packed by  npm 11.19.1 (npm pack)
    from       commit 1a2b3c4d5e, with changes that are not committed
    holds      1,212 files, 12.3 MB packed, 58.1 MB unpacked
    sha256     c7c5c1d70c5dec4416ab6158afd0b223ef40c29b1dc1f97ed9428b94d4cadb1c
    profile    open: the licence is MIT (packwarden.toml can set it)

    deny[source-map-with-sources]: Source map with the original sources (critical, 2,700 findings)
      package/a.js.map:1:1                              src/membe…/members/table.tsx
        The map holds 0 first-party sources.
      package/dist/c…-0001-9f86d081884c7d65.js.map:1:1  src/membe…/members/table.tsx
        The map holds 1 first-party sources.
      package/dist/c…-0002-9f86d081884c7d65.js.map:1:1  src/membe…/members/table.tsx
        The map holds 2 first-party sources.
      package/dist/c…-0003-9f86d081884c7d65.js.map:1:1  src/membe…/members/table.tsx
        The map holds 3 first-party sources.
      package/dist/c…-0004-9f86d081884c7d65.js.map:1:1  src/membe…/members/table.tsx
        The map holds 4 first-party sources.
      and 2,695 more (--verbose lists them)
      why  Everybody who installs the package can read the original source, comments
           and all, in minutes. It is how the whole source of a command line tool
           became public.
      fix  Turn source maps off in the production build (`sourcemap: false`), or
           keep them out of the package: add `!**/*.map` to `files` in package.json.

    blocked by 2,700 findings  412 ms
    ");
    assert!(human(&many, Detail::Verbose).contains("chunk-2699-"));
}

#[test]
fn a_run_that_never_came_to_an_artifact_says_why() {
    let mut failed = verdict(vec![]);
    insta::assert_snapshot!(human(&failed, Detail::Normal), @"error: nothing was checked");
    failed.errors.push(RunError {
        code: 3,
        message: "there is no package.json in ./docs".to_owned(),
        path: Some("./docs".to_owned()),
        help: Some("name a project directory or an artifact".to_owned()),
    });
    insta::assert_snapshot!(human(&failed, Detail::Quiet), @r#"
    error: there is no package.json in ./docs
      fix  name a project directory or an artifact
    "#);
}

#[test]
fn several_artifacts_are_summed_up_in_the_last_line() {
    let mut several = leak();
    several.artifacts.push(judged("", scanned(vec![], vec![])));
    let shown = human(&several, Detail::Normal);
    insta::assert_snapshot!(shown.lines().last().unwrap(), @"2 artifacts: 1 passed, 1 blocked (412 ms)");
}

#[test]
fn colours_are_written_only_when_they_are_wanted() {
    let style = Style {
        color: true,
        ..Style::default()
    };
    let colored = written("human", &leak(), &style);
    assert!(
        colored.contains("\u{1b}[1m\u{1b}[31mdeny[github-token]\u{1b}[0m"),
        "{colored:?}"
    );
    assert!(!human(&leak(), Detail::Verbose).contains('\u{1b}'));
}

fn json(verdict: &Verdict) -> Value {
    serde_json::from_str(&written("json", verdict, &Style::default())).unwrap()
}

fn schema_v1() -> Value {
    serde_json::from_str(include_str!("../docs/schema/report-v1.json")).unwrap()
}

#[test]
fn json_is_what_the_schema_says() {
    let mut failed = verdict(vec![]);
    failed.errors.push(RunError {
        code: 70,
        message: "internal".to_owned(),
        path: None,
        help: None,
    });
    for (name, verdict) in [
        ("leak", leak()),
        ("incomplete", incomplete()),
        ("hostile", hostile()),
        ("failed", failed),
        ("empty", verdict(vec![])),
    ] {
        let found = schema::complaints(&schema_v1(), &json(&verdict));
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn the_schema_forbids_what_is_missing_unknown_or_of_another_type() {
    let whole = json(&incomplete());
    let spoil = |pointer: &str, key: &str, value: Option<Value>| {
        let mut spoilt = whole.clone();
        let object = spoilt
            .pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap();
        match value {
            Some(value) => object.insert(key.to_owned(), value),
            None => object.remove(key),
        };
        schema::complaints(&schema_v1(), &spoilt).len()
    };
    for pointer in [
        "",
        "/tool",
        "/artifacts/0",
        "/artifacts/0/policy",
        "/artifacts/0/policy/live_secrets",
        "/artifacts/0/policy/limits",
        "/findings/0",
        "/findings/0/waiver",
        "/gaps/0",
        "/summary",
    ] {
        assert_eq!(
            spoil(pointer, "surprise", Some(Value::Null)),
            1,
            "{pointer}"
        );
        let keys = whole.pointer(pointer).unwrap().as_object().unwrap().keys();
        for key in keys {
            assert_eq!(spoil(pointer, key, None), 1, "{pointer} {key} is optional");
            let wrong = Some(serde_json::json!([[]]));
            assert_ne!(
                spoil(pointer, key, wrong),
                0,
                "{pointer} {key} may be anything"
            );
        }
    }
}

#[test]
fn json_is_stable() {
    let mut verdict = incomplete();
    verdict.artifacts[0].policy.secrets = 3;
    verdict.artifacts[0].policy.unread = vec!["`~/.netrc` (it is not a file)".to_owned()];
    let shown = written("json", &verdict, &Style::default());
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(shown.replace(&version, "\"version\": \"V\""), @r#"
    {
      "schema_version": 1,
      "tool": {
        "name": "packwarden",
        "version": "V"
      },
      "outcome": "incomplete",
      "checked_at": "2026-11-21T10:00:00Z",
      "errors": [],
      "skipped": [],
      "artifacts": [
        {
          "path": "acme-cli-2.1.88.tgz",
          "ecosystem": "npm",
          "format": "npm-tgz",
          "name": "@acme/cli",
          "version": "2.1.88",
          "size": 12345678,
          "unpacked_size": 58123456,
          "sha256": "c7c5c1d70c5dec4416ab6158afd0b223ef40c29b1dc1f97ed9428b94d4cadb1c",
          "sha512": "abababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab",
          "entries": 1212,
          "origin": "packed",
          "withdrawn": null,
          "packed_by": {
            "client": "npm",
            "version": "11.19.1",
            "command": [
              "npm",
              "pack"
            ]
          },
          "fresh_build": null,
          "destination": {
            "registry": "npm",
            "url": "https://packages.example/",
            "access": "public",
            "why": "publishConfig.access in package.json"
          },
          "commit": "1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b",
          "dirty": true,
          "policy": {
            "profile": "open",
            "why": "the licence is MIT",
            "source": [
              "packwarden.toml"
            ],
            "digest": "sha256:6a1588a6433444d39901deb0faa503ffa25986d9e671091536f16b9ac3282f7e",
            "rules": 412,
            "self_match": true,
            "live_secrets": {
              "searched_for": 3,
              "unread": [
                "`~/.netrc` (it is not a file)"
              ]
            },
            "limits": {
              "decompressed": 4294967296,
              "depth": 4,
              "entries": 100000,
              "ratio": 200,
              "time": 60
            },
            "override": null
          }
        }
      ],
      "findings": [
        {
          "rule": "home-path",
          "provider": null,
          "category": "path",
          "severity": "medium",
          "level": "warn",
          "artifact": 0,
          "path": "package/a.js",
          "line": 3,
          "column": 9,
          "offset": null,
          "message": "A home directory.",
          "evidence": "/home/jane",
          "fix": "Build with relative paths.",
          "fingerprint": "41bef0eb5f63003f",
          "waived": true,
          "waiver": {
            "reason": "an example in a comment",
            "owner": null,
            "expires": null
          }
        },
        {
          "rule": "home-path",
          "provider": null,
          "category": "path",
          "severity": "medium",
          "level": "warn",
          "artifact": 0,
          "path": "package/b.js",
          "line": 4,
          "column": 9,
          "offset": null,
          "message": "A home directory.",
          "evidence": "/home/jane",
          "fix": "Build with relative paths.",
          "fingerprint": "8361d039ce2d145d",
          "waived": false,
          "waiver": null
        }
      ],
      "gaps": [
        {
          "artifact": 0,
          "kind": "nested-container",
          "path": "package/test/ok.tgz",
          "reason": "the gzip checksum is wrong",
          "fingerprint": "88ae7152b6fe84b2",
          "waived": true
        },
        {
          "artifact": 0,
          "kind": "nested-container",
          "path": "package/vendor/sdk.zip",
          "reason": "package/vendor/sdk.zip is encrypted",
          "fingerprint": "5fe194d6ac1c1922",
          "waived": false
        }
      ],
      "waivers": [
        {
          "state": "used",
          "ends_soon": false,
          "days_left": 71,
          "rule": null,
          "gap": "nested-container",
          "path": "test/*",
          "sha256": [
            "a3490afb4e9506268de9925dd56ac4d455f0f6d27b9138d14cb232d9ea6bf1d8"
          ],
          "reason": "a corrupt fixture",
          "owner": "cli-team",
          "expires": "2027-01-31",
          "forbidden_by": null,
          "file": "packwarden.toml",
          "line": 1
        },
        {
          "state": "used",
          "ends_soon": false,
          "days_left": null,
          "rule": "home-path",
          "gap": null,
          "path": "a.js",
          "sha256": [],
          "reason": "an example in a comment",
          "owner": null,
          "expires": null,
          "forbidden_by": null,
          "file": "packwarden.toml",
          "line": 8
        },
        {
          "state": "expired",
          "ends_soon": false,
          "days_left": -52,
          "rule": "home-path",
          "gap": null,
          "path": "b.js",
          "sha256": [],
          "reason": "gone soon",
          "owner": null,
          "expires": "2026-09-30",
          "forbidden_by": null,
          "file": "packwarden.toml",
          "line": 12
        },
        {
          "state": "unused",
          "ends_soon": false,
          "days_left": null,
          "rule": "internal-host",
          "gap": null,
          "path": "package/old.js",
          "sha256": [],
          "reason": "gone",
          "owner": null,
          "expires": null,
          "forbidden_by": null,
          "file": "packwarden.toml",
          "line": 17
        }
      ],
      "summary": {
        "deny": 0,
        "warn": 1,
        "note": 0,
        "waived": 2
      },
      "history": null
    }
    "#);
}

#[test]
fn json_keeps_names_exactly() {
    let json = json(&hostile());
    let paths: Vec<_> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["path"].as_str().unwrap())
        .collect();
    assert!(paths.contains(&"package/a\n::error file=package.json,line=1::INJECTED\n.js"));
    assert!(paths.contains(&"package/##[error]x##vso[task.complete]y"));
}
