//! Yarn 2 and later take no file: they pack once more while they publish. A plugin that we add compares what
//! they are about to upload with what was checked, and throws if it is anything else.

use std::{fs, path::Path};

use super::typed::Typed;
use crate::{
    ecosystem::{self, PrivateDirectory},
    gate::{Error, Gate, client, held::HeldArtifact},
    model::{Sha256, escape},
};

/// With these it may upload nothing and still succeed.
const MAY_UPLOAD_NOTHING: &[&str] = &["--dry-run", "-n", "--tolerate-republish"];

/// What the plugin writes down, a line each.
const LOADED: &str = "loaded";
const UPLOADING: &str = "uploading";
const REFUSED: &str = "refused";

/// Publishes what is the same as the artifact that has passed, and returns yarn's exit code.
///
/// # Errors
///
/// When yarn does not load the plugin, or has packed something else: then nothing was uploaded; and when
/// it says that it has published, and the plugin has seen no upload.
pub(super) fn publish(
    gate: &Gate<'_>,
    typed: &Typed<'_>,
    artifact: &HeldArtifact,
) -> Result<u8, Error> {
    let name = typed.client.name;
    let place = PrivateDirectory::create()?;
    let told = place.path().join("told");
    let plugin = place.path().join("plugin.cjs");
    let written = fs::write(&plugin, plugin_text(artifact.sha256, &told));
    written.map_err(|source| ecosystem::Error::NoPrivateDirectory {
        path: escape(&plugin.to_string_lossy()),
        source,
    })?;
    let (variable, plugins) = ecosystem::yarn_plugins(&plugin);
    // A yarn that does not load it would upload whatever it packs.
    let mut question = std::process::Command::new(typed.program());
    question.args(["config", "get", "enableTelemetry"]);
    question
        .env(variable, &plugins)
        .stdout(std::process::Stdio::null());
    client::run(&mut question, name, &typed.directory)?;
    if !has(&told, LOADED) {
        return Err(Error::Unguarded { client: name });
    }
    let mut command = typed.publishing(None);
    let code = client::run(command.env(variable, plugins), name, &typed.directory)?;
    if has(&told, REFUSED) {
        return Err(Error::Repacked { client: name });
    }
    match code == 0 && !has(&told, UPLOADING) {
        false => Ok(code),
        true if MAY_UPLOAD_NOTHING.iter().any(|flag| typed.is_on(&[flag])) => {
            (gate.say)("yarn has uploaded nothing");
            Ok(code)
        }
        true => Err(Error::Unseen { client: name }),
    }
}

fn has(told: &Path, line: &str) -> bool {
    let text = fs::read_to_string(told).unwrap_or_default();
    text.lines().any(|told| told == line)
}

/// The plugin, for one artifact. What can't be read is refused, and so is what can't be written down.
fn plugin_text(sha256: Sha256, told: &Path) -> String {
    let told = serde_json::Value::from(told.to_string_lossy()).to_string();
    PLUGIN
        .replace("CHECKED", &format!("'{sha256}'"))
        .replace("TOLD", &told)
}

/// Only a provenance statement, which yarn makes itself, goes beside the artifact. An upload in a form that is not known
/// here is refused.
const PLUGIN: &str = r"const { createHash } = require('crypto');
const { appendFileSync } = require('fs');
const tell = line => appendFileSync(TOLD, `${line}\n`);
const isChecked = ({ data }) => {
  const bytes = Buffer.from(data, 'base64');
  return bytes.toString('base64') === data && createHash('sha256').update(bytes).digest('hex') === CHECKED;
};
const attachments = body => {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    try { body = JSON.parse(body.toString()); } catch { return null; }
  }
  return body && typeof body === 'object' && body._attachments ? Object.entries(body._attachments) : null;
};
module.exports = {
  name: 'packwarden',
  factory: () => {
    tell('loaded');
    return { hooks: { wrapNetworkRequest: async (send, { body, method }) => {
      const all = attachments(body);
      if (!all && method !== 'PUT') return send;
      const artifacts = (all || []).filter(([name]) => !name.endsWith('.sigstore'));
      if (artifacts.length !== 1 || !isChecked(artifacts[0][1])) {
        tell('refused');
        throw new Error('packwarden: this is not what was checked, and it is not uploaded');
      }
      return async () => { tell('uploading'); return send(); };
    } } };
  },
};
";
