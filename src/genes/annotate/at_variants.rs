//! The genes of a file of variants: candidates of a ranking.

use std::collections::HashSet;

use super::{
    Facts,
    variants::{check_assembly, check_lengths},
};
use crate::{
    error::Result,
    read::{
        InputReport,
        variants::{VariantRecord, Variants},
    },
    vcf::{places::Places, samples::is_carried},
};

/// The genes that variants overlap, in the order of the file: HGNC's identifier, or the name of a gene that HGNC does not have; and the inputs.
/// Records without an alternate allele do not count, nor do those of which no sample carries one. `only_passed`: nor do those whose FILTER is neither PASS nor `.`.
pub(crate) fn genes_at_variants(
    facts: Facts,
    variants: Variants,
    only_passed: bool,
) -> Result<(Vec<String>, Vec<InputReport>)> {
    let place = variants.place().to_string();
    check_assembly(&facts.annotation, &variants)?;
    check_lengths(&facts.annotation, &variants.contigs, &facts.aliases, &place)?;
    let (_, mut finder) = facts.into_finder();
    let (mut genes, mut known) = (Vec::new(), HashSet::new());
    let (mut records, mut used, mut not_carried) = (0u64, 0u64, 0u64);
    let report = variants.read(|record| {
        records += 1;
        if column(&record, 4) == b"." || (only_passed && !matches!(column(&record, 6), b"PASS" | b".")) {
            return Ok(());
        }
        if !is_carried(samples(&record)) {
            not_carried += 1;
            return Ok(());
        }
        used += 1;
        let at = || format!("{place}, record {}", record.number);
        let Places { own, mates, .. } = record.places();
        let mut places = vec![(finder.contig(record.contig(), &at())?, own)];
        for (contig, mate) in mates {
            places.push((finder.contig(contig, &at())?, mate));
        }
        finder.annotator.at(&places, |columns, _| {
            let name = if columns[1].is_empty() || columns[1] == "." { &columns[0] } else { &columns[1] };
            if known.insert(name.clone()) {
                genes.push(name.clone());
            }
        })
    })?;
    finder.warn();
    tracing::info!(
        "{place}: {} genes at {used} of {records} records; no sample carries an alternate allele of {not_carried}",
        genes.len()
    );
    Ok((genes, vec![report(), finder.report]))
}

/// FORMAT and the samples of a record; empty if it has none.
fn samples(record: &VariantRecord) -> &[u8] {
    record.line.splitn(9, |byte| *byte == b'\t').nth(8).unwrap_or_default().trim_ascii_end()
}

/// A column of a record, from 0.
fn column(record: &VariantRecord, number: usize) -> &[u8] {
    record.line.split(|byte| *byte == b'\t').nth(number).unwrap_or_default()
}
