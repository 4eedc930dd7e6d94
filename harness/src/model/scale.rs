//! How the readings of data become a net's inputs, as a model's metadata say it: the offsets and factors of
//! [`cpfo::scale`], and how they were found.
//!
//! They stand in the entry `origin`, as `scale`. A model from before there was more than one way has `white`
//! there: a number that all readings were divided by.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context as _, bail, ensure};
use cpfo::net::Net;
use cpfo::scale::{self, inputs};
use cpfo::shape::Zero as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Metadata;
use crate::base::bounds::Bounds;
use crate::base::label;

/// How offsets and factors are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The largest reading becomes 1, the same for all maps; readings up to 1 stay as they are.
    #[default]
    Max,
    /// Of each map, the smallest reading becomes 0 and the largest 1.
    Minmax,
    /// Of each map, the mean becomes 0 and the standard deviation 1.
    Standard,
    /// Readings are inputs.
    None,
}

impl FromStr for Method {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        Ok(match text {
            "max" => Method::Max,
            "minmax" => Method::Minmax,
            "standard" => Method::Standard,
            "none" => Method::None,
            _ => bail!("'{text}' is no scale: there are max, minmax, standard and none"),
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Max => "max",
            Method::Minmax => "minmax",
            Method::Standard => "standard",
            Method::None => "none",
        })
    }
}

/// How readings become inputs: input = (reading − offset) · factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// How it was found.
    pub method: Method,
    /// The reading that is white, where readings are shades: the largest, or 1 if none is above 1.
    pub white: f32,
    /// An offset for each map, or one for all.
    pub offset: Vec<f32>,
    /// A factor for each map, or one for all.
    pub factor: Vec<f32>,
}

impl Scale {
    /// White becomes 1.
    pub fn max(white: f32) -> Self {
        Self { method: Method::Max, white, offset: vec![0.0], factor: vec![1.0 / white] }
    }

    /// Readings are inputs.
    pub fn none(white: f32) -> Self {
        Self { method: Method::None, white, offset: vec![0.0], factor: vec![1.0] }
    }

    /// What the metadata of a model say; nothing if they say nothing of data.
    ///
    /// # Errors
    /// If that cannot be.
    pub fn of(about: &Metadata) -> anyhow::Result<Option<Self>> {
        let Some(text) = about.get("origin") else { return Ok(None) };
        let broken = "what it says of its data is broken";
        let origin: Value = serde_json::from_str(text).context(broken)?;
        let scale = match origin.get("scale") {
            Some(scale) => Self::deserialize(scale).context(broken)?,
            None => {
                let white = origin.get("white").unwrap_or(&Value::Null);
                Self::max(f32::deserialize(white).context(broken)?)
            }
        };
        scale.check().context(broken)?;
        Ok(Some(scale))
    }

    /// The scale of a model for a net, as core has it: the identity where its metadata say nothing.
    ///
    /// # Errors
    /// If what they say cannot be, or is of another net.
    pub fn of_model<N: Net>(about: &Metadata) -> anyhow::Result<scale::Scale<N>> {
        match Self::of(about)? {
            Some(scale) => scale.of_net(),
            None => Ok(scale::Scale::ZERO),
        }
    }

    /// Refuses what is no scale.
    fn check(&self) -> anyhow::Result<()> {
        let Self { white, offset, factor, .. } = self;
        ensure!(Bounds::POSITIVE.fit(*white), "white is {white} there");
        ensure!(
            !offset.is_empty() && offset.len() == factor.len(),
            "there are {} offsets and {} factors",
            offset.len(),
            factor.len()
        );
        ensure!(offset.iter().all(|x| x.is_finite()), "{}", scale::Unfit::Offset);
        ensure!(factor.iter().all(|&x| Bounds::POSITIVE.fit(x)), "{}", scale::Unfit::Factor);
        Ok(())
    }

    /// Refuses a scale of other maps than these.
    ///
    /// # Errors
    /// If there is not one offset and one factor for each, or for all.
    pub fn fits(&self, maps: usize) -> anyhow::Result<()> {
        let found = self.offset.len();
        ensure!(
            found == 1 || found == maps,
            "the scale is of {found} maps, and the images have {maps}"
        );
        Ok(())
    }

    /// The same for a net, as core has it.
    ///
    /// # Errors
    /// If it is of another number of maps.
    pub fn of_net<N: Net>(&self) -> anyhow::Result<scale::Scale<N>> {
        let [.., maps] = N::INPUT;
        self.fits(maps)?;
        let [offset, factor]: [Vec<f32>; 2] = [&self.offset, &self.factor]
            .map(|each| each.iter().copied().cycle().take(maps).collect());
        Ok(scale::Scale::new(&offset, &factor)?)
    }

    /// Offset and factor of a map.
    pub fn of_map(&self, map: usize) -> [f32; 2] {
        let at = map % self.offset.len();
        [self.offset[at], self.factor[at]]
    }

    /// How many maps there are a number for: 1 where it is the same for all.
    pub fn maps(&self) -> usize {
        self.offset.len()
    }

    /// The same for one map alone.
    pub fn of_one(&self, map: usize) -> Self {
        let [offset, factor] = self.of_map(map);
        Self { offset: vec![offset], factor: vec![factor], ..*self }
    }

    /// Puts inputs in the place of readings, maps innermost.
    ///
    /// # Errors
    /// If it is no scale.
    pub fn apply(&self, readings: &mut [f32]) -> anyhow::Result<()> {
        let mut all = vec![0.0; readings.len()];
        inputs(&self.offset, &self.factor, readings, &mut all)?;
        readings.copy_from_slice(&all);
        Ok(())
    }

