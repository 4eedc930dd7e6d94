//! The program `bits` on the desktop: the same lines.

use cpfo::shape::Zero as _;
use cpfo_firmware::{bits, goldens};

fn main() {
    let line = |(name, bits): bits::Line| println!("{name}: {bits}");
    // The memory is a constant; a thread with room for it on its stack boxes it.
    let run = move || {
        let mut rooms = Box::new(bits::Rooms::ZERO);
        bits::all(&mut rooms, line).expect("good samples");
        let mut rooms = Box::new(goldens::Rooms::ZERO);
        goldens::all(&mut rooms, line).expect("good models");
    };
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(run);
    thread.expect("a thread").join().expect("no panic");
}
