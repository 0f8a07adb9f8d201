//! Streams that real agents have sent, streams that break the rules, and streams of any events at all.

mod recordings;
mod rules;
mod soup;

use super::{super::event::Event, Act, Decoder, Ending, Fault, Kept};
use serde_json::Value;

/// What a stream of these events comes to.
fn decode(decoder: &mut Decoder, events: &[Value]) -> Result<(Vec<Act>, Option<Ending>), Fault> {
    let mut acts = Vec::new();
    for event in events {
        decoder.take(Event::read(event.to_string().as_bytes()).unwrap(), &mut acts)?;
    }
    let ending = decoder.end(&mut acts);
    Ok((acts, ending))
}

/// Acts in a form that can be read at a glance; what grows in a row is joined.
fn script(acts: &[Act]) -> Vec<String> {
    let mut lines: Vec<(Option<u32>, String)> = Vec::new();
    for act in acts {
        let line = match act {
            Act::Text { key, .. } => format!("{key} text"),
            Act::Thought { key, .. } => format!("{key} thought"),
            Act::Tool { key, name, owner, .. } => {
                let owner = owner.as_ref().map(|owner| format!(" by {owner}")).unwrap_or_default();
                format!("{key} tool {name}{owner}")
            }
            Act::Grew { key, delta } => {
                match lines.last_mut() {
                    Some((Some(last), line)) if last == key => line.push_str(delta),
                    _ => lines.push((Some(*key), format!("{key} + {delta}"))),
                }
                continue;
            }
            Act::Closed { key } => format!("{key} closed"),
            Act::Answered { key, content, state, .. } => {
                let state = state.as_deref().unwrap_or("answered");
                format!("{key} {state} {}", content.as_str().unwrap_or_default())
            }
            Act::Progress { key, fraction, message } => {
                format!("{key} progress {fraction:?} {}", message.as_deref().unwrap_or_default())
            }
            Act::Sealed { value, .. } => format!("sealed {value}"),
            Act::Step { name, done, .. } => format!("step {name} {}", if *done { "done" } else { "begins" }),
            Act::State => "state".to_owned(),
            Act::Activity { id } => format!("activity {id}"),
            Act::Subagent { id } => format!("subagent {id}"),
            Act::Messages(messages) => format!("{} messages", messages.len()),
            Act::Kept(Kept { event, name, .. }) => {
                format!("kept {event} {}", name.as_deref().unwrap_or_default())
            }
            Act::Cut { what, .. } => format!("cut {what}"),
        };
        lines.push((None, line));
    }
    lines.into_iter().map(|(_, line)| line).collect()
}
