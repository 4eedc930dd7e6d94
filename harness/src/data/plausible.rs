//! Whether data make sense, asked between reading and learning. A net learns from anything, and a
//! senseless number at the end looks like any other; so what is odd is said, in a line for each
//! oddity. Nothing is refused here: who knows better reads on.

use std::collections::{BTreeSet, HashSet};

use super::frame::Frame;
use super::sketch::number;
use super::{Data, Dataset};
use crate::base::label;
use crate::model::scale::Method;

/// Fewer samples than this tell nothing of shares.
const FEW: usize = 10;
/// A class with so large a share hides whether anything is learnt.
const MOST: f64 = 0.9;
/// So many inputs may be the same in every image; a margin is.
const STILL: f64 = 0.6;
/// So many test samples may be training samples as well.
const SHARED: f64 = 0.02;
/// So many of some may be so by chance.
const FAMILIAR: f64 = 0.1;
/// The largest values of two sets whose scale is the same differ by no more than this factor.
const SCALE: f32 = 3.0;

/// What is odd about data that are to be learnt from.
pub fn of_training(data: &Data) -> Vec<String> {
    let Data { train, test } = data;
    let mut notes = of_part(train, "training");
    let largest = largest(train);
    let is_as_read = matches!(train.scale.method, Method::Max | Method::None);
    if is_as_read && largest > 0.0 && largest < 1.0 / SCALE {
        notes.push(format!(
            "the largest value of the training {} is {}, and values to 1 are taken as they \
             are: multiply them, so that the largest is about 1, or say --scale minmax or standard",
            train.form().many(),
            label::figure(largest.into())
        ));
    }
    if Frame::of(train).is_some_and(|frame| frame.paper > 0.5) {
        notes.push(
            "the images are dark on light: nets learn more easily the other way round, and what a \
             shift or a turn leaves empty is dark; --invert exchanges the two"
                .to_owned(),
        );
    }
    let Some(test) = test else { return notes };
    notes.extend(of_part(test, "test"));
    notes.extend(classes(train, test));
    notes.extend(scale(test, largest, &format!("the training {}'", train.form().many())));
    notes.extend(shared(train, test));
    notes.extend(known_groups(train, test));
    notes
}

/// What is odd about data that a model is tested with, given what it has learnt from.
pub fn of_test(test: &Dataset, learnt: Option<Frame>) -> Vec<String> {
    let mut notes = of_part(test, "test");
    // By the other methods it is not known how large the largest was.
    if matches!(test.scale.method, Method::Max | Method::Minmax) {
        notes.extend(scale(test, 1.0, "of those that the model learnt from"));
    }
    if let (Some(here), Some(there)) = (Frame::of(test), learnt)
        && (here.paper - there.paper).abs() > 0.5
    {
        let [here, there] = [here, there]
            .map(|frame| if frame.paper > 0.5 { "dark on light" } else { "light on dark" });
        notes.push(format!(
            "the test images are {here}, those that the model learnt from {there}: --invert \
             exchanges the two"
        ));
    }
    notes
}

/// That a model has seen samples before which it is tested with.
pub fn of_known(known: usize, all: usize) -> Option<String> {
    (known > 0).then(|| {
        format!(
            "the model was trained on {} of these {} test samples: this is not a test of what it \
             does with new ones",
            label::count(known as u64),
            label::count(all as u64)
        )
    })
}

/// The same where it is only known of some: of those that can be compared.
pub fn of_familiar([known, compared]: [usize; 2], all: usize) -> Option<String> {
    (known as f64 > FAMILIAR * compared as f64).then(|| {
        format!(
            "the model was trained on about {:.0} % of these {} test samples ({known} of {compared} \
             that can be compared): this is not a test of what it does with new ones",
            100.0 * known as f64 / compared as f64,
            label::count(all as u64)
        )
    })
}

/// What is odd about one part alone.
fn of_part(data: &Dataset, part: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let counts = counts(data);
    let (most, &count) =
        counts.iter().enumerate().max_by_key(|&(_, count)| count).unwrap_or((0, &0));
    let share = count as f64 / data.len() as f64;
    let class = data.class_name(most);
    if count == data.len() {
        notes.push(format!(
            "all {} {part} samples are of one class, {class}: is that column the label? \
             --label-column names another",
            label::count(count as u64)
        ));
    } else if data.len() >= FEW && share >= MOST {
        notes.push(format!(
            "{} of the {part} samples are of class {class}: a net that always says {class} is as \
             often right",
            label::percent(share)
        ));
    }
    notes.extend(still(data, part));
    notes
}

