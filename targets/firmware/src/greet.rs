//! The first program on a new board: shows that its serial port, flash, clock and stack work.

use core::hint::black_box;

use embedded_io::Write;
use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};

use crate::console::say;
use crate::{Board, Clock, Devices, Failure, stack};

/// Greets on both channels, uses each device once and says what it saw.
pub fn greet<B: Board>(mut devices: Devices<B>) -> Result<(), Failure> {
    stack::paint();
    say!("board {}", B::NAME);
    say!(
        "memory flash {} ram {} stack {} store {}",
        B::MEMORY.flash,
        B::MEMORY.ram,
        B::MEMORY.stack,
        devices.flash.capacity()
    );

    devices.serial.write_all(b"cpfo on ").map_err(|_| Failure::Serial)?;
    devices.serial.write_all(B::NAME.as_bytes()).map_err(|_| Failure::Serial)?;
    devices.serial.write_all(b"\r\n").map_err(|_| Failure::Serial)?;
    devices.serial.flush().map_err(|_| Failure::Serial)?;

    let (short, long) = (spin(&devices.clock, 1_000), spin(&devices.clock, 11_000));
    say!("10000 turns {} {}", long - short, <B::Clock as Clock>::SCALE.unit);

    keep(&mut devices.flash)?;
    say!("flash keeps what it is given");
    say!("stack {} of {}", stack::high_water(), stack::size());
    Ok(())
}

/// What `turns` of an empty loop take.
fn spin(clock: &impl Clock, turns: u32) -> u32 {
    let start = clock.ticks();
    for turn in 0..turns {
        black_box(turn);
    }
    clock.since(start)
}

/// Erases the first block of the flash, writes a line there and reads it back.
fn keep<F: NorFlash>(flash: &mut F) -> Result<(), Failure> {
    const LINE: [u8; 16] = *b"c-p-f-o on chip ";
    let mut seen = [0; LINE.len()];
    let block = F::ERASE_SIZE as u32;

    flash.erase(0, block).map_err(|_| Failure::Flash)?;
    flash.read(0, &mut seen).map_err(|_| Failure::Flash)?;
    if seen != [0xFF; LINE.len()] {
        return Err(Failure::FlashContents);
    }
    flash.write(0, &LINE).map_err(|_| Failure::Flash)?;
    flash.read(0, &mut seen).map_err(|_| Failure::Flash)?;
    if seen != LINE {
        return Err(Failure::FlashContents);
    }
    Ok(())
}
