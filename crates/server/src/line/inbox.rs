//! What a client has sent and the server has not looked at yet: the objects of one text message.

/// The rest of one message. Empty, it holds no memory.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    text: String,
    at: usize,
}

impl Inbox {
    /// A message, one or more JSON objects with line ends between them.
    pub fn new(text: String) -> Self {
        Self { text, at: 0 }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The next object. White space between objects is none.
    pub fn next<R>(&mut self, read: impl FnOnce(&str) -> R) -> Option<R> {
        loop {
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                self.text = String::new();
                self.at = 0;
                return None;
            }
            let line = rest.split('\n').next().unwrap_or(rest);
            let next = (self.at + line.len() + 1).min(self.text.len());
            let line = line.trim();
            if line.is_empty() {
                self.at = next;
                continue;
            }
            let result = read(line);
            self.at = next;
            return Some(result);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_object_by_object() {
        let mut inbox = Inbox::new("{1}\n\n {2}\r\n{3}".to_owned());
        let lines: Vec<String> = std::iter::from_fn(|| inbox.next(str::to_owned)).collect();
        assert_eq!(lines, ["{1}", "{2}", "{3}"]);
        assert!(inbox.is_empty() && inbox.text.capacity() == 0);
    }
}
