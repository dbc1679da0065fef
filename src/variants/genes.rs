//! Which genes a variant lies in, and where their exons end.

use crate::{
    error::{Error, Result},
    genome::{Contigs, Interval, Strand, interval::commas},
    read::{annotation::GenePlace, reference::Reference, regions::Aliases},
};

/// Genes of a genome, by contig.
pub(crate) struct Genes {
    genes: Vec<GenePlace>,
    /// Of every contig of the FASTA: its genes by their first base, and how far they and all before them reach.
    contigs: Vec<Vec<(u64, u64, usize)>>,
    /// Contigs of the annotation that the FASTA does not have.
    others: Contigs,
    place: String,
}

/// Fewest exon borders that are judged by.
const FEWEST_BORDERS: usize = 40;

/// Most introns of a contig that are looked at.
const MOST_INTRONS: usize = 400;

impl Genes {
    /// Of an annotation. Its contigs go by the names of the FASTA, or by what `aliases` makes of theirs.
    pub(crate) fn new(
        genes: Vec<GenePlace>,
        place: String,
        contigs: &Contigs,
        aliases: &Aliases,
        fasta: &str,
    ) -> Result<Self> {
        let mut by_contig: Vec<Vec<(u64, u64, usize)>> = contigs.iter().map(|_| Vec::new()).collect();
        let (mut known, mut others) = (0, Contigs::default());
        let mut without_strand = 0;
        for (index, gene) in genes.iter().enumerate() {
            let name = aliases.resolve(&gene.contig);
            let Some(id) = contigs.id(name) else {
                others.push(name, 0);
                continue;
            };
            known += 1;
            if gene.strand == Strand::Unknown {
                without_strand += 1;
                continue;
            }
            by_contig[id].push((gene.interval.start, gene.interval.end, index));
        }
        if known == 0 {
            let first = |names: &mut dyn Iterator<Item = &str>| {
                let mut all: Vec<&str> = Vec::new();
                names.for_each(|name| {
                    if !all.contains(&name) && all.len() < 3 {
                        all.push(name);
                    }
                });
                all.join(", ")
            };
            return Err(Error::input(&place, format!("none of its genes lies on a contig of {fasta}")).with_hint(
                format!(
                    "its contigs are {} …, those of {fasta} {} …; --contig-aliases TSV maps the names",
                    first(&mut genes.iter().map(|gene| gene.contig.as_str())),
                    first(&mut contigs.iter().map(|contig| contig.name.as_str()))
                ),
            ));
        }
        if without_strand > 0 {
            tracing::warn!("{place}: {} genes have no strand, and are ignored", commas(without_strand));
        }
        for genes in &mut by_contig {
            genes.sort_unstable();
            let mut reach = 0;
            for (_, end, _) in genes {
                reach = reach.max(*end);
                *end = reach;
            }
        }
        Ok(Self { genes, contigs: by_contig, others, place })
    }

    /// A gene.
    pub(crate) fn gene(&self, index: usize) -> &GenePlace {
        &self.genes[index]
    }

    /// Genes that share a base with an interval, in the annotation's order.
    pub(crate) fn overlapping(&self, contig: usize, interval: Interval, found: &mut Vec<usize>) {
        found.clear();
        let genes = &self.contigs[contig];
        let after = genes.partition_point(|&(start, ..)| start < interval.end);
        for &(_, reach, index) in genes[..after].iter().rev() {
            if reach <= interval.start {
                break;
            }
            if self.genes[index].interval.overlaps(interval) {
                found.push(index);
            }
        }
        found.sort_unstable();
    }

    /// Refuses an annotation that calls a contig otherwise: it would seem to have no genes.
    pub(crate) fn check_name(&self, reference: &Reference, contig: usize) -> Result<()> {
        let Some(name) = reference.contigs().iter().nth(contig).map(|contig| contig.name.as_str()) else {
            return Ok(());
        };
        if !self.contigs[contig].is_empty() {
            return Ok(());
        }
        let bare = name.strip_prefix("chr").unwrap_or(name);
        let mitochondrial = ["M", "MT"].contains(&bare);
        let names = if mitochondrial { vec!["M", "MT", "chrM", "chrMT"] } else { vec![bare] };
        let same = |other: &&str| {
            names.contains(other) || other.strip_prefix("chr").is_some_and(|other| names.contains(&other))
        };
        let Some(other) = self.others.iter().map(|contig| contig.name.as_str()).find(same) else { return Ok(()) };
        Err(Error::input(
            &self.place,
            format!("has no genes on contig \"{name}\" of {}, but on \"{other}\"", reference.place()),
        )
        .with_hint(format!("--contig-aliases TSV maps the names: a line {other}, a tab, {name}")))
    }

