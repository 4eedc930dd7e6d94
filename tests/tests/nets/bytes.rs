//! An image of bytes gives the bits of an image of floats with the same values, whatever layer reads
//! it.

use cpfo::choice::All;
use cpfo::net::{Image, Net};
use cpfo::pixel::Bytes;
use cpfo::rng::Rng;
use cpfo::shape::{Tensor as _, Zero as _};
use cpfo::train::{InPlace, Inference, Limit, Refusal};
use cpfo_suite::for_each_golden;
use cpfo_tests::{calls, copy, tensors};

type Grey = Bytes<255>;

fn same_bits<N: Net>() {
    let mut rng = Rng::new(255);
    let mut of_floats = Box::new(N::ZERO);
    of_floats.initialize(&mut rng);
    let mut of_bytes = copy::<N>(&of_floats);

    let mut bytes = Box::new(Image::<N, Grey>::ZERO);
    let mut floats = Box::new(Image::<N>::ZERO);
    let mut byte_trainer = Box::new(InPlace::<N, All, Grey>::ZERO);
    let mut float_trainer = Box::new(InPlace::<N>::ZERO);
    for n in 0..12 {
        for (byte, float) in bytes.flat_mut().iter_mut().zip(floats.flat_mut()) {
            // A third of them 0, which kernels may skip.
            let drawn = rng.next_u32();
            *byte = if drawn.is_multiple_of(3) { 0 } else { (drawn >> 24) as u8 };
            // What a byte is worth is written down here, and not asked of core.
            *float = f32::from(*byte) * (1.0 / 255.0);
        }
        let label = n % N::CLASSES;
        let (a, b) = if n % 2 == 0 {
            (
                calls::step(&mut byte_trainer, &mut of_bytes, &bytes, label, 0.1, 0.01),
                calls::step(&mut float_trainer, &mut of_floats, &floats, label, 0.1, 0.01),
            )
        } else {
            let limit = Limit::Clip(0.5);
            (
                calls::step_within(
                    &mut byte_trainer,
                    &mut of_bytes,
                    &bytes,
                    label,
                    0.1,
                    0.0,
                    limit,
                ),
                calls::step_within(
                    &mut float_trainer,
                    &mut of_floats,
                    &floats,
                    label,
                    0.1,
                    0.0,
                    limit,
                ),
            )
        };
        assert_eq!(a.map(f32::to_bits), b.map(f32::to_bits), "{}: loss {n}", N::NAME);
        assert_eq!(tensors::<N>(&of_bytes), tensors::<N>(&of_floats), "{}: step {n}", N::NAME);
    }
    let mut inference = Box::new(Inference::<N, Grey>::ZERO);
    let outputs = inference.outputs(&of_bytes, &bytes).map(<[f32]>::to_vec);
    let mut inference = Box::new(Inference::<N>::ZERO);
    assert_eq!(
        outputs.as_deref(),
        inference.outputs(&of_floats, &floats).as_deref(),
        "{}",
        N::NAME
    );
    let wrong = calls::step(&mut byte_trainer, &mut of_bytes, &bytes, N::CLASSES, 0.1, 0.0);
    assert_eq!(wrong, Err(Refusal::Label));
}

macro_rules! of_all {
    ($($net:ident)*) => {
        $(#[test]
        fn $net() {
            same_bits::<cpfo_suite::goldens::$net::Net>();
        })*
    };
}
for_each_golden!(of_all);
