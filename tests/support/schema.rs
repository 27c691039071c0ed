//! As much of JSON Schema as our own schemas use. What it does not know is an error: a schema that
//! is not enforced would pass everything.

use regex::Regex;
use serde_json::Value;

/// Everything in `value` that `schema` forbids, each as one sentence.
pub(crate) fn complaints(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Check {
        root: schema,
        found: &mut found,
    }
    .value(schema, value, "$");
    found
}

struct Check<'a> {
    root: &'a Value,
    found: &'a mut Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, schema: &Value, value: &Value, place: &str) {
        for (keyword, wanted) in schema.as_object().unwrap() {
            let good = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" => true,
                // A null has no content to check further; "type" has decided on it.
                _ if value.is_null()
                    && !matches!(keyword.as_str(), "type" | "enum" | "const" | "$ref") =>
                {
                    true
                }
                "$ref" => {
                    let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                    let target = self.root.pointer(pointer).unwrap();
                    self.value(target, value, place);
                    true
                }
                "type" => match wanted {
                    Value::Array(types) => types.iter().any(|one| is_a(value, one)),
                    one => is_a(value, one),
                },
                "const" => value == wanted,
                "enum" => wanted.as_array().unwrap().contains(value),
                "minimum" => value.as_i64() >= wanted.as_i64(),
                "pattern" => Regex::new(wanted.as_str().unwrap())
                    .unwrap()
                    .is_match(value.as_str().unwrap_or("")),
                "required" => wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|key| value.get(key.as_str().unwrap()).is_some()),
                "additionalProperties" => {
                    assert_eq!(wanted, false);
                    let known = schema["properties"].as_object().unwrap();
                    value
                        .as_object()
                        .is_some_and(|object| object.keys().all(|key| known.contains_key(key)))
                }
                "properties" => {
                    for (key, schema) in wanted.as_object().unwrap() {
                        if let Some(value) = value.get(key) {
                            self.value(schema, value, &format!("{place}.{key}"));
                        }
                    }
                    true
                }
                "items" => {
                    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                        self.value(wanted, value, &format!("{place}[{index}]"));
                    }
                    true
                }
                unknown => panic!("the keyword {unknown} is not implemented"),
            };
            if !good {
                self.found
                    .push(format!("{place}: {keyword} {wanted} forbids {value}"));
            }
        }
    }
}

fn is_a(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        unknown => panic!("the type {unknown} is not implemented"),
    }
}
