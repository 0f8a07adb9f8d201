//! Server-sent events as agents send them: the `data` lines of an event, ended by an empty line.

use crate::sse::{Lines, TooLong};

/// A snapshot of a whole conversation is the largest event. The reader of the protocol's authors stops at 10 MB, for one
/// conversation in a browser; here many run at once.
pub(super) const MOST_EVENT_BYTES: usize = 4 * 1024 * 1024;

/// Gathers lines until an event is whole.
#[derive(Debug)]
pub(super) struct Frames {
    lines: Lines,
    data: Vec<u8>,
}

impl Default for Frames {
    fn default() -> Self {
        Self { lines: Lines::of(MOST_EVENT_BYTES), data: Vec::new() }
    }
}

impl Frames {
    /// Takes what has come, and gives the data of each event that is whole with it.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        let (mut events, mut length) = (Vec::new(), Ok(()));
        self.lines.push(bytes, |line| {
            if length.is_ok() {
                length = add(&mut self.data, line, &mut events);
            }
        })?;
        length.map(|()| events)
    }

    /// The stream has ended: its last event may lack an end.
    pub fn end(&mut self) -> Result<Vec<Vec<u8>>, TooLong> {
        let mut events = Vec::new();
        let last = self.lines.end();
        add(&mut self.data, &last, &mut events)?;
        add(&mut self.data, b"", &mut events)?;
        Ok(events)
    }
}

fn add(data: &mut Vec<u8>, line: &[u8], events: &mut Vec<Vec<u8>>) -> Result<(), TooLong> {
    if line.is_empty() {
        let event = std::mem::take(data);
        events.extend((!event.trim_ascii().is_empty()).then_some(event));
        return Ok(());
    }
    let Some(more) = line.strip_prefix(b"data:") else { return Ok(()) };
    if data.len() + more.len() >= MOST_EVENT_BYTES {
        return Err(TooLong);
    }
    if !data.is_empty() {
        data.push(b'\n');
    }
    // The one blank after the colon may stay: between the values of JSON it means nothing.
    data.extend_from_slice(more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Frames, MOST_EVENT_BYTES, TooLong};

    fn text(events: Vec<Vec<u8>>) -> Vec<String> {
        events.into_iter().map(|event| String::from_utf8(event).unwrap().trim().to_owned()).collect()
    }

    #[test]
    fn an_event_may_be_cut_anywhere_and_spread_over_lines() {
        const STREAM: &str = "\u{feff}: hello\nevent: x\nid: 7\ndata: {\"a\":\"ü\"}\n\ndata:{\r\ndata: \"b\":2}\r\n\r\n\n\ndata:\n\ndata: [3]";
        for cut in 0..=STREAM.len() {
            let (mut frames, (first, second)) = (Frames::default(), STREAM.as_bytes().split_at(cut));
            let mut seen = frames.push(first).unwrap();
            seen.extend(frames.push(second).unwrap());
            seen.extend(frames.end().unwrap());
            assert_eq!(text(seen), ["{\"a\":\"ü\"}", "{\n \"b\":2}", "[3]"], "cut at {cut}");
            assert!(frames.end().unwrap().is_empty());
        }
    }

    #[test]
    fn an_event_without_end_is_not_gathered_for_ever() {
        let line = [b"data:".as_slice(), &vec![b'1'; MOST_EVENT_BYTES / 2], b"\n"].concat();
        let mut frames = Frames::default();
        assert_eq!(frames.push(&line), Ok(Vec::new()));
        assert_eq!(frames.push(&line), Err(TooLong));
    }
}
