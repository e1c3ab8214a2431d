//! A decoder of VP8 key frames, which is what the lossy pictures of WebP are (RFC 6386).
//!
//! Two stages that may run on two threads, one row of macroblocks at a time: a [`Parser`] turns bits into
//! a [`MacroblockRow`] of modes and dequantised coefficients, and a [`Painter`] predicts, transforms and
//! filters such rows into planes of luma and chroma. Only two rows of macroblocks are held. All
//! arithmetic is that of the specification, with 16-bit lanes that wrap where it says 16 bits, so pixels
//! are equal whatever the instructions. No input panics.

#![forbid(unsafe_code)]

mod bools;
mod filter;
mod frame;
mod modes;
mod paint;
mod parse;
mod predict;
mod tables;
mod tokens;

pub use paint::{Lines, Painter};
pub use parse::{MacroblockRow, Parser};

/// Why a frame cannot be decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The header is not that of a key frame
    Header,
    /// A partition ends before what it should hold
    Truncated,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Header => "not the header of a VP8 key frame",
            Self::Truncated => "a VP8 partition ends early",
        })
    }
}

impl std::error::Error for Error {}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
