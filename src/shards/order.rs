//! The order in which shards divide records: the contigs of variants, and the position of a read.

use noodles::sam::{self, alignment::RecordBuf};

use crate::{
    genome::Contigs,
    read::{reference::Reference, regions::Aliases, variants::Variants},
};

/// The contigs of variants in the order of their header, or, where it has none, of the FASTA file; by their names in the FASTA
/// file.
pub(crate) fn of_variants(variants: &Variants, reference: &Reference, aliases: &Aliases) -> Contigs {
    let mut contigs = Contigs::default();
    for contig in variants.contigs.iter() {
        let name = aliases.resolve(&contig.name);
        let len = reference.contigs().get(name).map_or(contig.len, |there| there.len);
        contigs.push(name, len);
    }
    if contigs.is_empty() { reference.contigs().clone() } else { contigs }
}

/// Contig and first base, 0-based, of an aligned read; `None` where it has no position.
pub(crate) fn first_base<'a>(header: &'a sam::Header, record: &RecordBuf) -> Option<(&'a str, u64)> {
    let (name, _) = header.reference_sequences().get_index(record.reference_sequence_id()?)?;
    Some((std::str::from_utf8(name).ok()?, record.alignment_start()?.get() as u64 - 1))
}
