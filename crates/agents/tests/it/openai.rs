//! The `openai` connector against a real endpoint: aimock, a program of others that speaks OpenAI's protocol.

mod aimock;
mod answers;
mod faults;
mod lengths;
mod relay;
mod rooms;
mod steering;
mod tools;

use antiphon_agents::builtin::Pace;
use antiphon_protocol::{
    BotSpec, UserId,
    bot::{ConnectorSpec, OpenAiSpec, Secret},
};
use serde_json::Value;

use crate::world::World;

/// What must not come out anywhere.
const KEY: &str = "sk-SECRET";

/// An endpoint. Asked in private rooms, by the bot `helper`.
fn helper(base_url: &str) -> OpenAiSpec {
    OpenAiSpec {
        api_key: Some(Secret(KEY.to_owned())),
        system_prompt: Some("Be kind.".to_owned()),
        retries: 1,
        first_chunk_ms: 30_000,
        chunk_gap_ms: 30_000,
        ..OpenAiSpec::new(base_url, "first")
    }
}

/// The same, with more said about it, as a settings file would.
fn own(base_url: &str, more: &Value) -> OpenAiSpec {
    let mut own = serde_json::to_value(helper(base_url)).unwrap();
    own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(own).unwrap()
}

fn spec(own: OpenAiSpec) -> BotSpec {
    let id = UserId::parse("helper").unwrap();
    BotSpec {
        name: Some("Helper".to_owned()),
        rooms: Some(Vec::new()),
        ..BotSpec::new(id, ConnectorSpec::OpenAi(own))
    }
}

async fn world_with(own: OpenAiSpec) -> World {
    world_of(spec(own)).await
}

async fn world_of(spec: BotSpec) -> World {
    let world = World::at(Pace::NONE).await;
    world.brings(vec![spec]).await;
    world
}
