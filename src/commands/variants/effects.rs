//! Answers by gene: which base gains or loses most, and how it is written.

use std::ops::Range;

use super::{Form, genes::Rules};
use crate::{
    counts::Counts,
    genome::Strand,
    head::{Piece, largest_rise, seen_from_reference},
    model::{ChangeAnswer, card::Column},
    pipeline::RowAnswers,
    read::variants::VariantRecord,
    skip::Skip,
    variants::cache::{Cache, Key},
    vcf::info::{self, FieldNames, GeneEffect, Rise},
};

/// What is asked of an allele in a gene.
pub(super) struct InGene {
    /// Its name, as INFO takes it.
    pub(super) name: String,
    pub(super) strand: Strand,
    pub(super) given: Given,
    /// First base that the answer is for, 0-based; before the contig where it begins nearer.
    pub(super) start: i64,
    /// Which of its bases are on the contig.
    pub(super) on_contig: Range<usize>,
    /// The change, from there on, and the bases after it.
    pub(super) pieces: Vec<Piece>,
    pub(super) right: usize,
    pub(super) mask: Mask,
    /// What the answer is kept by, where there is a cache.
    pub(super) key: Option<Key>,
}

/// Where its answer is.
pub(super) enum Given {
    /// Among those to the record's changes.
    Change(usize),
    /// Known already.
    Known(Vec<Rise>),
    /// The format has none.
    NotInFormat,
}

/// Which bases may count.
pub(super) enum Mask {
    /// All.
    None,
    /// Gains where there is no site, losses where there is one: acceptors and donors, as places in the answer.
    Sites([Vec<usize>; 2]),
    /// SpliceAI's: the exon border nearest to POS, as its distance from POS.
    Nearest(i64),
}

/// What is asked of a record.
pub(super) struct Alleles {
    /// Every ALT: a gene after the other, or why it is not scored.
    pub(super) alone: Vec<Result<Vec<InGene>, Skip>>,
    /// An ALT with others of its haplotype, as INFO names them.
    pub(super) together: Vec<(usize, String, Vec<InGene>)>,
}

/// Rises as a cache keeps them: value and place in the answer.
fn write_rises(rises: &[Rise], left: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 * rises.len());
    for rise in rises {
        bytes.extend_from_slice(&rise.value.to_le_bytes());
        let place = rise.offset.map_or(u32::MAX, |offset| (offset + left as i64) as u32);
        bytes.extend_from_slice(&place.to_le_bytes());
    }
    bytes
}

/// And back.
pub(super) fn read_rises(bytes: &[u8], start: i64, left: u64) -> Option<Vec<Rise>> {
    if !bytes.len().is_multiple_of(8) {
        return None;
    }
    let rise = |part: &[u8]| {
        let four = |part: &[u8]| part.try_into().ok();
        let place = u32::from_le_bytes(four(&part[4..])?);
        Some(Rise::at(
            f32::from_le_bytes(four(&part[..4])?),
            (place != u32::MAX).then_some(place as usize),
            start,
            left,
        ))
    };
    bytes.chunks_exact(8).map(rise).collect()
}

/// The writer's side.
pub(super) struct Writing {
    rules: Rules,
    /// Scores at each base, and which of them are acceptor, donor and other sites to be told.
    width: usize,
    told: Vec<(usize, Column)>,
    seen: Vec<f32>,
    fields: FieldNames,
    /// Where answers are kept.
    cache: Option<Cache>,
}

impl Writing {
    /// `wanted`: places of the columns that are written, if they can be called.
    pub(super) fn new(
        columns: &[Column],
        wanted: &[usize],
        rules: Rules,
        fields: FieldNames,
        cache: Option<Cache>,
    ) -> Self {
        let told = wanted.iter().map(|&at| (at, columns[at].clone())).filter(|(_, column)| column.callable).collect();
        Self { rules, width: columns.len(), told, seen: Vec::new(), fields, cache }
    }

