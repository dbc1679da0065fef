//! A table of cases: one row each.

use super::case::Case;
use crate::{
    error::{Error, Result},
    genes::text_lines::TextLines,
    read::InputReport,
};

/// The names of each column, folded; the first is the one that messages name.
const COLUMNS: [(&str, &[&str]); 6] = [
    ("id", &["id", "case", "case_id", "patient", "sample"]),
    ("terms", &["terms", "observed", "hpo", "hpo_terms", "phenotypes"]),
    ("excluded", &["excluded", "absent"]),
    ("candidates", &["candidates", "candidate_genes"]),
    ("gene", &["gene", "causal_gene", "genes"]),
    ("paper", &["paper", "pmid", "reference"]),
];

/// Reads all rows. Needed is a header line with the columns `id` and `terms`; `excluded`, `candidates`, `gene` and `paper` are optional;
/// other columns are ignored.
pub(super) fn read(mut lines: TextLines) -> Result<(Vec<Case>, InputReport)> {
    let Some(header) = lines.next()? else {
        return Err(
            Error::input(lines.file(), "it is empty").with_hint("a table of cases has the columns id and terms")
        );
    };
    let names: Vec<String> =
        header.split('\t').map(|name| name.trim().trim_start_matches('#').to_lowercase()).collect();
    let read = |name: &&String| COLUMNS.iter().any(|(_, known)| known.contains(&name.as_str()));
    if let Some(twice) = names.iter().filter(read).find(|name| names.iter().filter(|other| other == name).count() > 1) {
        return Err(Error::input(lines.place(), format!("it has two columns {twice}"))
            .with_hint("give a case all its phenotypes in one column, separated by commas"));
    }
    let places = COLUMNS.map(|(_, known)| names.iter().position(|name| known.contains(&name.as_str())));
    for (place, (name, known)) in places.iter().zip(COLUMNS).take(2) {
        if place.is_none() {
            let problem =
                format!("it has no column {name} (or {}); its columns are {}", known[1..].join(", "), names.join(", "));
            return Err(Error::input(lines.place(), problem)
                .with_hint("a table of cases is separated by tabs, and has the columns id and terms at least"));
        }
    }
    let mut cases = Vec::new();
    while let Some(line) = lines.next()?.map(str::to_string) {
        if TextLines::is_blank(&line) {
            continue;
        }
        if line.trim().is_empty() {
            let (id, problem) = (lines.place(), Some("all fields of the row are empty".into()));
            cases.push(Case { place: id.clone(), id, problem, ..Case::default() });
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, terms, excluded, candidates, genes, papers] =
            places.map(|place| place.and_then(|at| fields.get(at)).map_or("", |field| field.trim()));
        let id = id.to_string();
        if fields.len() < names.len() - 1 || id.is_empty() {
            let why = if id.is_empty() {
                "the case has no id".into()
            } else {
                format!("{} fields, where the header has {}", fields.len(), names.len())
            };
            return Err(Error::input(lines.place(), why));
        }
        let mut papers = list(papers);
        papers.iter_mut().filter(|paper| paper.bytes().all(|byte| byte.is_ascii_digit())).for_each(|paper| {
            *paper = format!("PMID:{paper}");
        });
        if places[5].is_none() {
            papers.extend(paper_of(&id));
        }
        let text = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_string()] };
        cases.push(Case {
            place: lines.place(),
            terms: text(terms),
            excluded: text(excluded),
            candidates: list(candidates).iter().map(|name| gene_name(name)).collect(),
            genes: list(genes).iter().map(|name| gene_name(name)).collect(),
            papers,
            id,
            hpo: None,
            problem: None,
        });
    }
    Ok((cases, lines.report()))
}

/// The items of a list, separated by `,` or `;`.
pub(super) fn list(text: &str) -> Vec<String> {
    text.split([',', ';']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_string).collect()
}

/// A gene's name: a number alone is NCBI's; of `HGNC:3603|FBN1` the identifier counts.
pub(super) fn gene_name(text: &str) -> String {
    let text = text.split('|').next().unwrap_or(text).trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { format!("NCBIGene:{text}") } else { text.into() }
}

/// The paper in an identifier of phenopacket-store: `PMID_10077612_Family_A`.
pub(super) fn paper_of(id: &str) -> Option<String> {
    let digits = id.strip_prefix("PMID_")?.split('_').next()?;
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| format!("PMID:{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_and_papers_have_several_spellings() {
        assert_eq!(gene_name("2200"), "NCBIGene:2200");
        assert_eq!(gene_name("HGNC:3603|FBN1"), "HGNC:3603");
        assert_eq!(gene_name(" FBN1 "), "FBN1");
        assert_eq!(paper_of("PMID_10077612_Family_A_III_10").as_deref(), Some("PMID:10077612"));
        assert_eq!(paper_of("Patient:1"), None);
        assert_eq!(paper_of("PMID_x_1"), None);
    }
}
