//! What `figures` measures on a chip, on the desktop: passes through nets A and B, for valgrind to
//! count. It prints the names of the passes; the one that is named to it goes through [`counted`].

use std::env;
use std::hint::black_box;

use cpfo::choice::All;
use cpfo::net::{Image, Net};
use cpfo::rng::Rng;
use cpfo::shape::Zero;
use cpfo::train::{Batch, InPlace, Inference, Rates, Sgd, Velocity};
use cpfo_firmware::bits::SAMPLES;
use cpfo_firmware::nets::{digits, lenet};

/// Samples of a mini-batch.
const BATCH: usize = 32;

fn main() {
    // The memory is a constant; a thread with room for it on its stack boxes it.
    let run = || {
        passes::<digits::Net>();
        passes::<lenet::Net>();
    };
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(run);
    thread.expect("a thread").join().expect("no panic");
}

/// All that valgrind counts.
#[inline(never)]
fn counted(pass: &mut dyn FnMut()) {
    pass();
}

fn pass(name: String, pass: &mut dyn FnMut()) {
    println!("{name}");
    if env::args().nth(1).is_some_and(|asked| asked == name) {
        counted(pass);
    } else {
        pass();
    }
}

fn passes<N: Net>() {
    let mut parameters = Box::new(N::ZERO);
    let mut inference = Box::new(Inference::<N>::ZERO);
    let mut trainer = Box::new(InPlace::<N>::ZERO);
    let mut batch = Box::new(Batch::<N>::ZERO);
    let mut velocity = Box::new(Velocity::<N>::ZERO);

    parameters.initialize(&mut Rng::new(2014));
    for n in 0..20 {
        let (image, label) = sample::<N>(n);
        let step = trainer.step(&mut parameters, &image, label, &Rates::new(0.03));
        step.expect("good samples");
    }

    let (image, label) = sample::<N>(20);
    pass(format!("{}: forward", N::NAME), &mut || {
        let class = inference.classify(&parameters, black_box(&image));
        black_box(class).expect("a good sample");
    });
    pass(format!("{}: step", N::NAME), &mut || {
        let image = black_box(&image);
        black_box(trainer.step(&mut parameters, image, label, &Rates::new(0.03)))
            .expect("a good sample");
    });

    let samples: Vec<_> = (0..BATCH).map(sample::<N>).collect();
    let sgd = Sgd { rate: 0.03, momentum: 0.9, decay: 1e-4 };
    pass(format!("{}: mini-batch of {BATCH}", N::NAME), &mut || {
        for (image, label) in black_box(&samples) {
            black_box(batch.add(&parameters, image, *label)).expect("a good sample");
        }
        batch.update(&mut parameters, &mut velocity, &sgd).expect("good rates");
    });
}

fn sample<N: Net>(n: usize) -> (Box<Image<N>>, usize) {
    let mut image = Box::new(Image::<N>::ZERO);
    let label = SAMPLES.draw::<N>(n, &mut image);
    (image, label)
}
