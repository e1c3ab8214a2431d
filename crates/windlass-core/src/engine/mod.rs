//! Evaluation: from a graph to pixels.

mod context;
pub(crate) mod oracle;
mod sinks;

pub use context::{Context, with_context};
