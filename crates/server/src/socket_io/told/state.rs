//! A room as it is when a client joins it: from the answer to the join to what the client is told.

use antiphon_protocol::{
    Entry, EntryBody, Event, Joined, Message, OpenStream, Part, RoomId, socket_io::RoomState,
};

use super::{answer::Answer, room::RoomTold};

/// The state for the client, whose place in the room is then behind it.
pub fn of(joined: Joined, told: &mut RoomTold) -> RoomState {
    let mut messages = Vec::new();
    joined
        .entries
        .iter()
        .filter_map(|entry| entry.decode().ok())
        .for_each(|entry| take(entry, &mut messages));
    let mut answers: Vec<Answer> = Vec::new();
    for stream in &joined.streams {
        let at = answers.iter().position(|answer| answer.message == stream.message_id).unwrap_or_else(|| {
            answers.push(Answer::new(stream.message_id.clone()));
            answers.len() - 1
        });
        answers[at].hold_part(stream.part, stream.generation, stream.end, &stream.value);
        if let Some(message) = messages.iter_mut().find(|message| message.id == stream.message_id) {
            show(message, stream);
        }
    }
    for answer in &mut answers {
        let run = joined.runs.iter().find(|run| run.answer.as_ref() == Some(&answer.message));
        answer.announce(run.map(|run| run.run.clone()));
    }
    told.begin(joined.head, answers);
    RoomState {
        room: joined.room,
        info: joined.info,
        me: joined.me,
        members: joined.members,
        member_count: joined.member_count,
        read: joined.read,
        ordinal: joined.ordinal,
        head: joined.head,
        reason: joined.reason,
        messages,
        runs: joined.runs,
        approvals: joined.approvals,
        bots: joined.bots,
        typing: joined.signals.typing,
        presence: joined.signals.presence,
        queues: joined.signals.queues,
        read_by: joined.signals.read_by,
    }
}

/// An entry of the first page. Those that change a message come with the message as it is now; the message's own entry, read from
/// the log, shows it as it is now as well.
fn take(entry: Entry, messages: &mut Vec<Message>) {
    match entry.body {
        EntryBody::Message { message } => messages.push(*message),
        EntryBody::MessageEdited { message }
        | EntryBody::MessageMarked { message, .. }
        | EntryBody::MessageCompleted { message: Some(message), .. } => {
            if let Some(held) = messages.iter_mut().find(|held| held.id == message.id) {
                *held = *message;
            }
        }
        EntryBody::MessageDeleted { message_id } => {
            messages.iter_mut().filter(|held| held.id == message_id).for_each(|held| held.parts.clear());
        }
        _ => {}
    }
}

/// A part of a message that grows, with its text so far.
fn show(message: &mut Message, stream: &OpenStream) {
    let index = usize::try_from(stream.part).unwrap_or(usize::MAX);
    let mut value = stream.value.clone();
    if let Some(text) = value.stream_text_mut() {
        text.clone_from(&stream.text);
    }
    message.parts.truncate(index);
    while message.parts.len() < index {
        message.parts.push(Part::Text { text: String::new() });
    }
    message.parts.push(value);
}

/// What was missed of an open stream, as events: the part as it is now, then the text that the client lacks.
pub fn events_of(room: &RoomId, stream: OpenStream) -> Vec<Event> {
    let OpenStream { message_id, part, generation, at, end, text, value, visible_to, .. } = stream;
    let (room, message) = (room.clone(), message_id.clone());
    let opened = Event::Part { room: room.clone(), message_id: message, part, generation, value, visible_to };
    if at == end {
        return vec![opened];
    }
    vec![opened, Event::Append { room, message_id, part, generation, at, end, text }]
}
