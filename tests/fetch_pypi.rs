//! Published Python packages, fetched from indexes on 127.0.0.1 as the real pip and uv are configured.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

#[path = "support/fetcher.rs"]
mod fetcher;
#[path = "support/plain_server.rs"]
mod plain_server;
#[expect(dead_code, reason = "what takes uploads is for other tests")]
#[path = "support/python_client.rs"]
mod python_client;
mod support;

use std::fs;

use packwarden::model::Sha256;
use plain_server::{Asked, answer, nobody, serve, silent, truncated};
use serde_json::{Value, json};
use support::command::Packwarden;

/// `Basic` of `bot` and `token`.
const LOGIN: &str = "Basic Ym90OnRva2Vu";
const JSON: &str = "application/vnd.pypi.simple.v1+json";

#[test]
#[ignore = "the other tests start it"]
fn fetcher() {
    fetcher::fetch();
}

/// What is in a file; long enough to break off in the middle.
fn content(name: &str) -> Vec<u8> {
    format!("the bytes of {name}").into_bytes()
}

fn files(project: &str) -> Option<&'static [&'static str]> {
    Some(match project {
        "good-thing" => &[
            "good_thing-0.9.tar.gz",
            "good_thing-1.0-py3-none-any.whl",
            "good_thing-1.0-cp311-cp311-linux_x86_64.whl",
            "Good.Thing-1.0.0.tar.gz",
            "good_thing-1.0.exe",
            "other-1.0.tar.gz",
            "good_thing-1.1.tar.gz",
            "good_thing-2.0rc1.tar.gz",
        ],
        "wrong" => &["wrong-1.0.tar.gz"],
        "cut" => &["cut-1.0.tar.gz"],
        "resumed" => &["resumed-1.0.tar.gz"],
        "missing" => &["missing-1.0.tar.gz"],
        "local" => &["local-1.0.tar.gz"],
        "longer" => &["longer-1.0.tar.gz"],
        "empty" => &[],
        _ => return None,
    })
}

fn in_json(project: &str) -> Option<String> {
    let file = |name: &&str| {
        let hash = match project {
            "wrong" => Sha256::of(b"something else"),
            _ => Sha256::of(&content(name)),
        };
        let url = match project {
            "local" => "file:///etc/hosts".to_owned(),
            _ => format!("../../files/{name}"),
        };
        let yanked = name.contains("1.1").then_some("it \u{1b}[2J leaks");
        let size = match project {
            "longer" => 3,
            _ => content(name).len(),
        };
        json!({
            "filename": name, "url": url, "hashes": {"sha256": hash.to_string()}, "size": size,
            "yanked": yanked.map_or(Value::Bool(false), Value::from),
        })
    };
    let files: Vec<_> = files(project)?.iter().map(file).collect();
    Some(json!({"meta": {"api-version": "1.1"}, "name": project, "files": files}).to_string())
}

fn in_html(project: &str) -> Option<String> {
    let link = |name: &&str| {
        let hash = Sha256::of(&content(name));
        let yanked = if name.contains("1.1") {
            " data-yanked=\"\""
        } else {
            ""
        };
        format!(
            "<a href=\"../../files/{}#sha256={hash}\"{yanked}>{name}</a><br>\n",
            name.replace('_', "%5F")
        )
    };
    let links: String = files(project)?.iter().map(link).collect();
    Some(format!("<!DOCTYPE html><html><body>{links}</body></html>"))
}

