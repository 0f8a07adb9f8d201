//! What a tool gave back, in a form that a model and a room can take, and never more than is good for them.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::Value;

/// Longest text that is kept, beginning and end. A model's context has little more room.
const TEXT_BYTES: usize = 64 * 1024;
/// Largest structured result that is kept; the room is sent it anew with each change.
const DATA_BYTES: usize = 64 * 1024;
/// Longest name, address or type that is repeated.
const LABEL_LETTERS: usize = 200;

/// What a tool gave back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output {
    /// What it says. What is no text (an image, a link) is named in brackets.
    pub text: String,
    /// The same for programs, if the tool gave it and it is not too large.
    pub data: Option<Value>,
}

impl Output {
    pub(super) fn of(result: CallToolResult) -> Self {
        let data = result.structured_content.filter(|data| data.to_string().len() <= DATA_BYTES);
        let mut text = String::new();
        for block in &result.content {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&describe(block));
        }
        if text.trim().is_empty()
            && let Some(data) = &data
        {
            text = data.to_string();
        }
        Self { text: shorten(text), data }
    }

    /// Words of the client's own.
    pub(super) fn words(text: impl Into<String>) -> Self {
        Self { text: shorten(text.into()), data: None }
    }
}

fn describe(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::Image(image) => file("image", &image.mime_type, &image.data),
        ContentBlock::Audio(audio) => file("audio", &audio.mime_type, &audio.data),
        ContentBlock::ResourceLink(link) => {
            let what = link.description.as_deref().or(link.title.as_deref()).unwrap_or(&link.name);
            format!("[resource {}: {}]", label(&link.uri), label(what))
        }
        ContentBlock::Resource(embedded) => match &embedded.resource {
            ResourceContents::TextResourceContents { uri, text, .. } => {
                format!("[resource {}]\n{text}", label(uri))
            }
            ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
                let kind = mime_type.as_deref().unwrap_or("application/octet-stream");
                file(&format!("resource {},", label(uri)), kind, blob)
            }
            _ => "[a resource of an unknown kind]".to_owned(),
        },
        _ => "[content of an unknown kind]".to_owned(),
    }
}

/// A file in words; `base64` has four letters for three bytes.
fn file(what: &str, media_type: &str, base64: &str) -> String {
    format!("[{what} {}, {} bytes]", label(media_type), base64.trim_end_matches('=').len() * 3 / 4)
}

fn label(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LABEL_LETTERS).collect()
}

/// The beginning and the end of a text that is too long.
fn shorten(text: String) -> String {
    if text.len() <= TEXT_BYTES {
        return text;
    }
    let head = text.floor_char_boundary(TEXT_BYTES / 2);
    let tail = text.ceil_char_boundary(text.len() - TEXT_BYTES / 2);
    format!("{}\n[… {} bytes are left out …]\n{}", &text[..head], tail - head, &text[tail..])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn output(result: Value) -> Output {
        Output::of(serde_json::from_value(result).unwrap())
    }

    #[test]
    fn what_is_no_text_is_named() {
        let content = json!([
            {"type": "text", "text": "Here:"},
            {"type": "image", "data": "aGVsbG8=", "mimeType": "image/png"},
            {"type": "resource_link", "uri": "file:///a", "name": "a", "description": "The a"},
            {"type": "resource", "resource": {"uri": "demo://t", "mimeType": "text/plain", "text": "inside"}},
            {"type": "resource", "resource": {"uri": "demo://b", "blob": "aGVsbG8="}},
        ]);
        let expected = "Here:\n[image image/png, 5 bytes]\n[resource file:///a: The a]\n[resource demo://t]\ninside\n\
                        [resource demo://b, application/octet-stream, 5 bytes]";
        assert_eq!(output(json!({ "content": content })).text, expected);
    }

    #[test]
    fn structured_results_are_kept_and_shown_where_there_is_no_text() {
        let both =
            output(json!({"content": [{"type": "text", "text": "cold"}], "structuredContent": {"t": -3}}));
        assert_eq!((both.text.as_str(), both.data), ("cold", Some(json!({"t": -3}))));
        let alone = output(json!({"content": [], "structuredContent": {"t": -3}}));
        assert_eq!(alone.text, r#"{"t":-3}"#);
    }

    #[test]
    fn of_long_texts_both_ends_stay() {
        let text = format!("begin{}ünd", "ü".repeat(TEXT_BYTES));
        let result =
            json!({"content": [{"type": "text", "text": text}], "structuredContent": {"long": text}});
        let Output { text, data } = output(result);
        assert!(text.starts_with("begin") && text.ends_with("ünd") && text.contains("left out"));
        assert!(text.len() < TEXT_BYTES + 100 && data.is_none());
    }
}
