//! A request from path and query.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use antiphon_protocol::{Error, ErrorCode};
use axum::{
    Json,
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, header::CONTENT_TYPE, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::de::DeserializeOwned;

use super::{
    Failure,
    caller::{Answer, Caller},
    tagged::{tag_of, tagged},
};
use crate::doors::Doors;

/// Names what is done where neither body nor query does: the same key is the same deed, for ever.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Fields by name.
type Pairs = BTreeMap<String, String>;

/// A request, read from path and query.
pub struct FromQuery<T>(pub T);

/// Carries out a request whose fields are in path and query.
pub async fn by_query<T>(caller: Caller, FromQuery(asked): FromQuery<T>) -> Answer
where
    T: DeserializeOwned + Into<antiphon_protocol::Request>,
{
    caller.ask(asked).await
}

/// As [`by_query`], with a tag of what is found: whoever has the very same is told so.
pub async fn found<T>(
    caller: Caller,
    known: HeaderMap,
    FromQuery(asked): FromQuery<T>,
) -> Result<Response, Failure>
where
    T: DeserializeOwned + Into<antiphon_protocol::Request>,
{
    let Json(reply) = caller.ask(asked).await?;
    let json = serde_json::to_vec(&reply)
        .map_err(|_| Error::new(ErrorCode::Internal, "what was found cannot be written"))?;
    let tag = tag_of(&json);
    Ok(tagged(([(CONTENT_TYPE, "application/json")], json).into_response(), tag, &known))
}

impl<T: DeserializeOwned> FromRequestParts<Arc<Doors>> for FromQuery<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Doors>) -> Result<Self, Failure> {
        let mut pairs = path_fields(parts).await?;
        let query: Vec<(String, String)> = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default())
            .map_err(|_| Error::new(ErrorCode::BadRequest, "the query cannot be read"))?;
        for (name, value) in query {
            match pairs.entry(name) {
                Entry::Occupied(other) if *other.get() == value => {}
                Entry::Occupied(other) => {
                    let name = other.key();
                    return Err(Error::field(name, format!("`{name}` is given twice, differently")).into());
                }
                Entry::Vacant(place) => drop(place.insert(value)),
            }
        }
        if let Some(key) = idempotency_key(&parts.headers)? {
            pairs.entry("id".to_owned()).or_insert_with(|| key.to_owned());
        }
        Ok(Self(read(&pairs)?))
    }
}

/// The fields that stand in the path.
pub async fn path_fields(parts: &mut Parts) -> Result<Pairs, Error> {
    let params = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| Error::new(ErrorCode::BadRequest, "the path is not UTF-8"))?;
    Ok(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The id of what is done, for those who send it as a header.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let refused = |_| Error::field("Idempotency-Key", "`Idempotency-Key` is no id");
    headers.get(IDEMPOTENCY_KEY).map(|key| key.to_str().map_err(refused)).transpose()
}

fn read<T: DeserializeOwned>(pairs: &Pairs) -> Result<T, Error> {
    let text = serde_urlencoded::to_string(pairs)
        .map_err(|_| Error::new(ErrorCode::BadRequest, "the query cannot be read"))?;
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(deserializer).map_err(|fault| {
        let words = fault.inner().to_string();
        let path = fault.path().to_string();
        let field = words.split('`').nth(1).map(str::to_owned).or((path != ".").then_some(path));
        Error { field, ..Error::new(ErrorCode::BadRequest, words) }
    })
}
