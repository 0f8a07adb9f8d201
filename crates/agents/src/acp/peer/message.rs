//! JSON-RPC 2.0 messages: reading one line, writing one line.

use serde_json::{Value, json};

/// The method does not exist here.
pub(in crate::acp) const METHOD_NOT_FOUND: i64 = -32601;
/// The parameters cannot be read.
pub(in crate::acp) const INVALID_PARAMS: i64 = -32602;
/// Something else went wrong.
pub(in crate::acp) const INTERNAL: i64 = -32603;
/// The agent wants someone to sign in first.
pub(in crate::acp) const AUTH_REQUIRED: i64 = -32000;
/// There is no such file or session.
pub(in crate::acp) const NOT_FOUND: i64 = -32002;
/// The one who asked does not want it any more.
pub(in crate::acp) const CANCELLED: i64 = -32800;

/// Withdraws a request; of either side.
pub(super) const CANCEL_REQUEST: &str = "$/cancel_request";

/// Bytes of the other side's error text that are kept: it is read by people.
const REMOTE_TEXT: usize = 4 * 1024;

/// One message of the other side.
#[derive(Debug, PartialEq)]
pub(super) enum Message {
    Request {
        id: Value,
        method: String,
        params: Value,
    },
    Notification {
        method: String,
        params: Value,
    },
    /// The answer to a request of ours, by its number.
    Response {
        id: u64,
        result: Result<Value, RpcError>,
    },
}

/// An error as JSON-RPC carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::acp) struct RpcError {
    pub code: i64,
    pub message: String,
}

impl RpcError {
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn read(error: &Value) -> Self {
        let said = error["message"].as_str().unwrap_or("no reason given");
        let mut message = said.to_owned();
        // Many agents put what really happened here.
        let details = &error["data"];
        if let Some(details) = details.as_str().or_else(|| details["details"].as_str()) {
            message = format!("{message}: {details}");
        }
        message.truncate(message.floor_char_boundary(REMOTE_TEXT));
        Self { code: error["code"].as_i64().unwrap_or(INTERNAL), message }
    }
}

impl Message {
    /// Reads a line; nothing if it is no message. What is not needed (`jsonrpc`, foreign fields) is not looked at.
    pub fn read(line: &[u8]) -> Option<Self> {
        let Value::Object(mut fields) = serde_json::from_slice(line).ok()? else { return None };
        let id = fields.remove("id");
        match (fields.remove("method"), id) {
            (Some(Value::String(method)), id) => {
                let params = fields.remove("params").unwrap_or_default();
                match id {
                    Some(id @ (Value::String(_) | Value::Number(_))) => {
                        Some(Self::Request { id, method, params })
                    }
                    None => Some(Self::Notification { method, params }),
                    Some(_) => None,
                }
            }
            (None, Some(id)) => {
                let result = match (fields.remove("error"), fields.remove("result")) {
                    (Some(error @ Value::Object(_)), _) => Err(RpcError::read(&error)),
                    (_, Some(result)) => Ok(result),
                    _ => return None,
                };
                Some(Self::Response { id: id.as_u64()?, result })
            }
            _ => None,
        }
    }
}

/// The line of a request of ours.
pub(super) fn request(id: u64, method: &str, params: &Value) -> String {
    line(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
}

/// The line of a notification.
pub(super) fn notification(method: &str, params: &Value) -> String {
    line(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
}

/// The line of an answer to the other side's request.
pub(super) fn response(id: &Value, result: &Result<Value, RpcError>) -> String {
    line(&match result {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(error) => {
            let error = json!({"code": error.code, "message": error.message});
            json!({"jsonrpc": "2.0", "id": id, "error": error})
        }
    })
}

fn line(message: &Value) -> String {
    format!("{message}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_by_what_they_hold() {
        let read = |text: &str| Message::read(text.as_bytes());
        let params = json!({"a": 1});
        assert_eq!(
            read(r#"{"jsonrpc":"2.0","id":"x","method":"m","params":{"a":1}}"#),
            Some(Message::Request { id: json!("x"), method: "m".to_owned(), params })
        );
        assert_eq!(
            read(r#"{"method":"m"}"#),
            Some(Message::Notification { method: "m".to_owned(), params: Value::Null })
        );
        assert_eq!(
            read(r#"{"id":7,"result":null}"#),
            Some(Message::Response { id: 7, result: Ok(Value::Null) })
        );
        let error = RpcError::new(-32000, "sign in: with a key");
        assert_eq!(
            read(r#"{"id":7,"error":{"code":-32000,"message":"sign in","data":{"details":"with a key"}}}"#),
            Some(Message::Response { id: 7, result: Err(error) })
        );
    }

    #[test]
    fn what_is_no_message_is_nothing() {
        for line in [
            "",
            "starting…",
            "[]",
            "7",
            "{}",
            r#"{"id":1}"#,
            r#"{"id":null,"method":"m"}"#,
            r#"{"method":7}"#,
            r#"{"id":"ours are numbers","result":1}"#,
            r#"{"id":1,"error":"text"}"#,
            r#"[{"id":1,"result":1}]"#,
            "\u{0}",
        ] {
            assert_eq!(Message::read(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_message_is_one_line() {
        let line = request(1, "m", &json!({"text": "two\nlines\u{2028}"}));
        assert_eq!(line.matches('\n').count(), 1);
        assert!(line.ends_with('\n'));
    }
}
