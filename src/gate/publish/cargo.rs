//! `packwarden publish -- cargo publish …`: cargo takes no file, and so it is made to ask about each crate
//! before it uploads it, whatever its configuration says.

use std::{env, path::Path};

use super::{
    Command,
    words::{Known, Words},
};
use crate::{
    check::{Selection, Target},
    ecosystem::{Error as EcosystemError, PrivateDirectory, Provider, cargo_providers},
    gate::{
        Error, Gate,
        cargo::{self, Record},
        client,
    },
    model::escape,
};

const HERE: &str = ".";

/// The options of `cargo publish` that change neither whether it asks nor what is checked.
const KNOWN: Known = Known {
    with_value: &[
        "--color",
        "--config",
        "--exclude",
        "--features",
        "--jobs",
        "--manifest-path",
        "--package",
        "--registry",
        "--target",
        "--target-dir",
        "-F",
        "-Z",
        "-j",
        "-p",
    ],
    without: &[
        "--all",
        "--all-features",
        "--allow-dirty",
        "--dry-run",
        "--frozen",
        "--keep-going",
        "--locked",
        "--no-default-features",
        "--no-verify",
        "--offline",
        "--quiet",
        "--verbose",
        "--workspace",
        "-n",
        "-q",
        "-v",
        "-vv",
    ],
};

/// Options that can't be let pass, why, and what to do instead.
const REFUSED: [(&str, &str, &str); 3] = [
    (
        "--token",
        "with a token on its command line cargo asks nobody before it uploads",
        "set CARGO_REGISTRY_TOKEN (or CARGO_REGISTRIES_NAME_TOKEN) to the token",
    ),
    (
        "--index",
        "cargo wants --token with it, and asks nobody then before it uploads",
        "name the registry in cargo's configuration, and publish with --registry NAME",
    ),
    (
        "-C",
        "what is checked would be looked for in another directory",
        "change into the directory first",
    ),
];

/// What a `--config` must not be about, nor hide behind the escapes of TOML.
const OF_OTHERS: [&str; 4] = ["credential", "token", "include", "\\"];

/// What cargo knows the gate by.
const ALIAS: &str = "packwarden-gate";

pub(super) fn publish(gate: &Gate<'_>, command: &Command<'_>) -> Result<u8, Error> {
    let words = understood(command)?;
    if gate.request.overrides.publish_anyway.is_some() {
        return Err(command.refused(
            "cargo asks a hook about each crate, and inside hooks nothing is overridden",
            "waive the finding with its reason (`[[waive]]` in packwarden.toml), and publish again",
        ));
    }
    if words.has(&["--dry-run", "-n"]) {
        return rehearse(gate, command, &words);
    }
    let place = PrivateDirectory::create()?;
    let mut cargo = std::process::Command::new(command.program);
    let at = words.plain.last().map_or(0, |(at, _)| at + 1);
    cargo.args(&command.arguments[..at]);
    for (name, value) in inside(gate, command, place.path())? {
        match name {
            Set::Alias(name) => cargo.arg("--config").arg(format!("{name}={value}")),
            Set::Variable(name) => cargo.env(name, value),
        };
    }
    cargo.args(&command.arguments[at..]);
    let code = client::run(&mut cargo, "cargo", Path::new(HERE))?;
    let record = Record::at(place.path());
    match (code, record.code()) {
        (0, None) if record.is_complete() => Ok(0),
        (0, _) => Err(cargo::Error::NotAsked.into()),
        (_, Some(code)) => Ok(code),
        (code, None) => Ok(code),
    }
}

/// The words of a `cargo publish` that is known to ask.
fn understood<'a>(command: &Command<'a>) -> Result<Words<'a>, Error> {
    let unknown = |flag: &str| {
        command.refused(
            format!("what cargo makes of `{flag}` is not known here"),
            "leave it out, or write it apart from others",
        )
    };
    let words = Words::of(command.arguments, &KNOWN)
        .map_err(|flag| refusal(command, flag).unwrap_or_else(|| unknown(flag)))?;
    for flag in &words.flags {
        let is_known = KNOWN.with_value.contains(&flag.name) || KNOWN.without.contains(&flag.name);
        if !is_known {
            return Err(refusal(command, flag.name).unwrap_or_else(|| unknown(flag.name)));
        }
        let value = flag.value.unwrap_or_default().to_string_lossy();
        // cargo takes what is there for a file, whatever it is called.
        let is_file = !value.contains('=') || Path::new(&*value).exists();
        if flag.name == "--config" && (is_file || OF_OTHERS.iter().any(|word| value.contains(word)))
        {
            return Err(command.refused(
                "its --config may take the place of the gate",
                "write it into cargo's configuration file, which the gate is put before",
            ));
        }
    }
    let plain = words.plain.iter().map(|(_, word)| word.to_string_lossy());
    let plain: Vec<_> = plain.skip_while(|word| word.starts_with('+')).collect();
    match plain.as_slice() {
        [only] if only == "publish" => Ok(words),
        _ => Err(command.refused(
            "of cargo, only `cargo publish` can be followed",
            "give the `cargo publish` itself, with its options",
        )),
    }
}

