//! What [`net!`](crate::net!) expands to, and what a new kind of layer is made of. It is not for
//! programs: anything here may change with any version.

/// Layers in a row, and what belongs to each.
pub mod chain {
    pub use crate::chain::*;
}
/// How tensors are held.
pub mod hold {
    pub use crate::hold::*;
}
/// What becomes of a gradient.
pub mod learn {
    pub use crate::layer::learn::*;
}
/// Which nets are legal.
pub mod legal {
    pub use crate::legal::*;
}
/// In one go, or a slice at a time.
pub mod pace {
    pub use crate::pace::*;
}
/// What becomes of a convolution's pre-activations.
pub mod reduce {
    pub use crate::layer::reduce::*;
}
/// The passes over a chain.
pub mod stage {
    pub use crate::stage::*;
}
