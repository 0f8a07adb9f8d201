//! A bot at work, as tests need one: takes its next run and writes what it is told to.

use antiphon_hub::{Answer, Inbox, RunSession};
use antiphon_protocol::{Ending, Part, RoomId, RoomKind, UserId, request::CreateRoom};
use tokio::time::timeout;

use crate::world::{PATIENCE, Person, World, create};

/// A person's room with a bot, which works on everything that is said there.
pub struct Studio {
    pub person: Person,
    pub bot: UserId,
    pub room: RoomId,
    pub inbox: Inbox,
}

impl Studio {
    pub async fn new(world: &World) -> Self {
        let (person, bot) = (world.person("mara").await, world.bot("ada", None).await);
        let room = session_room(&person, &bot, "studio").await;
        let inbox = world.inbox(&bot, 4);
        Self { person, bot, room, inbox }
    }

    /// The bot's next run.
    pub async fn next_run(&mut self) -> RunSession {
        next_run(&mut self.inbox).await
    }

    /// A run with an open answer.
    pub async fn answering(&mut self) -> (RunSession, Answer) {
        self.person.says(&self.room, "a question").await;
        let run = self.next_run().await;
        let answer = run.answer().await.expect("an answer can be opened");
        (run, answer)
    }
}

pub async fn session_room(person: &Person, bot: &UserId, name: &str) -> RoomId {
    let members = vec![bot.clone()];
    person.makes_room(CreateRoom { members, ..create(name, RoomKind::Session) }).await
}

pub async fn next_run(inbox: &mut Inbox) -> RunSession {
    timeout(PATIENCE, inbox.next()).await.expect("a run is waiting").expect("the hub is at work")
}

/// Whether there is nothing for the bot to do now. To be asked only when everything that could bring work was answered.
pub async fn is_idle(inbox: &mut Inbox) -> bool {
    timeout(std::time::Duration::from_millis(100), inbox.next()).await.is_err()
}

pub fn empty_text() -> Part {
    Part::Text { text: String::new() }
}

pub async fn completes(run: RunSession) {
    run.finish(Ending::Completed, None).await.expect("the run can be ended");
}
