//! Socket.IO: a client that was cut off comes back to where it was, with what it was given for that.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use antiphon_socketio::{
    Connect, ConnectError, Connected, Event, Handler, Namespace, Outgoing, Shared, Socket, SocketIoOptions,
    engine::Closed,
};
use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{
    stage::{serve, unhurried},
    world::World,
};

/// Over both transports: the same id, and everything from the very next line on, however often it is cut.
#[tokio::test]
async fn a_client_comes_back_to_where_it_was() {
    let (log, world) = a_log().await;
    for is_polling in [false, true] {
        let mut place = Place::default();
        let mut heard = Vec::new();
        for cut in 0..5 {
            say(&log, 7);
            let reply = visit(&world, is_polling, &mut place, &mut heard, 5 + cut).await;
            if cut > 0 {
                assert_eq!(reply["sid"], place.sid, "it is who it was");
                assert_eq!(reply["pid"], place.pid);
            }
            (place.sid, place.pid) = (reply["sid"].clone(), reply["pid"].clone());
            // Said while nobody is there.
            say(&log, 3);
        }
        assert!(heard.iter().copied().eq(0..heard.len() as u64), "{heard:?}");
        assert!(heard.len() >= 25);
    }
}

/// Who shows nothing, or what was never given, is somebody new.
#[tokio::test]
async fn who_shows_what_was_never_given_begins_anew() {
    let (log, world) = a_log().await;
    say(&log, 3);
    let mut heard = Vec::new();
    let first = visit(&world, false, &mut Place::default(), &mut heard, 2).await;
    let offset = json!("1");
    let mut made_up = Place { sid: Value::Null, pid: json!("made up"), offset };
    let second = visit(&world, false, &mut made_up, &mut heard, 2).await;
    assert_ne!((&first["sid"], &first["pid"]), (&second["sid"], &second["pid"]));
    assert_eq!(heard, [0, 1, 0, 1]);
}

/// What a stock client keeps.
#[derive(Default)]
struct Place {
    sid: Value,
    pid: Value,
    offset: Value,
}

/// Comes, hears so many lines, and is cut off. Returns the answer to its CONNECT.
async fn visit(
    world: &World,
    is_polling: bool,
    place: &mut Place,
    heard: &mut Vec<u64>,
    lines: usize,
) -> Value {
    let auth = match &place.pid {
        Value::Null => json!({}),
        pid => json!({ "pid": pid, "offset": place.offset }),
    };
    let mut packets = Packets::open(world, is_polling).await;
    packets.say(&format!("40{auth}")).await;
    let reply = packets.next().await;
    for _ in 0..lines {
        let event: Value = serde_json::from_str(packets.next().await.strip_prefix("42").unwrap()).unwrap();
        heard.push(event[1].as_u64().unwrap());
        place.offset = event[2].clone();
    }
    serde_json::from_str(reply.strip_prefix("40").unwrap()).unwrap()
}

/// Packets over either transport.
#[allow(clippy::large_enum_variant, reason = "a test has one of them")]
enum Packets<'a> {
    Socket(crate::world::Wire),
    Polling { world: &'a World, path: String, unread: VecDeque<String> },
}

impl<'a> Packets<'a> {
    async fn open(world: &'a World, is_polling: bool) -> Self {
        if is_polling {
            let path = world.polling("socket.io").await;
            return Self::Polling { world, path, unread: VecDeque::new() };
        }
        let mut wire = world.socket("socket.io/?EIO=4&transport=websocket").await;
        wire.text().await;
        Self::Socket(wire)
    }

    async fn say(&mut self, packet: &str) {
        match self {
            Self::Socket(wire) => wire.say(packet).await,
            Self::Polling { world, path, .. } => {
                assert_eq!(world.post(path, packet.to_owned()).await.0, 200);
            }
        }
    }

    async fn next(&mut self) -> String {
        match self {
            Self::Socket(wire) => wire.text().await,
            Self::Polling { world, path, unread } => loop {
                if let Some(packet) = unread.pop_front() {
                    return packet;
                }
                unread.extend(world.get(path).await.1.split('\u{1e}').map(str::to_owned));
            },
        }
    }
}

/// How many lines there are. A line is its number.
type Log = watch::Sender<u64>;

fn say(log: &Log, lines: u64) {
    log.send_modify(|all| *all += lines);
}

async fn a_log() -> (Log, World) {
    let (log, lines) = watch::channel(0);
    let options = SocketIoOptions { engine: unhurried(), ..SocketIoOptions::default() };
    let (_, router) = serve(options, [("/", Arc::new(Reading { lines, visitors: AtomicU64::new(0) }))]);
    (log, World::of(router).await)
}

/// Reads the log to everybody, from where they were.
struct Reading {
    lines: watch::Receiver<u64>,
    visitors: AtomicU64,
}

#[async_trait]
impl Namespace for Reading {
    async fn connect(&self, connect: Connect) -> Result<Connected, ConnectError> {
        let Connect { auth, socket, .. } = connect;
        // A pass that nobody could make up would be signed.
        let known = auth["pid"].as_str().and_then(|pid| pid.strip_prefix("pass of "));
        let offset = auth["offset"].as_str().filter(|_| known.is_some());
        let next = offset.map_or(0, |offset| offset.parse::<u64>().unwrap() + 1);
        let id = known.map_or_else(
            || format!("visitor {}", self.visitors.fetch_add(1, Ordering::Relaxed)),
            str::to_owned,
        );
        let handler = Box::new(Reader { socket, lines: self.lines.clone(), next });
        Ok(Connected { handler, recovery: Some(format!("pass of {id}")), id: Some(id) })
    }
}

struct Reader {
    socket: Socket,
    lines: watch::Receiver<u64>,
    next: u64,
}

#[async_trait]
impl Handler for Reader {
    async fn event(&mut self, _: Event) -> Result<(), Closed> {
        Ok(())
    }

    async fn ready(&mut self) {
        let next = self.next;
        if self.lines.wait_for(|lines| *lines > next).await.is_err() {
            std::future::pending().await
        }
    }

    async fn pull(&mut self, outgoing: &mut Outgoing) {
        let lines = *self.lines.borrow();
        while self.next < lines && outgoing.room() > 0 {
            let args = [Value::from(self.next), Value::from(self.next.to_string())];
            outgoing.push(Shared::event(self.socket.namespace(), "line", &args));
            self.next += 1;
        }
    }

    async fn disconnected(&mut self, _: Closed) {}
}
