//! Pages with more, less and other things on them than a usual run has, and those that need an
//! emulator to come about.

use cpfo_harness::data::{Data, Dataset, Form, Summary};
use cpfo_harness::learn::confusion::Confusion;
use cpfo_harness::nets::digits;
use cpfo_harness::plan::{Plan, Training};
use cpfo_harness::show::plot::{Changed, Image, KernelBank, Mistake};
use cpfo_harness::show::report::{
    DataReport, Epoch, Figure, FineTuningReport, Reading, Run, TrainingReport,
};
use cpfo_harness::show::samples;

/// Names as somebody may have them.
fn class(k: usize) -> String {
    match k % 4 {
        0 => format!("<b>{k}</b> & \"co\""),
        1 => format!("十七 {k}"),
        2 => format!("averyveryverylongnameofaclass{k}"),
        _ => format!("{k}"),
    }
}

fn image(rows: usize, columns: usize) -> Image {
    let pixels = (0..rows * columns).map(|i| (i * i % 17) as f32 / 16.0).collect();
    Image { rows, columns, maps: 1, pixels }
}

/// As many classes, each taken for itself mostly; counts of one to six digits.
fn taken(classes: usize, names: impl Fn(usize) -> String, most: usize) -> Confusion {
    let pairs = (0..classes).flat_map(|label| {
        let right = std::iter::repeat_n((label, label), most / (1 + 7 * label));
        right.chain((0..label % 5).map(move |i| (label, (label * 3 + i) % classes)))
    });
    Confusion::from_pairs((0..classes).map(names).collect(), pairs).expect("known classes")
}

pub(crate) fn train_much(classes: usize) -> TrainingReport {
    let epoch = |epoch: usize| Epoch {
        epoch,
        rate: 0.1 / epoch as f64,
        train_loss: 2.0 / (epoch as f64).powi(2),
        decay_term: 1e-3,
        train_accuracy: 1.0 - 1e-5 / epoch as f64,
        test_loss: 2.5 / epoch as f64,
        test_accuracy: 1.0 - 2e-5 / epoch as f64,
        validation_loss: 2.4 / epoch as f64,
        validation_accuracy: 1.0 - 3e-5 / epoch as f64,
    };
    let bank = |layer: &str, kernels: usize, side: usize, maps: usize| KernelBank {
        layer: layer.into(),
        kernels,
        rows: side,
        columns: side,
        maps,
        values: (0..kernels * side * side * maps).map(|i| (i % 31) as f32 - 15.0).collect(),
    };
    let mistake = |index: usize| Mistake {
        index: 1_000_000 + index,
        label: class(index),
        predicted: class(index + 1),
        confidence: 1.0,
        image: image(28 - index % 3, 28),
    };
    let path = "/home/somebody/with/a/very/long/path/and_a_name_that_nobody_can_break_anywhere.csv";
    TrainingReport {
        title:
            "a_net_with_a_name_that_is_longer_than_a_telephone_is_wide, trained for 10000 epochs"
                .into(),
        warnings: vec![format!("{path} is odd in every way that there is")],
        form: Form::Image,
        net: vec![
            "C1  Convolution(64, 5 x 5, Relu)".into(),
            "O2  Output(120, softmax, cross-entropy) and what not".into(),
        ],
        recipe: vec![
            Figure::new("trainer", "mini-batches of 16"),
            Figure::new("data", path),
            Figure::new(path, "1"),
        ],
        history: (1..=10_000).map(epoch).collect(),
        kept: "those of epoch 10,000, the last".into(),
        units: Vec::new(),
        confusion: taken(classes, class, 300_000),
        kernels: vec![bank("c1", 64, 5, 6), bank("c2", 16, 3, 16), bank("c3", 3, 28, 1)],
        mistakes: (0..24).map(mistake).collect(),
        figures: vec![Figure::new("training data", path), Figure::new("parameters", "1,234,567")],
    }
}

