//! BCF: the dictionary of its header, and its records from and to lines of VCF.

pub mod decode;
pub mod dictionary;
pub mod encode;
mod types;
