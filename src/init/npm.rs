//! npm and its like: a script of the package, which fails the publish when the check does.

use serde_json::Value;

use super::{
    Error, Gate, Plan, State, Survey,
    edit::{
        json,
        script::{Place, Standing, chained, standing},
    },
    plan::text_of,
    survey::Package,
};
use crate::{
    ecosystem::{PublishScript, ignores_scripts, publish_script},
    model::{Ecosystem, counted},
};

const CHECK: &str = "packwarden hook npm";
const HOOK: &str = "npm";

fn place(script: &PublishScript) -> Place {
    match script.is_after_packing {
        true => Place::First,
        false => Place::Last,
    }
}

/// Adds the script to each package.
pub(super) fn propose(survey: &Survey, plan: &mut Plan) -> Result<(), Error> {
    let packages: Vec<&Package> = survey.of_ecosystem(Ecosystem::Npm).collect();
    for package in &packages {
        let script = publish_script(&package.root)?;
        let event = script.event;
        let instead = match script.is_after_packing {
            true => format!("let its script `{event}` begin with `{CHECK} && …`"),
            false => format!("let its script `{event}` end with `… && {CHECK}`"),
        };
        plan.edit(
            survey,
            &package.root.join("package.json"),
            &instead,
            |text| add(text.unwrap_or_default(), &script),
        );
    }
    if let [first, ..] = packages[..] {
        let publish = publish_script(&first.root)?.publish;
        let packages = counted(packages.len(), "npm package");
        plan.found
            .push(format!("{packages}, published with `{publish}`"));
    }
    Ok(())
}

fn add(text: &str, script: &PublishScript) -> Result<String, String> {
    let manifest = json::read(text)?;
    let own = json::text_in(&manifest, "scripts", script.event).unwrap_or_default();
    match standing(&own, HOOK, place(script)) {
        Standing::Decides => return Ok(text.to_owned()),
        Standing::Not(reason) => {
            return Err(format!(
                "its script `{}` names packwarden, but {reason}",
                script.event
            ));
        }
        Standing::Absent => {}
    }
    if let Some(event) = in_another(&manifest, script) {
        return Err(format!(
            "its script `{event}` has the check, which is not the one for {}",
            script.publish
        ));
    }
    let chained = chained(&own, CHECK, place(script));
    let chained = chained.ok_or("the script that it has is too intricate to be added to")?;
    json::set(text, "scripts", script.event, &chained)
}

/// Another script with the check in it.
fn in_another(manifest: &Value, script: &PublishScript) -> Option<String> {
    let scripts = manifest.get("scripts")?.as_object()?;
    let mut others = scripts.iter().filter(|(name, _)| *name != script.event);
    let has_check = |text: &Value| {
        let text = text.as_str().unwrap_or_default();
        text.contains("packwarden") && text.contains("hook npm")
    };
    others
        .find(|(_, text)| has_check(text))
        .map(|(name, _)| name.clone())
}

/// Whether each package is checked on its publish.
pub(super) fn examine(survey: &Survey, gates: &mut Vec<Gate>) -> Result<(), Error> {
    for package in survey.of_ecosystem(Ecosystem::Npm) {
        let (state, text) = of_package(survey, package)?;
        let name = package.manifest.name.as_deref().unwrap_or("npm");
        gates.push(Gate {
            name: crate::model::escape(name),
            state,
            text,
        });
    }
    Ok(())
}

fn of_package(survey: &Survey, package: &Package) -> Result<(State, String), Error> {
    let path = package.root.join("package.json");
    let name = survey.shown(&path);
    let manifest = json::read(&text_of(&path)?.unwrap_or_default()).unwrap_or_default();
    let script = publish_script(&package.root)?;
    let PublishScript { event, publish, .. } = script;
    let text = json::text_in(&manifest, "scripts", event).unwrap_or_default();
    Ok(match standing(&text, HOOK, place(&script)) {
        Standing::Not(reason) => (
            State::Open,
            format!("`{event}` in {name} names packwarden, but {reason}"),
        ),
        Standing::Absent => match in_another(&manifest, &script) {
            Some(other) => (
                State::Open,
                format!("`{other}` in {name} has the check, but `{publish}` needs it in `{event}`"),
            ),
            None => (
                State::Missing,
                format!(
                    "`{event}` in {name} does not check what `{publish}` uploads: `packwarden init` adds it"
                ),
            ),
        },
        Standing::Decides => match ignores_scripts(&package.root) {
            Ok(true) => (
                State::Open,
                format!(
                    "`{event}` in {name} never runs: {} is configured to ignore scripts",
                    script.client
                ),
            ),
            Ok(false) => (
                State::Holds,
                format!(
                    "`{event}` in {name} checks what `{publish}` uploads; not with `--ignore-scripts` or a file \
                     that is packed already"
                ),
            ),
            Err(error) => (
                State::Open,
                format!(
                    "`{event}` in {name} has the check, but nobody knows whether it runs: {error}"
                ),
            ),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NPM: PublishScript = PublishScript {
        client: "npm",
        publish: "npm publish",
        event: "postpack",
        is_after_packing: true,
    };

    #[test]
    fn scripts_of_the_user_are_chained_in_the_right_order() {
        let later = PublishScript {
            event: "prepack",
            is_after_packing: false,
            ..NPM
        };
        for (script, before, after) in [
            (
                NPM,
                r#"{"scripts":{"postpack":"restore"}}"#,
                r#"{"scripts":{"postpack":"packwarden hook npm && restore"}}"#,
            ),
            (
                later,
                r#"{"scripts":{"prepack":"build"}}"#,
                r#"{"scripts":{"prepack":"build && packwarden hook npm"}}"#,
            ),
            (
                NPM,
                r#"{"name":"a"}"#,
                r#"{"name":"a","scripts":{"postpack":"packwarden hook npm"}}"#,
            ),
            (
                NPM,
                r#"{"scripts":{"postpack":"npx packwarden hook npm"}}"#,
                r#"{"scripts":{"postpack":"npx packwarden hook npm"}}"#,
            ),
        ] {
            let edited = add(before, &script).unwrap();
            assert_eq!(edited, after);
            assert_eq!(add(&edited, &script).unwrap(), after);
        }
        for other in [
            r#"{"scripts":{"postpack":"packwarden hook npm || true"}}"#,
            r#"{"scripts":{"prepublishOnly":"packwarden hook npm"}}"#,
            r#"{"scripts":{"postpack":"a # b"}}"#,
        ] {
            assert!(add(other, &NPM).is_err(), "{other}");
        }
    }
}
