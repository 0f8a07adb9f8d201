//! Users and bots.

use antiphon_protocol::{Bot, BotStatus, Connector, User, UserKind};
use antiphon_store::{Change, StoreError};

use crate::support::{id, person, promises, refusal, seq};

fn bot(name: &str, description: &str) -> Bot {
    Bot {
        owner: Some(id("ada")),
        status: BotStatus::Running,
        error: Some("not stored".to_owned()),
        description: Some(description.to_owned()),
        suggestions: vec!["What can you do?".to_owned()],
        ..Bot::new(User { kind: UserKind::Bot, ..person(name) }, Connector::Builtin)
    }
}

promises! {
    async fn a_user_takes_over_a_new_name_and_picture(world: &mut World) {
        assert_eq!(world.store.user(&id("ada")).await.unwrap(), None);
        world.people(&["ada"]).await;
        assert_eq!(world.store.user(&id("ada")).await.unwrap(), Some(person("ada")));
        let user = User { name: "Ada L.".to_owned(), avatar: Some("https://a.example/ada".to_owned()), ..person("ada") };
        let put = world.act("ada", Change::PutUser { user: user.clone() }).await;
        assert_eq!(seq(&put), 0);
        assert!(world.witness.seen().is_empty(), "users have no log");
        world.reopen().await;
        assert_eq!(world.store.user(&id("ada")).await.unwrap(), Some(user));
    }

    /// D10: nobody becomes a bot by its id, and a bot no person.
    async fn a_users_kind_never_changes(world: &mut World) {
        world.people(&["ada"]).await;
        let imitation = Box::new(bot("ada", "an imitation"));
        assert!(matches!(refusal(world.act("ada", Change::PutBot { bot: imitation, connector: None }).await), StoreError::Conflict(_)));
        world.act("ada", Change::PutBot { bot: Box::new(bot("echo", "repeats")), connector: None }).await.unwrap();
        let answer = world.act("echo", Change::PutUser { user: person("echo") }).await;
        assert!(matches!(refusal(answer), StoreError::Conflict(_)));
    }

    /// A bot's status follows from what it does; it is never read from the store.
    async fn a_bot_is_stored_without_its_status(world: &mut World) {
        world.act("ada", Change::PutBot { bot: Box::new(bot("echo", "repeats")), connector: None }).await.unwrap();
        world.act("ada", Change::PutBot { bot: Box::new(bot("echo", "repeats, louder")), connector: None }).await.unwrap();
        world.act("ada", Change::PutBot { bot: Box::new(bot("clock", "tells the time")), connector: None }).await.unwrap();
        let stopped = |name, description| Bot { status: BotStatus::Stopped, error: None, ..bot(name, description) };
        let expected = vec![stopped("clock", "tells the time"), stopped("echo", "repeats, louder")];
        assert_eq!(world.store.bots().await.unwrap(), expected);
        assert_eq!(world.store.user(&id("echo")).await.unwrap().unwrap().kind, UserKind::Bot);
    }
}
