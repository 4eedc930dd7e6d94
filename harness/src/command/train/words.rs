//! What there is to say of how a run went, in words.

use anyhow::anyhow;

use crate::base::label;
use crate::data::Form;
use crate::learn::run::{
    Failure, Keep, Kept, Luck, Noticed, Odds, Progress, Recipe, Trouble, Verdict,
};
use crate::learn::units::Layer;

/// What went wrong in an epoch, and what to try.
pub(super) fn noticed(noticed: &Noticed, recipe: &Recipe) -> String {
    let Noticed { epoch, trouble } = noticed;
    format!("epoch {epoch}: {trouble}\n  What to do: {}.", trouble.advice(recipe))
}

/// What is wrong with the result, in a line each.
pub(super) fn warnings(verdict: &Verdict, recipe: &Recipe, form: Form) -> Vec<String> {
    let troubles = verdict.troubles.iter().map(|Noticed { trouble, .. }| {
        format!("{trouble}. What to do: {}.", trouble.advice(recipe))
    });
    let luck = (verdict.chance.result == Luck::Undecided).then(|| {
        let Odds { correct, samples, .. } = verdict.chance;
        format!(
            "{correct} of {samples} test {} may be luck: there are too few of them to tell.",
            form.many()
        )
    });
    troubles.chain(luck).collect()
}

/// Why the result is good for nothing, if it is.
pub(super) fn failure(verdict: &Verdict, recipe: &Recipe, form: Form) -> Option<anyhow::Error> {
    let reasons: Vec<_> =
        verdict.failures.iter().map(|failure| reason(*failure, verdict, form)).collect();
    if reasons.is_empty() {
        return None;
    }
    let advice = advice(verdict, recipe);
    // That the loss is above its start is among the reasons.
    let troubles = verdict.troubles.iter().map(|noticed| &noticed.trouble);
    let troubles = troubles.filter(|trouble| !matches!(trouble, Trouble::AboveStart { .. }));
    let troubles: String = troubles.map(|trouble| format!("\n  At its end {trouble}.")).collect();
    Some(anyhow!(
        "the training came to nothing: {}{troubles}\n  What to do: {advice}.",
        reasons.join("; ")
    ))
}

/// What may help a run whose result is good for nothing.
pub(super) fn advice(verdict: &Verdict, recipe: &Recipe) -> String {
    match verdict.troubles.first() {
        Some(Noticed { trouble, .. }) => trouble.advice(recipe),
        None => format!(
            "try more --epochs (they are {}), another --rate (it is {}), and whether labels fit samples",
            recipe.epochs,
            label::figure(recipe.rate.into())
        ),
    }
}

fn reason(failure: Failure, verdict: &Verdict, form: Form) -> String {
    match failure {
        Failure::NoBetterThanChance => {
            let Odds { correct, samples, commonest, probability, .. } = verdict.chance;
            let luck = match correct > commonest {
                true => format!(
                    ", and a guesser as many in {} of all cases",
                    label::percent(probability)
                ),
                false => String::new(),
            };
            let [correct, samples, commonest] = [correct, samples, commonest].map(label::count);
            format!(
                "{correct} of {samples} test {} are right, which is no better than chance (always \
                 naming the commonest class gets {commonest}{luck})",
                form.many()
            )
        }
        Failure::LossAboveStart => {
            let figure = |loss: Option<f64>| loss.map_or("infinite".to_owned(), label::figure);
            format!(
                "the training loss is {}, above the untrained net's, {}",
                figure(verdict.loss),
                figure(verdict.start_loss)
            )
        }
    }
}

/// Which weights were kept, and why these.
pub(super) fn kept(verdict: &Verdict, progress: &Progress) -> String {
    let epoch = verdict.kept.epoch.unwrap_or(verdict.kept.epochs);
    let judged =
        progress.history.get((epoch as usize).wrapping_sub(1)).and_then(|at| at.validation);
    match (verdict.kept.by, judged) {
        (Keep::Best, Some(judged)) => format!(
            "those of epoch {epoch}, whose validation loss is the lowest, {}",
            label::figure(judged.loss)
        ),
        _ => format!("those of epoch {epoch}, the last"),
    }
}

/// The same in a few words: `epoch 12 of 40`.
pub(super) fn kept_shortly(verdict: &Verdict) -> String {
    let Kept { epoch, epochs, .. } = verdict.kept;
    format!("epoch {} of {epochs}", epoch.unwrap_or(epochs))
}

/// How many epochs were learnt, if fewer than there were to be.
pub(super) fn ended_early(progress: &Progress, recipe: &Recipe) -> Option<String> {
    let patience = recipe.patience.filter(|_| progress.epoch < recipe.epochs)?;
    Some(format!("of {}, since the validation loss had not fallen for {patience}", recipe.epochs))
}

/// The units that no longer learn: `3 of 32 units of F3 are dead`.
pub(super) fn dead(layers: &[Layer]) -> Option<String> {
    let some = layers.iter().filter(|layer| layer.dead > 0);
    let each: Vec<_> = some
        .map(|layer| {
            format!("{} of {} in {} {}", layer.dead, layer.units, layer.layer, layer.word())
        })
        .collect();
    (!each.is_empty()).then(|| each.join(", "))
}
