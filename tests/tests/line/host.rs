//! A device in a thread: the firmware's server at one end of a socket.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use cpfo::choice::{All, Choice, OutputOnly};
use cpfo::net::Parameters;
use cpfo::pixel::Pixel;
use cpfo::shape::Zero as _;
use cpfo::wire::frame_bytes_of;
use cpfo_firmware::board::{Clock, Scale};
use cpfo_firmware::converse::{Server, converse};
use cpfo_firmware::erring::Erring;
use cpfo_harness::nets::digits;
use embedded_io::{ErrorType, Read, Write};

/// A device that runs net A, and can be restarted: one that has everything in RAM, or one whose model lies in
/// flash but for the output layer. It ends with its line.
pub(crate) struct Host {
    restart: Arc<AtomicBool>,
}

impl Host {
    /// A device, and the other end of its line.
    pub(crate) fn start() -> (Self, TcpStream) {
        Self::with(|serial| serial)
    }

    /// One that trains the output layer only, of this model.
    pub(crate) fn of_output(model: &'static Parameters<digits::Net>) -> (Self, TcpStream) {
        Self::serving::<OutputOnly, f32, _>(|serial| serial, move |server| server.load(model))
    }

    /// One that is sent raw readings, as `X` says.
    pub(crate) fn of_readings<X: Pixel>() -> (Self, TcpStream) {
        Self::serving::<All, X, _>(|serial| serial, |_| {})
    }

    /// The same at a port that errs once in so many bytes.
    pub(crate) fn erring(one_in: u32, seed: u64) -> (Self, TcpStream) {
        Self::with(|serial| Erring::new(serial, one_in, seed))
    }

    fn with<S: Read + Write + Send + 'static>(port: impl FnOnce(Serial) -> S) -> (Self, TcpStream) {
        Self::serving::<All, f32, S>(port, |_| {})
    }

    fn serving<C: Choice, X: Pixel, S: Read + Write + Send + 'static>(
        port: impl FnOnce(Serial) -> S,
        start: impl Fn(&mut Served<C, X>) + Send + 'static,
    ) -> (Self, TcpStream) {
        let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let line = TcpStream::connect(door.local_addr().unwrap()).unwrap();
        let (socket, _) = door.accept().unwrap();
        for end in [&line, &socket] {
            end.set_nodelay(true).unwrap();
            end.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        }
        let restart = Arc::new(AtomicBool::new(false));
        let open = Arc::new(AtomicBool::new(true));
        let (come, restarts) = (Vec::new(), restart.clone());
        let mut serial = port(Serial { socket, come, restart: restarts, open: open.clone() });
        thread::spawn(move || {
            while open.load(Ordering::SeqCst) {
                let mut memory = Box::new(Served::<C, X>::ZERO);
                start(&mut memory);
                let _ = converse("host", &Still, &mut serial, &mut memory, &|| [0, 0]);
            }
        });
        (Self { restart }, line)
    }

    /// Takes its power away for a moment: what was in RAM is gone.
    pub(crate) fn restart(&self) {
        self.restart.store(true, Ordering::SeqCst);
        while self.restart.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Its server.
type Served<C, X> = Server<digits::Net, { frame_bytes_of::<digits::Net, f32>() }, C, X>;

/// The device's end of the line. A restart looks like the end of it, but it goes on.
struct Serial {
    socket: TcpStream,
    /// Bytes that have come and were not yet read, the next one last.
    come: Vec<u8>,
    restart: Arc<AtomicBool>,
    open: Arc<AtomicBool>,
}

impl ErrorType for Serial {
    type Error = embedded_io::ErrorKind;
}

impl Read for Serial {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, Self::Error> {
        while self.come.is_empty() {
            if self.restart.swap(false, Ordering::SeqCst) {
                return Ok(0);
            }
            let mut bytes = [0; 512];
            match self.socket.read(&mut bytes) {
                Ok(0) => {
                    self.open.store(false, Ordering::SeqCst);
                    return Ok(0);
                }
                Ok(count) => self.come.extend(bytes[..count].iter().rev()),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => {
                    self.open.store(false, Ordering::SeqCst);
                    return Ok(0);
                }
            }
        }
        let Some(place) = to.first_mut() else { return Ok(0) };
        *place = self.come.pop().expect("some have come");
        Ok(1)
    }
}

impl Write for Serial {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.socket.write(bytes).map_err(|_| embedded_io::ErrorKind::BrokenPipe)
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// A clock that does not count: what a test compares must not depend on time.
struct Still;

impl Clock for Still {
    const SCALE: Scale = Scale { unit: "nothing", multiply: 1, divide: 1 };

    fn ticks(&self) -> u32 {
        0
    }
}
