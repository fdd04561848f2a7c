//! See `src/callers.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hubbub_fuzz::callers::run(bytes));
