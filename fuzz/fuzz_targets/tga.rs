#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("tga"), |data: &[u8]| windlass_fuzz::run("tga", data));
