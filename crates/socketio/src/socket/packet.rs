//! Packets of Socket.IO: `<type>[<attachments>-][<namespace>,][<id>][JSON]` (SIO "packet encoding").

use serde_json::Value;

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Connect,
    Disconnect,
    Event,
    Ack,
    ConnectError,
    BinaryEvent,
    BinaryAck,
}

/// A packet whose attachments, if it has any, follow as messages of bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Packet {
    pub kind: Kind,
    pub attachments: usize,
    pub namespace: String,
    pub id: Option<u64>,
    pub data: Option<Value>,
}

/// Not a packet of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Names that the protocol keeps for itself.
const RESERVED: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

impl Kind {
    fn of(digit: u8) -> Option<Self> {
        Some(match digit {
            b'0' => Self::Connect,
            b'1' => Self::Disconnect,
            b'2' => Self::Event,
            b'3' => Self::Ack,
            b'4' => Self::ConnectError,
            b'5' => Self::BinaryEvent,
            b'6' => Self::BinaryAck,
            _ => return None,
        })
    }

    fn is_binary(self) -> bool {
        matches!(self, Self::BinaryEvent | Self::BinaryAck)
    }
}

impl Packet {
    /// Reads a packet with no more than `most` attachments.
    pub fn read(text: &str, most: usize) -> Result<Self, Malformed> {
        let kind = text.bytes().next().and_then(Kind::of).ok_or(Malformed)?;
        let mut rest = &text[1..];
        let mut attachments = 0;
        if kind.is_binary() {
            let (count, after) = rest.split_once('-').ok_or(Malformed)?;
            attachments = number(count).and_then(|n| usize::try_from(n).ok()).ok_or(Malformed)?;
            if attachments == 0 || attachments > most {
                return Err(Malformed);
            }
            rest = after;
        }
        let namespace = if rest.starts_with('/') {
            let (name, after) = rest.split_once(',').unwrap_or((rest, ""));
            rest = after;
            // A query behind the name belongs to earlier versions of the protocol.
            name.split('?').next().unwrap_or(name).to_owned()
        } else {
            "/".to_owned()
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let id = if digits == 0 { None } else { Some(number(&rest[..digits]).ok_or(Malformed)?) };
        let json = &rest[digits..];
        let data = match json {
            "" => None,
            json => Some(serde_json::from_str(json).map_err(|_| Malformed)?),
        };
        let packet = Self { kind, attachments, namespace, id, data };
        if packet.makes_sense() { Ok(packet) } else { Err(Malformed) }
    }

    fn makes_sense(&self) -> bool {
        match (self.kind, &self.data) {
            (Kind::Connect, data) => data.as_ref().is_none_or(Value::is_object) && self.id.is_none(),
            (Kind::Disconnect, data) => data.is_none() && self.id.is_none(),
            (Kind::Event | Kind::BinaryEvent, Some(Value::Array(args))) => {
                matches!(args.first(), Some(Value::String(name)) if !RESERVED.contains(&name.as_str()))
            }
            (Kind::Ack | Kind::BinaryAck, Some(Value::Array(_))) => self.id.is_some(),
            // What a client never says.
            _ => false,
        }
    }
}

/// A number without sign or leading zeros.
fn number(digits: &str) -> Option<u64> {
    let is_plain = digits == "0" || !digits.starts_with('0');
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain && all_digits { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Packet, Malformed> {
        Packet::read(text, 16)
    }

    fn packet(kind: Kind, namespace: &str, id: Option<u64>, data: Option<Value>) -> Packet {
        Packet { kind, attachments: 0, namespace: namespace.to_owned(), id, data }
    }

    /// SIO: the examples of the protocol's own text.
    #[test]
    fn packets_are_read_as_the_protocol_writes_them() {
        assert_eq!(read("0"), Ok(packet(Kind::Connect, "/", None, None)));
        let auth = Some(json!({ "sid": "oSO0OpakMV_3jnilAAAA" }));
        assert_eq!(
            read("0/admin,{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}"),
            Ok(packet(Kind::Connect, "/admin", None, auth))
        );
        assert_eq!(read("1/admin,"), Ok(packet(Kind::Disconnect, "/admin", None, None)));
        assert_eq!(read("2[\"foo\"]"), Ok(packet(Kind::Event, "/", None, Some(json!(["foo"])))));
        assert_eq!(read("2/admin,[\"bar\"]"), Ok(packet(Kind::Event, "/admin", None, Some(json!(["bar"])))));
        assert_eq!(read("212[\"foo\"]"), Ok(packet(Kind::Event, "/", Some(12), Some(json!(["foo"])))));
        assert_eq!(read("3/admin,13[]"), Ok(packet(Kind::Ack, "/admin", Some(13), Some(json!([])))));
        let place = json!(["baz", { "_placeholder": true, "num": 0 }]);
        let binary = Packet { attachments: 1, ..packet(Kind::BinaryEvent, "/", None, Some(place)) };
        assert_eq!(read("51-[\"baz\",{\"_placeholder\":true,\"num\":0}]"), Ok(binary));
    }

    /// FAULTS 62.
    #[test]
    fn packets_that_are_none_are_refused() {
        for text in [
            "",
            "9",
            "2",
            "2{}",
            "2[]",
            "2[1]",
            "2[\"disconnect\"]",
            "2[\"a\"",
            "50[\"a\"]",
            "50-[\"a\"]",
            "5-[\"a\"]",
            "52147483648-[\"a\"]",
            "5-1-[\"a\"]",
            "500001-[\"a\"]",
            "218446744073709551616[\"a\"]",
            "3[]",
            "4{}",
            "0[]",
            "1{}",
            "2/a[\"b\"]",
            "é",
        ] {
            assert_eq!(read(text), Err(Malformed), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in ".{0,64}") {
            let _ = read(&text);
        }
    }
}
