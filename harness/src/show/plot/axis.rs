//! From values to places: a range that holds all values, and round numbers along it.
//!
//! Round numbers are 1, 2 and 5 times a power of ten. A linear axis takes the step of that kind
//! that gives about five ticks; a logarithmic one has its ticks at such numbers.

use super::picture::text_width;
use crate::base::label;

/// About as many ticks as a reader wants.
const TICKS: f64 = 5.0;

/// How a vertical axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// Evenly, for shares of 1 that are read in percent.
    Percent,
    /// By factors, for what shrinks by orders of magnitude. Values that are not positive have no
    /// place on it.
    Logarithmic,
}

/// An axis from one round number to another.
#[derive(Debug)]
pub(super) struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    /// The axis for these values, if any of them has a place on it.
    pub(super) fn around(scale: Scale, values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = range(values.filter(|&value| shown(scale, value)))?;
        if scale == Scale::Logarithmic {
            let (low, high) = (round_below(low), round_above(high));
            let high = if low == high { 10.0 * high } else { high };
            return Some(Self { scale, low, high, step: 0.0 });
        }
        let step = round_above((high - low) / TICKS).max(match scale {
            Scale::Percent => 0.001,
            _ => 1e-6 * high.abs().max(low.abs()).max(1e-30),
        });
        let (low, mut high) = ((low / step).floor() * step, (high / step).ceil() * step);
        if high <= low {
            high = low + step;
        }
        Some(Self { scale, low, high, step })
    }

    /// The axis for numbers that count: from the first to the last, without a margin.
    pub(super) fn counting(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = range(values.filter(|&value| shown(Scale::Linear, value)))?;
        let step = round_above((high - low) / TICKS).max(1.0);
        Some(Self { scale: Scale::Linear, low, high: high.max(low + 1.0), step })
    }

    /// Whether a value has a place on this axis.
    pub(super) fn shows(&self, value: f64) -> bool {
        shown(self.scale, value)
    }

    /// The value, or the end of the axis that it lies beyond.
    pub(super) fn within(&self, value: f64) -> f64 {
        value.clamp(self.low, self.high)
    }

    /// Where on the axis a value lies: 0 at its low end, 1 at its high end.
    pub(super) fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Logarithmic => (value / self.low).log10() / (self.high / self.low).log10(),
            _ => (value - self.low) / (self.high - self.low),
        }
    }

    /// The round numbers along the axis, and how they are written.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let values = match self.scale {
            Scale::Logarithmic => self.factors(),
            _ => {
                let first = (self.low / self.step - 1e-6).ceil();
                let steps = ((self.high / self.step + 1e-6).floor() - first) as usize;
                (0..=steps).map(|i| (first + i as f64) * self.step).collect()
            }
        };
        values.into_iter().map(|value| (value, self.text(value))).collect()
    }

    /// As many of them as have room beside each other on an axis of this length.
    pub(super) fn ticks_along(&self, length: f64) -> Vec<(f64, String)> {
        let ticks = self.ticks();
        let widest = ticks.iter().map(|(_, text)| text_width(text)).fold(0.0, f64::max);
        let apart = length / ticks.len().max(1) as f64;
        ticks.into_iter().step_by(((widest + 10.0) / apart).ceil().max(1.0) as usize).collect()
    }

    fn factors(&self) -> Vec<f64> {
        let first = self.low.log10().floor() as i32;
        let last = self.high.log10().ceil() as i32;
        let decades = last - first;
        let digits: &[f64] = if decades <= 2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let stride = (decades / 6).max(1) as usize;
        let all = (first..=last).step_by(stride);
        all.flat_map(|power| digits.iter().map(move |digit| digit * 10f64.powi(power)))
            .filter(|&value| value >= self.low * 0.999 && value <= self.high * 1.001)
            .collect()
    }

    fn text(&self, value: f64) -> String {
        match self.scale {
            Scale::Percent => {
                let decimals = (-(100.0 * self.step).log10().floor()).clamp(0.0, 1.0) as usize;
                format!("{:.decimals$}\u{a0}%", 100.0 * value)
            }
            // A sum of steps may miss zero by a rounding.
            Scale::Linear if value.abs() < 1e-9 * self.step => "0".into(),
            Scale::Linear if value.abs() >= 1e3 && value.abs() < 1e15 && value.fract() == 0.0 => {
                let sign = if value < 0.0 { "−" } else { "" };
                format!("{sign}{}", label::count(value.abs() as u64))
            }
            _ => label::figure(value),
        }
    }
}

/// What an axis can hold: shares of 1, and numbers whose differences and quotients are numbers.
fn shown(scale: Scale, value: f64) -> bool {
    match scale {
        Scale::Percent => (0.0..=1.0).contains(&value),
        Scale::Logarithmic => value > 1e-30 && value < 1e30,
        _ => value.abs() < 1e30,
    }
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |range, value| {
        let (low, high) = range.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}

/// The largest round number up to x > 0.
fn round_below(x: f64) -> f64 {
    let power = 10f64.powf(x.log10().floor());
    let digit = [5.0, 2.0, 1.0].into_iter().find(|digit| digit * power <= x * 1.000_001);
    digit.unwrap_or(0.5) * power
}

/// The smallest round number from x > 0 on; 0 for others.
fn round_above(x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let power = 10f64.powf(x.log10().floor());
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= x * 0.999_999);
    digit.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scale: Scale, values: &[f64]) -> Vec<String> {
        let axis = Axis::around(scale, values.iter().copied()).unwrap();
        axis.ticks().into_iter().map(|(_, text)| text.replace('\u{a0}', " ")).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(texts(Scale::Linear, &[0.0, 9.3]), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(texts(Scale::Percent, &[0.43, 0.97]), ["40 %", "60 %", "80 %", "100 %"]);
        assert_eq!(
            texts(Scale::Percent, &[0.968, 0.981]),
            ["96.5 %", "97.0 %", "97.5 %", "98.0 %", "98.5 %"]
        );
        assert_eq!(texts(Scale::Logarithmic, &[0.012, 2.2]), ["0.01", "0.1", "1"]);
        assert_eq!(texts(Scale::Logarithmic, &[0.3, 0.4]), ["0.2", "0.5"]);
    }

    #[test]
    fn every_value_lies_on_its_axis() {
        let ranges =
            [(1e-9, 1e9), (0.3, 0.3), (0.0, 0.0), (-5.0, 7e12), (1e-29, 1e-28), (1e29, 1e29)];
        for (low, high) in ranges {
            for scale in [Scale::Linear, Scale::Percent, Scale::Logarithmic] {
                let Some(axis) = Axis::around(scale, [low, high].into_iter()) else {
                    continue;
                };
                for value in [low, high].into_iter().filter(|&value| axis.shows(value)) {
                    assert!((-1e-6..=1.0 + 1e-6).contains(&axis.place(value)), "{axis:?}");
                }
                assert!((1..=12).contains(&axis.ticks().len()), "{axis:?}");
            }
        }
    }

    #[test]
    fn what_is_no_number_has_no_axis() {
        let bad = [f64::NAN, f64::INFINITY];
        assert!(Axis::around(Scale::Linear, bad.into_iter()).is_none());
        assert!(Axis::around(Scale::Logarithmic, [0.0, -1.0].into_iter()).is_none());
        assert!(Axis::counting([].into_iter()).is_none());
    }
}
