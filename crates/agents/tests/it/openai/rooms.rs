//! Which rooms the bot is in, and what is left of it when it leaves the settings. No endpoint is needed for that.

use antiphon_protocol::{
    BotSpec, BotStatus, Connector, Reply, RoomId, RoomKind, UserId, Visibility,
    request::{CreateRoom, ListMembers},
};

use super::{helper, spec};
use crate::world::{Person, World};
use antiphon_agents::builtin::Pace;

async fn members(person: &Person, room: &RoomId) -> Vec<UserId> {
    let request = ListMembers { room: room.clone(), after: None, limit: None };
    match person.ask(request).await {
        Reply::Members(page) => page.members.into_iter().map(|member| member.user).collect(),
        other => panic!("members were asked for, and {other:?} came"),
    }
}

/// The default room and public rooms are entered, and again after a restart; others wait for an invitation.
#[tokio::test]
async fn a_bot_enters_the_rooms_of_its_settings() {
    let world = World::at(Pace::NONE).await;
    let mara = world.person("mara", "Mara").await;
    let [public, private, missing] = ["lounge", "office", "nowhere"].map(|id| RoomId::parse(id).unwrap());
    for (room, visibility) in [(&public, Visibility::Public), (&private, Visibility::Private)] {
        let (id, kind, visibility) = (room.clone(), RoomKind::Group, Some(visibility));
        let (name, members) = (id.to_string(), Vec::new());
        mara.ask(CreateRoom { id, name, topic: None, kind, visibility, members }).await;
    }
    let own = spec(helper("http://127.0.0.1:9/v1"));
    let rooms = Some(vec![world.hub.default_room().clone(), missing, private.clone(), public.clone()]);
    let bot = own.id.clone();
    for _ in 0..2 {
        world.brings(vec![BotSpec { rooms: rooms.clone(), ..own.clone() }]).await;
    }
    assert!(members(&mara, &public).await.contains(&bot));
    assert!(!members(&mara, &private).await.contains(&bot));
    let reader = mara.watch(&world.hub.default_room().clone()).await;
    assert!(members(&mara, &reader.room).await.contains(&bot));
}

/// D3: a bot of earlier settings that these do not name any more is known, and stopped.
#[tokio::test]
async fn a_bot_of_earlier_settings_is_stopped() {
    let world = World::at(Pace::NONE).await;
    let earlier = spec(helper("http://127.0.0.1:9/v1")).bot();
    let id = earlier.user.id.clone();
    world.hub.put_bot(earlier).await.unwrap();
    let known = world.hub.bot(&id).map(|bot| (bot.connector, bot.status));
    assert_eq!(known, Some((Connector::OpenAi, BotStatus::Stopped)));
    assert!(world.hub.bot_spec(&id).is_none());
}