fn respond(asked: &Asked) -> Vec<u8> {
    let absent = || answer("404 Not Found", "text/html", "<html>absent</html>");
    let page =
        |kind, text: Option<String>| text.map_or_else(absent, |text| answer("200 OK", kind, text));
    let parts: Vec<_> = asked.path.split('/').skip(1).collect();
    match parts.as_slice() {
        ["closed", ..] if asked.header("authorization") != Some(LOGIN) => {
            answer("401 Unauthorized", "text/plain", "who are you")
        }
        ["simple" | "closed", project, ""] => page(JSON, in_json(project)),
        ["html", project, ""] => page("text/html; charset=utf-8", in_html(project)),
        ["only-old", "good-thing", ""] => {
            let text = "<a href='../../files/good-thing-0.9.tar.gz'>good-thing-0.9.tar.gz</a>";
            answer("200 OK", "text/html", text)
        }
        ["portal", ..] => answer("200 OK", "text/html", "<html>Please log in</html>"),
        ["broken", ..] => answer("500 Internal Server Error", "text/html", "<html>no</html>"),
        ["odd", ..] => answer("200 OK", JSON, "{\"files\": 1}"),
        ["pypi", "good-thing", "1.0", "json"] => {
            let info = json!({
                "description": "# Good", "summary": "A thing", "author": null, "home_page": "",
                "project_urls": {"Source": "https://git.acme.example"}, "version": "1.0",
            });
            answer(
                "200 OK",
                "application/json",
                json!({"info": info}).to_string(),
            )
        }
        ["files", "missing-1.0.tar.gz"] => absent(),
        ["files", "cut-1.0.tar.gz"] => truncated(&content("cut-1.0.tar.gz")),
        ["files", name @ "resumed-1.0.tar.gz"] => match asked.header("range") {
            None => truncated(&content(name)),
            Some(range) => {
                let whole = content(name);
                assert_eq!(range, format!("bytes={}-", whole.len() - 1));
                answer(
                    "206 Partial Content",
                    "application/gzip",
                    &whole[whole.len() - 1..],
                )
            }
        },
        ["files", name] => answer(
            "200 OK",
            "application/gzip",
            content(&name.replace("%5F", "_")),
        ),
        _ => absent(),
    }
}

/// A run with a Python that has pip, and with nothing configured but a proxy that leads nowhere.
fn bare(spec: &str, programs: &[&str]) -> Packwarden {
    let mut run = fetcher::fetcher(spec);
    for prefix in ["PIP_", "UV_", "SSL_", "REQUESTS_", "CURL_", "NETRC"] {
        run = run.without(prefix);
    }
    let directory = run.home();
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        run = run.variable(name, "http://127.0.0.1:9");
    }
    run = run
        .variable("NO_PROXY", "127.0.0.1")
        .variable("no_proxy", "127.0.0.1");
    python_client::beside(programs, run).directory(&directory)
}

/// The same where pip asks this index, once and not for long.
fn with_pip(spec: &str, index: &str) -> Packwarden {
    bare(spec, &["python3"])
        .variable("PIP_INDEX_URL", index)
        .variable("PIP_RETRIES", "0")
        .variable("PIP_TIMEOUT", "1")
}

/// What a run says, with the server's address left out.
fn said(run: Packwarden, base: &str) -> String {
    fetcher::said(run).replace(base, "BASE")
}

fn fetched(file: &str) -> String {
    format!("\n{file} of {} bytes, as promised", content(file).len())
}

const VERSIONS: &str = "0.9 1.0 1.1 2.0rc1";

#[test]
fn all_files_of_a_release_come() {
    let base = serve(respond);
    let index = format!("{base}/simple");
    let files = [
        "good_thing-1.0-py3-none-any.whl",
        "good_thing-1.0-cp311-cp311-linux_x86_64.whl",
        "Good.Thing-1.0.0.tar.gz",
    ];
    let files: String = files.map(fetched).concat();
    let beside = "\nbeside description.md: # Good\nbeside project.json: {\n  \"project_urls\": {\n    \
        \"Source\": \"https://git.acme.example\"\n  },\n  \"summary\": \"A thing\"\n}";
    for spec in ["pypi:Good_Thing", "pypi:good.thing==1.0.0"] {
        let all = format!("good-thing 1.0 of {VERSIONS}{beside}{files}");
        assert_eq!(said(with_pip(spec, &index), &base), all, "{spec}");
    }
    let yanked = said(with_pip("pypi:good-thing==1.1", &index), &base);
    let expected =
        format!("good-thing 1.1 of {VERSIONS}, withdrawn: it was yanked: it \\u{{1b}}[2J leaks");
    assert_eq!(yanked, expected + &fetched("good_thing-1.1.tar.gz"));
    let html = said(with_pip("pypi:good-thing", &format!("{base}/html/")), &base);
    assert_eq!(html, format!("good-thing 1.0 of {VERSIONS}{files}"));
}

