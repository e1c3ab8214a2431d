#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("qoi"), |data: &[u8]| windlass_fuzz::run("qoi", data));
