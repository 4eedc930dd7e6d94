//! Ports that talk otherwise, or not at all: the desktop says in time what it heard.

use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use cpfo::wire::{Refused, Reply, frame_bytes};
use cpfo_harness::board::device::Device;
use cpfo_harness::board::link::Link;
use cpfo_harness::nets::digits::Net;

const PATIENCE: Duration = Duration::from_millis(150);

/// A port that says the same for ever, asked or not, and takes what it is given.
struct Port {
    says: Vec<u8>,
    at: usize,
    /// Whether it says it only once for each thing that it is told, and how often that was.
    only_asked: Option<usize>,
}

impl Read for Port {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.says.is_empty() || self.only_asked == Some(0) {
            std::thread::sleep(Duration::from_millis(2));
            return Err(ErrorKind::TimedOut.into());
        }
        for place in to.iter_mut() {
            *place = self.says[self.at];
            self.at = (self.at + 1) % self.says.len();
        }
        self.only_asked = self.only_asked.map(|times| times - 1);
        Ok(to.len())
    }
}

impl Write for Port {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.only_asked = self.only_asked.map(|times| times + 1);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A plug with both wires together: what is sent comes back.
#[derive(Default)]
struct Echo(std::collections::VecDeque<u8>);

impl Read for Echo {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.0.read(to)? {
            0 => Err(ErrorKind::TimedOut.into()),
            count => Ok(count),
        }
    }
}

impl Write for Echo {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn said(port: impl Read + Write) -> String {
    let start = Instant::now();
    let met = Device::<Net, _>::meet(Link::new(port).with_patience(PATIENCE));
    let time = start.elapsed();
    // Other tests take the machine at the same time; without a deadline it would never end.
    assert!(time < 20 * PATIENCE, "it took {time:?}");
    let said = met.err().expect("this is no device").to_string();
    assert!(said.len() < 400 && !said.contains(char::is_control), "{said}");
    said
}

fn frame(number: u8, reply: &Reply<'_>) -> Vec<u8> {
    let mut frame = vec![0; frame_bytes(4 * 64)];
    let length = reply.emit(number, &mut frame).unwrap();
    frame.truncate(length);
    frame
}

#[test]
fn a_sentence_in_time() {
    let number_200 = frame(200, &Reply::Checksum(5));
    let mut damaged = number_200.clone();
    damaged[3] ^= 1;
    let garbled = frame(0, &Reply::Refused(Refused::Garbled));
    let talk = "this port speaks, but not this protocol: ";
    for (says, expected) in [
        (&b""[..], "does not answer, though it was asked"),
        (b"temperature 21.5\x1b[31m\r\n", r"temperature 21.5\x1b[31m\r\ntemperature"),
        ("Füße\0".as_bytes(), r#""F\xc3\xbc\xc3\x9fe\x00F"#),
        (b"x", r#""xxxxxxxx"#),
        (&[0], r#""\x00\x00\x00"#),
        (&[0xff], r#""\xff\xff"#),
        (&damaged, r#"protocol: ""#),
        (&number_200, "what was not asked (number 200, Checksum(5))"),
        (&garbled, "the line is too bad: no answer came through"),
    ] {
        for only_asked in [None, Some(0)] {
            let said = said(Port { says: says.to_vec(), at: 0, only_asked });
            assert!(said.contains(expected), "{said}");
            let quiet = says.is_empty() || says == garbled;
            assert_eq!(said.contains(talk), !quiet, "{said}");
        }
    }
    assert!(said(Echo::default()).contains(talk));
}