#[test]
fn what_can_not_be_had_is_told() {
    let base = serve(respond);
    let index = format!("{base}/simple");
    for (spec, expected) in [
        (
            "pypi:nothing",
            "BASE/simple has no package pypi:nothing, or does not show it to you",
        ),
        (
            "pypi:good-thing==7",
            "BASE/simple has no version pypi:good-thing==7; the latest is 1.0.0",
        ),
        ("pypi:empty", "BASE/simple has pypi:empty, without any file"),
        (
            "pypi:wrong",
            "wrong 1.0 of 1.0\nwrong-1.0.tar.gz of 29 bytes, not as promised",
        ),
        (
            "pypi:missing",
            "BASE/simple gives no usable answer for pypi:missing==1.0: missing-1.0.tar.gz: the server answered 404 \
             Not Found",
        ),
        (
            "pypi:cut",
            "BASE/simple gives no usable answer for pypi:cut==1.0: cut-1.0.tar.gz: the answer broke off: 26 of 27 \
             bytes have come",
        ),
        (
            "pypi:local",
            "BASE/simple gives no usable answer for pypi:local==1.0: local-1.0.tar.gz: it is at no address that \
             begins with http:// or https://",
        ),
        (
            "pypi:longer",
            "BASE/simple gives no usable answer for pypi:longer==1.0: longer-1.0.tar.gz: the answer is longer than \
             the 3 bytes that it may have",
        ),
    ] {
        assert_eq!(said(with_pip(spec, &index), &base), expected, "{spec}");
    }
    let resumed = with_pip("pypi:resumed", &index).variable("PIP_RETRIES", "1");
    let expected = "resumed 1.0 of 1.0".to_owned() + &fetched("resumed-1.0.tar.gz");
    assert_eq!(said(resumed, &base), expected);
}

#[test]
fn an_index_that_fails_is_told_apart_from_one_that_refuses() {
    let base = serve(respond);
    let of = |index: &str| {
        said(
            with_pip("pypi:good-thing", &format!("{base}/{index}")),
            &base,
        )
    };
    let refused = "BASE/closed refuses pypi:good-thing: the server answered 401 Unauthorized (keyring is not \
        asked: user and password are taken from the address of the index, or from netrc)";
    assert_eq!(of("closed"), refused);
    let unusable =
        |index, why| format!("BASE/{index} gives no usable answer for pypi:good-thing: {why}");
    let broken = "the server answered 500 Internal Server Error";
    assert_eq!(of("broken"), unusable("broken", broken));
    assert_eq!(
        of("portal"),
        unusable("portal", "it answers with a page that names no file")
    );
    assert_eq!(
        of("odd"),
        unusable("odd", "its answer is no page of an index")
    );
    let gone = nobody();
    assert_eq!(
        said(with_pip("pypi:good-thing", &gone), &gone),
        "BASE can't be reached for pypi:good-thing: Connection refused"
    );
    let (_listener, url) = silent();
    assert_eq!(
        said(with_pip("pypi:good-thing", &url), &url),
        "BASE can't be reached for pypi:good-thing: nothing has come for 1 seconds"
    );
}

