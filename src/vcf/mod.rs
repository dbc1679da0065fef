//! VCF and BCF: one understanding of both in the program.

pub mod bcf;
pub mod info;
