//! Generates and checks what is generated.

#![forbid(unsafe_code)]

fn main() {}
