//! Programs that the server runs for its bots: each in a process group of its own, with little to see, and certain to end
//! with all that it has started.

mod group;
mod guard;
mod last_words;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    sync::watch,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use group::Group;
use guard::Guard;
use last_words::LastWords;

use crate::veil::Veil;

/// What every program gets of the server's environment: where programs and homes are, and how to write. Everything else
/// (keys above all) is named in the settings of the bot.
const INHERITED: [&str; 9] =
    ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"];

/// How long a program may take to end by itself once its input is closed, and then once it is told to.
const UNTIL_TERMINATED: Duration = Duration::from_secs(1);
const UNTIL_KILLED: Duration = Duration::from_secs(2);
/// How long to wait for the rest of what a dead program said: its children may hold the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A program and how to start it.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name, looked up in `PATH`, or its path.
    pub command: String,
    /// What it is started with.
    pub args: Vec<String>,
    /// What it finds in its environment, beside the little that all programs get.
    pub env: BTreeMap<String, SecretString>,
    /// Where it works; where the server does, if nothing is said.
    pub folder: Option<PathBuf>,
}

/// A program at work. Dropped, it is ended, with all that it has started.
#[derive(Debug)]
pub(crate) struct Process {
    stop: CancellationToken,
    ended: watch::Receiver<Option<End>>,
}

/// How a program has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct End {
    /// In words that everyone may read.
    pub how: String,
    /// The last that it said on its error output, but for its secrets: for those who look after it. Who knows what it says.
    pub last_words: Option<String>,
}

/// How we speak to a program.
pub(crate) struct Pipes {
    pub input: ChildStdin,
    pub output: ChildStdout,
}

impl Program {
    /// Starts it. What it complains about is logged under `name`.
    pub(crate) fn start(&self, name: &str) -> io::Result<(Process, Pipes)> {
        let mut child = self.command()?.spawn()?;
        let piped = "all three were asked for as pipes";
        let input = child.stdin.take().expect(piped);
        let output = child.stdout.take().expect(piped);
        let complaints = child.stderr.take().expect(piped);
        let (told, ended) = watch::channel(None);
        let stop = CancellationToken::new();
        let (group, name, veil) = (Group::of(&child), name.to_owned(), self.veil());
        let guard = Guard::over(&group)?;
        let watched = Watched { group, guard, child, stop: stop.clone(), name, veil };
        tokio::spawn(async move {
            let end = watched.until_end(complaints).await;
            let _ = told.send(Some(end));
        });
        Ok((Process { stop, ended }, Pipes { input, output }))
    }

    /// Covers the secrets that it is given.
    pub(crate) fn veil(&self) -> Veil {
        Veil::over(self.env.values())
    }

    fn command(&self) -> io::Result<Command> {
        // A path with a slash is meant from where the server runs, not from the program's folder.
        let path = Path::new(&self.command);
        let path = if self.command.contains('/') { std::path::absolute(path)? } else { path.to_owned() };
        let mut command = Command::new(path);
        let inherited = INHERITED.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
        let chosen = self.env.iter().map(|(name, value)| (name, value.expose_secret()));
        command.args(&self.args).env_clear().envs(inherited).envs(chosen);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its own group: what it starts ends with it, and a Ctrl-C at the terminal is the server's alone.
        command.process_group(0).kill_on_drop(true);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        Ok(command)
    }
}

impl End {
    fn of(how: &str) -> Self {
        Self { how: how.to_owned(), last_words: None }
    }
}

impl Process {
    /// Waits until it has ended, and returns how.
    pub async fn ended(&self) -> End {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(end) => end.clone().unwrap_or_default(),
            Err(_) => End::of("it was not looked after any more"),
        }
    }

    /// Ends it, and waits until it has: it should end by itself, since its input is closed; then it is told to, then it
    /// is killed.
    pub async fn end(&self) -> End {
        self.stop.cancel();
        self.ended().await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A program, as the task sees it that looks after it.
struct Watched {
    group: Group,
    guard: Option<Guard>,
    child: Child,
    stop: CancellationToken,
    name: String,
    veil: Veil,
}

impl Watched {
    async fn until_end(mut self, complaints: ChildStderr) -> End {
        let last_words = LastWords::default();
        let listening =
            last_words::listen(complaints, self.name.clone(), self.veil.clone(), last_words.clone());
        let mut listening = tokio::spawn(listening);
        let status = tokio::select! {
            status = self.child.wait() => status,
            () = self.stop.cancelled() => self.end().await,
        };
        // Nothing that it started outlives it; then there is nothing left to guard.
        self.group.kill();
        drop(self.guard.take());
        if timeout(LAST_WORDS, &mut listening).await.is_err() {
            listening.abort();
        }
        debug!(program = self.name, ?status, "a program has ended");
        match status {
            Ok(status) => End { last_words: last_words.quoted(), ..End::of(&in_words(status)) },
            Err(_) => End::of("it cannot be found any more"),
        }
    }

    /// First patience, then a word, then force.
    async fn end(&mut self) -> io::Result<ExitStatus> {
        if let Ok(status) = timeout(UNTIL_TERMINATED, self.child.wait()).await {
            return status;
        }
        self.group.terminate();
        if let Ok(status) = timeout(UNTIL_KILLED, self.child.wait()).await {
            return status;
        }
        warn!(program = self.name, "a program that did not end is killed");
        self.group.kill();
        self.child.wait().await
    }
}

fn in_words(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(0), _) => "it ended".to_owned(),
        (Some(code), _) => format!("it ended with code {code}"),
        (None, Some(signal)) => format!("it was killed by signal {signal}"),
        (None, None) => "it ended".to_owned(),
    }
}

#[cfg(test)]
mod tests;
