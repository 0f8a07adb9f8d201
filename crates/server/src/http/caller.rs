//! Who calls: a bearer token in the header, or a single-use ticket in the query where no header can be sent.

use std::sync::Arc;

use antiphon_hub::Session;
use antiphon_protocol::{Error, ErrorCode, Reply, Request};
use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};

use super::Failure;
use crate::{doors::Doors, peer::Peer, sign_in::SignedIn};

/// Somebody who is signed in.
pub struct Caller {
    pub doors: Arc<Doors>,
    pub signed_in: SignedIn,
}

/// What an answered request looks like: the reply is the body.
pub type Answer = Result<Json<Reply>, Failure>;

impl Caller {
    /// Carries a request out, through the same session as every other door.
    pub async fn ask(self, request: impl Into<Request>) -> Answer {
        let request = request.into();
        self.doors.meters.request("http", request.name());
        let reply = self.session().handle(request).await?;
        Ok(Json(reply))
    }

    /// Everything they may do.
    pub fn session(&self) -> Session {
        self.doors.session(&self.signed_in)
    }
}

impl FromRequestParts<Arc<Doors>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, doors: &Arc<Doors>) -> Result<Self, Failure> {
        let signed_in = match (bearer(&parts.headers), ticket(parts.uri.query())) {
            (Some(token), _) => doors.sign_in_by_token(token).await?,
            (None, Some(ticket)) => doors.sign_in_by_ticket(ticket).await?,
            (None, None) => {
                let words = "sign in first: send `Authorization: Bearer …`, or a ticket of POST /v1/tickets";
                return Err(Error::new(ErrorCode::Unauthenticated, words).into());
            }
        };
        if let Some(peer) = parts.extensions.get::<Arc<Peer>>() {
            peer.prove();
        }
        Ok(Self { doors: Arc::clone(doors), signed_in })
    }
}

/// The token of the header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The ticket of the query. Tickets are letters and digits, so nothing needs to be decoded.
fn ticket(query: Option<&str>) -> Option<&str> {
    query?.split('&').find_map(|pair| pair.strip_prefix("ticket="))
}
