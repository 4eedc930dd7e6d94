//! Numbers that a flag accepts.

/// A finite number above 0.
pub(super) fn positive(text: &str) -> Result<f32, String> {
    number(text, "a number above 0", |x| x > 0.0)
}

/// A finite number that is not below 0.
pub(super) fn not_negative(text: &str) -> Result<f32, String> {
    number(text, "a number from 0 on", |x| x >= 0.0)
}

/// A number from 0 on below 1.
pub(super) fn share(text: &str) -> Result<f32, String> {
    number(text, "a number from 0 on below 1", |x| (0.0..1.0).contains(&x))
}

/// A number above 0 that is at most one half.
pub(super) fn part(text: &str) -> Result<f32, String> {
    number(text, "a number above 0, at most 0.5", |x| x > 0.0 && x <= 0.5)
}

/// A whole number above 0.
pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&n| n > 0).ok_or_else(|| "it must be a whole number above 0".into())
}

fn number(text: &str, wanted: &str, fits: impl Fn(f32) -> bool) -> Result<f32, String> {
    let number = text.parse::<f32>().ok().filter(|x| x.is_finite() && fits(*x));
    number.ok_or_else(|| format!("it must be {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits() {
        assert_eq!(
            (positive("0.03"), not_negative("0"), share("0.9")),
            (Ok(0.03), Ok(0.0), Ok(0.9))
        );
        for text in ["0", "-1", "nan", "inf", "1e99", "x", ""] {
            assert!(positive(text).is_err(), "{text}");
        }
        assert!(not_negative("-0.1").is_err() && share("1").is_err());
        assert!(count("0").is_err() && count("-1").is_err() && count("16") == Ok(16));
    }
}
