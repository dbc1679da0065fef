//! BCF: the dictionary of its header, and its records from and to lines of VCF.

pub(crate) mod decode;
pub(crate) mod dictionary;
pub(crate) mod encode;
mod types;
