//! `cpfo predict` and `cpfo eval` of tables and IDX files: a line for each row, with the name of its
//! class; labels they need none.

use crate::scratch::Scratch;

/// Stripes of 6 x 9, lying, standing or leaning, by name; the label last, or left out.
fn stripes(count: usize, label: bool) -> String {
    let line = |sample: usize| {
        let pixels = (0..54).map(|pixel| {
            let (row, column) = (pixel / 9, pixel % 9 + sample);
            let lit = [row + sample, column, row + column][sample % 3].is_multiple_of(3);
            if lit { "1" } else { "0" }
        });
        let name = ["lying", "standing", "leaning"][sample % 3];
        pixels.chain(label.then_some(name)).collect::<Vec<_>>().join(",") + "\n"
    };
    (0..count).map(line).collect()
}

#[test]
fn rows_of_a_table_are_told_apart() {
    let here = Scratch::new("rows");
    here.write("train.csv", stripes(150, true));
    here.own_net("train --data train.csv --epochs 60 --seed 4").done();
    here.write("bare.csv", stripes(6, false));
    let said = here.own_net("predict bare.csv --json").json();
    let rows = said["predictions"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    for (row, said) in rows.iter().enumerate() {
        assert_eq!(said["file"], "bare.csv");
        assert_eq!(said["line"], row + 1);
        assert_eq!(said["name"], ["lying", "standing", "leaning"][row % 3], "{said}");
        assert_eq!(said["probability"], said["top"][0]["probability"]);
        assert!(said.get("label").is_none());
    }
    // With labels, a header and two files: the same answers, and what the file says beside them.
    let header: Vec<_> = (0..54).map(|pixel| format!("p{pixel}")).collect();
    here.write("more.csv", format!("{},class\n{}", header.join(","), stripes(2, true)));
    let text = here.own_net("predict bare.csv more.csv").done().stdout;
    assert_eq!(text.lines().count(), 2 + 6 + 2, "{text}");
    for words in ["bare.csv, line 6", "more.csv, line 3", "standing", "label"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let tested = here.own_net("eval --data more.csv --all --json").json();
    assert_eq!(tested["test"]["samples"], 2);
    assert_eq!(tested["test"]["accuracy"], 1.0);
}

#[test]
fn what_does_not_fit_is_refused_by_its_line() {
    let here = Scratch::new("rows-bad");
    here.write("train.csv", stripes(60, true));
    here.own_net("train --data train.csv --epochs 1").ran();
    here.write("good.csv", stripes(1, false));
    here.write("short.csv", "1,2,3\n");
    here.write("hole.csv", stripes(3, false).replacen("0,", ",", 1));
    let ended = here.own_net("predict short.csv hole.csv good.csv nothing.csv --json");
    let said = ended.object();
    assert_eq!(said["predictions"].as_array().unwrap().len(), 1);
    let failed = said["failed"].to_string();
    for words in ["short.csv", "line 1", "a value is missing", "nothing.csv"] {
        assert!(failed.contains(words), "{words}: {failed}");
    }
    ended.fails(1, &["short.csv"]);
}

#[test]
fn images_of_an_idx_file_need_no_labels() {
    let here = Scratch::new("rows-idx");
    let digits = cpfo_harness::data::Dataset::digits();
    let write = |name: &str, from: usize, count: usize| {
        let mut images =
            vec![0, 0, 8, 3, 0, 0, (count >> 8) as u8, count as u8, 0, 0, 0, 8, 0, 0, 0, 8];
        let mut labels = vec![0, 0, 8, 1, 0, 0, (count >> 8) as u8, count as u8];
        for sample in from..from + count {
            images.extend(digits.image(sample).iter().map(|x| (16.0 * x) as u8));
            labels.push(digits.label(sample) as u8);
        }
        here.write(&format!("{name}-images-idx3-ubyte"), images);
        here.write(&format!("{name}-labels-idx1-ubyte"), labels);
    };
    write("set/train", 0, 600);
    write("set/t10k", 600, 100);
    let trained = here.cpfo("train --data set --epochs 10 --json").json();
    let said = here.cpfo("predict set/t10k-images-idx3-ubyte --json").json();
    let predictions = said["predictions"].as_array().unwrap();
    assert_eq!(predictions[99]["sample"], 99);
    let right =
        predictions.iter().zip(600..).filter(|(said, at)| said["class"] == digits.label(*at));
    assert_eq!(trained["test"]["correct"], right.count());
    let tested = here.cpfo("eval --data set --json").json();
    assert_eq!(tested["test"], trained["test"]);
}