/// Inputs that never change.
fn still(data: &Dataset, part: &str) -> Option<String> {
    if data.len() < 2 {
        return None;
    }
    let first = data.image(0);
    let mut moves = vec![false; first.len()];
    let mut blank = 0;
    for index in 0..data.len() {
        let image = data.image(index);
        for (moves, (now, then)) in moves.iter_mut().zip(image.iter().zip(first)) {
            *moves |= now != then;
        }
        blank += usize::from(image.iter().all(|&pixel| pixel == image[0]));
    }
    let many = data.form().many();
    let still = moves.iter().filter(|&&moves| !moves).count();
    let map_is_still =
        |&map: &usize| moves.iter().skip(map).step_by(data.maps).all(|&moves| !moves);
    if still == moves.len() {
        return Some(format!("all {part} {many} are the same: there is nothing to learn from"));
    }
    if blank > 0 && blank * 100 >= data.len() {
        return Some(format!(
            "{} of {} {part} {many} are blank, of one value everywhere",
            label::count(blank as u64),
            label::count(data.len() as u64)
        ));
    }
    if data.maps > 1
        && let Some(map) = (0..data.maps).find(map_is_still)
    {
        return Some(format!("map {map} (counted from 0) is the same in all {part} {many}"));
    }
    (still as f64 > STILL * moves.len() as f64)
        .then(|| format!("{still} of {} inputs are the same in all {part} {many}", moves.len()))
}

/// Classes that one part has and the other lacks, or both.
fn classes(train: &Dataset, test: &Dataset) -> Vec<String> {
    let (learnt, tested) = (counts(train), counts(test));
    let those = |wanted: &dyn Fn(usize) -> bool| {
        let names: Vec<_> = (0..train.classes)
            .filter(|&class| wanted(class))
            .map(|class| train.class_name(class))
            .collect();
        (!names.is_empty()).then(|| list(&names))
    };
    let mut notes = Vec::new();
    if let Some(names) = those(&|class| learnt[class] == 0 && tested[class] > 0) {
        notes.push(format!(
            "there are test samples of {names}, but none to learn from: if the data is sorted by \
             class, say --split stratified"
        ));
    }
    if let Some(names) = those(&|class| learnt[class] > 0 && tested[class] == 0) {
        notes.push(format!("there are no test samples of {names}: nothing is known of them"));
    }
    if let Some(names) = those(&|class| learnt[class] == 0 && tested[class] == 0) {
        notes
            .push(format!("there is no sample at all of {names}, which the net has an output for"));
    }
    notes
}

/// Values that are much larger or smaller than those they should be like.
fn scale(data: &Dataset, like: f32, whose: &str) -> Option<String> {
    let largest = largest(data);
    let same = largest == 0.0 || like == 0.0 || (1.0 / SCALE..SCALE).contains(&(largest / like));
    // Where each map has its own scale it is inputs that are compared.
    let white = if data.scale.method == Method::Max { data.scale.white } else { 1.0 };
    (!same).then(|| {
        format!(
            "the largest value of the test {} is {}, {whose} largest is {}: are the two scaled \
             alike?",
            data.form().many(),
            label::figure((largest * white).into()),
            label::figure((like * white).into())
        )
    })
}

/// Test images that are training images, too.
fn shared(train: &Dataset, test: &Dataset) -> Option<String> {
    let learnt: HashSet<u64> = (0..train.len()).map(|index| number(train.image(index))).collect();
    let known = |&index: &usize| learnt.contains(&number(test.image(index)));
    let known = (0..test.len()).filter(known).count();
    (known as f64 > SHARED * test.len() as f64).then(|| {
        format!(
            "{} of {} test {many} are among the training {many}: the test will look better than it \
             is",
            label::count(known as u64),
            label::count(test.len() as u64),
            many = test.form().many()
        )
    })
}

/// Groups of which there are samples in both parts.
fn known_groups(train: &Dataset, test: &Dataset) -> Option<String> {
    let [learnt, tested] = [train, test].map(|part| part.groups.iter().collect::<BTreeSet<_>>());
    let known: Vec<_> = tested.intersection(&learnt).collect();
    let first = known.first()?;
    Some(format!(
        "{} of {} groups of the test part have training samples, too (the first: '{}'): the test will look \
         better than it is with anybody new",
        label::count(known.len() as u64),
        label::count(tested.len() as u64),
        first.escape_debug()
    ))
}

