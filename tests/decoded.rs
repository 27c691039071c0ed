//! Secrets in the files that carry them encoded, each found by the rule that finds it in plain.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use packwarden::{model::Sha256, rule::fill};
use serde_json::json;
use support::{check::findings, command::packwarden, tarball::TarballBuilder};

/// Every finding of a secret: rule, path, line and how it was written.
fn secrets(path: &str, content: &[u8]) -> Vec<(String, String, u64, String)> {
    let findings = findings(&[(&format!("package/{path}"), content)]);
    let secrets = findings
        .iter()
        .filter(|finding| finding["category"] == "secret");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    secrets
        .map(|finding| {
            let message = text(&finding["message"]);
            let how = message.split_once(", in ").map_or("", |(_, how)| how);
            // What the validator says follows in brackets.
            let how = how.split(" (").next().unwrap_or(how);
            let line = finding["line"].as_u64().unwrap_or_default();
            (
                text(&finding["rule"]),
                text(&finding["path"]),
                line,
                how.to_owned(),
            )
        })
        .collect()
}

#[track_caller]
fn assert_found(path: &str, content: impl AsRef<[u8]>, rule: &str, line: u64, how: &str) {
    let found = secrets(path, content.as_ref());
    let wanted = (
        rule.to_owned(),
        format!("package/{path}"),
        line,
        how.to_owned(),
    );
    let shown = String::from_utf8_lossy(content.as_ref());
    assert!(
        found.contains(&wanted),
        "{wanted:?} is not in {found:?}: {shown}"
    );
    let of_rule = found.iter().filter(|(met, ..)| met == rule);
    assert_eq!(of_rule.count(), 1, "{found:?}");
}

fn made(template: &str) -> String {
    fill(template).unwrap()
}

fn in_lines(text: &str, length: usize, between: &str) -> String {
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(length)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    lines.join(between)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn in_base64_of_configuration() {
    let token = made("{{github-token}}");
    let pem = made("{{rsa-private-key}}");
    let key = json!(made("{{ec-private-key}}"));
    let account = format!(
        "{{\n \"type\": \"service_account\",\n \"private_key_id\": \"{}\",\n \"private_key\": {key}\n}}\n",
        made("{{random-hex:40}}")
    );
    let manifest = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: deploy\ndata:\n  user: YW5u\n  token: {}\n  tls.key: |\n    {}\n",
        STANDARD.encode(&token),
        in_lines(&STANDARD.encode(&pem), 76, "\n    "),
    );
    assert_found("deploy/secret.yaml", &manifest, "github-token", 7, "base64");
    assert_found("deploy/secret.yaml", &manifest, "private-key", 9, "base64");
    let docker = json!({ "auths": { "registry.acme.example": { "auth": STANDARD.encode(format!("ann:{token}")) } } });
    assert_found(
        "config.json",
        docker.to_string(),
        "github-token",
        1,
        "base64",
    );
    let workflow = format!(
        "jobs:\n  publish:\n    env:\n      NPM_TOKEN: {}\n    steps: []\n",
        STANDARD.encode(made("{{npm-token}}"))
    );
    assert_found("ci.yml", workflow, "npm-token", 4, "base64");
    let environment = format!(
        "A=1\nGOOGLE_CREDENTIALS={}\nB=2\n",
        STANDARD.encode(&account)
    );
    assert_found(
        "env.sample",
        &environment,
        "google-service-account-key",
        2,
        "base64",
    );
    let config = format!(
        "module.exports = {{ key: Buffer.from('{}', 'base64') }}",
        STANDARD.encode(pem)
    );
    assert_found("lib/key.js", config, "private-key", 1, "base64");
    let url = format!(
        "a {{ b: url(data:text/plain;base64,{}) }}",
        STANDARD.encode(format!("k={token}"))
    );
    assert_found("a.css", url, "github-token", 1, "base64");
}

