//! Columns of the tables about genes.

use super::relate::weights::MEASURES;
use crate::output::column::{Column, ColumnTable, column};

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
    column(&["relation"], "relation of gene and disease, as the source has it"),
    column(&["against"], "yes: the source states that they are not related"),
    column(&["inheritance"], "mode of inheritance, as the source has it"),
    column(&["reference"], "papers and pages"),
    SOURCE,
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
    SOURCE,
];

/// `genes rank`.
pub(crate) const RANK: &[Column] = &[
    column(&["rank"], "rank, from 1"),
    GENE,
    column(&["hgnc"], "identifier in HGNC"),
    column(&["score"], "mean information content of the best matches, in nats"),
    column(
        &["matches"],
        "for each given phenotype: the best match of the gene, and the information that they share, in nats",
    ),
];

/// `genes relate`, without the measures.
pub(crate) const RELATE: &[Column] = &[
    GENE,
    column(&["about_id"], "identifier of the disease or phenotype; . if there is none"),
    column(&["about"], "its name"),
    column(&["answer"], "yes (probability 0.8 or more), no (0.2 or less) or unknown; . if a name is refused"),
    column(
        &["probability"],
        "that they are related; where evidence was weighed: among as many related as unrelated pairs",
    ),
    column(
        &["basis"],
        "stated: sources decide; weighed: evidence decides; nothing: the gene or the disease has no text; refused: a name is not known or is ambiguous",
    ),
    column(
        &["evidence"],
        "stated: source, its statement and its subject; weighed: what each kind adds to the log odds, and what it is based on; refused: the reason",
    ),
];

/// Columns that `genes relate --measures` adds.
const RELATE_MEASURES: &[Column] = &[column(&MEASURES, "the numbers that the evidence is made of")];

/// Columns that `genes annotate` adds to intervals.
const ANNOTATE: &[Column] = &[
    column(&["genes"], "BED input: genes that overlap, separated by ;"),
    column(&["hgnc"], "their identifiers in HGNC, separated by ;"),
    column(&["diseases"], "identifier and name, separated by |; genes by ;"),
    column(&["inheritance"], "modes of inheritance, separated likewise"),
    column(&["phenotypes"], "identifiers, separated likewise"),
    column(&["evidence"], "source and its statement, separated likewise"),
];

const ANNOTATE_VARIANTS: &[Column] = &[column(
    &["GG_GENES"],
    "VCF input, in INFO: SYMBOL|HGNC|DISEASES|INHERITANCE|PHENOTYPES|EVIDENCE of each gene, items separated by &",
)];

/// The tables of all commands.
pub(crate) const TABLES: &[ColumnTable] = &[
    ColumnTable { format: "show", columns: SHOW },
    ColumnTable { format: "diseases", columns: DISEASES },
    ColumnTable { format: "phenotypes", columns: PHENOTYPES },
    ColumnTable { format: "rank", columns: RANK },
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
