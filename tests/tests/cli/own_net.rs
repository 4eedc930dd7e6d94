//! A net that is not ours has every command, from a `main` of two lines.

use cpfo_harness::board::firmware::BOARDS;

use crate::scratch::Scratch;

/// Three kinds of stripes, 6 x 9.
pub(crate) fn stripes(count: usize) -> String {
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

/// A firmware's net is known when the firmware is compiled. A model of another one is refused before
/// anything is built, by every verb, for every board: never another net's program in its place.
#[test]
fn no_verb_builds_the_firmware_of_another_net() {
    let here = Scratch::new("own-net-boards");
    here.write("stripes.csv", stripes(60));
    here.own_net("train --data stripes.csv --epochs 1").ran();
    for board in BOARDS {
        for verb in ["build", "flash", "emulate"] {
            if verb == "emulate" && board.chip.is_some() {
                continue;
            }
            let words = format!("{verb} --board {} --model cpfo-out/model.safetensors", board.name);
            here.own_net(&words).fails(
                1,
                &["no firmware is built", "`digits` and `lenet`", "`stripes`", "export --rust"],
            );
        }
        if board.chip.is_none() {
            here.own_net(&format!("bench --emulated --board {}", board.name)).fails(
                1,
                &["nothing is counted", "`digits` and `lenet`", "(stripes)", "`plan` estimates"],
            );
        }
    }
}

/// The larger of the nets that come with cpfo has firmware where it has room. What happens next
/// needs tools, which are not found here; the test `chip` builds it.
#[test]
fn a_board_without_room_is_refused() {
    let here = Scratch::new("lenet-boards");
    here.idx_part("bars", "train", 40, 28, false);
    here.idx_part("bars", "t10k", 20, 28, false);
    here.cpfo("train --net lenet --data bars --epochs 1").ran();
    for board in BOARDS {
        let small = board.name == "m0";
        for verb in ["build", "flash"] {
            let words = format!("{verb} --board {}", board.name);
            let ended = here.cpfo_command(&words).env("PATH", "").output().unwrap();
            let said = String::from_utf8(ended.stderr).unwrap();
            let refused = said.contains("takes 112,1") && said.contains("`plan` says");
            let tools = ["cannot start cargo", "is not installed"];
            let lacking = tools.iter().any(|lacking| said.contains(lacking));
            assert_eq!(ended.status.code(), Some(1), "{words}: {said}");
            assert!(refused == small && lacking != small, "{words}: {said}");
        }
        if board.chip.is_none() {
            here.cpfo(&format!(
                "emulate --board {} --model cpfo-out/model.safetensors",
                board.name
            ))
            .fails(1, &[if small { "takes 112,1" } else { "8 x 8 pixels" }, "`lenet`"]);
        }
    }
}
