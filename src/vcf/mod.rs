//! VCF and BCF: headers, records, and the fields that the program adds. Files are opened and read in
//! [`read::variants`](crate::read::variants).

pub(crate) mod bcf;
pub(crate) mod header;
pub(crate) mod info;
pub(crate) mod places;
pub(crate) mod record;
pub(crate) mod samples;