    /// Puts inputs in the place of shades, of which 0 is black and 1 is white.
    ///
    /// # Errors
    /// If it is no scale.
    pub fn apply_to_shades(&self, shades: &mut [f32]) -> anyhow::Result<()> {
        shades.iter_mut().for_each(|shade| *shade *= self.white);
        self.apply(shades)
    }

    /// The reading that became an input, but for rounding.
    pub fn reading(&self, map: usize, input: f32) -> f32 {
        let [offset, factor] = self.of_map(map);
        input / factor + offset
    }

    /// The shade that became an input, but for rounding.
    pub fn shade(&self, map: usize, input: f32) -> f32 {
        self.reading(map, input) / self.white
    }

    /// The input if dark and light were exchanged.
    pub fn inverted(&self, map: usize, input: f32) -> f32 {
        let [offset, factor] = self.of_map(map);
        (self.white - 2.0 * offset) * factor - input
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;
        let figure = |x: f32| label::figure(x.into());
        write!(f, "{}", self.method)?;
        if self.method == Method::None {
            return Ok(());
        }
        let all = self.offset.iter().zip(&self.factor).take(SHOWN);
        for (place, (&offset, &factor)) in all.enumerate() {
            let before = if place == 0 { ":" } else { "," };
            match offset {
                0.0 => write!(f, "{before} reading · {}", figure(factor))?,
                offset if offset < 0.0 => {
                    write!(f, "{before} (reading + {}) · {}", figure(-offset), figure(factor))?;
                }
                offset => {
                    write!(f, "{before} (reading − {}) · {}", figure(offset), figure(factor))?;
                }
            }
        }
        match self.offset.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more maps"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    cpfo::net! { mod two: 2 x 1 x 2 { O1 = Output(2, SoftmaxCrossEntropy); } }

    fn said(origin: &str) -> anyhow::Result<Option<Scale>> {
        Scale::of(&Metadata::from([("origin".into(), origin.into())]))
    }

    fn standard() -> Scale {
        Scale {
            method: Method::Standard,
            white: 9.0,
            offset: vec![1.0, -2.5],
            factor: vec![0.5, 0.1],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let origin = serde_json::json!({ "scale": standard() }).to_string();
        assert_eq!(said(&origin).unwrap(), Some(standard()));
        assert_eq!(Scale::of(&Metadata::new()).unwrap(), None);
        for method in ["max", "minmax", "standard", "none"] {
            assert_eq!(method.parse::<Method>().unwrap().to_string(), method);
        }
        assert!("mean".parse::<Method>().is_err());
    }

    #[test]
    fn a_model_that_only_knows_white_was_divided_by_it() {
        assert_eq!(said(r#"{ "white": 16.0 }"#).unwrap(), Some(Scale::max(16.0)));
        for origin in [
            "{}",
            r#"{ "white": 0 }"#,
            r#"{ "white": null }"#,
            r#"{ "scale": null }"#,
            r#"{ "scale": { "method": "max", "white": 1, "offset": [0], "factor": [0] } }"#,
            r#"{ "scale": { "method": "max", "white": 1, "offset": [0], "factor": [1e-50] } }"#,
            r#"{ "scale": { "method": "max", "white": 1, "offset": [1e39], "factor": [1] } }"#,
            r#"{ "scale": { "method": "max", "white": 1, "offset": [0, 0], "factor": [1] } }"#,
            r#"{ "scale": { "method": "max", "white": 1, "offset": [], "factor": [] } }"#,
        ] {
            let error = format!("{:#}", said(origin).unwrap_err());
            assert!(error.starts_with("what it says of its data is broken"), "{origin}: {error}");
        }
    }

    #[test]
    fn a_net_and_the_desktop_get_the_same_bits() {
        let readings = [1.3, 200.7, -5.0, 0.1];
        for scale in [standard(), Scale::max(255.0), Scale::none(7.0)] {
            let mut here = readings;
            scale.apply(&mut here).unwrap();
            let mut there = [[[0.0; 2]; 1]; 2];
            scale.of_net::<two::Net>().unwrap().apply(&readings, &mut there).unwrap();
            let there = there.as_flattened().as_flattened();
            assert_eq!(here.map(f32::to_bits), [0, 1, 2, 3].map(|at: usize| there[at].to_bits()));
        }
        let three = Scale { offset: vec![0.0; 3], factor: vec![1.0; 3], ..standard() };
        assert!(three.of_net::<two::Net>().is_err());
    }

    #[test]
    fn the_way_back() {
        let scale = standard();
        assert_eq!((scale.reading(0, 4.0), scale.shade(0, 4.0)), (9.0, 1.0));
        // Of white 9, the reading 9 becomes 0, and its input (0 − 1) · 0.5.
        assert_eq!(scale.inverted(0, 4.0), -0.5);
        assert_eq!(Scale::max(16.0).inverted(0, 0.25), 0.75);
    }

    #[test]
    fn a_scale_in_words() {
        assert_eq!(Scale::max(16.0).to_string(), "max: reading · 0.0625");
        assert_eq!(standard().to_string(), "standard: (reading − 1) · 0.5, (reading + 2.5) · 0.1");
        let many = Scale { offset: vec![0.0; 5], factor: vec![2.0; 5], ..standard() };
        assert!(many.to_string().ends_with("· 2 and 2 more maps"), "{many}");
        assert_eq!(Scale::none(1.0).to_string(), "none");
    }
}
