//! nRF52833 and nRF52840: Cortex-M4F at 64 MHz.
//!
//! An erased page stops the core for 85 ms; the serial port goes on by itself meanwhile.

use core::ops::Range;

use cpfo_firmware::board::{self, Claim, Scale};
use embassy_nrf::buffered_uarte::{BufferedUarte, InterruptHandler};
use embassy_nrf::config::{Config, HfclkSource};
use embassy_nrf::gpio::Pin;
use embassy_nrf::nvmc::Nvmc;
use embassy_nrf::peripherals::{NVMC, PPI_CH0, PPI_CH1, PPI_GROUP0, TIMER0, TIMER1, UARTE0};
use embassy_nrf::timer::Timer;
use embassy_nrf::{Peri, Peripherals, bind_interrupts, uarte};

use crate::region::Region;
use crate::waiting::{Waiting, buffers};

/// UARTE0, buffered in both directions.
pub type Serial = Waiting<BufferedUarte<'static>>;
/// The chip's own flash: pages of 4 KB, words of 4 bytes.
pub type Flash = Region<Nvmc<'static>>;

bind_interrupts!(struct Interrupts {
    UARTE0 => InterruptHandler<UARTE0>;
});

/// Starts the chip, on its crystal: the internal oscillator is too far off for a serial port.
pub fn start(_: Claim) -> Peripherals {
    crate::guard::below_stack();
    let mut config = Config::default();
    config.hfclk_source = HfclkSource::ExternalXtal;
    embassy_nrf::init(config)
}

/// What the port needs besides its pins: a timer counts the bytes that have come.
pub type Port = (
    Peri<'static, UARTE0>,
    Peri<'static, TIMER1>,
    Peri<'static, PPI_CH0>,
    Peri<'static, PPI_CH1>,
    Peri<'static, PPI_GROUP0>,
);

/// The serial port, on two pins.
pub fn serial(
    (uarte, timer, channel0, channel1, group): Port,
    receive: Peri<'static, impl Pin>,
    transmit: Peri<'static, impl Pin>,
) -> Serial {
    let (received, to_send) = buffers();
    let mut config = uarte::Config::default();
    config.baudrate = uarte::Baudrate::Baud115200;
    Waiting(BufferedUarte::new(
        uarte, timer, channel0, channel1, group, receive, transmit, Interrupts, config, received,
        to_send,
    ))
}

/// The addresses `store` of the flash.
pub fn flash(controller: Peri<'static, NVMC>, store: Range<usize>) -> Flash {
    Region::new(Nvmc::new(controller), 0, store)
}

/// Counts microseconds, in 32 bits.
pub struct Clock(Timer<'static>);

impl Clock {
    /// Starts counting.
    pub fn new(timer: Peri<'static, TIMER0>) -> Self {
        // 1 MHz and 32 bits are how the HAL sets a timer up.
        let timer = Timer::new(timer);
        timer.start();
        Self(timer)
    }
}

impl board::Clock for Clock {
    const SCALE: Scale = Scale::microseconds(1_000_000);

    fn ticks(&self) -> u32 {
        self.0.cc(0).capture()
    }
}
