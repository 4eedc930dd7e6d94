//! Questions and answers over a line that may change, lose, double or delay what it carries.
//!
//! A question, as a frame of [`cpfo::wire`], is asked again until an answer comes through or its one
//! deadline has passed, whatever comes meanwhile:
//!
//! - after a damaged frame, in either direction, soon, but each time a little later, and not while
//!   another asking is on its way;
//! - after silence, when an answer is overdue by what answers have taken so far.
//!
//! Each asking has a number of its own, so that an answer tells which of them it is to, and how long
//! it took. A device does nothing twice that it is asked twice.

mod heard;

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::mem;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use cpfo::wire::{CHUNK, Refused, Reply, Request, VERSION, frame_bytes};

use heard::Heard;

/// How long an answer may take. A step of a large net on a slow chip takes seconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long an answer is waited for before the question is asked again, as long as none has come.
const FIRST_PACE: Duration = Duration::from_millis(500);
/// The least of what is waited for an answer later.
const LEAST_PACE: Duration = Duration::from_millis(30);
/// How long a line is left to itself after damage, the first time and at most.
const BREATH: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];
/// So many of the last askings are waited for. Less than half of the numbers there are, so that
/// what comes late is not taken for an answer to something else.
const WAITED_FOR: usize = 100;
/// No frame from a device is longer.
const LONGEST: usize = frame_bytes(CHUNK);

/// A line to a device. Its reads must end by themselves after a while, the sooner the better: only
/// between them the clock is looked at.
pub struct Link<S: Read + Write> {
    line: BufReader<S>,
    number: u8,
    patience: Duration,
    /// The longest that answers have taken lately.
    slowest: Option<Duration>,
    /// Askings that may still be on their way, there or back: more of them would only queue up.
    on_the_way: usize,
    heard: Heard,
    question: Vec<u8>,
    /// The last frame.
    frame: Vec<u8>,
    /// What has come of the next.
    coming: Vec<u8>,
}

impl Link<TcpStream> {
    /// A line over a socket, as the emulator has it.
    ///
    /// # Errors
    /// If the system refuses to set a limit to its waiting.
    pub fn over_socket(socket: TcpStream) -> anyhow::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(Duration::from_millis(5)))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Self::new(socket))
    }
}

impl<S: Read + Write> Link<S> {
    /// A line over anything that carries bytes.
    pub fn new(line: S) -> Self {
        Self {
            line: BufReader::new(line),
            number: 0,
            patience: PATIENCE,
            slowest: None,
            on_the_way: 0,
            heard: Heard::default(),
            question: Vec::new(),
            frame: Vec::new(),
            coming: Vec::new(),
        }
    }

