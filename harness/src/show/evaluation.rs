//! What there is to see of an evaluation: its tables, and the worst mistakes as pictures.

use crate::base::terminal::say;
use crate::data::Dataset;
use crate::learn::evaluation::Evaluation;
use crate::show::plot::Mistake;
use crate::show::samples::picture;
use crate::show::table;

impl Evaluation {
    /// The mistakes that the net was surest of.
    pub fn worst(&self, data: &Dataset, most: usize) -> Vec<Mistake> {
        let wrong = |&index: &usize| self.verdicts[index].class != usize::from(data.label(index));
        let mut wrong: Vec<usize> = (0..data.len()).filter(wrong).collect();
        wrong.sort_by(|&a, &b| {
            self.verdicts[b].confidence().total_cmp(&self.verdicts[a].confidence())
        });
        let mistake = |index: usize| Mistake {
            index,
            label: data.class_name(data.label(index).into()),
            predicted: data.class_name(self.verdicts[index].class),
            confidence: self.verdicts[index].confidence(),
            image: picture(data, index),
        };
        wrong.into_iter().take(most).map(mistake).collect()
    }

    /// Both tables, for people.
    pub fn print(&self) -> std::io::Result<()> {
        table::scores(&self.confusion).print()?;
        say!()?;
        table::confusion(&self.confusion).print()
    }
}
