#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("ppm"), |data: &[u8]| windlass_fuzz::run("ppm", data));
