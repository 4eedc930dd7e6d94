//! Folders as people download, unpack and fill them: what lies beside the data does no harm, and a
//! folder of pictures for each class can be learnt from.

use image::{GrayImage, Luma};

use cpfo_harness::data::Dataset;

use crate::files::{bars, gz, idx};
use crate::scratch::Scratch;

/// Digits as pictures, a folder for each class; `wide` pixels for each of theirs.
fn gallery(here: &Scratch, folder: &str, samples: std::ops::Range<usize>, wide: u32, white: bool) {
    let digits = Dataset::digits();
    for sample in samples {
        let ink = |x: u32, y: u32| {
            let ink = 255.0 * digits.image(sample)[(y / wide * 8 + x / wide) as usize];
            Luma([if white { 255 - ink as u8 } else { ink as u8 }])
        };
        let picture = GrayImage::from_fn(8 * wide, 8 * wide, ink);
        let name = format!("{folder}/{}/{sample:04}.png", digits.label(sample));
        here.write(&name, "");
        picture.save(here.path(&name)).unwrap();
    }
}

#[test]
fn whatever_lies_beside_the_data() {
    let here = Scratch::new("litter");
    let (images, labels) = bars(40, 8, 8);
    let (images, labels) = (idx(&[40, 8, 8], &images), idx(&[40], &labels));
    let out = |words: &str| {
        here.cpfo(&format!("train --epochs 1 {words} --out out")).ran();
        let model = here.read("out/model.safetensors");
        std::fs::remove_dir_all(here.path("out")).unwrap();
        model
    };
    let litter = |folder: &str| {
        for name in [
            "README.md",
            ".DS_Store",
            "._train-images-idx3-ubyte",
            "._train.csv",
            "Thumbs.db",
            "desktop.ini",
            "__MACOSX/._train.csv",
            "__MACOSX/MNIST/._train-images-idx3-ubyte",
            ".git/train.csv",
            "empty/notes.txt",
        ] {
            here.write(&format!("{folder}/{name}"), "\0\u{5}\u{16}\u{7}");
        }
    };
    here.write("plain/train-images-idx3-ubyte", &images);
    here.write("plain/train-labels-idx1-ubyte", &labels);
    let wanted = out("--data plain");
    litter("plain");
    // Both, packed and not, and as Windows and other sites call them.
    here.write("plain/train-images-idx3-ubyte.gz", gz(&images));
    assert!(out("--data plain") == wanted);
    here.write("dots/TRAIN-IMAGES.IDX3-UBYTE", &images);
    here.write("dots/Train-Labels.idx1-ubyte.GZ", gz(&labels));
    assert!(out("--data dots") == wanted);
    // As torchvision lays it down, and as an archive unpacks.
    here.write("deep/MNIST/raw/train-images-idx3-ubyte.gz", gz(&images));
    here.write("deep/MNIST/raw/train-labels-idx1-ubyte.gz", gz(&labels));
    litter("deep");
    litter("deep/MNIST");
    assert!(out("--data deep") == wanted);
    here.csv("table/archive/train.csv", 40, 8, 8);
    litter("table");
    litter("table/archive");
    here.csv("table/archive/test.csv", 10, 8, 8);
    here.write("table/archive/sample_submission.csv", "ImageId,Label\n1,0\n");
    let said = here.cpfo("train --epochs 1 --data table").ran();
    assert!(said.stderr.contains("passed over"), "{}", said.stderr);
    // Half a set beside a whole one, and a folder of that name.
    here.write("half/raw/train-images-idx3-ubyte", &images);
    here.write("half/good/train-images-idx3-ubyte", &images);
    here.write("half/good/train-labels-idx1-ubyte", &labels);
    here.write("half/good/train-labels-idx1-ubyte.d/notes", "");
    assert!(out("--data half") == wanted);
    std::fs::remove_dir_all(here.path("half/good")).unwrap();
    here.cpfo("train --data half").fails(1, &["the folder raw in it", "but no labels"]);
    here.write("two/a/train.csv", "");
    here.write("two/b/train.csv", "");
    here.cpfo("train --data two").fails(1, &["data in several folders, a, b"]);
    here.write("nothing/empty/notes.txt", "");
    here.cpfo("train --data nothing").fails(1, &["no data in it", "folders of pictures"]);
}

