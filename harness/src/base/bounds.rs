//! Which numbers make sense, wherever they come from: a flag, a checkpoint or a model.

use cpfo::train::LARGEST_RATE;

/// Numbers that make sense of something.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// What they are: `a number above 0`.
    pub words: &'static str,
    fit: fn(f32) -> bool,
}

impl Bounds {
    /// For a learning rate: what core takes, but for 0, by which nothing is learnt.
    pub const RATE: Bounds = Bounds {
        words: "a number above 0, at most 1000",
        fit: |x| {
            const { assert!(LARGEST_RATE == 1000.0, "the words say so") };
            x > 0.0 && x <= LARGEST_RATE
        },
    };
    /// For a factor or a length.
    pub const POSITIVE: Bounds = Bounds { words: "a number above 0", fit: |x| x > 0.0 };
    /// For what may be switched off by 0.
    pub const NOT_NEGATIVE: Bounds = Bounds { words: "a number from 0 on", fit: |x| x >= 0.0 };
    /// For what is kept of something.
    pub const SHARE: Bounds =
        Bounds { words: "a number from 0 on below 1", fit: |x| (0.0..1.0).contains(&x) };
    /// For what is set aside.
    pub const PART: Bounds =
        Bounds { words: "a number above 0, at most 0.5", fit: |x| x > 0.0 && x <= 0.5 };

    /// Whether a number is finite and one of them.
    pub fn fit(&self, x: f32) -> bool {
        x.is_finite() && (self.fit)(x)
    }
}
