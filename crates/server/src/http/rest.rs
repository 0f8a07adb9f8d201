//! The table of REST: each path and method, and the request that it is. The fields are those of the socket's request
//! of the same name; the answer is its reply.

use std::sync::Arc;

use antiphon_protocol::request::{
    Cancel, ChangeMember, CreateRoom, DeleteMessage, EditMessage, GetMessage, History, Invite, JoinRoom,
    LeaveRoom, ListBots, ListMembers, ListRooms, MarkRead, React, RemoveMember, Search, SendMessage,
    SetPresence, Typing, UpdateRoom,
};
use axum::{
    Router,
    routing::{get, patch, post, put},
};

use super::{
    body::by_body,
    caller::{Answer, Caller},
    query::{FromQuery, by_query},
};
use crate::doors::Doors;

/// The table.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new()
        .route("/v1/rooms", get(by_query::<ListRooms>).post(by_body::<CreateRoom>))
        .route("/v1/rooms/{room}", patch(by_body::<UpdateRoom>))
        .route("/v1/rooms/{room}/join", post(by_body::<JoinRoom>))
        .route("/v1/rooms/{room}/leave", post(by_body::<LeaveRoom>))
        .route("/v1/rooms/{room}/entries", get(by_query::<History>))
        .route("/v1/rooms/{room}/messages", get(by_query::<History>).post(by_body::<SendMessage>))
        .route(
            "/v1/rooms/{room}/messages/{message_id}",
            get(by_query::<GetMessage>).patch(by_body::<EditMessage>).delete(by_query::<DeleteMessage>),
        )
        .route(
            "/v1/rooms/{room}/messages/{message_id}/reactions/{emoji}",
            put(by_query::<React>).delete(take_reaction_back),
        )
        .route("/v1/rooms/{room}/read", put(by_body::<MarkRead>))
        .route("/v1/rooms/{room}/typing", post(by_body::<Typing>))
        .route("/v1/rooms/{room}/cancel", post(by_body::<Cancel>))
        .route("/v1/rooms/{room}/members", get(by_query::<ListMembers>).post(by_body::<Invite>))
        .route(
            "/v1/rooms/{room}/members/{user}",
            patch(by_body::<ChangeMember>).delete(by_query::<RemoveMember>),
        )
        .route("/v1/presence", put(by_body::<SetPresence>))
        .route("/v1/search", get(by_query::<Search>))
        .route("/v1/bots", get(by_query::<ListBots>))
}

async fn take_reaction_back(caller: Caller, FromQuery(asked): FromQuery<React>) -> Answer {
    caller.ask(React { active: false, ..asked }).await
}
