#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("jpeg"), |data: &[u8]| windlass_fuzz::run("jpeg", data));
