//! A plan as tables: for a terminal as for a page.

mod times;

use cpfo::store::lifetime_saves;

use crate::base::label;
use crate::plan::{
    CHIPS, CORES, Chip, Count, ENDURANCE, Fit, Memory, Plan, STACK, Stage, code_of_training,
};
use crate::show::table::{Align, Cell, Table};

/// A table with what there is to say of it.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What it is about.
    pub heading: &'static str,
    /// The figures.
    pub table: Table,
    /// How they are meant.
    pub note: String,
}

impl Plan {
    /// The plan as tables: layers, memory, instructions, chips.
    pub fn sheets(&self) -> [Sheet; 4] {
        let sheet = |heading, (table, note)| Sheet { heading, table, note };
        [
            sheet("Layer by layer", layers(self)),
            sheet("Memory", memory(self)),
            sheet("Instructions", cores(self)),
            sheet("Chips", chips(self)),
        ]
    }
}

fn layers(plan: &Plan) -> (Table, String) {
    let names = ["layer", "kind", "output", "parameters", "trains"];
    let figures = ["kept", "record", "plane", "MACs forward", "MACs step"];
    let columns =
        names.map(|name| (name, if name == "parameters" { Align::Right } else { Align::Left }));
    let mut table = Table::new(columns.into_iter().chain(figures.map(|name| (name, Align::Right))));
    let mut totals = [0; 6];
    for stage in &plan.stages {
        let last = stage.layers.len() - 1;
        for (place, (name, layer)) in stage.layers.iter().enumerate() {
            let [rows, columns, maps] = layer.output;
            let parameters = layer.weights + layer.biases;
            // A convolution has its plane and the multiplications; what is kept is what comes out
            // of the pooling after it.
            let if_first = |bytes| if place == 0 { bytes } else { 0 };
            let if_last = |bytes| if place == last { bytes } else { 0 };
            let figures = [
                if_last(stage.room.z),
                if_last(stage.room.record),
                if_first(stage.room.plane),
                layer.macs,
                if_first(step(stage, plan.step.is_some())),
            ];
            for (total, figure) in totals.iter_mut().zip([parameters].into_iter().chain(figures)) {
                *total += figure;
            }
            let trains = if place == 0 { stage.what_trains() } else { "" };
            let texts = [
                (*name).to_owned(),
                format!("{:?}", layer.kind),
                format!("{rows} x {columns} x {maps}"),
                some(parameters),
                trains.to_owned(),
            ];
            table.row(texts.into_iter().chain(figures.map(some)));
        }
    }
    let [parameters, figures @ ..] = totals;
    let texts = [String::new(), String::new(), String::new(), count(parameters), String::new()];
    let texts = texts.into_iter().chain(figures.map(count));
    table.row(texts.map(Cell::strong));
    let note = "Kept, record, plane: bytes in the workspace for the layer's output (later its δ), for what the way back \
                has to know of the pooling, and for one map of ∂J/∂x. A step multiplies at most so often: on the way back, \
                units that ReLU switched off are passed over.";
    (table, note.into())
}

/// Multiplications of a step at most; none of a step if nothing trains.
fn step(stage: &Stage, trains: bool) -> usize {
    if trains { stage.forward() + stage.back() } else { 0 }
}

fn memory(plan: &Plan) -> (Table, String) {
    let head = [("bytes", Align::Left), ("inference", Align::Right), ("training", Align::Right)];
    let mut table = Table::new(head);
    let rows: [(&str, fn(&Memory) -> usize); 6] = [
        ("RAM: parameters that train", |memory| memory.parameters),
        ("RAM: addresses of those in flash", |memory| memory.addresses),
        ("RAM: workspace", |memory| memory.workspace),
        ("RAM: one input", |memory| memory.input),
        ("RAM of the net", Memory::total),
        ("stack, at most", |_| STACK),
    ];
    let row = |name: &str, inference: usize, training: Option<usize>| {
        [name.to_owned(), count(inference), training.map_or_else(|| label::DASH.into(), count)]
    };
    let input = format!("RAM: one input, in {}", plan.pixels);
    for (name, bytes) in rows {
        let name = if name == "RAM: one input" { &input } else { name };
        let cells = row(name, bytes(&plan.inference), plan.step.as_ref().map(bytes));
        match name {
            "RAM of the net" => table.row(cells.map(Cell::strong)),
            _ => table.row(cells),
        };
    }
    table.row(row("flash: parameters", plan.parameters, plan.step.map(|_| plan.parameters)));
    let mut note = "All of the net's RAM is static.".to_owned();
    if plan.step.is_some() {
        let slots = [
            "flash: two slots that keep what is learnt".to_owned(),
            label::DASH.into(),
            count(2 * plan.slot),
        ];
        table.row(slots);
        let more = count(plan.inference.workspace);
        note += &format!(
            " Who classifies between two steps takes another {more} bytes for that workspace. \
             Each slot takes whole sectors; a save erases one slot, so flash whose sectors may be \
             erased {} times is good for {} saves.",
            label::count(ENDURANCE.into()),
            label::count(lifetime_saves(ENDURANCE).into()),
        );
    }
    (table, note)
}

