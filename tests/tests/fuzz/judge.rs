//! Whether an end is one that the program promises.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use serde_json::Value;

/// How a command line ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) line: Vec<String>,
    /// None if it had to be killed.
    pub(crate) status: Option<ExitStatus>,
    /// The signal that asked it to end, if one did.
    pub(crate) asked: Option<i32>,
    /// On stdout and stderr.
    pub(crate) said: [Vec<u8>; 2],
}

impl Ended {
    /// As a shell tells it; 137 of what had to be killed.
    pub(crate) fn code(&self) -> i32 {
        let Some(status) = self.status else { return 137 };
        status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(-1)
    }

    /// What is wrong with this end, if anything is.
    pub(crate) fn fault(&self) -> Option<String> {
        let [stdout, stderr] = self.texts();
        let code = self.code();
        let promised = match self.asked {
            // Work that keeps nothing leaves the end to the system, which ends it the same way.
            Some(signal) => (0..=2).contains(&code) || code == 128 + signal,
            None => {
                let by_itself = self.status.is_some_and(|status| status.code().is_some());
                // A run that is told when to stop ends as one that was asked.
                let stops = self.line.iter().any(|word| word.starts_with("--stop-after-batches"));
                by_itself && ((0..=2).contains(&code) || (stops && code == 130))
            }
        };
        if !promised || stderr.contains("panicked") {
            return Some(format!("it ended with {code}: {stdout}{stderr}"));
        }
        let ended_by_the_system = self.status.is_some_and(|status| status.signal().is_some());
        if code != 0 && !ended_by_the_system && stderr.trim().is_empty() {
            return Some(format!("it failed with {code} and says nothing"));
        }
        let order = |c: &char| *c != '\n' && (c.is_control() || *c == '\u{202e}');
        // Completions are a shell's program, with the tabs that stand in it.
        let said = [&*stdout, &*stderr].concat().replace('\t', " ");
        if let Some(order) = said.chars().find(order) {
            return Some(format!("it says {order:?}: {said}"));
        }
        let asks = |words: &[&str]| self.line.iter().any(|word| words.contains(&&**word));
        let help = asks(&["--help", "-h", "--version", "-V", "help"]);
        if code == 0 && asks(&["--json"]) && !help {
            return serde_json::from_str::<Value>(&stdout).err().map(|e| format!("{e}: {stdout}"));
        }
        None
    }

    /// What it said, without what differs from case to case: the verb, the end, and the first words.
    pub(crate) fn gist(&self) -> String {
        let [_, stderr] = self.texts();
        let first = stderr.lines().rfind(|line| line.contains("error:")).unwrap_or_default();
        let mut quoted = false;
        let gist = first.chars().filter(|c| {
            quoted ^= matches!(c, '`' | '\'');
            !quoted && (c.is_alphabetic() || *c == ' ')
        });
        let gist: String = gist.take(120).collect();
        format!("{:?} {} {gist}", self.line.first(), self.code())
    }

    fn texts(&self) -> [String; 2] {
        self.said.each_ref().map(|said| String::from_utf8_lossy(said).into_owned())
    }
}
