//! The protocol: every message comes through as it was sent, whatever else comes does no harm, and
//! so it is with a model that arrives in pieces.

use cpfo::choice::All;
use cpfo::format::{self, Fault, Reader};
use cpfo::rng::Rng;
use cpfo::shape::Zero as _;
use cpfo::train::{Refusal, Refusals};
use cpfo::wire::{CHUNK, Figures, Garbled, Hello, Refused, Reply, Request, frame_bytes};
use cpfo_harness::nets::digits;
use proptest::collection::vec;
use proptest::prelude::*;

/// Pixels of the images here.
const PIXELS: usize = 200;

fn emitted(request: &Request<'_>, number: u8) -> Vec<u8> {
    let mut line = vec![0; frame_bytes(4 * PIXELS)];
    let length = request.emit(number, &mut line).expect("the buffer is long enough");
    line.truncate(length);
    line
}

/// The frame without its final 0, and no other 0 in it.
fn inside(line: &mut [u8]) -> &mut [u8] {
    let (last, frame) = line.split_last_mut().expect("a frame is not empty");
    assert!(*last == 0 && !frame.contains(&0));
    frame
}

/// Bytes in which zeros are common, and long runs without one too.
fn bytes(length: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..=length),
        vec(1..=255_u8, 0..=length),
        vec(prop_oneof![Just(0), any::<u8>()], 0..=length),
    ]
}

