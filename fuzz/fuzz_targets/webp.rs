#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("webp"), |data: &[u8]| windlass_fuzz::run("webp", data));
