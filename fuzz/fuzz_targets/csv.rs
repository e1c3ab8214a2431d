#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::seed("csv"), |data: &[u8]| windlass_fuzz::run("csv", data));
