//! Evaluation: from a graph to pixels.

mod cone;
mod context;
mod explain;
pub(crate) mod oracle;
mod pieces;
mod plan;
mod prepare;
mod program;
mod run;
mod sinks;
mod spill;
mod store;

pub use context::{Context, Grain, with_context};
pub(crate) use prepare::invalidate;
