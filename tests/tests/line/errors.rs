//! A serial port that tells of errors: they cost time, no bit, and nothing of what was learnt.

use std::time::Duration;

use cpfo_harness::board::device::Device;
use cpfo_harness::board::link::Link;
use cpfo_tests::tuning::{alone, tune};

use crate::host::Host;

#[test]
fn an_error_of_the_port_is_noise_and_counted() {
    let alone = alone();
    for (seed, one_in) in [(1, u32::MAX), (2, 1000), (3, 1000), (4, 500)] {
        let (_host, line) = Host::erring(one_in, seed);
        let link = Link::new(line).with_patience(Duration::from_secs(30));
        let mut device = Device::meet(link).expect("it answers");
        assert_eq!(tune(&mut device).expect("it comes through"), alone, "one in {one_in}");
        let errors = device.figures().expect("it answers").line_errors;
        // A sample of net A takes some 280 bytes, and each is asked for at least once.
        let expected = 60 * 280 / one_in;
        assert!((expected / 2..=4 * expected).contains(&errors), "{errors}, one in {one_in}");
    }
}
