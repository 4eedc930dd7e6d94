//! What has come over a line: enough to say, where a question stays without an answer, why.

use std::time::Duration;

use cpfo::wire::Reply;

/// Bytes of what no frame is that are kept, to be shown.
const SHOWN: usize = 48;

/// What has come over a line so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    /// How often something was asked.
    asked: u64,
    /// Bytes that went over the line, both ways.
    carried: u64,
    /// Bytes that came.
    came: u64,
    /// Frames that came as they were sent.
    whole: u64,
    /// Those of them that are answers, so that the question had come through, too.
    through: u64,
    /// Questions that were answered.
    answered: u64,
    /// The first bytes that came.
    first: Vec<u8>,
    /// The last frame that answered nothing that was asked.
    stranger: Option<String>,
}

impl Heard {
    /// A question of so many bytes was sent.
    pub(super) fn asked(&mut self, bytes: usize) {
        self.asked += 1;
        self.carried += bytes as u64;
    }

    /// These bytes came.
    pub(super) fn came(&mut self, bytes: &[u8]) {
        self.came += bytes.len() as u64;
        self.carried += bytes.len() as u64;
        let room = SHOWN - self.first.len();
        self.first.extend(bytes.iter().take(room));
    }

    /// The device says that a question was damaged.
    pub(super) fn garbled(&mut self) {
        self.whole += 1;
    }

    /// An answer came as it was sent.
    pub(super) fn through(&mut self) {
        self.whole += 1;
        self.through += 1;
    }

    /// An answer came to what was asked.
    pub(super) fn answered(&mut self) {
        self.answered += 1;
    }

    /// A frame came that answers nothing that was asked.
    pub(super) fn stranger(&mut self, number: u8, reply: &Reply<'_>) {
        let mut said = format!("{reply:?}");
        if let Some((end, _)) = said.char_indices().nth(SHOWN) {
            said.truncate(end);
            said.push('…');
        }
        self.stranger = Some(format!("number {number}, {}", said.escape_debug()));
    }

    /// Why a question stayed without an answer: what has come since `before` it was asked.
    pub(super) fn why(&self, before: &Heard, patience: Duration) -> String {
        let asked = self.asked - before.asked;
        let tried = format!("though it was asked {asked} times in {:.0?}", patience);
        if self.came == before.came {
            return match self.answered {
                0 => format!(
                    "the device does not answer, {tried}: is this its port, has it power, does the \
                     program `serve` run on it?"
                ),
                so_many => format!(
                    "the device does not answer any more, {tried}; it had answered {so_many} \
                     questions: has it stopped, or lost its line?"
                ),
            };
        }
        if self.answered == 0
            && let Some(stranger) = &self.stranger
        {
            return format!(
                "this port speaks, but not this protocol: it answers what was not asked ({stranger}); \
                 does another program talk to it?"
            );
        }
        if self.whole == 0 {
            return format!(
                "this port speaks, but not this protocol: \"{}\"{}; is it the right port, at the \
                 right speed, and does the program `serve` run on the device?",
                self.first.escape_ascii(),
                if self.came > self.first.len() as u64 { " …" } else { "" }
            );
        }
        format!("the line is too bad: no answer came through, {tried}; {}", self.rate())
    }

    /// How many bytes the line changes, loses or doubles, as far as can be told: where a share s of
    /// exchanges of L bytes comes through, it is 1 − s^(1/L) of them.
    pub(super) fn rate(&self) -> String {
        let asked = self.asked.max(1) as f64;
        let bytes = self.carried as f64 / asked;
        let (at_least, through) = match self.through {
            0 => ("at least ", 1.0),
            some => ("", some as f64),
        };
        let rate = 1.0 - (through / asked).min(1.0).powf(1.0 / bytes.max(1.0));
        if rate <= 0.0 {
            return "no byte is known to have gone wrong".into();
        }
        format!("{at_least}about one byte in {:.0} goes wrong on it", 1.0 / rate)
    }
}
