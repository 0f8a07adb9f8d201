//! The guard of a program: ends its process group when the server has died without doing so.

use std::{io, process::Stdio};

use tokio::process::{Child, Command};

use super::group::Group;

/// What the guard does. Its input is a pipe whose other end only the server holds: that it closes says that the server is
/// gone, however it died. A program that ends by itself once its own input is closed gets the time for it, as from the server.
const SCRIPT: &str = r#"
read -r _
sleep 1; kill -s TERM -- "-$1" || exit 0
sleep 2; kill -s KILL -- "-$1"
"#;

/// A process that outlives the server's violent death (`kill -9`, no memory left) by as long as it takes to end a program.
/// Dropped, it is over: whoever drops it has ended the program.
pub(super) struct Guard {
    /// Holds the pipe too.
    _shell: Child,
}

impl Guard {
    /// Lets a group be guarded. It is a shell, not a thread of ours: nothing in a dead process can end another.
    pub fn over(group: &Group) -> io::Result<Option<Self>> {
        let Some(leader) = group.leader() else { return Ok(None) };
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT, "guard", &leader.to_string()]);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Not in the server's group: what is sent to all of that, a Ctrl-C above all, must not end the guard first.
        shell.process_group(0).kill_on_drop(true);
        // Nothing of the server's environment but where `sleep` is.
        shell.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        let shell = shell.spawn().map_err(|error| {
            io::Error::new(error.kind(), format!("its guard, /bin/sh, cannot be started: {error}"))
        })?;
        Ok(Some(Self { _shell: shell }))
    }

    /// What happens to the pipe when the server dies.
    #[cfg(test)]
    pub fn server_dies(&mut self) {
        drop(self._shell.stdin.take());
    }
}
