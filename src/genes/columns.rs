//! Columns of the tables about genes.

use super::relate::weights::MEASURES;
use crate::output::column::{Column, ColumnTable, DOUBLE, column};

const ASKED: Column = column(&["asked"], "the name or identifier as it was given");
const GENE: Column = column(&["gene"], "approved symbol");
const SOURCE: Column = column(&["source"], "the source, with its release where that is known");
const DISEASE: Column = column(&["disease"], "name of the disease, as the source has it");

/// `genes show`.
pub(crate) const SHOW: &[Column] = &[
    ASKED,
    GENE,
    column(
        &["fact"],
        "kind of fact: name, hgnc, ncbi_gene, ensembl, omim, uniprot, location, kind, loeuf, pli, missense_z (of gnomAD), alias, previous_symbol, summary; diseases, phenotypes: how many; found_by: how the given name names the gene, if it is not the symbol",
    ),
    column(&["value"], "the fact"),
    SOURCE,
];

/// `genes diseases`.
pub(crate) const DISEASES: &[Column] = &[
    ASKED,
    GENE,
    column(&["disease_id"], "OMIM, ORPHA, MONDO, UMLS or DECIPHER identifier; . if the source has none"),
    DISEASE,
    column(
        &["claim"],
        "what all sources together claim of gene and disease: definitive, strong, moderate, supportive (listed as a cause, without a class), limited, susceptibility, modifier, somatic, nondisease, associated, text-mined, animal model only, conflicting, disputed, no known relation, refuted",
    ),
    column(&["relation"], "relation of gene and disease, as this source has it"),
    column(&["inheritance"], "mode of inheritance, as the source has it"),
    column(&["reference"], "papers and pages"),
    SOURCE,
];

/// `genes disease`.
pub(crate) const DISEASE_FACTS: &[Column] = &[
    ASKED,
    column(&["disease_id"], "identifier of the disease that the text names; . if no source has one"),
    column(&["disease"], "its name"),
    column(
        &["fact"],
        "kind of fact: identifier, name, definition; group: a disease directly above it; members: how many diseases are below it; member: each of them; gene: a gene of it or of a member",
    ),
    column(&["value"], "the fact; of a gene its symbol and the strongest claim"),
    column(
        &["source"],
        "the sources, with their releases where those are known; . for members, which several sources may list",
    ),
];

/// `genes phenotypes`.
pub(crate) const PHENOTYPES: &[Column] = &[
    ASKED,
    GENE,
    column(&["hpo_id"], "identifier in HPO"),
    column(&["phenotype"], "name of the phenotype"),
    column(&["frequency"], "fraction of patients who have it, as HPO writes it"),
    column(&["disease_id"], "disease in which the gene has it"),
    DISEASE,
    column(&["claim"], "what all sources together claim of the gene and that disease"),
    SOURCE,
];

const RANK: Column =
    column(&["rank"], "rank, from 1; equals have the mean of their ranks; . without a score").of(DOUBLE);
const SCORE: Column = column(
    &["score"],
    "how well it fits: a log likelihood ratio with a measure of likeness, not a probability; . without one",
)
.of(DOUBLE);
const DISEASE_ID: Column = column(&["disease_id"], "its identifier; . if the source has none");
const MATCHES: Column = column(
    &["matches"],
    "for each of the patient's terms the best match of the disease: TERM=MATCH:FREQUENCY, where the match is the term or a more special one; TERM~MATCH:FREQUENCY:SHARED, where both are only below a shared term; TERM=. without one; FREQUENCY: fraction of patients, smoothed; with ? where no source states it, and it is assumed: 0.50?, and 0.30? for phenotypes stated with a gene (Gene2Phenotype)",
);
const CONFLICTS: Column = column(
    &["conflicts"],
    "TERM=absent,MATCH:FREQUENCY: the patient does not have what the disease has; TERM=present,not in the disease; . without one",
);
const FIT_SOURCES: Column =
    column(&["sources"], "the sources of the disease's phenotypes and, for genes, of its relation to the gene");
const REASON: Column = column(&["reason"], "why there is no score; . if there is one");

/// `genes rank`.
const RANK_GENES: &[Column] = &[
    RANK,
    GENE,
    column(&["hgnc"], "identifier in HGNC"),
    SCORE,
    DISEASE_ID,
    column(&["disease"], "the disease of the gene that fits best"),
    MATCHES,
    CONFLICTS,
    FIT_SOURCES,
    REASON,
];

