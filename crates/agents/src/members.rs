//! What the members of a room are called: agents write names where the log has ids.

use std::collections::HashMap;

use antiphon_protocol::{Error, ErrorCode, Reply, RoomId, UserId, reply::MemberPage, request::ListMembers};

/// Most pages of members that are read for their names; those beyond are called by their ids.
const MEMBER_PAGES: usize = 20;

/// Names by id, read page by page of `limit` members. `ask` puts each request to the server.
pub(crate) async fn names<F, E>(
    room: &RoomId,
    limit: Option<usize>,
    ask: impl Fn(ListMembers) -> F,
) -> Result<HashMap<UserId, String>, E>
where
    F: Future<Output = Result<Reply, E>>,
    E: From<Error>,
{
    let (mut names, mut after) = (HashMap::new(), None);
    for _ in 0..MEMBER_PAGES {
        let request = ListMembers { room: room.clone(), after: after.take(), limit };
        let Reply::Members(MemberPage { members, more }) = ask(request).await? else {
            return Err(unexpected().into());
        };
        after = members.last().map(|member| member.user.clone());
        names.extend(members.into_iter().map(|member| (member.user, member.name)));
        if !more {
            break;
        }
    }
    Ok(names)
}

/// An answer that does not belong to the question.
pub(crate) fn unexpected() -> Error {
    Error::new(ErrorCode::Internal, "the server answered another question")
}
