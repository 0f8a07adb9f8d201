//! What clients are answered: acknowledgements, as text, because replies hold JSON that is written already.

use antiphon_protocol::Error;
use serde::Serialize;

/// It was done.
pub fn done(reply: &impl Serialize) -> String {
    with_ok(true, reply)
}

/// It was not.
pub fn refused(error: &Error) -> String {
    with_ok(false, error)
}

fn with_ok(ok: bool, fields: &impl Serialize) -> String {
    let fields = serde_json::to_string(fields)
        .expect("protocol types have string keys and finite numbers, so they always encode");
    match fields.strip_prefix('{') {
        Some("}") | None => format!(r#"{{"ok":{ok}}}"#),
        Some(rest) => format!(r#"{{"ok":{ok},{rest}"#),
    }
}

#[cfg(test)]
mod tests {
    use antiphon_protocol::{ErrorCode, Reply, reply::Done};

    use super::*;

    #[test]
    fn answers_say_first_whether_it_was_done() {
        assert_eq!(done(&Reply::Done(Done {})), r#"{"ok":true}"#);
        let error = refused(&Error::new(ErrorCode::Forbidden, "no"));
        assert_eq!(error, r#"{"ok":false,"code":"forbidden","message":"no","retryable":false}"#);
    }
}
