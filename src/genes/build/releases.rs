//! Releases of tables: what their comments say of them, and whether they fit each other.

use std::collections::{BTreeSet, HashMap};

use crate::{
    error::{Error, Result},
    genes::sources::TableKind,
};

/// What is known of the tables read so far.
#[derive(Default)]
pub(super) struct Releases {
    /// Digest of each file, and its place.
    files: HashMap<String, String>,
    /// Panels of the tables that are given panel by panel.
    panels: Vec<(TableKind, BTreeSet<String>, String)>,
    /// File and release of HPO's ontology.
    ontology: Option<(String, String)>,
    /// Releases of each source, each with the first file of it.
    sources: HashMap<&'static str, Vec<(String, String)>>,
}

impl Releases {
    /// Refuses a file that was given before, and a panel of which another file was given.
    pub(super) fn once(
        &mut self,
        place: &str,
        kind: TableKind,
        digest: &str,
        panels: Option<BTreeSet<String>>,
    ) -> Result<()> {
        let again = |problem: String| Err(Error::input(place, problem).with_hint("give each table once"));
        let other = if digest.is_empty() { None } else { self.files.insert(digest.into(), place.into()) };
        if let Some(other) = other {
            return again(format!("it is the same file as {other}"));
        }
        // A record may belong to several panels: all records of a small panel may belong to another one too.
        let Some(panels) = panels.filter(|all| !all.is_empty()) else { return Ok(()) };
        if let Some((_, _, other)) = self.panels.iter().find(|(of, all, _)| *of == kind && *all == panels) {
            let names = panels.into_iter().collect::<Vec<_>>().join(", ");
            return again(format!("it is the panel {names} of {}, as is {other}", kind.description().publisher.name));
        }
        self.panels.push((kind, panels, place.into()));
        Ok(())
    }

    /// What to say of a table that is of another release than an earlier one of its source. Panels have releases of their own, and tables of
    /// HPO are compared with the ontology ([`Self::of_hpo`]).
    pub(super) fn of_source(&mut self, kind: TableKind, file: &str, release: &str) -> Option<String> {
        let source = kind.description().publisher.name;
        let has_own = matches!(kind, TableKind::Gene2Phenotype | TableKind::PanelApp) || source == "HPO";
        if has_own || !is_date(release) {
            return None;
        }
        let known = self.sources.entry(source).or_default();
        if known.iter().any(|(_, other)| other == release) {
            return None;
        }
        known.push((file.into(), release.into()));
        let (other, theirs) = known.first().filter(|(other, _)| other != file)?;
        Some(format!(
            "it is of release {release} of {source}, and {other} is of release {theirs}: give both of one release"
        ))
    }

    /// What to say of a table of HPO that was made with another release of the ontology.
    pub(super) fn of_hpo(&mut self, kind: TableKind, file: &str, release: &str) -> Option<String> {
        match kind {
            TableKind::Ontology => {
                self.ontology = Some((file.into(), release.into()));
                None
            }
            TableKind::DiseasePhenotypes => {
                let (ontology, theirs) = self.ontology.as_ref()?;
                (is_date(release) && is_date(theirs) && release != theirs).then(|| {
                    format!(
                        "it was made with release {release} of HPO, and {ontology} is of release {theirs}: \
                         give both of one release"
                    )
                })
            }
            _ => None,
        }
    }
}

/// Whether a release is a date.
fn is_date(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The release that the comments before a header give; empty if they do not.
pub(super) fn release_in(lead: &[String]) -> String {
    let after = |starts: &[&str]| {
        lead.iter()
            .find_map(|line| starts.iter().find_map(|start| line.strip_prefix(start)))
            .map(|text| text.trim().to_string())
    };
    after(&["#version:", "#date:", "# Generated:"])
        .or_else(|| {
            // ClinGen: FILE CREATED: 2025-01-09
            lead.iter()
                .find_map(|line| Some(line.split_once("FILE CREATED:")?.1.trim().trim_matches(['"', ',']).to_string()))
        })
        .unwrap_or_default()
}

/// The release of HPO that a table was made with, as its comments give it: `#hpo-version: …/releases/2025-01-16/hp.json`.
pub(super) fn hpo_version_in(lead: &[String]) -> Option<String> {
    let version = lead.iter().find(|line| line.to_ascii_lowercase().starts_with("#hpo-version:"))?;
    version.split("releases/").nth(1)?.split('/').next().map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| line.to_string()).collect()
    }

    #[test]
    fn releases_are_found_in_comments() {
        assert_eq!(release_in(&lead(&["#description: x", "#date: 2020-08-11"])), "2020-08-11");
        assert_eq!(release_in(&lead(&["# Copyright", "# Generated: 2025-01-14"])), "2025-01-14");
        assert_eq!(release_in(&lead(&["\"FILE CREATED: 2025-01-09\",\"\",\"\""])), "2025-01-09");
        assert_eq!(release_in(&[]), "");
        let version = "#HPO-version: http://purl.obolibrary.org/obo/hp.obo/hp/releases/2020-08-11/hp.obo.owl";
        assert_eq!(hpo_version_in(&lead(&["#date: 2020-08-12", version])).as_deref(), Some("2020-08-11"));
    }

    #[test]
    fn two_releases_of_one_source_are_said_once() {
        let mut releases = Releases::default();
        assert_eq!(releases.of_source(TableKind::OrphanetGenes, "en_product6.xml", "2025-07-05"), None);
        let said = releases.of_source(TableKind::OrphanetPhenotypes, "en_product4.xml", "2022-06-14").expect("a note");
        assert!(said.contains("2022-06-14 of Orphanet, and en_product6.xml is of release 2025-07-05"), "{said}");
        assert_eq!(releases.of_source(TableKind::OrphanetDisorders, "en_product1.xml", "2022-06-14"), None, "said");
        assert_eq!(releases.of_source(TableKind::OmimGeneMap, "genemap2.txt", "2025-01-14"), None, "another source");
        assert!(releases.of_source(TableKind::OmimMorbidMap, "morbidmap.txt", "2024-01-14").is_some());
        assert_eq!(releases.of_source(TableKind::OmimTitles, "mimTitles.txt", "not given"), None);
        assert_eq!(releases.of_source(TableKind::Gene2Phenotype, "DDG2P.csv", "2025-01-01"), None);
        assert_eq!(releases.of_source(TableKind::Gene2Phenotype, "EyeG2P.csv", "2025-02-01"), None, "a panel");
    }

    #[test]
    fn tables_of_other_releases_of_hpo_are_said() {
        let mut releases = Releases::default();
        assert_eq!(releases.of_hpo(TableKind::DiseasePhenotypes, "p", "2025-01-16"), None);
        assert_eq!(releases.of_hpo(TableKind::Ontology, "hp.obo", "2025-01-16"), None);
        assert_eq!(releases.of_hpo(TableKind::DiseasePhenotypes, "p", "2025-01-16"), None);
        let said = releases.of_hpo(TableKind::DiseasePhenotypes, "p", "2026-06-01").expect("a note");
        assert!(said.contains("release 2026-06-01 of HPO, and hp.obo is of release 2025-01-16"), "{said}");
    }
}
