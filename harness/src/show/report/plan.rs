//! What a net takes of a chip, and which chips have it: tables, and pictures of the memory.

use maud::html;

use super::page::{Figure, headline, page, picture};
use crate::base::label;
use crate::plan::{CHIPS, Fit, Plan, Training, Use};
use crate::show::plot::{MemoryCourse, Moment};
use crate::show::sheet::Sheet;

/// Everything that is told about a plan.
#[derive(Debug, Clone)]
pub struct PlanReport {
    /// The heading: net, and what trains.
    pub title: String,
    /// What that means.
    pub lead: String,
    /// What there is to say.
    pub sheets: [Sheet; 4],
    headline: Vec<Figure>,
    /// All memory over the course of a step.
    memory: MemoryCourse,
    /// The workspace alone.
    workspace: MemoryCourse,
    trains: bool,
}

impl PlanReport {
    /// What there is to tell about a plan.
    pub fn new(plan: &Plan) -> Self {
        let [rows, columns, maps] = plan.input;
        let memory = plan.step.unwrap_or(plan.inference);
        let fits: Vec<_> = CHIPS.iter().map(|chip| chip.fit(plan, memory)).collect();
        let fitting = fits.iter().filter(|fit| !matches!(fit, Fit::Not(_))).count();
        let narrow = fits.iter().filter(|fit| matches!(fit, Fit::Narrowly(_))).count();
        let having = match narrow {
            0 => "chips that have it".to_owned(),
            _ => format!("chips that have it, {narrow} narrowly"),
        };
        let course = plan.course();
        let moments = |figures: &dyn Fn(Use) -> Vec<usize>| {
            let moment = |moment: &crate::plan::Moment| Moment {
                name: moment.name.clone(),
                bytes: figures(moment.bytes).iter().map(|&bytes| bytes as u64).collect(),
            };
            course.moments.iter().map(moment).collect()
        };
        let names: Vec<_> = Use::names(plan.step.is_some()).map(String::from).into();
        Self {
            title: format!("{}, {}", plan.net, what(plan.training)),
            lead: format!(
                "{rows} x {columns} x {maps} in, {} classes out, in 32-bit floats.",
                plan.classes
            ),
            sheets: plan.sheets(),
            headline: vec![
                Figure::new("RAM of the net", format!("{} B", label::count(memory.total() as u64))),
                Figure::new(
                    "of that, parameters",
                    format!("{} B", label::count(memory.parameters as u64)),
                ),
                Figure::new(
                    "flash of parameters",
                    format!("{} B", label::count(plan.parameters as u64)),
                ),
                Figure::new(having, format!("{fitting} of {}", CHIPS.len())),
            ],
            memory: MemoryCourse {
                kinds: names.clone(),
                moments: moments(&|bytes| bytes.figures().into()),
                limit: Some(("reserved".into(), course.reserved as u64)),
            },
            workspace: MemoryCourse {
                kinds: names,
                moments: moments(&|bytes| vec![0, 0, bytes.outputs, bytes.records, bytes.plane]),
                limit: Some(("reserved".into(), memory.workspace as u64)),
            },
            trains: plan.step.is_some(),
        }
    }

    /// The report as an HTML file.
    pub fn to_html(&self) -> String {
        let course = if self.trains { "a step" } else { "a forward pass" };
        let body = html! {
            (headline(&self.headline))
            section {
                h2 { "RAM over the course of " (course) }
                (picture(&self.memory.picture(),
                    "What holds something that is still needed, from moment to moment. All of it is \
                     static: the dashed line is what is reserved from the start, whatever the moment, with \
                     the stack as it is set aside."))
                (picture(&self.workspace.picture(),
                    if self.trains {
                        "The workspace alone. It fills up on the way forward; on the way back δ takes the \
                         place of each output, and what lies behind is done with."
                    } else {
                        "The workspace alone. A layer's output is done with when the next layer has seen it."
                    }))
            }
            @for sheet in &self.sheets {
                section {
                    h2 { (sheet.heading) }
                    (sheet.table)
                    p.note { (sheet.note) }
                }
            }
        };
        page(&self.title, &self.lead, body)
    }
}

fn what(training: Training) -> String {
    match training {
        Training::All => "all layers train".into(),
        Training::Tail(1) => "the last layer trains".into(),
        Training::Tail(layers) => format!("the last {layers} layers train"),
        Training::ConvolutionsAndOutput => "convolutions and output train".into(),
        Training::OutputOnly => "the output trains".into(),
        Training::BiasesOnly => "biases train".into(),
        Training::Nothing => "nothing trains".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::tests::stands_alone;
    use super::*;
    use cpfo_nets::lenet;

    fn report(training: Training) -> PlanReport {
        PlanReport::new(&Plan::of::<lenet::Net>(training).unwrap())
    }

    #[test]
    fn the_page_tells_all_of_it() {
        let html = report(Training::ConvolutionsAndOutput).to_html();
        stands_alone(&html);
        for text in [
            "lenet, convolutions and output train",
            "forward C3 + P4",
            "back C3 + P4",
            "reserved: 23,216",
            "reserved: 5,784",
            "nRF52840",
            "RAM over the course of a step",
        ] {
            assert!(html.contains(text), "{text}");
        }
    }

    #[test]
    fn without_training_there_is_no_step_to_tell_of() {
        let html = report(Training::Nothing).to_html();
        stands_alone(&html);
        assert!(html.contains("over the course of a forward pass"));
        for text in ["over the course of a step", "back C3", "way back δ", "then δ"] {
            assert!(!html.contains(text), "{text}");
        }
    }
}
