//! What holds for every net of a suite, on the desktop: one claim a file.
//!
//! They are one program because each of them names every net: what two of them ask of a net is
//! compiled once. One of them alone: `cargo test -p cpfo-tests --test nets -- slices`.

mod bytes;
mod edges;
mod frozen;
mod golden;
mod goldens_bin;
mod gradient;
mod limit;
mod moves;
mod refusals;
mod slices;
mod vectors;
