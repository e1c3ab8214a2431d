#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("csv"), |data: &[u8]| windlass_fuzz::run("csv", data));
