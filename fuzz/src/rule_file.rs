//! Rule files.

use std::sync::LazyLock;

use packwarden::{detect, rule::RuleSet};

use super::placed::assert_placed;

static KINDS: LazyLock<Vec<&str>> = LazyLock::new(|| detect::kinds().collect());

pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let read = || RuleSet::from_text("own.toml", text, &KINDS);
    match read() {
        Ok(rules) => {
            assert!(!rules.is_empty(), "a file without rules passes");
            let again = read().expect("it passed before");
            assert_eq!(rules.digest(), again.digest());
            assert_eq!(rules.len(), again.len());
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a reason");
            errors.iter().for_each(|error| assert_placed(error));
            let again = read().expect_err("it was refused before");
            let sentences =
                |errors: &[_]| -> Vec<String> { errors.iter().map(ToString::to_string).collect() };
            assert_eq!(sentences(&errors), sentences(&again));
        }
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    const START: &str = "[[rule]]\nid = 'key'\ntitle = 'A key'\ncategory = 'secret'\n\
        severity = 'high'\nlevel = 'deny'\nwhy = 'w'\nfix = 'f'\n[rule.match]\n";
    const MATCHES: &[&str] = &[
        "anchors = ['key_']\nregex = 'key_([a-z0-9]+)'\nvalue = 1\nentropy = 3.0\n",
        "anchors = ['key_']\nregex = 'key_[a-z]{3,}'\nreject = ['x+']\ncontext = ['key']\n",
        "paths = ['**/*.{map,js}']\nexcept = ['docs/**']\nsize = '>10 MB'\n",
        "magic = [{ offset = 0, bytes = '4747??46' }]\n",
        "keys = ['dependencies.*']\npaths = ['**/package.json']\n",
        "detector = 'source-map:vendor'\n",
    ];
    let examples = "[[rule.example]]\npath = 'a.js'\ntext = 'key_abc123'\nmatches = true\n";
    let mut seeds: Vec<_> = MATCHES
        .iter()
        .map(|matching| format!("{START}{matching}{examples}").into_bytes())
        .collect();
    seeds.push(b"[[rule]]\nid = 'Bad Id'\nunknown = 1\n\xc3\xa9 = \"\\u001b\"\n".to_vec());
    seeds.push(b"rule = [\n".to_vec());
    seeds
}
