//! Saturation: every substitution of a region, as records of VCF.

use std::{fmt::Write, io::Cursor, path::Path};

use crate::{
    error::{Error, Result},
    genome::{Interval, interval::to_one_based},
    read::{self, reference::Reference, regions::Regions, variants::Variants},
};

/// Bases that are saturated at once, at most: their records are held in memory.
const MOST: u64 = 10_000_000;

/// A record for each base of the regions that is A, C, G or T, with the three others as alternate alleles.
pub(super) fn all(texts: &[String], reference: &Reference, fasta: &Path) -> Result<Variants> {
    let contigs = reference.contigs();
    let Some(regions) = Regions::read(texts, None, Some(contigs))? else {
        return Err(Error::usage("--saturate names no region"));
    };
    regions.check(contigs, &reference.place())?;
    let mut text = String::from("##fileformat=VCFv4.3\n");
    for contig in contigs.iter() {
        let _ = writeln!(text, "##contig=<ID={},length={}>", contig.name, contig.len);
    }
    text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    // One of its own: the other reads on while records are scored.
    let mut own = Reference::open(fasta)?;
    let mut total = 0;
    for (id, contig) in contigs.iter().enumerate() {
        for &interval in regions.of(&contig.name) {
            let interval = Interval::new(interval.start, interval.end.min(contig.len));
            total += interval.len();
            if total > MOST {
                return Err(Error::usage("--saturate takes up to 10,000,000 bases in one run"));
            }
            let mut bases = Vec::new();
            own.fetch(id, interval, &mut bases)?;
            for (at, base) in (interval.start..).zip(bases) {
                let base = char::from(base.to_ascii_uppercase());
                if "ACGT".contains(base) {
                    let others: Vec<String> = "ACGT".chars().filter(|&other| other != base).map(String::from).collect();
                    let (position, others) = (to_one_based(at), others.join(","));
                    let _ = writeln!(text, "{}\t{position}\t.\t{base}\t{others}\t.\t.\t.", contig.name);
                }
            }
        }
    }
    let name = format!("every substitution of {}", texts.join(", "));
    Variants::of(read::open_reader(Path::new(&name), Cursor::new(text.into_bytes()))?)
}
