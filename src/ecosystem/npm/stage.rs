//! Packages that npm has staged: the registry holds them, and publishes them when somebody approves (npm
//! 11.15 and later).

use std::env;

use super::{
    environment,
    running::{command, number},
};
use crate::{
    ecosystem::{Error, PackOptions, Packed, client::Client, only_file, private::PrivateDirectory},
    model::escape,
};

const NPM: &str = "npm";
/// The first version that can.
const FIRST: (u32, u32) = (11, 15);
/// Hexadecimal digits in each part of an id.
const PARTS: [usize; 5] = [8, 4, 4, 4, 12];

/// Has npm download the staged package with this id: the registry's own bytes, as an approval would publish
/// them.
///
/// # Errors
///
/// When it is no id, or npm is too old, or fails.
pub fn staged(id: &str, options: &PackOptions) -> Result<Packed, Error> {
    if !is_id(id) {
        return Err(Error::NoStageId { id: escape(id) });
    }
    let publish = options.publish.as_ref();
    let here = match publish {
        Some(publish) => publish.directory.clone(),
        None => env::current_dir().unwrap_or_default(),
    };
    let client = Client {
        name: NPM,
        project: &here,
        show_output: options.show_output.clone(),
        limit: options.limit(),
    };
    let program = match publish {
        Some(publish) => (publish.program.clone(), None),
        None => environment::program(NPM, |name| env::var_os(name)),
    };
    let version = client.ask(command(&program).arg("--version"), "npm --version")?;
    if number(&version) < FIRST {
        return Err(Error::ClientUnfit {
            client: NPM,
            version: escape(&version),
            path: Error::shown(&here),
            needs: format!("npm {}.{} or later to stage", FIRST.0, FIRST.1),
        });
    }
    // npm writes into the directory that it runs in, and would take no settings of the project there.
    let directory = PrivateDirectory::create()?;
    let mut download = command(&program);
    download
        .args(["stage", "download", id, "--json=false", "--prefix"])
        .arg(&here)
        .current_dir(directory.path());
    for (name, value) in publish.map_or(&[][..], |publish| &publish.settings) {
        download.arg(format!("--{name}={value}"));
    }
    client.run(&mut download, &format!("npm stage download {id}"))?;
    let file = directory.path().join(only_file(directory.path(), NPM)?);
    Ok(Packed {
        file,
        label: format!("npm-stage:{id}"),
        root: here.clone(),
        _directory: Some(directory.into()),
        ..Packed::default()
    })
}

/// What npm prints when it has staged a package names it: by its id.
pub fn stage_id(printed: &str) -> Option<&str> {
    let is_of_id = |character: char| character.is_ascii_hexdigit() || character == '-';
    let mut words = printed.split(|character| !is_of_id(character)).rev();
    words.find(|word| is_id(word))
}

fn is_id(text: &str) -> bool {
    let parts = text.split('-');
    let lengths = parts.map(
        |part| match part.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => part.len(),
            false => 0,
        },
    );
    lengths.eq(PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

    #[test]
    fn an_id_is_nothing_else() {
        assert!(is_id(ID));
        for wrong in [
            "",
            "-",
            "--help",
            "0f8fad5b",
            &ID[1..],
            &format!("{ID}-"),
            &ID.replace('f', "g"),
        ] {
            assert!(!is_id(wrong), "{wrong}");
        }
    }

    #[test]
    fn npm_tells_the_id_of_what_it_has_staged() {
        let plain = format!("+ a@1.0.0 (staged with id {ID})\n");
        let json = format!("{{\n  \"a\": {{ \"stageId\": \"{ID}\" }} }}");
        assert_eq!(stage_id(&plain), Some(ID));
        assert_eq!(stage_id(&json), Some(ID));
        assert_eq!(stage_id("+ a@1.0.0 (staged)\n"), None);
    }
}
