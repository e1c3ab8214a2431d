//! Old and other names of the reference, as tables: deprecated arguments, and classes.

#![forbid(unsafe_code)]

pub mod classes;
mod deprecated;

pub use deprecated::{Rewrite, deprecated, deprecated_arguments};
