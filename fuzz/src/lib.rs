//! The program's fuzz targets as programs: see `src/targets` of the program, and `make fuzz`.

pub use genogloss::targets;
pub use libfuzzer_sys;

/// A program that runs one target.
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        $crate::libfuzzer_sys::fuzz_target!(
            init: $crate::targets::prepare(),
            |data: &[u8]| $crate::targets::programs::$name(data)
        );
    };
}
