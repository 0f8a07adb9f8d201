//! The Socket.IO door with time in the hand: who was away for minutes.

use std::time::Duration;

use crate::support::{
    TestServer,
    socket_io::{SocketIo, Transport},
};

const SILENCE: Duration = Duration::from_secs(180);

/// F8, F11: three minutes in which nobody says anything are no reason to lose one's place: whoever was cut off, and whoever just
/// fell silent, is recovered, and hears everything once.
#[tokio::test]
async fn f8_three_minutes_of_silence_are_recovered_from() {
    for transport in [Transport::WebSocket, Transport::Polling] {
        for is_cut in [true, false] {
            let server = TestServer::start().await;
            let guest = server.guest("Ada").await;
            let mut ada = SocketIo::connect(&server.authority(), transport, &guest.token).await;
            assert!(!ada.is_recovered);
            ada.ask("join_room", "general".into()).await;
            server.join("Ben").await.say("general", "before").await;
            ada.hears("before").await;
            let (id, place) = (ada.id.clone(), ada.place());
            // Of those that are not cut the server has to find out by itself.
            let silent = (!is_cut).then_some(ada);
            passes(&server, SILENCE).await;
            drop(silent);
            server.join("Cem").await.say("general", "meanwhile").await;

            let mut ada = SocketIo::come_back(&server.authority(), transport, &guest.token, place).await;
            assert!(ada.is_recovered, "{transport:?}");
            assert_eq!(ada.id, id);
            server.join("Dan").await.say("general", "after").await;
            ada.hears("after").await;
            assert_eq!(ada.texts(), ["meanwhile", "after"]);
            assert_eq!(ada.times("room_state"), 0, "it is not told anew");
        }
    }
}

/// Lets time pass, by the clock of the tokens too, without waiting for it.
async fn passes(server: &TestServer, time: Duration) {
    tokio::time::pause();
    tokio::time::sleep(time).await;
    tokio::time::resume();
    server.pass_seconds(time.as_secs());
}
