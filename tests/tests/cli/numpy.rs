//! Arrays of NumPy: learnt from, tested and predicted like any other data.

use cpfo_harness::data::Dataset;

use crate::scratch::Scratch;

/// An array as NumPy writes it.
fn npy(kind: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), elements].concat()
}

/// The pixels of some digits, 0 to 16.
fn pixels(count: usize) -> Vec<u8> {
    let digits = Dataset::digits();
    digits.images[..64 * count].iter().map(|x| (16.0 * x) as u8).collect()
}

fn labels(count: usize) -> Vec<u8> {
    let digits = Dataset::digits();
    digits.labels[..count].iter().flat_map(|&label| i64::from(label).to_le_bytes()).collect()
}

#[test]
fn arrays_train_the_same_as_a_table() {
    let here = Scratch::new("numpy");
    let (x, y) = (pixels(300), labels(300));
    let digits = Dataset::digits();
    let lines = x.chunks(64).zip(&digits.labels).map(|(image, label)| {
        image.iter().fold(label.to_string(), |line, pixel| format!("{line},{pixel}"))
    });
    here.write("table.csv", lines.collect::<Vec<_>>().join("\n"));
    let wanted = here.cpfo("train --epochs 3 --data table.csv --json").ran().object();

    let floats: Vec<u8> = x.iter().flat_map(|&byte| f64::from(byte).to_be_bytes()).collect();
    here.write("bytes/x.npy", npy("|u1", "(300, 8, 8)", &x));
    here.write("bytes/y.npy", npy("<i8", "(300,)", &y));
    here.write("floats/x.npy", npy(">f8", "(300, 64)", &floats));
    here.write("floats/y.npy", npy("<i8", "(300, 1)", &y));
    for data in ["bytes", "floats", "bytes/x.npy"] {
        let said = here.cpfo(&format!("train --epochs 3 --data {data} --json")).ran().object();
        assert_eq!(said["test"], wanted["test"], "{data}");
    }
    let said = here.cpfo("predict bytes/x.npy --json").json();
    assert_eq!(said["predictions"].as_array().unwrap().len(), 300);
    assert_eq!(said["predictions"][299]["sample"], 299);
    let said = here.cpfo("data bytes --json").json();
    assert_eq!(said["read"][0], "all: arrays, bytes/x.npy with bytes/y.npy");
    assert_eq!(said["channels"][0]["most"], 16.0);
}

#[test]
fn names_are_letters_of_four_bytes() {
    let here = Scratch::new("numpy-names");
    let letters = |name: &str| -> Vec<u8> {
        let letters = name.chars().chain(std::iter::repeat('\0')).take(5);
        letters.flat_map(|letter| (letter as u32).to_le_bytes()).collect()
    };
    let names: Vec<u8> = (0..30).flat_map(|n| letters(["tap", "résté"][n % 2])).collect();
    let values: Vec<u8> = (0..30_i16 * 18).flat_map(|n| (n % 97 - 40).to_le_bytes()).collect();
    here.write("x.npy", npy("<i2", "(30, 6, 3)", &values));
    here.write("y.npy", npy("<U5", "(30,)", &names));
    let said = here.cpfo("data x.npy --json").json();
    assert_eq!(said["classes"][0]["name"], "résté");
    assert_eq!(said["shape"], serde_json::json!([6, 3, 1]));
    assert_eq!(said["channels"][0]["least"], -40.0);
}

#[test]
fn what_cannot_be_read_is_said() {
    let here = Scratch::new("numpy-bad");
    let (x, y) = (pixels(10), labels(10));
    let good = npy("|u1", "(10, 8, 8)", &x);
    here.write("y.npy", npy("<i8", "(10,)", &y));
    let fortran = String::from_utf8_lossy(&good[..90]).into_owned();
    assert!(fortran.contains("False"));
    let order = good.windows(5).position(|window| window == b"False").unwrap();
    let mut turned = good.clone();
    turned[order..order + 5].copy_from_slice(b"True ");
    let cases: [(&[u8], &str); 7] = [
        (&turned, "ascontiguousarray"),
        (&npy("<c8", "(10, 8)", &[0; 640]), "astype"),
        (&npy("<i8", "(10, 8, 8)", &[0; 5120]), "astype('float32')"),
        (&npy("|u1", "(9999999999, 8, 8)", &x), "640 bytes are there"),
        (&good[..good.len() - 1], "639 bytes are there"),
        (&npy("|u1", "(10, 4, 16)", &x), "no samples of 8 x 8 x 1"),
        (b"PK no array", "numpy.save"),
    ];
    for (bytes, why) in cases {
        here.write("x.npy", bytes);
        here.cpfo("train --net digits --data x.npy").fails(1, &["x.npy", why]);
    }
    here.write("x.npy", npy("|u1", "(5, 8, 16)", &x));
    here.cpfo("data x.npy").fails(1, &["5 samples, but 10 labels"]);
    here.write("broken.npz", b"PK\x03\x04 and then nothing");
    here.cpfo("data broken.npz").fails(1, &["broken.npz", "no list of files"]);
    here.write("alone/x.npy", &good);
    here.cpfo("data alone").fails(1, &["looked for y.npy"]);
    assert!(!here.path("cpfo-out/model.safetensors").exists());
}
