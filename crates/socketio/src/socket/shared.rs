//! What the server says: encoded once, sent to many.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::engine;

/// A packet of Socket.IO, encoded for every transport. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shared(Arc<[engine::Packet]>);

impl Shared {
    /// An event. `args` stand behind its name.
    pub fn event(namespace: &str, name: &str, args: &[Value]) -> Self {
        Self::event_with(namespace, name, args, None, &[])
    }

    /// An event whose arguments are JSON already, separated by commas.
    pub fn event_of_json(namespace: &str, name: &str, args: &str) -> Self {
        let comma = if args.is_empty() { "" } else { "," };
        Self::text(&format!("2{}[{}{comma}{args}]", prefix(namespace), encode(&name)))
    }

    /// An event with bytes: each is named in `args` by a placeholder.
    pub fn binary_event(namespace: &str, name: &str, args: &[Value], attachments: &[bytes::Bytes]) -> Self {
        Self::event_with(namespace, name, args, None, attachments)
    }

    /// An event with attachments, and a number if it wants to be acknowledged.
    pub(super) fn event_with(
        namespace: &str,
        name: &str,
        args: &[Value],
        id: Option<u64>,
        attachments: &[bytes::Bytes],
    ) -> Self {
        let name = Value::from(name);
        let mut all = vec![&name];
        all.extend(args);
        Self::packet('2', '5', namespace, id, &all, attachments)
    }

    /// The answer to an event.
    pub(super) fn ack(namespace: &str, id: u64, args: &[Value], attachments: &[bytes::Bytes]) -> Self {
        let all: Vec<&Value> = args.iter().collect();
        Self::packet('3', '6', namespace, Some(id), &all, attachments)
    }

    /// The answer to an event whose arguments are JSON already, separated by commas.
    pub(super) fn ack_of_json(namespace: &str, id: u64, args: &str) -> Self {
        Self::text(&format!("3{}{id}[{args}]", prefix(namespace)))
    }

    fn packet(
        plain: char,
        binary: char,
        namespace: &str,
        id: Option<u64>,
        args: &[&Value],
        attachments: &[bytes::Bytes],
    ) -> Self {
        let kind = if attachments.is_empty() {
            plain.to_string()
        } else {
            format!("{binary}{}-", attachments.len())
        };
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        let text = engine::Packet::text(&format!("{kind}{}{id}{}", prefix(namespace), encode(&args)));
        let bytes = attachments.iter().map(|bytes| engine::Packet::binary(bytes));
        Self(std::iter::once(text).chain(bytes).collect())
    }

    pub(super) fn connected(namespace: &str, sid: &str, pid: Option<&str>) -> Self {
        let mut reply = serde_json::json!({ "sid": sid });
        if let Some(pid) = pid {
            reply["pid"] = pid.into();
        }
        Self::text(&format!("0{}{reply}", prefix(namespace)))
    }

    pub(super) fn refused(namespace: &str, message: &str, data: Option<&Value>) -> Self {
        let mut reply = serde_json::json!({ "message": message });
        if let Some(data) = data {
            reply["data"] = data.clone();
        }
        Self::text(&format!("4{}{reply}", prefix(namespace)))
    }

    pub(super) fn disconnect(namespace: &str) -> Self {
        Self::text(&format!("1{}", prefix(namespace)))
    }

    fn text(text: &str) -> Self {
        Self(Arc::from([engine::Packet::text(text)]))
    }

    pub(super) fn packets(&self) -> &[engine::Packet] {
        &self.0
    }

    /// What it costs to send, in bytes.
    #[allow(clippy::len_without_is_empty, reason = "a packet is never empty")]
    pub fn len(&self) -> usize {
        self.0.iter().map(engine::Packet::len).sum()
    }
}

/// The main namespace goes without its name.
fn prefix(namespace: &str) -> String {
    if namespace == "/" { String::new() } else { format!("{namespace},") }
}

fn encode(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("values of JSON can be written as JSON")
}

/// What is said next, up to a budget.
#[derive(Debug)]
pub struct Outgoing {
    pub(super) said: Vec<Shared>,
    left: usize,
}

impl Outgoing {
    pub(super) fn new(budget: usize) -> Self {
        Self { said: Vec::new(), left: budget }
    }

    /// Adds a packet; the last may go beyond the budget.
    pub fn push(&mut self, packet: Shared) {
        self.left = self.left.saturating_sub(packet.len().max(1));
        self.said.push(packet);
    }

    /// How many bytes there is room for.
    pub fn room(&self) -> usize {
        self.left
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::{collection::vec, prelude::*};
    use serde_json::json;

    use super::*;
    use crate::socket::{
        SocketIoOptions,
        assemble::Assembler,
        packet::{Kind, Packet},
    };

    /// Any value but those that the protocol has a meaning for.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let fields = prop::collection::btree_map("[a-z,\\[{\"]{0,6}", inner.clone(), 0..4);
            prop_oneof![
                vec(inner, 0..4).prop_map(Value::from),
                fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    /// What a client would read.
    fn read(shared: &Shared) -> (Packet, Vec<Bytes>) {
        let mut assembler = Assembler::new(&SocketIoOptions::default());
        let mut whole = None;
        for packet in shared.packets() {
            assert!(whole.is_none(), "something behind the end");
            whole = assembler.take(packet.message()).expect("a packet of the protocol");
        }
        whole.expect("it is whole")
    }

    proptest! {
        /// SIO packet encoding: an event is read back as it was said, whatever is in it.
        #[test]
        fn what_is_said_is_read_back(
            name in "[^cdnr].{0,12}",
            namespace in prop_oneof![Just("/".to_owned()), "/[^,?]{0,12}"],
            mut args in vec(value(), 0..4),
            id in any::<Option<u64>>(),
            attachments in vec(vec(any::<u8>(), 0..20).prop_map(Bytes::from), 0..4),
        ) {
            let places = (0..attachments.len()).map(|num| json!({ "_placeholder": true, "num": num }));
            args.push(json!({ "deep": [places.collect::<Vec<_>>()] }));
            let (packet, bytes) = read(&Shared::event_with(&namespace, &name, &args, id, &attachments));
            let kind = if attachments.is_empty() { Kind::Event } else { Kind::BinaryEvent };
            prop_assert_eq!((packet.kind, &packet.namespace, packet.id), (kind, &namespace, id));
            prop_assert_eq!(&bytes, &attachments);
            let said: Vec<Value> = std::iter::once(Value::from(name)).chain(args.iter().cloned()).collect();
            prop_assert_eq!(packet.data, Some(Value::from(said)));

            let id = id.unwrap_or_default();
            let (packet, bytes) = read(&Shared::ack(&namespace, id, &args, &attachments));
            prop_assert_eq!((&packet.namespace, packet.id), (&namespace, Some(id)));
            prop_assert_eq!((packet.data, bytes), (Some(Value::from(args)), attachments));
        }
    }
}
