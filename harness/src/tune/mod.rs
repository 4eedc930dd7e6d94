//! A device learns from samples, and the desktop makes the same steps beside it: one that was
//! started for that, by `cpfo emulate`, or one at hand, by `cpfo device tune`.

mod course;
mod leave;
mod lesson;

pub use course::Course;
pub use leave::{Leave, all};
pub use lesson::Lesson;