    /// The same line, where a question has another deadline than ten seconds after it was asked.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks, until an answer comes through; `understand` says what is to be made of it, or nothing
    /// if the answer is to another kind of question: that is one which was on its way when the line was opened,
    /// and bears the same number by chance.
    ///
    /// # Errors
    /// If the device refuses, if no answer comes in time, or if the line breaks: with a sentence
    /// that says what came instead.
    pub fn ask<T>(
        &mut self,
        request: &Request<'_>,
        mut understand: impl FnMut(Reply<'_>) -> Option<T>,
    ) -> anyhow::Result<T> {
        let before = self.heard.clone();
        let start = Instant::now();
        let end = start + self.patience;
        let mut asked = VecDeque::new();
        let (mut again, mut overdue, mut silence) = (start, start, self.pace());
        let [mut breath, longest_breath] = BREATH;
        loop {
            let now = Instant::now();
            if now >= end {
                bail!("{}", self.heard.why(&before, self.patience));
            }
            if now >= again {
                if !asked.is_empty() && now >= overdue {
                    self.on_the_way = 0;
                }
                asked.push_back((self.send(request)?, now));
                if asked.len() > WAITED_FOR {
                    asked.pop_front();
                }
                overdue = now + silence;
                again = overdue;
                silence = (2 * silence).min(self.patience / 4);
            }
            if !self.receive(end.min(again))? {
                continue;
            }
            self.on_the_way = self.on_the_way.saturating_sub(1);
            // Decoding is in place, and what is none may tell its version yet.
            match Reply::parse(&mut self.frame.clone()) {
                Ok((0, Reply::Refused(Refused::Garbled))) => self.heard.garbled(),
                Ok((number, reply)) => {
                    self.heard.through();
                    let Some(&(_, then)) = asked.iter().find(|(asked, _)| *asked == number) else {
                        self.heard.stranger(number, &reply);
                        continue;
                    };
                    // Who is asked who he is refuses nothing.
                    let answer = match reply {
                        Reply::Refused(why) if *request != Request::Hello => Some(Err(why)),
                        reply => understand(reply).map(Ok),
                    };
                    let Some(answer) = answer else {
                        self.heard.stranger(number, &reply);
                        continue;
                    };
                    self.heard.answered();
                    self.took(then.elapsed());
                    return answer.context("the device refuses");
                }
                Err(_) => {
                    if let Some(version) = Reply::version(&mut self.frame.clone())
                        && version != VERSION
                    {
                        bail!(other_version(version));
                    }
                }
            }
            // Damaged, on the way there or back.
            if self.on_the_way == 0 {
                again = again.min(Instant::now() + breath);
                breath = (2 * breath).min(longest_breath);
            }
        }
    }

    /// How long to wait for an answer before asking again.
    fn pace(&self) -> Duration {
        let pace = self.slowest.map_or(FIRST_PACE, |slowest| (2 * slowest).max(LEAST_PACE));
        pace.min(self.patience / 4)
    }

    /// An answer took so long.
    fn took(&mut self, time: Duration) {
        self.slowest = Some(time.max(self.slowest.unwrap_or_default() * 7 / 8));
    }

    /// Sends a question; the number of this asking.
    fn send(&mut self, request: &Request<'_>) -> anyhow::Result<u8> {
        let image = match request {
            Request::Classify { image, .. } | Request::Learn { image, .. } => image.len(),
            _ => 0,
        };
        self.number = self.number % u8::MAX + 1;
        // A zero in front: what may be left of a broken frame ends there.
        self.question.clear();
        self.question.resize(1 + frame_bytes(image), 0);
        let length = request.emit(self.number, &mut self.question[1..])?;
        let line = self.line.get_mut();
        line.write_all(&self.question[..=length])
            .and_then(|()| line.flush())
            .context("the line to the device is broken")?;
        self.heard.asked(1 + length);
        self.on_the_way += 1;
        Ok(self.number)
    }

    /// Reads up to the end of a frame that is not empty; false if none has come when the time is
    /// over. Of a frame that is too long only the beginning is kept, which is none.
    fn receive(&mut self, until: Instant) -> anyhow::Result<bool> {
        loop {
            match self.line.fill_buf() {
                Ok([]) => bail!("the device has closed the line: did it stop, or the emulator?"),
                Ok(bytes) => {
                    let end = bytes.iter().position(|&byte| byte == 0);
                    let piece = &bytes[..end.unwrap_or(bytes.len())];
                    let room = LONGEST - self.coming.len();
                    self.coming.extend(piece.iter().take(room));
                    let read = piece.len() + usize::from(end.is_some());
                    self.heard.came(&bytes[..read]);
                    self.line.consume(read);
                    if end.is_some() && !self.coming.is_empty() {
                        mem::swap(&mut self.frame, &mut self.coming);
                        self.coming.clear();
                        return Ok(true);
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                    _ => return Err(error).context("the line to the device is broken"),
                },
            }
            if Instant::now() >= until {
                return Ok(false);
            }
        }
    }
}

/// What is to be done about a device of another version.
pub(crate) fn other_version(version: u16) -> String {
    format!(
        "the device speaks version {version} of the protocol, this program version {VERSION}: build \
         its firmware and this program from the same source"
    )
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(200);

    /// A line with a device on it that answers each question with the next of these.
    struct Script {
        answers: VecDeque<Vec<u8>>,
        coming: VecDeque<u8>,
        asked: usize,
    }

    impl Read for Script {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            match self.coming.read(to)? {
                0 => Err(ErrorKind::TimedOut.into()),
                some => Ok(some),
            }
        }
    }

    impl Write for Script {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.asked += 1;
            self.coming.extend(self.answers.pop_front().unwrap_or_default());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn answer(number: u8, reply: &Reply<'_>) -> Vec<u8> {
        let mut frame = vec![0; 200];
        let length = reply.emit(number, &mut frame).unwrap();
        frame.truncate(length);
        frame
    }

    /// What comes of asking for the checksum, and how often it was asked.
    fn ask(answers: impl IntoIterator<Item = Vec<u8>>) -> (anyhow::Result<u32>, usize) {
        let answers = answers.into_iter().collect();
        let script = Script { answers, coming: VecDeque::new(), asked: 0 };
        let mut link = Link::new(script).with_patience(PATIENCE);
        let result = link.ask(&Request::Checksum { session: 1 }, |reply| match reply {
            Reply::Checksum(sum) => Some(sum),
            _ => None,
        });
        (result, link.line.get_ref().asked)
    }

    #[test]
    fn an_answer_comes_through() {
        let good = || answer(1, &Reply::Checksum(7));
        let second = answer(2, &Reply::Checksum(7));
        let garbled = answer(0, &Reply::Refused(Refused::Garbled));
        let old = answer(255, &Reply::Checksum(6));
        // What a program before this one asked, with the same number.
        let other = answer(1, &Reply::Begun);
        let damaged = good().into_iter().map(|byte| if byte == 0 { 0 } else { byte ^ 1 }).collect();
        let half = good()[..4].to_vec();
        let long = [vec![7; 10 * LONGEST], vec![0]].concat();

        for (answers, asked) in [
            (vec![good()], 1),
            (vec![[vec![0, 0], good()].concat()], 1),
            (vec![[old, good()].concat()], 1),
            (vec![[other.clone(), good()].concat()], 1),
            (vec![other, second.clone()], 2),
            (vec![vec![], second], 2),
            (vec![vec![], good()], 2),
            (vec![garbled.clone(), good()], 2),
            (vec![damaged, good()], 2),
            (vec![long, good()], 2),
            (vec![half, vec![0], good()], 3),
        ] {
            let (result, times) = ask(answers);
            assert_eq!((result.unwrap(), times), (7, asked));
        }
        let refused = answer(1, &Reply::Refused(Refused::NoModel));
        assert!(format!("{:#}", ask([refused]).0.unwrap_err()).contains("has no model"));
    }

    /// What is said where no answer comes in time.
    #[test]
    fn why_there_is_no_answer() {
        let said = |answers: &[u8]| {
            let start = Instant::now();
            let (result, times) = ask(vec![answers.to_vec(); 1000]);
            assert!(start.elapsed() < 4 * PATIENCE && times > 1, "{times} times");
            result.unwrap_err().to_string()
        };
        let garbled = answer(0, &Reply::Refused(Refused::Garbled));
        for (answers, why) in [
            (&b""[..], "does not answer, though it was asked"),
            (b"login: \x1b[2J\r\n", r#"not this protocol: "login: \x1b[2J\r\nlogin: "#),
            (&[0; 9], r#"not this protocol: "\x00\x00\x00"#),
            (&[b'x'; 3 * LONGEST], "not this protocol: \"xxxxx"),
            (&answer(200, &Reply::Checksum(6)), "what was not asked (number 200, Checksum(6))"),
            (&garbled, "the line is too bad: no answer came through"),
        ] {
            let said = said(answers);
            assert!(said.contains(why) && said.chars().all(|c| !c.is_control()), "{said}");
        }
    }

    #[test]
    fn another_version_is_named_at_once() {
        // As version 1 said hello: number, variant, version, names and sizes, checksum.
        #[rustfmt::skip]
        let hello = vec![
            0x02, 0x01, 0x12, 0x01, 0x01, 0x62, 0x01, 0x6e, 0x01, 0x02, 0x08, 0x08,
            0x01, 0x0a, 0x01, 0x75, 0x4e, 0xdd, 0x89, 0x50, 0x00,
        ];
        let (result, times) = ask([hello]);
        let said = result.unwrap_err().to_string();
        assert!(
            said.contains("speaks version 1 of the protocol, this program version 3"),
            "{said}"
        );
        assert_eq!(times, 1);
    }
}
