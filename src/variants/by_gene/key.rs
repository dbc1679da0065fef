//! Keys of the cache of answers, and the bytes of an answer in it.

use super::{
    alleles::{AlleleInGene, Mask},
    rules::Rules,
};
use crate::{
    genome::Strand,
    model::card::Card,
    output::manifest::ModelReport,
    variants::{
        cache::{Key, KeyMaker},
        plan::Wanted,
        settings::InfoFormat,
    },
    vcf::info::SiteEffect,
};

/// The part that all keys of a run begin with: the networks, the engine that runs them, and how answers are summarised.
pub(crate) fn of_run(card: &Card, report: &ModelReport, rules: Rules, wanted: &[usize]) -> KeyMaker {
    let mut key = KeyMaker::default();
    // Increased when the summary changes.
    key.add(b"genogloss variant answers 3");
    for (file, digest) in &card.files.sha256 {
        key.add(file.as_bytes()).add(digest.as_bytes());
    }
    key.add(report.card_sha256.as_deref().unwrap_or_default().as_bytes());
    let engine = &report.engine;
    key.add(engine.engine.as_bytes()).add(engine.version.as_bytes()).add(engine.device.as_bytes());
    key.number(u64::from(rules.info == InfoFormat::Spliceai));
    key.number(wanted.len() as u64);
    wanted.iter().for_each(|&column| {
        key.number(column as u64);
    });
    key
}

/// The key of a change in a gene. `window` are the bases of the reference that the network reads.
pub(crate) fn of_change(run: &KeyMaker, window: &[u8], change: &Wanted, gene: &AlleleInGene) -> Key {
    let mut key = run.clone();
    key.add(window).number(u64::from(change.strand == Strand::Reverse));
    key.number(change.removed).add(&change.inserted).number(change.left).number(change.right);
    for piece in &gene.pieces {
        key.number(piece.before as u64).number(piece.removed as u64).number(piece.inserted as u64);
    }
    key.number(gene.on_contig.start as u64).number(gene.on_contig.end as u64);
    match &gene.mask {
        Mask::None => key.number(0),
        Mask::Nearest(border) => key.number(1).number(*border as u64),
        Mask::Sites(sites) => {
            for sites in sites {
                key.number(sites.len() as u64);
                sites.iter().for_each(|&site| {
                    key.number(site as u64);
                });
            }
            key.number(2)
        }
    };
    key.finish()
}

/// The bytes of an answer in the cache: value and position of each gain and loss.
pub(crate) fn write_site_effects(site_effects: &[SiteEffect], left: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 * site_effects.len());
    for site_effect in site_effects {
        bytes.extend_from_slice(&site_effect.value.to_le_bytes());
        let place = site_effect.offset.map_or(u32::MAX, |offset| (offset + left as i64) as u32);
        bytes.extend_from_slice(&place.to_le_bytes());
    }
    bytes
}

/// Reads what [`write_site_effects`] wrote; `None` if it is damaged.
pub(crate) fn read_site_effects(bytes: &[u8], start: i64, left: u64) -> Option<Vec<SiteEffect>> {
    if !bytes.len().is_multiple_of(8) {
        return None;
    }
    let site_effect = |part: &[u8]| {
        let four = |part: &[u8]| part.try_into().ok();
        let place = u32::from_le_bytes(four(&part[4..])?);
        Some(SiteEffect::at(
            f32::from_le_bytes(four(&part[..4])?),
            (place != u32::MAX).then_some(place as usize),
            start,
            left,
        ))
    };
    bytes.chunks_exact(8).map(site_effect).collect()
}
