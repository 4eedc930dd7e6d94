//! Questions and answers over a line that may lose some: frames of [`cpfo::wire`], repeated until
//! they come through.

use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use cpfo::wire::{Refused, Reply, Request, frame_bytes};

/// How long an answer may take. A step of a large net on a slow chip takes seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a question is asked before the line is given up.
const TRIES: usize = 3;

/// A line to a device. Its reads must end by themselves after a while, so that a device that says
/// nothing is noticed.
pub struct Link<S: Read + Write> {
    line: BufReader<S>,
    number: u8,
    patience: Duration,
    question: Vec<u8>,
    answer: Vec<u8>,
}

impl Link<TcpStream> {
    /// A line over a socket, as the emulator has it.
    pub fn over_socket(socket: TcpStream) -> anyhow::Result<Self> {
        socket.set_read_timeout(Some(Duration::from_millis(500)))?;
        Ok(Self::new(socket))
    }
}

impl<S: Read + Write> Link<S> {
    /// A line over anything that carries bytes.
    pub fn new(line: S) -> Self {
        let (line, patience) = (BufReader::new(line), PATIENCE);
        Self { line, number: 0, patience, question: Vec::new(), answer: Vec::new() }
    }

    /// Asks, until an answer comes through; `understand` says what is to be made of it, or nothing
    /// if the answer is to another kind of question.
    pub fn ask<T>(
        &mut self,
        request: &Request<'_>,
        understand: impl FnOnce(Reply<'_>) -> Option<T>,
    ) -> anyhow::Result<T> {
        self.number = self.number % u8::MAX + 1;
        for _ in 0..TRIES {
            self.send(request)?;
            if !self.receive()? {
                continue;
            }
            return match Reply::parse(&mut self.answer) {
                Ok((_, Reply::Refused(why))) => Err(why).context("the device refuses"),
                Ok((_, reply)) => understand(reply).context("the device answers something else"),
                Err(garbled) => Err(garbled.into()),
            };
        }
        bail!("the device does not answer, though it was asked {TRIES} times")
    }

    fn send(&mut self, request: &Request<'_>) -> anyhow::Result<()> {
        let pixels = match request {
            Request::Classify { image } | Request::Learn { image, .. } => image.len() / 4,
            _ => 0,
        };
        // What came before the question is no answer to it.
        let stale = self.line.buffer().len();
        self.line.consume(stale);
        // A zero in front: what may be left of a broken frame ends there.
        self.question.clear();
        self.question.resize(1 + frame_bytes(pixels), 0);
        let length = request.emit(self.number, &mut self.question[1..])?;
        let line = self.line.get_mut();
        line.write_all(&self.question[..=length])
            .and_then(|()| line.flush())
            .context("the line to the device is broken")
    }

    /// Waits for the answer to the present question; false if it has to be asked again.
    fn receive(&mut self) -> anyhow::Result<bool> {
        let end = Instant::now() + self.patience;
        loop {
            if !self.frame(end)? {
                return Ok(false);
            }
            // Decoding is in place, and `ask` decodes once more.
            match Reply::parse(&mut self.answer.clone()) {
                Ok((number, _)) if number == self.number => return Ok(true),
                Ok((0, Reply::Refused(Refused::Garbled))) | Err(_) => return Ok(false),
                // The belated answer to a question that was asked twice.
                Ok(_) => {}
            }
        }
    }

    /// Reads up to the end of a frame that is not empty; false if none comes in time.
    fn frame(&mut self, end: Instant) -> anyhow::Result<bool> {
        self.answer.clear();
        loop {
            match self.line.read_until(0, &mut self.answer) {
                Ok(0) => bail!("the device has closed the line: did it stop, or the emulator?"),
                Ok(_) if self.answer == [0] => self.answer.clear(),
                Ok(_) if self.answer.ends_with(&[0]) => {
                    self.answer.pop();
                    return Ok(true);
                }
                Ok(_) => {}
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    if Instant::now() > end {
                        return Ok(false);
                    }
                }
                Err(error) => return Err(error).context("the line to the device is broken"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io;

    use super::*;

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
        let mut link = Link::new(script);
        link.patience = Duration::ZERO;
        let result = link.ask(&Request::Checksum, |reply| match reply {
            Reply::Checksum(sum) => Some(sum),
            _ => None,
        });
        (result, link.line.get_ref().asked)
    }

    #[test]
    fn an_answer_comes_through() {
        let good = || answer(1, &Reply::Checksum(7));
        let garbled = answer(0, &Reply::Refused(Refused::Garbled));
        let old = answer(255, &Reply::Checksum(6));
        let damaged = good().into_iter().map(|byte| if byte == 0 { 0 } else { byte ^ 1 }).collect();
        let half = good()[..4].to_vec();

        for (answers, asked) in [
            (vec![good()], 1),
            (vec![[vec![0, 0], good()].concat()], 1),
            (vec![[old, good()].concat()], 1),
            (vec![vec![], good()], 2),
            (vec![garbled.clone(), good()], 2),
            (vec![damaged, good()], 2),
            (vec![half, vec![0], good()], 3),
        ] {
            let (result, times) = ask(answers);
            assert_eq!((result.unwrap(), times), (7, asked));
        }
        let (result, times) = ask([]);
        assert!(result.unwrap_err().to_string().contains("does not answer") && times == TRIES);
        let refused = answer(1, &Reply::Refused(Refused::NoModel));
        assert!(format!("{:#}", ask([refused]).0.unwrap_err()).contains("has no model"));
    }
}
