//! The tables that facts come from: how each is recognized, which columns it needs, who publishes it and under which licence.

/// A kind of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names of tables; see `description`")]
pub(crate) enum TableKind {
    Hgnc,
    HgncWithdrawn,
    GeneInfo,
    GeneSummary,
    OmimGenes,
    Constraint,
    Ontology,
    Mondo,
    MondoMappings,
    DiseasePhenotypes,
    GenePhenotypes,
    PhenotypeGenes,
    GeneDiseases,
    OrphanetDisorders,
    OrphanetGenes,
    OrphanetPhenotypes,
    OrphanetNomenclature,
    OrphanetClassification,
    OrphanetPackets,
    OmimGeneMap,
    OmimMorbidMap,
    OmimTitles,
    OmimMedGen,
    ClinGen,
    GenCc,
    Gene2Phenotype,
    PanelApp,
    ClinicalGenomicDatabase,
    ClinVar,
    DisGeNet,
}

/// Who publishes tables.
pub(crate) struct Publisher {
    /// Name, which `--release` and `--source` take.
    pub name: &'static str,
    /// Licence of the tables.
    pub licence: &'static str,
}

/// What the program needs to know of a kind of table.
pub(crate) struct TableDescription {
    /// The kind.
    pub kind: TableKind,
    /// Who publishes it.
    pub publisher: &'static Publisher,
    /// What the table holds, for messages.
    pub what: &'static str,
    /// Columns that only this table has together; of `a;b` either.
    pub known_by: &'static [&'static str],
    /// Further columns that it must have; of `a;b` either.
    pub needs: &'static [&'static str],
    /// Whether fields may be in quotation marks.
    pub quoted: bool,
}

const HGNC: Publisher = Publisher { name: "HGNC", licence: "CC0 1.0" };
const NCBI: Publisher = Publisher { name: "NCBI Gene", licence: "public domain" };
const REFSEQ: Publisher = Publisher { name: "RefSeq", licence: "public domain" };
const HPO: Publisher =
    Publisher { name: "HPO", licence: "HPO licence (hpo.jax.org/app/license): free with citation and release" };
/// Orphanet.
pub(super) const ORPHANET: Publisher = Publisher { name: "Orphanet", licence: "CC BY 4.0 (Orphadata)" };
const MONDO: Publisher = Publisher { name: "MONDO", licence: "CC BY 4.0" };
const CLINGEN: Publisher = Publisher { name: "ClinGen", licence: "CC0 1.0" };
const GENE2PHENOTYPE: Publisher = Publisher { name: "Gene2Phenotype", licence: "EMBL-EBI terms of use" };
/// OMIM. Its tables are each user's own copy.
const OMIM: Publisher = Publisher { name: "OMIM", licence: "OMIM's agreement (omim.org/help/agreement)" };
const GENCC: Publisher = Publisher { name: "GenCC", licence: "CC0 1.0" };
const PANELAPP: Publisher = Publisher { name: "PanelApp", licence: "Genomics England's terms of use" };
const GNOMAD: Publisher = Publisher { name: "gnomAD", licence: "CC0 1.0" };
const CLINVAR: Publisher = Publisher { name: "ClinVar", licence: "public domain" };
const CGD: Publisher = Publisher { name: "CGD", licence: "public domain (NHGRI)" };
/// DisGeNET.
pub(super) const DISGENET: Publisher = Publisher { name: "DisGeNET", licence: "ODbL 1.0" };

