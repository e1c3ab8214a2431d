#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("raw"), |data: &[u8]| windlass_fuzz::run("raw", data));
