//! RP2040: Cortex-M0+ at 125 MHz, with its flash on a chip beside it.
//!
//! While the flash is erased or written no code can come from it: the HAL does both from RAM, with
//! interrupts off. A 4 KB sector takes some 50 ms, in which the serial port holds 32 bytes.

use core::ops::Range;

use cpfo_firmware::board::{self, Claim, Scale};
use embassy_rp::config::Config;
use embassy_rp::flash::{Blocking, Flash as WholeFlash};
use embassy_rp::peripherals::{FLASH, UART0};
use embassy_rp::uart::{BufferedInterruptHandler, BufferedUart, RxPin, TxPin};
use embassy_rp::{Peri, Peripherals, bind_interrupts, uart};
use embassy_time::{Instant, TICK_HZ};

use crate::region::Region;
use crate::waiting::{BAUD, Waiting, buffers};

/// Where the flash shows in memory.
const BASE: usize = 0x1000_0000;
/// As much as the chip can address; how much there is stands in the board's `memory.x`.
const ADDRESSABLE: usize = 16 << 20;

/// UART0, buffered in both directions.
pub type Serial = Waiting<BufferedUart>;
/// The board's flash: sectors of 4 KB, single bytes.
pub type Flash = Region<WholeFlash<'static, FLASH, Blocking, ADDRESSABLE>>;

bind_interrupts!(struct Interrupts {
    UART0_IRQ => BufferedInterruptHandler<UART0>;
});

/// Starts the chip, on the board's crystal of 12 MHz.
pub fn start(_: Claim) -> Peripherals {
    crate::guard::below_stack();
    embassy_rp::init(Config::default())
}

/// The serial port, on two pins.
pub fn serial(
    uart: Peri<'static, UART0>,
    receive: Peri<'static, impl RxPin<UART0>>,
    transmit: Peri<'static, impl TxPin<UART0>>,
) -> Serial {
    let (received, to_send) = buffers();
    let mut config = uart::Config::default();
    config.baudrate = BAUD;
    Waiting(BufferedUart::new(uart, transmit, receive, Interrupts, to_send, received, config))
}

/// The addresses `store` of the flash.
pub fn flash(controller: Peri<'static, FLASH>, store: Range<usize>) -> Flash {
    Region::new(WholeFlash::new_blocking(controller), BASE, store)
}

/// The chip's count of microseconds, of which these are the lower 32 bits.
pub struct Clock;

impl board::Clock for Clock {
    const SCALE: Scale = Scale::microseconds(TICK_HZ as u32);

    fn ticks(&self) -> u32 {
        Instant::now().as_ticks() as u32
    }
}
