//! What people see. It imports every room that has something to show.
//!
//! - [`table`]: tables for the terminal;
//! - [`plot`]: pictures, as SVG;
//! - [`report`]: pages, one HTML file each.

pub mod plot;
pub mod report;
pub mod table;
