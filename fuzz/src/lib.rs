//! The program's fuzz targets as programs: see `tests/targets`, and `make fuzz`.

#[path = "../../tests/targets/mod.rs"]
pub mod targets;

pub use libfuzzer_sys;

/// A program that runs one target.
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        $crate::libfuzzer_sys::fuzz_target!(
            init: genogloss::error::explain_panics(),
            |data: &[u8]| $crate::targets::programs::$name(data)
        );
    };
}
