//! Rows of tables that gather the judgement of several curators: GenCC, PanelApp, ClinVar.

use super::{Builder, gene_index::GeneKey, identity::Mapping, relations::Statement, tally::Tally};
use crate::genes::{claim::Claim, identifiers::accession, names::listed, table::Row};

impl Builder {
    /// A row of GenCC's submissions: one claim of one submitter, about the disease in MONDO's terms and in the submitter's own.
    pub(super) fn gencc(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        tally.dated(row.get(&["submitted_run_date"]));
        let (id, name) = (row.get(&["disease_curie"]), row.get(&["disease_title"]));
        let original = row.get(&["disease_original_curie"]).and_then(accession);
        let known = id.and_then(accession).or_else(|| original.clone());
        let Some(name) = name.or(known.as_deref()) else {
            tally.lost_disease(id);
            return Ok(());
        };
        let relation = row.get(&["classification_title"]);
        let Some(claim) = tally.claim(relation) else { return Ok(()) };
        let disease = self.disease(known.as_deref(), name, tally.source)?;
        if let Some(original) = original.filter(|original| known.as_ref().is_some_and(|known| known != original)) {
            self.disease_reference(disease, &original, Mapping::Exact, tally.source)?;
        }
        let gene = GeneKey { hgnc: row.get(&["gene_curie"]), symbol: row.get(&["gene_symbol"]), ..GeneKey::default() };
        let inheritance = row.get(&["moi_title"]);
        let papers = row.get(&["submitted_as_pmids"]).map(|papers| papers.replace(", ", ";").replace(',', ";"));
        let report = row.get(&["submitted_as_public_report_url"]);
        let reference = [report, papers.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(";");
        let reference = Some(reference.as_str()).filter(|text| !text.is_empty());
        let origin = row.get(&["submitter_title"]).map(publisher);
        self.related(
            Statement { relation, inheritance, reference, origin, ..Statement::of(gene, disease, claim) },
            tally,
        )
    }

    /// A row of a panel of PanelApp: a gene, how well it is shown to belong to the panel, and the diseases it was put there for.
    pub(super) fn panelapp(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let panel = row.get(&["level4"]);
        tally.of_panels(panel.map(|panel| panel.replace(';', ",")).as_deref());
        let symbol = row.get(&["gene symbol", "gene_symbol"]);
        let key = GeneKey { hgnc: row.get(&["hgnc"]), symbol, ..GeneKey::default() };
        let Some(gene) = self.genes.find(key) else {
            tally.lost(symbol.or(row.get(&["entity name"])));
            return Ok(());
        };
        // METHOD: green, amber and red as GenCC translates them: strong, moderate, limited (search.thegencc.org/faq).
        let (colour, claim) = match row.get(&["gel_status"]) {
            Some("3" | "4") => ("green", Claim::Strong),
            Some("2") => ("amber", Claim::Moderate),
            Some("0" | "1") => ("red", Claim::Limited),
            _ => ("no rating", Claim::Associated),
        };
        let relation = panel.map_or(colour.to_string(), |panel| format!("{colour} on {panel}"));
        let mut diseases: Vec<(Option<String>, String)> = row
            .get(&["phenotypes"])
            .into_iter()
            .flat_map(|all| listed(all, &[';']))
            .filter_map(named_disease)
            .collect();
        if diseases.is_empty() {
            diseases.extend(panel.map(|panel| (None, panel.to_string())));
        }
        let (inheritance, reference) = (row.get(&["model_of_inheritance"]), row.get(&["publications"]));
        for (id, name) in diseases {
            let disease = self.disease(id.as_deref(), &name, tally.source)?;
            let statement = Statement::of(key, disease, claim);
            let relation = Some(relation.as_str());
            self.related_to(gene, Statement { relation, inheritance, reference, ..statement }, tally)?;
        }
        Ok(())
    }

    /// A row of ClinVar's gene_condition_source_id: a gene, a condition, and the source of the condition's name.
    pub(super) fn clinvar(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let Some(name) = row.get(&["diseasename"]) else {
            tally.lost_disease(row.get(&["conceptid"]));
            return Ok(());
        };
        let mim = row.get(&["diseasemim"]).and_then(|id| accession(&format!("OMIM:{id}")));
        // UMLS's concepts are C and seven digits; CN… are MedGen's own.
        let concept = row.get(&["conceptid"]).and_then(|id| accession(&format!("UMLS:{id}")));
        let source = row.get(&["sourcename"]);
        let theirs = row.get(&["sourceid"]).filter(|id| id.contains([':', '_'])).and_then(accession);
        let known: Vec<String> = [mim, theirs, concept].into_iter().flatten().collect();
        let disease = self.disease(known.first().map(String::as_str), name, tally.source)?;
        for other in known.iter().skip(1) {
            self.disease_reference(disease, other, Mapping::Exact, tally.source)?;
        }
        let associated = row.get(&["associatedgenes", "genesymbol"]);
        let symbol = associated.or(row.get(&["relatedgenes"]));
        let relation = Some(if associated.is_some() { "associated gene" } else { "related gene" });
        let gene = GeneKey { entrez: row.get(&["geneid"]), symbol, ..GeneKey::default() };
        let origin = source.filter(|source| *source == "OMIM");
        let statement = Statement::of(gene, disease, Claim::Associated.of_listing(name));
        self.related(Statement { relation, origin, ..statement }, tally)
    }
}

/// A submitter of GenCC under the name that its own tables have here.
fn publisher(submitter: &str) -> &str {
    match submitter {
        _ if submitter.contains("G2P") => "Gene2Phenotype",
        "Genomics England PanelApp" => "PanelApp",
        _ => submitter,
    }
}

/// The identifier and the name in a text such as `Marfan syndrome, OMIM:154700` or `Marfan syndrome 154700`; `None` if it is empty.
fn named_disease(text: &str) -> Option<(Option<String>, String)> {
    let mut found: Vec<String> = Vec::new();
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        let is_number = bare.len() == 6 && bare.bytes().all(|b| b.is_ascii_digit());
        let id = if is_number || bare.contains(':') { accession(bare) } else { None };
        match id {
            Some(id) => found.push(id),
            // OMIM: 154700, MIM 154700
            None if matches!(bare.to_ascii_uppercase().as_str(), "OMIM" | "MIM") => {}
            None => words.push(word),
        }
    }
    let name = words.join(" ");
    let name = name.trim_matches(|letter: char| " ,;:#[]{}?".contains(letter)).trim_end_matches('(').trim().to_string();
    // The most special vocabulary first.
    let ranked = |id: &String| ["OMIM", "MONDO", "ORPHA"].iter().position(|space| id.starts_with(space)).unwrap_or(3);
    let id = found.into_iter().min_by_key(ranked);
    match (name.is_empty(), id) {
        (true, None) => None,
        (true, Some(id)) => Some((Some(id.clone()), id)),
        (false, id) => Some((id, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diseases_are_named_with_and_without_identifiers() {
        let named = |text: &str| named_disease(text).map(|(id, name)| (id.unwrap_or_default(), name));
        let marfan = Some(("OMIM:154700".to_string(), "Marfan syndrome".to_string()));
        for text in [
            "Marfan syndrome, OMIM:154700",
            "Marfan syndrome 154700",
            " Marfan syndrome, OMIM: 154700",
            "Marfan syndrome, MONDO:0007947, OMIM:154700",
            "154700 Marfan syndrome",
            "Marfan syndrome (MIM 154700)",
            "#154700, Marfan syndrome",
        ] {
            assert_eq!(named(text), marfan, "{text}");
        }
        assert_eq!(named("MONDO:0007947"), Some(("MONDO:0007947".into(), "MONDO:0007947".into())));
        assert_eq!(named("48,XXYY syndrome"), Some((String::new(), "48,XXYY syndrome".into())));
        assert_eq!(named(" "), None);
    }
}
