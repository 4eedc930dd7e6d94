//! What is no file, or has no end: a message that is true of it, at once.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::files::{bars, gz, idx};
use crate::scratch::Scratch;

/// Runs to its end, which must come soon.
fn soon(here: &Scratch, words: &str, why: &[&str]) {
    let mut command = here.cpfo_command(words);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if start.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("cpfo {words} hangs");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    assert_eq!(code, Some(1), "cpfo {words}\n{said}");
    for why in why {
        assert!(said.contains(why), "cpfo {words}\n`{why}` is not in:\n{said}");
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_everywhere() {
    let here = Scratch::new("pipes");
    here.cpfo("train --epochs 1").done();
    let pipe = |name: &str| {
        here.write(name, "");
        std::fs::remove_file(here.path(name)).unwrap();
        assert!(Command::new("mkfifo").arg(here.path(name)).status().unwrap().success());
    };
    pipe("pipe");
    pipe("table.csv");
    pipe("idx/train-images-idx3-ubyte");
    pipe("idx/train-labels-idx1-ubyte");
    pipe("scans/seven.png");
    pipe("out/checkpoint.safetensors");
    for command in ["eval", "predict seven.png", "export --bin model.cpfo"] {
        soon(&here, &format!("{command} --model pipe"), &["pipe", "it is a pipe, not a file"]);
        soon(&here, &format!("{command} --model /dev/zero"), &["/dev/zero", "it is a device"]);
        soon(&here, &format!("{command} --model ."), &["it is a folder, not a file"]);
    }
    for command in ["train", "eval"] {
        for data in ["pipe", "table.csv"] {
            soon(&here, &format!("{command} --data {data}"), &[data, "it is a pipe"]);
        }
        soon(&here, &format!("{command} --data idx"), &["train-images-idx3-ubyte", "a pipe"]);
        soon(&here, &format!("{command} --data /dev/zero"), &["it is a device"]);
    }
    soon(&here, "train --resume --out out", &["it is a pipe"]);
    soon(&here, "predict pipe", &["pipe", "it is a pipe"]);
    soon(&here, "predict scans", &["scans/seven.png", "it is a pipe"]);
    soon(&here, "predict /dev/zero", &["it is a device"]);
}

/// A hole of a file takes no room on the disk, and would take all memory.
#[test]
fn a_model_without_end() {
    let here = Scratch::new("hole");
    let file = std::fs::File::create(here.path("hole")).unwrap();
    file.set_len(1 << 40).unwrap();
    soon(&here, "eval --model hole", &["hole", "1099511627776 bytes long"]);
}

#[test]
fn what_unpacks_beyond_all_measure() {
    let here = Scratch::new("bomb");
    let (count, side) = (100_000_u32, 28);
    let images = idx(&[count, side, side], &vec![0; (count * side * side) as usize]);
    here.write("data/train-images-idx3-ubyte.gz", gz(&images));
    here.write("data/train-labels-idx1-ubyte", idx(&[count], &vec![1; count as usize]));
    // The net's size is looked at first, then how many labels there are, then the measure.
    soon(&here, "train --data data", &["28 x 28 x 1", "8 x 8 x 1"]);
    soon(&here, "train --net lenet --data data", &["unpack", "gunzip"]);
    here.write("data/train-labels-idx1-ubyte", idx(&[20], &bars(20, 1, 1).1));
    soon(&here, "train --net lenet --data data", &["100000 images, but 20 labels"]);
}
