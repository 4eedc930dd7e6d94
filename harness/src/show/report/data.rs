//! What was understood of data: figures, tables, and the first samples of each class.

use maud::html;

use super::page::{Figure, headline, list, page, picture, warnings};
use crate::data::Form;
use crate::show::plot::{self, Group};
use crate::show::table::Table;

/// Everything that is told about data.
#[derive(Debug, Clone)]
pub struct DataReport {
    /// The heading: where the data is from.
    pub title: String,
    /// In a sentence, what it is.
    pub lead: String,
    /// What is odd, a paragraph each.
    pub warnings: Vec<String>,
    /// The figures that a reader wants first.
    pub figures: Vec<Figure>,
    /// How it was read: files, flags.
    pub reading: Vec<Figure>,
    /// What its inputs are.
    pub form: Form,
    /// How many samples each class has.
    pub classes: Table,
    /// The range of each channel.
    pub channels: Table,
    /// The first samples of each class.
    pub samples: Vec<Group>,
}

impl DataReport {
    /// The report as an HTML file.
    pub fn to_html(&self) -> String {
        let body = html! {
            (warnings(&self.warnings))
            (headline(&self.figures))
            section {
                h2 { "The first samples of each class" }
                (picture(&plot::samples(&self.samples),
                    &format!("In the order of the files. {}", self.form.legend())))
            }
            section { h2 { "Class by class" } (self.classes) }
            section {
                h2 { "Channel by channel" }
                (self.channels)
                p.note { "As the files have them, over all samples." }
            }
            section { h2 { "How it was read" } (list(&self.reading)) }
        };
        page(&self.title, &self.lead, body)
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::tests::stands_alone;
    use super::*;
    use crate::data::{Data, Dataset, Summary};
    use crate::show::samples;

    #[test]
    fn the_page_tells_all_of_it() {
        let data = Data { train: Dataset::digits().subset(&[0, 1, 2]), test: None };
        let summary = Summary::of(&data, false);
        let html = DataReport {
            title: "<mine>".into(),
            lead: "8 x 8 x 1, images".into(),
            warnings: vec!["odd".into()],
            figures: vec![Figure::new("samples", "3")],
            reading: vec![Figure::new("all", "a table")],
            form: Form::Image,
            classes: samples::classes(&summary),
            channels: samples::channels(&summary),
            samples: samples::first(&data.train, 9, 9),
        }
        .to_html();
        stands_alone(&html);
        for text in
            ["&lt;mine&gt;", "odd", "33.33\u{a0}%", "a table", "The first samples of 3 classes"]
        {
            assert!(html.contains(text), "{text}");
        }
    }
}
