#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("tiff"), |data: &[u8]| windlass_fuzz::run("tiff", data));
