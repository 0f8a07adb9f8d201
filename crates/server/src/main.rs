//! The binary: settings, logs, a server, and its end.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
    sync::Arc,
};

use antiphon_identity::SystemClock;
use antiphon_server::{
    Server,
    settings::{Cli, Log, LogFormat, Settings, SettingsError},
    signals::StopSignals,
};
use clap::Parser as _;
use mimalloc::MiMalloc;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("antiphon: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::gather(Cli::parse(), std::env::vars())?;
    log_to_stderr(&settings.log)?;
    let mut signals = StopSignals::listen()?;
    let data = settings.data_dir.display().to_string();
    let server = Server::start(settings, Arc::new(SystemClock)).await?;
    println!("listening on http://{}", server.address());
    println!("open {} in a browser; what is said is kept in {data}; Ctrl-C stops", server.url());
    signals.next().await;
    tokio::select! {
        _ = server.stop() => Ok(()),
        () = signals.next() => Err("stopped at once, on the second signal".into()),
    }
}

fn log_to_stderr(log: &Log) -> Result<(), SettingsError> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|_| {
        SettingsError::new("log.filter", "not a filter like `info` or `antiphon_hub=debug,info`")
    })?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match log.format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
    Ok(())
}
