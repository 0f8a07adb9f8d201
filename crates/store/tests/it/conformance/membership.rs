//! Users join, leave and rank.

use antiphon_protocol::{EntryBody, Member, Role};
use antiphon_store::{Change, NewMember, StoreError};

use crate::support::{World, id, promises, refusal, seq};

fn add(users: &[&str], role: Role) -> Change {
    let members = users.iter().map(|user| NewMember { user: id(user), role }).collect();
    Change::AddMembers { room: id("lounge"), members }
}

fn remove(user: &str, below: Option<Role>) -> Change {
    Change::RemoveMember { room: id("lounge"), user: id(user), below }
}

fn promote(user: &str, role: Role) -> Change {
    Change::ChangeMember { room: id("lounge"), user: id(user), role }
}

async fn member(world: &World, user: &str) -> Option<Member> {
    world.store.membership(&id("lounge"), &id(user)).await.unwrap().map(|(member, _)| member)
}

promises! {
    async fn only_those_who_were_no_members_join(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        world.people(&["cleo", "dan"]).await;
        let joined = world.act("ada", add(&["bob", "cleo", "dan", "cleo"], Role::Viewer)).await.unwrap();
        let who: Vec<_> = joined.entries.iter().map(|entry| match &entry.entry.body {
            EntryBody::MemberJoined { member } => (member.user.to_string(), member.joined_at == entry.entry.at),
            other => panic!("{other:?}"),
        }).collect();
        assert_eq!(who, [("cleo".to_owned(), true), ("dan".to_owned(), true)]);
        assert_eq!(seq(&Ok(joined)), 5);
        assert_eq!(member(world, "bob").await.unwrap().role, Role::Member, "a role is not changed by joining");
        let again = world.act("ada", add(&["bob"], Role::Viewer)).await;
        assert_eq!(seq(&again), 5, "the head, if all was so already");
        assert_eq!(refusal(world.act("ada", add(&["eve", "bob"], Role::Viewer)).await), StoreError::NotFound("user"));
    }

    async fn leaving_ends_a_membership_once(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        let left = world.act("bob", remove("bob", Some(Role::Viewer))).await.unwrap();
        assert!(matches!(&left.entries[0].entry.body, EntryBody::MemberLeft { user } if *user == id("bob")));
        assert_eq!(member(world, "bob").await, None);
        assert!(world.store.rooms_of(&id("bob"), None, 10).await.unwrap().is_empty());
        let again = world.act("bob", remove("bob", None)).await.unwrap();
        assert!(again.entries.is_empty());
    }

    async fn nobody_removes_a_member_of_their_own_rank(world: &mut World) {
        world.room("lounge", &["ada", "bob", "cleo"]).await;
        world.act("ada", promote("bob", Role::Admin)).await.unwrap();
        world.act("ada", promote("cleo", Role::Admin)).await.unwrap();
        let answer = world.act("bob", remove("cleo", Some(Role::Admin))).await;
        assert!(matches!(refusal(answer), StoreError::Forbidden(_)));
        assert!(member(world, "cleo").await.is_some());
        world.act("ada", remove("cleo", Some(Role::Owner))).await.unwrap();
        assert_eq!(member(world, "cleo").await, None);
    }

    async fn a_role_changes_once(world: &mut World) {
        world.room("lounge", &["ada", "bob"]).await;
        let before = member(world, "bob").await.unwrap();
        let changed = world.act("ada", promote("bob", Role::Admin)).await.unwrap();
        let EntryBody::MemberChanged { member: now } = &changed.entries[0].entry.body else { panic!("{changed:?}") };
        assert_eq!(*now, Member { role: Role::Admin, ..before });
        assert_eq!(member(world, "bob").await.as_ref(), Some(now));
        assert!(world.act("ada", promote("bob", Role::Admin)).await.unwrap().entries.is_empty());
        assert_eq!(refusal(world.act("ada", promote("eve", Role::Admin)).await), StoreError::NotFound("member"));
    }

    async fn members_are_listed_by_id(world: &mut World) {
        world.room("lounge", &["mo", "zoe", "ada", "bob"]).await;
        let page = |after: Option<&str>, limit| {
            let after = after.map(id);
            let store = world.store.clone();
            async move {
                let members = store.members(&id("lounge"), after.as_ref(), limit).await.unwrap();
                members.into_iter().map(|member| member.user.to_string()).collect::<Vec<_>>()
            }
        };
        assert_eq!(page(None, 3).await, ["ada", "bob", "mo"]);
        assert_eq!(page(Some("mo"), 3).await, ["zoe"]);
        assert_eq!(page(Some("mo"), usize::MAX).await, ["zoe"]);
        assert!(world.store.members(&id("cellar"), None, 3).await.unwrap().is_empty());
    }
}
