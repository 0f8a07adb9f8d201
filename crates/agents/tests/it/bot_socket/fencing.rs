//! F3: nobody writes what is not theirs to write, and nothing is accepted from an attempt that is over.

use antiphon_protocol::ErrorCode;
use serde_json::json;

use super::remote::{Job, Remote, Studio, known_bot};

/// Everything that can be said about a run.
fn everything(job: &Job) -> Vec<serde_json::Value> {
    let ask = json!({ "kind": "permission", "prompt": "May I?", "eligible": { "role": "member" }, "default": "deny" });
    vec![
        job.open(),
        job.text(0, "late"),
        job.append(0, 0, "late"),
        job.frame("run_status", json!({ "activity": "thinking" })),
        job.frame("request_approval", json!({ "approval": "a1", "ask": ask, "within_ms": 1000 })),
        job.finish(),
    ]
}

async fn is_fenced(remote: &Remote, job: &Job) {
    for frame in everything(job) {
        assert_eq!(remote.is_refused(frame.clone()).await, ErrorCode::Fenced, "{frame}");
    }
    let heartbeat = json!({ "type": "run_heartbeat", "runs": [job.held()] });
    assert_eq!(remote.says(heartbeat).await["lost"], json!([job.run]));
}

/// Unknown runs, those of other bots and other attempts look the same, and are not touched.
#[tokio::test]
async fn a_bot_finds_its_own_runs_only() {
    let mut studio = Studio::new().await;
    let bob = known_bot(&studio.world, "bob", json!({})).await;
    let question = studio.says("a question").await;
    let mut ada = studio.remote().await;
    let job = ada.takes().await;
    ada.says(job.open()).await;
    let mut bob = Remote::connect(&studio.world, &bob);
    bob.serves(json!([])).await;
    is_fenced(&bob, &job).await;
    let unknown = Job { run: json!("r0"), ..job.clone() };
    is_fenced(&ada, &unknown).await;
    for attempt in [0, 2, u32::MAX] {
        is_fenced(&ada, &Job { attempt: json!(attempt), ..job.clone() }).await;
    }
    assert_eq!(bob.serves(json!([job.held()])).await["lost"], json!([job.run]));
    ada.says(job.text(0, "mine")).await;
    ada.says(job.finish()).await;
    assert_eq!(studio.answer(&question).await[0]["text"], "mine");
}

/// Another connection of the same bot does not write what the first one is at work on.
#[tokio::test]
async fn a_run_is_with_one_connection() {
    let mut studio = Studio::new().await;
    let question = studio.says("a question").await;
    let mut first = studio.remote().await;
    let job = first.takes().await;
    first.says(job.open()).await;
    let mut second = studio.connect();
    is_fenced(&second, &job).await;
    let resumed = second.serves(json!([job.held()])).await;
    assert_eq!(resumed["resumed"], json!([job.held()]));
    is_fenced(&first, &job).await;
    second.says(job.text(0, "moved")).await;
    second.says(job.finish()).await;
    assert_eq!(studio.answer(&question).await[0]["text"], "moved");
}

/// Once a run is over, whoever ended it, nothing more of it is accepted.
#[tokio::test]
async fn what_is_over_stays_over() {
    let mut studio = Studio::new().await;
    let (question, remote, job) = studio.begins("a question").await;
    remote.says(job.finish()).await;
    studio.ends(&question).await;
    for frame in everything(&job) {
        if frame["type"] == "finish_run" {
            remote.says(frame).await;
        } else {
            assert_eq!(remote.is_refused(frame.clone()).await, ErrorCode::Fenced, "{frame}");
        }
    }
    assert_eq!(studio.answer(&question).await, json!([]));
}

/// Runs are for bots, bots that come in by a socket, and on one.
#[tokio::test]
async fn only_bots_on_a_socket_are_given_runs() {
    let studio = Studio::new().await;
    let serve = json!({ "type": "serve_runs" });
    let person = studio.world.person("tomas", "Tomas").await;
    let tomas = Remote::connect(&studio.world, person.session.user());
    assert_eq!(tomas.is_refused(serve.clone()).await, ErrorCode::Forbidden);
    let demo = studio.world.hub.bots().into_iter().find(|bot| bot.user.id.as_str() == "demo").unwrap();
    let demo = Remote::connect(&studio.world, &demo.user);
    assert_eq!(demo.is_refused(serve.clone()).await, ErrorCode::Forbidden);
    let request =
        antiphon_protocol::request::ServeRuns { concurrency: None, steer: false, holding: Vec::new() };
    let without = studio.world.hub.session(studio.bot.clone()).handle(request.into()).await;
    assert_eq!(without.unwrap_err().code, ErrorCode::BadRequest);
    let many: Vec<_> = (0..2_000).map(|at| json!({ "run": format!("r{at}"), "attempt": 1 })).collect();
    let remote = studio.connect();
    let holding = json!({ "type": "serve_runs", "holding": many });
    assert_eq!(remote.is_refused(holding).await, ErrorCode::TooMany);
    assert_eq!(remote.is_refused(json!({ "type": "run_heartbeat", "runs": many })).await, ErrorCode::TooMany);
}
