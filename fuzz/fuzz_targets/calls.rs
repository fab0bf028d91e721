//! `redress::fuzzing::calls`, with what the fuzzer makes.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| redress::fuzzing::calls(data));
