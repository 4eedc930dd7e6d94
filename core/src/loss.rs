//! The two output losses: what the output units make of their pre-activations u, how far the
//! result y is from the one-hot target t, and the error sensitivity δ = ∂J/∂u that starts the way
//! back.
//!
//! | loss | y | J of one sample | δ |
//! |---|---|---|---|
//! | [`SigmoidSquaredError`] | 1 / (1 + e^−u) | ½ Σ (t − y)² | y (1 − y) (y − t) |
//! | [`SoftmaxCrossEntropy`] | e^u / Σ e^u | −ln y of the label | y − t |

use crate::activation::{Activation, Sigmoid};
use crate::compiler::hidden_on_chips;
use crate::math;
use crate::sealed::{Sealed, sealed};

/// An output function with its loss.
pub trait Loss: Sealed + 'static {
    /// Its name in files and reports.
    const NAME: &'static str;
    /// Turns pre-activations u into outputs y.
    fn activate(u: &mut [f32]);
    /// Turns pre-activations u into error sensitivities δ; returns the loss J of this sample.
    /// A label outside the classes counts as a target of zeros.
    fn delta(u: &mut [f32], label: usize) -> f32;
}

/// Sigmoid units with squared error.
#[derive(Debug)]
pub struct SigmoidSquaredError;

/// Softmax with cross-entropy.
#[derive(Debug)]
pub struct SoftmaxCrossEntropy;

sealed!(SigmoidSquaredError, SoftmaxCrossEntropy);

impl Loss for SigmoidSquaredError {
    const NAME: &'static str = "sigmoid, squared error";

    fn activate(u: &mut [f32]) {
        // The optimizer knows the number of classes, and would write out an exponential for each.
        for u in hidden_on_chips(u) {
            *u = Sigmoid::value(*u);
        }
    }

    fn delta(u: &mut [f32], label: usize) -> f32 {
        let mut loss = 0.0;
        for (k, u) in hidden_on_chips(u).iter_mut().enumerate() {
            let y = Sigmoid::value(*u);
            let error = y - if k == label { 1.0 } else { 0.0 };
            loss += error * error;
            *u = Sigmoid::slope(y) * error;
        }
        0.5 * loss
    }
}

impl SoftmaxCrossEntropy {
    /// Turns each u into e^(u − max); returns the sum and the maximum. Nothing overflows: every
    /// exponent is at most 0, and the sum lies between 1 and the number of classes. A NaN among the
    /// pre-activations makes the sum NaN, and with it everything that follows.
    fn exponentials(u: &mut [f32]) -> (f32, f32) {
        let mut largest = f32::MIN;
        for &u in u.iter() {
            if u > largest {
                largest = u;
            }
        }
        let mut sum = 0.0;
        for u in hidden_on_chips(u) {
            *u = math::exp(*u - largest);
            sum += *u;
        }
        (sum, largest)
    }
}

impl Loss for SoftmaxCrossEntropy {
    const NAME: &'static str = "softmax, cross-entropy";

    fn activate(u: &mut [f32]) {
        let (sum, _) = Self::exponentials(u);
        for u in u {
            *u /= sum;
        }
    }

    fn delta(u: &mut [f32], label: usize) -> f32 {
        let at_label = u.get(label).copied();
        let (sum, largest) = Self::exponentials(u);
        for u in u.iter_mut() {
            *u /= sum;
        }
        if let Some(u) = u.get_mut(label) {
            *u -= 1.0;
        }
        // −ln y = ln Σ e^(u − max) + (max − u). Two finite numbers may be further apart than the
        // largest float.
        at_label.map_or(0.0, |u| {
            let gap = largest - u;
            math::ln(sum) + if gap > f32::MAX { f32::MAX } else { gap }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_is_stable_for_any_finite_input() {
        for u in [[f32::MAX, f32::MIN, 0.0], [1e30, 1e30, -1e30], [f32::MIN; 3], [0.0, 1e-45, 88.0]]
        {
            for label in 0..3 {
                let mut y = u;
                SoftmaxCrossEntropy::activate(&mut y);
                assert!((y.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{u:?}: {y:?}");
                let mut delta = u;
                let loss = SoftmaxCrossEntropy::delta(&mut delta, label);
                assert!(loss.is_finite() && loss >= 0.0, "{u:?}: {loss}");
                assert!(delta.iter().sum::<f32>().abs() < 1e-6, "{u:?}: {delta:?}");
            }
        }
    }

    #[test]
    fn a_nan_is_not_swallowed() {
        for u in [[f32::NAN, 0.0], [0.0, f32::NAN]] {
            for delta in [SoftmaxCrossEntropy::delta, SigmoidSquaredError::delta] {
                assert!(delta(&mut u.clone(), 0).is_nan());
            }
        }
    }

    #[test]
    fn losses_by_hand() {
        // Two equal outputs: y = ½ each.
        let mut u = [3.0, 3.0];
        assert!((SoftmaxCrossEntropy::delta(&mut u, 1) - core::f32::consts::LN_2).abs() < 1e-6);
        assert_eq!(u, [0.5, -0.5]);
        let mut u = [0.0, 0.0];
        assert_eq!(SigmoidSquaredError::delta(&mut u, 0), 0.25);
        assert_eq!(u, [-0.125, 0.125]);
    }
}
