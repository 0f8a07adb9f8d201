//! Supervision (D3): bots are brought up, brought up again, stopped and started, whatever their connectors do.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use antiphon_agents::{Connector, Trouble};
use antiphon_hub::RunSession;
use antiphon_protocol::{
    BotStatus, Ending, EntryBody, RunState, UserId,
    request::{StartBot, StopBot},
};
use async_trait::async_trait;
use tokio::sync::Notify;

use crate::{watcher::Seen, world::World};

/// A connector that does as it is told.
#[derive(Default)]
struct Told {
    starts: AtomicU32,
    stops: AtomicU32,
    /// How many times it fails to start.
    failures: AtomicU32,
    permanent: bool,
    panics: bool,
    cut: Notify,
    /// Whether its link breaks as soon as it is up.
    breaks: bool,
    /// Whether a run is worked on for ever.
    hangs: bool,
}

#[async_trait]
impl Connector for Told {
    async fn start(&self) -> Result<(), Trouble> {
        self.starts.fetch_add(1, Ordering::SeqCst);
        let fails = self.failures.load(Ordering::SeqCst) > 0;
        if !fails {
            return Ok(());
        }
        self.failures.fetch_sub(1, Ordering::SeqCst);
        assert!(!self.panics, "this connector breaks on purpose");
        let message = "nobody is there".to_owned();
        Err(Trouble { permanent: self.permanent, ..Trouble::passing(message) })
    }

    async fn lost(&self) -> Trouble {
        if !self.breaks {
            self.cut.notified().await;
        }
        Trouble::passing("the link broke")
    }

    async fn work(&self, run: RunSession) {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        run.finish(Ending::Completed, None).await.unwrap();
    }

    async fn stop(&self) {
        self.stops.fetch_add(1, Ordering::SeqCst);
    }
}

fn ada() -> UserId {
    UserId::parse("ada").unwrap()
}

/// D3: what fails to start, or is lost, is tried again, and everyone sees how often.
#[tokio::test]
async fn a_bot_in_trouble_is_brought_up_again() {
    let told = Arc::new(Told { failures: AtomicU32::new(2), ..Told::default() });
    let world = World::hasty(Arc::clone(&told) as _).await;
    world.until(&ada(), BotStatus::Error).await;
    assert_eq!(world.hub.bot(&ada()).unwrap().error.as_deref(), Some("nobody is there"));
    world.until(&ada(), BotStatus::Running).await;
    assert_eq!(world.hub.bot(&ada()).unwrap().restarts, 2);
    told.cut.notify_one();
    world.until(&ada(), BotStatus::Error).await;
    assert_eq!(world.hub.bot(&ada()).unwrap().error.as_deref(), Some("the link broke"));
    world.until(&ada(), BotStatus::Running).await;
    assert_eq!((told.starts.load(Ordering::SeqCst), told.stops.load(Ordering::SeqCst)), (4, 0));
}

/// D3: a bot that goes down again and again says so to its rooms once, not each time; that it works it says as soon as it does.
#[tokio::test]
async fn a_crash_loop_does_not_fill_the_log() {
    for (breaks, failures) in [(true, 0), (false, 4)] {
        let told = Told { breaks, failures: AtomicU32::new(failures), ..Told::default() };
        let world = World::hasty(Arc::new(told) as _).await;
        let mara = world.person("mara", "Mara").await;
        let mut chat = mara.chat_with("ada").await;
        while world.hub.bot(&ada()).unwrap().restarts < 4 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let question = mara.say(&chat.room, "are you there?").await;
        if !breaks {
            chat.until("the answer", |seen| seen.run(&question).is_some_and(|run| run.state.is_final()))
                .await;
        }
        let statuses = |seen: &Seen| -> Vec<BotStatus> {
            let statuses = seen.bodies().filter_map(|body| match body {
                EntryBody::BotStatus { status, .. } => Some(*status),
                _ => None,
            });
            statuses.collect()
        };
        if breaks {
            chat.until("its trouble", |seen| statuses(seen).contains(&BotStatus::Error)).await;
        } else {
            chat.until("its good health", |seen| statuses(seen).last() == Some(&BotStatus::Running)).await;
        }
        let all = statuses(&chat.seen);
        assert!(all.len() <= 3, "{all:?}");
    }
}

/// D3, D4: what cannot be helped, and a connector that breaks, wait for somebody.
#[tokio::test]
async fn permanent_trouble_waits_for_a_change() {
    for panics in [false, true] {
        let told = Told { failures: AtomicU32::new(1), permanent: true, panics, ..Told::default() };
        let told = Arc::new(told);
        let world = World::hasty(Arc::clone(&told) as _).await;
        world.until(&ada(), BotStatus::Error).await;
        let root = world.person("root", "Root").await;
        root.ask(StartBot { bot: ada() }).await;
        world.until(&ada(), BotStatus::Running).await;
        assert_eq!(told.starts.load(Ordering::SeqCst), 2);
        assert_eq!(world.hub.bot(&ada()).unwrap().restarts, 0);
    }
}

/// D3, D4: a stop gives runs their grace, and then interrupts them; what waits is done after the next start.
#[tokio::test]
async fn a_stopped_bot_leaves_no_run_at_work() {
    let told = Arc::new(Told { hangs: true, ..Told::default() });
    let world = World::hasty(Arc::clone(&told) as _).await;
    world.until(&ada(), BotStatus::Running).await;
    let (root, mara) = (world.person("root", "Root").await, world.person("mara", "Mara").await);
    let mut chat = mara.chat_with("ada").await;
    let first = mara.say(&chat.room, "one").await;
    chat.until("the run begins", |seen| {
        seen.run(&first).is_some_and(|run| run.state == RunState::Processing)
    })
    .await;
    let second = mara.say(&chat.room, "two").await;
    root.ask(StopBot { bot: ada() }).await;
    world.until(&ada(), BotStatus::Stopped).await;
    chat.until("the run ends", |seen| seen.run(&first).is_some_and(|run| run.state.is_final())).await;
    let run = chat.seen.run(&first).unwrap();
    assert_eq!((run.state, run.error.as_deref()), (RunState::Interrupted, Some("the bot was stopped")));
    assert_eq!(chat.seen.run(&second).unwrap().state, RunState::Queued);
    assert_eq!(told.stops.load(Ordering::SeqCst), 1);
    root.ask(StartBot { bot: ada() }).await;
    chat.until("the next run begins", |seen| {
        seen.run(&second).is_some_and(|run| run.state == RunState::Processing)
    })
    .await;
    let _folder = world.stop().await;
}
