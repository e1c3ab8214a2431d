//! `cargo +nightly fuzz run load`: the first byte of an input says which loader takes the rest.

#![no_main]

#[path = "../../crates/windlass-codecs/tests/bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let [which, rest @ ..] = data {
        bodies::ALL[usize::from(*which) % bodies::ALL.len()].1(rest);
    }
});
