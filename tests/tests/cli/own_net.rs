//! A net that is not ours has every command, from a `main` of two lines.

use crate::scratch::Scratch;

/// Three kinds of stripes, 6 x 9.
fn stripes(count: usize) -> String {
    let mut text = String::new();
    for sample in 0..count {
        text += &(sample % 3).to_string();
        for pixel in 0..54 {
            let (row, column) = (pixel / 9, pixel % 9 + sample);
            let lit = [row + sample, column, row + column][sample % 3] % 3 == 0;
            text += if lit { ",1" } else { ",0" };
        }
        text += "\n";
    }
    text
}

#[test]
fn every_command() {
    let here = Scratch::new("own-net");
    here.write("stripes.csv", stripes(150));
    let said = here.own_net("train --data stripes.csv --epochs 60 --seed 4 --json").json();
    assert_eq!(said["net"], "stripes");
    assert!(said["test"]["accuracy"].as_f64().unwrap() > 0.9, "{said}");

    let evaluated = here.own_net("eval --data stripes.csv --json").json();
    assert_eq!(evaluated["test"], said["test"]);
    here.write(
        "lying.pgm",
        format!("P2 9 6 1 {}", "1 1 1 1 1 1 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 ".repeat(2)),
    );
    let predicted = here.own_net("predict lying.pgm --json").json();
    assert_eq!(predicted["predictions"][0]["class"], 0, "{predicted}");
    assert_eq!(predicted["predictions"][0]["probabilities"].as_array().unwrap().len(), 3);
    assert!(here.own_net("nets").done().stdout.contains("stripes: 6 x 9 x 1 in"));
    let seeds = here.own_net("train --data stripes.csv --seeds 2 --epochs 20 --json").json();
    assert_eq!(seeds["seeds"].as_array().unwrap().len(), 2);
}

#[test]
fn no_data_ships_for_it() {
    let here = Scratch::new("own-net-bare");
    here.own_net("").fails(1, &["6 x 9 x 1", "3 classes", "--data"]);
}
