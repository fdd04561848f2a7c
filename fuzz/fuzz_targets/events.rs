//! See `src/events.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hubbub_fuzz::events::run(bytes));
