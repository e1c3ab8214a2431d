#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("matrix"), |data: &[u8]| windlass_fuzz::run("matrix", data));
