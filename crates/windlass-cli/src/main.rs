//! The command of windlass.

#![forbid(unsafe_code)]

fn main() {}
