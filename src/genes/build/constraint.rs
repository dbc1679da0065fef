//! Rows of gnomAD's constraint: how much less variation a gene has than expected.

use rusqlite::params;

use super::{Builder, gene_index::GeneKey, tally::Tally};
use crate::genes::table::Row;

/// Names of the values, and their columns in versions 2 and 4 of gnomAD.
///
/// loeuf: upper end of the 90 % interval of observed / expected loss-of-function variants; pli: probability that a gene does not
/// tolerate the loss of one copy; missense_z: z score of missense variants.
const VALUES: [(&str, [&str; 2]); 3] = [
    ("loeuf", ["oe_lof_upper", "lof.oe_ci.upper"]),
    ("pli", ["pli", "lof.pli"]),
    ("missense_z", ["mis_z", "mis.z_score"]),
];

impl Builder {
    /// A row of gnomAD's constraint: one of a gene, or one of each of its transcripts.
    pub(super) fn constraint_row(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let symbol = row.get(&["gene"]);
        let id = row.get(&["gene_id"]).unwrap_or_default();
        let key = GeneKey { entrez: Some(id).filter(|id| !id.starts_with("ENSG")), symbol, ..GeneKey::default() };
        let Some(gene) = self.genes.by_ensembl(id).or_else(|| self.genes.find(key)) else {
            tally.lost(symbol);
            return Ok(());
        };
        let is_true = |column: &str| row.get(&[column]).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        // METHOD: as gnomAD's browser: the transcript of MANE Select, else Ensembl's canonical one; of the two sets of transcripts in
        // version 4, Ensembl's. The table by gene of version 2 has one transcript each, and no such column.
        let is_ensembl = row.get(&["transcript"]).is_some_and(|transcript| transcript.starts_with("ENST"));
        let rank = 4 * u8::from(is_true("mane_select")) + 2 * u8::from(is_true("canonical")) + u8::from(is_ensembl);
        let value = |columns: &[&str]| row.get(columns)?.parse::<f64>().ok().filter(|value| value.is_finite());
        let values = VALUES.map(|(_, columns)| value(&columns));
        let kept = self.constraint.genes.entry(gene).or_insert((rank, values));
        if kept.0 < rank {
            *kept = (rank, values);
        }
        Ok(())
    }

    /// Writes the values of all genes.
    pub(super) fn write_constraint(&mut self, tally: &mut Tally) -> rusqlite::Result<()> {
        let mut insert = self.db.prepare_cached("INSERT INTO gene_value VALUES (?1, ?2, ?3, ?4)")?;
        for (gene, (_, values)) in std::mem::take(&mut self.constraint.genes) {
            for ((name, _), value) in VALUES.iter().zip(values) {
                if let Some(value) = value {
                    insert.execute(params![gene as i64, name, value, tally.source])?;
                    tally.facts += 1;
                }
            }
        }
        Ok(())
    }
}