/// Windows of 100 readings of 6 sensors, of classes with every kind of name.
pub(crate) fn data_of_series() -> DataReport {
    let mut train = Dataset::drawn([100, 1, 6], 7);
    train.names = (0..7).map(class).collect();
    let data = Data { test: Some(train.subset(&[0, 1, 2])), train };
    let summary = Summary::of(&data, false);
    DataReport {
        title: "gestures".into(),
        lead: "100 x 1 x 6, series of 100 readings of 6 channels".into(),
        warnings: vec!["something is odd".into()],
        figures: vec![Figure::new("samples to learn from", "1,797")],
        reading: vec![Figure::new("all", "a table, gestures.csv")],
        form: Form::Series,
        classes: samples::classes(&summary),
        channels: samples::channels(&summary),
        samples: samples::first(&data.train, 30, 7),
    }
}

pub(crate) fn train_little() -> TrainingReport {
    TrainingReport {
        title: "digits, trained for 0 epochs".into(),
        warnings: Vec::new(),
        form: Form::Image,
        net: Vec::new(),
        recipe: Vec::new(),
        history: Vec::new(),
        kept: String::new(),
        units: Vec::new(),
        confusion: taken(2, class, 1),
        kernels: Vec::new(),
        mistakes: Vec::new(),
        figures: Vec::new(),
    }
}

pub(crate) fn emulate() -> FineTuningReport {
    let reading = |i: usize| Reading {
        samples: 200 * i,
        new: 0.3 + 0.06 * i as f64,
        old: 0.97 - 0.01 * i as f64,
    };
    let run = Run {
        course: (0..=10).map(reading).collect(),
        parameters: Some(0x00c0_ffee),
        losses: 7,
        each_loss: (0..2_000).map(|i| 2.0 / (1.0 + (i % 97) as f32 + i as f32 / 9.0)).collect(),
    };
    let digit = |k: usize| k.to_string();
    let changed = |k: usize| Changed { label: digit(k), before: image(8, 8), after: image(8, 8) };
    let figures = [
        ("board", "qemu-m4, in QEMU"),
        ("samples of each class", "20"),
        ("stack at its deepest", "692 bytes of 16,384 bytes"),
    ];
    let figures = figures.map(|(name, value)| Figure::new(name, value));
    FineTuningReport {
        title: "digits, fine-tuned on a Cortex-M4F".into(),
        change: "All images are moved to the right by 2 pixels.".into(),
        form: Form::Image,
        setting: figures.to_vec(),
        changed: (0..10).map(changed).collect(),
        ended: None,
        chip: run.clone(),
        desktop: run,
        round: 200,
        taken: vec![taken(10, digit, 40), taken(10, digit, 9_000)],
        costs: figures.to_vec(),
        times: Plan::of::<digits::Net>(Training::All)
            .map(|plan| plan.times(Some(("m4", 25_725)), 2_000)),
    }
}

/// Chip and desktop went different ways, in a net of many classes.
pub(crate) fn emulate_parted() -> FineTuningReport {
    let mut report = emulate();
    report.desktop.parameters = Some(1);
    report.desktop.course.iter_mut().for_each(|reading| reading.new /= 2.0);
    report.desktop.each_loss.iter_mut().for_each(|loss| *loss *= 1.5);
    report.taken = vec![taken(20, class, 99_999), taken(20, class, 9)];
    let changed = |k: usize| Changed { label: class(k), before: image(3, 28), after: image(28, 3) };
    report.changed = (0..20).map(changed).collect();
    report
}

/// It ended before the first step.
pub(crate) fn emulate_of_nothing() -> FineTuningReport {
    let mut report = emulate();
    for run in [&mut report.chip, &mut report.desktop] {
        run.course.clear();
        run.each_loss.clear();
    }
    let ended = Some("It was stopped at once.".to_owned());
    FineTuningReport { ended, changed: Vec::new(), taken: Vec::new(), times: None, ..report }
}
