//! Learns in an interrupt: each tick of the core's own timer goes on with a step by a slice, whatever the
//! program below it does. What it did not begin it goes on with, for where a step stands lies in a static.

#![no_std]
#![no_main]

use core::cell::RefCell;
use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use cpfo::shape::Zero as _;
use cpfo::wire::{Chip, Server, frame_bytes_of};
use cpfo_firmware::nets::digits::Net;
use cpfo_firmware::{Failure, stack};
use critical_section::Mutex;
use embedded_io::{Read as _, ReadReady as _, Write as _};

/// The server, for the interrupt and for the program below it.
static SERVER: Mutex<RefCell<Server<Net, { frame_bytes_of::<Net, f32>() }>>> =
    Mutex::new(RefCell::new(Server::ZERO));

/// Ticks of the timer so far.
static TICKS: AtomicU32 = AtomicU32::new(0);
/// Of the core's clock, from one to the next.
const PERIOD: u32 = 25_000;
/// Multiplications in a slice: the interrupt is left long before the next one.
const SLICE: u32 = 1_000;

struct Ticks;

impl Chip for Ticks {
    fn board(&self) -> &'static str {
        "interrupt"
    }
    fn unit(&self) -> &'static str {
        "ticks"
    }
    fn now(&self) -> u32 {
        TICKS.load(Ordering::Relaxed)
    }
    fn stack(&self) -> [u32; 2] {
        [stack::high_water() as u32, stack::size() as u32]
    }
}

fn with<T>(
    what: impl FnOnce(&mut Server<Net, { frame_bytes_of::<Net, f32>() }>) -> T,
) -> Option<T> {
    critical_section::with(|held| {
        SERVER.borrow(held).try_borrow_mut().ok().map(|mut server| what(&mut server))
    })
}

#[exception]
fn SysTick() {
    // There are atomics that only load and store on every core.
    TICKS.store(TICKS.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    with(|server| server.work(SLICE, &Ticks));
}

#[board::entry]
fn main() -> ! {
    board::exit(run())
}

fn run() -> Result<(), Failure> {
    let mut devices = board::devices()?;
    let mut core = cortex_m::Peripherals::take().ok_or(Failure::Devices)?;
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(PERIOD - 1);
    core.SYST.clear_current();
    core.SYST.enable_counter();
    core.SYST.enable_interrupt();
    stack::paint();
    loop {
        if devices.serial.read_ready().map_err(|_| Failure::Serial)? {
            let mut byte = [0];
            devices.serial.read(&mut byte).map_err(|_| Failure::Serial)?;
            with(|server| server.take(byte[0], &Ticks));
        }
        // A few bytes at a time, so that the interrupt is not kept waiting while they are sent.
        let mut part = [0; 16];
        let ready = with(|server| {
            let answer = server.answer();
            let length = answer.len().min(part.len());
            for (to, byte) in part.iter_mut().zip(answer) {
                *to = *byte;
            }
            server.sent(length);
            length
        });
        if let Some(ready) = ready.and_then(|length| part.get(..length)) {
            devices.serial.write_all(ready).map_err(|_| Failure::Serial)?;
        }
    }
}
