//! Checking a request against the limits, before anything is looked up.

use serde_json::Value;

use super::{Decide, EditMessage, Request, RevokeGrant, SendMessage};
use crate::{Error, Limits, Part, PresenceStatus, UserKind, approval::Scope};

impl Request {
    /// Whether a user of this kind may ask this, as far as the request alone can tell.
    pub fn check(&self, limits: &Limits, by: UserKind) -> Result<(), Error> {
        match self {
            Self::SendMessage(request) => check_send(request, limits, by),
            Self::EditMessage(EditMessage { text, parts, .. }) => check_content(text, parts, limits, by),
            Self::React(request) => check_emoji(&request.emoji, limits),
            Self::SetPresence(request) if request.status == PresenceStatus::Offline => Err(Error::field(
                "status",
                "`status` is `online` or `away`; close the connection to be offline",
            )),
            Self::Search(request) => check_query(&request.query, limits),
            Self::CreateRoom(request) => {
                check_line("name", &request.name, limits.name_chars)?;
                check_line("topic", request.topic.as_deref().unwrap_or_default(), limits.topic_chars)?;
                check_count("members", request.members.len(), limits.users_per_request)
            }
            Self::UpdateRoom(request) => {
                check_line("name", request.name.as_deref().unwrap_or_default(), limits.name_chars)?;
                check_line("topic", request.topic.as_deref().unwrap_or_default(), limits.topic_chars)
            }
            Self::Invite(request) => check_count("users", request.users.len(), limits.users_per_request),
            Self::JoinRoom(request) => check_count("streams", request.streams.len(), limits.page),
            Self::PutPart(request) => request.check(limits),
            Self::Append(request) => request.check(limits),
            Self::RequestApproval(request) => request.check(limits),
            Self::FinishRun(request) => request.check(limits),
            Self::Cancel(request) => {
                let named =
                    [request.run.is_some(), request.tool_call.is_some(), request.message_id.is_some()];
                if named.iter().filter(|given| **given).count() == 1 {
                    return Ok(());
                }
                Err(Error::field("run", "give exactly one of `run`, `tool_call` and `message_id`"))
            }
            Self::Decide(request) => check_decision(request, limits),
            Self::RevokeGrant(request) => check_grant(request),
            _ => Ok(()),
        }
    }
}

fn check_grant(request: &RevokeGrant) -> Result<(), Error> {
    match (request.scope, &request.room, &request.by) {
        (Scope::Session, Some(_), None) | (Scope::Always, None, _) => Ok(()),
        (Scope::Once, ..) => {
            Err(Error::field("scope", "`scope` is `session` or `always`: the other is over"))
        }
        (Scope::Session, None, _) => Err(Error::field("room", "`room` is missing: it holds in one room")),
        (Scope::Session, ..) => Err(Error::field("by", "`by` belongs to the scope `always`")),
        (Scope::Always, ..) => Err(Error::field("room", "`room` belongs to the scope `session`")),
    }
}

/// Longest reason of a decision, in characters: a few sentences.
const REASON_CHARS: usize = 1_000;

fn check_decision(request: &Decide, limits: &Limits) -> Result<(), Error> {
    let reason = request.reason.as_deref().unwrap_or_default();
    if reason.chars().count() > REASON_CHARS {
        let message = format!("`reason` is longer than {REASON_CHARS} characters");
        return Err(Error { limit: Some(REASON_CHARS as u64), ..Error::field("reason", message) });
    }
    if reason.contains('\0') {
        return Err(Error::field("reason", "`reason` holds the character U+0000"));
    }
    for (field, value) in [("arguments", &request.arguments), ("content", &request.content)] {
        let Some(value) = value else { continue };
        check_depth_of(field, value, limits.json_depth)?;
        let encoded = serde_json::to_string(value).map_err(|fault| Error::field(field, fault.to_string()))?;
        if holds_nul(&encoded) {
            return Err(Error::field(field, format!("`{field}` holds the character U+0000")));
        }
        if encoded.len() > limits.message_bytes {
            return Err(Error::too_large(field, limits.message_bytes));
        }
    }
    Ok(())
}

fn check_send(request: &SendMessage, limits: &Limits, by: UserKind) -> Result<(), Error> {
    check_count("to", request.to.len(), limits.users_per_request)?;
    check_content(&request.text, &request.parts, limits, by)
}

fn check_content(
    text: &Option<String>,
    parts: &Option<Vec<Part>>,
    limits: &Limits,
    by: UserKind,
) -> Result<(), Error> {
    match (text, parts) {
        (Some(_), Some(_)) => Err(Error::field("text", "give `text` or `parts`, not both")),
        (None, None) => Err(Error::field("text", "`text` or `parts` is missing")),
        (Some(text), None) => check_text("text", text, limits),
        (None, Some(parts)) => check_parts(parts, limits, by),
    }
}

