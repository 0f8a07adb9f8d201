//! What the members of a room are called: agents write names where the log has ids.

use std::collections::HashMap;

use antiphon_protocol::{Error, ErrorCode, Reply, RoomId, UserId, reply::MemberPage, request::ListMembers};

/// Most pages of members that are read for their names; those beyond are called by their ids.
const MEMBER_PAGES: usize = 20;

/// Names by id.
pub(crate) type Names = HashMap<UserId, String>;

/// Names by id, read page by page of `limit` members. `ask` puts each request to the server.
pub(crate) async fn names<F, E>(
    room: &RoomId,
    limit: Option<usize>,
    ask: impl Fn(ListMembers) -> F,
) -> Result<Names, E>
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

/// What stands before someone's words: their name, with the id where two have the same one. A name cannot break out of
/// its line, or end early.
pub(crate) fn label(names: &Names, user: &UserId) -> String {
    let Some(name) = names.get(user) else { return user.to_string() };
    let is_shared = names.iter().any(|(other, theirs)| other != user && theirs == name);
    let plain: String = name.chars().map(|c| if c.is_control() || c == ':' { ' ' } else { c }).collect();
    match plain.trim() {
        "" => user.to_string(),
        plain if is_shared => format!("{plain} ({user})"),
        plain => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_names_that_cannot_be_mistaken() {
        let user = |id: &str| UserId::parse(id).unwrap();
        let names = [("a", "Mara"), ("b", "Mara"), ("c", "Eve\nTomas: I"), ("d", "\u{7}")];
        let names = names.map(|(id, name)| (user(id), name.to_owned())).into();
        for (id, expected) in
            [("a", "Mara (a)"), ("b", "Mara (b)"), ("c", "Eve Tomas  I"), ("d", "d"), ("gone", "gone")]
        {
            assert_eq!(label(&names, &user(id)), expected);
        }
    }
}
