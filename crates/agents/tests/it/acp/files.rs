//! What a program may use of the server.

use antiphon_protocol::RunState;

use super::{Scene, program};

/// What is not offered is refused as not being there.
#[tokio::test]
async fn nothing_is_offered_that_was_not_configured() {
    let mut scene = Scene::new().await;
    let (run, said) = scene.ask("strange").await;
    assert_eq!((run.state, said.as_str()), (RunState::Completed, "-32601 -32601 -32602"));
}

/// A program with `files = true` uses those in the folder of its room, and no others.
#[tokio::test]
async fn files_are_those_of_the_room() {
    let mut scene = Scene::with(antiphon_protocol::bot::AcpSpec { files: true, ..program(&[]) }).await;
    let (_, said) = scene.ask("files").await;
    assert_eq!(said, r#"["one\ntwo\n","two\n",-32002,-32602,-32602]"#);
    let folder = scene.home().join(scene.chat.room.as_str());
    assert_eq!(std::fs::read_to_string(folder.join("notes/a.txt")).unwrap(), "one\ntwo\n");
}
