//! Approvals that hold for more than one time: listed, taken back, and not for another program of the same name (F6).

use antiphon_protocol::{
    Bot, Connector, Role, RunState, User, UserKind,
    approval::{Decision, Grant, Scope},
    bot::{ConnectorSpec, OpenAiSpec},
};
use antiphon_store::{Change, GrantsAsked, GrantsOf, NewMember, NewMessage, NewRun, RunChange, StoreError};

use crate::support::{World, approved, asked, id, promises, refusal, step_to, text};

/// `ada` has a run of this bot begun.
async fn at_work(world: &World, bot: &str, run: &str) {
    let triggers = vec![NewRun::new(id(run), id(bot))];
    world.post("ada", NewMessage { triggers, ..text("lounge", &format!("m-{run}"), "now?") }).await.unwrap();
    let change = RunChange::step(id(run), step_to(RunState::Processing));
    world.act(bot, Change::ChangeRun { room: id("lounge"), change }).await.unwrap();
}

/// Somebody allows a bot its timer for longer.
async fn allows(world: &World, by: &str, bot: &str, run: &str, scope: Scope) {
    let mut question = asked(&format!("q-{by}-{run}-{scope:?}"), run, bot);
    question.ask.scopes = vec![scope];
    let (room, approval) = (id("lounge"), question.approval.clone());
    let ask =
        Change::RequestApproval { room, approval: Box::new(question), attempt: 1, part: None, owner: None };
    world.act(bot, ask).await.unwrap();
    let decision = Box::new(Decision { scope, ..approved(by) });
    world.act(by, Change::Decide { room: id("lounge"), approval, decision }).await.unwrap();
}

async fn held(world: &World, of: GrantsOf) -> Vec<Grant> {
    world.store.grants(of.into(), 9).await.unwrap()
}

promises! {
    async fn what_was_allowed_for_longer_can_be_taken_back(world: &mut World) {
        world.room("lounge", &["ada", "bob", "clock"]).await;
        at_work(world, "clock", "r1").await;
        allows(world, "bob", "clock", "r1", Scope::Session).await;
        allows(world, "ada", "clock", "r1", Scope::Always).await;
        assert_eq!(held(world, GrantsOf::Bot(id("clock"))).await.len(), 2);
        let here = held(world, GrantsOf::Room(id("lounge"))).await;
        assert_eq!((here.len(), here[0].by.as_str(), here[0].room.as_ref()), (1, "bob", Some(&id("lounge"))));
        let hers = held(world, GrantsOf::Giver(id("ada"))).await;
        assert_eq!((hers.len(), hers[0].scope, hers[0].room.as_ref()), (1, Scope::Always, None));
        let revoke = |anyones| Change::RevokeGrant {
            bot: id("clock"),
            tool: "timer".to_owned(),
            scope: Scope::Session,
            holder: "lounge".to_owned(),
            anyones,
        };
        assert!(matches!(refusal(world.act("ada", revoke(false)).await), StoreError::Forbidden(_)));
        world.act("bob", revoke(false)).await.unwrap();
        world.act("ada", revoke(true)).await.unwrap();
        assert!(held(world, GrantsOf::Room(id("lounge"))).await.is_empty());
        assert_eq!(held(world, GrantsOf::Bot(id("clock"))).await, hers);
    }

    /// Page by page each is told once, also where the one that a page ended with was taken back meanwhile.
    async fn what_holds_for_longer_is_listed_in_pages(world: &mut World) {
        world.room("lounge", &["ada", "bob", "dan", "clock"]).await;
        at_work(world, "clock", "r1").await;
        for (by, scope) in [("bob", Scope::Always), ("dan", Scope::Always), ("ada", Scope::Session)] {
            allows(world, by, "clock", "r1", scope).await;
        }
        let page = async |world: &World, after: Option<&Grant>, by: Option<&str>| {
            let (after, by) = (after.map(|grant| grant.id.clone()), by.map(id));
            let asked = GrantsAsked { after, by, ..GrantsOf::Bot(id("clock")).into() };
            world.store.grants(asked, 1).await.unwrap()
        };
        let whole = held(world, GrantsOf::Bot(id("clock"))).await;
        assert_eq!(whole.len(), 3);
        let mut told = Vec::new();
        while let [grant] = &page(world, told.last(), None).await[..] {
            told.push(grant.clone());
            let Grant { bot, tool, scope, id, .. } = grant.clone();
            let revoke = Change::RevokeGrant { bot, tool, scope, holder: id.holder, anyones: true };
            if told.len() == 2 {
                world.act("ada", revoke).await.unwrap();
            }
        }
        assert_eq!(told, whole);
        assert_eq!(page(world, None, Some("ada")).await, [whole[2].clone()]);
        let here = GrantsAsked { bot: Some(id("other")), ..GrantsOf::Room(id("lounge")).into() };
        assert!(world.store.grants(here, 9).await.unwrap().is_empty());
    }

    /// People allow something to a program, not to whatever answers to its name later.
    async fn what_was_allowed_ends_when_the_bot_is_reached_in_another_way(world: &mut World) {
        let user = User { id: id("helper"), kind: UserKind::Bot, name: "Helper".to_owned(), avatar: None };
        let put = |connector: Option<ConnectorSpec>| Change::PutBot {
            bot: Box::new(Bot::new(user.clone(), Connector::OpenAi)),
            connector: connector.map(Box::new),
        };
        let at = |url: &str| Some(ConnectorSpec::OpenAi(OpenAiSpec::new(url, "first")));
        world.room("lounge", &["ada"]).await;
        world.act("ada", put(at("http://here/v1"))).await.unwrap();
        let members = vec![NewMember { user: id("helper"), role: Role::Member }];
        world.act("ada", Change::AddMembers { room: id("lounge"), members }).await.unwrap();
        at_work(world, "helper", "r1").await;
        allows(world, "ada", "helper", "r1", Scope::Session).await;
        for (connector, left) in [(at("http://here/v1"), 1), (None, 1), (at("http://there/v1"), 0)] {
            world.act("ada", put(connector.clone())).await.unwrap();
            assert_eq!(held(world, GrantsOf::Bot(id("helper"))).await.len(), left, "{connector:?}");
        }
        allows(world, "ada", "helper", "r1", Scope::Always).await;
        world.act("ada", Change::DropBot { bot: id("helper") }).await.unwrap();
        assert!(held(world, GrantsOf::Bot(id("helper"))).await.is_empty());
    }
}
