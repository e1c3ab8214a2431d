#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::seed("ppm"), |data: &[u8]| windlass_fuzz::run("ppm", data));
