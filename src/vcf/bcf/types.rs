//! Types of the values in a record of BCF, and the values with a meaning of their own (VCF specification 4.4, section 6.3.3).

/// The type of a value that is not there: a flag, or a missing text.
pub(super) const NULL: u8 = 0;
/// Signed integers of one byte.
pub(super) const INT8: u8 = 1;
/// Signed integers of two bytes.
pub(super) const INT16: u8 = 2;
/// Signed integers of four bytes.
pub(super) const INT32: u8 = 3;
/// Floats of four bytes (IEEE 754).
pub(super) const FLOAT: u8 = 5;
/// Text, one byte per letter.
pub(super) const CHAR: u8 = 7;

/// The bits of a missing float.
pub(super) const FLOAT_MISSING: u32 = 0x7f80_0001;
/// The bits of the float that ends a vector before its place is full.
pub(super) const FLOAT_END: u32 = 0x7f80_0002;
