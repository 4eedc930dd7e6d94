//! Models in flash: what a device has learnt survives a restart, and a power cut in the middle of a
//! save.
//!
//! A [`Store`] has two slots, ranges of a flash that the user names. A [save](Store::save) writes
//! into the one that is not in use, and the model in use stays what it is until the new one is
//! whole. What is found at the next start is **the model of the last save that returned, or of a
//! later one**; never a mixture, and never nothing. Where no slot has a model, it is the one that
//! the firmware was built with.
//!
//! ```
//! # cpfo::net! { pub mod digits: 8 x 8 x 1 {
//! #     F1 = FullyConnected(32, Relu); O2 = Output(10, SoftmaxCrossEntropy); } }
//! # use std::error::Error;
//! use cpfo::store::{Model, Origin, Progress, Slot, Store};
//! use cpfo::train::{Learner, Rates};
//! use embedded_storage::nor_flash::NorFlash;
//!
//! /// `flash` is what the chip's HAL offers; its last 32 KB are the model's.
//! fn run(
//!     flash: impl NorFlash,
//!     learner: &mut Learner<digits::Net>,
//!     factory: &[u8],
//! ) -> Result<(), Box<dyn Error>> {
//!     let slots = [Slot::new(0x3_8000..0x3_C000), Slot::new(0x3_C000..0x4_0000)];
//!     let mut store = Store::new(flash, slots)?;
//!
//!     // Notes the start: a model that does not get as far as `well` is not started a third time.
//!     store.start();
//!     let found = store.load(learner.parameters_mut()?, factory)?;
//!     store.well()?;
//!
//!     let mut learned = found.progress.learned;
//!     # let label = 3;
//!     learner.step(label, &Rates::new(0.01))?;
//!     learned += 1;
//!     if let Some(parameters) = learner.parameters() {
//!         let progress = Progress { learned, ..found.progress };
//!         store.save(&Model::Plain(parameters), Origin::Learned, progress)?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # In slices
//!
//! A save can go on a slice at a time, as a step of training can: [`begin`](Store::begin) and then
//! [`resume`](Store::resume), which takes about as many bytes as it is told. Nothing is borrowed in
//! between. While a save is under way the parameters must stay; a save notices if they did not, and
//! is refused.
//!
//! **An erase cannot be sliced.** It is a call of its own, a sector each, and most chips stand
//! still meanwhile when they run from the same flash. About so long; the datasheet of the chip in
//! hand decides:
//!
//! | flash | sector | an erase, about | saves at its endurance |
//! |---|--:|--:|--:|
//! | nRF51, nRF52 | 1, 4 KB | 22, 85 ms | 40,000, 20,000 |
//! | STM32L4, G4 | 2 KB | 25 ms | 20,000 |
//! | STM32F4 | 128 KB | 1 to 2 s | 20,000 |
//! | RP2040 and its W25Q | 4 KB | 45 to 400 ms | 200,000 |
//!
//! What the core does beside that, in instructions on two emulated cores (the other figures are in
//! `targets/boards/*/keep.out`); looking for the model reads and checks it once:
//!
//! | | Cortex-M4F | Cortex-M0 |
//! |---|--:|--:|
//! | a save of net A | 1.2 million | 1.6 million |
//! | a save of net B | 11.1 million | |
//! | looking for net A | 0.6 million | 0.8 million |
//!
//! Neither takes a second copy of the model in RAM: pieces of 64 bytes are on the stack, which is
//! up to 950 bytes deep.
//!
//! # Sizes and wear
//!
//! A slot takes [`bytes`] of flash, the model and some hundred bytes in whole sectors: net
//! A 12 KB with sectors of 4 KB, net B 100 KB. A save erases each of its sectors once, and the
//! slots take turns, so each erase cycle is good for [`SAVES_PER_ERASE_CYCLE`] saves:
//! [`lifetime_saves`]. Who saves every hour wears a flash of 10,000 cycles out in two years and a
//! quarter, once a day in 54.
//!
//! # What kinds of flash
//!
//! Units to write of 1 to 64 bytes, sectors of any size. A unit is written **once between two
//! erases**, as a flash with ECC asks for; where more is allowed, none is made of it. An error when
//! a unit is read, as a torn one gives on such a flash, means that it is not what it should be, and
//! the search goes on. Of the flash this is asked: a call that has returned has done its work (no
//! cache writes later), a call that is cut changes nothing but the range it was told, and erased
//! bytes read as `0xFF`.
//!
//! # What lies in a slot
//!
//! Each row begins with a unit of its own; nothing is written twice.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | the commit word: the CRC-32 of the header, and its complement |
//! | a unit | the seal: zeros once the commit word was written to its end |
//! | 2 units | a mark for each [start](Store::start) |
//! | 10 × (8, a unit) | words: a number and its complement, and a mark that the word was written to its end |
//! | 44 | the header: `CPFS`, version 1 of this format (2 bytes), [`Origin`] (1), 0 (1), generation (4), [fingerprint](crate::format::fingerprint) (4), length of the model (4), [`Progress`]: samples learnt (4), note (16); CRC-32 of the model without its own checksum, and of these fields (4) |
//! | up to 64 | up to a multiple of 64 bytes |
//! | | the model in the [device format](crate::format), version 1 or 2 |
//!
//! Words are written one behind the other. What the number means goes by the generation of the slot
//! that it lies in:
//!
//! | number | what it says |
//! |---|---|
//! | one less | the model in this slot runs well |
//! | the same | the other slot is in use instead of this one |
//! | a newer one | this slot is in use; the other one is written with this generation, and whatever is older there may be erased in part |
//!
//! Of the last two kinds the last word counts.
//!
//! # Why no cut loses a model
//!
//! A save writes its word to the slot in use; erases the other slot; reads it, for all of it has to
//! be blank; writes the model, then the header; reads both and compares them with the model in RAM;
//! and only then writes the commit word, alone, and after it the seal, alone. Each has come to its
//! end before the next begins.
//!
//! Bits whose change was cut may read one way today and the other tomorrow, one by one or all of an
//! operation together. So nothing follows from what looks blank, or half written; and what looks
//! whole is there to stay only if something was written after it.
//!
//! - *Written in part.* There is no commit word. It has as many zeros as ones, one in each pair of
//!   bit and complement. If any of its bits is not programmed, a pair has two ones. So no part of
//!   it is one, whatever the unit.
//! - *The commit word just so.* A slot without a seal is never used. A seal, be it a single bit of
//!   it that can be read, was written when the commit word was there to stay.
//! - *The seal just so.* Then the slot may count today and not tomorrow, and the save has not
//!   returned. Before a new slot says anything, it is said in the one before that the new one is in
//!   use. From then on the one before writes no word that could matter; and had it, unseen, begun
//!   one before, that has the very number that the new one gives to its own successor, and at equal
//!   numbers the newer slot is right.
//! - *Erased in part.* Such a slot may look blank, or whole. It is erased anew whatever it looks
//!   like, and is only written once all of it reads as blank. Before its erase a word in the slot
//!   in use says that all that is older than the generation to come is void. The word is there to
//!   stay, and is written anew at each attempt, for behind it there may be one that is not seen;
//!   only a slot with little room left goes by its last one, and takes no new one for an attempt.
//! - *Back and forth.* Who goes back to the model before says so in the newer slot, which is out of
//!   use from then on. The next number is higher by two: newer than any that the newer slot has
//!   begun to write.
//! - *Number after number.* So no generation is given twice, and nothing old comes before what is
//!   newer. Generations are compared by their difference, and wrap.
//!
//! *What is left.* Places for words come to an end. A save that is cut takes one or two, but leaves
//! four; a cut in the writing of a word takes one; a return to the model before takes two. They
//! come back with each save that returns. Where the last one is gone, or where two saves in a row
//! were cut at the commit word before any was ever acknowledged, there is no order in which a save
//! would be safe: it is refused, by [`Failed::Full`], and what was found is found again.
//!
//! The checksums are not what this rests on, for all of the above is order. They are for what
//! happens to bits later: a CRC-32 notices each change of up to two bits in up to 2³¹ bits, of
//! three in up to 11 KB, and of many with a chance of 1 − 2⁻³². It is over model, generation and
//! all other fields, and nothing is believed that it has not been over, the length least of all.
//!
//! # Back to what was before
//!
//! The model before the last stays in its slot until the next save. [`Store::rollback`] goes back
//! to it, and that survives a restart; nothing but damage brings back what was gone back from. A
//! model that was [started](Store::start) twice and not said to run [well](Store::well) is passed
//! over: for the other slot, and then for the firmware's own model. So no model keeps a device from
//! starting. A cut between the two counts as a start that failed. To save is to say that the model
//! in use runs well. Who only [finds](Store::find) and [loads](Store::load) has no such count.

mod found;
mod header;
mod keeper;
mod layout;
mod model;
mod pair;
mod save;
mod slot;
mod wear;
mod words;

pub use found::{Failed, Found, State, Unfit};
pub use header::{Origin, Progress};
pub use keeper::Store;
pub use layout::{STARTS, bytes};
pub use model::Model;
pub use pair::Pair;
pub use slot::{Slot, Which};
pub use wear::{SAVES_PER_ERASE_CYCLE, lifetime_saves};
