//! A streaming, scaling JPEG codec in safe Rust.
//!
//! [`decode`] reads files, [`encode`] writes them. Both work in bounded memory, a few rows of blocks
//! at a time, and are cut into a half that must be done in order and one that may run on any thread;
//! what is left in order is little, also of the entropy coding. The crate itself starts no thread.
//!
//! Pixels are those that libjpeg-turbo makes with its default settings, byte for byte: the accurate
//! integer DCT and triangle upsampling. An [`Error`] names the place in the file, in bytes.
//!
//! Decoded are sequential and progressive files of 8 and 12 bits, with Huffman and arithmetic coding; not
//! so lossless ones: the error says so.

#![forbid(unsafe_code)]

pub mod decode;
pub mod encode;
mod error;
mod markers;

pub use error::{Error, ErrorKind, Result};
