//! QEMU's own RISC-V machine, `virt`: 16550 serial port, cycle counter, write protection.

use core::ops::Range;

use cpfo_firmware::board::{Clock, Scale};
use cpfo_firmware::{Board, Claim, Devices};
use riscv::register::{self, mcycle, pmpaddr0, pmpaddr1, pmpcfg0};

use crate::console::Line;
use crate::polled::{Polled, Port};
use crate::ram_flash::RamFlash;
use crate::registers::Registers;

/// The serial port.
pub type Serial = Line<Polled<Uart>>;
/// What stands in for a flash: this machine has no flash controller.
pub type Flash = RamFlash;

/// The machine's devices, with the RAM of `store` for the model; `code` is what holds the program.
///
/// # Safety
/// The linker must give `code` to nothing that is ever written, and `store` to nothing at all.
pub unsafe fn devices<B>(_: Claim, code: Range<usize>, store: Range<usize>) -> Devices<B>
where
    B: Board<Serial = Serial, Flash = Flash, Clock = Cycles>,
{
    // SAFETY: the caller's promise.
    unsafe { protect(code) };
    // SAFETY: UART0.
    let uart = unsafe { Registers::at(0x1000_0000) };
    Devices {
        serial: Uart::new(uart),
        // SAFETY: the caller's promise.
        flash: unsafe { RamFlash::new(store) },
        clock: Cycles,
    }
}

/// A 16550 UART, registers of one byte.
#[derive(Debug)]
pub struct Uart(Registers<u8>);

impl Uart {
    const DATA: usize = 0;
    const FIFO_CONTROL: usize = 2;
    const LINE_STATUS: usize = 5;

    const DATA_READY: u8 = 1 << 0;
    const TRANSMIT_EMPTY: u8 = 1 << 5;

    /// Switches the port's buffers on. The emulated port has no baud rate.
    pub fn new(registers: Registers<u8>) -> Serial {
        registers.write(Self::FIFO_CONTROL, 1);
        Line::new(Polled(Self(registers)))
    }
}

impl Port for Uart {
    fn has_byte(&self) -> bool {
        self.0.read(Self::LINE_STATUS) & Self::DATA_READY != 0
    }

    fn take_byte(&mut self) -> u8 {
        self.0.read(Self::DATA)
    }

    fn has_room(&self) -> bool {
        self.0.read(Self::LINE_STATUS) & Self::TRANSMIT_EMPTY != 0
    }

    fn put_byte(&mut self, byte: u8) {
        self.0.write(Self::DATA, byte);
    }
}

/// The cycle counter. In QEMU with `-icount shift=6` it counts the 64 ns of an instruction, one by one.
#[derive(Debug)]
pub struct Cycles;

impl Clock for Cycles {
    const SCALE: Scale = Scale::instructions(1_000_000_000 / 64);

    fn ticks(&self) -> u32 {
        (mcycle::read64() / 64) as u32
    }
}

/// Makes `code` what it would be in flash: it can be read and executed, and a write faults.
///
/// The stack lies right above it, so this is also what stops a stack that outgrows its region.
///
/// # Safety
/// Nothing may ever be written to the range.
unsafe fn protect(code: Range<usize>) {
    // SAFETY: entry 1 of the physical memory protection spans from entry 0's address to its own, a range
    // that is only read and executed. The lock makes the rule hold in machine mode too.
    unsafe {
        pmpaddr0::write(code.start >> 2);
        pmpaddr1::write(code.end >> 2);
        pmpcfg0::set_pmp(1, register::Range::TOR, register::Permission::RX, true);
    }
}
