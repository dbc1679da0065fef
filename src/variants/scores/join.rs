//! Joins the INFO fields of sites for the alleles of a record, in the words of the score file.

use super::{
    header::{Counted, ScoreHeader, Values},
    sites::SitesHere,
};
use crate::{read::variants::VariantRecord, skip::Skip, variants::spelling::spelled};

/// What is known of the place of a record.
pub(super) struct Place {
    /// Whether the reference lacks its contig; `None`: the reference is not known.
    pub lacks_contig: Option<bool>,
    /// It is a telomere, before the first base of the contig or after the last one.
    pub is_past_end: bool,
}

/// What is known of a record beside its INFO fields.
pub(super) struct Joined {
    /// The first allele that has no site.
    pub missing: Option<usize>,
    /// Whether REF is that of the reference, if that is known.
    pub matches: Option<bool>,
    /// For each ALT: why it was not scored.
    pub reasons: Vec<Option<Skip>>,
    /// Numbers for the histograms.
    pub scores: Vec<Vec<f32>>,
}

/// Joins fields.
pub(super) struct Joiner {
    header: ScoreHeader,
}

/// An allele of a site: the values of the fields, and which ALT it is.
struct SiteAllele<'a> {
    values: Vec<Option<&'a [u8]>>,
    site: &'a VariantRecord,
    index: usize,
}

impl<'a> SiteAllele<'a> {
    fn find(
        header: &ScoreHeader,
        record: &VariantRecord,
        alternate: &[u8],
        sites: &'a [VariantRecord],
    ) -> Option<Self> {
        let site = |site: &'a VariantRecord| {
            let index = site.alternates().position(|other| other == alternate)?;
            (site.reference() == record.reference()).then_some((site, index))
        };
        let (site, index) = sites.iter().find_map(site)?;
        Some(Self { values: values(header, site), site, index })
    }

    /// The value of a field that has one for each ALT; `None` for `.`, too.
    fn by_allele(&self, field: usize) -> Option<&'a [u8]> {
        let value = self.values[field]?.split(|&b| b == b',').nth(self.index)?;
        (value != b".").then_some(value)
    }

    /// The values of a field that has any number for each ALT.
    fn list(&self, field: usize) -> Vec<&'a [u8]> {
        let Some(value) = self.values[field] else { return Vec::new() };
        let alternate = self.site.alternates().nth(self.index).unwrap_or_default();
        let is_own = |item: &&[u8]| item.strip_prefix(alternate).is_some_and(|rest| rest.first() == Some(&b'|'));
        let mut own: Vec<&[u8]> = value.split(|&b| b == b',').filter(is_own).collect();
        // An ALT that a record has twice has its values twice.
        own.truncate(own.len() / self.site.alternates().filter(|other| *other == alternate).count().max(1));
        own
    }
}

/// The values of a site's fields.
fn values<'a>(header: &ScoreHeader, site: &'a VariantRecord) -> Vec<Option<&'a [u8]>> {
    let mut values = vec![None; header.fields.len()];
    let mut expected = 0;
    for item in site.info().split(|&b| b == b';') {
        let Some(equals) = memchr::memchr(b'=', item) else { continue };
        let (key, value) = (&item[..equals], &item[equals + 1..]);
        // Fields come in the order of the header.
        let field =
            (expected..header.fields.len()).chain(0..expected).find(|&at| header.fields[at].name.as_bytes() == key);
        if let Some(field) = field {
            values[field] = Some(value);
            expected = field + 1;
        }
    }
    values
}

impl Joiner {
    /// Of the fields of a score file.
    pub(super) fn new(header: ScoreHeader) -> Self {
        Self { header }
    }

