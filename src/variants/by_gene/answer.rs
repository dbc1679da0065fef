//! Answers by gene: the base that gains or loses most, and the INFO fields of it.

use super::{
    alleles::{AlleleInGene, AnswerSource, GeneAlleles, Mask},
    key::write_site_effects,
    rules::Rules,
};
use crate::{
    counts::Counts,
    head::{Piece, in_reference_coordinates, largest_increase},
    model::{ChangeAnswer, card::Column},
    pipeline::RowAnswers,
    read::variants::VariantRecord,
    skip::Skip,
    variants::{cache::Cache, settings::InfoFormat},
    vcf::info::{self, FieldNames, GeneEffect, SiteEffect},
};

/// Summarises answers, and writes them.
pub(crate) struct GeneAnswers {
    rules: Rules,
    /// Scores at each base, and which of them are acceptor, donor and other sites to be told.
    width: usize,
    scored: Vec<(usize, Column)>,
    seen: Vec<f32>,
    fields: FieldNames,
    /// Where answers are kept.
    cache: Option<Cache>,
}

impl GeneAnswers {
    /// `wanted`: places of the columns that are written, if they can be called.
    pub(crate) fn new(
        columns: &[Column],
        wanted: &[usize],
        rules: Rules,
        fields: FieldNames,
        cache: Option<Cache>,
    ) -> Self {
        let scored = wanted.iter().map(|&at| (at, columns[at].clone())).filter(|(_, column)| column.callable).collect();
        Self { rules, width: columns.len(), scored, seen: Vec::new(), fields, cache }
    }

    /// Names of the scores that are counted.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.scored.iter().map(|(_, column)| column.name.as_str())
    }

    /// What the user asked for.
    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// INFO fields that are added.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let FieldNames { skip, effect, effect_max, haplotype, .. } = &self.fields;
        match self.rules.info {
            InfoFormat::Spliceai => vec![info::SPLICEAI, skip],
            InfoFormat::Genogloss if self.rules.haplotypes => vec![effect, effect_max, haplotype, skip],
            InfoFormat::Genogloss => vec![effect, effect_max, skip],
        }
    }

    /// Their header lines.
    pub(crate) fn header_lines(&self, model: &str, version: &str) -> Vec<String> {
        match self.rules.info {
            InfoFormat::Spliceai => info::spliceai_lines(&self.fields, model, version),
            InfoFormat::Genogloss => {
                let labels = self.labels();
                let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                let rules = (self.rules.distance, self.rules.haplotypes);
                info::effect_lines(&self.fields, &labels, rules, (model, version))
            }
        }
    }

    /// What the scores are called: by their labels, with the head's name where there are several heads.
    fn labels(&self) -> Vec<String> {
        let several = self.scored.iter().any(|(_, column)| column.head != self.scored[0].1.head);
        let label = |column: &Column| if several { column.plain_name() } else { column.label.clone() };
        self.scored.iter().map(|(_, column)| label(column)).collect()
    }

    /// The INFO fields of the record's scores.
    pub(crate) fn write(
        &mut self,
        record: &VariantRecord,
        alleles: &GeneAlleles,
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
                    if effects.iter().all(|effect| effect.site_effects.is_none()) {
                        counts.skip(Skip::NotInFormat);
                    } else {
                        counts.scored += 1;
                    }
                    for site_effects in effects.iter().filter_map(|effect| effect.site_effects.as_ref()) {
                        let larger = |pair: &[SiteEffect]| {
                            if pair[0].value >= pair[1].value { pair[0].value } else { -pair[1].value }
                        };
                        counts.add_scores(site_effects.chunks_exact(2).map(larger));
                    }
                    Ok(effects)
                }
            });
        }
        let mut together = Vec::with_capacity(alleles.together.len());
        for (allele, names, genes) in &alleles.together {
            together.push((*allele, names.as_str(), self.effects(genes, answers, counts)));
        }
        match self.rules.info {
            InfoFormat::Spliceai => info::write_spliceai(&self.fields, record, &effects, line),
            InfoFormat::Genogloss => info::write_effects(&self.fields, record, &effects, &together, line),
        }
    }

    fn effects<'a>(
        &mut self,
        genes: &'a [AlleleInGene],
        answers: &RowAnswers<'_>,
        counts: &mut Counts,
    ) -> Vec<GeneEffect<'a>> {
        let mut effects = Vec::with_capacity(genes.len());
        for gene in genes {
            let site_effects = match &gene.source {
                AnswerSource::NotInFormat => None,
                AnswerSource::Cached(site_effects) => {
                    counts.cached(true);
                    Some(site_effects.clone())
                }
                AnswerSource::Change(change) => {
                    let site_effects = self.site_effects(gene, answers.change(*change));
                    if let (Some(key), Some(cache)) = (gene.key, &mut self.cache) {
                        counts.cached(false);
                        cache.put(key, write_site_effects(&site_effects, self.rules.distance));
                    }
                    Some(site_effects)
                }
            };
            effects.push(GeneEffect { name: &gene.name, strand: gene.strand, site_effects });
        }
        effects
    }

    /// Gain and loss of every label that is told of.
    fn site_effects(&mut self, gene: &AlleleInGene, answer: &ChangeAnswer) -> Vec<SiteEffect> {
        let mut site_effects = Vec::with_capacity(2 * self.scored.len());
        let distance = self.rules.distance;
        let as_spliceai = self.rules.info == InfoFormat::Spliceai;
        for (column, about) in &self.scored {
            let reference = |base: usize| answer.reference[base * self.width + column];
            let alternate = |base: usize| answer.alternate[base * self.width + column];
            in_reference_coordinates(alternate, &gene.pieces, gene.right, &mut self.seen);
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
            let gain = largest_increase(reference, seen, self.seen.len(), gained);
            let loss = largest_increase(seen, reference, self.seen.len(), lost);
            for (gains, site_effect) in [(true, gain), (false, loss)] {
                let (base, mut value) = match site_effect {
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
                site_effects.push(SiteEffect::at(value, base, gene.start, distance));
            }
        }
        site_effects
    }

    /// Writes what the cache still keeps back.
    pub(crate) fn finish(&mut self) {
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
            partner: 0,
            title: None,
            vector: None,
            name: name.into(),
            head,
            label: name.rsplit('.').next().unwrap_or(name).into(),
            callable: !name.ends_with("neither"),
            has_threshold: true,
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
            info: InfoFormat::Genogloss,
            max_allele: 100,
            context: 200,
            period: 1,
            haplotypes: false,
            any_case: true,
            outside: OutsideGene::Sequence,
        };
        let writing = GeneAnswers::new(&columns(heads), wanted, rules, FieldNames::new("GG"), None);
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