    /// Names of the scores that are counted.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.told.iter().map(|(_, column)| column.name.as_str())
    }

    /// What the user asked for.
    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// INFO fields that are added.
    pub(super) fn fields(&self) -> Vec<&str> {
        let FieldNames { skip, effect, effect_max, haplotype, .. } = &self.fields;
        match self.rules.form {
            Form::Spliceai => vec![info::SPLICEAI, skip],
            Form::Genogloss if self.rules.haplotypes => vec![effect, effect_max, haplotype, skip],
            Form::Genogloss => vec![effect, effect_max, skip],
        }
    }

    /// Their header lines.
    pub(super) fn header_lines(&self, model: &str, version: &str) -> Vec<String> {
        match self.rules.form {
            Form::Spliceai => info::spliceai_lines(&self.fields, model, version),
            Form::Genogloss => {
                let labels = self.labels();
                let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                info::effect_lines(&self.fields, &labels, self.rules.haplotypes, model, version)
            }
        }
    }

    /// What the scores are called: by their labels, with the head's name where there are several heads.
    fn labels(&self) -> Vec<String> {
        let several = self.told.iter().any(|(_, column)| column.head != self.told[0].1.head);
        let label = |column: &Column| if several { column.plain_name() } else { column.label.clone() };
        self.told.iter().map(|(_, column)| label(column)).collect()
    }

    /// The INFO fields of the record's scores.
    pub(super) fn write(
        &mut self,
        record: &VariantRecord,
        alleles: &Alleles,
        answers: &RowAnswers<'_>,
        counts: &mut Counts,
        line: &mut Vec<u8>,
    ) {
        let mut effects = Vec::with_capacity(alleles.alone.len());
        for allele in &alleles.alone {
            effects.push(match allele {
                Err(reason) => {
                    counts.skip(*reason);
                    Err(*reason)
                }
                Ok(genes) => {
                    let effects = self.effects(genes, answers, counts);
                    if effects.iter().all(|effect| effect.rises.is_none()) {
                        counts.skip(Skip::NotInFormat);
                    } else {
                        counts.scored += 1;
                    }
                    for rises in effects.iter().filter_map(|effect| effect.rises.as_ref()) {
                        let larger = |pair: &[Rise]| {
                            if pair[0].value >= pair[1].value { pair[0].value } else { -pair[1].value }
                        };
                        counts.add_scores(rises.chunks_exact(2).map(larger));
                    }
                    Ok(effects)
                }
            });
        }
        let mut together = Vec::with_capacity(alleles.together.len());
        for (allele, names, genes) in &alleles.together {
            together.push((*allele, names.as_str(), self.effects(genes, answers, counts)));
        }
        match self.rules.form {
            Form::Spliceai => info::write_spliceai(&self.fields, record, &effects, line),
            Form::Genogloss => info::write_effects(&self.fields, record, &effects, &together, line),
        }
    }

    fn effects<'a>(
        &mut self,
        genes: &'a [InGene],
        answers: &RowAnswers<'_>,
        counts: &mut Counts,
    ) -> Vec<GeneEffect<'a>> {
        let mut effects = Vec::with_capacity(genes.len());
        for gene in genes {
            let rises = match &gene.given {
                Given::NotInFormat => None,
                Given::Known(rises) => {
                    counts.cached(true);
                    Some(rises.clone())
                }
                Given::Change(change) => {
                    let rises = self.rises(gene, answers.change(*change));
                    if let (Some(key), Some(cache)) = (gene.key, &mut self.cache) {
                        counts.cached(false);
                        cache.put(key, write_rises(&rises, self.rules.distance));
                    }
                    Some(rises)
                }
            };
            effects.push(GeneEffect { name: &gene.name, strand: gene.strand, rises });
        }
        effects
    }

    /// Gain and loss of every label that is told of.
    fn rises(&mut self, gene: &InGene, answer: &ChangeAnswer) -> Vec<Rise> {
        let mut rises = Vec::with_capacity(2 * self.told.len());
        let distance = self.rules.distance;
        let as_spliceai = self.rules.form == Form::Spliceai;
        for (column, about) in &self.told {
            let reference = |base: usize| answer.reference[base * self.width + column];
            let alternate = |base: usize| answer.alternate[base * self.width + column];
            seen_from_reference(alternate, &gene.pieces, gene.right, &mut self.seen);
            if let (true, [Piece { before, removed, inserted }]) = (as_spliceai, gene.pieces.as_slice()) {
                // METHOD: spliceai 1.3.1 compares 2D + 1 bases. Of a deletion longer than D bases it has fewer of the alternate,
                // from the left, and puts the zeros after them.
                let covered = 2 * before + 1;
                let deleted = removed.saturating_sub(*inserted);
                self.seen.resize(covered, 0.0);
                if deleted > *before {
                    let known = covered.saturating_sub(deleted);
                    self.seen[..known].iter_mut().enumerate().for_each(|(base, seen)| *seen = alternate(base));
                    self.seen[known..].fill(0.0);
                }
            }
            let seen = |base: usize| self.seen[base];
            let sites = match (&gene.mask, about.label.as_str()) {
                (Mask::Sites(sites), "acceptor") => &sites[..1],
                (Mask::Sites(sites), "donor") => &sites[1..],
                // A score that tells of sites of both kinds.
                (Mask::Sites(sites), _) => &sites[..],
                _ => &[],
            };
            let is_site = |base: usize| sites.iter().any(|sites| sites.contains(&base));
            let gained = |base: usize| gene.on_contig.contains(&base) && !is_site(base);
            let lost = |base: usize| gene.on_contig.contains(&base) && (sites.is_empty() || is_site(base));
            let gain = largest_rise(reference, seen, self.seen.len(), gained);
            let loss = largest_rise(seen, reference, self.seen.len(), lost);
            for (gains, rise) in [(true, gain), (false, loss)] {
                let (base, mut value) = match rise {
                    Some((base, value)) => (Some(base), value),
                    None => (None, 0.0),
                };
                let offset = base.map(|base| base as i64 - distance as i64);
                if let Mask::Nearest(border) = gene.mask
                    && gains == (offset == Some(border))
                {
                    // What spliceai 1.3.1 multiplies with 0 keeps its sign.
                    value *= 0.0;
                }
                rises.push(Rise::at(value, base, gene.start, distance));
            }
        }
        rises
    }

    /// Writes what the cache still keeps back.
    pub(super) fn finish(&mut self) {
        if let Some(cache) = &mut self.cache {
            cache.finish();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::card::OutsideGene, number::Digits};

    fn columns(heads: &[(&str, usize)]) -> Vec<Column> {
        let column = |&(name, head): &(&str, usize)| Column {
            name: name.into(),
            head,
            label: name.rsplit('.').next().unwrap_or(name).into(),
            callable: !name.ends_with("neither"),
            threshold: 0.5,
            bin: Some(1),
            strand: None,
            digits: Digits::Decimals,
        };
        heads.iter().map(column).collect()
    }

    fn format(heads: &[(&str, usize)], wanted: &[usize]) -> String {
        let rules = Rules {
            distance: 50,
            masked: false,
            form: Form::Genogloss,
            max_allele: 100,
            context: 200,
            haplotypes: false,
            any_case: true,
            outside: OutsideGene::Sequence,
        };
        let writing = Writing::new(&columns(heads), wanted, rules, FieldNames::new("GG"), None);
        let line = writing.header_lines("model", "1.0.0").swap_remove(0);
        line.split("strand|").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_string()
    }

    #[test]
    fn sites_of_several_heads_carry_the_heads_names() {
        let one = [("splice.neither", 0), ("splice.acceptor", 0), ("splice.donor", 0)];
        assert!(
            format(&one, &[0, 1, 2]).starts_with("acceptor_gain|acceptor_loss|donor_gain|donor_loss|acceptor_gain_at")
        );
        let several = [("heart.neither", 0), ("heart.site", 0), ("liver.neither", 1), ("liver.site", 1)];
        let fields = "heart_site_gain|heart_site_loss|liver_site_gain|liver_site_loss|heart_site_gain_at|heart_site_loss_at|liver_site_gain_at|liver_site_loss_at";
        assert_eq!(format(&several, &[0, 1, 2, 3]), fields);
        assert_eq!(format(&several, &[3]), "site_gain|site_loss|site_gain_at|site_loss_at");
    }
}
