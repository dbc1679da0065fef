//! Answers by windows: compared, and written as INFO fields.

use super::{
    allele::{Allele, AnswerSource, Rows, Strands},
    cut::Cut,
    key,
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    head::Shape,
    model::{
        Form,
        card::{Comparison, StrandRule},
    },
    number::Digits,
    output::{column::FieldKind, parquet::Field},
    pipeline::RowAnswers,
    session::load::{Kind, LoadedModel},
    skip::Skip,
    variants::{
        cache::Cache,
        compare::{self, Compared, Score, Tracks},
    },
    vcf::info::{self, AlleleScores, FieldNames, ScoreField, Value},
};

/// Compares the answers of an allele's rows, and writes them.
pub(crate) struct WindowAnswers {
    cut: Cut,
    shape: Shape,
    fields: FieldNames,
    /// Columns that are written, with what comparing them takes.
    columns: Vec<(crate::model::card::Column, Score)>,
    kinds: Vec<ScoreField>,
    /// The column that has the score of each column on the reverse strand.
    partners: Vec<usize>,
    /// INFO fields: all kinds of a column after the other.
    names: Vec<String>,
    /// Where answers are kept.
    cache: Option<Cache>,
}

/// INFO fields of a record that a reader can take (BCF counts them in 16 bits; htslib holds to it in VCF, too).
const MOST_FIELDS: usize = u16::MAX as usize;

fn check_count(fields: usize, scores: usize) -> Result<()> {
    if fields > MOST_FIELDS {
        return Err(Error::usage(format!(
            "{scores} scores need {fields} INFO fields, and a record of VCF or BCF has at most {MOST_FIELDS}"
        ))
        .with_hint("select scores with --column; genogloss models show lists them"));
    }
    Ok(())
}

impl WindowAnswers {
    /// `wanted`: places of the columns that are written.
    pub(crate) fn new(
        cut: Cut,
        model: &LoadedModel,
        wanted: &[usize],
        fields: FieldNames,
        cache: Option<Cache>,
    ) -> Result<Self> {
        let Form { shape, columns, bin, .. } = &model.form;
        let zero = match &model.kind {
            Kind::Network(card) => card.missing_is_zero(),
            Kind::Exact(_) => vec![false; columns.len()],
        };
        let finest = bin.unwrap_or(1);
        let score = |&column: &usize| {
            let bin = columns[column].bin.unwrap_or(finest);
            let score =
                Score { column, bin: bin as i64, repeat: (bin / finest) as usize, missing_is_zero: zero[column] };
            (columns[column].clone(), score)
        };
        let partners = columns.iter().map(|column| column.partner).collect();
        let columns: Vec<_> = wanted.iter().map(score).collect();
        let kinds = match cut.comparison {
            Comparison::L2 | Comparison::Js => vec![ScoreField::Delta],
            Comparison::Max if cut.track => {
                vec![ScoreField::Delta, ScoreField::Reference, ScoreField::Alternate, ScoreField::At]
            }
            _ => vec![ScoreField::Delta, ScoreField::Reference, ScoreField::Alternate],
        };
        let names: Vec<String> =
            columns.iter().flat_map(|(column, _)| kinds.iter().map(|kind| fields.score(kind.word(), column))).collect();
        // With the one for reasons.
        check_count(names.len() + 1, columns.len())?;
        Ok(Self { cut, shape: *shape, fields, columns, kinds, partners, names, cache })
    }

