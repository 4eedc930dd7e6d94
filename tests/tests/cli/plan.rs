//! `cpfo plan`.

use serde_json::Value;

use crate::scratch::Scratch;

/// Trained parameters, workspace, input and the addresses of what stays in flash.
fn ram(here: &Scratch, train: &str) -> u64 {
    let said = here.cpfo(&format!("plan --net lenet --train {train} --json")).json();
    let training = &said["ram"]["training"];
    let parts = ["parameters", "addresses", "workspace", "input"];
    let sum: u64 = parts.iter().map(|part| training[part].as_u64().unwrap()).sum();
    assert_eq!(training["total"], sum);
    assert_eq!(said["flash"]["parameters"], 100_040);
    // The model with its scale, and 192 bytes of marks and header.
    assert_eq!(said["flash"]["slot"], 192 + 100_040 + 20 + 8);
    assert_eq!(said["flash"]["saves_per_erase_cycle"], 2);
    sum
}

#[test]
fn convolutions_and_output_of_net_b_train_within_24_kb() {
    let here = Scratch::new("plan-ram");
    let total = ram(&here, "conv+output");
    println!("net B, convolutions and output: {total} bytes");
    assert!(total <= 24 * 1024, "{total}");
    assert!(total >= 4 * (156 + 2_416 + 850) + 28 * 28 * 4, "not all of it is counted: {total}");
}

/// From images of bytes.
#[test]
fn the_output_of_net_b_trains_within_9_kb() {
    let here = Scratch::new("plan-output");
    let total = ram(&here, "output --pixels bytes");
    println!("net B, output only: {total} bytes");
    assert!(total <= 9 * 1024, "{total}");
    assert_eq!(ram(&here, "output") - total, 3 * 784);
    assert!(here.cpfo("plan --pixels bytes").done().stdout.contains("one input, in bytes"));
}

#[test]
fn the_less_trains_the_less_it_takes() {
    let here = Scratch::new("plan-less");
    let totals =
        ["all", "tail:3", "tail:2", "conv+output", "tail:1"].map(|train| ram(&here, train));
    assert!(totals.is_sorted_by(|more, less| more > less), "{totals:?}");
    assert_eq!(totals[4], ram(&here, "output"));
    assert_eq!(totals[2], ram(&here, "tail"));
    assert!(ram(&here, "biases") < totals[3]);
}

