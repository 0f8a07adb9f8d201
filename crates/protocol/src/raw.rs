//! JSON that is already written: passed through, never encoded again.

use std::{borrow::Cow, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Encoded JSON of a `T`. An entry is encoded once, at its commit; history, catch-up and answers pass the bytes on.
pub struct RawJson<T> {
    json: Box<RawValue>,
    of: PhantomData<fn() -> T>,
}

impl<T> RawJson<T> {
    /// Wraps JSON text. The text is checked to be one JSON value, not to be a `T`.
    pub fn from_text(text: String) -> Result<Self, serde_json::Error> {
        Ok(Self { json: RawValue::from_string(text)?, of: PhantomData })
    }

    /// The same text as JSON of something else.
    pub fn cast<U>(self) -> RawJson<U> {
        RawJson { json: self.json, of: PhantomData }
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        self.json.get()
    }
}

impl<T: Serialize> RawJson<T> {
    /// Encodes `value`.
    pub fn encode(value: &T) -> Self {
        let json = serde_json::value::to_raw_value(value)
            .expect("protocol types have string keys and finite numbers, so they always encode");
        Self { json, of: PhantomData }
    }
}

impl<T: for<'de> Deserialize<'de>> RawJson<T> {
    /// Decodes the value.
    pub fn decode(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.json.get())
    }
}

impl<T> Clone for RawJson<T> {
    fn clone(&self) -> Self {
        Self { json: self.json.clone(), of: PhantomData }
    }
}

impl<T> std::fmt::Debug for RawJson<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.json.get())
    }
}

impl<T> PartialEq for RawJson<T> {
    fn eq(&self, other: &Self) -> bool {
        self.json.get() == other.json.get()
    }
}

impl<T> Serialize for RawJson<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for RawJson<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Through a value, because a raw value cannot be read out of a tagged or flattened one.
        let value = serde_json::Value::deserialize(deserializer)?;
        let json = serde_json::value::to_raw_value(&value).map_err(serde::de::Error::custom)?;
        Ok(Self { json, of: PhantomData })
    }
}

impl<T: JsonSchema> JsonSchema for RawJson<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}
