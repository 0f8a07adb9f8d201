//! Which TCP connections belong to a session: one at a time over a WebSocket, many one after the other over long-polling.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use antiphon_socketio::Engine;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use parking_lot::Mutex;

use crate::peer::Peer;

/// A session, as its TCP connections see it.
pub struct Visit {
    /// Where the client came from first.
    pub address: SocketAddr,
    /// Set once somebody has signed in; from then on connections that carry the session do not count against their address.
    is_admitted: AtomicBool,
    /// The connection that it began on.
    first: Weak<Peer>,
    /// The connection of its WebSocket, which takes a place for as long as the session lasts.
    socket: Mutex<Option<Arc<Peer>>>,
}

impl Visit {
    fn new(peer: &Arc<Peer>) -> Self {
        let (address, first) = (peer.address, Arc::downgrade(peer));
        Self { address, is_admitted: AtomicBool::new(false), first, socket: Mutex::new(None) }
    }

    /// Somebody has signed in.
    pub fn admit(&self) {
        self.is_admitted.store(true, Ordering::Release);
        let socket = self.socket.lock().clone();
        if let Some(peer) = socket.or_else(|| self.first.upgrade()) {
            peer.prove();
        }
    }

    fn carried_by(&self, peer: &Arc<Peer>, over_socket: bool) {
        if over_socket {
            *self.socket.lock() = Some(Arc::clone(peer));
        }
        if self.is_admitted.load(Ordering::Acquire) {
            peer.prove();
        }
    }
}

/// Notes which session a request is of, and begins the visit of one that is of none yet.
pub async fn note(State(engine): State<Arc<Engine>>, mut request: Request, next: Next) -> Response {
    if let Some(peer) = request.extensions_mut().remove::<Arc<Peer>>() {
        let (session, over_socket) = asked(request.uri().query().unwrap_or_default());
        match session {
            Some(id) => {
                let visit = engine.extensions_of(&id).and_then(|known| known.get::<Arc<Visit>>().cloned());
                if let Some(visit) = visit {
                    visit.carried_by(&peer, over_socket);
                }
            }
            None => {
                let visit = Arc::new(Visit::new(&peer));
                visit.carried_by(&peer, over_socket);
                request.extensions_mut().insert(visit);
            }
        }
    }
    next.run(request).await
}

fn asked(query: &str) -> (Option<String>, bool) {
    let (mut session, mut over_socket) = (None, false);
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*key {
            "sid" => session = Some(value.into_owned()),
            "transport" => over_socket = value == "websocket",
            _ => {}
        }
    }
    (session, over_socket)
}
