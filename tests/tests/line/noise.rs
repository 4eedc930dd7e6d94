//! A fine-tuning over a bad line ends in the bits that it has without a line, or with a message that
//! says how bad the line is.

use std::time::Duration;

use cpfo_tests::noise::{FAULTS, Fault, Noisy};
use cpfo_tests::tuning::{alone, over};

use crate::host::Host;

#[test]
fn one_byte_in_a_thousand_costs_no_bit() {
    let alone = alone();
    let each = FAULTS.each_ref().map(std::slice::from_ref);
    for (seed, faults) in each.into_iter().chain([&FAULTS[..]]).enumerate() {
        let (_host, line) = Host::start();
        let line = Noisy::new(line, faults, 1000, seed as u64);
        let end = over(line, Duration::from_secs(30));
        assert_eq!(end.expect("it comes through"), alone, "{faults:?}");
    }
}

#[test]
fn one_byte_in_a_hundred_costs_no_bit_or_is_told() {
    let alone = alone();
    let mut told = 0;
    let each = FAULTS.each_ref().map(std::slice::from_ref);
    for (seed, faults) in each.into_iter().chain([&FAULTS[..]]).enumerate() {
        let (_host, line) = Host::start();
        let line = Noisy::new(line, faults, 100, seed as u64);
        match over(line, Duration::from_millis(250)) {
            Ok(end) => assert_eq!(end, alone, "{faults:?}"),
            Err(why) => {
                let why = why.to_string();
                let one_in =
                    why.split_once("one byte in ").and_then(|(_, rest)| rest.split_once(' '));
                let one_in: f64 = one_in.expect(&why).0.parse().unwrap();
                assert!(why.contains("the line is too bad: no answer came through"), "{why}");
                // Delays do no harm; of the others that happen, each counts.
                let harmful = faults.iter().filter(|&&fault| fault != Fault::Delay).count();
                let really = 100.0 / harmful as f64;
                assert!((really / 3.0..really * 3.0).contains(&one_in), "{faults:?}: {why}");
                told += 1;
            }
        }
    }
    assert!(told > 0, "no line was too bad for any question: the test sees nothing");
}
