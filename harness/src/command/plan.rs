//! `cpfo plan`: what a net takes of a chip, and which chips have it.

use std::process::ExitCode;

use cpfo::Net;
use cpfo::store::SAVES_PER_ERASE_CYCLE;
use serde_json::{Map, Value, json};

use crate::base::terminal::{self, say};
use crate::base::{label, whole};
use crate::cli::PlanFlags;
use crate::plan::{CHIPS, CORES, Chip, Code, Count, Memory, Plan, STACK, Stage};
use crate::show::report::PlanReport;

/// Says what a net takes, with a page if one is asked for.
pub fn run<N: Net>(flags: &PlanFlags) -> anyhow::Result<ExitCode> {
    let plan = flags.plan::<N>()?;
    let report = PlanReport::new(&plan);
    if let Some(path) = &flags.out {
        whole::write(path, report.to_html().as_bytes())?;
    }
    if flags.json {
        terminal::json(&data(&plan))?;
        return Ok(ExitCode::SUCCESS);
    }
    say!("{}: {}\n", report.title, report.lead)?;
    for (place, sheet) in report.sheets.iter().enumerate() {
        if place > 0 {
            say!()?;
        }
        sheet.table.print()?;
        say!("{}", lines(&sheet.note))?;
    }
    if let Some(path) = &flags.out {
        say!("\nThe same with pictures of the memory: {}", label::path(&path))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A text in lines of up to a hundred characters.
fn lines(text: &str) -> String {
    let mut result = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        let more = word.chars().count() + 1;
        let gap = if length == 0 {
            ""
        } else if length + more > 100 {
            "\n"
        } else {
            " "
        };
        length = if gap == "\n" { more } else { length + more };
        result += gap;
        result += word;
    }
    result
}

fn data(plan: &Plan) -> Value {
    let course = plan.course();
    let moments = course.moments.iter().map(|moment| {
        let names = ["parameters", "input", "outputs", "records", "plane", "stack"];
        let bytes: Map<_, _> = names
            .map(String::from)
            .into_iter()
            .zip(moment.bytes.figures().map(Value::from))
            .collect();
        json!({ "name": moment.name, "bytes": bytes })
    });
    let work = plan.work();
    let whole = plan.step.map(|_| work.forward + work.back);
    json!({
        "net": plan.net,
        "input": plan.input,
        "pixels": plan.pixels,
        "classes": plan.classes,
        "train": plan.training.to_string(),
        "precision": "f32",
        "stages": plan.stages.iter().map(stage).collect::<Vec<_>>(),
        "macs": { "forward": work.forward, "step_at_most": whole },
        "ram": {
            "inference": ram(plan.inference),
            "training": plan.step.map(ram),
            "stack_budget": STACK,
        },
        "flash": {
            "parameters": plan.parameters,
            "slot": plan.slot,
            "slots": 2,
            "saves_per_erase_cycle": SAVES_PER_ERASE_CYCLE,
        },
        "course": { "reserved": course.reserved, "moments": moments.collect::<Vec<_>>() },
        "cores": CORES.iter().map(|core| {
            let instructions = plan.instructions(core);
            json!({
                "name": core.name,
                "board": core.board,
                "cycles_an_instruction": core.cycles,
                "cycles_by": core.cycles_by,
                "estimated_code": code(core.code()),
                "forward": count(instructions.forward),
                "step": instructions.step.map(count),
            })
        }).collect::<Vec<_>>(),
        "chips": CHIPS.iter().map(|chip| of_chip(plan, chip)).collect::<Vec<_>>(),
    })
}

fn stage(stage: &Stage) -> Value {
    let layers = stage.layers.iter().map(|(name, layer)| {
        json!({
            "name": name,
            "kind": format!("{:?}", layer.kind),
            "function": layer.function,
            "output": layer.output,
            "weights": layer.weights,
            "biases": layer.biases,
        })
    });
    json!({
        "layers": layers.collect::<Vec<_>>(),
        "trains": { "weights": stage.weights, "biases": stage.biases },
        "macs": { "forward": stage.forward(), "back_at_most": stage.back() },
        "bytes": { "output": stage.room.z, "record": stage.room.record, "plane": stage.room.plane },
    })
}

fn ram(memory: Memory) -> Value {
    json!({
        "parameters": memory.parameters,
        "addresses": memory.addresses,
        "workspace": memory.workspace,
        "input": memory.input,
        "total": memory.total(),
    })
}

fn count(count: Count) -> Value {
    json!({ "instructions": count.instructions, "measured": count.measured })
}

fn code(code: Code) -> Value {
    json!({ "bytes": code.bytes, "of_program": code.program, "for_nets": code.nets })
}

fn of_chip(plan: &Plan, chip: &Chip) -> Value {
    let instructions = plan.instructions(chip.core);
    let milliseconds = |count: Count| chip.core.milliseconds(count.instructions, chip.mhz);
    json!({
        "name": chip.name,
        "core": chip.core.name,
        "mhz": chip.mhz,
        "ram": chip.ram,
        "flash": chip.flash,
        "source": chip.source,
        "inference_fits": chip.fit(plan, plan.inference).to_string(),
        "training_fits": plan.step.map(|memory| chip.fit(plan, memory).to_string()),
        "estimated_milliseconds": {
            "forward": milliseconds(instructions.forward),
            "step": instructions.step.map(milliseconds),
        },
    })
}
