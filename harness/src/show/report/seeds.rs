//! The same recipe with several seeds: how much of a result is chance.

use maud::{Markup, html};

use super::page::{Figure, headline, list, page, picture, text, warnings};
use crate::base::label;
use crate::show::plot::{Bundle, Scale, Spread};

/// Everything that is told about the runs of several seeds.
#[derive(Debug, Clone)]
pub struct SeedsReport {
    /// The heading: `digits, trained with 10 seeds`.
    pub title: String,
    /// What comes first: mean, spread.
    pub figures: Vec<Figure>,
    /// What went wrong, then what is odd about the data, a paragraph each.
    pub warnings: Vec<String>,
    /// How all were trained.
    pub recipe: Vec<Figure>,
    /// The runs, in the order of their seeds.
    pub runs: Vec<SeedRun>,
}

/// The run of one seed.
#[derive(Debug, Clone)]
pub struct SeedRun {
    /// Its seed.
    pub seed: u64,
    /// Epoch by epoch: training loss, test loss, training accuracy, test accuracy.
    pub history: Vec<[f64; 4]>,
    /// The share of the test data that is classified rightly by the weights that are kept.
    pub test_accuracy: f64,
    /// The epoch of those weights.
    pub kept: Option<u32>,
    /// What there is to say of it; nothing of one that did well.
    pub remark: String,
}

impl SeedsReport {
    /// The report as an HTML file.
    pub fn to_html(&self) -> String {
        let body = html! {
            (warnings(&self.warnings))
            (headline(&self.figures))
            section {
                h2 { "How they went" }
                (picture(&self.accuracy(), "Share of the samples that are classified rightly. Thin: each \
                    seed; thick: their mean; the band is one standard deviation to either side."))
                (picture(&self.loss(), "Data loss, the mean over all samples, on a logarithmic axis; mean \
                    and standard deviation are those of the logarithms."))
            }
            section { h2 { "Seed by seed" } (self.table()) }
            section { h2 { "The recipe" } (list(&self.recipe)) }
        };
        let lead = "The same data, the same recipe; only what is drawn by chance differs: the first \
            weights, the order of the samples, how they are bent, and which of them validate.";
        page(&self.title, lead, body)
    }

    fn bundle(&self, name: &str, value: usize) -> Bundle {
        let run = |run: &SeedRun| {
            let values = run.history.iter().map(|epoch| epoch[value]).collect();
            (format!("seed {}", run.seed), values)
        };
        // A run that broke off before an epoch was done has no curve.
        let runs = self.runs.iter().filter(|run| !run.history.is_empty()).map(run).collect();
        Bundle { name: name.to_owned(), runs }
    }

    fn accuracy(&self) -> crate::show::plot::Picture {
        let spread = Spread {
            description: "Accuracy over epochs, of every seed.",
            upward: "accuracy",
            scale: Scale::Percent,
            bundles: vec![self.bundle("training", 2), self.bundle("test", 3)],
        };
        spread.picture()
    }

    fn loss(&self) -> crate::show::plot::Picture {
        let spread = Spread {
            description: "Loss over epochs, of every seed.",
            upward: "loss",
            scale: Scale::Logarithmic,
            bundles: vec![self.bundle("training", 0), self.bundle("test", 1)],
        };
        spread.picture()
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll tabindex="0" { table {
                thead { tr {
                    @for head in ["seed", "test", "training", "test loss", "training loss", "weights of"] {
                        th.number scope="col" { (head) }
                    }
                    th.name scope="col" { "" }
                } }
                tbody { @for run in &self.runs { (row(run)) } }
            } }
        }
    }
}

fn row(run: &SeedRun) -> Markup {
    let last = run.history.last().copied().unwrap_or([f64::NAN; 4]);
    let kept = run.kept.map_or(label::DASH.to_owned(), |epoch| format!("epoch {epoch}"));
    html! {
        tr {
            th.number scope="row" { (run.seed) }
            td.number { (label::percent(run.test_accuracy)) }
            td.number { (label::percent(last[2])) }
            td.number { (label::figure(last[1])) }
            td.number { (label::figure(last[0])) }
            td.number { (kept) }
            td.name { (text(&run.remark)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::tests::stands_alone;
    use super::*;

    fn report(seeds: u64, epochs: usize) -> SeedsReport {
        let run = |seed: u64| SeedRun {
            seed,
            history: (1..=epochs).map(|e| [2.0 / e as f64, 2.1 / e as f64, 0.5, 0.4]).collect(),
            test_accuracy: 0.5 + 0.01 * seed as f64,
            kept: Some(epochs as u32),
            remark: if seed == 1 { "the <worst>".into() } else { String::new() },
        };
        SeedsReport {
            title: "digits <&>".into(),
            figures: vec![Figure::new("mean", "51.00 %")],
            warnings: vec!["seed 9 has <died>".into()],
            recipe: vec![Figure::new("batch", "16")],
            runs: (1..=seeds).map(run).collect(),
        }
    }

    #[test]
    fn every_seed_is_in_it() {
        let html = report(3, 4).to_html();
        stands_alone(&html);
        for text in [
            "52.00\u{a0}%",
            "53.00\u{a0}%",
            "the &lt;worst&gt;",
            "seed 9 has &lt;died&gt;",
            "test, seed 3: 40.00\u{a0}%",
            "epoch 4",
            "51.00 %",
        ] {
            assert!(html.contains(text), "{text}");
        }
        assert!(!html.contains("NaN"));
    }

    #[test]
    fn reports_of_little_and_of_much() {
        for (seeds, epochs) in [(0, 0), (1, 1), (2, 0), (40, 300)] {
            stands_alone(&report(seeds, epochs).to_html());
        }
    }
}
