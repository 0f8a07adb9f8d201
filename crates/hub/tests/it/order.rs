//! Many at once: one order, seen by everyone, whoever comes and goes (FAULTS 46, 88, 89, 90; rules SEQ, ORDER, GAP, DUP,
//! FIFO, MEMBER).

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use antiphon_protocol::{Reply, Role, RoomId, Visibility, request::History, request::RemoveMember};
use serde_json::Value;

use crate::{
    device::Device,
    dice::Dice,
    view::View,
    world::{Person, World, message},
};

const WRITERS: usize = 50;
const MESSAGES: usize = 40;
const READERS: usize = 12;

/// The room's whole log.
pub async fn log(reader: &Person, room: &RoomId) -> Vec<Value> {
    let mut entries: Vec<Value> = Vec::new();
    loop {
        let after = Some(entries.len() as u64);
        let request = History { room: room.clone(), before: None, after, limit: Some(200) };
        let Reply::Entries(page) = reader.does(request).await else { panic!("not a page") };
        let parsed = page.entries.iter().map(|entry| serde_json::from_str(entry.as_str()).expect("JSON"));
        entries.extend(parsed);
        if !page.more {
            for (seq, entry) in (1u64..).zip(&entries) {
                assert_eq!(entry["seq"], seq, "SEQ");
            }
            return entries;
        }
    }
}

/// Writes without waiting for answers, as a client does who is in a hurry.
async fn writes(writer: Person, room: RoomId, number: usize) {
    let mut answers = Vec::new();
    for count in 0..MESSAGES {
        let id = format!("w{number}-{count}").parse().expect("a good id");
        let begun = writer.session.begin(message(&room, &id, &format!("{number}.{count}")).into()).await;
        match begun {
            antiphon_hub::Begun::Later(answer) => answers.push(answer),
            antiphon_hub::Begun::Now(answer) => panic!("{answer:?}"),
        }
        if count % 8 == 7 {
            for answer in answers.drain(..) {
                answer.await.expect("written");
            }
        }
    }
}

/// Joins, pulls, leaves and drops its connection at random, until all is said; then comes up to date.
async fn comes_and_goes(reader: Person, mut view: View, over: Arc<AtomicBool>, mut dice: Dice) -> View {
    let mut device: Option<Device> = None;
    while !over.load(Ordering::Acquire) {
        match device.take() {
            None => {
                let mut new = reader.device();
                view.limit = Some(1 + dice.below(50));
                new.joins_with(&mut view).await;
                device = Some(new);
            }
            Some(mut here) => {
                here.pull(1 + dice.below(4_000)).await;
                here.heard().iter().for_each(|event| view.apply(event));
                match dice.below(12) {
                    0 => {}
                    1 => {
                        here.reader.leave(&view.room);
                        here.joins_with(&mut view).await;
                        device = Some(here);
                    }
                    2 => {
                        here.joins_with(&mut view).await;
                        device = Some(here);
                    }
                    _ => device = Some(here),
                }
            }
        }
        tokio::task::yield_now().await;
    }
    let mut last = device.unwrap_or_else(|| reader.device());
    last.joins_with(&mut view).await;
    last.brings_up(&mut view).await;
    view
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_writers_and_everyone_sees_one_log_without_hole_or_double() {
    let mut dice = Dice::new();
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mara = world.person("mara").await;
    let room = mara.makes("square", Visibility::Public).await;
    let epoch = mara.device().joins(&room).await.epoch;
    let over = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for number in 0..READERS {
        let reader = world.person(&format!("reader{number}")).await;
        let view = View::from_the_start(&room, &epoch);
        readers.push(tokio::spawn(comes_and_goes(reader, view, Arc::clone(&over), dice.split())));
    }
    let mut writers = Vec::new();
    for number in 0..WRITERS {
        let writer = world.person(&format!("writer{number}")).await;
        writer.enters(&room).await;
        writers.push(tokio::spawn(writes(writer, room.clone(), number)));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    over.store(true, Ordering::Release);
    let log = log(&mara, &room).await;
    for reader in readers {
        let view = reader.await.unwrap();
        assert_eq!(view.entries, log, "ORDER");
    }
    let mut next: HashMap<&str, usize> = HashMap::new();
    for entry in log.iter().filter(|entry| entry["type"] == "message") {
        let said = entry["message"]["parts"][0]["text"].as_str().unwrap().split_once('.').unwrap().1;
        let expected = next.entry(entry["by"].as_str().unwrap()).or_default();
        assert_eq!(said.parse(), Ok(*expected), "FIFO: {entry}");
        *expected += 1;
    }
    assert!(next.len() == WRITERS && next.values().all(|said| *said == MESSAGES), "LOST or ONCE");
}

/// FAULTS 46: removed while joining, while pages come, while live: nothing that was said after the removal is heard.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_removed_at_any_moment_hears_nothing_later() {
    let mut dice = Dice::new();
    let world = World::with(|options| {
        options.limits.requests_per_second = 1_000_000;
        options.limits.connections_per_user = 1_000;
    })
    .await;
    let (mara, eve) = (world.person("mara").await, world.person("eve").await);
    let room = mara.makes("tea", Visibility::Private).await;
    let over = Arc::new(AtomicBool::new(false));
    let talking = tokio::spawn({
        let (mara, room, over) = (mara.clone(), room.clone(), Arc::clone(&over));
        async move {
            while !over.load(Ordering::Acquire) {
                mara.says(&room, "on and on").await;
            }
        }
    });
    let mut rounds = Vec::new();
    for _ in 0..150 {
        mara.invites(&room, &[eve.id()], Role::Member).await;
        let mut device = eve.device();
        let view = View::new(&room);
        let (room, pulls) = (room.clone(), dice.below(6));
        let listening = tokio::spawn(async move {
            let mut heard = Vec::new();
            if let Ok(joined) = device.asks_to_join(view.request()).await {
                heard
                    .extend(joined.entries.iter().map(|entry| serde_json::from_str(entry.as_str()).unwrap()));
            }
            for _ in 0..pulls {
                device.pull(1_000).await;
                heard.extend(device.heard());
            }
            (device, heard)
        });
        for _ in 0..dice.below(4) {
            tokio::task::yield_now().await;
        }
        let removal = RemoveMember { room: room.clone(), id: None, user: eve.id().clone() };
        let Reply::Written(removed) = mara.does(removal).await else { panic!("not written") };
        mara.says(&room, "she is gone").await;
        let (mut device, mut heard) = listening.await.unwrap();
        heard.extend(device.everything().await);
        rounds.push((removed.seq, heard, device));
    }
    over.store(true, Ordering::Release);
    talking.await.unwrap();
    for (removed_at, mut heard, mut device) in rounds {
        heard.extend(device.everything().await);
        for entry in heard.iter().filter(|event| event["seq"].is_u64()) {
            assert!(entry["seq"].as_u64().unwrap() <= removed_at, "MEMBER: removed at {removed_at}: {entry}");
        }
    }
    let joined = mara.device().joins(&room).await;
    assert!(joined.signals.presence.iter().all(|presence| presence.user != *eve.id()), "a ghost");
}