fn refusal(command: &Command<'_>, flag: &str) -> Option<Error> {
    let refused = REFUSED.iter().find(|(name, ..)| *name == flag);
    refused.map(|(_, reason, instead)| command.refused(*reason, *instead))
}

/// What is set for cargo.
enum Set {
    Alias(String),
    Variable(String),
}

/// What makes cargo ask us, before all that it is configured to ask; that we ask in turn. A variable wins over
/// files, in whatever form they say it.
fn inside(
    gate: &Gate<'_>,
    command: &Command<'_>,
    place: &Path,
) -> Result<Vec<(Set, String)>, Error> {
    let providers = cargo_providers(Path::new(HERE));
    if let Some(file) = providers.including {
        return Err(command.refused(
            format!(
                "{} includes other files or can't be read, and what they say may take the place of the gate",
                escape(&file.to_string_lossy())
            ),
            "configure the gate itself (`packwarden hook cargo`), and run `cargo publish`",
        ));
    }
    let unwritable = || {
        command.refused(
            "a path or an option of packwarden is not UTF-8, and cargo could not be told of it",
            "give it another name",
        )
    };
    let program = env::current_exe()
        .map_err(|source| EcosystemError::not_started("packwarden", Path::new(HERE), source))?;
    let mut ours = vec![program.into_os_string()];
    ours.extend(["hook", "cargo", "--record"].map(Into::into));
    ours.push(place.into());
    ours.extend(gate.words.iter().cloned());
    let ours = ours.into_iter().map(|word| word.into_string().ok());
    let ours: Option<Vec<String>> = ours.collect();
    let ours = ours.ok_or_else(unwritable)?;
    let asking = |inner: &[Provider]| {
        let inner = inner.iter().flat_map(without_gate);
        let inner = inner.flat_map(|words| ["--".to_owned()].into_iter().chain(words));
        let words: Vec<_> = ours.iter().cloned().chain(inner).collect();
        // A list of texts is written in TOML as it is in JSON.
        serde_json::Value::from(words).to_string()
    };
    let mut set = vec![
        (
            Set::Alias(format!("credential-alias.{ALIAS}")),
            asking(&providers.everywhere),
        ),
        (
            Set::Variable("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS".to_owned()),
            // The last is asked first, and answers. Without the other, cargo says that a token is ignored.
            format!("cargo:token {ALIAS}"),
        ),
    ];
    for (number, (variable, provider)) in providers.own.into_iter().enumerate() {
        let alias = format!("{ALIAS}-{number}");
        set.push((
            Set::Alias(format!("credential-alias.{alias}")),
            asking(&[provider]),
        ));
        set.push((Set::Variable(variable), alias));
    }
    Ok(set)
}

/// Where a gate without options of its own is configured already, what it asks.
fn without_gate(provider: &Provider) -> Vec<Provider> {
    let (program, words) = match provider.as_slice() {
        [program, first, second, words @ ..] if first == "hook" && second == "cargo" => {
            (program, words)
        }
        _ => return vec![provider.clone()],
    };
    let is_ours = Path::new(program).file_stem() == Some("packwarden".as_ref());
    match words {
        [] if is_ours => vec![vec!["cargo:token".to_owned()]],
        [first, inner @ ..] if is_ours && first == "--" => inner
            .split(|word| word == "--")
            .map(<[_]>::to_vec)
            .collect(),
        _ => vec![provider.clone()],
    }
}

/// cargo asks nothing when it only rehearses: what it would upload is packed and checked before.
fn rehearse(gate: &Gate<'_>, command: &Command<'_>, words: &Words<'_>) -> Result<u8, Error> {
    if words.has(&["--exclude"]) {
        return Err(command.refused(
            "a rehearsal can't be checked without some of the packages",
            "name those that are meant, by --package",
        ));
    }
    let text = |value: &std::ffi::OsStr| value.to_string_lossy().into_owned();
    let packages = words
        .flags
        .iter()
        .filter(|flag| matches!(flag.name, "-p" | "--package"));
    let packages: Vec<String> = packages.filter_map(|flag| flag.value.map(text)).collect();
    let manifest = words.value(&["--manifest-path"]).map(Path::new);
    let directory = manifest
        .and_then(Path::parent)
        .filter(|path| *path != Path::new(""));
    let mut request = gate.request.clone();
    request.targets = vec![Target::Path(
        directory.unwrap_or(Path::new(HERE)).to_owned(),
    )];
    request.selection = match packages.is_empty() {
        _ if words.has(&["--workspace", "--all"]) => Selection::Workspace,
        true => Selection::Nearest,
        false => Selection::Packages(packages),
    };
    request.pack.client = Some("cargo");
    request.pack.registry = words.value(&["--registry"]).map(text);
    let told = (gate.check)(&request);
    if told.code != 0 {
        return Ok(told.code);
    }
    let mut cargo = std::process::Command::new(command.program);
    cargo.args(command.arguments);
    client::run(&mut cargo, "cargo", Path::new(HERE))
}
