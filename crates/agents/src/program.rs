//! Programs that the server runs for its bots: each in a process group of its own, with an environment that was chosen.

use std::{collections::BTreeMap, ffi::OsString, io, path::PathBuf, process::Stdio, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    io::{AsyncReadExt as _, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};
use tracing::{debug, warn};

/// What every program gets of the server's environment: where programs and homes are, and how to write. Everything else
/// (keys above all) is named in the settings of the bot.
const INHERITED: [&str; 7] = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER"];
/// How long a program may take to end by itself, and again after it was told to.
const GRACE: Duration = Duration::from_secs(1);
/// Longest line of its complaints that is logged.
const LOG_LINE_BYTES: usize = 1_000;
/// Most lines of its complaints that are logged; a program that goes on is read, but not listened to.
const LOG_LINES: usize = 1_000;

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

/// A program at work. Dropped, it is killed, with all that it has started.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    group: Option<Pid>,
}

/// The ends of a program's pipes.
pub(crate) struct Pipes {
    /// What it reads.
    pub input: ChildStdin,
    /// What it writes.
    pub output: ChildStdout,
}

impl Program {
    /// Starts it. What it complains about is logged under `name`.
    pub(crate) fn start(&self, name: &str) -> io::Result<(Process, Pipes)> {
        let mut command = Command::new(&self.command);
        command.args(&self.args).env_clear().envs(self.environment());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its own group: what it starts ends with it, and a Ctrl-C at the terminal is the server's alone.
        command.process_group(0).kill_on_drop(true);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        let mut child = command.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let piped = "all three were asked for as pipes";
        let input = child.stdin.take().expect(piped);
        let output = child.stdout.take().expect(piped);
        let complaints = child.stderr.take().expect(piped);
        tokio::spawn(log(name.to_owned(), complaints));
        Ok((Process { child, group }, Pipes { input, output }))
    }

    fn environment(&self) -> impl Iterator<Item = (OsString, OsString)> {
        let inherited = INHERITED.iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?)));
        let chosen = self.env.iter().map(|(name, value)| (name.into(), value.expose_secret().into()));
        inherited.chain(chosen)
    }
}

impl Process {
    /// Ends it: it should end by itself, since its input is closed; then it is told to, then it is killed.
    pub(crate) async fn end(mut self) {
        if timeout(GRACE, self.child.wait()).await.is_err() {
            self.signal(Signal::TERM);
            // What does not end now is killed by the drop.
            let _ = timeout(GRACE, self.child.wait()).await;
        }
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self) {
        if let Err(fault) = self.child.wait().await {
            warn!(%fault, "a program cannot be waited for");
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // Nobody is left in the group if this fails.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Logs what a program complains about, line by line, and never lets its pipe fill up.
async fn log(name: String, complaints: ChildStderr) {
    let mut reader = BufReader::new(complaints);
    let (mut line, mut lines, mut buffer) = (Vec::new(), 0, [0; 1024]);
    while let Ok(length @ 1..) = reader.read(&mut buffer).await {
        for &byte in &buffer[..length] {
            if byte != b'\n' {
                if line.len() < LOG_LINE_BYTES {
                    line.push(byte);
                }
                continue;
            }
            if lines < LOG_LINES {
                debug!(program = name, line = %String::from_utf8_lossy(&line), "a program says");
            }
            lines += 1;
            line.clear();
        }
    }
}
