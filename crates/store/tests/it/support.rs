//! What the tests speak in: a backend under test, people who act, a witness who sees what is published.

mod asks;
mod backend;
mod fold;
mod steps;
mod streams;
mod witness;
mod world;

pub use asks::{approved, asked};
pub use backend::{Backend, Sqlite};
pub use fold::Fold;
pub use steps::step_to;
pub use streams::chunk;
pub use witness::Witness;
pub use world::{Answer, World, id, person, refusal, seq, text, words};

/// Tests that every backend must pass: written once, played on each.
macro_rules! promises {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: &mut World) $body:block)*) => {
        $(async fn $name($world: &mut crate::support::World) $body)*

        mod sqlite {
            use crate::support::{Sqlite, World};

            $($(#[$meta])*
            #[tokio::test]
            async fn $name() {
                super::$name(&mut World::on(Sqlite::fresh()).await).await;
            })*
        }
    };
}
pub(crate) use promises;
