//! The `ag-ui` connector against agents that play what real ones have sent, and such as break every rule.

mod clocks;
mod conversation;
mod decisions;
mod faults;
mod forerunners;
mod keeping;
mod memory;
pub mod peer;
mod rooms;

use std::{sync::Arc, time::Duration};

use antiphon_agents::{Connector as Link, Place, ag_ui, builtin::Pace};
use antiphon_protocol::{
    Bot, BotSpec, BotStatus, Connector, Part, RoomId, RoomKind, User, UserId, UserKind, bot::ConnectorSpec,
    request::CreateRoom,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    watcher::Watcher,
    world::{Person, World},
};

/// What must not come out anywhere.
const KEY: &str = "SECRET";

/// A hub with a bot in it that is the agent at this address; `more` are keys of its connector.
async fn world_with(url: &str, more: Value) -> World {
    connected(url, &more).await.0
}

/// The same, and the link to the agent.
async fn connected(url: &str, more: &Value) -> (World, Arc<dyn Link>) {
    let world = World::at(Pace::NONE).await;
    let agent = connect(&world, url, more).await;
    (world, agent)
}

/// Brings the bot into a hub, and gives it its runs.
async fn connect(world: &World, url: &str, more: &Value) -> Arc<dyn Link> {
    let mut connector = json!({ "type": "ag_ui", "url": url, "headers": { "x-key": KEY } });
    more.as_object().unwrap().iter().for_each(|(key, value)| connector[key] = value.clone());
    let mut spec = json!({ "id": "helper", "name": "Helper", "connector": connector });
    if let Some(visible_to) = spec["connector"].as_object_mut().unwrap().remove("visible_to") {
        spec["visible_to"] = visible_to;
    }
    let spec: BotSpec = serde_json::from_value(spec).unwrap();
    let ConnectorSpec::AgUi(own) = &spec.connector else { panic!("{spec:?}") };
    let place = Place { hub: Arc::clone(&world.hub), data_dir: world.data_dir().to_owned() };
    let agent = ag_ui::connector(&spec, own, &place).unwrap();
    let user = User { id: spec.id.clone(), kind: UserKind::Bot, name: "Helper".to_owned(), avatar: None };
    let bot = Bot { status: BotStatus::Running, ..Bot::new(user, Connector::AgUi) };
    world.hub.put_bot(bot).await.unwrap();
    world.gives_runs(&spec.id, spec.concurrency, Arc::clone(&agent));
    agent
}

/// A room of two people and the bot.
async fn group(mara: &Person, other: &Person) -> RoomId {
    let room: RoomId = Uuid::now_v7().into();
    let members = vec![other.session.user().id.clone(), UserId::parse("helper").unwrap()];
    let (id, name, kind) = (room.clone(), "shop".to_owned(), RoomKind::Group);
    mara.ask(CreateRoom { id, name, topic: None, kind, visibility: None, members }).await;
    room
}

/// The server starts anew; Mara goes on where she was, with the agent at this address.
async fn restarted(world: World, url: &str, chat: Watcher) -> (World, Person, Watcher) {
    let world = world.again().await;
    connect(&world, url, &json!({})).await;
    let mara = world.person("mara", "Mara").await;
    let chat = mara.watch(&chat.room).await;
    (world, mara, chat)
}

/// The value of every data part of a name.
fn all_data<'a>(parts: &'a [Part], wanted: &str) -> Vec<&'a Value> {
    let found = parts.iter().filter_map(|part| match part {
        Part::Data { name, value } if name == wanted => Some(value),
        _ => None,
    });
    found.collect()
}

/// The value of a data part.
fn data<'a>(parts: &'a [Part], wanted: &str) -> Option<&'a Value> {
    all_data(parts, wanted).into_iter().next()
}

/// Nothing waits longer for an agent than this in a test about waiting.
const SHORT: Duration = Duration::from_millis(300);
