//! The confusion matrix as a heat map.
//!
//! The strength of a cell is the share of its true class; blue lies on the diagonal, orange is a
//! mistake. Few mistakes shall be seen, so theirs grows with the square root of the share. Up to
//! 20 classes each cell holds its count; beyond, one points at it.

use maud::{Markup, html};

use super::palette::FAINTEST;
use super::picture::{Drawing, Picture, at, nothing, text_width};
use crate::base::label;
use crate::learn::confusion::Confusion;

/// Up to so many classes a cell has room for its count.
const COUNTED: usize = 20;
/// Columns for a class name.
const NAME: usize = 16;
/// Room for the name of the axis, where the matrix is smaller than that.
const AXIS: f64 = 90.0;
const RIGHT: f64 = 8.0;

/// Draws the matrix: true classes from top to bottom, what they were called from left to right.
pub fn confusion(confusion: &Confusion) -> Picture {
    let k = confusion.classes().len();
    if k == 0 {
        return nothing("No classes to draw.");
    }
    let description = format!(
        "Confusion matrix of {} samples in {k} classes: {} on the diagonal.",
        label::count(confusion.total()),
        label::count(confusion.correct()),
    );
    Picture::new(description, |width| Layout::of(confusion, width).drawing(confusion))
}

struct Layout {
    left: f64,
    top: f64,
    cell: f64,
    /// Names of columns stand upright where they are wider than a cell.
    upright: bool,
    /// Every so many-th class has its name written.
    stride: usize,
}

impl Layout {
    fn of(confusion: &Confusion, width: f64) -> Self {
        let k = confusion.classes().len();
        let widest = confusion.classes().iter().map(|name| text_width(&label::name(name, NAME)));
        let widest = widest.fold(0.0, f64::max);
        let counts = (0..k).flat_map(|label| confusion.row(label));
        let count = counts.map(|&count| text_width(&compact(count))).fold(0.0, f64::max);
        let room = (width - 34.0 - RIGHT - widest) / k as f64;
        let cell =
            if k <= COUNTED { room.clamp(count.max(16.0) + 2.0, 52.0) } else { room.max(3.0) };
        let upright = widest > cell - 4.0;
        Self {
            left: 34.0 + widest,
            top: if upright { 14.0 + widest } else { 26.0 },
            cell,
            upright,
            stride: (14.0 / cell).ceil() as usize,
        }
    }

    fn drawing(&self, confusion: &Confusion) -> Drawing {
        let Self { left, top, cell, .. } = *self;
        let k = confusion.classes().len();
        let side = cell * k as f64;
        let middle = top + side / 2.0;
        Drawing {
            width: left + side.max(AXIS) + RIGHT,
            height: top + side + 32.0,
            body: html! {
                (self.names(confusion))
                rect class="rule" x=(at(left)) y=(at(top)) width=(at(side)) height=(at(side)) {}
                @for label in 0..k {
                    @for predicted in (0..k).filter(|&predicted| confusion.count(label, predicted) > 0) {
                        (self.cell(confusion, label, predicted))
                    }
                }
                text class="quiet middle" x=(at(left + side.max(AXIS) / 2.0)) y=(at(top + side + 24.0)) {
                    "predicted class"
                }
                text class="quiet middle" x="14" y=(at(middle))
                    transform=(format!("rotate(-90 14 {})", at(middle))) { "true class" }
            },
        }
    }

    fn names(&self, confusion: &Confusion) -> Markup {
        let names = confusion.classes().iter().enumerate().step_by(self.stride);
        html! {
            @for (class, name) in names {
                @let middle = (class as f64 + 0.5) * self.cell;
                @let (x, y) = (at(self.left + middle), at(self.top - 8.0));
                text class="end" x=(at(self.left - 8.0)) y=(at(self.top + middle + 4.0)) {
                    (label::name(name, NAME))
                }
                @if self.upright {
                    text x=(at(x + 4.0)) y=(y) transform=(format!("rotate(-90 {} {y})", at(x + 4.0))) {
                        (label::name(name, NAME))
                    }
                } @else {
                    text class="middle" x=(x) y=(y) { (label::name(name, NAME)) }
                }
            }
        }
    }

    fn cell(&self, confusion: &Confusion, label: usize, predicted: usize) -> Markup {
        let row = confusion.row(label);
        let (count, support) = (row[predicted], row.iter().sum::<u64>());
        let share = count as f64 / support as f64;
        let (hue, strength) = if label == predicted {
            ("right", strength(share))
        } else {
            ("wrong", strength(share.sqrt()))
        };
        let (x, y) =
            (self.left + predicted as f64 * self.cell, self.top + label as f64 * self.cell);
        let name = |class: usize| label::name(&confusion.classes()[class], NAME);
        html! {
            g {
                title { (name(label)) " → " (name(predicted)) ": " (label::count(count)) " of " (label::count(support)) }
                rect x=(at(x)) y=(at(y)) width=(at(self.cell)) height=(at(self.cell))
                    style=(format!("fill:var(--{hue});fill-opacity:{strength:.2}")) {}
                @if confusion.classes().len() <= COUNTED {
                    text class="middle" x=(at(x + self.cell / 2.0)) y=(at(y + self.cell / 2.0 + 4.0)) { (compact(count)) }
                }
            }
        }
    }
}

/// A count in at most four characters' room.
fn compact(count: u64) -> String {
    if count < 10_000 { count.to_string() } else { format!("{}k", count / 1000) }
}

/// How strong a cell of a share is: never so faint that it would be lost on the paper.
fn strength(share: f64) -> f64 {
    FAINTEST + (1.0 - FAINTEST) * share
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::texts;
    use super::*;

    #[test]
    fn counts_and_names_are_in_it() {
        let pairs = [(0, 0); 7].into_iter().chain([(0, 1), (1, 1), (1, 1)]);
        let matrix = Confusion::from_pairs(vec!["cat".into(), "dog & fox".into()], pairs).unwrap();
        let texts = texts(&confusion(&matrix));
        for text in ["cat", "dog & fox", "7", "1", "2", "cat → dog & fox: 1 of 8"] {
            assert!(texts.iter().any(|t| t == text), "{text}: {texts:?}");
        }
    }

    #[test]
    fn any_number_of_classes_and_any_name() {
        for (k, name) in
            [(0, "a"), (1, "one"), (7, "a very long name <of> a class"), (100, "c"), (500, "十七")]
        {
            let classes = (0..k).map(|class| format!("{name}{class}")).collect();
            let pairs = (0..k).map(|class| (class, (7 * class) % k));
            texts(&confusion(&Confusion::from_pairs(classes, pairs).unwrap()));
        }
    }
}
