//! The program `cpfo` as people use it: the real binary, in a folder of its own, with real files.
//!
//! A test says what is typed and what must come of it:
//!
//! ```text
//! let here = Scratch::new("name");
//! here.cpfo("train --epochs 2").done();
//! here.cpfo("train --epochs 0").fails(2, "a whole number above 0");
//! ```

mod bad_data;
mod bad_input;
mod bench;
mod csv;
mod damage;
mod export;
mod files;
mod fit;
mod folders;
mod from;
mod groups;
mod inspect;
mod interrupt;
mod learning;
mod limit;
mod look;
mod new;
mod numpy;
mod own_net;
mod pictures;
mod plan;
mod plausible;
mod resume;
mod rows;
mod saving;
mod scaled;
mod scratch;
mod strangers;
mod terminal;
mod train;