/// All kinds, in the order in which they are read.
pub(crate) const ALL: &[TableDescription] = &[
    TableDescription {
        kind: TableKind::Hgnc,
        publisher: &HGNC,
        what: "HGNC's complete set",
        known_by: &["hgnc_id", "locus_group", "prev_symbol"],
        needs: &[
            "symbol",
            "name",
            "locus_type",
            "location",
            "alias_symbol",
            "entrez_id",
            "ensembl_gene_id",
            "omim_id;omim",
            "uniprot_ids",
            "date_modified",
        ],
        quoted: true,
    },
    TableDescription {
        kind: TableKind::Hgnc,
        publisher: &HGNC,
        what: "a custom download of HGNC",
        known_by: &["hgnc id", "approved symbol", "previous symbols"],
        needs: &["approved name", "status", "alias symbols"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::HgncWithdrawn,
        publisher: &HGNC,
        what: "HGNC's withdrawn entries",
        known_by: &["hgnc_id", "withdrawn_symbol"],
        needs: &["status", "merged_into_report(s) (i.e hgnc_id|symbol|status);merged_into_report(s)"],
        quoted: true,
    },
    TableDescription {
        kind: TableKind::GeneInfo,
        publisher: &NCBI,
        what: "NCBI's gene_info",
        known_by: &["geneid", "locustag", "type_of_gene"],
        needs: &["tax_id", "symbol", "synonyms", "dbxrefs", "map_location", "description", "modification_date"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::GeneSummary,
        publisher: &REFSEQ,
        what: "NCBI's gene summaries",
        known_by: &["geneid;gene_id", "summary;gene_summary"],
        needs: &[],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OmimGenes,
        publisher: &OMIM,
        what: "OMIM's mim2gene.txt",
        known_by: &["mim number", "approved gene symbol (hgnc)", "ensembl gene id (ensembl)"],
        needs: &["entrez gene id (ncbi)"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::Constraint,
        publisher: &GNOMAD,
        what: "gnomAD's constraint (version 2.1.1)",
        known_by: &["gene", "oe_lof_upper", "pli"],
        needs: &["transcript", "gene_id", "mis_z"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::Constraint,
        publisher: &GNOMAD,
        what: "gnomAD's constraint (version 4)",
        known_by: &["gene", "lof.oe_ci.upper", "lof.pli"],
        needs: &["transcript", "canonical", "mane_select", "mis.z_score"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::Ontology,
        publisher: &HPO,
        what: "the Human Phenotype Ontology (hp.obo, hp.json)",
        known_by: &[],
        needs: &[],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::Mondo,
        publisher: &MONDO,
        what: "the Mondo Disease Ontology (mondo.obo)",
        known_by: &[],
        needs: &[],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::MondoMappings,
        publisher: &MONDO,
        what: "mappings of diseases in SSSOM (mondo.sssom.tsv)",
        known_by: &["subject_id", "predicate_id", "object_id"],
        needs: &["subject_label"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::DiseasePhenotypes,
        publisher: &HPO,
        what: "HPO's phenotype.hpoa",
        // Until 2022 the columns were written as DatabaseID, DiseaseName …
        known_by: &["database_id;databaseid", "disease_name;diseasename", "biocuration"],
        needs: &["qualifier", "hpo_id", "reference", "evidence", "onset", "frequency", "aspect"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::GenePhenotypes,
        publisher: &HPO,
        what: "HPO's genes_to_phenotype.txt",
        known_by: &["ncbi_gene_id", "hpo_id", "frequency"],
        needs: &["gene_symbol", "hpo_name", "disease_id"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::GenePhenotypes,
        publisher: &HPO,
        what: "HPO's genes_to_phenotype.txt as it was until 2022",
        known_by: &["entrez-gene-id", "entrez-gene-symbol", "hpo-term-id"],
        needs: &["hpo-term-name"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::PhenotypeGenes,
        publisher: &HPO,
        what: "HPO's phenotype_to_genes.txt",
        known_by: &["hpo_id", "hpo_name", "ncbi_gene_id"],
        needs: &["gene_symbol", "disease_id"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::PhenotypeGenes,
        publisher: &HPO,
        what: "HPO's phenotype_to_genes.txt as it was until 2022",
        known_by: &["hpo-id", "hpo label;hpo-name", "entrez-gene-id;gene-id"],
        needs: &["entrez-gene-symbol;gene-name"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::GeneDiseases,
        publisher: &HPO,
        what: "HPO's genes_to_disease.txt",
        known_by: &["ncbi_gene_id", "association_type", "disease_id"],
        needs: &["gene_symbol", "source"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OrphanetDisorders,
        publisher: &ORPHANET,
        what: "Orphanet's disorders (orphacode, disorder, synonyms, definition)",
        known_by: &["orphacode", "synonyms", "definition"],
        needs: &["disorder"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OrphanetGenes,
        publisher: &ORPHANET,
        what: "Orphanet's genes of disorders (orphacode, gene_symbol, association_type)",
        known_by: &["orphacode", "gene_symbol", "association_type"],
        needs: &["disorder", "hgnc"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OrphanetPhenotypes,
        publisher: &ORPHANET,
        what: "Orphanet's phenotypes of disorders (orphacode, hpo_id, frequency)",
        known_by: &["orphacode", "hpo_id", "frequency"],
        needs: &["disorder"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OrphanetNomenclature,
        publisher: &ORPHANET,
        what: "Orphanet's nomenclature (en_product1.xml)",
        known_by: &[],
        needs: &[],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OrphanetClassification,
        publisher: &ORPHANET,
        what: "a classification of Orphanet (en_product3_….xml)",
        known_by: &[],
        needs: &[],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OrphanetPackets,
        publisher: &ORPHANET,
        what: "Orphanet's packets (orphapacket_json.tar)",
        known_by: &[],
        needs: &[],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OmimGeneMap,
        publisher: &OMIM,
        what: "OMIM's genemap2.txt",
        known_by: &["mim number", "computed cyto location", "phenotypes"],
        needs: &["approved gene symbol;approved symbol", "entrez gene id", "gene name"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OmimMorbidMap,
        publisher: &OMIM,
        what: "OMIM's morbidmap.txt",
        known_by: &["phenotype", "mim number", "cyto location"],
        needs: &["gene symbols;gene/locus and other related symbols"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OmimTitles,
        publisher: &OMIM,
        what: "OMIM's mimTitles.txt",
        known_by: &["prefix", "mim number"],
        needs: &[],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::OmimMedGen,
        publisher: &NCBI,
        what: "NCBI's mim2gene_medgen",
        known_by: &["mim number", "geneid", "medgencui"],
        needs: &["type", "source"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::ClinGen,
        publisher: &CLINGEN,
        what: "ClinGen's gene-disease validity",
        known_by: &["disease label;disease_label", "classification"],
        needs: &["gene symbol;gene_name", "gene id (hgnc);hgnc_id", "disease id (mondo);mondo_disease_id"],
        quoted: true,
    },
    TableDescription {
        kind: TableKind::GenCc,
        publisher: &GENCC,
        what: "GenCC's submissions",
        known_by: &["gene_curie", "classification_title", "submitter_title"],
        needs: &["gene_symbol", "disease_curie", "disease_title"],
        quoted: true,
    },
    TableDescription {
        kind: TableKind::Gene2Phenotype,
        publisher: &GENE2PHENOTYPE,
        what: "a panel of Gene2Phenotype",
        known_by: &["gene symbol", "disease name", "allelic requirement"],
        needs: &[
            "disease mim",
            "hgnc id",
            "confidence category;ddd category;confidence",
            "phenotypes",
            "pmids;publications",
        ],
        quoted: true,
    },
    TableDescription {
        kind: TableKind::PanelApp,
        publisher: &PANELAPP,
        what: "a panel of PanelApp",
        known_by: &["gel_status", "model_of_inheritance", "level4"],
        needs: &["gene symbol;gene_symbol", "phenotypes"],
        quoted: true,
    },
    TableDescription {
        kind: TableKind::ClinicalGenomicDatabase,
        publisher: &CGD,
        what: "the Clinical Genomic Database",
        known_by: &["gene", "condition", "inheritance", "manifestation categories"],
        needs: &["hgnc id", "entrez gene id", "references"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::ClinVar,
        publisher: &CLINVAR,
        what: "ClinVar's gene_condition_source_id",
        known_by: &["geneid", "conceptid", "diseasename", "diseasemim"],
        needs: &["associatedgenes;genesymbol", "sourcename"],
        quoted: false,
    },
    TableDescription {
        kind: TableKind::DisGeNet,
        publisher: &DISGENET,
        what: "DisGeNET's curated associations",
        known_by: &["geneid", "diseaseid", "diseasename", "score"],
        needs: &["genesymbol", "numberofpubmeds;nofpmids", "source"],
        quoted: false,
    },
];

impl TableKind {
    /// Whether it may be given several times: one file for each panel, classification or disorder.
    pub(crate) fn has_panels(self) -> bool {
        matches!(self, Self::Gene2Phenotype | Self::PanelApp | Self::OrphanetClassification | Self::OrphanetPackets)
    }

    /// Its description: the first, where there are several layouts.
    pub(crate) fn description(self) -> &'static TableDescription {
        ALL.iter().find(|one| one.kind == self).expect("every kind is in the list")
    }
}
