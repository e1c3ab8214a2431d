//! The engine of windlass: images, regions, plan, tasks, the table of operations.
//!
//! It knows no format and no operation. Authors of operations start at [`Operator`], [`point`] and
//! [`declare`]; authors of formats at [`Loader`] and [`Saver`].

#![forbid(unsafe_code)]

extern crate self as windlass_core;

pub mod align;
pub mod cache;
mod cast;
mod codec;
pub mod declare;
mod engine;
pub mod foreign;
mod format;
mod geometry;
mod header;
mod image;
mod interpolate;
mod operator;
mod pixels;
pub mod point;
pub mod progress;
mod region;

pub use cast::cast;
pub use codec::{Append, Lead, Loader, Order, Part, Rows, Saver, TileLoader, Wants};
pub use declare::{Build, Operation};
pub use engine::{Context, with_context};
pub use format::{BandFormat, Complex, ComplexSample, Float, Integer, Real, Sample};
pub use geometry::Rect;
pub use header::{Coding, Header, Interpretation, Meta, Metadata};
pub use image::{Image, Origin};
pub use interpolate::Interpolator;
pub use operator::{Ask, Kernel, Operator, Reducer, Run, Sees, Shape, Traits, Whole};
pub use pixels::Pixels;
pub use region::{Region, RegionMut};
pub use windlass_io::{Error, ErrorKind, Limits, Result, ResultExt, Source, Target, Tick};

/// The naive evaluator, for tests that compare the engine with it.
#[doc(hidden)]
pub mod testing {
    pub use crate::engine::Grain;
    pub use crate::engine::oracle::pixels;
}
