//! `cargo +nightly fuzz run load`: the first byte of an input says which loader takes the rest, or whether
//! all frames of an animation are loaded. `cargo check` in this folder does with a stable compiler.

#![no_main]

#[path = "../../crates/windlass-codecs/tests/bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let [which, rest @ ..] = data {
        match bodies::ALL.get(usize::from(*which) % (bodies::ALL.len() + 1)) {
            Some((_, body)) => body(rest),
            None => bodies::animation(rest),
        }
    }
});
