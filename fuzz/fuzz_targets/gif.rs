#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::seed("gif"), |data: &[u8]| windlass_fuzz::run("gif", data));
