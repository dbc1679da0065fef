//! How variants are scored by gene.

use crate::{
    model::card::{Card, Case, OutsideGene},
    variants::settings::{InfoFormat, Settings},
};

/// How variants are scored by gene: from the card and the options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Bases either side of the variant that are compared.
    pub distance: u64,
    /// Annotated sites do not count as gains, positions without a site do not count as losses.
    pub masked: bool,
    /// The INFO fields that are written.
    pub info: InfoFormat,
    /// Longest REF or ALT.
    pub max_allele: u64,
    /// Bases the network reads beside what it answers for.
    pub context: u64,
    /// What a stretch answers for begins and ends at multiples of so many bases.
    pub period: u64,
    /// Alleles are scored together with their phased neighbours as well.
    pub haplotypes: bool,
    /// Lower case has no meaning: the card does not take it for unknown bases.
    pub any_case: bool,
    /// What the network reads outside of the gene.
    pub outside: OutsideGene,
}

impl Rules {
    /// Longest allele that is scored if the card sets no limit, in bases.
    const MAX_ALLELE: u64 = 10_000;

    /// Of a model that answers for changes.
    pub(crate) fn new(card: &Card, settings: &Settings, period: u64) -> Self {
        Self {
            distance: settings.distance.or(card.variants.distance).unwrap_or(50),
            masked: settings.mask,
            info: settings.info,
            max_allele: card.variants.max_allele.unwrap_or(Self::MAX_ALLELE),
            context: card.variants.changes.as_ref().map_or(0, |changes| changes.context),
            period,
            haplotypes: settings.haplotypes,
            any_case: card.input.case != Case::Mask,
            outside: card.variants.outside,
        }
    }
}