proptest! {
    #[test]
    fn requests_come_through(
        number in any::<u8>(), at in any::<u32>(), image in bytes(4 * PIXELS), piece in bytes(CHUNK),
        label in any::<u16>(), rate in any::<u32>(), session in any::<u32>(),
    ) {
        for request in [
            Request::Hello,
            Request::Begin { session, learned: at },
            Request::Down { session, over: rate, at, bytes: &piece },
            Request::Up { session, at },
            Request::Classify { session, image: &image },
            Request::Checksum { session },
            Request::Figures,
        ] {
            let mut line = emitted(&request, number);
            prop_assert_eq!(Request::parse(inside(&mut line)), Ok((number, request)));
        }
        // A NaN is not equal to itself; its bits are.
        let rate = f32::from_bits(rate);
        let learn = Request::Learn { session, step: at, image: &image, label, rate };
        let mut line = emitted(&learn, number);
        let Ok((_, Request::Learn { session: of, step, image: same, label: class, rate: bits })) =
            Request::parse(inside(&mut line)) else { panic!("it was a sample") };
        prop_assert_eq!((of, step, same, class), (session, at, &image[..], label));
        prop_assert_eq!(bits.to_bits(), rate.to_bits());
    }

    #[test]
    fn replies_come_through(number in any::<u8>(), n in any::<u32>(), piece in bytes(CHUNK), name in ".{0,12}") {
        let class = n as u16;
        let hello = Hello {
            version: class, board: &name, net: &name, fingerprint: n, parameters: n,
            input: [class; 3], classes: class, unit: &name, session: n, learned: n,
            checksum: (n % 2 == 0).then_some(n), full: n as u8, trains: n.into(), readings: n as u8,
        };
        let figures = Figures {
            parameters: n, workspace: n, line: n, stack: n, stack_room: n, line_errors: n,
            garbled: n, refused: n, samples: Refusals { label: n, busy: n, ..Refusals::ZERO }, step: n,
        };
        for reply in [
            Reply::Hello(hello),
            Reply::Taken { next: n },
            Reply::Model { bytes: &piece },
            Reply::Class { class, time: n },
            Reply::Learned { loss: n as f32, time: n },
            Reply::Checksum(n),
            Reply::Figures(figures),
            Reply::Refused(Refused::Model(Fault::Checksum)),
            Reply::Refused(Refused::Sample(Refusal::Diverged)),
            Reply::Refused(Refused::Session),
            Reply::Begun,
        ] {
            let mut line = vec![0; frame_bytes(4 * PIXELS)];
            let length = reply.emit(number, &mut line).expect("the buffer is long enough");
            prop_assert_eq!(Reply::parse(inside(&mut line[..length])), Ok((number, reply)));
        }
    }

    #[test]
    fn anything_else_is_refused(mut noise in bytes(300)) {
        let mut again = noise.clone();
        prop_assert_eq!(Request::parse(&mut noise), Err(Garbled));
        prop_assert_eq!(Reply::parse(&mut again), Err(Garbled));
    }

    #[test]
    fn damage_is_noticed(image in bytes(4 * PIXELS), at in any::<prop::sample::Index>(), change in 1..=255_u8) {
        let mut line = emitted(&Request::Classify { session: 3, image: &image }, 1);
        let frame = inside(&mut line);
        let mut cut = frame[..at.index(frame.len())].to_vec();
        prop_assert_eq!(Request::parse(&mut cut), Err(Garbled));
        frame[at.index(frame.len())] ^= change;
        prop_assert_eq!(Request::parse(frame), Err(Garbled));
    }

    #[test]
    fn a_buffer_that_is_too_short_is_said_to_be(image in bytes(4 * PIXELS), at in any::<prop::sample::Index>()) {
        let request = Request::Classify { session: 3, image: &image };
        let length = emitted(&request, 1).len();
        prop_assert!(request.emit(1, &mut vec![0; at.index(length)]).is_err());
    }

    #[test]
    fn a_model_in_pieces(seed in any::<u64>(), size in 1..2000_usize, bit in any::<prop::sample::Index>()) {
        let mut parameters = digits::Parameters::ZERO;
        parameters.initialize(&mut Rng::new(seed));
        let mut model = Vec::new();
        format::emit::<_, _, ()>(&parameters, |bytes| {
            model.extend_from_slice(bytes);
            Ok(())
        })
            .expect("a vector takes everything");

        let mut read = digits::Parameters::ZERO;
        let mut take = |model: &[u8]| {
            let mut reader = Reader::<digits::Net>::default();
            model.chunks(size).try_for_each(|piece| reader.take(piece, &mut read))?;
            Ok(reader.is_whole())
        };
        prop_assert_eq!(take(&model), Ok(true));
        let bit = bit.index(8 * model.len());
        model[bit / 8] ^= 1 << (bit % 8);
        let whole = format::check::<digits::Net>(&model).map(|_| true);
        prop_assert_eq!(take(&model), whole);

        model[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(take(&model), Ok(true));
        let sum = format::checksum::<digits::Net, All>;
        prop_assert_eq!(sum(&read), sum(&parameters));
    }
}

/// The examples in the protocol's description, which another implementation has written, are what core
/// writes for these messages.
#[test]
fn the_description_has_these_bytes() {
    let said = include_str!("../../core/src/wire/protocol.md");
    let session = 7;
    let (image, bytes): (&[u8], &[u8]) = (&[0, 16, 8], &[1, 0, 2]);
    let requests = [
        Request::Hello,
        Request::Down { session, over: 0, at: 256, bytes },
        Request::Up { session, at: 300 },
        Request::Classify { session, image },
        Request::Learn { session, step: 2, image, label: 1, rate: 0.5 },
        Request::Checksum { session },
        Request::Figures,
        Request::Begin { session, learned: 300 },
    ];
    let replies = [
        Reply::Hello(Hello {
            version: 3,
            board: "b",
            net: "n",
            fingerprint: 9,
            parameters: 300,
            input: [8, 8, 1],
            classes: 10,
            unit: "us",
            session,
            learned: 2,
            checksum: Some(255),
            full: 16,
            trains: 300,
            readings: 0,
        }),
        Reply::Taken { next: 300 },
        Reply::Model { bytes },
        Reply::Class { class: 3, time: 300 },
        Reply::Learned { loss: 0.5, time: 300 },
        Reply::Checksum(0xC0_FFEE),
        Reply::Figures(Figures {
            parameters: 300,
            workspace: 2,
            line: 3,
            stack: 4,
            stack_room: 5,
            line_errors: 6,
            garbled: 7,
            refused: 8,
            samples: Refusals { label: 1, ..Refusals::ZERO },
            step: 9,
        }),
        Reply::Refused(Refused::Sample(Refusal::Label)),
        Reply::Begun,
    ];
    let mut line = [0; 300];
    let mut frames = Vec::new();
    for request in &requests {
        let length = request.emit(5, &mut line).unwrap();
        frames.push(line[..length].to_vec());
    }
    for reply in &replies {
        let length = reply.emit(5, &mut line).unwrap();
        frames.push(line[..length].to_vec());
    }
    for frame in frames {
        let hex: Vec<_> = frame.iter().map(|byte| format!("{byte:02x}")).collect();
        let example = format!("| `{}` |", hex.join(" "));
        assert!(said.contains(&example), "the description has no {example}");
    }
}
