//! See `src/fold.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hubbub_fuzz::fold::run(bytes));