    /// INFO fields that are added.
    pub(crate) fn fields(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).chain([self.fields.skip.as_str()]).collect()
    }

    /// The fields as columns of a table, without that of reasons.
    pub(crate) fn table(&self) -> Vec<Field> {
        let kind = |kind: &ScoreField| match kind {
            ScoreField::At => FieldKind::Integer,
            _ => FieldKind::Number,
        };
        let kinds = self.kinds.iter().cycle().map(kind);
        self.names.iter().zip(kinds).map(|(name, kind)| Field { name: name.clone(), kind }).collect()
    }

    /// The field of deltas, if there is one score.
    pub(crate) fn only_delta(&self) -> Result<&str> {
        match self.columns.as_slice() {
            [_] => Ok(&self.names[0]),
            all => Err(Error::usage(format!("a bedGraph contains one score, and {} are selected", all.len()))
                .with_hint("choose one with --column; genogloss models show lists them")),
        }
    }

    /// Names of the scores that are counted.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(column, _)| column.name.as_str())
    }

    /// How scores are compared.
    pub(crate) fn comparison(&self) -> Comparison {
        self.cut.comparison
    }

    /// Header lines of the fields.
    pub(crate) fn header_lines(&self, model: &str, version: &str) -> Vec<String> {
        let columns = self.columns.iter().map(|(column, _)| column);
        info::header_lines(
            &self.fields,
            columns,
            &self.kinds,
            (self.cut.comparison, self.cut.bases()),
            (model, version),
        )
    }

    /// The INFO fields of its scores.
    pub(crate) fn write(
        &mut self,
        queries: &[Result<Allele, Skip>],
        answers: &RowAnswers<'_>,
        counts: &mut Counts,
        added: &mut Vec<u8>,
    ) {
        let mut alleles = Vec::with_capacity(queries.len());
        for allele in queries {
            counts.windows += allele.as_ref().map_or(0, Allele::rows);
            let compared = match allele {
                Ok(allele) => self.answer(allele, answers, counts),
                Err(reason) => Err(*reason),
            };
            match &compared {
                Ok(compared) => {
                    counts.scored += 1;
                    counts.add_scores(compared.iter().map(|(compared, _)| compared.delta));
                }
                Err(reason) => counts.skip(*reason),
            }
            let values = compared.map(|compared| {
                let columns = self.columns.iter().map(|(column, _)| column.digits);
                compared.into_iter().zip(columns).flat_map(|(one, digits)| self.values(one, digits)).collect()
            });
            alleles.push(AlleleScores { values });
        }
        info::write_variant(&self.fields, &self.names, &alleles, added);
    }

    fn values(&self, (compared, core_from_position): (Compared, i64), digits: Digits) -> impl Iterator<Item = Value> {
        self.kinds.iter().map(move |kind| match kind {
            ScoreField::Delta => Value::Score(compared.delta, digits),
            ScoreField::Reference => Value::Score(compared.reference, digits),
            ScoreField::Alternate => Value::Score(compared.alternate, digits),
            ScoreField::At => Value::Offset(compared.at.unwrap_or_default() + core_from_position),
        })
    }

    /// Writes what the cache still keeps back.
    pub(crate) fn finish(&mut self) {
        if let Some(cache) = &mut self.cache {
            cache.finish();
        }
    }

    /// Every score's comparison, from the cache or from rows, and how far from POS the places in it are counted.
    fn answer(
        &mut self,
        allele: &Allele,
        answers: &RowAnswers<'_>,
        counts: &mut Counts,
    ) -> Result<Vec<(Compared, i64)>, Skip> {
        let compared = match &allele.source {
            AnswerSource::Cached(compared) => {
                counts.cached(true);
                Ok(compared.clone())
            }
            AnswerSource::Rows(rows) => self.compare(rows, answers),
        };
        if let (Some(key), Some(cache)) = (allele.key, &mut self.cache) {
            counts.cached(false);
            // A reason why there is no score is found again.
            if let Ok(compared) = &compared {
                cache.put(key, key::write(compared.iter().copied()));
            }
        }
        Ok(compared?.into_iter().map(|compared| (compared, allele.core_from_position)).collect())
    }

    /// Every score's comparison.
    fn compare(&self, allele: &Rows, answers: &RowAnswers<'_>) -> Result<Vec<Compared>, Skip> {
        let Cut { track, strand, comparison, .. } = self.cut;
        let forward = |rows: Strands| answers.scores_in_batch(rows.forward);
        let reverse = |rows: Strands| rows.reverse.map(|row| answers.scores_in_batch(row)).unwrap_or_default();
        let rows = [allele.reference, allele.left, allele.right];
        // On the reverse strand, a track is reversed, and labels of a strand are those of the other one.
        let reversed = |rows: Strands| -> Vec<f32> {
            let scores = reverse(rows);
            let turned = |place: &'_ [f32]| self.partners.iter().map(|&column| place[column]).collect::<Vec<f32>>();
            match track {
                true => scores.rchunks_exact(self.shape.columns).flat_map(turned).collect(),
                false => scores.chunks_exact(self.shape.columns).flat_map(turned).collect(),
            }
        };
        let joined = |rows: Strands| -> Vec<f32> {
            let mean = |(one, other): (&f32, &f32)| ((f64::from(*one) + f64::from(*other)) / 2.0) as f32;
            forward(rows).iter().zip(&reversed(rows)).map(mean).collect()
        };
        let compare = |rows: [&[f32]; 3], score: Score| {
            let [reference, left, right] = rows;
            if self.cut.likelihood.is_some() {
                return compare::ratio(reference[score.column], left[score.column]);
            }
            if !track {
                return compare::windows(comparison, reference[score.column], left[score.column]);
            }
            let rows = Tracks { reference, left, right };
            compare::tracks(comparison, rows, self.shape, score, allele.placement, allele.within.clone())
        };
        let each = |compare: &dyn Fn(Score) -> Result<Compared, Skip>| {
            self.columns.iter().map(|(_, score)| compare(*score)).collect()
        };
        match strand {
            StrandRule::Forward => each(&|score| compare(rows.map(forward), score)),
            StrandRule::Average => {
                let [reference, left, right] = rows.map(joined);
                each(&|score| compare([&reference, &left, &right], score))
            }
            // METHOD: the difference on each strand, then the larger one: scores of two strands are not subtracted from one another
            // (Kipoi's variant effects, Avsec et al. 2019).
            StrandRule::Max => {
                let [reference, left, right] = rows.map(reversed);
                each(&|score| {
                    let plus = compare(rows.map(forward), score)?;
                    Ok(plus.larger(compare([&reference, &left, &right], score)?))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_fields_than_a_record_holds_are_refused_before_the_run() {
        assert!(check_count(65_535, 21_844).is_ok());
        let error = check_count(65_722, 21_907).expect_err("too many").to_string();
        assert_eq!(error, "21907 scores need 65722 INFO fields, and a record of VCF or BCF has at most 65535");
    }
}
