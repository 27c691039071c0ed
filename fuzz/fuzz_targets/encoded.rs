#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| packwarden_fuzz::encoded::run(data));
