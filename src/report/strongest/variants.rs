//! The alternate alleles with the largest changes of a score.

use std::path::Path;

use super::{best::Best, found::Strongest};
use crate::{
    error::Result,
    genome::Interval,
    read::variants::{VariantRecord, Variants},
    report::run::Run,
    vcf::info::{PREFIX, SPLICEAI},
};

/// Letters of an allele that are shown.
const LONGEST: usize = 24;

/// The INFO fields of a run that hold changes.
pub(in crate::report) struct Fields {
    /// `GG_DELTA_`, `GG_REF_` and `GG_ALT_`.
    delta: String,
    reference: String,
    alternate: String,
    /// `GG_EFFECT` or `SpliceAI`, and the names of its parts; empty where there is no such field.
    effect: (String, Vec<String>),
}

/// The largest change of one alternate allele.
pub(in crate::report) struct Change {
    /// Number of the allele, from 0.
    pub allele: usize,
    /// Signed; gains and losses of effects are positive.
    pub value: f64,
    /// The score or the effect, without prefix.
    name: String,
    /// The change as it is written.
    text: String,
    /// Reference and alternate score, or gene and position.
    more: [String; 2],
}

impl Fields {
    /// Those that the settings and the header of an output say.
    pub(in crate::report) fn of(run: &Run, header: &[Vec<u8>]) -> Self {
        let prefix = Some(run.text(&["settings", "prefix"])).filter(|prefix| !prefix.is_empty());
        let prefix = prefix.unwrap_or_else(|| PREFIX.into());
        let effect = [format!("{prefix}_EFFECT"), SPLICEAI.to_string()]
            .into_iter()
            .find_map(|id| Some((parts(header, &id)?, id)))
            .map(|(parts, id)| (id, parts));
        Self {
            delta: format!("{prefix}_DELTA_"),
            reference: format!("{prefix}_REF_"),
            alternate: format!("{prefix}_ALT_"),
            effect: effect.unwrap_or_default(),
        }
    }

    /// Whether the output has effects by gene.
    fn by_gene(&self) -> bool {
        !self.effect.1.is_empty()
    }

    /// The largest change of each alternate allele of a record; alleles that were not scored have none.
    pub(in crate::report) fn changes(&self, record: &VariantRecord) -> Vec<Change> {
        let info = String::from_utf8_lossy(record.info());
        let mut best: Vec<Change> = Vec::new();
        let mut offer = |change: Change| match best.iter_mut().find(|known| known.allele == change.allele) {
            Some(known) if change.value.abs() > known.value.abs() => *known = change,
            Some(_) => {}
            None => best.push(change),
        };
        for field in info.split(';') {
            let Some((key, values)) = field.split_once('=') else { continue };
            if let Some(name) = key.strip_prefix(&self.delta) {
                for (allele, text) in values.split(',').enumerate() {
                    let Ok(value) = text.parse::<f64>() else { continue };
                    let at = |prefix: &str| value_of(&info, &format!("{prefix}{name}"), allele);
                    let more = [at(&self.reference), at(&self.alternate)];
                    offer(Change { allele, value, name: name.into(), text: text.into(), more });
                }
            } else if self.by_gene() && key == self.effect.0 {
                values.split(',').filter_map(|value| self.effect_of(record, value)).for_each(&mut offer);
            }
        }
        best
    }

    /// The largest gain or loss of one allele in one gene.
    fn effect_of(&self, record: &VariantRecord, value: &str) -> Option<Change> {
        let values: Vec<&str> = value.split('|').collect();
        let allele = record.alternates().position(|allele| allele == values[0].as_bytes())?;
        let score = |name: &str| name.starts_with("DS_") || name.ends_with("_gain") || name.ends_with("_loss");
        let scores = self.effect.1.iter().zip(&values).filter(|(name, _)| score(name));
        let numbers = scores.filter_map(|(name, text)| Some((name, *text, text.parse::<f64>().ok()?)));
        // Of effects that are as large, the first.
        let (name, text, value) = numbers.reduce(|best, next| if next.2 > best.2 { next } else { best })?;
        let at = |name: &str| {
            let at = self.effect.1.iter().position(|known| known == name);
            at.and_then(|at| values.get(at)).filter(|value| !value.is_empty()).copied().unwrap_or(".")
        };
        let position = match name.strip_prefix("DS_") {
            Some(site) => {
                at(&format!("DP_{site}")).parse::<i64>().map_or(".".into(), |offset| format!("POS{offset:+}"))
            }
            None => at(&format!("{name}_at")).into(),
        };
        let more = [values.get(1).map_or(".", |gene| *gene).into(), position];
        Some(Change { allele, value, name: name.clone(), text: text.into(), more })
    }
}

/// The names of the parts of a field, from its description: `Format: ALLELE|gene|…`.
fn parts(header: &[Vec<u8>], id: &str) -> Option<Vec<String>> {
    let begin = format!("##INFO=<ID={id},");
    let line = header.iter().find(|line| line.starts_with(begin.as_bytes()))?;
    let text = String::from_utf8_lossy(line);
    let (_, format) = text.split_once("Format: ")?;
    Some(format.split('"').next()?.split('|').map(str::to_string).collect())
}

