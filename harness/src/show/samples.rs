//! What there is to see of data: its tables, and the first samples of each class.

use crate::base::label;
use crate::data::{Dataset, Summary};
use crate::show::plot::{Group, Image};
use crate::show::table::{Align, Cell, Table};

/// A sample of a data set, to be drawn.
pub fn picture(data: &Dataset, index: usize) -> Image {
    let Dataset { rows, columns, maps, .. } = *data;
    Image { rows, columns, maps, pixels: data.image(index).to_vec() }
}

/// The first samples of each class that has some, of up to so many classes.
pub fn first(data: &Dataset, classes: usize, each: usize) -> Vec<Group> {
    let of_class = |class: usize| {
        let indices = (0..data.len()).filter(|&index| usize::from(data.label(index)) == class);
        let images = indices.take(each).map(|index| picture(data, index)).collect();
        Group { name: data.class_name(class), images }
    };
    let groups = (0..data.classes).map(of_class).filter(|group| !group.images.is_empty());
    groups.take(classes).collect()
}

/// How many samples each class has, and below them all.
pub fn classes(summary: &Summary) -> Table {
    let right = ["samples", "share", "training", "test"].map(|head| (head, Align::Right));
    let mut table = Table::new([("class", Align::Left)].into_iter().chain(right));
    let count = |n: usize| label::count(n as u64);
    let train: usize = summary.classes.iter().map(|class| class.train).sum();
    let test: usize = summary.classes.iter().map(|class| class.test).sum();
    for class in &summary.classes {
        let all = class.train + class.test;
        table.row([
            Cell::from(&class.name),
            Cell::from(count(all)),
            Cell::from(label::percent(all as f64 / (train + test) as f64)),
            Cell::from(count(class.train)),
            Cell::from(count(class.test)),
        ]);
    }
    table.row(
        ["all".into(), count(train + test), String::new(), count(train), count(test)]
            .map(Cell::strong),
    );
    table
}

/// The range of each channel, as the files have it.
pub fn channels(summary: &Summary) -> Table {
    let columns = ["channel", "least", "most", "mean", "sd"].map(|head| (head, Align::Right));
    let mut table = Table::new(columns);
    for (place, channel) in summary.channels.iter().enumerate() {
        let figures = [channel.least, channel.most, channel.mean, channel.deviation];
        table.row([place.to_string()].into_iter().chain(figures.map(label::figure)));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Data;

    #[test]
    fn the_tables_hold_what_there_is() {
        let digits = Data { train: Dataset::digits().subset(&[0, 1, 2, 3]), test: None };
        let summary = Summary::of(&digits, false);
        let table = classes(&summary).to_string().replace('\u{a0}', " ");
        assert!(table.contains("0            1  25.00 %         1     0"), "{table}");
        assert!(table.contains("all          4                  4     0"), "{table}");
        let table = channels(&summary).to_string();
        assert!(table.contains("      0      0    16"), "{table}");
    }

    #[test]
    fn the_first_of_each_class_are_shown() {
        let groups = first(&Dataset::digits(), 3, 2);
        let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["0", "1", "2"]);
        assert!(groups.iter().all(|group| group.images.len() == 2));
    }
}
