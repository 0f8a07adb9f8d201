//! The fields of a JSON object, unread: so that those of the path can be put among them, and none stands there twice.

use std::{borrow::Cow, fmt};

use antiphon_protocol::{Error, request::parse_error};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Other names of fields that can stand in a path.
const ALIASES: [(&str, &str); 1] = [("conversation_id", "room")];

/// The fields, in their order.
#[derive(Debug, Default)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Fields<'a> {
    /// Reads an object; nothing at all is an empty one.
    pub fn read(json: &'a [u8]) -> Result<Self, Error> {
        if json.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(json).map_err(|fault| parse_error(&fault))
    }

    /// Adds a field of the path. If the object has it too, both must say the same.
    pub fn put(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let value = serde_json::Value::from(text).to_string();
        match self.0.iter().find(|(key, _)| key == name) {
            Some((_, other)) if *other == value => Ok(()),
            Some(_) => Err(Error::field(name, format!("`{name}` is not the one of the path"))),
            None => {
                self.0.push((name.to_owned().into(), value.into()));
                Ok(())
            }
        }
    }

    /// Adds a field unless the object has it.
    pub fn put_default(&mut self, name: &str, text: &str) {
        if !self.0.iter().any(|(key, _)| key == name) {
            self.0.push((name.to_owned().into(), serde_json::Value::from(text).to_string().into()));
        }
    }

    /// All of them, as an object.
    pub fn to_json(&self) -> String {
        let fields: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{}:{value}", serde_json::Value::from(&**name)))
            .collect();
        format!("{{{}}}", fields.join(","))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor).map(Fields)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Vec<(Cow<'de, str>, Cow<'de, str>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields: Self::Value = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            let name =
                ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| (*name).to_owned());
            if fields.iter().any(|(other, _)| **other == name) {
                return Err(serde::de::Error::custom(format!("duplicate field `{name}`")));
            }
            fields.push((name.into(), value.get().into()));
        }
        Ok(fields)
    }
}
