//! The fields of a JSON object, unread: so that those of the path can be put among them, and none stands there twice.

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use antiphon_protocol::{Error, request::parse_error};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Other names of fields that can stand in a path.
const ALIASES: [(&str, &str); 1] = [("conversation_id", "room")];

/// The fields by name, each with its JSON. A map, because a body may hold thousands.
#[derive(Debug, Default)]
pub struct Fields<'a>(BTreeMap<String, Cow<'a, str>>);

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
        match self.0.entry(name.to_owned()) {
            Entry::Occupied(other) if *other.get() == value => Ok(()),
            Entry::Occupied(_) => Err(Error::field(name, format!("`{name}` is not the one of the path"))),
            Entry::Vacant(place) => {
                place.insert(value.into());
                Ok(())
            }
        }
    }

    /// Adds a field unless the object has it.
    pub fn put_default(&mut self, name: &str, text: &str) {
        let json = || serde_json::Value::from(text).to_string().into();
        self.0.entry(name.to_owned()).or_insert_with(json);
    }

    /// All of them, as an object.
    pub fn to_json(&self) -> String {
        let fields: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{}:{value}", serde_json::Value::from(name.as_str())))
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
    type Value = BTreeMap<String, Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Self::Value::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            let name =
                ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| (*name).to_owned());
            match fields.entry(name) {
                Entry::Vacant(place) => place.insert(value.get().into()),
                Entry::Occupied(other) => {
                    return Err(serde::de::Error::custom(format!("duplicate field `{}`", other.key())));
                }
            };
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FAULTS 28: a name stands there once, under an alias too. Of this many, each is not compared with every other:
    /// that would take minutes.
    #[test]
    fn a_field_twice_is_found_among_very_many() {
        let mut json = (0..300_000).fold(String::from("{"), |json, n| json + &format!("\"f{n}\":1,"));
        json += "\"room\":\"a\",\"conversation_id\":\"a\"}";
        let error = Fields::read(json.as_bytes()).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("room"));
    }
}
