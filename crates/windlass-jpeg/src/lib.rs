//! A streaming, scaling JPEG codec in safe Rust.

#![forbid(unsafe_code)]
