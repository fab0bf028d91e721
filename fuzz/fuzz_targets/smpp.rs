//! `smpp::fuzzing::smpp`, with what the fuzzer makes.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| smpp::fuzzing::smpp(data));
