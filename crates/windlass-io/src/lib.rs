//! Connections of windlass: sources and targets, errors, limits, settings.
//!
//! What every crate above needs stands here too: [`Error`], [`Limits`], checked allocation in
//! [`alloc`], [`Tick`] and [`settings`].

#![forbid(unsafe_code)]

pub mod alloc;
#[cfg(feature = "s3")]
mod bucket;
mod error;
#[cfg(any(feature = "http", feature = "s3", feature = "postgres"))]
mod events;
#[cfg(feature = "http")]
mod http;
mod limits;
mod names;
mod objects;
#[cfg(any(feature = "http", feature = "postgres"))]
mod pem;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "http", feature = "s3", feature = "sqlite", feature = "postgres"))]
mod process;
#[cfg(any(feature = "http", feature = "s3", feature = "postgres"))]
mod remote;
pub mod settings;
mod source;
mod spool;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stats;
mod target;
mod tick;
mod timeouts;
mod wait;
mod wrap;

pub use alloc::{try_reserve, try_vec, try_with_capacity};
pub use error::{Error, ErrorKind, Result, ResultExt};
#[cfg(feature = "http")]
pub use http::{HttpOptions, Method};
pub use limits::Limits;
pub use names::{address_hint, format_name, is_url, shown};
pub use objects::{Folder, Objects, Tree};
pub use source::{Failure, Handlers, Reader, Source, SourceKey, SourceReader, Stream};
pub use spool::{Spool, temporary_file};
pub use stats::{Counters, Stats};
pub use target::{Caps, Target, TargetHandlers, TargetWriter};
pub use tick::{CancelGuard, Tick};
pub use timeouts::Timeouts;
#[cfg(feature = "checksum")]
pub use wrap::Checksum;
pub use wrap::ProgressFn;
#[cfg(feature = "age")]
pub use wrap::{AgeIdentity, AgeRecipient};
