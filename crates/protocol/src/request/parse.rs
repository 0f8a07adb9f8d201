//! Reading a request in two steps: first `type` and `ref`, then the fields by type.
//!
//! Two steps, because the error of a faulty request must carry its `ref`, and because raw JSON cannot be read
//! inside a tagged enum.

use std::borrow::Cow;

use serde::Deserialize;

use super::Request;
use crate::{Error, ErrorCode};

/// The two fields that every frame of a client may have.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    /// What the frame is.
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
    /// The client's number for the request; the answer repeats it.
    #[serde(rename = "ref", default)]
    pub reference: Option<u64>,
}

/// A frame that could not be read, with the `ref` to answer to if there was one.
#[derive(Debug, Clone, PartialEq)]
pub struct ParseError {
    /// The request's number.
    pub reference: Option<u64>,
    /// What is wrong.
    pub error: Error,
}

impl<'a> Envelope<'a> {
    /// Reads the envelope of one JSON object.
    pub fn read(json: &'a str) -> Result<Self, ParseError> {
        // Serde would take an array for a struct without the names of its fields.
        if !json.trim_start().starts_with('{') {
            let error = Error::new(ErrorCode::BadJson, "not a JSON object");
            return Err(ParseError { reference: None, error });
        }
        serde_json::from_str(json).map_err(|fault| ParseError { reference: None, error: parse_error(&fault) })
    }
}

/// Words for a fault that serde found: syntax is `bad_json`, content is `bad_request` with the field if it is known.
pub fn parse_error(fault: &serde_json::Error) -> Error {
    if fault.is_data() {
        let words = fault.to_string();
        let field = words.split('`').nth(1).map(str::to_owned);
        return Error { field, ..Error::new(ErrorCode::BadRequest, words) };
    }
    Error::new(ErrorCode::BadJson, format!("not a JSON object: {fault}"))
}

impl Request {
    /// Reads the fields of a request of type `kind` from the same JSON object.
    pub fn parse(kind: &str, json: &str) -> Result<Self, Error> {
        match Self::read(kind, json) {
            Some(read) => read.map_err(|fault| parse_error(&fault)),
            None => {
                let kind: String = kind.chars().filter(|c| !c.is_control()).take(40).collect();
                Err(Error {
                    field: Some("type".to_owned()),
                    ..Error::new(ErrorCode::UnknownType, format!("there is no request of type `{kind}`"))
                })
            }
        }
    }
}