/// The value of an allele in a field of INFO.
fn value_of(info: &str, key: &str, allele: usize) -> String {
    let field = info.split(';').find_map(|field| field.strip_prefix(key)?.strip_prefix('='));
    field.and_then(|values| values.split(',').nth(allele)).unwrap_or(".").into()
}

/// The strongest of a file.
pub(super) fn strongest(run: &Run, path: &Path) -> Result<Option<Strongest>> {
    let input = Variants::open(path)?;
    let fields = Fields::of(run, &input.header);
    let mut best = Best::default();
    let _ = input.read(|record| {
        for change in fields.changes(&record) {
            best.offer(change.value.abs(), || row(&record, change));
        }
        Ok(())
    })?;
    let (rows, count) = best.finish();
    let (by, more) = if fields.by_gene() {
        ("effect", [("effect", true), ("size", false), ("gene", true), ("site", false)])
    } else {
        ("change", [("score", true), ("change", false), ("reference", false), ("alternate", false)])
    };
    let columns = [("ID", true), ("REF", true), ("ALT", true)].into_iter().chain(more);
    Ok(Some(Strongest {
        what: "alternate alleles",
        by: format!("the largest {by} of an allele"),
        count,
        columns: columns.map(|(name, is_text)| (name.to_string(), is_text)).collect(),
        rows,
    }))
}

fn row(record: &VariantRecord, change: Change) -> (Option<(String, Interval)>, Vec<String>) {
    let allele = record.alternates().nth(change.allele).unwrap_or_default();
    let id = record.line.split(|&b| b == b'\t').nth(2).unwrap_or_default();
    let [third, fourth] = change.more;
    let cells =
        vec![shortened(id), shortened(record.reference()), shortened(allele), change.name, change.text, third, fourth];
    (Some((record.contig().into(), record.written())), cells)
}

/// The first letters of a long allele, and how many there are.
fn shortened(allele: &[u8]) -> String {
    let text = String::from_utf8_lossy(allele);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({})", &text[..end], text.chars().count()),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(description: Option<&str>) -> Fields {
        let line = description.map(|text| format!("##INFO=<ID={text}\">\n").into_bytes());
        let effect = line.and_then(|line| {
            let id = if line.starts_with(b"##INFO=<ID=SpliceAI") { SPLICEAI } else { "GG_EFFECT" };
            Some((id.to_string(), parts(&[line], id)?))
        });
        let name = |what: &str| format!("GG_{what}_");
        Fields {
            delta: name("DELTA"),
            reference: name("REF"),
            alternate: name("ALT"),
            effect: effect.unwrap_or_default(),
        }
    }

    fn changes(fields: &Fields, alternates: &str, info: &str) -> Vec<(usize, String, String, [String; 2])> {
        let line = format!("c\t5\tid\tA\t{alternates}\t.\t.\t{info}");
        let record = VariantRecord::parse(line.into_bytes(), 1).expect("a record");
        fields.changes(&record).into_iter().map(|c| (c.allele, c.name, c.text, c.more)).collect()
    }

    fn owned(allele: usize, name: &str, text: &str, more: [&str; 2]) -> (usize, String, String, [String; 2]) {
        (allele, name.into(), text.into(), more.map(String::from))
    }

    #[test]
    fn the_largest_change_of_each_allele_is_found() {
        let info =
            "GG_DELTA_x=0.1,-0.9;GG_DELTA_y=-0.2,.;GG_REF_x=0.5,0.9;GG_ALT_x=0.6,0.0;GG_REF_y=0.3,.;GG_ALT_y=0.1,.";
        assert_eq!(
            changes(&fields(None), "C,G", info),
            [owned(0, "y", "-0.2", ["0.3", "0.1"]), owned(1, "x", "-0.9", ["0.9", "0.0"])]
        );
        assert_eq!(changes(&fields(None), "C", "GG_DELTA_x=.;GG_SKIP=unknown_bases"), []);
        assert_eq!(changes(&fields(None), "C", "."), []);
    }

    #[test]
    fn effects_are_those_of_genes() {
        let ours = fields(Some(
            "GG_EFFECT,Number=.,Type=String,Description=\"Gain. Format: ALLELE|gene|strand|a_gain|a_loss|a_gain_at|a_loss_at",
        ));
        let info = "GG_EFFECT=G|g1|+|0.1|0.2|7|8,C|g2|-|0.3|0.3|9|10,G|g3|+|.|.|.|.;GG_EFFECT_MAX=0.3,0.2";
        assert_eq!(
            changes(&ours, "C,G", info),
            [owned(1, "a_loss", "0.2", ["g1", "8"]), owned(0, "a_gain", "0.3", ["g2", "9"])]
        );
        let theirs = fields(Some(
            "SpliceAI,Number=.,Type=String,Description=\"Format: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL",
        ));
        let info = "SpliceAI=C|g1|0.00|0.91|0.10|0.00|-5|-2|30|1";
        assert_eq!(changes(&theirs, "C", info), [owned(0, "DS_AL", "0.91", ["g1", "POS-2"])]);
    }

    #[test]
    fn long_alleles_are_shortened() {
        assert_eq!(shortened(b"ACGT"), "ACGT");
        assert_eq!(shortened("ACGT".repeat(10).as_bytes()), "ACGTACGTACGTACGTACGTACGT… (40)");
    }
}
