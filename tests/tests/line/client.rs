//! A client in another language, written from the protocol's description: it teaches a device, and what
//! comes of it are the desktop's bits.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use cpfo_tests::client::{Lesson, lacks};

use crate::host::Host;

#[test]
fn a_client_in_python_teaches_a_device() {
    if let Some(lacks) = lacks() {
        assert!(std::env::var_os("CPFO_REQUIRE_TOOLS").is_none(), "{lacks}");
        eprintln!("{lacks}, so nothing is proved of the client");
        return;
    }
    let lesson = Lesson::new(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("client")).unwrap();
    let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let place = door.local_addr().unwrap().to_string();
    let bridge = thread::spawn(move || {
        let (_host, line) = Host::start();
        let (socket, _) = door.accept().unwrap();
        join(&line, &socket);
    });
    lesson.teach(&place).unwrap();
    bridge.join().unwrap();
}

/// Carries bytes both ways until the client closes its end.
fn join(line: &TcpStream, socket: &TcpStream) {
    line.set_read_timeout(None).unwrap();
    let (mut from, mut to) = (line.try_clone().unwrap(), socket.try_clone().unwrap());
    thread::spawn(move || {
        let mut bytes = [0; 256];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
    });
    let (mut from, mut to) = (socket.try_clone().unwrap(), line.try_clone().unwrap());
    let mut bytes = [0; 256];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        to.write_all(&bytes[..count]).unwrap();
    }
}
