//! The server under load: the real binary on a data directory of its own, and what the kernel says about it.

use std::{fs, path::Path, process::Stdio, time::Duration};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::Fault;

/// Clock ticks per second of `/proc/PID/stat`; 100 on every Linux that Rust supports (`getconf CLK_TCK`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Limits that protect a server from one address are out of the way: all load comes from one.
const WITHOUT_LIMITS: [(&str, &str); 5] = [
    ("ANTIPHON_LIMITS__REQUESTS_PER_SECOND", "1000000"),
    ("ANTIPHON_LIMITS__CONNECTIONS_PER_USER", "100000"),
    ("ANTIPHON_CONNECTIONS__GUESTS_PER_MINUTE", "1000000"),
    ("ANTIPHON_CONNECTIONS__UNAUTHENTICATED_PER_ADDRESS", "100000"),
    ("ANTIPHON_LOG__FILTER", "warn"),
];

/// A server that ends with this value.
pub struct Server {
    process: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
    _data: TempDir,
}

impl Server {
    /// Starts the binary and waits for its address.
    pub async fn start(binary: &Path, core: Option<usize>) -> Result<Self, Fault> {
        let data = tempfile::tempdir()?;
        let mut command = match core {
            Some(core) => {
                let mut pinned = Command::new("taskset");
                pinned.arg("-c").arg(core.to_string()).arg(binary);
                pinned
            }
            None => Command::new(binary),
        };
        command.arg("--data").arg(data.path()).args(["--port", "0"]).envs(WITHOUT_LIMITS);
        let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let stdout = process.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let first = timeout(Duration::from_secs(30), lines.next_line()).await??.ok_or("the server ended")?;
        let address = first.rsplit("//").next().unwrap_or_default().trim().to_owned();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { process, address, _data: data })
    }

    /// CPU seconds so far: user and system.
    pub fn cpu_seconds(&self) -> Result<Cpu, Fault> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid()))?;
        // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks =
            |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        Ok(Cpu { user: ticks(11) / TICKS_PER_SECOND, system: ticks(12) / TICKS_PER_SECOND })
    }

    /// Resident memory, in KiB.
    pub fn resident_kib(&self) -> Result<f64, Fault> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).unwrap_or("0").parse()?)
    }

    fn pid(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }
}

/// CPU seconds.
#[derive(Debug, Clone, Copy)]
pub struct Cpu {
    /// In the server's own code.
    pub user: f64,
    /// In the kernel, on the server's behalf.
    pub system: f64,
}

impl Cpu {
    /// What was used since an earlier reading.
    pub fn since(self, earlier: Self) -> Self {
        Self { user: self.user - earlier.user, system: self.system - earlier.system }
    }

    /// Both together.
    pub fn total(self) -> f64 {
        self.user + self.system
    }
}
