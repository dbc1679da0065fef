//! Rows of OMIM's tables, which are each user's own copy, and of NCBI's mim2gene_medgen, which repeats them.

use super::{Builder, gene_index::GeneKey, identity::Mapping, relations::Statement, tally::Tally};
use crate::genes::{claim::Claim, identifiers::accession, names::listed, table::Row};

/// A phenotype as OMIM writes it beside a gene: `{?Epilepsy, susceptibility to}, 613060 (3), Autosomal dominant`.
#[derive(Debug, PartialEq, Eq)]
struct Phenotype<'a> {
    /// Name, with the signs that surround it.
    signed: &'a str,
    /// Its number; `None` if OMIM has no entry for it beside that of the gene.
    mim: Option<&'a str>,
    /// How it was mapped, 1 to 4.
    key: Option<u8>,
    inheritance: Option<&'a str>,
}

/// What OMIM's mapping keys say.
const KEYS: [&str; 4] =
    ["mapped by association", "mapped by linkage", "molecular basis known", "contiguous gene deletion or duplication"];

impl<'a> Phenotype<'a> {
    /// The phenotypes of a field. They are separated by `;`, which a name may also hold: each ends with its mapping key.
    fn all(field: &'a str) -> Vec<Self> {
        let mut all = Vec::new();
        let mut begin = 0;
        for end in field.match_indices(';').map(|(at, _)| at).chain([field.len()]) {
            let text = field[begin..end].trim();
            if text.is_empty() {
                begin = end + 1;
                continue;
            }
            if Self::key(text).is_some() || end == field.len() {
                all.push(Self::of(text));
                begin = end + 1;
            }
        }
        all
    }

    /// The place of the mapping key, `(3)`, and the key.
    fn key(text: &str) -> Option<(usize, u8)> {
        let bytes = text.as_bytes();
        let is_key = |at: &usize| bytes[*at] == b'(' && matches!(bytes[at + 1], b'1'..=b'4') && bytes[at + 2] == b')';
        let at = (0..bytes.len().saturating_sub(2)).rev().find(is_key)?;
        Some((at, bytes[at + 1] - b'0'))
    }

    fn of(text: &'a str) -> Self {
        let (mut signed, mut key, mut inheritance) = (text, None, None);
        if let Some((at, number)) = Self::key(text) {
            key = Some(number);
            signed = &text[..at];
            inheritance = Some(text[at + 3..].trim_matches([',', ' '])).filter(|rest| !rest.is_empty());
        }
        signed = signed.trim_end_matches([',', ' ']);
        let is_number = |(_, last): &(&str, &'a str)| last.len() == 6 && last.bytes().all(|b| b.is_ascii_digit());
        let numbered = signed.rsplit_once(' ').filter(is_number);
        let mim = numbered.map(|(_, number)| number);
        signed = numbered.map_or(signed, |(name, _)| name).trim_end_matches([',', ' ']);
        Self { signed, mim, key, inheritance }
    }

    /// Its name without the signs.
    fn name(&self) -> &'a str {
        self.signed.trim_matches(['{', '}', '[', ']', '?', ' '])
    }

    fn claim(&self) -> Claim {
        let name = self.signed.to_ascii_lowercase();
        match Claim::of_omim(self.signed, self.key) {
            _ if name.contains("modifier of") || name.contains("modification of") => Claim::Modifier,
            Claim::Supportive | Claim::Limited if name.contains("somatic") => Claim::Somatic,
            claim => claim,
        }
    }

    /// The relation in OMIM's words.
    fn relation(&self) -> String {
        let mut words = Vec::new();
        let signs = self.signed.split(|letter: char| letter.is_alphanumeric()).next().unwrap_or_default();
        for (sign, word) in [('{', "susceptibility"), ('[', "nondisease"), ('?', "provisional")] {
            if signs.contains(sign) {
                words.push(word.to_string());
            }
        }
        words.extend(self.key.map(|key| format!("{} ({key})", KEYS[usize::from(key) - 1])));
        if words.is_empty() { "no mapping key".into() } else { words.join(", ") }
    }
}

