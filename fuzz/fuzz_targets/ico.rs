#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("ico"), |data: &[u8]| windlass_fuzz::run("ico", data));
