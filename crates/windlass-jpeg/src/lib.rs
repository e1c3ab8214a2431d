//! A streaming, scaling JPEG codec in safe Rust.
//!
//! [`decode`] reads files, [`encode`] writes them. Both work in bounded memory, a few rows of blocks
//! at a time, and are split in a serial half (the entropy coding) and a half that may run on any
//! thread. The crate itself starts none.

#![forbid(unsafe_code)]

pub mod decode;
pub mod encode;
mod error;
mod markers;

pub use error::{Error, ErrorKind, Result};
