//! STM32F446: Cortex-M4F at 168 MHz.
//!
//! The flash has sectors of 16, 64 and 128 KB; the model gets two of the largest, one for each slot of
//! a store. The core stands still while one is erased, for a second or two.

use core::ops::Range;

use cpfo_firmware::Failure;
use cpfo_firmware::board::{self, Claim, Scale};
use embassy_stm32::flash::{Blocking, FLASH_BASE, Flash as WholeFlash};
use embassy_stm32::peripherals::{FLASH, TIM2, USART2};
use embassy_stm32::rcc::{
    AHBPrescaler, APBPrescaler, Pll, PllMul, PllPDiv, PllPreDiv, PllSource, Sysclk,
};
use embassy_stm32::time::mhz;
use embassy_stm32::timer::low_level::Timer;
use embassy_stm32::usart::{BufferedInterruptHandler, BufferedUart, RxPin, TxPin};
use embassy_stm32::{Config, Peri, Peripherals, bind_interrupts, usart};

use crate::region::Region;
use crate::waiting::{BAUD, Waiting, buffers};

/// USART2, buffered in both directions.
pub type Serial = Waiting<BufferedUart<'static>>;
/// The chip's own flash, as if all sectors had 128 KB.
pub type Flash = Region<WholeFlash<'static, Blocking>>;

bind_interrupts!(struct Interrupts {
    USART2 => BufferedInterruptHandler<USART2>;
});

/// Starts the chip, by its internal oscillator of 16 MHz: 16 / 8 · 168 / 2 = 168 MHz.
pub fn start(_: Claim) -> Peripherals {
    crate::guard::below_stack();
    let mut config = Config::default();
    config.rcc.pll_src = PllSource::HSI;
    config.rcc.pll = Some(Pll {
        prediv: PllPreDiv::DIV8,
        mul: PllMul::MUL168,
        divp: Some(PllPDiv::DIV2),
        divq: None,
        divr: None,
    });
    config.rcc.sys = Sysclk::PLL1_P;
    config.rcc.ahb_pre = AHBPrescaler::DIV1;
    config.rcc.apb1_pre = APBPrescaler::DIV4;
    config.rcc.apb2_pre = APBPrescaler::DIV2;
    embassy_stm32::init(config)
}

/// The serial port, on two pins.
///
/// # Errors
/// [`Failure::Serial`] if its clock cannot be divided down to [`BAUD`].
pub fn serial(
    uart: Peri<'static, USART2>,
    receive: Peri<'static, impl RxPin<USART2>>,
    transmit: Peri<'static, impl TxPin<USART2>>,
) -> Result<Serial, Failure> {
    let (received, to_send) = buffers();
    let mut config = usart::Config::default();
    config.baudrate = BAUD;
    let port = BufferedUart::new(uart, receive, transmit, to_send, received, Interrupts, config);
    port.map(Waiting).map_err(|_| Failure::Serial)
}

/// The addresses `store` of the flash.
pub fn flash(controller: Peri<'static, FLASH>, store: Range<usize>) -> Flash {
    Region::new(WholeFlash::new_blocking(controller), FLASH_BASE, store)
}

/// Counts microseconds, in 32 bits.
pub struct Clock(Timer<'static, TIM2>);

impl Clock {
    /// Starts counting.
    pub fn new(timer: Peri<'static, TIM2>) -> Self {
        let mut timer = Timer::new(timer);
        timer.set_tick_freq(mhz(1));
        timer.start();
        Self(timer)
    }
}

impl board::Clock for Clock {
    const SCALE: Scale = Scale::microseconds(1_000_000);

    fn ticks(&self) -> u32 {
        self.0.regs_gp32().cnt().read()
    }
}
