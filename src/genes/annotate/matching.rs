//! Which gene of the knowledge base a gene of an annotation is.
//!
//! Identifiers of Ensembl, HGNC and NCBI decide, and the name if the knowledge base knows none of them. All other identifiers (`g1`,
//! `MSTRG.7`, `p53`) are names that a program gave to its own predictions: they are never looked up, unless they are all that there is and
//! are exactly a symbol.

use std::cell::RefCell;

use crate::{
    error::Result,
    genes::{
        base::Base,
        gene_identifiers::GeneIdentifier,
        gene_names::NameKind,
        records::{Gene, GeneMatch},
    },
    read::annotation::GenePlace,
};

/// Genes of an annotation that are found, or not, in a way that a user should know: how many, and the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Noted {
    pub(super) count: u64,
    pub(super) first: String,
}

impl Noted {
    fn add(&mut self, what: impl FnOnce() -> String) {
        if self.count == 0 {
            self.first = what();
        }
        self.count += 1;
    }
}

/// Finds the genes of an annotation in the knowledge base.
#[derive(Default)]
pub(super) struct Matcher {
    /// The identifier is that of one gene, and the name that of another.
    contradictory: RefCell<Noted>,
    /// Several genes have the name.
    ambiguous: RefCell<Noted>,
    /// Genes of other species.
    foreign: RefCell<Noted>,
}

impl Matcher {
    /// The gene; `None` if the knowledge base does not have it, or if that is not certain.
    pub(super) fn find(&self, base: &Base, place: &GenePlace) -> Result<Option<Gene>> {
        if is_of_other_species(&place.id) {
            self.foreign.borrow_mut().add(|| place.id.clone());
            return Ok(None);
        }
        let texts = place.others.iter().chain([&place.id]).chain(&place.name);
        let mut identifiers: Vec<(&str, GeneIdentifier)> = texts
            .filter_map(|text| Some((text.as_str(), GeneIdentifier::parse(text)?)))
            .filter(|(_, identifier)| identifier.is_of_gene())
            .collect();
        identifiers.sort_by_key(|(_, identifier)| match identifier {
            GeneIdentifier::Hgnc(_) => 0,
            GeneIdentifier::Ensembl(_) => 1,
            _ => 2,
        });
        let mut identified = None;
        for (text, identifier) in &identifiers {
            if let GeneMatch::One(gene, _) = base.gene_by_identifier(identifier, text)? {
                identified = Some((*text, gene));
                break;
            }
        }
        let named = match &place.name {
            Some(name) => self.by_name(base, name, identifiers.is_empty())?,
            None if identifiers.is_empty() => Self::by_own_identifier(base, &place.id)?,
            None => None,
        };
        match (identified, named) {
            (Some((text, gene)), Some(named)) if gene.id != named.id => {
                let name = place.name.as_deref().unwrap_or_default();
                self.contradictory
                    .borrow_mut()
                    .add(|| format!("{text} is {}, and {name} is {}", gene.symbol, named.symbol));
                Ok(Some(*gene))
            }
            (Some((_, gene)), _) => Ok(Some(*gene)),
            (None, named) => Ok(named.map(|gene| *gene)),
        }
    }

    /// The gene of a name. Beside an identifier that the knowledge base does not know, an alias is not enough: copies of a gene, as those
    /// of 7SK, are named by the alias of one of them. `alone`: there is no such identifier.
    fn by_name(&self, base: &Base, name: &str, alone: bool) -> Result<Option<Box<Gene>>> {
        Ok(match base.gene_by_symbol(name)? {
            GeneMatch::One(gene, how) if alone || !how.starts_with(NameKind::Alias.word()) => Some(gene),
            GeneMatch::Several(all) if alone => {
                let all: Vec<&str> = all.iter().map(|(symbol, _)| symbol.as_str()).collect();
                self.ambiguous.borrow_mut().add(|| format!("{name} is {}", all.join(" or ")));
                None
            }
            _ => None,
        })
    }

    /// The gene of a line without a name, whose identifier is exactly a symbol, or RefSeq's or Ensembl's of a transcript.
    fn by_own_identifier(base: &Base, id: &str) -> Result<Option<Box<Gene>>> {
        let found = match GeneIdentifier::parse(id) {
            Some(transcript @ GeneIdentifier::Accession(NameKind::RefSeq | NameKind::Transcript, _)) => {
                base.gene_by_identifier(&transcript, id)?
            }
            _ => match base.gene_by_symbol(id)? {
                GeneMatch::One(gene, how) if gene.symbol == id => GeneMatch::One(gene, how),
                _ => return Ok(None),
            },
        };
        Ok(match found {
            GeneMatch::One(gene, _) => Some(gene),
            _ => None,
        })
    }

    /// Logs what was noted.
    pub(super) fn warn(&self, place: &str) {
        let (contradictory, ambiguous) = (self.contradictory.borrow(), self.ambiguous.borrow());
        if contradictory.count > 0 {
            tracing::warn!(
                "{place}: of {} genes, the identifier and the name are those of two genes; the identifier was followed (the first: {})",
                contradictory.count,
                contradictory.first
            );
        }
        if ambiguous.count > 0 {
            tracing::warn!(
                "{place}: {} genes have a name of several genes, and were not looked up (the first: {})",
                ambiguous.count,
                ambiguous.first
            );
        }
        let foreign = self.foreign.borrow();
        if foreign.count > 0 {
            tracing::warn!(
                "{place}: {} genes are of another species than the knowledge base, and were not looked up (the first: {})",
                foreign.count,
                foreign.first
            );
        }
    }
}

/// Whether it is Ensembl's identifier of a gene of another species than human: `ENSMUSG00000027204`.
fn is_of_other_species(id: &str) -> bool {
    let id = id.strip_prefix("gene:").unwrap_or(id);
    let Some(rest) = id.strip_prefix("ENS") else { return false };
    let letters = rest.bytes().take_while(u8::is_ascii_uppercase).count();
    let (species, digits) = rest.split_at(letters);
    species.len() > 1
        && species.ends_with('G')
        && digits.len() >= 11
        && digits.as_bytes()[..11].iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_other_species_are_known() {
        assert!(is_of_other_species("ENSMUSG00000027204.10") && is_of_other_species("gene:ENSDARG00000102097"));
        assert!(
            !is_of_other_species("ENSG00000166147.12") && !is_of_other_species("ENSEMBL") && !is_of_other_species("g1")
        );
    }
}
