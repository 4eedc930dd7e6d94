//! A slot as `core/src/store/mod.rs` describes it, put together by hand.

use cpfo::format;
use cpfo::store::{Model, Origin, Progress, State, Which};

use crate::device::{Deed, Known, Net, bytes_of, keep, model, session};
use crate::flash::{Flash, Kind};

const KIND: Kind = Kind { capacity: 1024, faults: false, flaky: false };

/// CRC-32 (ISO-HDLC), by the book.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 * (sum & 1)))
    })
}

/// A slot with a model of this number, in units of four bytes.
fn slot(number: u32, generation: u32) -> Vec<u8> {
    let model = bytes_of(&model(number));
    let mut header = b"CPFS\x01\0\x01\0".to_vec();
    header.extend(generation.to_le_bytes());
    header.extend(format::fingerprint::<Net>().to_le_bytes());
    header.extend((model.len() as u32).to_le_bytes());
    header.extend(number.to_le_bytes());
    header.extend([number as u8; 16]);
    let sum = crc(&[&model[..model.len() - 4], &header].concat());
    header.extend(sum.to_le_bytes());
    let commit = crc(&header);

    let mut slot = vec![];
    slot.extend(commit.to_le_bytes());
    slot.extend((!commit).to_le_bytes());
    slot.extend([0; 4]); // the seal
    slot.extend([0xFF; 4 * 2]); // starts
    slot.extend([0xFF; 10 * (8 + 4)]); // words
    slot.extend(header);
    slot.resize(slot.len().next_multiple_of(64), 0xFF);
    slot.extend(model);
    slot
}

#[test]
fn a_save_writes_what_is_described() {
    let mut flash = Flash::<4, 256>::new(KIND, 3);
    session(&mut flash, &mut Known::new(true), &[Deed::Save]);
    let expected = slot(1, 1);
    assert_eq!(flash.cells()[..expected.len()], expected);
}

#[test]
fn what_is_described_is_read() {
    let mut flash = Flash::<4, 256>::new(KIND, 4);
    let image = slot(7, 0x1234_5678);
    flash.put(0, &image);
    let found = keep(&mut flash).find();
    assert_eq!((found.slot, found.generation), (Some(Which::First), 0x1234_5678));
    assert_eq!(found.states, [State::Used, State::Torn]);
    assert_eq!(found.origin, Origin::Learned);
    assert_eq!(found.progress, Progress { learned: 7, note: [7; 16] });
}

#[test]
fn generations_wrap() {
    for newest in [u32::MAX - 1, u32::MAX, 0, 1, i32::MAX as u32, i32::MIN as u32] {
        let mut flash = Flash::<4, 256>::new(KIND, 5);
        for (at, generation) in [(0, newest), (512, newest.wrapping_sub(1))] {
            flash.put(at, &slot(generation, generation));
        }
        let found = keep(&mut flash).find();
        assert_eq!((found.slot, found.generation), (Some(Which::First), newest));
        assert_eq!(found.states, [State::Used, State::Older]);
        for n in 1..5_u32 {
            let progress = Progress { learned: n, note: [0; 16] };
            keep(&mut flash).save(&Model::Plain(&model(n)), Origin::Learned, progress).unwrap();
            let found = keep(&mut flash).find();
            assert_eq!((found.generation, found.progress.learned), (newest.wrapping_add(n), n));
        }
    }
}
