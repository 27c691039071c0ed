//! What cargo and a credential provider say to each other: one line of JSON each, after a greeting.
//!
//! <https://doc.rust-lang.org/cargo/reference/credential-provider-protocol.html>

use std::io::{self, BufRead, Write};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Error, Token};
use crate::model::{Sha256, escape};

/// The only version of the protocol that there is.
const VERSION: u64 = 1;
/// No message is nearly as long, in bytes.
const LONGEST: u64 = 1 << 20;

/// What cargo has asked, as it has.
#[derive(Debug)]
pub struct Request(Value);

/// What cargo has asked, understood.
pub(super) struct Asked {
    pub(super) registry: Registry,
    pub(super) action: Action,
}

/// The registry that it is about.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Registry {
    pub(super) index_url: String,
    pub(super) name: Option<String>,
}

/// What the answer is for.
pub(super) enum Action {
    /// To log in or out.
    Account,
    /// To do something that uploads nothing.
    Token,
    Publish(Upload),
}

/// A crate that cargo is about to upload.
#[derive(Deserialize)]
pub(super) struct Upload {
    pub(super) name: String,
    vers: String,
    #[serde(rename = "cksum")]
    pub(super) sha256: Sha256,
}

impl Upload {
    fn of(request: &Value) -> Result<Self, Error> {
        let upload: Self = part(request)?;
        // It becomes a path.
        match upload.file_name().contains(['/', '\\', '\0']) {
            true => Err(Error::said("it names a crate as none can be")),
            false => Ok(upload),
        }
    }

    pub(super) fn file_name(&self) -> String {
        format!("{}-{}.crate", self.name, self.vers)
    }

    pub(super) fn shown(&self) -> String {
        escape(&format!("{} {}", self.name, self.vers))
    }
}

impl Request {
    /// Greets cargo and hears what it asks.
    ///
    /// # Errors
    ///
    /// When that is nothing that can be understood.
    pub fn hear(input: impl BufRead, output: &mut impl Write) -> Result<Self, Error> {
        say(output, &json!({ "v": [VERSION] })).map_err(Error::said)?;
        let mut line = String::new();
        let read = input.take(LONGEST).read_line(&mut line);
        read.map_err(Error::said)?;
        let request: Value =
            serde_json::from_str(&line).map_err(|_| Error::said("it is no JSON"))?;
        match request["v"].as_u64() {
            Some(VERSION) => Ok(Self(request)),
            _ => Err(Error::said("it is of another version of the protocol")),
        }
    }

    /// The words that the provider is configured with.
    pub fn words(&self) -> Vec<String> {
        let words = self.0["args"].as_array().into_iter().flatten();
        words
            .filter_map(|word| Some(word.as_str()?.to_owned()))
            .collect()
    }

    /// The same with other words, for another provider.
    pub(super) fn with_words(&self, words: &[String]) -> Value {
        let mut request = self.0.clone();
        request["args"] = words.into();
        request
    }

    /// What it comes to. What is not known here may be a way to upload something.
    pub(super) fn asked(&self) -> Result<Asked, Error> {
        let word = |key: &str| self.0[key].as_str().unwrap_or_default();
        let action = match (word("kind"), word("operation")) {
            ("login" | "logout", _) => Action::Account,
            ("get", "read" | "yank" | "unyank" | "owners") => Action::Token,
            ("get", "publish") => Action::Publish(Upload::of(&self.0)?),
            (kind, operation) => {
                let asked = escape(&format!("{kind} {operation}"));
                return Err(Error::said(format!("`{}` is unknown", asked.trim_end())));
            }
        };
        let registry = part(&self.0["registry"])?;
        Ok(Asked { registry, action })
    }
}

fn part<T: for<'a> Deserialize<'a>>(of: &Value) -> Result<T, Error> {
    T::deserialize(of).map_err(Error::said)
}

/// What cargo is told.
pub enum Answer {
    /// The token, to be handed on and kept nowhere.
    Token(Token),
    /// Another provider is to answer, if one is configured.
    OfOthers,
    /// What another provider has answered.
    Handed(Value),
    /// Nothing, and no other provider is asked.
    Refused {
        /// Why.
        message: String,
        /// What to do.
        help: Option<String>,
    },
}

