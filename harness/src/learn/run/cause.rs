//! Why a run could not go on, and what to do: the advice follows the reason. A lower rate does not help
//! against a pixel of −10³⁰.

use std::fmt;

use cpfo::net::Net;
use cpfo::train::Refusal;

use super::Run;
use crate::base::label;
use crate::data::Dataset;

/// A value that is so many times as large as white is nothing that a net can learn from.
const WILD: f32 = 100.0;

/// Why a run could not go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// What was refused.
    pub refusal: Refusal,
    /// A value in the data that is to blame, where one is.
    pub wild: Option<Wild>,
    /// The rate that is to blame otherwise.
    pub rate: f32,
}

/// A value that no net can learn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Wild {
    /// `training` or `test`.
    pub part: &'static str,
    /// The sample, counted from 0 within its part.
    pub sample: usize,
    /// The name of its class.
    pub class: String,
    /// Row, column and map, counted from 0.
    pub place: [usize; 3],
    /// The value as it stands in the file.
    pub value: f32,
    /// What white is there.
    pub white: f32,
}

impl<N: Net> Run<'_, N> {
    /// Why [`advance`](Self::advance) refused to go on.
    pub fn cause(&self, refusal: Refusal) -> Cause {
        let of_data = !matches!(refusal, Refusal::Label | Refusal::Rate);
        let parts = [("training", &self.data.train), ("test", self.test)];
        let wild = || parts.into_iter().find_map(|(part, data)| wild(part, data));
        Cause { refusal, wild: of_data.then(wild).flatten(), rate: self.recipe().rate }
    }
}

/// The wildest value of a part, if one is wild: the first that is no number, else the largest.
fn wild(part: &'static str, data: &Dataset) -> Option<Wild> {
    let size = |x: f32| if x.is_nan() { f32::INFINITY } else { x.abs() };
    let all = data.images.iter().map(|&x| size(x)).enumerate();
    let (at, size) =
        all.fold((0, 0.0), |wildest, value| if value.1 > wildest.1 { value } else { wildest });
    if size <= WILD {
        return None;
    }
    let (image, place) = (at / data.image_len(), at % data.image_len());
    let (pixel, map) = (place / data.maps, place % data.maps);
    Some(Wild {
        part,
        sample: image,
        class: data.class_name(data.label(image).into()),
        place: [pixel / data.columns, pixel % data.columns, map],
        value: data.scale.reading(map, data.images[at]),
        white: data.scale.white,
    })
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.refusal {
            // Past a limit that was asked for the run would have gone on.
            Refusal::Gradient => f.write_str("the gradient is not finite")?,
            other => write!(f, "{other}")?,
        }
        if let Some(Wild { part, sample, class, place: [row, column, map], value, white }) =
            &self.wild
        {
            return write!(
                f,
                "\n  The value {value:e} is to blame, not the rate: it stands in {part} sample {sample}, \
                 of class {class}, row {row}, column {column}, map {map} (all counted from 0), where \
                 white is {white}. Mend it, or leave that sample out."
            );
        }
        let [rate, lower] = [self.rate, self.rate / 10.0].map(|rate| label::figure(rate.into()));
        match self.refusal {
            Refusal::Label => f.write_str("\n  Take data whose labels are classes of the net."),
            Refusal::Image => f.write_str("\n  Mend the data."),
            Refusal::Rate if !self.rate.is_finite() => {
                write!(f, "\n  Take another --rate (it is {rate}).")
            }
            _ => write!(f, "\n  Take a lower --rate (it is {rate}; try {lower})."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Data, Split};
    use crate::learn::run::{Recipe, Step, Trainer};
    use cpfo::train::Schedule;
    use cpfo_nets::digits;

    /// The words on a run over these data that does not come to its end.
    fn words(recipe: Recipe, data: &Data) -> String {
        let mut run = match Run::<digits::Net>::new(recipe, data) {
            Ok(run) => run,
            Err(refused) => return format!("{refused:#}"),
        };
        loop {
            match run.advance() {
                Ok(Step::Done) => return "it came to its end".into(),
                Ok(_) => {}
                Err(refusal) => return run.cause(refusal).to_string(),
            }
        }
    }

    #[test]
    fn the_advice_follows_the_reason() {
        let data = Split::Order.split(&Dataset::digits()).unwrap();
        for trainer in [Trainer::Batch, Trainer::InPlace] {
            let recipe = Recipe { trainer, epochs: 2, ..Recipe::BATCH };
            let recipe = if trainer == Trainer::InPlace { recipe.in_place() } else { recipe };
            let schedule = Schedule::Step { every: 1, factor: 1e30 };
            let ruined = words(Recipe { schedule, ..recipe }, &data);
            assert!(ruined.contains("a lower --rate"), "{ruined}");
            let high = words(Recipe { rate: 1e30, ..recipe }, &data);
            assert!(high.contains("at most 1000"), "{high}");
            let nan = words(Recipe { rate: f32::NAN, ..recipe }, &data);
            assert!(nan.contains("rate") && !nan.contains("lower"), "{nan}");
            for (part, value) in [("training", -1e30), ("training", f32::NAN), ("test", f32::NAN)] {
                let mut data = data.clone();
                let set =
                    if part == "test" { data.test.as_mut().unwrap() } else { &mut data.train };
                set.images[7 * 64 + 27] = value;
                let said = words(recipe, &data);
                assert!(said.contains(&format!("{part} sample 7,")), "{said}");
                assert!(
                    said.contains("row 3, column 3, map 0") && !said.contains("--rate"),
                    "{said}"
                );
            }
        }
    }
}
