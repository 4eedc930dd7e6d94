//! `cpfo device list`: the serial ports of this machine, and what answers there.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

use crate::base::terminal::{self, note};
use crate::base::{interrupt, label};
use crate::board::device::{Said, hello};
use crate::board::line::{self, Port};
use crate::cli::DeviceFlags;
use crate::show::table::{Align, Cell, Table};

/// How long a port may take to answer.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Asks every port who is there.
pub(super) fn run(flags: &DeviceFlags) -> anyhow::Result<ExitCode> {
    let ports = line::ports()?;
    let mut found = Vec::with_capacity(ports.len());
    for port in ports {
        interrupt::check()?;
        let said = line::port(&port.name, flags.line.baud)
            .and_then(|line| hello(&mut line.with_patience(PATIENCE)));
        found.push((port, said));
    }
    if flags.json {
        let object = |(port, said): &(Port, anyhow::Result<Said>)| match said {
            Ok(said) => json!({
                "port": port.name, "what": port.what, "board": said.board, "net": said.net, "learned": said.learned,
            }),
            Err(why) => {
                json!({ "port": port.name, "what": port.what, "error": format!("{why:#}") })
            }
        };
        terminal::json(&found.iter().map(object).collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    if found.is_empty() {
        note!("{}", line::there());
        return Ok(ExitCode::SUCCESS);
    }
    let mut table =
        Table::new(["port", "what it is", "who answers"].map(|name| (name, Align::Left)));
    for (port, said) in &found {
        let who = match said {
            Ok(said) => format!(
                "{}: the net {}, which has learnt from {} samples",
                said.board,
                said.net,
                label::count(said.learned.into())
            ),
            Err(why) => format!("{why:#}").lines().next().unwrap_or_default().to_owned(),
        };
        let who = if said.is_ok() { Cell::strong(who) } else { Cell::quiet(who) };
        table.row([Cell::from(&port.name), Cell::from(&port.what), who]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}
