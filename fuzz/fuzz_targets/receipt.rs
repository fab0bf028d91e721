//! `smpp::fuzzing::receipt`, with what the fuzzer makes.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| smpp::fuzzing::receipt(data));
