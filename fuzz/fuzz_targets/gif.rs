#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("gif"), |data: &[u8]| windlass_fuzz::run("gif", data));
