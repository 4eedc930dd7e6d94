//! `cpfo nets`: which nets there are, and what they cost.

use std::io;
use std::process::ExitCode;

use cpfo::Net;
use cpfo::layer::Description;
use cpfo::topology::Kind;
use serde_json::{Value, json};

use crate::base::label;
use crate::base::terminal::{self, say};
use crate::cli::NetsFlags;
use crate::show::table::{Align, Table};

/// What there is to say of a net.
#[derive(Clone, Debug)]
pub struct Facts {
    name: &'static str,
    input: [usize; 3],
    classes: usize,
    layers: &'static [(&'static str, Description)],
    parameters: usize,
    /// Bytes, each with what they are for.
    memory: [(&'static str, usize); 4],
}

impl Facts {
    /// What there is to say of `N`.
    pub fn of<N: Net>() -> Self {
        Self {
            name: N::NAME,
            input: N::INPUT,
            classes: N::CLASSES,
            layers: N::LAYERS,
            parameters: N::PARAMETERS,
            memory: [
                ("parameters", N::PARAMETER_BYTES),
                ("inference", N::INFERENCE_BYTES),
                ("in_place", N::IN_PLACE_BYTES),
                ("batch", N::BATCH_BYTES),
            ],
        }
    }

    fn macs(&self) -> usize {
        self.layers.iter().map(|(_, layer)| layer.macs).sum()
    }

    fn json(&self) -> Value {
        let layer = |(name, layer): &(&str, Description)| {
            json!({
                "name": name,
                "kind": format!("{:?}", layer.kind),
                "function": layer.function,
                "window": layer.window,
                "input": layer.input,
                "output": layer.output,
                "weights": layer.weights,
                "biases": layer.biases,
                "macs": layer.macs,
            })
        };
        json!({
            "name": self.name,
            "input": self.input,
            "classes": self.classes,
            "parameters": self.parameters,
            "macs": self.macs(),
            "bytes": self.memory.iter().copied().collect::<std::collections::BTreeMap<_, _>>(),
            "layers": self.layers.iter().map(layer).collect::<Vec<_>>(),
        })
    }

    fn print(&self) -> io::Result<()> {
        let [rows, columns, maps] = self.input;
        let (name, classes) = (self.name, self.classes);
        say!("{name}: {rows} x {columns} x {maps} in, {classes} classes out\n")?;
        self.table().print()?;
        let [parameters, inference, in_place, batch] = self.memory.map(|(_, bytes)| count(bytes));
        say!(
"
RAM in bytes, beside the input: parameters {parameters} (flash, if they stay as they are);
inference {inference}, training in place {in_place}, by mini-batches {batch} and a velocity of {parameters}"
        )
    }

    fn table(&self) -> Table {
        let columns = ["layer", "kind", "window", "function", "output", "parameters", "MACs"];
        let align = |place| if place < 5 { Align::Left } else { Align::Right };
        let mut table =
            Table::new(columns.into_iter().enumerate().map(|(i, name)| (name, align(i))));
        for (name, layer) in self.layers {
            let [rows, columns, maps] = layer.output;
            let output = format!("{rows} x {columns} x {maps}");
            let [rows, columns] = layer.window;
            let window = match layer.kind {
                // What is connected with all has none.
                Kind::FullyConnected | Kind::Output => String::new(),
                Kind::Convolution | Kind::Pooling => format!("{rows} x {columns}"),
            };
            table.row([
                (*name).to_owned(),
                format!("{:?}", layer.kind),
                window,
                layer.function.to_owned(),
                output,
                count(layer.weights + layer.biases),
                count(layer.macs),
            ]);
        }
        let totals = ["", "", "", "", ""].map(String::from).into_iter();
        table.row(totals.chain([count(self.parameters), count(self.macs())]));
        table
    }
}

/// Lists the nets.
pub fn run(flags: &NetsFlags, nets: impl Iterator<Item = Facts>) -> anyhow::Result<ExitCode> {
    if flags.json {
        let nets: Vec<_> = nets.map(|net| net.json()).collect();
        terminal::json(&json!({ "nets": nets }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (place, net) in nets.enumerate() {
        if place > 0 {
            say!()?;
        }
        net.print()?;
    }
    Ok(ExitCode::SUCCESS)
}

fn count(n: usize) -> String {
    label::count(n as u64)
}