#[test]
fn in_other_forms() {
    let token = made("{{github-token}}");
    let key = made("{{anthropic-key}}");
    let hook = format!(
        "https://hooks.slack.com/services/{}",
        made("{{slack-webhook-path}}")
    );
    let hex: String = token.bytes().map(|byte| format!("{byte:02X}")).collect();
    assert_found(
        "a.py",
        format!("KEY = bytes.fromhex('{hex}')\n"),
        "github-token",
        1,
        "hexadecimal digits",
    );
    let json = format!("{{\n \"key\": \"{}\"\n}}", key.replace('-', "\\u002D"));
    assert_found("a.json", json, "anthropic-key", 2, "escapes");
    let script = format!("k='{}'", token.replace('_', "\\x5f"));
    assert_found("a.js", script, "github-token", 1, "escapes");
    let storage = made("{{random-base64:86}}") + "==";
    let json = format!(
        "\"AccountKey={}\"",
        storage.replace('+', "\\u002B").replace('/', "\\/")
    );
    assert_found("appsettings.json", json, "azure-storage-key", 1, "escapes");
    let encoded: String = hook
        .bytes()
        .map(|byte| match byte {
            b':' | b'/' => format!("%{byte:02X}"),
            _ => char::from(byte).to_string(),
        })
        .collect();
    assert_found(
        "a.md",
        format!("see ?url={encoded}&x=1"),
        "slack-webhook",
        1,
        "percent-encoding",
    );
    let registry = utf16(&format!(
        "\u{feff}[HKCU\\Acme]\r\n\"Token\"=\"{token}\"\r\n"
    ));
    assert_found("acme.reg", registry, "github-token", 0, "UTF-16");
    let command = STANDARD.encode(utf16(&format!("$env:T = '{token}'; publish")));
    assert_found(
        "run.cmd",
        format!("powershell -enc {command}\r\n"),
        "github-token",
        1,
        "UTF-16 within base64",
    );
    let nested =
        STANDARD.encode(json!({ "auth": STANDARD.encode(format!("ann:{token}")) }).to_string());
    assert_found(
        "a.env",
        format!("\n\nDOCKER_AUTH={nested}\n"),
        "github-token",
        3,
        "base64 within base64",
    );
}

#[test]
fn a_source_in_a_map_is_named() {
    let token = made("{{github-token}}");
    let source = format!(
        "const auth = atob(\"{}\");\n",
        STANDARD.encode(format!("ann:{token}"))
    );
    let map = json!({ "version": 3, "mappings": "AAAA", "sources": ["src/a.ts"], "sourcesContent": [source] });
    let found = secrets("a.js.map", map.to_string().as_bytes());
    let wanted = ("github-token", "package/a.js.map!/src/a.ts", 1, "base64");
    let found: Vec<_> = found
        .iter()
        .map(|(rule, path, line, how)| (&**rule, &**path, *line, &**how))
        .collect();
    assert_eq!(found, [wanted]);
}

#[test]
fn a_waiver_of_the_plain_value_holds_for_the_encoded_one() {
    let token = made("{{github-token}}");
    let artifact = TarballBuilder::package()
        .file(
            "package/a.txt",
            STANDARD.encode(format!("user:{token}")).as_bytes(),
        )
        .gzip();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.tgz"), artifact).unwrap();
    let waiver = format!(
        "[[waive]]\nrule = \"github-token\"\npath = \"a.txt\"\nsha256 = \"{}\"\nreason = \"revoked\"\n",
        Sha256::of(token.as_bytes())
    );
    fs::write(directory.path().join("packwarden.toml"), waiver).unwrap();
    let ran = packwarden(&["check", "--format", "json", "a.tgz"])
        .directory(directory.path())
        .run();
    assert_eq!(ran.code, Some(0), "{}", ran.json());
    // Nor does anything that is told hold what was decoded.
    assert!(!ran.json().to_string().contains(&token));
}

#[test]
fn what_healthy_packages_encode_is_passed() {
    let picture = STANDARD.encode([&b"\x89PNG\r\n\x1a\n"[..], &[7; 900]].concat());
    let table: String = (0..128).map(|byte| format!("\\x{byte:02x}")).collect();
    let content = format!(
        "x = 'data:image/png;base64,{picture}';\n// sha512-{}==\nt = \"{table}\";\nu = 'https://a.example/?q=a%2Fb%20c';\n",
        made("{{random-base64:86}}"),
    );
    assert_eq!(secrets("a.js", content.as_bytes()), []);
}