/// `genes rank --what diseases`.
const RANK_DISEASES: &[Column] = &[
    RANK,
    DISEASE_ID,
    DISEASE,
    SCORE,
    column(&["genes"], "genes that cause it or raise its risk, separated by ;"),
    MATCHES,
    CONFLICTS,
    FIT_SOURCES,
    REASON,
];

/// Columns that `genes rank --cases` writes before the others.
const RANK_CASES: &[Column] = &[column(&["case"], "identifier of the case")];

/// `genes rank`: of genes or diseases, of one case or several.
pub(crate) fn ranked(diseases: bool, several: bool) -> Vec<Column> {
    let columns = if diseases { RANK_DISEASES } else { RANK_GENES };
    let case = if several { RANK_CASES } else { &[] };
    case.iter().chain(columns).copied().collect()
}

/// `genes relate`, without the measures.
const RELATE: &[Column] = &[
    GENE,
    column(&["about_id"], "identifier of the disease or phenotype; . if there is none"),
    column(&["about"], "its name"),
    column(
        &["answer"],
        "yes (probability 0.8 or more), no (0.2 or less) or unknown; susceptibility, modifier or somatic: related in this way, not as an inherited cause; nondisease: the cause of a trait that is no disease; . if a name is refused",
    ),
    column(&["claim"], "what all sources together claim, as in genes diseases; . if none states anything"),
    column(
        &["probability"],
        "that they are related; where evidence was weighed: among as many related as unrelated pairs, and less than 0.90; . if filtered",
    )
    .of(DOUBLE),
    column(
        &["basis"],
        "stated: sources decide; filtered: sources state it, and --min-evidence leaves that out; weighed: evidence decides; nothing: the gene or the disease has no text; refused: a name is not known or is ambiguous",
    ),
    column(
        &["evidence"],
        "stated: source, its statement and its subject; weighed: estimate: and what each kind adds to the log odds, and what it is based on; filtered: the claim that is left out; refused: the reason",
    ),
];

/// Columns that `genes relate --measures` adds.
const RELATE_MEASURES: &[Column] = &[column(&MEASURES, "the numbers that the evidence is made of").of(DOUBLE)];

/// `genes relate`, with or without the measures.
pub(crate) fn related(measures: bool) -> Vec<Column> {
    let added = if measures { RELATE_MEASURES } else { &[] };
    RELATE.iter().chain(added).copied().collect()
}

/// Columns that `genes annotate` adds to intervals.
const ANNOTATE: &[Column] = &[
    column(&["genes"], "BED input: genes that overlap, separated by ;"),
    column(&["hgnc"], "their identifiers in HGNC, separated by ;"),
    column(
        &["diseases"],
        "identifiers (of one disease joined by +) and name, strongest claim first, separated by |; genes by ;",
    ),
    column(&["inheritance"], "modes of inheritance, separated likewise"),
    column(&["phenotypes"], "identifiers, separated likewise"),
    column(&["evidence"], "source and its statement, strongest claim first, separated likewise"),
    column(&["claims"], "what is claimed of each of the diseases: definitive … text-mined, separated likewise"),
    column(
        &["against"],
        "diseases that sources dispute or refute for the gene, with source and word, separated likewise",
    ),
];

const ANNOTATE_VARIANTS: &[Column] = &[column(
    &["GG_GENES"],
    "VCF input, in INFO: SYMBOL|HGNC|DISEASES|INHERITANCE|PHENOTYPES|EVIDENCE|CLAIMS|AGAINST of each gene, items separated by &",
)];

/// The tables of all commands.
pub(crate) const TABLES: &[ColumnTable] = &[
    ColumnTable { format: "show", columns: SHOW },
    ColumnTable { format: "diseases", columns: DISEASES },
    ColumnTable { format: "disease", columns: DISEASE_FACTS },
    ColumnTable { format: "phenotypes", columns: PHENOTYPES },
    ColumnTable { format: "rank", columns: RANK_GENES },
    ColumnTable { format: "rank --what diseases", columns: RANK_DISEASES },
    ColumnTable { format: "rank --cases (before the others)", columns: RANK_CASES },
    ColumnTable { format: "relate", columns: RELATE },
    ColumnTable { format: "relate --measures", columns: RELATE_MEASURES },
    ColumnTable { format: "annotate", columns: ANNOTATE },
    ColumnTable { format: "annotate (VCF)", columns: ANNOTATE_VARIANTS },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genes::annotate::gene_facts::FIELDS;

    #[test]
    fn annotations_have_the_columns_that_are_described() {
        let names: Vec<&str> = ANNOTATE.iter().flat_map(|column| column.names).copied().collect();
        assert_eq!(names, FIELDS);
    }
}
