#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| packwarden_fuzz::tar_walk::run(data));