impl Builder {
    /// A row of OMIM's genemap2.txt: a gene or locus, with its phenotypes.
    pub(super) fn omim_gene_map(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let symbol = row.get(&["approved gene symbol", "approved symbol"]);
        let ensembl = row.get(&["ensembl gene id"]).unwrap_or_default();
        let key = GeneKey { entrez: row.get(&["entrez gene id"]), symbol, ..GeneKey::default() };
        let gene = self.genes.find(key).or_else(|| self.genes.by_ensembl(ensembl));
        if let (Some(gene), Some(mim)) = (gene, row.get(&["mim number"])) {
            tally.facts += u64::from(self.genes.give_omim(gene, mim));
        }
        let Some(phenotypes) = row.get(&["phenotypes"]) else { return Ok(()) };
        let locus = symbol.or(row.get(&["gene/locus and other related symbols", "gene symbols"]));
        self.omim_phenotypes(gene, locus, phenotypes, tally)
    }

    /// A row of OMIM's morbidmap.txt: a phenotype, and the gene or locus.
    pub(super) fn omim_morbid_map(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let symbols = row.get(&["gene symbols", "gene/locus and other related symbols"]);
        let first = symbols.and_then(|all| all.split(',').next());
        let by_number = row.get(&["mim number"]).and_then(|mim| self.genes.by_omim(mim));
        let gene = by_number.or_else(|| self.genes.find(GeneKey { symbol: first, ..GeneKey::default() }));
        self.omim_phenotypes(gene, first, row.get(&["phenotype"]).unwrap_or_default(), tally)
    }

    /// Adds the phenotypes of a gene. A locus without a gene is counted, for each phenotype. What the gene map states of a gene and a
    /// disease, the morbid map does not state again.
    fn omim_phenotypes(
        &mut self,
        gene: Option<usize>,
        locus: Option<&str>,
        field: &str,
        tally: &mut Tally,
    ) -> rusqlite::Result<()> {
        for phenotype in Phenotype::all(field) {
            let id = phenotype.mim.and_then(accession);
            let disease = self.disease(id.as_deref(), phenotype.name(), tally.source)?;
            self.disease_name(disease, phenotype.name());
            let Some(gene) = gene else {
                tally.lost(locus);
                continue;
            };
            let relation = phenotype.relation();
            let statement = Statement {
                relation: Some(&relation),
                inheritance: phenotype.inheritance,
                ..Statement::of(GeneKey::default(), disease, phenotype.claim())
            };
            // Without a number, the disease of the other table is another record of the same name.
            let name = id.unwrap_or_else(|| phenotype.name().to_lowercase());
            if *self.mapped.entry((gene, name)).or_insert(tally.source) == tally.source {
                self.related_to(gene, statement, tally)?;
            }
        }
        Ok(())
    }

    /// A row of OMIM's mim2gene.txt: the gene of an OMIM number. Numbers of phenotypes are not those of a gene.
    pub(super) fn omim_gene(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let kind = row.get(&["mim entry type (see faq 1.3 at https://omim.org/help/faq)", "mim entry type"]);
        let Some(mim) = row.get(&["mim number"]) else { return Ok(()) };
        if !kind.is_some_and(|kind| kind.starts_with("gene")) {
            return Ok(());
        }
        let symbol = row.get(&["approved gene symbol (hgnc)"]);
        let ensembl = row.get(&["ensembl gene id (ensembl)"]).unwrap_or_default();
        let key = GeneKey { entrez: row.get(&["entrez gene id (ncbi)"]), symbol, ..GeneKey::default() };
        match self.genes.find(key).or_else(|| self.genes.by_ensembl(ensembl)) {
            Some(gene) => tally.facts += u64::from(self.genes.give_omim(gene, mim)),
            // OMIM has entries of genes that nobody has placed.
            None if key.entrez.is_none() && symbol.is_none() && ensembl.is_empty() => {}
            None => tally.lost(symbol.or(key.entrez)),
        }
        Ok(())
    }

    /// A row of OMIM's mimTitles.txt: the names of a phenotype. Titles of genes and of entries that were moved are left out.
    pub(super) fn omim_titles(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let is_phenotype = matches!(row.get(&["prefix"]), Some("Number Sign" | "Percent" | "Plus" | "NULL") | None);
        let title = row.get(&["preferred title; symbol"]);
        let (Some(id), Some(title)) = (row.get(&["mim number"]).and_then(accession), title) else { return Ok(()) };
        if !is_phenotype {
            return Ok(());
        }
        // MARFAN SYNDROME; MFS
        let mut names = listed(title, &[';']).into_iter();
        let Some(first) = names.next() else { return Ok(()) };
        let disease = self.disease(Some(&id), first, tally.source)?;
        self.disease_name(disease, first);
        for name in names {
            self.disease_name(disease, name);
        }
        let others = row.get(&["alternative title(s); symbol(s)"]).into_iter().flat_map(|all| listed(all, &[';']));
        for name in others.filter(|name| !name.ends_with("FORMERLY")) {
            self.disease_name(disease, name);
        }
        tally.facts += 1;
        Ok(())
    }

