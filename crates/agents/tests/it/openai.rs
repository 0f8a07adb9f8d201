//! The `openai` connector against a real endpoint: aimock, a program of others that speaks OpenAI's protocol.

mod aimock;
mod answers;
mod faults;
mod relay;
mod rooms;

use std::time::Duration;

use antiphon_agents::{
    builtin::Pace,
    openai::{self, BaseUrl, OpenAiOptions, Times},
};
use antiphon_protocol::UserId;
use secrecy::SecretString;

use crate::world::World;

/// What must not come out anywhere.
const KEY: &str = "sk-SECRET";

/// A bot whose words come from there. It is asked in private rooms.
fn helper(base_url: &str) -> OpenAiOptions {
    OpenAiOptions {
        id: UserId::parse("helper").unwrap(),
        name: "Helper".to_owned(),
        description: None,
        suggestions: Vec::new(),
        rooms: Vec::new(),
        base_url: BaseUrl::parse(base_url).unwrap(),
        api_key: Some(SecretString::from(KEY)),
        model: "first".to_owned(),
        fallback_models: Vec::new(),
        system_prompt: Some("Be kind.".to_owned()),
        context_tokens: 8_000,
        concurrency: 8,
        retries: 1,
        times: Times { first_chunk: Duration::from_secs(30), ..Times::default() },
    }
}

async fn world_with(options: OpenAiOptions) -> World {
    let world = World::at(Pace::NONE).await;
    openai::start(&world.hub, options, &world.tasks).await.unwrap();
    world
}
