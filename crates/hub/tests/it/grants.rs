//! Approvals that hold for more than one time: who sees them, who takes them back, and that people are asked again then (F6).

use antiphon_protocol::{
    Ask, ErrorCode, Reply, Role, Visibility,
    approval::{DecisionAction, DecisionCause, Grant, Scope},
    request::{Decide, ListGrants, RevokeGrant},
};

use crate::{
    approvals::{LONG, ask, asked, asks, decide, decides},
    bot::{completes, next_run},
    world::{Person, World},
};

async fn grants(person: &Person, request: &ListGrants) -> Vec<Grant> {
    match person.does(request.clone()).await {
        Reply::Grants(list) => list.grants,
        other => panic!("`list_grants` was answered with {other:?}"),
    }
}

/// Whoever gave it, the bot's owner, and the room's admins; nobody else.
#[tokio::test]
async fn what_was_allowed_for_longer_is_taken_back_by_those_who_may() {
    let world = World::new().await;
    let mut people = Vec::new();
    for name in ["mara", "tomas", "owner", "giver"] {
        people.push(world.person(name).await);
    }
    let [mara, tomas, owner, giver] = &people[..] else { panic!("four") };
    let ada = world.bot("ada", Some(owner)).await;
    let room = mara.makes("lab", Visibility::Private).await;
    mara.invites(&room, &[&ada, tomas.id(), giver.id()], Role::Member).await;
    giver.says(&room, "@ada boil the water").await;
    let mut run = next_run(&mut world.inbox(&ada, 1)).await;
    let here = ListGrants { room: Some(room.clone()), ..ListGrants::default() };
    let of_ada = ListGrants { bot: Some(ada.clone()), ..ListGrants::default() };
    let all = ListGrants::default();
    let revoke = |scope| RevokeGrant {
        bot: ada.clone(),
        tool: "kettle".to_owned(),
        scope,
        room: (scope == Scope::Session).then(|| room.clone()),
        by: (scope == Scope::Always).then(|| giver.id().clone()),
    };
    let (session, always) = (Scope::Session, Scope::Always);
    for (scope, allowed) in
        [(session, giver), (session, mara), (session, owner), (always, giver), (always, owner)]
    {
        let question = Ask { scopes: vec![scope], ..ask(&[giver.id()]) };
        let waiting = asks(run, question.clone(), LONG);
        let yes = decide(&room, &asked(giver, &room).await, DecisionAction::Approve);
        decides(giver, Decide { scope: Some(scope), ..yes }).await.unwrap();
        run = waiting.await.unwrap().0;
        assert_eq!(run.ask(question, LONG).await.unwrap().cause, DecisionCause::Standing);
        let is_here = usize::from(scope == session);
        assert_eq!(grants(mara, &here).await.len(), is_here, "its admin sees it");
        assert_eq!(grants(giver, &here).await.len(), is_here, "and who gave it");
        assert_eq!(grants(giver, &all).await.len(), 1);
        assert_eq!(grants(owner, &of_ada).await[0].by, *giver.id());
        for request in [&here, &of_ada, &all] {
            assert!(grants(tomas, request).await.is_empty());
        }
        assert_eq!(tomas.asks(revoke(scope)).await.unwrap_err().code, ErrorCode::Forbidden);
        let stranger = world.person("stranger").await;
        let unknown = if scope == session { ErrorCode::NotFound } else { ErrorCode::Forbidden };
        assert_eq!(stranger.asks(revoke(scope)).await.unwrap_err().code, unknown);
        let bot = world.hub.session(world.hub.bot(&ada).unwrap().user);
        assert_eq!(bot.handle(revoke(scope).into()).await.unwrap_err().code, ErrorCode::Forbidden);
        for _ in 0..2 {
            allowed.does(revoke(scope)).await;
        }
        assert!(grants(giver, &all).await.is_empty());
    }
    completes(run).await;
}

/// What does not say which one is refused, with the field.
#[tokio::test]
async fn what_names_no_approval_is_refused() {
    let world = World::new().await;
    let mara = world.person("mara").await;
    let room = mara.makes("lab", Visibility::Private).await;
    let ada = world.bot("ada", None).await;
    let of_room = RevokeGrant {
        bot: ada.clone(),
        tool: "kettle".to_owned(),
        scope: Scope::Session,
        room: Some(room),
        by: None,
    };
    for (field, wrong) in [
        ("scope", RevokeGrant { scope: Scope::Once, ..of_room.clone() }),
        ("room", RevokeGrant { room: None, ..of_room.clone() }),
        ("room", RevokeGrant { scope: Scope::Always, ..of_room.clone() }),
        ("by", RevokeGrant { by: Some(ada), ..of_room }),
    ] {
        assert_eq!(mara.asks(wrong).await.unwrap_err().field.as_deref(), Some(field));
    }
}
