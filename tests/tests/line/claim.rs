//! A board's devices are handed out once: no register has two owners.
//!
//! By type there is no way around it: every family of boards takes a [`Claim`] for its devices, which
//! is neither copied nor made outside its module. So it is enough that there is one.

use cpfo_firmware::{Claim, Failure};

#[test]
fn there_is_one_claim() {
    let first = Claim::take();
    assert!(first.is_ok());
    for _ in 0..2 {
        assert_eq!(Claim::take().err(), Some(Failure::Devices));
    }
    drop(first);
    assert_eq!(Claim::take().err(), Some(Failure::Devices), "what is dropped is not free again");
}
