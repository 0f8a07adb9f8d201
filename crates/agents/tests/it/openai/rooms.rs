//! Which rooms the bot is in, and what is left of it when it leaves the settings. No endpoint is needed for that.

use antiphon_agents::openai;
use antiphon_protocol::{
    BotStatus, Connector, Reply, RoomId, RoomKind, UserId, Visibility,
    request::{CreateRoom, ListMembers},
};

use super::{helper, world_with};
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
    let mut options = helper("http://127.0.0.1:9/v1");
    options.rooms = vec![world.hub.default_room().clone(), missing, private.clone(), public.clone()];
    openai::start(&world.hub, options.clone(), &world.tasks).await.unwrap();
    openai::start(&world.hub, options.clone(), &world.tasks).await.unwrap();
    assert!(members(&mara, &public).await.contains(&options.id));
    assert!(!members(&mara, &private).await.contains(&options.id));
    let reader = mara.watch(&world.hub.default_room().clone()).await;
    assert!(members(&mara, &reader.room).await.contains(&options.id));
}

/// A bot that the settings do not name any more is shown as stopped; others are left alone.
#[tokio::test]
async fn a_bot_of_earlier_settings_is_stopped() {
    let world = world_with(helper("http://127.0.0.1:9/v1")).await;
    let id = UserId::parse("helper").unwrap();
    let status = |id: &UserId| world.hub.bot(id).map(|bot| (bot.connector, bot.status));
    openai::retire_others(&world.hub, std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(status(&id), Some((Connector::OpenAi, BotStatus::Running)));
    openai::retire_others(&world.hub, &[]).await.unwrap();
    assert_eq!(status(&id), Some((Connector::OpenAi, BotStatus::Stopped)));
    let demo = UserId::parse("demo").unwrap();
    assert_eq!(status(&demo), Some((Connector::Builtin, BotStatus::Running)));
}
