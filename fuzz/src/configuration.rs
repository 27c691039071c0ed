//! Configuration files.

use std::{path::Path, sync::LazyLock};

use packwarden::{
    policy::{ConfigFile, Overrides, PolicyError, Settings},
    rule::RuleSet,
};

use super::placed::assert_placed;

const NAME: &str = "packwarden.toml";

static RULES: LazyLock<RuleSet> = LazyLock::new(|| {
    let kinds: Vec<_> = packwarden::detect::kinds().collect();
    RuleSet::load(&[], &kinds).expect("the built-in rules are good")
});

pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    match (settings(text), settings(text)) {
        (Ok(settings), Ok(again)) => {
            assert_eq!(settings.limits(), again.limits());
            assert_eq!(settings.levels(), again.levels());
            assert_eq!(settings.self_match(), again.self_match());
            for waiver in settings.waivers() {
                assert!(
                    !waiver.reason.trim().is_empty(),
                    "a waiver without a reason"
                );
                let lines = text.split('\n').count();
                assert!((1..=lines).contains(&waiver.line), "line {}", waiver.line);
            }
        }
        (Err(error), Err(again)) => {
            assert_placed(&error);
            assert_eq!(error.to_string(), again.to_string());
        }
        (one, other) => panic!("{one:?} and then {other:?}"),
    }
}

fn settings(text: &str) -> Result<Settings, PolicyError> {
    let config = ConfigFile::parse(Path::new(NAME), NAME, text.to_owned())?;
    let names: Vec<_> = RULES.names().collect();
    Settings::new(Some(&config), &Overrides::default(), &names)
}

pub fn seeds() -> Vec<Vec<u8>> {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let whole = format!(
        "profile = \"closed\"\nrules = [\"own.toml\"]\nself-match = true\n\n[levels]\n\
        env-file = \"warn\"\n\n[limits]\ndecompressed = \"8 GiB\"\nratio = 200\nentries = 100000\n\
        depth = 4\ntime = \"60s\"\n\n[[waive]]\nrule = \"gguf-weights\"\npath = \"models/*.gguf\"\n\
        sha256 = \"{hash}\"\nreason = \"on purpose\"\nowner = \"us\"\nexpires = \"2027-06-30\"\n\n\
        [[waive]]\ngap = \"nested-container\"\npath = \"a.zip\"\nsha256 = [\"{hash}\"]\n\
        reason = \"a test file\"\nexpires = 2027-06-30\n"
    );
    let texts = [
        whole.as_str(),
        "",
        "profil = \"open\"\n",
        "[levels]\nenv-file = \"wran\"\n",
        "[limits]\ndepth = [1]\n",
        "[limits]\ntime = \"1e9h\"\nentries = -1\n",
        "[[waive]]\nreason = \"\"\n",
        "[[waive]]\nrule = \"gguf-weights\"\nreason = \"r\"\npath = \"[\"\nexpires = \"tomorrow\"\n",
        "\"\\u001b[31m\" = 1\n",
        "profile =",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