#[test]
fn tables_for_people() {
    let here = Scratch::new("plan-tables");
    let said = here.cpfo("plan").done().stdout;
    for text in [
        "digits, all layers train",
        "F3     FullyConnected",
        "RAM of the net",
        "11,716",
        "flash: two slots that keep what is learnt",
        "erased 10,000 times is good for 20,000 saves",
        "Cortex-M4F",
        "On an M4F a step takes ~34,200 at worst",
        "nRF51822 (micro:bit v1)",
        "estimates",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    // 16 KB suffice to train net A, 8 KB do not.
    let line = |chip: &str| said.lines().find(|line| line.starts_with(chip)).unwrap();
    assert!(!line("nRF51822").contains("no RAM"), "{said}");
    assert!(line("STM32F030R8").contains("no RAM"), "{said}");
    // A net of one's own has its plan too; nobody has measured it.
    let own = here.own_net("plan --train biases").done().stdout;
    assert!(own.contains("stripes, biases train"), "{own}");
    for core in here.own_net("plan --json").json()["cores"].as_array().unwrap() {
        assert_eq!(core["forward"]["measured"], false);
    }
    assert!(here.list("").is_empty());
}

#[test]
fn nothing_trains_and_nothing_is_said_of_training() {
    let here = Scratch::new("plan-none");
    let said = here.cpfo("plan --net lenet --train none --json").json();
    assert_eq!(said["ram"]["training"], Value::Null);
    assert_eq!(said["macs"]["step_at_most"], Value::Null);
    assert_eq!(said["ram"]["inference"]["parameters"], 0);
    for core in said["cores"].as_array().unwrap() {
        assert_eq!(core["step"], Value::Null);
    }
    for chip in said["chips"].as_array().unwrap() {
        assert_eq!(chip["training_fits"], Value::Null);
        assert_eq!(chip["estimated_milliseconds"]["step"], Value::Null);
    }
    for moment in said["course"]["moments"].as_array().unwrap() {
        assert!(moment["name"].as_str().unwrap().starts_with("forward "), "{moment}");
    }
}

/// What a chip has is set against what is needed; a tenth is little where the code is an estimate.
#[test]
fn a_narrow_fit_is_no_plain_yes() {
    let here = Scratch::new("plan-narrow");
    let mut found = Vec::new();
    for train in ["none", "all"] {
        let said = here.cpfo(&format!("plan --net lenet --train {train} --json")).json();
        let number = |value: &Value| value.as_u64().unwrap();
        let pass = if train == "none" { "inference" } else { "training" };
        let ram = number(&said["ram"][pass]["total"]) + number(&said["ram"]["stack_budget"]);
        for chip in said["chips"].as_array().unwrap() {
            let cores = said["cores"].as_array().unwrap();
            let core = cores.iter().find(|core| core["name"] == chip["core"]).unwrap();
            let code = number(&core["estimated_code"]["bytes"]);
            let flash = number(&said["flash"]["parameters"]) + code;
            let parts =
                [("RAM", ram, number(&chip["ram"])), ("flash", flash, number(&chip["flash"]))];
            let lacks = parts.iter().find(|(_, needed, has)| needed > has);
            let narrow = parts.iter().find(|(_, needed, has)| 10 * needed > 9 * has);
            let word = match (lacks, narrow) {
                (Some((part, ..)), _) => format!("no: {part}"),
                (None, Some((part, ..))) => format!("narrow: {part}"),
                (None, None) => "yes".to_owned(),
            };
            assert_eq!(chip[format!("{pass}_fits")], word, "{chip}");
            found.push(word);
        }
    }
    for word in ["yes", "no: RAM", "no: flash"] {
        assert!(found.iter().any(|found| found == word), "{word}: {found:?}");
    }
    let table = here.cpfo("plan --net lenet --train none").done().stdout;
    assert!(table.contains("fits") && table.contains("no: flash"), "{table}");
}

#[test]
fn measured_figures_are_the_committed_ones() {
    let here = Scratch::new("plan-measured");
    let figures = include_str!("../../../targets/boards/qemu-m4/figures.out");
    let step = figures.lines().find_map(|line| line.strip_prefix("lenet: step ")).unwrap();
    let step: u64 = step.split(' ').next().unwrap().parse().unwrap();
    let of_m4 = |train: &str| {
        let said = here.cpfo(&format!("plan --net lenet --train {train} --json")).json();
        let cores = said["cores"].as_array().unwrap();
        let m4 = cores.iter().find(|core| core["board"] == "m4").unwrap();
        (m4["step"]["instructions"].as_u64().unwrap(), m4["step"]["measured"].clone())
    };
    assert_eq!(of_m4("all"), (step, true.into()));
    let (part, measured) = of_m4("conv+output");
    assert!(part < step && measured == false, "{part}");
}

/// One page, which holds the pictures of the memory and fetches nothing.
#[test]
fn a_page_if_one_is_asked_for() {
    let here = Scratch::new("plan-page");
    let said = here.cpfo("plan --net lenet --train conv+output --out plan.html").done().stdout;
    assert!(said.contains("plan.html"), "{said}");
    assert_eq!(here.list(""), ["plan.html"]);
    let page = String::from_utf8(here.read("plan.html")).unwrap();
    assert_eq!(page.matches("<figure>").count(), 2);
    // Each in two layouts, for wide pages and for narrow ones.
    assert_eq!(page.matches("<svg ").count(), 4);
    for text in ["back C3 + P4", "reserved: ", "prefers-color-scheme: dark", "SAMD51J19"] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("://") && !page.contains("<script"));
    here.cpfo("plan --json --out again.html").json();
    assert_eq!(here.list(""), ["again.html", "plan.html"]);
    here.cpfo("plan --out no/such/folder.html").fails(1, &["no/such/folder.html"]);
}

#[test]
fn what_cannot_be_planned() {
    let here = Scratch::new("plan-wrong");
    here.cpfo("plan --net vgg").fails(2, &["vgg", "digits, lenet"]);
    here.cpfo("plan --train half").fails(2, &["'half'", "`conv+output`", "`tail:N`"]);
    here.cpfo("plan --train tail:0").fails(2, &["--train"]);
    here.cpfo("plan --train tail:4").fails(2, &["`--train tail:4`", "`digits`", "3 of its layers"]);
    here.cpfo("plan --train tail:x").fails(2, &["'tail:x'", "`tail:N`"]);
    here.cpfo("plan --precision f16").fails(2, &["f32"]);
    assert_eq!(here.cpfo("plan --precision f32 --json").json()["precision"], "f32");
    assert!(here.cpfo("plan --help").done().stdout.contains("Examples:"));
    assert!(here.list("").is_empty());
}
