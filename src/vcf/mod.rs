//! VCF and BCF: headers, records, and the fields that the program adds. Files are opened and read in
//! [`read::variants`](crate::read::variants).

pub mod bcf;
pub mod header;
pub mod info;
pub mod record;
pub(crate) mod samples;
