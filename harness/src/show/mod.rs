//! What people see. It imports every room that has something to show.
//!
//! - [`samples`], [`evaluation`] and [`sheet`]: what there is to see of data, of an evaluation and of a plan;
//! - [`table`]: tables for the terminal;
//! - [`plot`]: pictures, as SVG;
//! - [`report`]: pages, one HTML file each.

pub mod evaluation;
pub mod plot;
pub mod report;
pub mod samples;
pub mod sheet;
pub mod table;
