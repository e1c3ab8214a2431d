//! Connections of windlass: sources and targets, errors, limits, settings.
//!
//! What every crate above needs stands here too: [`Error`], [`Limits`], checked allocation in
//! [`alloc`], [`Tick`] and [`settings`].

#![forbid(unsafe_code)]

pub mod alloc;
mod error;
mod limits;
pub mod settings;
mod tick;

pub use alloc::{try_reserve, try_vec, try_with_capacity};
pub use error::{Error, ErrorKind, Result, ResultExt};
pub use limits::Limits;
pub use tick::{CancelGuard, Tick};