fn check_parts(parts: &[Part], limits: &Limits, by: UserKind) -> Result<(), Error> {
    if parts.is_empty() {
        return Err(Error::field("parts", "`parts` is empty"));
    }
    check_count("parts", parts.len(), limits.parts)?;
    for part in parts {
        match part {
            Part::Text { text } => check_text("parts.text", text, limits)?,
            Part::File { name, url, .. } => check_file(name, url, limits)?,
            Part::Data { value, .. } => check_depth(value, limits.json_depth)?,
            _ if by == UserKind::Bot => {}
            _ => return Err(Error::field("parts", "people write parts of type `text`, `file` and `data`")),
        }
    }
    let encoded = serde_json::to_string(parts).map_err(|fault| Error::field("parts", fault.to_string()))?;
    if holds_nul(&encoded) {
        return Err(Error::field("parts", "`parts` holds the character U+0000"));
    }
    if encoded.len() > limits.message_bytes {
        return Err(Error::too_large("parts", limits.message_bytes));
    }
    Ok(())
}

/// Whether JSON holds the character U+0000, which it can only escape. Behind a backslash that is escaped itself, the
/// same letters are just text: somebody who writes about JSON.
pub(crate) fn holds_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let backslashes = json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes.is_multiple_of(2)
    })
}

fn check_text(field: &str, text: &str, limits: &Limits) -> Result<(), Error> {
    if text.trim().is_empty() {
        return Err(Error::field(field, format!("`{field}` is empty")));
    }
    if text.contains('\0') {
        return Err(Error::field(field, format!("`{field}` holds the character U+0000")));
    }
    if text.len() > limits.message_bytes {
        return Err(Error::too_large(field, limits.message_bytes));
    }
    Ok(())
}

/// A file is fetched by following a link: only such as lead to a server, never to a script.
pub(crate) fn check_file(name: &str, url: &str, limits: &Limits) -> Result<(), Error> {
    check_line("parts.name", name, limits.topic_chars)?;
    let leads_somewhere = url.starts_with("https://") || url.starts_with("http://");
    let leads_here = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
    if (leads_somewhere || leads_here) && !url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Ok(());
    }
    Err(Error::field("parts.url", "`url` begins with `https://`, `http://` or `/` and has no white space"))
}

/// A name or topic: one line, nothing that hides or turns text around.
fn check_line(field: &str, text: &str, limit: usize) -> Result<(), Error> {
    if text.chars().count() > limit {
        let message = format!("`{field}` is longer than {limit} characters");
        return Err(Error { limit: Some(limit as u64), ..Error::field(field, message) });
    }
    if text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err(Error::field(field, format!("`{field}` holds a control or invisible character")));
    }
    Ok(())
}

/// Zero-width characters and those that change the direction of what follows: tools of impersonation.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn check_emoji(emoji: &str, limits: &Limits) -> Result<(), Error> {
    if emoji.is_empty() || emoji.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Error::field("emoji", "`emoji` is one sign without white space"));
    }
    if emoji.len() > limits.emoji_bytes {
        return Err(Error::too_large("emoji", limits.emoji_bytes));
    }
    Ok(())
}

fn check_query(query: &str, limits: &Limits) -> Result<(), Error> {
    if !query.chars().any(char::is_alphanumeric) {
        return Err(Error::field("query", "`query` needs at least one letter or digit"));
    }
    if query.len() > limits.query_bytes {
        return Err(Error::too_large("query", limits.query_bytes));
    }
    Ok(())
}

fn check_count(field: &str, count: usize, limit: usize) -> Result<(), Error> {
    if count > limit { Err(Error::too_many(field, limit)) } else { Ok(()) }
}

pub(crate) fn check_depth(value: &Value, limit: usize) -> Result<(), Error> {
    check_depth_of("value", value, limit)
}

fn check_depth_of(field: &str, value: &Value, limit: usize) -> Result<(), Error> {
    if depth(value) > limit {
        let message = format!("`{field}` is nested deeper than {limit} levels");
        return Err(Error { limit: Some(limit as u64), ..Error::field(field, message) });
    }
    Ok(())
}

/// Recursion is safe here: serde_json reads no value deeper than 128.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PROTOCOL 3.6: U+0000 is refused wherever it stands, and text that only looks like its escape is not.
    #[test]
    fn nul_is_refused_and_its_escape_as_text_is_not() {
        let check = |text: &str| {
            let parts = [Part::Data { name: "sample".to_owned(), value: Value::from(text) }];
            check_parts(&parts, &Limits::default(), UserKind::Person)
        };
        for text in ["\0", "a\0b", "\\\0", "\\\\\0", "\\u0000\0"] {
            assert!(check(text).is_err(), "{text:?}");
        }
        for text in ["\\u0000", "write \\\\u0000", "u0000"] {
            assert!(check(text).is_ok(), "{text:?}");
        }
    }

    /// FAULTS 132: a link of a file cannot run anything.
    #[test]
    fn files_are_named_plainly_and_fetched_from_servers() {
        let check = |name: &str, url: &str| check_file(name, url, &Limits::default());
        for good in ["https://files.example/a", "http://10.0.0.1/a?b=c", "/files/a"] {
            assert!(check("a.txt", good).is_ok(), "{good} was refused");
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example/a",
            "/\\evil.example",
            "ftp://a",
            "",
            " /a",
            "/a\nb",
        ] {
            assert!(check("a.txt", bad).is_err(), "{bad:?} was accepted");
        }
        assert!(check("txt.\u{202e}exe", "/a").is_err());
    }
}