fn cores(plan: &Plan) -> (Table, String) {
    let mut table = Table::new([
        ("core", Align::Left),
        ("forward", Align::Right),
        ("step", Align::Right),
        ("cycles each", Align::Right),
        ("cycles by", Align::Left),
        ("code, estimated", Align::Right),
        ("code from", Align::Left),
    ]);
    let mut estimated = false;
    for core in &CORES {
        let (counts, code) = (plan.instructions(core), core.code());
        estimated |= !counts.forward.measured || counts.step.is_some_and(|step| !step.measured);
        table.row([
            core.name.to_owned(),
            instructions(counts.forward),
            counts.step.map_or_else(|| label::DASH.into(), instructions),
            format!("{:.1}", core.cycles),
            core.cycles_by.to_owned(),
            format!("~{}", label::count(rounded(code.bytes as f64, 2) as u64)),
            format!(
                "{} for {} net{}",
                label::count(code.program),
                code.nets,
                if code.nets == 1 { "" } else { "s" }
            ),
        ]);
    }
    let mut note = "Instructions were counted by QEMU with all layers trained.".to_owned();
    if estimated {
        note += " ~ marks an estimate: on M4F, M7F and M33F by the loops of each layer, with no dead ReLU and no pixel of 0 (where a \
                 part of a counted net trains, that part of its count); on the others scaled by multiplications from the measured net \
                 nearest in size.";
    }
    if plan.step.is_some() {
        note += &format!(
            " On an M4F a step takes ~{} at worst, with no dead ReLU and no pixel of 0: plan a deadline by that and an \
             eighth more, since the estimate may be a tenth too low.",
            label::count(rounded(plan.worst() as f64, 3) as u64)
        );
    }
    note += " Cycles an instruction: by a model with the timings of Arm's Cortex-M4 manual (DDI 0439), by likeness, \
             or assumed; none was measured on a chip. Code: bytes of flash beside the parameters, the share of one net in the \
             program that counted.";
    note += &format!(
        " The training of net A alone is {} of them on a Cortex-M4F; cpfo build says what a firmware really takes.",
        label::count(code_of_training())
    );
    (table, note)
}

fn chips(plan: &Plan) -> (Table, String) {
    let mut table = Table::new([
        ("chip", Align::Left),
        ("core", Align::Left),
        ("MHz", Align::Right),
        ("RAM", Align::Right),
        ("flash", Align::Right),
        ("forward ms", Align::Right),
        ("step ms", Align::Right),
        ("RAM left", Align::Right),
        ("flash left", Align::Right),
        ("fits", Align::Left),
        ("source", Align::Left),
    ]);
    let memory = plan.step.unwrap_or(plan.inference);
    for chip in &CHIPS {
        let counts = plan.instructions(chip.core);
        let left = |left: Option<u64>| {
            left.map_or_else(|| Cell::quiet(label::DASH), |left| label::count(left).into())
        };
        let step = match (counts.step, plan.step) {
            (Some(count), Some(memory)) => time(plan, chip, memory, count),
            _ => Cell::quiet(label::DASH),
        };
        table.row([
            Cell::from(chip.name),
            chip.core.name.into(),
            chip.mhz.to_string().into(),
            format!("{}K", chip.ram >> 10).into(),
            format!("{}K", chip.flash >> 10).into(),
            time(plan, chip, plan.inference, counts.forward),
            step,
            left(chip.ram_left(memory)),
            chip.flash_left(plan).map_or_else(
                || Cell::quiet(label::DASH),
                |left| format!("~{}K", label::figure(rounded(left as f64 / 1024.0, 2))).into(),
            ),
            match chip.fit(plan, memory) {
                fit @ Fit::Not(_) => Cell::quiet(fit.to_string()),
                fit => fit.to_string().into(),
            },
            Cell::quiet(chip.source),
        ]);
    }
    let what = if plan.step.is_some() { "training" } else { "inference" };
    let note = format!(
        "Milliseconds are estimates at the chip's highest clock, without waiting for flash. Whether {what} fits, and what it \
         leaves for your application: of RAM beside the net and {STACK} bytes of stack, of flash beside parameters and code, \
         whose size is an estimate. Narrow: less than a tenth is left, so look at what cpfo build says."
    );
    (table, note)
}

/// How long something takes on a chip, or what that has too little of.
pub(super) fn time(plan: &Plan, chip: &Chip, memory: Memory, count: Count) -> Cell {
    if let Fit::Not(part) = chip.fit(plan, memory) {
        return Cell::quiet(format!("no {part}"));
    }
    about(chip.core.milliseconds(count.instructions, chip.mhz)).into()
}

/// An estimate, marked as one.
pub(super) fn about(x: f64) -> String {
    let x = rounded(x, 2);
    let text = if x >= 100.0 { label::count(x as u64) } else { label::figure(x) };
    format!("~{text}")
}

fn instructions(count: Count) -> String {
    if count.measured {
        return label::count(count.instructions);
    }
    format!("~{}", label::count(rounded(count.instructions as f64, 3) as u64))
}

/// An estimate to so many digits, which is all it is good for.
fn rounded(x: f64, digits: i32) -> f64 {
    if x == 0.0 {
        return x;
    }
    let last = 10f64.powi(x.abs().log10().floor() as i32 + 1 - digits);
    (x / last).round() * last
}

fn count(n: usize) -> String {
    label::count(n as u64)
}

/// A count, and nothing instead of 0.
fn some(n: usize) -> String {
    if n == 0 { String::new() } else { count(n) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_rounded() {
        assert_eq!(
            (rounded(573.9, 2), rounded(0.3678, 2), rounded(45_823_456.0, 3)),
            (570.0, 0.37, 45_800_000.0)
        );
        assert_eq!(rounded(0.0, 2), 0.0);
    }
}
