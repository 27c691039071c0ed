//! The examples that a rule carries: entries that must or must not meet it.

use super::{
    error::Problem,
    file::Fields,
    generate::{self, UnknownGenerator},
    hex,
};

/// One example, ready to be made into entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    files: Vec<(String, Content)>,
    mode: u32,
    /// Whether the rule must be met in at least one of the entries, or in none.
    pub matches: Matches,
}

/// How an example behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matches {
    /// It meets the rule, and nothing speaks against the value.
    Yes,
    /// It meets the rule, and something speaks against the value.
    Doubtful,
    /// It does not meet the rule, or the value is doubtful.
    No,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Template(String),
    Bytes(Vec<u8>),
    Link(String),
}

/// The permissions of an example's files, unless it names others.
const MODE: u32 = 0o644;

/// One file of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleEntry {
    /// Its path below the artifact's root.
    pub path: String,
    /// What it holds; of a link, the target.
    pub bytes: Vec<u8>,
    /// Whether it is a link.
    pub link: bool,
    /// Its permission bits.
    pub mode: u32,
}

impl Example {
    /// The entries, with their placeholders filled.
    pub fn entries(&self) -> Result<Vec<ExampleEntry>, UnknownGenerator> {
        let entries = self.files.iter().map(|(path, content)| {
            let bytes = match content {
                Content::Template(template) => generate::fill(template)?.into_bytes(),
                Content::Bytes(bytes) => bytes.clone(),
                Content::Link(target) => target.clone().into_bytes(),
            };
            Ok(ExampleEntry {
                path: path.clone(),
                bytes,
                link: matches!(content, Content::Link(_)),
                mode: self.mode,
            })
        });
        entries.collect()
    }

    /// Reads one `[[rule.example]]`.
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let path = fields.text("path");
        let path = path.map_or("file.txt", |path| path.into_inner());
        let mut files = Vec::new();
        if let Some(text) = fields.text("text") {
            files.push((path.to_owned(), template(&fields, &text)));
        }
        if let Some(text) = fields.text("bytes") {
            match hex::bytes(text.get_ref()) {
                Some(bytes) => files.push((path.to_owned(), Content::Bytes(bytes))),
                None => {
                    let problem = Problem::BadHex((*text.get_ref()).to_owned());
                    fields.mistake(text.span(), problem);
                }
            }
        }
        if let Some(target) = fields.text("link") {
            files.push((
                path.to_owned(),
                Content::Link((*target.get_ref()).to_owned()),
            ));
        }
        let mode = fields.text("mode").and_then(|mode| {
            let bits = u32::from_str_radix(mode.get_ref(), 8).ok();
            if bits.is_none() {
                fields.mistake(mode.span(), Problem::BadMode((*mode.get_ref()).to_owned()));
            }
            bits
        });
        if let Some(table) = fields.table("files") {
            for (path, text) in table.entries() {
                files.push((path.to_owned(), template(&fields, &text)));
            }
        }
        let contents = ["text", "bytes", "link", "files"]
            .into_iter()
            .filter(|key| fields.has(key));
        if contents.count() != 1 {
            fields.mistake(fields.span(), Problem::ExampleContent);
        }
        if !fields.has("matches") {
            fields.mistake(fields.span(), Problem::Missing("matches"));
        }
        let matches = match fields.value_is_text("matches") {
            true => fields
                .text("matches")
                .and_then(|text| match *text.get_ref() {
                    "doubtful" => Some(Matches::Doubtful),
                    _ => {
                        fields.unknown("kind of match", &text, ["doubtful"]);
                        None
                    }
                }),
            false => fields.boolean("matches").map(|matches| match matches {
                true => Matches::Yes,
                false => Matches::No,
            }),
        };
        fields.finish();
        Some(Self {
            files,
            mode: mode.unwrap_or(MODE),
            matches: matches?,
        })
    }
}

/// A template whose generators all exist.
fn template(fields: &Fields<'_>, text: &toml::Spanned<&str>) -> Content {
    if let Err(UnknownGenerator(name)) = generate::check(text.get_ref()) {
        let name = toml::Spanned::new(text.span(), name.as_str());
        let names: Vec<String> = generate::generators().collect();
        fields.unknown("generator", &name, names.iter().map(String::as_str));
    }
    Content::Template((*text.get_ref()).to_owned())
}
