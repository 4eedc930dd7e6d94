//! A client in another language, written from the protocol's description: it teaches a device, and what
//! comes of it are the desktop's bits.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use cpfo::format;
use cpfo::net::{Image, Net as _};
use cpfo::rng::Rng;
use cpfo::scale::Scale;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{InPlace, Rates};
use cpfo_harness::data::Dataset;
use cpfo_harness::nets::digits::Net;

use crate::host::Host;

const SAMPLES: usize = 40;

#[test]
fn a_client_in_python_teaches_a_device() {
    let Ok(version) = Command::new("python3").arg("--version").output() else {
        assert!(std::env::var_os("CPFO_REQUIRE_TOOLS").is_none(), "python3 is missing");
        eprintln!("python3 is missing, so nothing is proved of the client");
        return;
    };
    assert!(version.status.success());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client");
    fs::create_dir_all(&folder).unwrap();
    let mut parameters = Box::new(Net::ZERO);
    parameters.initialize(&mut Rng::new(3));
    let mut model = Vec::new();
    // As `cpfo export --bin` writes it: with a scale, of which the client knows that a line has none.
    let _ = format::emit_scaled::<_, _, ()>(&parameters, &Scale::ZERO, |piece| {
        model.extend_from_slice(piece);
        Ok(())
    });
    fs::write(folder.join("model.cpfo"), model).unwrap();

    let data = Dataset::digits();
    let (mut lines, mut said) = (String::new(), String::new());
    let (mut trainer, mut image) = (InPlace::<Net>::ZERO, Image::<Net>::ZERO);
    for n in 0..SAMPLES {
        let pixels: Vec<_> = data.image(n).iter().map(ToString::to_string).collect();
        lines += &format!("{},{}\n", data.label(n), pixels.join(","));
        image.flat_mut().copy_from_slice(data.image(n));
        let label = data.label(n).into();
        let loss = trainer.step(&mut parameters, &image, label, &Rates::new(0.25)).unwrap();
        said += &format!("{:08x}\n", loss.to_bits());
    }
    said += &format!("{:08x}\n", format::checksum(&parameters));
    fs::write(folder.join("samples.csv"), lines).unwrap();

    let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let place = door.local_addr().unwrap().to_string();
    let bridge = thread::spawn(move || {
        let (_host, line) = Host::start();
        let (socket, _) = door.accept().unwrap();
        join(&line, &socket);
    });
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("client.py");
    let ended = Command::new("python3")
        .arg(client)
        .args([&*place, "model.cpfo", "samples.csv", "0.25"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(String::from_utf8(ended.stdout).unwrap(), said);
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