    /// Appends the INFO fields of a record.
    pub(super) fn join(
        &self,
        record: &VariantRecord,
        here: SitesHere<'_>,
        place: &Place,
        added: &mut Vec<u8>,
    ) -> Joined {
        let header = &self.header;
        // All sites of a contig that the reference lacks have that reason, and so have alleles that are no sites.
        let said = || here.first_of_contig.is_some_and(|site| self.reason(site) == Some(Skip::ContigNotInReference));
        let lacks = || place.lacks_contig.unwrap_or_else(said);
        let mut alleles: Vec<Result<SiteAllele<'_>, Skip>> = Vec::with_capacity(1);
        let mut missing = None;
        for (at, alternate) in record.alternates().enumerate() {
            alleles.push(match spelled(alternate) {
                Err(_) if lacks() => Err(Skip::ContigNotInReference),
                Err(skip) => Err(skip),
                Ok(()) => SiteAllele::find(header, record, alternate, here.sites).ok_or_else(|| {
                    missing = missing.or(Some(at));
                    Skip::NotInScores
                }),
            });
        }
        let start = added.len();
        for (at, field) in header.fields.iter().enumerate() {
            match field.values {
                Values::ByAllele => write_by_allele(&field.name, (at, field.is_skip), &alleles, added),
                Values::List => write_list(&field.name, at, &alleles, added),
            }
        }
        if added.len() > start {
            added.pop();
        }
        let own = |allele: &SiteAllele<'_>| {
            let word = allele.by_allele(header.skip)?;
            Skip::from_word(&String::from_utf8_lossy(word)).or(Some(Skip::NotInScores))
        };
        let reasons: Vec<Option<Skip>> =
            alleles.iter().map(|allele| allele.as_ref().map_or_else(|skip| Some(*skip), own)).collect();
        let own = alleles.iter().zip(&reasons).filter(|(allele, _)| allele.is_ok()).map(|(_, reason)| *reason);
        let matches = if place.is_past_end { None } else { self.reference_matches(own) };
        let scores = alleles.iter().flatten().flat_map(|allele| self.scores(allele)).collect();
        Joined { missing, matches, reasons, scores }
    }

    /// Whether REF was compared with the reference when these alleles were scored, and matched: as a run of the model counts it.
    fn reference_matches(&self, mut reasons: impl Iterator<Item = Option<Skip>>) -> Option<bool> {
        reasons.find_map(|reason| match reason {
            // The contig has no bases, REF is not written in bases, or the alleles were not looked up.
            Some(Skip::ContigNotInReference | Skip::NotBases | Skip::NotInScores) => None,
            // By genes, it is REF that reads an ambiguous base; by windows, it is the window that has too many of them.
            Some(Skip::UnknownBases) if self.header.is_by_gene() => None,
            reason => Some(reason != Some(Skip::ReferenceMismatch)),
        })
    }

    /// Why the first ALT of a site was not scored.
    fn reason(&self, site: &VariantRecord) -> Option<Skip> {
        let value = values(&self.header, site)[self.header.skip]?;
        Skip::from_word(&String::from_utf8_lossy(value.split(|&b| b == b',').next()?))
    }

    /// The numbers of an allele for the histograms.
    fn scores(&self, allele: &SiteAllele<'_>) -> Vec<Vec<f32>> {
        let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<f32>().ok();
        let (names, counted) = &self.header.counted;
        match counted {
            Counted::Fields(fields) => {
                let numbers =
                    fields.iter().map(|&field| number(allele.by_allele(field)?)).collect::<Option<Vec<f32>>>();
                numbers.into_iter().collect()
            }
            Counted::Pairs(field, skipped) => {
                let larger = |gain: f32, loss: f32| if gain >= loss { gain } else { -loss };
                let row = |item: &[u8]| {
                    let numbers: Option<Vec<f32>> =
                        item.split(|&b| b == b'|').skip(*skipped).take(2 * names.len()).map(number).collect();
                    Some(numbers?.chunks_exact(2).map(|pair| larger(pair[0], pair[1])).collect())
                };
                allele.list(*field).into_iter().filter_map(row).collect()
            }
        }
    }
}

/// Appends a field with one value for each ALT, if any has one, and a `;`.
fn write_by_allele(
    name: &str,
    (field, is_skip): (usize, bool),
    alleles: &[Result<SiteAllele<'_>, Skip>],
    added: &mut Vec<u8>,
) {
    let value = |allele: &Result<SiteAllele<'_>, Skip>| -> Option<Vec<u8>> {
        match allele {
            Ok(allele) => allele.by_allele(field).map(<[u8]>::to_vec),
            Err(skip) => is_skip.then(|| skip.word().into()),
        }
    };
    let values: Vec<Option<Vec<u8>>> = alleles.iter().map(value).collect();
    if values.iter().all(Option::is_none) {
        return;
    }
    added.extend_from_slice(name.as_bytes());
    for (at, value) in values.into_iter().enumerate() {
        added.push(if at == 0 { b'=' } else { b',' });
        added.extend_from_slice(value.as_deref().unwrap_or(b"."));
    }
    added.push(b';');
}

/// Appends a field with all values of all ALTs, if there are any, and a `;`.
fn write_list(name: &str, field: usize, alleles: &[Result<SiteAllele<'_>, Skip>], added: &mut Vec<u8>) {
    let mut first = true;
    for item in alleles.iter().flatten().flat_map(|allele| allele.list(field)) {
        if std::mem::take(&mut first) {
            added.extend_from_slice(name.as_bytes());
            added.push(b'=');
        } else {
            added.push(b',');
        }
        added.extend_from_slice(item);
    }
    if !first {
        added.push(b';');
    }
}
