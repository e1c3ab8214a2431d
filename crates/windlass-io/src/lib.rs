//! Connections of windlass: sources and targets, errors, limits, settings.
//!
//! What every crate above needs stands here too: [`Error`], [`Limits`], checked allocation in
//! [`alloc`], [`Tick`] and [`settings`].

#![forbid(unsafe_code)]

pub mod alloc;
mod error;
mod limits;
mod objects;
pub mod settings;
mod source;
mod spool;
mod stats;
mod target;
mod tick;
mod timeouts;
mod wait;

pub use alloc::{try_reserve, try_vec, try_with_capacity};
pub use error::{Error, ErrorKind, Result, ResultExt};
pub use limits::Limits;
pub use objects::{Folder, Objects, Tree};
pub use source::{Failure, Handlers, Reader, Source, SourceKey, SourceReader, Stream};
pub use spool::{Spool, temporary_file};
pub use stats::{Counters, Stats};
pub use target::{Caps, Target, TargetHandlers, TargetWriter};
pub use tick::{CancelGuard, Tick};
pub use timeouts::Timeouts;
