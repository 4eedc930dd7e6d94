//! Inference by parameters that a step in slices is moving.

use cpfo::choice::All;
use cpfo::shape::Zero as _;
use cpfo::train::{InPlace, Inference};

cpfo::net! {
    mod digits: 8 x 8 x 1 {
        O1 = Output(10, SoftmaxCrossEntropy);
    }
}

fn main() {
    let mut parameters = digits::Parameters::ZERO;
    let mut trainer = InPlace::<digits::Net>::ZERO;
    let mut inference = Inference::<digits::Net>::ZERO;
    let image: digits::Image = [[[0.5]; 8]; 8];
    let mut step = trainer.begin(&mut parameters, &image, 3, 0.05, 0.0).unwrap();
    while step.poll(1000).is_pending() {
        inference.classify::<All>(&parameters, &image);
    }
}
