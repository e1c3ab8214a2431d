#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::seed("ico"), |data: &[u8]| windlass_fuzz::run("ico", data));
