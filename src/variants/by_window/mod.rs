//! Variants by windows: the reference around the variant, and the same with the allele in its place.
//!
//! [`cut`] decides which bases a row reads, [`rows`] cuts the rows and feeds them, [`answer`] compares the answers and writes the numbers; the
//! arithmetic of a comparison is in [`super::compare`]. Strands are rows of their own, so that a difference can be taken on each of them.
//! Answers may be kept in a cache, by [`key`].

pub(crate) mod allele;
pub(crate) mod answer;
pub(crate) mod cut;
pub(crate) mod key;
pub(crate) mod rows;
