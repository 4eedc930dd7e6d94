//! Lines to devices: serial ports of this machine, and sockets.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serialport::{SerialPort, SerialPortType};

use crate::base::label;
use crate::board::link::{Link, PATIENCE};

/// The speed of the firmware's serial ports, in bits a second. A port over USB takes any.
pub const BAUD: u32 = 115_200;
/// How long a read waits: the clock is looked at in between.
const LISTEN: Duration = Duration::from_millis(5);

/// Anything that carries bytes.
pub trait Carry: Read + Write + Send {}

impl<T: Read + Write + Send> Carry for T {}

/// A line over anything.
pub type Line = Link<Box<dyn Carry>>;

/// A line over a serial port.
///
/// # Errors
/// If it cannot be opened: with what to do about it.
pub fn port(name: &str, baud: u32) -> anyhow::Result<Line> {
    let port = serialport::new(name, baud).timeout(LISTEN).open();
    let port = port.map_err(|error| {
        let shown = label::escaped(name).to_string();
        let advice = match error.kind() {
            serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => {
                "this user may not open it; on Linux its group may, as a rule `dialout`: sudo usermod -aG dialout \
                 $USER, and log in again"
                    .into()
            }
            _ if error.description.contains("lock") || error.description.contains("busy") => {
                "another program holds it: close that one, a terminal program for instance".into()
            }
            _ => there(),
        };
        anyhow::anyhow!("cannot open the port {shown}: {}\n  {advice}", error.description)
    })?;
    Ok(Link::new(Box::new(Serial(port))))
}

/// A line over a socket.
///
/// # Errors
/// If nobody is there.
pub fn socket(address: &str) -> anyhow::Result<Line> {
    let shown = label::escaped(address).to_string();
    let places = address.to_socket_addrs().with_context(|| {
        format!("`{shown}` is no place for a socket: it is HOST:PORT, as localhost:4444")
    })?;
    let mut why = None;
    for place in places {
        match TcpStream::connect_timeout(&place, Duration::from_secs(5)) {
            Ok(socket) => return over(socket),
            Err(error) => why = Some(error),
        }
    }
    match why {
        Some(error) => Err(error).with_context(|| {
            format!(
                "nobody answers at {shown}: does QEMU run there with -serial tcp:{shown},server=on?"
            )
        }),
        None => bail!("{shown} is nowhere"),
    }
}

/// A line over a socket that is there.
///
/// # Errors
/// If the system refuses to set a limit to its waiting.
pub fn over(socket: TcpStream) -> anyhow::Result<Line> {
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(LISTEN))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    Ok(Link::new(Box::new(socket)))
}

/// A serial port of this machine.
#[derive(Clone, Debug)]
pub struct Port {
    /// What opens it.
    pub name: String,
    /// What the system knows of what is plugged in there.
    pub what: String,
}

/// The serial ports of this machine.
///
/// # Errors
/// If the system does not tell.
pub fn ports() -> anyhow::Result<Vec<Port>> {
    let mut ports: Vec<_> = serialport::available_ports()
        .context("this system does not tell which serial ports it has")?
        .into_iter()
        .map(|port| Port { name: port.port_name, what: what(&port.port_type) })
        .collect();
    ports.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(ports)
}

fn what(port: &SerialPortType) -> String {
    match port {
        SerialPortType::UsbPort(usb) => {
            let words = [usb.manufacturer.as_deref(), usb.product.as_deref()];
            let words: Vec<_> = words.into_iter().flatten().collect();
            format!("USB {:04x}:{:04x} {}", usb.vid, usb.pid, words.join(" ")).trim_end().to_owned()
        }
        SerialPortType::BluetoothPort => "Bluetooth".into(),
        SerialPortType::PciPort => "built in".into(),
        SerialPortType::Unknown => String::new(),
    }
}

/// Which ports there are, for somebody who named another.
pub fn there() -> String {
    match ports() {
        Ok(ports) if !ports.is_empty() => {
            let names: Vec<_> = ports.iter().map(|port| label::escaped(&port.name).to_string()).collect();
            format!("the ports of this machine: {}; `device list` says what answers there", names.join(", "))
        }
        _ => {
            "this machine has no serial port now: is the board plugged in, by a cable that carries data?".into()
        }
    }
}

/// A serial port, whose time-out is for reads: what is to be sent may take longer at its speed.
struct Serial(Box<dyn SerialPort>);

impl Read for Serial {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.read(to)
    }
}

impl Write for Serial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == ErrorKind::TimedOut && Instant::now() < end => {}
                result => return result,
            }
        }
    }

    /// The bytes are with the system. To wait until the last is sent would take as long as they take,
    /// however long the line stands still.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
