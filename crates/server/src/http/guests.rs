//! Coming in: guests by name, fresh tokens for guests, and tickets.

use std::{net::IpAddr, sync::Arc};

use antiphon_identity::{GuestToken as Issued, TICKET_LIFETIME_S};
use antiphon_protocol::{
    Error, ErrorCode,
    config::{GuestSignIn, GuestToken, Ticket},
    request::parse_error,
};
use axum::{
    Extension, Json, Router,
    extract::{Request, State},
    http::HeaderMap,
    routing::post,
};

use super::{Failure, body::read_all, caller::bearer};
use crate::{
    doors::Doors,
    peer::{Peer, household},
    sign_in::{BOTS, SignedIn, auth_error, timestamp},
};

/// Largest body of a sign-in: a name and some white space.
const SIGN_IN_BYTES: usize = 4 * 1024;

/// Paths for those who have no token yet, or need another.
pub fn routes() -> Router<Arc<Doors>> {
    Router::new()
        .route("/v1/guests", post(sign_in))
        .route("/v1/guests/refresh", post(refresh))
        .route("/v1/tickets", post(ticket))
}

async fn sign_in(
    State(doors): State<Arc<Doors>>,
    Extension(peer): Extension<Arc<Peer>>,
    request: Request,
) -> Result<Json<GuestToken>, Failure> {
    pace(&doors, doors.client_address(&peer, request.headers()))?;
    let body = read_all(request.into_body(), SIGN_IN_BYTES).await?;
    let asked: GuestSignIn = serde_json::from_slice(&body).map_err(|fault| parse_error(&fault))?;
    let issued =
        doors.authenticator.guests().and_then(|guests| guests.issue(&asked.name)).map_err(auth_error)?;
    hand_out(&doors, issued).await
}

async fn refresh(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Result<Json<GuestToken>, Failure> {
    let token = token(&headers)?;
    let issued = doors.authenticator.guests().and_then(|guests| guests.refresh(token)).map_err(auth_error)?;
    hand_out(&doors, issued).await
}

/// Only a token gets a ticket, never a ticket: or a single use would be many.
async fn ticket(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Result<Json<Ticket>, Failure> {
    let signed_in = doors.sign_in_by_token(token(&headers)?).await?;
    if signed_in.identity.provider == BOTS {
        // It would outlive the token: that one can be withdrawn at any moment, and does not expire.
        let words = "tickets are for pages; a bot sends its token in the header or in `authenticate`";
        return Err(Error::new(ErrorCode::Forbidden, words).into());
    }
    let expires_at = timestamp(doors.clock.unix_now().saturating_add(TICKET_LIFETIME_S));
    let ticket = doors.tickets.issue(signed_in.identity).map_err(auth_error)?;
    Ok(Json(Ticket { ticket, expires_at }))
}

fn token(headers: &HeaderMap) -> Result<&str, Error> {
    bearer(headers).ok_or_else(|| Error::new(ErrorCode::Unauthenticated, "send `Authorization: Bearer …`"))
}

fn pace(doors: &Doors, address: Option<IpAddr>) -> Result<(), Error> {
    let Some(address) = address else { return Ok(()) };
    doors.guests.take(household(address)).map_err(|wait| Error::rate_limited(wait.as_millis() as u64 + 1))
}

/// The user is made known at once, so that others can be told to invite them.
async fn hand_out(doors: &Doors, issued: Issued) -> Result<Json<GuestToken>, Failure> {
    let signed_in = SignedIn::new(issued.identity)?;
    doors.hub.admit(signed_in.user.clone()).await?;
    let expires_at = signed_in.expires_at();
    Ok(Json(GuestToken { token: issued.token, expires_at, user: signed_in.user }))
}
