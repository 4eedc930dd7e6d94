//! Samples that belong together, as the windows of one person do. Where data names groups, each of them
//! stays whole: a net that was taught with half of somebody's windows and is tested with the other half
//! looks better than it is with anybody new.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use anyhow::{Result, ensure};

use super::{Column, Dataset};

impl Dataset {
    /// How many groups there are; 0 where samples do not name theirs.
    pub fn group_count(&self) -> usize {
        self.groups.iter().collect::<HashSet<_>>().len()
    }
}

/// The last groups, in the order in which they come first: as many as are nearest to a share of the
/// samples, at least one and never all.
///
/// # Errors
/// If there is one group only.
pub(crate) fn last(data: &Dataset, share: f64) -> Result<Vec<usize>> {
    let groups = members(data)?;
    let wanted = share * data.len() as f64;
    let mut taken = Vec::new();
    for group in groups[1..].iter().rev() {
        let (without, with) = (taken.len() as f64, (taken.len() + group.len()) as f64);
        if !taken.is_empty() && (with - wanted).abs() >= (without - wanted).abs() {
            break;
        }
        taken.extend(group);
    }
    taken.sort_unstable();
    Ok(taken)
}

/// Groups that together have about a share of each class, at least one and never all. `shuffle` says
/// which of them, where several do as well.
///
/// # Errors
/// If there is one group only.
pub(crate) fn of_each_class(
    data: &Dataset,
    share: f64,
    shuffle: impl FnOnce(&mut [Vec<usize>]),
) -> Result<Vec<usize>> {
    let mut groups = members(data)?;
    shuffle(&mut groups);
    // What is large finds its place first; the small ones make up for what is missing then.
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut all = vec![0.0_f64; data.classes];
    data.labels.iter().for_each(|&label| all[usize::from(label)] += 1.0);
    // How far the classes are from their share, squared and summed; each counts as much as another.
    let off = |taken: &[f64]| -> f64 {
        let of_class = |(taken, all): (&f64, &f64)| (taken / all.max(1.0) - share).powi(2);
        taken.iter().zip(&all).filter(|(_, all)| **all > 0.0).map(of_class).sum()
    };
    let with = |taken: &[f64], group: &[usize]| {
        let mut taken = taken.to_vec();
        group.iter().for_each(|&sample| taken[usize::from(data.label(sample))] += 1.0);
        taken
    };
    let (mut counts, mut taken) = (vec![0.0; data.classes], Vec::new());
    for group in &groups {
        let more = with(&counts, group);
        if off(&more) < off(&counts) {
            taken.extend(group);
            counts = more;
        }
    }
    if taken.is_empty() {
        let distance = |group: &&Vec<usize>| off(&with(&counts, group));
        let nearest = groups.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        taken.extend(nearest.into_iter().flatten());
    }
    taken.sort_unstable();
    Ok(taken)
}

/// The samples of each group, in the order in which groups come first.
fn members(data: &Dataset) -> Result<Vec<Vec<usize>>> {
    let mut places = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (sample, name) in data.groups.iter().enumerate() {
        let place = *places.entry(name).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(sample);
    }
    ensure!(
        groups.len() > 1,
        "all {} samples are of one group, '{}', and a group stays whole, so none can be set aside: \
         collect samples of another, or leave --group-column out",
        data.len(),
        data.groups.first().map_or(String::new(), |name| name.escape_debug().to_string())
    );
    Ok(groups)
}

/// Whether lines of a table belong to groups, and where these stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// They do not.
    None,
    /// In this column.
    By(Column),
}

impl Grouping {
    /// The column as it is said, else as it was when a model was trained.
    pub(crate) fn or(said: Option<&Self>, learnt: Option<Column>) -> Option<Column> {
        match said {
            Some(Grouping::By(column)) => Some(column.clone()),
            Some(Grouping::None) => None,
            None => learnt,
        }
    }
}

impl FromStr for Grouping {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(if text == "none" { Grouping::None } else { Grouping::By(text.parse()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first digits, in groups of these names.
    fn grouped(names: &[&str]) -> Dataset {
        let all: Vec<usize> = (0..names.len()).collect();
        let groups = names.iter().map(ToString::to_string).collect();
        Dataset { groups, ..Dataset::digits().subset(&all) }
    }

    fn repeated(names: &[(&'static str, usize)]) -> Vec<&'static str> {
        names.iter().flat_map(|&(name, count)| std::iter::repeat_n(name, count)).collect()
    }

    fn names(data: &Dataset, taken: &[usize]) -> Vec<String> {
        let names: std::collections::BTreeSet<_> = taken.iter().map(|&i| &data.groups[i]).collect();
        names.into_iter().cloned().collect()
    }

    #[test]
    fn the_last_groups_are_nearest_to_the_share() {
        for (groups, wanted) in [
            (&[("a", 40), ("b", 40), ("c", 10), ("d", 10)][..], &["c", "d"][..]),
            // 12 are nearer to 20 than 28 are, no more than they.
            (&[("a", 72), ("b", 16), ("c", 12)], &["c"]),
            (&[("a", 74), ("b", 14), ("c", 12)], &["b", "c"]),
            (&[("a", 10), ("b", 90)], &["b"]),
            (&[("a", 1), ("b", 1)], &["b"]),
        ] {
            let data = grouped(&repeated(groups));
            let taken = last(&data, 0.2).unwrap();
            assert_eq!(names(&data, &taken), wanted, "{groups:?}");
            assert_eq!(data.group_count(), groups.len());
        }
        // They are those that come first last, wherever their samples are.
        let data = grouped(&["z", "a", "z", "y", "a", "z", "z", "z", "z", "z"]);
        assert_eq!(last(&data, 0.2).unwrap(), [3]);
    }

    #[test]
    fn groups_give_a_share_of_each_class() {
        // Fifty persons with 36 digits each, as they come, so about as many of each class.
        let name: Vec<String> = (0..1797).map(|sample| (sample / 36).to_string()).collect();
        let data = Dataset { groups: name, ..Dataset::digits() };
        for share in [0.1, 0.2, 0.5] {
            let taken = of_each_class(&data, share, |_| ()).unwrap();
            for class in 0..10 {
                let count = |all: &[usize]| {
                    all.iter().filter(|&&sample| data.label(sample) == class).count() as f64
                };
                let all: Vec<usize> = (0..data.len()).collect();
                let found = count(&taken) / count(&all);
                assert!((found - share).abs() < 0.05, "{found} of class {class}, wanted {share}");
            }
            let names = names(&data, &taken);
            let whole = data.groups.iter().filter(|name| names.contains(name)).count();
            assert_eq!(whole, taken.len(), "groups stay whole");
        }
    }

    #[test]
    fn one_is_taken_and_one_is_left() {
        for names in [&["a", "b"][..], &["a", "a", "a", "b"], &["b", "a", "a", "a"]] {
            let data = grouped(names);
            let taken = of_each_class(&data, 0.2, |_| ()).unwrap();
            assert!(!taken.is_empty() && taken.len() < names.len(), "{names:?}: {taken:?}");
        }
    }

    #[test]
    fn one_group_is_refused() {
        let data = grouped(&["anna"; 9]);
        for said in [last(&data, 0.2), of_each_class(&data, 0.2, |_| ())] {
            let said = said.unwrap_err().to_string();
            assert!(said.contains("all 9 samples are of one group, 'anna'"), "{said}");
            assert!(said.contains("--group-column"), "{said}");
        }
    }
}