    /// Refuses an annotation of another assembly: one whose introns do not begin with GT (or GC) and end with AG.
    pub(crate) fn check_borders(&self, reference: &mut Reference, contig: usize) -> Result<()> {
        let len = reference.contigs().iter().nth(contig).map_or(0, |contig| contig.len);
        let introns: Vec<(Interval, Strand)> = self.contigs[contig]
            .iter()
            .flat_map(|&(_, _, index)| {
                let gene = &self.genes[index];
                gene.introns().map(|intron| (intron, gene.strand)).collect::<Vec<_>>()
            })
            .filter(|(intron, strand)| intron.end <= len && intron.len() >= 4 && *strand != Strand::Unknown)
            .collect();
        let step = introns.len().div_ceil(MOST_INTRONS).max(1);
        let (mut right, mut all) = (0, 0);
        let mut bases = Vec::new();
        for (intron, strand) in introns.into_iter().step_by(step) {
            for (at, wanted) in match strand {
                Strand::Reverse => [(intron.start, [&b"CT"[..], b"CT"]), (intron.end - 2, [b"AC", b"GC"])],
                _ => [(intron.start, [&b"GT"[..], b"GC"]), (intron.end - 2, [b"AG", b"AG"])],
            } {
                bases.clear();
                reference.fetch(contig, Interval::new(at, at + 2), &mut bases)?;
                // Regions that a FASTA leaves out say nothing.
                if bases.iter().any(|base| base.eq_ignore_ascii_case(&b'N')) {
                    continue;
                }
                all += 1;
                right += usize::from(wanted.iter().any(|wanted| bases.eq_ignore_ascii_case(wanted)));
            }
        }
        // By chance, one border in eight or sixteen is right; of human genes, 99 in 100.
        if all >= FEWEST_BORDERS && right * 2 < all {
            let name = reference.contigs().iter().nth(contig).map(|contig| contig.name.clone()).unwrap_or_default();
            return Err(Error::input(
                &self.place,
                format!(
                    "only {right} of {all} introns on {name} begin with GT and end with AG in {}",
                    reference.place()
                ),
            )
            .with_hint("it belongs to another assembly (GRCh37 or GRCh38?), or to other sequences: use the annotation of this FASTA"));
        }
        Ok(())
    }
}

/// Acceptor and donor sites of a gene: the exon's own base next to the intron, 0-based.
pub(crate) struct Sites {
    /// First bases of exons after an intron.
    pub acceptors: Vec<u64>,
    /// Last bases of exons before an intron.
    pub donors: Vec<u64>,
}

impl Sites {
    /// Of a gene's exons. Where the transcript begins and ends there is no site.
    pub(crate) fn of(gene: &GenePlace) -> Self {
        let interval = gene.interval;
        let starts = gene.exons.iter().map(|exon| exon.start).filter(|&start| start > interval.start);
        let ends = gene.exons.iter().filter(|exon| exon.end < interval.end).map(|exon| exon.end - 1);
        match gene.strand {
            Strand::Reverse => Self { acceptors: ends.collect(), donors: starts.collect() },
            _ => Self { acceptors: starts.collect(), donors: ends.collect() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gene(name: &str, interval: (u64, u64), strand: Strand, exons: &[(u64, u64)]) -> GenePlace {
        GenePlace {
            contig: "c".into(),
            interval: Interval::new(interval.0, interval.1),
            strand,
            id: name.into(),
            name: None,
            others: Vec::new(),
            exons: exons.iter().map(|&(start, end)| Interval::new(start, end)).collect(),
        }
    }

    #[test]
    fn genes_are_found_in_the_order_of_the_annotation() {
        let mut contigs = Contigs::default();
        contigs.push("c", 1000);
        let genes = vec![
            gene("late", (50, 60), Strand::Forward, &[]),
            gene("long", (0, 500), Strand::Reverse, &[]),
            gene("short", (10, 20), Strand::Forward, &[]),
        ];
        let genes = Genes::new(genes, "a.gtf".into(), &contigs, &Aliases::default(), "f.fa").expect("genes");
        let mut found = Vec::new();
        for (at, expected) in
            [(0, vec![1]), (10, vec![1, 2]), (19, vec![1, 2]), (20, vec![1]), (55, vec![0, 1]), (500, vec![])]
        {
            genes.overlapping(0, Interval::new(at, at + 1), &mut found);
            assert_eq!(found, expected, "{at}");
        }
    }

    #[test]
    fn sites_are_where_introns_meet_exons() {
        let exons = [(0, 10), (20, 30), (40, 50)];
        let forward = Sites::of(&gene("f", (0, 50), Strand::Forward, &exons));
        assert_eq!((forward.acceptors, forward.donors), (vec![20, 40], vec![9, 29]));
        let reverse = Sites::of(&gene("r", (0, 50), Strand::Reverse, &exons));
        assert_eq!((reverse.acceptors, reverse.donors), (vec![9, 29], vec![20, 40]));
    }
}
