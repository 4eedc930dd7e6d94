//! The protocol between a desktop and a device that learns: what goes over a serial line.
//!
//! The desktop asks, the device answers; it never speaks unasked. A question or an answer is a
//! *frame*, and a frame that was damaged on the way is noticed and asked for again:
//!
//! ```text
//! frame    = COBS( number  message  checksum )  00
//! number   = 1 byte: chosen by the desktop, from 1 on; the answer bears the same
//! message  = a Request or a Reply in postcard's encoding: the place of the variant, then its fields
//! checksum = 4 bytes, little-endian: CRC-32 (ISO-HDLC) of number and message
//! ```
//!
//! COBS takes the zeros out of a row of bytes, so that a zero can only be the end of a frame: each
//! run of bytes up to a zero stands after its length plus one; a run of 254 bytes without a zero
//! stands after `ff`, and no zero is meant after it. So whoever has lost the thread drops what
//! comes up to the next `00`, and is in step again. In [postcard](https://postcard.jamesmunns.com)
//! whole numbers of 16 and 32 bits are varints (7 bits a byte, lowest first), a byte string is its
//! length and its bytes, an `f32` its four bytes, little-endian.
//!
//! [`Request::Up`] from byte 300 on, in session 7, as question 5:
//!
//! ```
//! use cpfo::wire::Request;
//!
//! let mut line = [0; 16];
//! let up = Request::Up { session: 7, at: 300 };
//! let length = up.emit(5, &mut line).unwrap();
//! #[rustfmt::skip]
//! assert_eq!(line[..length], [
//!     0x0a,                   // COBS: no zero among the next 9 bytes
//!     0x05,                   // the number
//!     0x02,                   // the third variant of Request
//!     0x07,                   // the session
//!     0xac, 0x02,             // 300 = 0x2c + 0x02 · 128
//!     0xaa, 0x34, 0x38, 0x4d, // CRC-32 of 05 02 07 ac 02
//!     0x00,                   // the end of the frame
//! ]);
//! assert_eq!(Request::parse(&mut line[..length - 1]), Ok((5, up)));
//! ```
//!
//! # Nothing happens twice
//!
//! An answer may be lost, and then the desktop asks again. Questions that only look may be asked
//! any number of times. Those that change something say where they stand: [`Request::Down`] its
//! place in the model, [`Request::Learn`] how many samples came before it. What the device has done
//! already it does not do again; it repeats its answer.
//!
//! # Nothing is lost in silence
//!
//! A chip has nothing from which it could draw a number at its start that tells one run of it from
//! another. So the desktop draws one, and the device keeps it in RAM: [`Request::Begin`] begins a
//! *session*, and what is asked in another is refused. A device that has restarted knows of none,
//! and a question of the session before finds it out. [`Reply::Hello`] says where the device
//! stands; only who knows how much it has learnt may go on from there, or put another model in its
//! place. Who has fetched the model before the session began asks for its checksum after that: a device
//! that restarted in between may have another in its flash, which has learnt as much: nothing.
//!
//! # Versions
//!
//! [`Request::Hello`] and the first field of its answer, the [`VERSION`], stay as they are in every
//! version. Desktop and device work together if they have the same one.
#![doc = ""]
#![doc = include_str!("protocol.md")]

mod frame;
mod reply;
mod request;
mod server;

pub use frame::{CHUNK, Full, Garbled, NAMES, frame_bytes, frame_bytes_of};
pub use reply::{Figures, Hello, Refused, Reply};
pub use request::Request;
pub use server::{Chip, Server};

