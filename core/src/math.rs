//! The only source of transcendental functions.
//!
//! They are computed in software by [`libm`], never by the platform, so that a desktop and a
//! microcontroller get the same bits. With the feature `micromath` the exponential, the logarithm
//! and the hyperbolic tangent come from that crate's approximations instead: faster on a core
//! without floating-point hardware, and **with other bits** than the default.
//!
//! | function | default (`libm`) | feature `micromath` |
//! |---|---|---|
//! | [`exp`] | error below 1 ulp | up to 0.24 % of the value |
//! | [`ln`] | error below 1 ulp | up to 0.12 absolute near 0 |
//! | [`tanh`] | error below 2 ulp | from its `exp`: up to 0.0013 absolute |
//!
//! On a Cortex-M4F the approximations are *slower* than `libm`; on a Cortex-M3 they are faster.

/// The square root, correctly rounded.
pub fn sqrt(x: f32) -> f32 {
    libm::sqrtf(x)
}

/// The cosine of an angle in radians.
pub fn cos(x: f32) -> f32 {
    libm::cosf(x)
}

/// The exponential function.
#[cfg(not(feature = "micromath"))]
pub fn exp(x: f32) -> f32 {
    libm::expf(x)
}

/// The natural logarithm.
#[cfg(not(feature = "micromath"))]
pub fn ln(x: f32) -> f32 {
    libm::logf(x)
}

/// The hyperbolic tangent.
#[cfg(not(feature = "micromath"))]
pub fn tanh(x: f32) -> f32 {
    libm::tanhf(x)
}

/// The exponential function, approximately.
#[cfg(feature = "micromath")]
pub fn exp(x: f32) -> f32 {
    // Outside this range the approximation wraps around instead of saturating.
    if x < -87.0 { 0.0 } else { micromath::F32Ext::exp(x.min(88.0)) }
}

/// The natural logarithm, approximately.
#[cfg(feature = "micromath")]
pub fn ln(x: f32) -> f32 {
    micromath::F32Ext::ln(x)
}

/// The hyperbolic tangent, approximately: 1 - 2 / (e^2x + 1).
#[cfg(feature = "micromath")]
pub fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// Whether the processor is a desktop's, with many vector registers.
pub(crate) const WIDE: bool = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));

/// Whether floats are computed in software, for want of floating-point instructions.
pub(crate) const SOFT: bool = cfg!(any(
    all(target_arch = "arm", not(target_abi = "eabihf")),
    all(target_arch = "riscv32", not(target_feature = "f")),
));

/// Whether x is 0, and not −0: an integer comparison, which costs less than one of floats on every
/// chip. The zeros that a ReLU puts out, and the δs that it stops, are +0.
#[inline(always)]
pub(crate) fn is_zero(x: f32) -> bool {
    x.to_bits() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error of `ours` against 64 bits, over `from` to `to`.
    fn largest(
        ours: fn(f32) -> f32,
        exact: fn(f64) -> f64,
        from: f32,
        to: f32,
        error: fn(f64, f64) -> f64,
    ) -> f64 {
        let steps = 200_000;
        let points = (0..=steps).map(|step| from + (to - from) * (step as f32 / steps as f32));
        points.map(|x| error(ours(x).into(), exact(x.into()))).fold(0.0, f64::max)
    }

    fn relative(ours: f64, exact: f64) -> f64 {
        ((ours - exact) / exact).abs()
    }

    fn absolute(ours: f64, exact: f64) -> f64 {
        (ours - exact).abs()
    }

    /// The errors that the table at the top promises.
    #[test]
    fn errors_are_as_documented() {
        let exp = largest(exp, f64::exp, -80.0, 80.0, relative);
        let ln = largest(ln, f64::ln, 0.001, 10.0, absolute);
        let tanh = largest(tanh, f64::tanh, -10.0, 10.0, absolute);
        #[cfg(not(feature = "micromath"))]
        // One unit in the last place: of 1 relative, of 6.9 (the largest ln here), of 1.
        let limits = [1.2e-7, 4.8e-7, 1.2e-7];
        #[cfg(feature = "micromath")]
        let limits = [2.4e-3, 0.12, 1.3e-3];
        assert!(
            [exp, ln, tanh].iter().zip(limits).all(|(e, limit)| *e <= limit),
            "{exp} {ln} {tanh}"
        );
    }
}