    /// A row of NCBI's mim2gene_medgen: the gene of an OMIM number, or the genes of a phenotype, and the phenotype's number in MedGen.
    pub(super) fn omim_medgen(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let Some(mim) = row.get(&["mim number"]) else { return Ok(()) };
        let gene = GeneKey { entrez: row.get(&["geneid"]), symbol: None, hgnc: None };
        let is_gene = row.get(&["type"]).is_some_and(|kind| kind.starts_with("gene"));
        if is_gene {
            match self.genes.find(gene) {
                Some(gene) => tally.facts += u64::from(self.genes.give_omim(gene, mim)),
                None => tally.lost(gene.entrez),
            }
            return Ok(());
        }
        let Some(id) = accession(mim) else { return Ok(()) };
        if gene.entrez.is_none() && !self.diseases.contains_key(&id) {
            // Neither a gene, nor a name: there is nothing to keep.
            return Ok(());
        }
        let disease = self.disease(Some(&id), &id, tally.source)?;
        if let Some(concept) = row.get(&["medgencui"]).and_then(|id| accession(&format!("UMLS:{id}"))) {
            self.disease_reference(disease, &concept, Mapping::Exact, tally.source)?;
            tally.facts += 1;
        }
        if gene.entrez.is_none() {
            return Ok(());
        }
        let (source, comment) = (row.get(&["source"]).unwrap_or_default(), row.get(&["comment"]));
        let has = |word: &str| comment.is_some_and(|comment| comment.contains(word));
        let claim = match () {
            () if has("modifier") => Claim::Modifier,
            () if has("somatic") => Claim::Somatic,
            () if has("susceptibility") => Claim::Susceptibility,
            () if has("nondisease") => Claim::Nondisease,
            () if has("QTL") => Claim::Associated,
            () if has("question") => Claim::Limited,
            () => Claim::Supportive,
        };
        // GeneMap is OMIM's.
        let origin = if source.contains("GeneMap") || source.contains("OMIM") { Some("OMIM") } else { None };
        let origin = origin.or(source.contains("GeneReviews").then_some("GeneReviews"));
        let relation = comment.or(Some("gene"));
        self.related(Statement { relation, origin, ..Statement::of(gene, disease, claim) }, tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phenotypes_are_taken_apart() {
        let field = "{?Epilepsy, generalized, type 5, susceptibility to}, 613060 (3), Autosomal dominant; \
                     [Blood group, Vel system], 615264 (3), Autosomal recessive; Leukemia; acute, somatic (3); Cataract 8, 115665 (2)";
        let all = Phenotype::all(field);
        let parts: Vec<_> = all.iter().map(|one| (one.name(), one.mim, one.key, one.inheritance)).collect();
        assert_eq!(
            parts,
            [
                (
                    "Epilepsy, generalized, type 5, susceptibility to",
                    Some("613060"),
                    Some(3),
                    Some("Autosomal dominant")
                ),
                ("Blood group, Vel system", Some("615264"), Some(3), Some("Autosomal recessive")),
                ("Leukemia; acute, somatic", None, Some(3), None),
                ("Cataract 8", Some("115665"), Some(2), None),
            ]
        );
        assert_eq!(all[0].relation(), "susceptibility, provisional, molecular basis known (3)");
        let claims: Vec<Claim> = all.iter().map(Phenotype::claim).collect();
        assert_eq!(claims, [Claim::Susceptibility, Claim::Nondisease, Claim::Somatic, Claim::Associated]);
        assert_eq!(Phenotype::of("{von Hippel-Lindau syndrome, modifier of}, 193300 (3)").claim(), Claim::Modifier);
        assert_eq!(Phenotype::of("?Cataract 49, 619593 (3)").claim(), Claim::Limited);
        assert_eq!(
            Phenotype::of("Peroxisome disorder 6A (Zellweger), 614870 (3)").name(),
            "Peroxisome disorder 6A (Zellweger)"
        );
    }
}
