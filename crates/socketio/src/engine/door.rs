//! The door: what each request asks for, and whom it goes to.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Extensions, HeaderValue, Method, header},
    response::{IntoResponse, Response},
    routing::any,
};
use tokio::sync::{Mutex, mpsc};
use tracing::debug;

use super::{
    Engine, Entry, Handshake, Line, Peer, Refusal, polling, secret_id,
    session::{Session, Transport},
    upgrade,
};

/// Requests that may wait for a session's task: a poll, a post, an upgrade, and some that are refused.
const COMMANDS: usize = 8;

/// What a request asks for.
struct Ask {
    over_socket: bool,
    session: Option<String>,
}

impl Engine {
    /// The door, to be nested at the path that clients are given.
    pub fn router(self: &Arc<Self>) -> Router {
        let door = any(handle).with_state(Arc::clone(self));
        Router::new().route("/", door)
    }
}

async fn handle(State(engine): State<Arc<Engine>>, request: Request) -> Response {
    let answer = match Ask::read(&request, &engine) {
        Ok(ask) => serve(&engine, ask, request).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    // What a poll brings is for one reader, once.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn serve(engine: &Arc<Engine>, ask: Ask, request: Request) -> Result<Response, Refusal> {
    let method = request.method().clone();
    match (ask.session, ask.over_socket, &method) {
        (None, _, method) if *method != Method::GET => Err(Refusal::BadMethod),
        (None, false, _) => open_polling(engine, request).await,
        (None, true, _) => open_socket(engine, request).await,
        (Some(id), true, _) => upgrade::probe(engine, engine.session(&id)?, request).await,
        (Some(id), false, &Method::GET) => polling::poll(engine.session(&id)?).await,
        (Some(id), false, &Method::POST) => polling::post(engine, engine.session(&id)?, request).await,
        (Some(id), false, _) => engine.session(&id).and(Err(Refusal::BadRequest)),
    }
}

impl Ask {
    /// Reads the query. What counts may stand there once: of two, another reader could take the other (FAULTS 55).
    fn read(request: &Request, engine: &Engine) -> Result<Self, Refusal> {
        let query = request.uri().query().unwrap_or_default();
        let (mut version, mut transport, mut session) = (None, None, None);
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*key {
                "EIO" => &mut version,
                "transport" => &mut transport,
                "sid" => &mut session,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(Refusal::BadRequest);
            }
        }
        if version.as_deref() != Some("4") {
            return Err(Refusal::UnsupportedVersion);
        }
        let over_socket = match transport.as_deref() {
            Some("polling") if engine.options.polling => false,
            Some("websocket") => true,
            _ => return Err(Refusal::UnknownTransport),
        };
        Ok(Self { over_socket, session })
    }
}

async fn open_polling(engine: &Arc<Engine>, request: Request) -> Result<Response, Refusal> {
    let (peer, id) = admit(engine, Handshake::of(&request)).await?;
    let open = engine.open_packet(&id, &["websocket"]);
    start(engine, id, request.extensions().clone(), Transport::polling(), peer)?;
    Ok(polling::text(Body::from(open)))
}

async fn open_socket(engine: &Arc<Engine>, mut request: Request) -> Result<Response, Refusal> {
    let (accept, upgraded) = upgrade::accept(&mut request)?;
    let (peer, id) = admit(engine, Handshake::of(&request)).await?;
    let open = engine.open_packet(&id, &[]);
    let extensions = request.extensions().clone();
    let engine = Arc::clone(engine);
    engine.tasks.clone().spawn(async move {
        let Some(mut socket) = upgrade::open(upgraded, Arc::clone(&engine)).await else { return };
        if socket.queue(antiphon_websocket::encode::text_frame(&open)).is_err() {
            return;
        }
        if start(&engine, id, extensions, Transport::WebSocket(Box::new(socket)), peer).is_err() {
            debug!("no room for one more session");
        }
    });
    Ok(accept.into_response().map(|()| Body::empty()))
}

async fn admit(engine: &Engine, handshake: Handshake) -> Result<(Box<dyn Peer>, String), Refusal> {
    if engine.stopping.is_cancelled() || engine.session_count() >= engine.options.max_sessions {
        return Err(Refusal::Unavailable);
    }
    Ok((engine.service.open(handshake).await?, secret_id()))
}

impl Handshake {
    fn of(request: &Request) -> Self {
        let query = request.uri().query().unwrap_or_default();
        Self {
            headers: request.headers().clone(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            extensions: request.extensions().clone(),
        }
    }
}

fn start(
    engine: &Arc<Engine>,
    id: String,
    extensions: Extensions,
    transport: Transport,
    peer: Box<dyn Peer>,
) -> Result<(), Refusal> {
    let (sender, commands) = mpsc::channel(COMMANDS);
    {
        let mut sessions = engine.sessions.lock();
        if sessions.len() >= engine.options.max_sessions {
            return Err(Refusal::Unavailable);
        }
        let line = Line { commands: sender, posting: Arc::new(Mutex::new(())) };
        sessions.insert(id.clone(), Entry { line, extensions });
    }
    engine.tasks.spawn(Session::new(Arc::clone(engine), id, transport, peer, commands).run());
    Ok(())
}