fn largest(data: &Dataset) -> f32 {
    data.images.iter().fold(0.0, |largest, pixel| pixel.abs().max(largest))
}

fn counts(data: &Dataset) -> Vec<usize> {
    let mut counts = vec![0; data.classes];
    data.labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
    counts
}

/// `class 3`, or `the classes 3, 4 and 5`.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 6;
    match names {
        [one] => format!("class {one}"),
        [most @ .., last] if names.len() <= SHOWN => {
            format!("the classes {} and {last}", most.join(", "))
        }
        _ => {
            let more = names.len() - SHOWN;
            format!("the classes {} and {more} more", names[..SHOWN].join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;

    fn digits() -> Data {
        Split::Order.split(&Dataset::digits()).unwrap()
    }

    /// What is said of the digits after a change, which must be this one thing.
    fn said(change: impl Fn(&mut Dataset, &mut Dataset)) -> String {
        let Data { mut train, test } = digits();
        let mut test = test.unwrap();
        change(&mut train, &mut test);
        of_training(&Data { train, test: Some(test) }).join("\n")
    }

    /// The same change of both parts.
    fn both(change: impl Fn(&mut Dataset)) -> String {
        said(|train, test| {
            change(train);
            change(test);
        })
    }

    fn keep(data: &mut Dataset, wanted: impl Fn(u16) -> bool) {
        let indices: Vec<_> = (0..data.len()).filter(|&index| wanted(data.label(index))).collect();
        *data = data.subset(&indices);
    }

    #[test]
    fn nothing_is_said_of_what_is_as_it_should_be() {
        assert_eq!(said(|_, _| ()), "");
        let Data { train, test } = digits();
        assert_eq!(of_test(&test.unwrap(), Frame::of(&train)), Vec::<String>::new());
    }

    #[test]
    fn every_oddity_is_said_in_a_line() {
        let one = said(|train, _| train.labels.fill(3));
        assert!(one.contains("all 1,437 training samples are of one class, 3"), "{one}");
        let most = said(|train, _| train.labels[..1400].fill(3));
        assert!(most.contains("a net that always says 3"), "{most}");
        let lacking = said(|train, _| keep(train, |label| label != 7));
        assert!(lacking.contains("test samples of class 7, but none to learn from"), "{lacking}");
        assert!(lacking.contains("--split stratified"), "{lacking}");
        let untested = said(|_, test| keep(test, |label| label > 2));
        assert!(untested.contains("no test samples of the classes 0, 1 and 2"), "{untested}");
        let absent = both(|part| keep(part, |label| label < 2));
        assert!(absent.contains("the classes 2, 3, 4, 5, 6, 7 and 2 more"), "{absent}");
        let same = said(|train, _| train.images.fill(0.5));
        assert!(same.contains("all training images are the same"), "{same}");
        let blank = said(|train, _| train.images[..64 * 50].fill(0.0));
        assert!(blank.contains("50 of 1,437 training images are blank"), "{blank}");
        let still = said(|train, _| {
            train.images.chunks_mut(64).for_each(|image| image[..40].fill(0.0));
        });
        assert!(still.contains("inputs are the same in all training images"), "{still}");
        let tiny = both(|part| part.images.iter_mut().for_each(|x| *x *= 0.01));
        assert!(tiny.contains("largest value of the training images is 0.01"), "{tiny}");
        let scaled = said(|_, test| test.images.iter_mut().for_each(|x| *x /= 16.0));
        assert!(scaled.contains("largest value of the test images is 1, the training"), "{scaled}");
        let inverted = both(Dataset::invert);
        assert!(inverted.contains("dark on light") && inverted.contains("--invert"), "{inverted}");
        let shared = said(|train, test| *test = train.subset(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
        assert!(shared.contains("11 of 11 test images are among the training"), "{shared}");
    }

    #[test]
    fn a_test_is_compared_with_what_was_learnt() {
        let Data { train, test } = digits();
        let (test, frame) = (test.unwrap(), Frame::of(&train));
        let changed = |change: &dyn Fn(f32) -> f32| {
            let images = test.images.iter().map(|&x| change(x)).collect();
            of_test(&test.with(images, test.labels.clone()), frame).join("\n")
        };
        assert!(changed(&|x| x / 16.0).contains("scaled alike?"));
        assert!(changed(&|x| x * 16.0).contains("scaled alike?"));
        assert!(changed(&|x| 1.0 - x).contains("--invert"));
    }
}
