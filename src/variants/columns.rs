//! INFO fields of scored variants.

use crate::output::{
    alleles,
    column::{Column, ColumnTable, column},
};

const ALL: &[Column] = &[column(&["GG_"], "prefix of all fields, or what --prefix gives")];

const WINDOWS: &[Column] = &[
    column(
        &["GG_DELTA_(score)"],
        "alternate minus reference score, one value per ALT; the name of the score has _ for - and .; of tracks, where the difference is largest, or as --compare defines it",
    ),
    column(
        &["GG_REF_(score)"],
        "score of the reference at that position; with --compare sum and log2fold, the sum; absent with l2 and js",
    ),
    column(&["GG_ALT_(score)"], "score of the alternate allele at that position; likewise"),
    column(
        &["GG_AT_(score)"],
        "tracks: position of the largest difference, in bases from POS: the first base of the bin; of an inserted base, the base before it",
    ),
    column(&["GG_SKIP"], "reason why an allele was not scored; . if it was scored; absent if all were scored"),
];

const GENES: &[Column] = &[
    column(
        &["GG_EFFECT"],
        "one value per ALT and gene: ALLELE|gene|strand|(label)_gain|(label)_loss ...|(label)_gain_at|(label)_loss_at ...; largest gain and loss of each site within --distance, 0 to 1, 4 decimals, and their positions, 1-based on the contig; . where --mask admits no base",
    ),
    column(&["GG_EFFECT_MAX"], "the largest of these values, one per ALT; . if it was not scored"),
];

const HAPLOTYPES: &[Column] = &[column(
    &["GG_HAPLOTYPE"],
    "one value per ALT, gene and different phased haplotype: ALLELE|gene|neighbours|strand|...; a neighbour is first base:removed bases>inserted bases, several are joined by &; numbers as in GG_EFFECT",
)];

const SPLICEAI: &[Column] = &[column(
    &["SpliceAI"],
    "as spliceai 1.3.1 writes it: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL",
)];

/// All fields.
pub(crate) const TABLES: &[ColumnTable] = &[
    ColumnTable { format: "all", columns: ALL },
    ColumnTable { format: "vcf", columns: WINDOWS },
    ColumnTable { format: "tsv, parquet", columns: alleles::COLUMNS },
    ColumnTable { format: "bedgraph --saturate", columns: alleles::TRACK },
    ColumnTable { format: "vcf --genes", columns: GENES },
    ColumnTable { format: "vcf --haplotypes", columns: HAPLOTYPES },
    ColumnTable { format: "vcf --fields spliceai", columns: SPLICEAI },
];
