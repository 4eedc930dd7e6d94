//! The nRF51822 of the BBC micro:bit v1: serial port, timer and flash controller.
//!
//! Registers after the nRF51 series reference manual, version 3.0. Tasks start when 1 is written to
//! them, events read as 1 until they are cleared.

use core::ops::Range;

use cpfo_firmware::board::{self, Scale};
use cpfo_firmware::{Board, Claim, Devices};
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

use crate::console::Line;
use crate::polled::{Polled, Port};
use crate::registers::Registers;

/// The serial port.
pub type Serial = Line<Polled<Uart>>;

/// The chip's devices, with the flash from `store.start` to `store.end` for the model.
///
/// # Safety
/// `store` must be flash that the linker gives to nothing else, in whole pages.
pub unsafe fn devices<B>(_: Claim, store: Range<usize>) -> Devices<B>
where
    B: Board<Serial = Serial, Flash = Flash, Clock = Timer>,
{
    // SAFETY: UART0, TIMER0 and NVMC.
    let (uart, timer, controller) = unsafe {
        (Registers::at(0x4000_2000), Registers::at(0x4000_8000), Registers::at(0x4001_E000))
    };
    Devices {
        serial: Uart::new(uart),
        flash: Flash { controller, store },
        clock: Timer::new(timer),
    }
}

/// The UART: six bytes of buffer inwards, one outwards.
#[derive(Debug)]
pub struct Uart(Registers<u32>);

impl Uart {
    const START_RECEIVING: usize = 0x000;
    const START_SENDING: usize = 0x008;
    const RECEIVED: usize = 0x108;
    const SENT: usize = 0x11C;
    const ENABLE: usize = 0x500;
    const RECEIVE_DATA: usize = 0x518;
    const SEND_DATA: usize = 0x51C;
    const BAUD_RATE: usize = 0x524;

    const ENABLED: u32 = 4;
    const BAUD_115200: u32 = 0x01D7_E000;

    /// Switches the port on, at 115,200 baud.
    pub fn new(registers: Registers<u32>) -> Serial {
        registers.write(Self::BAUD_RATE, Self::BAUD_115200);
        registers.write(Self::ENABLE, Self::ENABLED);
        registers.write(Self::START_RECEIVING, 1);
        registers.write(Self::START_SENDING, 1);
        Line::new(Polled(Self(registers)))
    }
}

impl Port for Uart {
    fn has_byte(&self) -> bool {
        self.0.read(Self::RECEIVED) != 0
    }

    fn take_byte(&mut self) -> u8 {
        // Cleared first: if another byte waits after this one, reading the data sets the event again.
        self.0.write(Self::RECEIVED, 0);
        self.0.read(Self::RECEIVE_DATA) as u8
    }

    /// Always: `put_byte` waits until its byte has gone.
    fn has_room(&self) -> bool {
        true
    }

    fn put_byte(&mut self, byte: u8) {
        self.0.write(Self::SENT, 0);
        self.0.write(Self::SEND_DATA, u32::from(byte));
        while self.0.read(Self::SENT) == 0 {}
    }
}

/// TIMER0 as a counter of 32 bits at 16 MHz.
#[derive(Debug)]
pub struct Timer(Registers<u32>);

impl Timer {
    const START: usize = 0x000;
    const CAPTURE: usize = 0x040;
    const BIT_MODE: usize = 0x508;
    const PRESCALER: usize = 0x510;
    const CAPTURED: usize = 0x540;

    const BITS_32: u32 = 3;

    /// Sets the timer running.
    pub fn new(registers: Registers<u32>) -> Self {
        registers.write(Self::BIT_MODE, Self::BITS_32);
        registers.write(Self::PRESCALER, 0);
        registers.write(Self::START, 1);
        Self(registers)
    }
}

impl board::Clock for Timer {
    const SCALE: Scale = Scale::instructions(16_000_000);

    fn ticks(&self) -> u32 {
        self.0.write(Self::CAPTURE, 1);
        self.0.read(Self::CAPTURED)
    }
}

/// The part of the chip's flash that holds the model, through its controller (NVMC).
///
/// QEMU models it: an erased page reads as 0xFF, and a write can only clear bits. What a linked program
/// does not fill starts as zeros, not as 0xFF; a store has to cope with that as with any other garbage.
#[derive(Debug)]
pub struct Flash {
    controller: Registers<u32>,
    /// Only flash, and only ours: `devices` was promised that.
    store: Range<usize>,
}

impl Flash {
    const READY: usize = 0x400;
    const CONFIG: usize = 0x504;
    const ERASE_PAGE: usize = 0x508;

    const READ_ONLY: u32 = 0;
    const WRITE: u32 = 1;
    const ERASE: u32 = 2;

    /// Does `work` with the controller in `mode`, and goes back to reading.
    fn with(&mut self, mode: u32, work: impl FnOnce(&mut Self)) {
        self.controller.write(Self::CONFIG, mode);
        work(self);
        self.controller.write(Self::CONFIG, Self::READ_ONLY);
    }

    fn wait(&self) {
        while self.controller.read(Self::READY) == 0 {}
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        let from = (self.store.start + offset as usize) as *const u8;
        for (place, byte) in bytes.iter_mut().enumerate() {
            // SAFETY: checked to lie inside the range that is ours.
            *byte = unsafe { from.add(place).read_volatile() };
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.store.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 1024;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.with(Self::ERASE, |flash| {
            for page in (from..to).step_by(Self::ERASE_SIZE) {
                flash.controller.write(Self::ERASE_PAGE, flash.store.start as u32 + page);
                flash.wait();
            }
        });
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let to = (self.store.start + offset as usize) as *mut u32;
        self.with(Self::WRITE, |flash| {
            for (place, word) in bytes.as_chunks::<4>().0.iter().enumerate() {
                // SAFETY: checked to lie inside the range that is ours; the controller is in
                // its writing mode, in which a store programs the word.
                unsafe { to.add(place).write_volatile(u32::from_le_bytes(*word)) };
                flash.wait();
            }
        });
        Ok(())
    }
}
