#![no_main]
libfuzzer_sys::fuzz_target!(init: windlass_fuzz::start("vips"), |data: &[u8]| windlass_fuzz::run("vips", data));