#[test]
fn pictures_by_class() {
    let here = Scratch::new("gallery");
    gallery(&here, "all", 0..300, 1, false);
    here.write("all/README.txt", "");
    here.write("all/3/notes.txt", "");
    here.write("all/3/._0003.png", "");
    here.write("all/__MACOSX/3/._0003.png", "");
    let said = here.cpfo("train --data all --epochs 15 --json").json();
    assert_eq!(said["data"]["division"], "stratified", "pictures are sorted by class");
    assert!(said["test"]["accuracy"].as_f64().unwrap() > 0.75, "{said}");
    assert_eq!(here.cpfo("eval --data all --json").json()["test"], said["test"]);

    // In two parts, in a folder, with one picture that is none: all others are learnt from.
    gallery(&here, "parts/digits/training", 0..100, 1, false);
    gallery(&here, "parts/digits/testing", 100..150, 1, false);
    here.write("parts/digits/training/5/bad.png", "no picture");
    let said = here.cpfo("train --data parts --epochs 1 --json");
    let said = said.fails(1, &["training/5/bad.png", "damaged, or no picture"]);
    let said: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((&said["data"]["division"], &said["test"]["samples"]), (&"own".into(), &50.into()));
    assert!(said["data"]["warnings"][0].as_str().unwrap().contains("bad.png"));
    let tested = here.cpfo("eval --data parts --json").code(1);
    assert!(tested.stdout.contains("bad.png"));

    // Parts without classes are not taken for classes; a class may be called `train`.
    here.write("flat/train/a.png", "");
    here.write("flat/test/b.png", "");
    here.cpfo("train --data flat").fails(1, &["not in a folder for each class"]);
    gallery(&here, "vehicles", 0..20, 1, false);
    std::fs::rename(here.path("vehicles/0"), here.path("vehicles/train")).unwrap();
    for class in 1..10 {
        let from = here.path(&format!("vehicles/{class}"));
        std::fs::rename(from, here.path(&format!("vehicles/class{class}"))).unwrap();
    }
    let said =
        here.cpfo("train --data vehicles --epochs 1 --out vehicles-out --json").ran().object();
    assert_eq!(said["test"]["classes"][9]["name"], "train", "{said}");
    here.cpfo("train --data all/3").fails(1, &["not in a folder for each class"]);
    gallery(&here, "large", 0..20, 3, false);
    here.cpfo("train --data large").fails(1, &["24 x 24", "8 x 8", "--fit"]);
    // A class is not left out because nobody can say its name.
    #[cfg(target_os = "linux")]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let odd = here.path("all").join(OsStr::from_bytes(b"dr\xe9i"));
        std::fs::rename(here.path("all/3"), odd).unwrap();
        here.cpfo("train --data all").fails(1, &["dr\\xe9i", "cannot name a class: rename it"]);
    }
}

#[test]
fn photos_by_class() {
    let here = Scratch::new("photos");
    gallery(&here, "photos", 0..200, 11, true);
    // The folders have names now.
    for class in 0..10 {
        let name = (b'a' + class) as char;
        std::fs::rename(
            here.path(&format!("photos/{class}")),
            here.path(&format!("photos/{name}")),
        )
        .unwrap();
    }
    let said = here.cpfo("train --data photos --fit --epochs 15 --json").json();
    assert!(said["test"]["accuracy"].as_f64().unwrap() > 0.7, "{said}");
    assert!(said["data"]["warnings"].is_null(), "{said}");
    let resumed = here.cpfo("train --data photos --fit --epochs 5 --stop-after-batches 20 --out r");
    resumed.code(130);
    here.cpfo("train --resume --out r").ran();
    // The model knows how its pictures were read.
    let seen = here.cpfo("predict photos/c --json").json();
    let right = |p: &&serde_json::Value| p["name"] == "c";
    let predictions = seen["predictions"].as_array().unwrap();
    assert!(predictions.iter().filter(right).count() * 10 > predictions.len() * 8, "{seen}");
}