impl Answer {
    /// Tells cargo. A token is for this request only: the next upload must be asked about.
    ///
    /// # Errors
    ///
    /// When cargo is gone.
    pub fn tell(&self, output: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Token(token) => {
                let token = Token::new(serde_json::to_string(&**token)?);
                let (before, after) = (r#"{"Ok":{"kind":"get","token":"#, &*token);
                let never = r#","cache":"never","operation_independent":false}}"#;
                writeln!(output, "{before}{after}{never}")?;
                output.flush()
            }
            Self::OfOthers => say(output, &json!({ "Err": { "kind": "url-not-supported" } })),
            Self::Handed(answer) => say(output, answer),
            Self::Refused { message, help } => say(
                output,
                &json!({ "Err": { "kind": "other", "message": message, "caused-by": help.as_slice() } }),
            ),
        }
    }
}

fn say(output: &mut impl Write, message: &Value) -> io::Result<()> {
    writeln!(output, "{message}")?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(line: &str) -> Result<Request, Error> {
        let mut said = Vec::new();
        let heard = Request::hear(line.as_bytes(), &mut said);
        assert_eq!(said, b"{\"v\":[1]}\n");
        heard
    }

    #[test]
    fn a_publish_to_the_public_registry_is_understood() {
        let request = hear(&format!(
            r#"{{"v":1,"registry":{{"index-url":"sparse+https://index.example/","name":"crates-io"}},"kind":"get","operation":"publish","name":"acme","vers":"1.0.0","cksum":"{}","args":["hook","cargo"]}}"#,
            Sha256::of(b"x")
        ));
        let request = request.unwrap();
        assert_eq!(request.words(), ["hook", "cargo"]);
        let asked = request.asked().unwrap();
        assert_eq!(asked.registry.name.as_deref(), Some("crates-io"));
        match asked.action {
            Action::Publish(upload) => {
                assert_eq!(upload.file_name(), "acme-1.0.0.crate");
                assert_eq!(upload.sha256, Sha256::of(b"x"));
            }
            _ => panic!("another action"),
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for line in [
            "",
            "x",
            "[]",
            "{}",
            r#"{"v":2,"registry":{"index-url":"u"},"kind":"get","operation":"read"}"#,
        ] {
            assert!(hear(line).is_err(), "{line}");
        }
        for action in [
            r#""kind":"get","operation":"replace""#,
            r#""kind":"get""#,
            r#""kind":"transfer""#,
            r#""kind":"get","operation":"publish","name":"acme","vers":"1.0.0""#,
            r#""kind":"get","operation":"publish","name":"acme","vers":"1.0.0","cksum":"12""#,
            &format!(
                r#""kind":"get","operation":"publish","name":"../acme","vers":"1.0.0","cksum":"{}""#,
                Sha256::of(b"x")
            ),
        ] {
            let line = format!(r#"{{"v":1,"registry":{{"index-url":"u"}},{action}}}"#);
            assert!(hear(&line).unwrap().asked().is_err(), "{line}");
        }
        for action in ["read", "yank", "unyank", "owners"] {
            let line = format!(
                r#"{{"v":1,"registry":{{"index-url":"u"}},"kind":"get","operation":"{action}","name":"a","vers":"1"}}"#
            );
            let asked = hear(&line).unwrap().asked().unwrap();
            assert!(matches!(asked.action, Action::Token), "{line}");
        }
    }

    #[test]
    fn a_token_is_for_one_request_and_a_refusal_for_all_providers() {
        let said = |answer: Answer| {
            let mut said = Vec::new();
            answer.tell(&mut said).unwrap();
            String::from_utf8(said).unwrap()
        };
        let token = Answer::Token(Token::new("a\"b".to_owned()));
        insta::assert_snapshot!(said(token), @r#"{"Ok":{"kind":"get","token":"a\"b","cache":"never","operation_independent":false}}"#);
        let refused = Answer::Refused {
            message: "no".to_owned(),
            help: Some("do".to_owned()),
        };
        insta::assert_snapshot!(said(refused), @r#"{"Err":{"caused-by":["do"],"kind":"other","message":"no"}}"#);
    }
}
