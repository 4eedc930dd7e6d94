//! Data that is missing, broken, or another net's: what is said of each.

use crate::files::{bars, gz, idx};
use crate::scratch::Scratch;

/// Trains with the folder `data`, which must fail for these reasons and write nothing.
fn refused(here: &Scratch, why: &[&str]) {
    here.cpfo("train --data data").fails(1, why);
    assert!(!here.path("cpfo-out").exists());
}

fn part(here: &Scratch, images: impl AsRef<[u8]>, labels: impl AsRef<[u8]>) {
    here.write("data/train-images-idx3-ubyte", images);
    here.write("data/train-labels-idx1-ubyte", labels);
}

#[test]
fn nothing_there() {
    let here = Scratch::new("no-data");
    refused(&here, &["no data at data", "is the path right?"]);
    here.write("data/readme.txt", "");
    refused(&here, &["the folder data", "looked for train-images-idx3-ubyte"]);
    here.write("data/train-images-idx3-ubyte", "");
    refused(&here, &["no labels", "train-labels-idx1-ubyte"]);
}

#[test]
fn lenet_needs_files() {
    let here = Scratch::new("no-mnist");
    here.cpfo("train --net lenet").fails(
        1,
        &["28 x 28 x 1", "nothing is ever downloaded", "t10k-labels-idx1-ubyte", "--data"],
    );
}

#[test]
fn broken_idx() {
    let here = Scratch::new("bad-idx");
    let (images, labels) = bars(20, 8, 8);
    let good = idx(&[20, 8, 8], &images);
    let good_labels = idx(&[20], &labels);

    part(&here, &good[..good.len() - 5], &good_labels);
    refused(&here, &["data/train-images-idx3-ubyte"]);
    part(&here, &good[..7], &good_labels);
    refused(&here, &["data/train-images-idx3-ubyte"]);
    part(&here, b"\x89PNG0000000000000000", &good_labels);
    refused(&here, &["data/train-images-idx3-ubyte"]);
    part(&here, idx(&[u32::MAX; 3], &images), &good_labels);
    refused(&here, &["data/train-images-idx3-ubyte"]);
    part(&here, &good, idx(&[19], &labels[..19]));
    refused(&here, &["20", "19"]);
    part(&here, idx(&[0, 8, 8], &[]), idx(&[0], &[]));
    refused(&here, &["data/train-images-idx3-ubyte"]);

    let zipped = gz(&good);
    part(&here, &zipped[..zipped.len() / 2], &good_labels);
    refused(&here, &["data/train-images-idx3-ubyte"]);
}

#[test]
fn another_net_s_data() {
    let here = Scratch::new("other-data");
    let (images, labels) = bars(20, 9, 7);
    part(&here, idx(&[20, 9, 7], &images), idx(&[20], &labels));
    refused(&here, &["9 x 7 x 1", "8 x 8 x 1"]);

    let (images, mut labels) = bars(20, 8, 8);
    labels[3] = 10;
    part(&here, idx(&[20, 8, 8], &images), idx(&[20], &labels));
    refused(&here, &["sample 3", "label 10", "10 classes"]);
}

#[test]
fn numbers_that_are_none() {
    let here = Scratch::new("bad-csv");
    let line = |label: &str, pixel: &str| format!("{label}{}\n", format!(",{pixel}").repeat(64));
    for bad in ["NaN", "inf", "-inf"] {
        here.write("data/train.csv", line("1", "0") + &line("2", bad));
        refused(&here, &["data/train.csv", "line 2", "finite"]);
    }
    here.write("data/train.csv", line("-1", "0"));
    refused(&here, &["label", "whole number"]);
    here.write("data/train.csv", line("1", "0") + "2,0,0\n");
    refused(&here, &["line 2 has 3 fields"]);
    here.write("data/train.csv", "");
    refused(&here, &["no sample"]);
    here.write("data/train.csv", line("1", "0"));
    refused(&here, &["1 sample(s) cannot be split"]);
}

#[test]
fn a_split_where_there_is_nothing_to_split() {
    let here = Scratch::new("own-test-part");
    here.idx_part("data", "train", 20, 8, false);
    here.idx_part("data", "t10k", 10, 8, false);
    here.cpfo("train --data data --split order").fails(1, &["leave --split out"]);
}

/// A firmware takes minutes to build: whoever named a file that is none hears of it before.
#[test]
fn a_device_is_not_built_for_data_that_cannot_be_read() {
    let here = Scratch::new("bad-data-device");
    here.write("junk.csv", "no,table\nat,all\n");
    here.write("junk.safetensors", [7; 99]);
    for (words, why) in [
        ("tune junk.csv", "junk.csv"),
        ("eval junk.csv", "junk.csv"),
        ("tune nothing.csv", "nothing.csv"),
        ("push junk.safetensors", "junk.safetensors"),
        ("tune --model junk.safetensors", "junk.safetensors"),
    ] {
        let said = here.cpfo(&format!("device {words} --emulate m4")).fails(1, &[why]);
        assert!(!said.stderr.contains("building the firmware"), "{words}: {}", said.stderr);
    }
}
