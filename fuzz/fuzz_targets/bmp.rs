#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("bmp"), |data: &[u8]| windlass_fuzz::run("bmp", data));
