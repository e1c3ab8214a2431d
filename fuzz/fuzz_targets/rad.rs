#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("rad"), |data: &[u8]| windlass_fuzz::run("rad", data));
