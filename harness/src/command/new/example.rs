//! Example data: series or pictures that a seed draws, so that a new project has something to learn
//! before there is anything measured.

use std::f32::consts::TAU;
use std::fmt::Write as _;

use cpfo::rng::Rng;

/// Numbers of both parts in all, as far as each class gets [`LEAST`] samples.
const NUMBERS: usize = 120_000;
/// And at most: of many classes of large inputs only the first are in the example.
const MOST_NUMBERS: usize = 4_000_000;
const LEAST: usize = 5;
const MOST: usize = 40;

/// The two parts of a data set, as CSV: what trains, and what tests.
pub(super) fn tables(input: [usize; 3], names: &[String]) -> [String; 2] {
    let pixels = input.iter().product::<usize>();
    let names = &names[..(MOST_NUMBERS / LEAST / pixels).clamp(2, names.len())];
    let each = (NUMBERS / (pixels * names.len())).clamp(LEAST, MOST);
    let mut rng = Rng::new(1);
    let classes: Vec<Class> = names.iter().map(|_| Class::drawn(&mut rng, input)).collect();
    // A quarter of all is for the test.
    [each - each / 4, each / 4].map(|samples| {
        let mut table = String::from(
            "# An example, drawn by a seed, and measured by nobody: put data of your own in its place.\n",
        );
        for _ in 0..samples {
            for (name, class) in names.iter().zip(&classes) {
                table += name;
                class.sample(&mut rng, input, &mut table);
                table.push('\n');
            }
        }
        table
    })
}

/// How a class looks: in each map a sum of two waves.
struct Class {
    waves: Vec<[Wave; 2]>,
}

/// Periods along rows and columns, and where it begins.
struct Wave {
    rows: f32,
    columns: f32,
    phase: f32,
}

impl Class {
    fn drawn(rng: &mut Rng, [.., maps]: [usize; 3]) -> Self {
        let mut wave = || Wave {
            rows: (1 + rng.below(5)) as f32,
            columns: rng.below(4) as f32,
            phase: rng.uniform(),
        };
        Self { waves: (0..maps).map(|_| [wave(), wave()]).collect() }
    }

    /// A sample of it: a little louder or softer, a little later or earlier, with noise.
    fn sample(&self, rng: &mut Rng, [rows, columns, maps]: [usize; 3], line: &mut String) {
        let loudness = 0.18 + 0.06 * rng.uniform();
        let late = 0.06 * (rng.uniform() - 0.5);
        for place in 0..rows * columns * maps {
            let (row, column, map) = (place / maps / columns, place / maps % columns, place % maps);
            let [along, across] = [row as f32 / rows as f32, column as f32 / columns as f32];
            let of = |wave: &Wave| {
                libm::sinf(TAU * (wave.rows * along + wave.columns * across + wave.phase + late))
            };
            let waves: f32 = self.waves[map].iter().map(of).sum();
            let value = 0.5 + loudness * waves + 0.08 * (rng.uniform() - 0.5);
            let _ = write!(line, ",{:.2}", value.clamp(0.0, 1.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_sample() {
        let names = ["rest".to_owned(), "tap".to_owned()];
        let [train, test] = tables([5, 2, 3], &names);
        assert_eq!(tables([5, 2, 3], &names), [train.clone(), test.clone()]);
        assert_eq!(test.lines().count(), 21);
        let many: Vec<_> = (0..200).map(|class| class.to_string()).collect();
        let [_, test] = tables([100, 100, 10], &many);
        assert_eq!(test.lines().count(), 1 + 8, "a sample of each of those that are shown");
        let lines: Vec<_> = train.lines().skip(1).collect();
        assert_eq!(lines.len(), 60);
        for line in lines {
            let (label, numbers) = line.split_once(',').unwrap();
            assert!(label == "rest" || label == "tap");
            let numbers: Vec<f32> = numbers.split(',').map(|x| x.parse().unwrap()).collect();
            assert!(numbers.len() == 30 && numbers.iter().all(|x| (0.0..=1.0).contains(x)));
        }
    }
}
