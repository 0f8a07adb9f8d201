//! How protocol types stand in columns, and how a room and a position become one integer.

use std::{fmt::Display, str::FromStr};

use antiphon_protocol::Timestamp;
use rusqlite::{Row, types::Type};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IntoDeserializer, value::StrDeserializer},
};
use sha2::{Digest, Sha256};

/// Bits of a place that hold the position: 68 billion entries per room, and 134 million rooms.
const SEQ_BITS: u32 = 36;

/// The highest position that a place can hold.
pub(super) const LAST_SEQ: u64 = (1 << SEQ_BITS) - 1;

/// The highest key of a room that a place can hold.
pub(super) const LAST_RID: i64 = (1 << (i64::BITS - 1 - SEQ_BITS)) - 1;

/// Where position `seq` of a room is.
pub(super) fn place(rid: i64, seq: u64) -> i64 {
    (rid << SEQ_BITS) | seq.min(LAST_SEQ).cast_signed()
}

/// The position of a place.
pub(super) fn seq_of(place: i64) -> u64 {
    place.cast_unsigned() & LAST_SEQ
}

/// The word that stands for a value of a plain enum.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A column that holds the word of a plain enum.
pub(super) fn of_word<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    let word: StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
    T::deserialize(word).map_err(|fault| unreadable(column, fault))
}

/// A column that holds an id.
pub(super) fn id<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    row.get_ref(column)?.as_str()?.parse().map_err(|fault| unreadable(column, fault))
}

/// A column that holds JSON.
pub(super) fn json<'a, T: Deserialize<'a>>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|fault| unreadable(column, fault))
}

/// A column that holds an instant.
pub(super) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

/// JSON of a value that always encodes.
pub(super) fn encode<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value)
        .expect("protocol types have string keys and finite numbers, so they always encode")
}

/// Tells contents apart without keeping them.
pub(super) fn fingerprint<T: Serialize>(value: &T) -> [u8; 32] {
    Sha256::digest(encode(value)).into()
}

fn unreadable(column: usize, fault: impl Display) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, fault.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_order_rooms_first_and_positions_within() {
        for (rid, seq) in [(1, 1), (1, LAST_SEQ), (2, 0), (LAST_RID, LAST_SEQ)] {
            let place = place(rid, seq);
            assert_eq!((place >> SEQ_BITS, seq_of(place)), (rid, seq));
        }
        assert!(place(1, LAST_SEQ) < place(2, 0));
        assert!(place(1, u64::MAX) < place(2, 0), "a position beyond all others stays in its room");
    }
}
