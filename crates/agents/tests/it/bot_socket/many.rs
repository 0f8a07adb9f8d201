//! Bots that work in very many rooms at once.

use antiphon_agents::builtin::Pace;
use antiphon_protocol::Limits;
use serde_json::{Value, json};

use super::remote::{Job, Remote, known_bot};
use crate::world::World;

/// What a bot holds, as it is named in a heartbeat, and after a cut.
fn held(jobs: &[Job]) -> Value {
    jobs.iter().map(Job::held).collect()
}

/// D5: a bot that holds more runs than a connection may join rooms keeps all of them alive, and takes them up again after a cut.
#[tokio::test]
async fn d5_a_bot_keeps_all_that_it_holds_however_much_that_is() {
    let limits = Limits { requests_per_second: 100_000, ..Limits::default() };
    let many = limits.rooms_per_connection + 1;
    let world = World::with(Pace::NONE, limits).await;
    let bot = known_bot(&world, "ada", json!({ "concurrency": many })).await;
    let mara = world.person("mara", "Mara").await;
    let mut remote = Remote::connect(&world, &bot);
    remote.serves(json!([])).await;
    let mut jobs = Vec::new();
    for _ in 0..many {
        mara.say(&mara.room_with("ada").await, "hello").await;
        jobs.push(remote.takes().await);
    }
    let alive = remote.says(json!({ "type": "run_heartbeat", "runs": held(&jobs) })).await;
    assert_eq!(alive["lost"], json!([]));
    drop(remote);
    let mut again = Remote::connect(&world, &bot);
    let serving = again.serves(held(&jobs)).await;
    assert_eq!((&serving["resumed"], &serving["lost"]), (&held(&jobs), &json!([])));
    for job in &jobs {
        again.says(job.finish()).await;
    }
}

/// PROTOCOL 13.16: a bot is given no more than it could name in one frame after a cut, and is told how many that are.
#[tokio::test]
async fn a_bot_is_given_what_one_frame_can_name() {
    const MOST: usize = 20;
    let limits = Limits { frame_bytes: 80 * MOST, ..Limits::default() };
    let world = World::with(Pace::NONE, limits.clone()).await;
    let bot = known_bot(&world, "ada", json!({ "concurrency": 100 })).await;
    let mara = world.person("mara", "Mara").await;
    let mut remote = Remote::connect(&world, &bot);
    assert_eq!(remote.serves(json!([])).await["concurrency"], MOST);
    for _ in 0..=MOST {
        mara.say(&mara.room_with("ada").await, "hello").await;
    }
    let mut jobs = Vec::new();
    for _ in 0..MOST {
        jobs.push(remote.takes().await);
    }
    remote.hears_nothing().await;
    let frame = json!({ "type": "serve_runs", "ref": 10_000, "steer": false, "holding": held(&jobs) });
    assert!(frame.to_string().len() <= limits.frame_bytes, "{frame}");
    remote.says(jobs[0].finish()).await;
    remote.takes().await;
}
