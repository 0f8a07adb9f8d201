//! The scenarios, one file each.

pub mod durable;
pub mod fanout;
pub mod idle;
pub mod storm;

use std::sync::Arc;

use serde_json::json;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    Fault,
    client::{self, Ear, Mouth},
    server::Server,
};

/// How many people come in at a time.
const AT_ONCE: usize = 64;

/// A person in a room.
pub struct Person {
    pub token: String,
    pub room: String,
    /// Held, because dropping it would end the connection.
    pub _mouth: Mouth,
    pub ear: Ear,
    /// The room's epoch and head when they came.
    pub epoch: String,
    pub head: u64,
}

/// Makes rooms.
pub async fn make_rooms(server: &Server, count: usize) -> Result<Vec<String>, Fault> {
    let (mut mouth, mut ear) =
        client::open(&server.address, &client::guest(&server.address, "Maker").await?).await?;
    let rooms: Vec<String> = (0..count).map(|n| format!("room-{n}")).collect();
    for room in &rooms {
        mouth.say(&json!({ "type": "create_room", "ref": 9, "id": room, "name": room })).await?;
        ear.until("\"ref\":9").await?;
    }
    Ok(rooms)
}

/// Lets `members` people into each room.
pub async fn fill(server: &Server, rooms: &[String], members: usize) -> Result<Vec<Person>, Fault> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut coming = JoinSet::new();
    for n in 0..rooms.len() * members {
        let (room, address) = (rooms[n % rooms.len()].clone(), server.address.clone());
        let place = Arc::clone(&places).acquire_owned().await?;
        coming.spawn(async move {
            let _place = place;
            let token = client::guest(&address, &format!("Person {n}")).await?;
            let (mut mouth, mut ear) = client::open(&address, &token).await?;
            let joined = client::join(&mut mouth, &mut ear, &room, None).await?;
            let epoch = joined["epoch"].as_str().unwrap_or_default().to_owned();
            let head = joined["head"].as_u64().unwrap_or_default();
            Ok::<_, Fault>(Person { token, room, _mouth: mouth, ear, epoch, head })
        });
    }
    let mut people = Vec::new();
    while let Some(person) = coming.join_next().await {
        people.push(person??);
    }
    Ok(people)
}
