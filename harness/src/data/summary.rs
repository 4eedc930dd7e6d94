//! What a data set holds: how many samples of each class, the range of each channel, and what of it
//! is odd that a net could learn from all the same.
//!
//! What would spoil a result is said by [`plausible`](super::plausible), here as in training. This adds
//! what is worth a look before that: classes of very different sizes, and inputs that come twice.

use std::collections::HashMap;

use super::sketch::number;
use super::{Data, Dataset};
use crate::base::label;

/// So many times as many samples of one class as of another are told.
const UNEVEN: usize = 10;

/// A data set in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The classes, in the order of a net's outputs.
    pub classes: Vec<Class>,
    /// The maps of an input.
    pub channels: Vec<Channel>,
    /// What is odd, a line each.
    pub oddities: Vec<String>,
}

/// How many samples a class has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// What it is called.
    pub name: String,
    /// To learn from.
    pub train: usize,
    /// To test with.
    pub test: usize,
}

/// The values of a channel in all samples, as the files have them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Channel {
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation.
    pub deviation: f64,
}

impl Summary {
    /// Looks at all samples, best at readings as they are: those of inputs are worked out, and rounded. Where
    /// dark and light were exchanged they are exchanged back.
    pub fn of(data: &Data, inverted: bool) -> Self {
        let classes = classes(data);
        let oddities = [uneven(&classes), copies(data), torn(data)];
        Self {
            channels: (0..data.train.maps).map(|map| channel(data, map, inverted)).collect(),
            oddities: oddities.into_iter().flatten().collect(),
            classes,
        }
    }
}

fn parts(data: &Data) -> impl Iterator<Item = &Dataset> + Clone {
    [&data.train].into_iter().chain(&data.test)
}

fn classes(data: &Data) -> Vec<Class> {
    let named = |class| Class { name: data.train.class_name(class), train: 0, test: 0 };
    let mut classes: Vec<_> = (0..data.train.classes).map(named).collect();
    data.train.labels.iter().for_each(|&label| classes[usize::from(label)].train += 1);
    let tested = data.test.iter().flat_map(|test| &test.labels);
    tested.for_each(|&label| classes[usize::from(label)].test += 1);
    classes
}

fn channel(data: &Data, map: usize, inverted: bool) -> Channel {
    let scale = &data.train.scale;
    let values = parts(data)
        .flat_map(|part| part.images.iter().skip(map).step_by(part.maps))
        .map(|&input| scale.reading(map, input))
        .map(|reading| f64::from(if inverted { scale.white - reading } else { reading }));
    let mut channel = Channel { least: f64::MAX, most: f64::MIN, mean: 0.0, deviation: 0.0 };
    let mut count = 0.0;
    // Welford's: sums of squares of large values would lose what is small.
    for value in values {
        count += 1.0;
        channel.least = channel.least.min(value);
        channel.most = channel.most.max(value);
        let off = value - channel.mean;
        channel.mean += off / count;
        channel.deviation += off * (value - channel.mean);
    }
    channel.deviation = (channel.deviation / f64::max(count, 1.0)).sqrt();
    channel
}

/// That some class has many times as many samples to learn from as another.
fn uneven(classes: &[Class]) -> Option<String> {
    let there = || classes.iter().filter(|class| class.train > 0);
    let most = there().max_by_key(|class| class.train)?;
    let least = there().min_by_key(|class| class.train)?;
    (most.train >= UNEVEN * least.train).then(|| {
        format!(
            "the classes are very uneven: {} training samples of {}, {} of {}: a net that learns \
             from these may never say {}; collect more of it",
            label::count(most.train as u64),
            most.name,
            label::count(least.train as u64),
            least.name,
            least.name
        )
    })
}

/// Inputs that come more than once among those to learn from.
fn copies(data: &Data) -> Option<String> {
    let train = &data.train;
    let mut seen = std::collections::HashSet::new();
    let copies = (0..train.len()).filter(|&index| !seen.insert(number(train.image(index)))).count();
    (copies > 0).then(|| {
        format!(
            "{} of {} training samples are copies of others: remove them, or they count twice, and a \
             split may put one into each part",
            label::count(copies as u64),
            label::count(train.len() as u64)
        )
    })
}

/// Equal inputs of different classes.
fn torn(data: &Data) -> Option<String> {
    let mut first = HashMap::new();
    let (mut torn, mut example) = (0_u64, None);
    for part in parts(data) {
        for index in 0..part.len() {
            let label = part.label(index);
            let &mut known = first.entry(number(part.image(index))).or_insert(label);
            if known != label {
                torn += 1;
                example.get_or_insert((known, label));
            }
        }
    }
    let (one, other) = example?;
    let [one, other] = [one, other].map(|class| data.train.class_name(class.into()));
    Some(format!(
        "{} of the samples are equal to one of another class (the first: {one} and {other}): no net can \
         tell them apart; correct their labels",
        label::count(torn)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scale;

    /// Two classes, of samples of one row of two readings of two channels.
    fn data(images: Vec<f32>, labels: Vec<u16>) -> Data {
        let names = vec!["rest".into(), "tap".into()];
        let (rows, columns, maps, classes, scale) = (1, 2, 2, 2, Scale::max(10.0));
        let groups = Vec::new();
        let train = Dataset { rows, columns, maps, images, labels, classes, scale, names, groups };
        Data { train, test: None }
    }

    #[test]
    fn channels_and_classes_are_counted() {
        let data = data(vec![0.0, 1.0, 0.2, 1.0, 0.4, 1.0, -0.2, 1.0], vec![0, 1]);
        let summary = Summary::of(&data, false);
        let class = |name: &str| Class { name: name.into(), train: 1, test: 0 };
        assert_eq!(summary.classes, [class("rest"), class("tap")]);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-5;
        let [first, second] = summary.channels[..] else { panic!("two channels") };
        assert!(near(first.least, -2.0) && near(first.most, 4.0) && near(first.mean, 1.0));
        assert!(near(first.deviation, 5.0_f64.sqrt()), "{first:?}");
        assert!(near(second.least, 10.0) && second.deviation == 0.0, "{second:?}");
        assert_eq!(summary.oddities, Vec::<String>::new());
        let dark = Summary::of(&data, true).channels[1];
        assert!(near(dark.most, 0.0), "{dark:?}");
    }

    #[test]
    fn what_is_odd_is_said() {
        let mut images: Vec<f32> = (0..48).map(|n| n as f32).collect();
        let mut labels = vec![0; 12];
        labels[11] = 1;
        let said = Summary::of(&data(images.clone(), labels.clone()), false).oddities.join("\n");
        assert!(said.contains("11 training samples of rest, 1 of tap"), "{said}");
        images.copy_within(0..4, 4);
        images.copy_within(0..4, 44);
        let said = Summary::of(&data(images, labels), false).oddities.join("\n");
        assert!(said.contains("2 of 12 training samples are copies"), "{said}");
        assert!(said.contains("1 of the samples are equal to one of another"), "{said}");
        assert!(said.contains("rest and tap"), "{said}");
    }
}
