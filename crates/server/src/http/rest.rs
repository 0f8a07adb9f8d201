//! The table of REST: each path and method, the request that it is, and its reply. The fields are those of the socket's
//! request of the same name. Routes and their description in `/v1/openapi.json` are made from the same lines.

use std::sync::Arc;

use antiphon_protocol::{
    reply::{
        ApprovalFound, BotPage, BotReply, Cancelled, DecisionReply, Done, EntryPage, Found, GrantPage,
        MemberPage, MessageFound, PinnedList, ReadMarker, RoomPage, RoomReply, RunFound, RunPage, Sent,
        Written,
    },
    request::{
        Cancel, ChangeMember, ContinueRun, CreateRoom, Decide, DeleteMessage, DeleteRoom, EditMessage,
        GetApproval, GetBot, GetMessage, GetRoom, GetRun, History, Invite, JoinRoom, LeaveRoom, ListBots,
        ListGrants, ListMembers, ListPinned, ListRooms, ListRuns, MarkMessage, MarkRead, React, RegisterBot,
        RemoveBot, RemoveMember, Request, RevokeGrant, RotateBotToken, Search, SendMessage, SetPresence,
        StartBot, StopBot, Typing, UpdateRoom,
    },
};
use axum::{
    Router,
    routing::{MethodFilter, MethodRouter},
};
use serde::de::DeserializeOwned;

use super::{
    body::by_body,
    caller::{Answer, Caller},
    openapi::Operation,
    query::{FromQuery, by_query, found},
};
use crate::doors::Doors;

macro_rules! operations {
    ($($path:literal { $($method:ident $handler:ident $request:ident -> $reply:ident;)* })*) => {
        /// The routes.
        pub fn routes() -> Router<Arc<Doors>> {
            Router::new()
                $(.route($path, MethodRouter::new()$(.on(MethodFilter::$method, $handler::<$request>))*))*
        }

        /// The same lines, to be described.
        pub const OPERATIONS: &[Operation] = &[$($(Operation {
            path: $path,
            method: stringify!($method),
            name: stringify!($request),
            handler: stringify!($handler),
            request: |generator| <$request as schemars::JsonSchema>::json_schema(generator),
            reply: |generator| generator.subschema_for::<$reply>(),
        },)*)*];
    };
}

operations! {
    "/v1/rooms" {
        GET by_query ListRooms -> RoomPage;
        POST by_body CreateRoom -> RoomReply;
    }
    "/v1/rooms/{room}" {
        GET found GetRoom -> RoomReply;
        PATCH by_body UpdateRoom -> RoomReply;
        DELETE by_query DeleteRoom -> Done;
    }
    "/v1/rooms/{room}/join" {
        POST by_body JoinRoom -> RoomReply;
    }
    "/v1/rooms/{room}/leave" {
        POST by_body LeaveRoom -> Done;
    }
    "/v1/rooms/{room}/entries" {
        GET by_query History -> EntryPage;
    }
    "/v1/rooms/{room}/messages" {
        GET by_query History -> EntryPage;
        POST by_body SendMessage -> Sent;
    }
    "/v1/rooms/{room}/messages/{message_id}" {
        GET found GetMessage -> MessageFound;
        PATCH by_body EditMessage -> Written;
        DELETE by_query DeleteMessage -> Written;
    }
    "/v1/rooms/{room}/messages/{message_id}/reactions/{emoji}" {
        PUT by_query React -> Written;
        DELETE by_query_not React -> Written;
    }
    "/v1/rooms/{room}/messages/{message_id}/marks/{mark}" {
        PUT by_query MarkMessage -> Written;
        DELETE by_query_not MarkMessage -> Written;
    }
    "/v1/rooms/{room}/pinned" {
        GET by_query ListPinned -> PinnedList;
    }
    "/v1/rooms/{room}/read" {
        PUT by_body MarkRead -> ReadMarker;
    }
    "/v1/rooms/{room}/typing" {
        POST by_body Typing -> Done;
    }
    "/v1/rooms/{room}/cancel" {
        POST by_body Cancel -> Cancelled;
    }
    "/v1/rooms/{room}/runs" {
        GET by_query ListRuns -> RunPage;
    }
    "/v1/rooms/{room}/runs/{run}" {
        GET found GetRun -> RunFound;
    }
    "/v1/rooms/{room}/approvals/{approval}" {
        GET found GetApproval -> ApprovalFound;
        POST by_body Decide -> DecisionReply;
    }
    "/v1/rooms/{room}/members" {
        GET by_query ListMembers -> MemberPage;
        POST by_body Invite -> Written;
    }
    "/v1/rooms/{room}/members/{user}" {
        PATCH by_body ChangeMember -> Written;
        DELETE by_query RemoveMember -> Written;
    }
    "/v1/presence" {
        PUT by_body SetPresence -> Done;
    }
    "/v1/search" {
        GET by_query Search -> Found;
    }
    "/v1/grants" {
        GET by_query ListGrants -> GrantPage;
        DELETE by_query RevokeGrant -> Done;
    }
    "/v1/rooms/{room}/runs/{run}/continue" {
        POST by_body ContinueRun -> Written;
    }
    "/v1/bots" {
        GET by_query ListBots -> BotPage;
        POST by_body RegisterBot -> BotReply;
    }
    "/v1/bots/{bot}" {
        GET found GetBot -> BotReply;
        DELETE by_query RemoveBot -> Done;
    }
    "/v1/bots/{bot}/start" {
        POST by_body StartBot -> BotReply;
    }
    "/v1/bots/{bot}/stop" {
        POST by_body StopBot -> BotReply;
    }
    "/v1/bots/{bot}/token" {
        POST by_body RotateBotToken -> BotReply;
    }
}

/// As [`by_query`], and takes back what it names.
async fn by_query_not<T: TakenBack + DeserializeOwned + Into<Request>>(
    caller: Caller,
    FromQuery(asked): FromQuery<T>,
) -> Answer {
    caller.ask(asked.taken_back()).await
}

/// A request that puts something somewhere or takes it away.
trait TakenBack {
    /// The same request, taking it away.
    fn taken_back(self) -> Self;
}

impl TakenBack for React {
    fn taken_back(self) -> Self {
        Self { active: false, ..self }
    }
}

impl TakenBack for MarkMessage {
    fn taken_back(self) -> Self {
        Self { active: false, ..self }
    }
}
