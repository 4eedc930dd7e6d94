//! Reports: one HTML file each, which needs nothing besides itself.
//!
//! - [`TrainingReport`]: what was trained, how it went, what was learnt, where it errs.
//! - [`SeedsReport`]: the same with several seeds, and how far they are apart.
//! - [`FineTuningReport`]: what a chip learnt by itself, beside the desktop's run of the same.
//! - [`DataReport`]: what was understood of data.
//! - [`PlanReport`]: what a net takes of a chip, and which chips have it.
//!
//! Plain data goes in, the text of the file comes out; who has the data writes the file. A page
//! has its style and its pictures in it, runs no script, and forbids itself to fetch anything.

mod course;
mod data;
mod fine_tuning;
mod page;
mod plan;
mod seeds;
mod training;

pub use course::Epoch;
pub use data::DataReport;
pub use fine_tuning::{FineTuningReport, Reading, Run};
pub use page::Figure;
pub use plan::PlanReport;
pub use seeds::{SeedRun, SeedsReport};
pub use training::TrainingReport;
