//! The training workspace on the application's heap: lent while it trains, given back after.
//!
//! The parameters stay where they are; only what training needs beside them comes and goes. Whoever has
//! a heap already has the workspace's bytes for other things most of the time.

extern crate alloc;

use alloc::boxed::Box;
use alloc::vec::Vec;

use cpfo::choice::All;
use cpfo::format;
use cpfo::net::{Image, Net as _, Parameters};
use cpfo::rng::Rng;
use cpfo::shape::Zero as _;
use cpfo::train::{InPlace, Rates};
use static_cell::ConstStaticCell;

use crate::bits::SAMPLES;
use crate::console::say;
use crate::heap::Heap;
use crate::nets::digits::Net;
use crate::{Failure, stack};

/// Steps, and places in the application's own list on the heap.
const UPDATES: usize = 200;

/// The heap: what is lent, the list, and room for the rest of an application.
const HEAP_BYTES: usize = Net::IN_PLACE_BYTES + size_of::<f32>() * UPDATES + 1024;

/// The heap of every program that is built with one.
#[global_allocator]
static HEAP: Heap = Heap::new();

/// Trains net A with a workspace from the heap; says how full that is before, meanwhile and after.
pub fn loan() -> Result<(), Failure> {
    static MEMORY: ConstStaticCell<[u8; HEAP_BYTES]> = ConstStaticCell::new([0; HEAP_BYTES]);
    static PARAMETERS: ConstStaticCell<Parameters<Net>> = ConstStaticCell::new(Net::ZERO);

    stack::paint();
    HEAP.give(MEMORY.try_take().ok_or(Failure::Memory)?);
    let parameters = PARAMETERS.try_take().ok_or(Failure::Memory)?;
    parameters.initialize(&mut Rng::new(2014));

    let mut losses = Vec::with_capacity(UPDATES);
    say!("heap of {} bytes, the workspace takes {}", HEAP_BYTES, Net::IN_PLACE_BYTES);
    say!("before training: {} used", HEAP.used());
    train(parameters, &mut losses)?;
    say!("after training: {} used, {} at most", HEAP.used(), HEAP.high_water());

    let mut course = format::Checksum::new();
    course.add(&losses);
    say!("{} updates: {:08x} {:08x}", losses.len(), format::checksum(parameters), course.end());
    say!("stack {} of {}", stack::high_water(), stack::size());
    Ok(())
}

/// Learns from [`UPDATES`] samples; the workspace is on the heap for as long as this takes.
fn train(parameters: &mut Parameters<Net>, losses: &mut Vec<f32>) -> Result<(), Failure> {
    // Written where it will stay: `Box::new` may put it on the stack first.
    let mut trainer = Box::write(Box::new_uninit(), InPlace::<Net>::ZERO);
    say!("while training: {} used", HEAP.used());
    let mut image = Image::<Net>::ZERO;
    for n in 0..UPDATES {
        let label = SAMPLES.draw::<Net>(n, &mut image);
        let loss = trainer
            .step(parameters, &image, label, &Rates { rate: 0.03, decay: 1e-4 })
            .map_err(Failure::Sample)?;
        losses.push(loss);
    }
    Ok(())
}
