//! The line to the desktop: the machine's serial port, or the emulator's console.
//!
//! An emulated serial port takes a byte at a time, and each is handed from one of the emulator's threads
//! to the other while the program spins: that takes the host longer than all the chip does with it. The
//! console of semihosting, the emulator's own standard input and output, takes a frame in one call, and who
//! waits there does not spin. It is taken where the emulator was started with
//! `-semihosting-config enable=on,target=native,arg=console`; whatever else the program prints goes over the
//! same line.
//!
//! It cannot be asked whether a byte has come: a program that must not wait keeps to the serial port.

use embedded_io::{ErrorType, Read, ReadReady, Write};
use semihosting::experimental::env;
use semihosting::io::{self, Read as _, Stdin, Stdout, Write as _};
use semihosting::process;

/// The word that names the console on the emulator's command line.
const CONSOLE: &str = "console";

/// A serial port of a machine, in whose place the console may be asked.
#[derive(Debug)]
pub struct Line<P> {
    port: P,
    console: Console,
}

#[derive(Debug)]
enum Console {
    /// Nobody has waited at the line so far: a program that never does asks for no console.
    Unasked,
    None,
    Open(Stdin, Stdout),
}

impl<P> Line<P> {
    pub(crate) const fn new(port: P) -> Self {
        Self { port, console: Console::Unasked }
    }

    fn console(&mut self) -> Option<(&mut Stdin, &mut Stdout)> {
        if matches!(self.console, Console::Unasked) {
            self.console = open().unwrap_or(Console::None);
        }
        match &mut self.console {
            Console::Open(input, output) => Some((input, output)),
            _ => None,
        }
    }
}

/// The console, if the emulator was told of it. A command line that is longer than the word is another.
fn open() -> Option<Console> {
    let words = env::args::<16>().ok()?;
    if (&words).next()?.ok()? != CONSOLE {
        return None;
    }
    Some(Console::Open(io::stdin().ok()?, io::stdout().ok()?))
}

impl<P: ErrorType> ErrorType for Line<P> {
    type Error = P::Error;
}

impl<P: Read> Read for Line<P> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, P::Error> {
        match self.console() {
            Some((input, _)) => match input.read(buffer) {
                // Who has closed the console has done with the program.
                Ok(0) | Err(_) => process::exit(0),
                Ok(come) => Ok(come),
            },
            None => self.port.read(buffer),
        }
    }
}

impl<P: ReadReady> ReadReady for Line<P> {
    fn read_ready(&mut self) -> Result<bool, P::Error> {
        self.port.read_ready()
    }
}

impl<P: Write> Write for Line<P> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, P::Error> {
        match self.console() {
            Some((_, output)) => Ok(output.write(bytes).unwrap_or(0)),
            None => self.port.write(bytes),
        }
    }

    fn flush(&mut self) -> Result<(), P::Error> {
        match self.console() {
            Some(_) => Ok(()),
            None => self.port.flush(),
        }
    }
}
