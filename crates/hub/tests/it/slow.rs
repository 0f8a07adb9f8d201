//! A slow reader costs a cursor: nothing is held for it, and it misses nothing (F7, FAULTS 70, 71).

use std::sync::{Arc, Weak};

use antiphon_hub::LiveEvent;
use antiphon_protocol::{Visibility, request::SetPresence, request::Typing};

use crate::{
    bot::{Studio, completes, empty_text},
    order::log,
    view::View,
    world::{World, fresh, message},
};

const MESSAGES: usize = 10_000;

/// More events than a room keeps, and some in a batch of the prompt reader.
const HELD_AT_MOST: usize = 3_000;

async fn chatters(studio: &Studio) {
    let mut answers = Vec::new();
    for number in 0..MESSAGES {
        let request = message(&studio.room, &fresh(), &format!("message {number}"));
        if let antiphon_hub::Begun::Later(answer) = studio.person.session.begin(request.into()).await {
            answers.push(answer);
        }
        if answers.len() == 500 {
            for answer in answers.drain(..) {
                answer.await.expect("written");
            }
        }
    }
}

#[tokio::test]
async fn a_reader_that_does_not_pull_misses_nothing_and_nothing_is_held_for_it() {
    let world = World::with(|options| options.limits.requests_per_second = 10_000_000).await;
    let mut studio = Studio::new(&world).await;
    let room = studio.room.clone();
    let (mut slow, mut prompt) = (studio.person.device(), studio.person.device());
    let (mut view, mut others) = (View::new(&room), View::new(&room));
    let (run, answer) = studio.answering().await;
    let part = answer.open_part(empty_text()).unwrap();
    answer.append(part, "begins ").unwrap();
    slow.joins_with(&mut view).await;
    prompt.joins_with(&mut others).await;
    let mut seen: Vec<Weak<LiveEvent>> = Vec::new();
    for round in 0..4 {
        for _ in 0..700 {
            answer.append(part, "and goes on 🚂 ").unwrap();
        }
        let (chat, listening) = (chatters_of(&studio, round), async {
            loop {
                let mut batch: Vec<Arc<LiveEvent>> = Vec::new();
                prompt.reader.ready().await;
                prompt.reader.pull(&mut batch, 64 * 1024).await;
                seen.extend(batch.iter().map(Arc::downgrade));
                batch.iter().for_each(|event| others.apply(&serde_json::from_slice(event.json()).unwrap()));
            }
        });
        tokio::select! {
            () = chat => {}
            () = listening => {}
        }
    }
    prompt.brings_up(&mut others).await;
    assert!(seen.len() > MESSAGES, "{} events were heard by the prompt reader", seen.len());
    let held = seen.iter().filter(|event| event.strong_count() > 0).count();
    assert!(held <= HELD_AT_MOST, "{held} events are held though only the slow reader has not seen them");

    studio.person.does(Typing { room: room.clone(), active: true }).await;
    slow.pull(1).await;
    let first = slow.heard();
    assert_eq!(first[0]["type"], "entries", "it is brought up to date from the log");
    first.iter().for_each(|event| view.apply(event));
    answer.append(part, "to its end").unwrap();
    let mut caught_up = None;
    for event in slow.everything().await {
        view.apply(&event);
        if event["type"] == "caught_up" {
            caught_up = Some(event);
        }
    }
    let signals = &caught_up.expect("the catch-up has an end")["signals"];
    assert_eq!(signals["typing"][0], "mara", "the latest signals come with the end of a catch-up");
    assert_eq!(signals["presence"][0]["status"], "online");
    completes(run).await;
    slow.brings_up(&mut view).await;
    prompt.brings_up(&mut others).await;
    let place = (answer.message_id().to_string(), 0);
    assert_eq!(view.whole[&place], others.whole[&place]);
    assert_eq!(view.seq, log(&studio.person, &room).await.len() as u64);
}

async fn chatters_of(studio: &Studio, round: usize) {
    if round == 1 {
        chatters(studio).await;
    }
}

/// F7: signals collapse to the latest: who left while the reader was behind is not present for it.
#[tokio::test]
async fn signals_that_were_missed_come_as_they_are_now() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let (mara, tomas) = (world.person("mara").await, world.person("tomas").await);
    let room = mara.makes("tea", Visibility::Public).await;
    tomas.enters(&room).await;
    let mut slow = mara.device_in(&room).await;
    let his = tomas.device_in(&room).await;
    tomas.does(Typing { room: room.clone(), active: true }).await;
    mara.does(SetPresence { status: antiphon_protocol::PresenceStatus::Away }).await;
    slow.everything().await;
    tomas.does(Typing { room: room.clone(), active: false }).await;
    drop(his);
    world.clock.advance(4_000);
    crate::world::until("he is gone", || async {
        let joined = mara.device().joins(&room).await;
        joined.signals.presence.len() == 1
    })
    .await;
    for number in 0..1_500 {
        mara.says(&room, &format!("{number}")).await;
    }
    let end = slow.hears_until("caught_up").await.pop().unwrap();
    assert_eq!(end["signals"]["presence"].as_array().unwrap().len(), 1, "{end}");
    assert_eq!(end["signals"]["presence"][0]["status"], "away");
    assert_eq!(end["signals"]["typing"].as_array().unwrap().len(), 0);
    slow.hears_nothing_more().await;
}

/// FAULTS 73: a busy room does not keep a quiet one from its reader.
#[tokio::test]
async fn rooms_are_served_in_turn() {
    let world = World::with(|options| options.limits.requests_per_second = 1_000_000).await;
    let mara = world.person("mara").await;
    let busy = mara.makes("busy", Visibility::Public).await;
    let quiet = mara.makes("quiet", Visibility::Public).await;
    let mut device = mara.device_in(&busy).await;
    device.joins(&quiet).await;
    device.everything().await;
    for number in 0..3_000 {
        mara.says(&busy, &format!("{number}")).await;
        // Less often than would let the reader come up to date.
        if number % 300 == 299 {
            device.pull(1).await;
        }
    }
    device.heard();
    mara.says(&quiet, "psst").await;
    let mut pulls = 0;
    loop {
        device.pull(1).await;
        pulls += 1;
        if device.heard().iter().any(|event| event["room"] == "quiet") {
            break;
        }
    }
    assert!(pulls <= 2, "the quiet room was heard after {pulls} turns of the busy one");
}
