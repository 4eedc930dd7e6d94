//! A table without a header has its label first, by habit; but many have it last. Then a corner
//! pixel is learnt, which is nearly always 0, and the result is a false 100 %.
//!
//! Nobody can be sure, so where it looks like that the user is asked.

use anyhow::{Result, bail};

/// So many classes at most, where nobody says how many.
const CLASSES: usize = 256;

/// Whether a field could be a class.
pub(super) fn is_class(field: &str) -> bool {
    field.parse::<u16>().is_ok_and(|class| usize::from(class) < CLASSES)
}

/// Refuses a table whose label seems to be last. Its first column was taken for the label.
pub(super) fn ask(labels: &[u16], images: &[f32], classes: Option<usize>) -> Result<()> {
    let classes = classes.unwrap_or(CLASSES);
    let pixels = images.len() / labels.len();
    let last = images.chunks_exact(pixels).map(|image| image[pixels - 1]);
    let is_class = |x: f32| x.fract() == 0.0 && (0.0..classes as f32).contains(&x);
    if labels.len() < 10 || !last.clone().all(is_class) {
        return Ok(());
    }
    let last = Column::of(last.map(|x| x as usize), classes);
    let first = Column::of(labels.iter().map(|&label| usize::from(label)), classes);
    // Classes are many and about as frequent; a corner pixel is nearly always the same.
    let uneven = first.commonest > 0.9 && last.commonest < 0.6;
    let exact =
        first.commonest > 0.5 && last.kinds == classes && last.commonest < 2.0 / classes as f64;
    if last.kinds < 2 || !(first.beyond || uneven || exact) {
        return Ok(());
    }
    bail!(
        "the label seems to be in the last column, not in the first: the first holds {}, the last \
         {} whole numbers below {classes}. Say --label-column last, or --label-column first if it is not so",
        if first.beyond {
            format!("numbers of {classes} and above")
        } else {
            format!("the same number in {:.0} % of the lines", 100.0 * first.commonest)
        },
        last.kinds
    );
}

/// How the values of a column are spread.
struct Column {
    /// How many different values there are.
    kinds: usize,
    /// The share of the commonest.
    commonest: f64,
    /// Whether some value is no class.
    beyond: bool,
}

impl Column {
    fn of(values: impl Iterator<Item = usize>, classes: usize) -> Self {
        let mut counts = vec![0_usize; classes + 1];
        values.for_each(|value| counts[value.min(classes)] += 1);
        let most = counts.iter().copied().max().unwrap_or(0);
        let all = counts.iter().sum::<usize>();
        Self {
            kinds: counts.iter().filter(|&&count| count > 0).count(),
            commonest: most as f64 / all as f64,
            beyond: counts[classes] > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    /// The digits, as a table with the label before or after the pixels, read as if it were first.
    fn asked(label_first: bool, classes: Option<usize>) -> Result<()> {
        let digits = Dataset::digits();
        let (mut labels, mut images) = (Vec::new(), Vec::new());
        for sample in 0..400 {
            let label = digits.label(sample);
            let pixels = digits.image(sample).iter().map(|x| 16.0 * x);
            if label_first {
                labels.push(label);
                images.extend(pixels);
            } else {
                let mut line: Vec<f32> = pixels.collect();
                line.push(label.into());
                labels.push(line.remove(0) as u16);
                images.extend(line);
            }
        }
        ask(&labels, &images, classes)
    }

    #[test]
    fn a_label_that_stands_last_is_noticed() {
        for classes in [Some(10), None] {
            assert!(asked(true, classes).is_ok());
            let said = asked(false, classes).unwrap_err().to_string();
            assert!(said.contains("--label-column last"), "{said}");
        }
    }
}
