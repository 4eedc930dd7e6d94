//! The goldens as the chip reads them are those of the fixtures. `CPFO_BLESS=1` writes them anew.

use cpfo::format;
use cpfo::net::Net;
use cpfo::shape::Tensor as _;
use cpfo_suite::for_each_golden;
use cpfo_tests::golden::{Golden, folder};

/// A model in the device format, the number of images, the images.
fn append<N: Net>(bytes: &mut Vec<u8>) {
    let golden = Golden::<N>::read();
    let put = |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        Ok::<(), ()>(())
    };
    format::emit::<_, _, ()>(&golden.parameters, put).expect("a vector takes everything");
    bytes.extend_from_slice(&(golden.samples.len() as u32).to_le_bytes());
    for (image, _) in &golden.samples {
        image.flat().iter().for_each(|x| bytes.extend_from_slice(&x.to_le_bytes()));
    }
}

macro_rules! all {
    ($($net:ident)*) => {
        fn all() -> Vec<u8> {
            let mut bytes = Vec::new();
            $(append::<cpfo_suite::goldens::$net::Net>(&mut bytes);)*
            bytes
        }
    };
}

for_each_golden!(all);

#[test]
fn the_chip_has_the_same_goldens() {
    let path = folder().join("goldens.bin");
    let expected = all();
    if std::env::var_os("CPFO_BLESS").is_some() {
        std::fs::write(&path, &expected).expect("a writable folder");
    }
    let found = std::fs::read(&path).expect("goldens.bin");
    assert!(
        found == expected,
        "write it anew: CPFO_BLESS=1 cargo test -p cpfo-tests --test nets -- goldens_bin"
    );
}