#[test]
fn a_login_is_for_its_own_server_only() {
    let base = serve(respond);
    let host = base.strip_prefix("http://").unwrap();
    let with_login = format!("http://bot:token@{host}/closed");
    let right = said(with_pip("pypi:good-thing", &with_login), &base);
    assert!(right.ends_with("as promised"), "{right}");
    let wrong = with_pip(
        "pypi:good-thing",
        &format!("http://bot:other@{host}/closed"),
    );
    let wrong = said(wrong, &base);
    assert!(
        wrong.starts_with("BASE/closed refuses") && !wrong.contains("other"),
        "{wrong}"
    );
    let of_netrc = with_pip("pypi:good-thing", &format!("{base}/closed"));
    let netrc = of_netrc.home().join(".netrc");
    fs::write(netrc, "machine 127.0.0.1 login bot password token\n").unwrap();
    assert!(said(of_netrc, &base).ends_with("as promised"));
    // Another server, which is sent no password although the first was.
    let other = serve(|asked| match asked.header("authorization") {
        None => respond(asked),
        Some(_) => answer("500 Told", "text/plain", ""),
    });
    let target = format!("{other}/simple/good-thing/");
    let first = serve(move |asked| {
        assert_eq!(asked.header("authorization"), Some(LOGIN));
        let head = format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n");
        head.into_bytes()
    });
    let first = first.replace("http://", "http://bot:token@");
    let followed = said(with_pip("pypi:good-thing", &first), &other);
    assert!(followed.starts_with("good-thing 1.0 of "), "{followed}");
}

#[test]
fn all_indexes_of_pip_are_asked_and_the_files_of_one_taken() {
    let base = serve(respond);
    let both = |spec: &str| {
        let run = with_pip(spec, &format!("{base}/only-old"));
        said(
            run.variable("PIP_EXTRA_INDEX_URL", format!("{base}/html {base}/simple")),
            &base,
        )
    };
    let old = both("pypi:good-thing==0.9");
    let expected =
        "good-thing 0.9 of 0.9 1.0 1.1 2.0rc1\ngood-thing-0.9.tar.gz of 34 bytes, promised nothing";
    assert_eq!(old, expected);
    assert!(both("pypi:good-thing").starts_with("good-thing 1.0 of 0.9 1.0 1.1 2.0rc1\n"));
    assert_eq!(
        both("pypi:nothing"),
        "BASE/only-old and BASE/html and BASE/simple has no package pypi:nothing, or does not show it to you"
    );
}

#[test]
fn pip_and_uv_are_asked_how_they_are_configured() {
    let base = serve(respond);
    let begin = format!("good-thing 1.0 of {VERSIONS}");
    let of_file = bare("pypi:good-thing", &["python3"]);
    let directory = of_file.home().join(".config/pip");
    fs::create_dir_all(&directory).unwrap();
    let text = format!("[global]\nindex-url = {base}/html\nretries = 0\n");
    fs::write(directory.join("pip.conf"), text).unwrap();
    assert!(said(of_file, &base).starts_with(&begin));
    // uv alone, with a file of the project; without Python, uv has one.
    let of_project = bare("pypi:good-thing", &["uv", "python3"]);
    let text = format!("[[index]]\nname = \"own\"\nurl = \"{base}/closed\"\ndefault = true\n");
    fs::write(of_project.home().join("uv.toml"), text).unwrap();
    let of_project = of_project
        .variable("UV_INDEX_OWN_USERNAME", "bot")
        .variable("UV_INDEX_OWN_PASSWORD", "token")
        .variable("PIP_INDEX_URL", nobody());
    assert!(said(of_project, &base).starts_with(&begin));
    // pip is told nothing, and uv is.
    let of_variable = bare("pypi:good-thing", &["python3"]);
    let of_variable = of_variable.variable("UV_DEFAULT_INDEX", format!("{base}/html"));
    assert!(said(of_variable, &base).starts_with(&begin));
    let none = with_pip("pypi:good-thing", &base).variable("PIP_NO_INDEX", "1");
    let expected = "pip can't be asked for what was published: it is to ask no index (no-index)";
    assert_eq!(said(none, &base), expected);
    let certificate = with_pip("pypi:good-thing", &base).variable("PIP_CERT", "/nowhere.pem");
    let certificate = said(certificate, &base);
    assert!(
        certificate.starts_with("pip can't be asked for what was published: "),
        "{certificate}"
    );
}
