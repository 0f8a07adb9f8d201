//! A document of JSON that an agent changes by patches (RFC 6902): its state, or an activity. A patch is taken whole or
//! not at all, and none makes a document larger or deeper than a bound, however often it copies what is there. What all
//! patches of a run cost together is bounded as well.

mod work;

use serde::Deserialize;
use serde_json::Value;

pub(super) use work::{Unfit, Work};

/// Larger documents are no state of a conversation.
pub(super) const MOST_BYTES: usize = 1024 * 1024;
/// As deep as what serde_json reads; deeper values could not be read back.
const MOST_DEPTH: usize = 100;

/// More steps than this, each of which may look at the whole document, are no patch.
const MOST_CHANGES: usize = 4096;

/// A document.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Document {
    value: Value,
    bytes: usize,
}

/// One step of a patch.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub(super) enum Change {
    /// Puts a value there, between others in a list.
    Add { path: String, value: Value },
    /// Takes it away.
    Remove { path: String },
    /// Puts another in its place.
    Replace { path: String, value: Value },
    /// Takes it away, and puts it there.
    Move { from: String, path: String },
    /// Puts the same there.
    Copy { from: String, path: String },
    /// Goes on only if this is there.
    Test { path: String, value: Value },
}

/// A patch that does not fit the document, or would make it too large.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit;

impl Document {
    /// A whole document.
    pub fn new(value: Value) -> Result<Self, Misfit> {
        let bytes = size(&value, MOST_DEPTH).filter(|bytes| *bytes <= MOST_BYTES).ok_or(Misfit)?;
        Ok(Self { value, bytes })
    }

    /// What is in it.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Roughly how long it is.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Carries a patch out, for as long as there is work left.
    pub fn patch(&mut self, changes: &[Change], work: &mut Work) -> Result<(), Unfit> {
        // It is copied and looked at as a whole, whether the patch fits or not.
        work.spend_patch(self.bytes)?;
        if changes.len() > MOST_CHANGES {
            return Err(Unfit::Misfit);
        }
        let mut next = self.value.clone();
        // What a step adds is counted, what it takes away is not: a patch cannot swell on its way.
        let mut left = MOST_BYTES;
        for change in changes {
            work.spend(change.cost(&next))?;
            carry_out(&mut next, change, &mut left)?;
        }
        *self = Self::new(next)?;
        work.spend(self.bytes)
    }
}

fn carry_out(document: &mut Value, change: &Change, left: &mut usize) -> Result<(), Misfit> {
    match change {
        Change::Add { path, value } => add(document, path, value.clone(), left),
        Change::Remove { path } => remove(document, path).map(drop),
        Change::Replace { path, value } => {
            admit(path, value, left)?;
            *document.pointer_mut(path).ok_or(Misfit)? = value.clone();
            Ok(())
        }
        Change::Move { from, path } => {
            let is_inside = path.strip_prefix(from.as_str()).is_some_and(|rest| rest.starts_with('/'));
            if is_inside {
                return Err(Misfit);
            }
            let value = remove(document, from)?;
            add(document, path, value, left)
        }
        Change::Copy { from, path } => {
            let value = document.pointer(from).ok_or(Misfit)?.clone();
            add(document, path, value, left)
        }
        Change::Test { path, value } => {
            document.pointer(path).filter(|found| same(found, value)).map(drop).ok_or(Misfit)
        }
    }
}

/// Counts a value that goes there, if there is room for it.
fn admit(path: &str, value: &Value, left: &mut usize) -> Result<(), Misfit> {
    let above = path.matches('/').count();
    let size = size(value, MOST_DEPTH.checked_sub(above).ok_or(Misfit)?).ok_or(Misfit)?;
    *left = left.checked_sub(size).ok_or(Misfit)?;
    Ok(())
}

fn add(document: &mut Value, path: &str, value: Value, left: &mut usize) -> Result<(), Misfit> {
    admit(path, &value, left)?;
    let Some((parent, key)) = split(path)? else {
        *document = value;
        return Ok(());
    };
    match document.pointer_mut(parent).ok_or(Misfit)? {
        Value::Object(fields) => {
            fields.insert(key, value);
        }
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => {
            let at = index(&key).filter(|at| *at <= items.len()).ok_or(Misfit)?;
            items.insert(at, value);
        }
        _ => return Err(Misfit),
    }
    Ok(())
}

fn remove(document: &mut Value, path: &str) -> Result<Value, Misfit> {
    let Some((parent, key)) = split(path)? else { return Ok(document.take()) };
    match document.pointer_mut(parent).ok_or(Misfit)? {
        Value::Object(fields) => fields.remove(&key).ok_or(Misfit),
        Value::Array(items) => {
            let at = index(&key).filter(|at| *at < items.len()).ok_or(Misfit)?;
            Ok(items.remove(at))
        }
        _ => Err(Misfit),
    }
}

/// The parent's path and the last key; nothing for the whole document.
fn split(path: &str) -> Result<Option<(&str, String)>, Misfit> {
    if path.is_empty() {
        return Ok(None);
    }
    let (parent, key) = path.rsplit_once('/').ok_or(Misfit)?;
    Ok(Some((parent, key.replace("~1", "/").replace("~0", "~"))))
}

/// A place in a list, without sign or leading zeros.
fn index(key: &str) -> Option<usize> {
    let is_plain = key.bytes().all(|byte| byte.is_ascii_digit()) && (key == "0" || !key.starts_with('0'));
    if is_plain { key.parse().ok() } else { None }
}

/// Numbers are the same if they mean the same: `1` and `1.0`.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Roughly how many bytes of JSON a value is that is carried about.
fn carried(value: &Value) -> usize {
    size(value, MOST_DEPTH).unwrap_or(MOST_BYTES)
}

/// Roughly how many bytes of JSON a value is; nothing if it is deeper than `depth`.
fn size(value: &Value, depth: usize) -> Option<usize> {
    let below = depth.checked_sub(1)?;
    match value {
        Value::String(text) => Some(text.len() + 2),
        Value::Array(items) => items.iter().try_fold(2, |sum, item| Some(sum + 1 + size(item, below)?)),
        Value::Object(fields) => {
            fields.iter().try_fold(2, |sum, (key, item)| Some(sum + 4 + key.len() + size(item, below)?))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(4),
    }
}

#[cfg(test)]
mod tests;
