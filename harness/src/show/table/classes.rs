//! The two tables of a trained net: how each class fared, and which was taken for which.

use super::{Align, Cell, Table};
use crate::base::label;
use crate::learn::confusion::Confusion;

/// Above this many classes a matrix no longer fits a terminal, and the commonest mistakes say
/// more.
const MATRIX_CLASSES: usize = 20;
/// How many kinds of mistake are listed then.
const LISTED: usize = 20;
/// Where the names of the classes head columns that are wider than this together, their numbers do, which
/// then stand before the names of the rows, too.
const ROOM: usize = 80;

/// Rows are what samples are, columns what they were called.
const CORNER: &str = "true \\ called";

/// Precision, recall, F1 and support of each class, and below them of all.
pub fn scores(confusion: &Confusion) -> Table {
    let right = ["precision", "recall", "F1", "support"].map(|head| (head, Align::Right));
    let mut table = Table::new([("class", Align::Left)].into_iter().chain(right));
    for (class, name) in confusion.classes().iter().enumerate() {
        let score = confusion.score(class);
        table.row([
            Cell::from(name),
            share(score.precision(), score.calls),
            share(score.recall(), score.support),
            share(score.f1(), score.calls + score.support),
            Cell::from(label::count(score.support)),
        ]);
    }
    let total = confusion.total();
    let accuracy =
        if total == 0 { label::DASH.into() } else { label::percent(confusion.accuracy()) };
    table.row([
        Cell::strong("accuracy"),
        Cell::from(""),
        Cell::strong(accuracy),
        Cell::from(""),
        Cell::strong(label::count(total)),
    ]);
    table
}

/// The confusion matrix, a row for each true class; for many classes the commonest mistakes.
pub fn confusion(confusion: &Confusion) -> Table {
    if confusion.classes().len() <= MATRIX_CLASSES {
        matrix(confusion)
    } else {
        commonest(confusion)
    }
}

fn matrix(confusion: &Confusion) -> Table {
    let widths = || confusion.classes().iter().map(|name| label::width(name));
    let first = widths().max().unwrap_or(0).max(label::width(CORNER));
    let numbered = widths().fold(first, |all, width| all + 2 + width) > ROOM;
    let classes = confusion.classes().iter().enumerate();
    let heads = classes.clone().map(|(class, name)| {
        let head = if numbered { class.to_string() } else { name.clone() };
        (head, Align::Right)
    });
    let mut table = Table::new([(CORNER.to_owned(), Align::Left)].into_iter().chain(heads));
    for (class, name) in classes {
        let name = if numbered { format!("{class} {name}") } else { name.clone() };
        let cell = |(predicted, &count): (usize, &u64)| match count {
            0 => Cell::quiet("·"),
            _ if predicted == class => Cell::strong(label::count(count)),
            _ => Cell::from(label::count(count)),
        };
        let counts = confusion.row(class).iter().enumerate().map(cell);
        table.row([Cell::from(name)].into_iter().chain(counts));
    }
    table
}

fn commonest(confusion: &Confusion) -> Table {
    let columns = [("true", Align::Left), ("called", Align::Left), ("times", Align::Right)];
    let mut table = Table::new(columns);
    let mixups = confusion.mixups();
    for mixup in mixups.iter().take(LISTED) {
        table.row([
            &*confusion.classes()[mixup.label],
            &*confusion.classes()[mixup.predicted],
            &*label::count(mixup.count),
        ]);
    }
    if let Some(more) = mixups.get(LISTED..).filter(|more| !more.is_empty()) {
        let times = more.iter().map(|mixup| mixup.count).sum();
        let pairs = format!("{} more pairs", label::count(more.len() as u64));
        table.row([Cell::quiet(pairs), Cell::from(""), Cell::quiet(label::count(times))]);
    }
    table
}

fn share(share: f64, of: u64) -> Cell {
    if of == 0 { Cell::quiet(label::DASH) } else { Cell::from(label::percent(share)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(k: usize, pairs: &[(usize, usize)]) -> Confusion {
        let classes = (0..k).map(|class| format!("class {class}")).collect();
        Confusion::from_pairs(classes, pairs.iter().copied()).unwrap()
    }

    #[test]
    fn scores_by_hand() {
        let text =
            scores(&example(3, &[(0, 0), (0, 1), (1, 1)])).to_string().replace('\u{a0}', " ");
        let lines = "\
class     precision    recall       F1  support
────────  ─────────  ────────  ───────  ───────
class 0    100.00 %   50.00 %  66.67 %        2
class 1     50.00 %  100.00 %  66.67 %        1
class 2           –         –        –        0
accuracy              66.67 %                 3
";
        assert_eq!(text, lines);
    }

    #[test]
    fn matrix_by_hand() {
        let text = confusion(&example(2, &[(0, 0), (0, 1), (1, 1)])).to_string();
        let lines = "\
true \\ called  class 0  class 1
─────────────  ───────  ───────
class 0              1        1
class 1              ·        1
";
        assert_eq!(text, lines);
        // Where names take more than a terminal has, numbers head the columns.
        let many = confusion(&example(9, &[(0, 1)])).to_string();
        assert!(many.contains("called  0  1  2") && many.contains("1 class 1"), "{many}");
    }

    #[test]
    fn many_classes_become_a_list() {
        let mut pairs: Vec<_> = (0..99).map(|class| (class, class + 1)).collect();
        pairs.extend([(7, 3); 5]);
        let text = confusion(&example(100, &pairs)).to_string();
        assert!(text.lines().nth(2).unwrap().starts_with("class 7        class 3"), "{text}");
        assert!(text.contains("80 more pairs"), "{text}");
        assert!(text.lines().count() == LISTED + 3);
    }

    #[test]
    fn no_sample_and_no_class() {
        assert!(scores(&example(0, &[])).to_string().contains('–'));
        assert!(confusion(&example(0, &[])).to_string().contains("true"));
        assert!(scores(&example(1, &[])).to_string().contains("class 0"));
    }
}
