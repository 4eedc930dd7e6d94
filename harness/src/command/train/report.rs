//! The run as a page for people.

use cpfo::Net;
use cpfo::net::Role;
use cpfo::topology::Kind;
use cpfo::train::{Limit, Schedule};

use super::words;
use crate::base::label;
use crate::data::Form;
use crate::data::source::Origin;
use crate::learn::evaluation::Evaluation;
use crate::learn::run::{Keep, Recipe, Run, Trainer, Verdict};
use crate::model::learnt;
use crate::show::plot::KernelBank;
use crate::show::report::{Epoch, Figure, TrainingReport};

/// How many of the mistakes are shown.
const MISTAKES: usize = 24;

/// What there is to tell of a run.
pub(super) fn of<N: Net>(
    origin: &Origin,
    run: &Run<'_, N>,
    evaluation: &Evaluation,
    verdict: &Verdict,
) -> TrainingReport {
    let form = Form::of(N::INPUT);
    let failure = words::failure(verdict, run.recipe(), form).map(|failure| failure.to_string());
    let warnings = words::warnings(verdict, run.recipe(), form);
    let macs: usize = N::LAYERS.iter().map(|(_, layer)| layer.macs).sum();
    let refused = refused(run).map(|refused| Figure::new("refused for the gradient", refused));
    TrainingReport {
        title: format!("{}, trained for {}", N::NAME, label::epochs(run.progress().epoch)),
        warnings: failure.into_iter().chain(warnings).chain(origin.warnings.clone()).collect(),
        form,
        net: layers::<N>(),
        recipe: recipe(run.recipe()),
        history: history(run),
        kept: words::kept(verdict, run.progress()),
        units: verdict.units.clone(),
        confusion: evaluation.confusion.clone(),
        kernels: kernels(run),
        mistakes: evaluation.worst(run.samples().1, MISTAKES),
        figures: [
            Figure::new("training data", origin.to_string()),
            Figure::new("test data", origin.divided()),
            Figure::new("scale", origin.scale.to_string()),
            Figure::new("weights", words::kept_shortly(verdict)),
            Figure::new("parameters", label::count(N::PARAMETERS as u64)),
            Figure::new(format!("multiplications for {}", form.a()), label::count(macs as u64)),
        ]
        .into_iter()
        .chain(refused)
        .collect(),
    }
}

/// How many updates were refused for their gradient, if there was a limit: `3 of 13,500 updates`.
pub(super) fn refused<N: Net>(run: &Run<'_, N>) -> Option<String> {
    run.recipe().limit?;
    // Every other reason ends a run.
    let refused = run.progress().refusals.gradient;
    let [refused, updates] = [refused.into(), run.updates()].map(label::count);
    Some(format!("{refused} of {updates} updates"))
}

fn layers<N: Net>() -> Vec<String> {
    let [rows, columns, maps] = N::INPUT;
    let mut lines = vec![format!("{rows} x {columns} x {maps}")];
    lines.extend(N::LAYERS.iter().map(|(name, layer)| {
        let ([rows, columns], maps) = (layer.window, layer.output[2]);
        let function = layer.function;
        match layer.kind {
            Kind::Convolution => {
                format!("{name}  Convolution({maps}, {rows} x {columns}, {function})")
            }
            Kind::Pooling => format!("{name}  Pooling({function}, {rows} x {columns})"),
            Kind::FullyConnected => format!("{name}  FullyConnected({maps}, {function})"),
            Kind::Output => format!("{name}  Output({maps}, {function})"),
        }
    }));
    lines
}

/// A recipe, setting by setting.
pub(super) fn recipe(recipe: &Recipe) -> Vec<Figure> {
    let trainer = match recipe.trainer {
        Trainer::Batch => format!("mini-batches of {}", recipe.batch),
        Trainer::InPlace => "in place, one sample at a time".to_owned(),
    };
    let schedule = match recipe.schedule {
        Schedule::Constant => "constant".to_owned(),
        Schedule::Step { every, factor } => {
            format!("times {factor} after each {}", label::epochs(every))
        }
        Schedule::Cosine { warm_up } => {
            format!("rises for {}, falls along a cosine", label::epochs(warm_up))
        }
    };
    let limit = match recipe.limit {
        None => "none".to_owned(),
        Some(Limit::Clip(length)) => format!("shortened to {length}"),
        Some(Limit::Refuse(length)) => format!("refused above {length}"),
    };
    let bend = match recipe.augment() {
        None => "none".to_owned(),
        Some(bend) => format!("up to {} pixels and {}°", bend.shift, bend.degrees),
    };
    let validation = match recipe.validate {
        0.0 => "none".to_owned(),
        share => label::percent(share.into()) + " of each class of the training data",
    };
    let keep = match (recipe.keep, recipe.patience) {
        (Keep::Last, None) => "the last epoch's".to_owned(),
        (Keep::Best, None) => "those with the lowest validation loss".to_owned(),
        (keep, Some(patience)) => format!(
            "{}; the run ends after {} without a lower validation loss",
            if keep == Keep::Best { "those with the lowest" } else { "the last" },
            label::epochs(patience)
        ),
    };
    vec![
        Figure::new("trainer", trainer),
        Figure::new("what trains", recipe.trains.to_string()),
        Figure::new("epochs", recipe.epochs.to_string()),
        Figure::new("rate", recipe.rate.to_string()),
        Figure::new("schedule", schedule),
        Figure::new("momentum", recipe.momentum.to_string()),
        Figure::new("weight decay", recipe.decay.to_string()),
        Figure::new("limit of the gradient", limit),
        Figure::new("augmentation", bend),
        Figure::new("validation part", validation),
        Figure::new("weights that are kept", keep),
        Figure::new("seed", recipe.seed.to_string()),
    ]
}

fn history<N: Net>(run: &Run<'_, N>) -> Vec<Epoch> {
    let epochs = run.progress().history.iter().enumerate();
    let point = |(place, epoch): (usize, &crate::learn::run::Epoch)| Epoch {
        epoch: place + 1,
        rate: epoch.rate.into(),
        train_loss: epoch.loss,
        decay_term: epoch.decay_term,
        train_accuracy: epoch.train_accuracy,
        test_loss: epoch.test_loss,
        test_accuracy: epoch.test_accuracy,
        validation_loss: epoch.validation.map_or(f64::NAN, |seen| seen.loss),
        validation_accuracy: epoch.validation.map_or(f64::NAN, |seen| seen.accuracy),
    };
    epochs.map(point).collect()
}

/// What the convolutions have learnt.
fn kernels<N: Net>(run: &Run<'_, N>) -> Vec<KernelBank> {
    let mut layers = learnt::<N>();
    let mut banks = Vec::new();
    run.kept().0.visit(|role, values| {
        if role != Role::Weight {
            return;
        }
        if let Some((layer, description)) = layers.next()
            && description.kind == Kind::Convolution
        {
            let ([rows, columns], [.., maps]) = (description.window, description.input);
            let (kernels, values) = (description.output[2], values.to_vec());
            banks.push(KernelBank { layer, kernels, rows, columns, maps, values });
        }
    });
    banks
}
