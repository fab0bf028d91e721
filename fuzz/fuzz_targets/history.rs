//! `redress::fuzzing::history`, with what the fuzzer makes.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| redress::fuzzing::history(data));
