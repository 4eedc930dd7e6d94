//! Learns in a task of embassy's executor, beside another that reads a sensor: they take turns after
//! each slice, and the sensor's readings are classified by the weights before the step.

#![no_std]
#![no_main]

use core::cell::RefCell;

use cpfo::shape::Zero as _;
use cpfo::train::Inference;
use cpfo::wire::{Chip, Server, frame_bytes_of};
use cpfo_firmware::nets::digits::Net;
use cpfo_firmware::{Board, Clock, Devices, Failure, stack};
use embassy_executor::{Executor, Spawner};
use embassy_futures::yield_now;
use embedded_io::{Read as _, ReadReady as _, Write as _};
use static_cell::{ConstStaticCell, StaticCell};

type Served = Server<Net, { frame_bytes_of::<Net, f32>() }>;

/// Multiplications in a slice.
const SLICE: u32 = 1_000;

/// A board's clock, for a server.
struct Around<B: Board>(B::Clock);

impl<B: Board> Chip for Around<B> {
    fn board(&self) -> &'static str {
        B::NAME
    }
    fn unit(&self) -> &'static str {
        <B::Clock as Clock>::SCALE.unit
    }
    fn now(&self) -> u32 {
        self.0.ticks()
    }
    fn since(&self, start: u32) -> u32 {
        self.0.since(start)
    }
    fn stack(&self) -> [u32; 2] {
        [stack::high_water() as u32, stack::size() as u32]
    }
}

/// The line, and a slice of a step between two bytes.
#[embassy_executor::task]
async fn learns(devices: Devices<board::QemuM4>, server: &'static RefCell<&'static mut Served>) {
    let Devices { mut serial, clock, .. } = devices;
    let chip = Around::<board::QemuM4>(clock);
    loop {
        // Nothing is borrowed across a turn of the others.
        if let Ok(mut server) = server.try_borrow_mut() {
            let mut byte = [0];
            if matches!(serial.read_ready(), Ok(true)) && serial.read(&mut byte).is_ok() {
                server.take(byte[0], &chip);
            }
            server.work(SLICE, &chip);
            let sent = server.answer().len();
            if sent > 0 && serial.write_all(server.answer()).is_ok() {
                server.sent(sent);
            }
        }
        yield_now().await;
    }
}

/// What the sensor shows is here the image at hand.
#[embassy_executor::task]
async fn senses(
    inference: &'static mut Inference<Net>,
    server: &'static RefCell<&'static mut Served>,
) {
    loop {
        if let Ok(server) = server.try_borrow() {
            let learner = server.learner();
            if let Some(parameters) = learner.parameters() {
                // A model that has not come yet has no answer.
                let _ = core::hint::black_box(inference.classify(parameters, learner.image()));
            }
        }
        // As seldom as a sensor has something new.
        for _ in 0..200 {
            yield_now().await;
        }
    }
}

#[board::entry]
fn main() -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    match parts() {
        Ok((devices, inference, server)) => {
            EXECUTOR.init(Executor::new()).run(|spawner: Spawner| {
                if let (Ok(learns), Ok(senses)) =
                    (learns(devices, server), senses(inference, server))
                {
                    spawner.spawn(learns);
                    spawner.spawn(senses);
                }
            })
        }
        Err(failure) => board::exit(Err(failure)),
    }
}

type Parts =
    (Devices<board::QemuM4>, &'static mut Inference<Net>, &'static RefCell<&'static mut Served>);

/// Everything that the tasks have, each made once.
fn parts() -> Result<Parts, Failure> {
    static SERVER: ConstStaticCell<Served> = ConstStaticCell::new(Served::ZERO);
    static SHARED: StaticCell<RefCell<&'static mut Served>> = StaticCell::new();
    static INFERENCE: ConstStaticCell<Inference<Net>> = ConstStaticCell::new(Inference::ZERO);
    stack::paint();
    let server = SERVER.try_take().ok_or(Failure::Memory)?;
    let inference = INFERENCE.try_take().ok_or(Failure::Memory)?;
    Ok((board::devices()?, inference, SHARED.init(RefCell::new(server))))
}
