#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::seed("png"), |data: &[u8]| windlass_fuzz::run("png", data));
