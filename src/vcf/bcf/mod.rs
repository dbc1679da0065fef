//! BCF: its dictionary, and its records to and from lines of VCF.

pub mod decode;
pub mod encode;
