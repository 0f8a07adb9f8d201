//! Markdown around what others said: quoted so that none of it is taken for ours.

use antiphon_protocol::Timestamp;

/// Signs that mean something in Markdown, or would call someone.
const SIGNS: &[char] =
    &['\\', '`', '*', '_', '{', '}', '[', ']', '<', '>', '(', ')', '#', '!', '|', '~', '$', '&', '@'];

/// A text on one line in which no sign means anything.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !escaped.is_empty() {
            escaped.push(' ');
        }
        for sign in word.chars() {
            if SIGNS.contains(&sign) {
                escaped.push('\\');
            }
            escaped.push(sign);
        }
    }
    escaped
}

/// A text, cut after so many letters.
pub(super) fn shorten(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// The part of a text around the first word of `query`, on one line.
pub(super) fn excerpt(text: &str, query: &str, letters: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let sought = query.split_whitespace().next().unwrap_or_default().to_lowercase();
    let hit = words.iter().position(|word| word.to_lowercase().contains(&sought)).unwrap_or(0);
    // A few words before it, so that one sees where the sentence comes from.
    let start = hit.saturating_sub(6);
    let ellipsis = if start > 0 { "… " } else { "" };
    shorten(&format!("{ellipsis}{}", words[start..].join(" ")), letters)
}

/// Lines as a quotation.
pub(super) fn quote(text: &str) -> String {
    text.lines().map(|line| format!("> {line}").trim_end().to_owned() + "\n").collect()
}

/// A day and a minute, as people write them.
pub(super) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{} {} UTC", &text[..10], &text[11..16])
}

/// The first blocks of a text, as many as fit into so many bytes but at least one; code is never cut in two.
pub(super) fn opening(text: &str, bytes: usize) -> &str {
    let (mut end, mut at, mut fenced) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        at += line.len();
        if fenced || !(line.trim().is_empty() || at == text.len()) {
            continue;
        }
        if at > bytes && end > 0 {
            break;
        }
        end = at;
    }
    text[..if end == 0 { text.len() } else { end }].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B16: what someone said cannot become a link, a picture, a heading or a mention in the agent's mouth.
    #[test]
    fn what_was_said_means_nothing_when_it_is_quoted() {
        assert_eq!(escape("![x](http://a)\n# @mara <b>"), r"\!\[x\]\(http://a\) \# \@mara \<b\>");
        assert_eq!(escape("plain, with äöü."), "plain, with äöü.");
    }

    #[test]
    fn an_excerpt_shows_the_hit() {
        let text = "one two three four five six seven eight Nine ten";
        assert_eq!(excerpt(text, "nine", 100), "… three four five six seven eight Nine ten");
        assert_eq!(excerpt(text, "absent", 7), "one two…");
        assert_eq!(excerpt("", "x", 5), "");
    }

    #[test]
    fn an_opening_ends_between_blocks() {
        let text = "First.\n\n```\na\n\nb\n```\n\nLast.\n";
        assert_eq!(opening(text, 3), "First.");
        assert_eq!(opening(text, 12), "First.");
        assert_eq!(opening(text, 25), "First.\n\n```\na\n\nb\n```");
        assert_eq!(opening(text, 100), text.trim_end());
    }

    #[test]
    fn a_moment_is_a_day_and_a_minute() {
        assert_eq!(moment(Timestamp::from_millis(1_795_183_327_042)), "2026-11-20 14:02 UTC");
    }
}
