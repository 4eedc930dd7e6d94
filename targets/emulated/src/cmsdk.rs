//! Serial port and timer of Arm's Cortex-M System Design Kit (CMSDK), which the MPS2 machines use.
//!
//! Registers after its technical reference manual, chapter 4.

use cpfo_firmware::board::{Clock, Scale};

use crate::console::Line;
use crate::polled::{Polled, Port};
use crate::registers::Registers;

/// The serial port.
pub type Serial = Line<Polled<Uart>>;

/// The CMSDK's UART: one byte of buffer in each direction.
#[derive(Debug)]
pub struct Uart(Registers<u32>);

impl Uart {
    const DATA: usize = 0x00;
    const STATE: usize = 0x04;
    const CONTROL: usize = 0x08;
    const BAUD_DIVISOR: usize = 0x10;

    const TRANSMIT_FULL: u32 = 1 << 0;
    const RECEIVE_FULL: u32 = 1 << 1;
    const ENABLE_BOTH_WAYS: u32 = 0b11;

    /// Switches the port on, at 115,200 baud, with a peripheral clock of `frequency` Hz.
    pub fn new(registers: Registers<u32>, frequency: u32) -> Serial {
        registers.write(Self::BAUD_DIVISOR, frequency / 115_200);
        registers.write(Self::CONTROL, Self::ENABLE_BOTH_WAYS);
        Line::new(Polled(Self(registers)))
    }
}

impl Port for Uart {
    fn has_byte(&self) -> bool {
        self.0.read(Self::STATE) & Self::RECEIVE_FULL != 0
    }

    fn take_byte(&mut self) -> u8 {
        self.0.read(Self::DATA) as u8
    }

    fn has_room(&self) -> bool {
        self.0.read(Self::STATE) & Self::TRANSMIT_FULL == 0
    }

    fn put_byte(&mut self, byte: u8) {
        self.0.write(Self::DATA, u32::from(byte));
    }
}

/// The CMSDK's timer: 32 bits, running down at `FREQUENCY` Hz.
#[derive(Debug)]
pub struct Timer<const FREQUENCY: u32>(Registers<u32>);

impl<const FREQUENCY: u32> Timer<FREQUENCY> {
    const CONTROL: usize = 0x00;
    const VALUE: usize = 0x04;
    const RELOAD: usize = 0x08;

    /// Sets the timer running through its whole range, round and round.
    pub fn new(registers: Registers<u32>) -> Self {
        registers.write(Self::RELOAD, u32::MAX);
        registers.write(Self::VALUE, u32::MAX);
        registers.write(Self::CONTROL, 1);
        Self(registers)
    }
}

impl<const FREQUENCY: u32> Clock for Timer<FREQUENCY> {
    const SCALE: Scale = Scale::instructions(FREQUENCY);

    fn ticks(&self) -> u32 {
        !self.0.read(Self::VALUE)
    }
}