/// The version of this protocol.
pub const VERSION: u16 = 3;

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::rng::Rng;

    const LEARN: Request<'_> =
        Request::Learn { session: 5, step: 7, image: &[0, 1, 0, 0, 255], label: 3, rate: 0.01 };

    fn framed(request: &Request<'_>) -> Vec<u8> {
        let mut line = [0; 300];
        let length = request.emit(9, &mut line).unwrap();
        assert_eq!(line[length - 1], 0);
        line[..length - 1].to_vec()
    }

    #[test]
    fn what_is_written_is_read() {
        let long = [0, 7].repeat(64);
        let plain = [7; CHUNK];
        for request in [
            Request::Hello,
            LEARN,
            Request::Down { session: 1, over: 0, at: 0, bytes: &long },
            Request::Down { session: 1, over: 9, at: u32::MAX, bytes: &plain },
            Request::Classify { session: 0, image: &[] },
            Request::Begin { session: u32::MAX, learned: 1 },
        ] {
            let mut frame = framed(&request);
            assert!(frame.iter().all(|&byte| byte != 0));
            assert_eq!(Request::parse(&mut frame), Ok((9, request)));
        }
    }

    #[test]
    fn a_run_of_254_bytes_and_more() {
        for length in 240..520 {
            let image: Vec<u8> = (0..length).map(|i| (i % 255) as u8 + 1).collect();
            let request = Request::Classify { session: 2, image: &image };
            let mut line = [0; 540];
            let end = request.emit(1, &mut line).unwrap();
            assert_eq!(Request::parse(&mut line[..end - 1]), Ok((1, request)), "{length}");
        }
    }

    #[test]
    fn the_longest_frames_fit() {
        for pixels in [1, 64, 784] {
            let image = std::vec![9; 4 * pixels];
            let mut line = std::vec![0; frame_bytes(4 * pixels)];
            let (session, label, rate) = (u32::MAX, u16::MAX, -1e-30);
            let learn = Request::Learn { session, step: u32::MAX, image: &image, label, rate };
            assert!(learn.emit(255, &mut line).is_ok());
            let down = Request::Down { session, over: session, at: session, bytes: &[9; CHUNK] };
            assert!(down.emit(9, &mut line).is_ok());
            assert!(Reply::Model { bytes: &[9; CHUNK] }.emit(9, &mut line).is_ok());
            let name = str::from_utf8(&[b'n'; NAMES / 2]).unwrap();
            assert!(Reply::Hello(hello(name, u32::MAX)).emit(9, &mut line).is_ok());
        }
        assert_eq!(LEARN.emit(1, &mut [0; 20]), Err(Full));
        assert_eq!(LEARN.emit(1, &mut []), Err(Full));
    }

    fn hello(name: &str, n: u32) -> Hello<'_> {
        Hello {
            version: VERSION,
            board: name,
            net: name,
            fingerprint: n,
            parameters: n,
            input: [n as u16; 3],
            classes: n as u16,
            unit: "",
            session: n,
            learned: n,
            checksum: Some(n),
            full: n as u8,
            trains: u64::MAX,
            readings: n as u8,
        }
    }

    #[test]
    fn the_version_is_read_whatever_comes_behind_it() {
        let mut line = [0; 200];
        let end = Reply::Hello(hello("a", 7)).emit(1, &mut line).unwrap();
        assert_eq!(Reply::version(&mut line[..end - 1]), Some(VERSION));
        // As version 1 said it.
        let mut frame = [0; 64];
        let first = ("board", "net", 1_u32, 2_u32, [8_u16, 8, 1], 10_u16, "us");
        let end = frame::emit(1, &(0_u8, 1_u16, first), &mut frame).unwrap();
        assert!(Reply::parse(&mut { frame }[..end - 1]).is_err());
        assert_eq!(Reply::version(&mut frame[..end - 1]), Some(1));
        let end = Reply::Begun.emit(1, &mut line).unwrap();
        assert_eq!(Reply::version(&mut line[..end - 1]), None);
    }

    #[test]
    fn every_damage_is_noticed() {
        let good = framed(&LEARN);
        for bit in 0..8 * good.len() {
            let mut damaged = good.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Request::parse(&mut damaged), Err(Garbled), "bit {bit}");
        }
        for length in 0..good.len() {
            assert_eq!(Request::parse(&mut good.clone()[..length]), Err(Garbled), "{length} bytes");
        }
    }

    #[test]
    fn noise_is_no_frame() {
        let mut rng = Rng::new(1);
        for _ in 0..100_000 {
            let mut noise = [0; 24];
            noise.fill_with(|| rng.next_u32() as u8);
            let length = rng.below(25) as usize;
            let mut again = noise;
            assert_eq!(Request::parse(&mut noise[..length]), Err(Garbled));
            assert_eq!(Reply::parse(&mut again[..length]), Err(Garbled));
        }
    }
}
