//! What happened: counts of records and windows, skips by reason, and the check that nothing was lost.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    error::{Error, Result},
    histogram::Histogram,
    skip::Skip,
};

/// How often a cache was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct CacheCounts {
    /// It had the answer.
    pub hits: u64,
    /// It had not.
    pub misses: u64,
}

/// What was counted of the input of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InputCounts {
    /// Records of the input (contigs, reads, variant records).
    pub records_in: u64,
    /// Records that the user's filters left out.
    pub filtered: u64,
    /// Queries that the writer must write.
    pub queries: u64,
    /// Bases of input sequence read.
    pub bases: u64,
}

/// What was counted in a run. `answered` is what the reader handed on and the writer must have written.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Counts {
    /// Records of the input (contigs, reads, variant records).
    pub records_in: u64,
    /// Records the user did not want (filters, regions).
    pub filtered: u64,
    /// Things to answer that the reader handed on: windows of a scan, reads, variant records.
    pub queries: u64,
    /// Of these, how many came out of the writer.
    pub written: u64,
    /// Windows that were run through the model.
    pub windows: u64,
    /// Queries (variants: alternate alleles) with a score.
    pub scored: u64,
    /// Not scored, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Bases of input sequence read.
    pub bases: u64,
    /// Lines (BED, TSV) or records written.
    pub rows: u64,
    /// Answers that a cache had, and those it was asked for in vain; where there is a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheCounts>,
    /// How the scores are spread, by column; of variants, alternate minus reference.
    #[serde(serialize_with = "by_name", skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<(String, Histogram)>,
}

fn by_name<S: serde::Serializer>(
    scores: &[(String, Histogram)],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(scores.iter().map(|(name, histogram)| (name, histogram)))
}

impl Counts {
    /// From what was written down of them. The error says which count is none.
    pub(crate) fn restored(saved: &Value) -> Result<Self, String> {
        let all = saved.as_object().ok_or("they are not an object")?;
        let count = |from: &Map<String, Value>, key: &str| match from.get(key) {
            None | Some(Value::Null) => Ok(0),
            Some(value) => {
                let count = value.as_u64().filter(|count| *count <= Self::MOST);
                count.ok_or_else(|| format!("{key} is {value}, not a count"))
            }
        };
        let part = |key: &str| match all.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(part)) => Ok(Some(part)),
            Some(_) => Err(format!("{key} is not an object")),
        };
        let number = |key: &str| count(all, key);
        let mut skipped = BTreeMap::new();
        for reason in part("skipped")?.into_iter().flat_map(|part| part.keys().map(move |key| (part, key))) {
            let (part, reason) = reason;
            let known = Skip::from_word(reason);
            let known =
                known.ok_or_else(|| format!("skipped has {reason:?}, which is not a reason of this version"))?;
            skipped.insert(known.word(), count(part, reason)?);
        }
        let cache = match part("cache")? {
            Some(cache) => Some(CacheCounts { hits: count(cache, "hits")?, misses: count(cache, "misses")? }),
            None => None,
        };
        let scores = part("scores")?.into_iter().flatten();
        Ok(Self {
            records_in: number("records_in")?,
            filtered: number("filtered")?,
            queries: number("queries")?,
            written: number("written")?,
            windows: number("windows")?,
            scored: number("scored")?,
            skipped,
            bases: number("bases")?,
            rows: number("rows")?,
            cache,
            scores: scores
                .map(|(name, saved)| Ok((name.clone(), Histogram::restored(saved)?)))
                .collect::<Result<_, String>>()?,
        })
    }

    /// The largest count that is read again: JSON's whole numbers end here, and sums of some stay within 64 bits.
    const MOST: u64 = 1 << 53;

    /// The scores of these columns will be counted.
    pub(crate) fn of_columns<'a>(mut self, names: impl Iterator<Item = &'a str>) -> Self {
        if self.scores.is_empty() {
            self.scores = names.map(|name| (name.to_string(), Histogram::default())).collect();
        }
        self
    }

    /// Sets what was counted of the input.
    pub(crate) fn set_input(&mut self, input: &InputCounts) {
        (self.records_in, self.filtered) = (input.records_in, input.filtered);
        (self.queries, self.bases) = (input.queries, input.bases);
    }

    /// One score a column.
    pub(crate) fn add_scores(&mut self, scores: impl IntoIterator<Item = f32>) {
        for ((_, histogram), score) in self.scores.iter_mut().zip(scores) {
            histogram.add(score);
        }
    }

    /// A cache was asked.
    pub(crate) fn cached(&mut self, hit: bool) {
        let cache = self.cache.get_or_insert_default();
        *(if hit { &mut cache.hits } else { &mut cache.misses }) += 1;
    }

    /// One skip more.
    pub(crate) fn skip(&mut self, reason: Skip) {
        *self.skipped.entry(reason.word()).or_default() += 1;
    }

    /// A query of one window was written: scored, or skipped for a reason.
    pub(crate) fn query_written(&mut self, skipped: Option<Skip>) {
        self.written += 1;
        match skipped {
            Some(reason) => self.skip(reason),
            None => {
                self.windows += 1;
                self.scored += 1;
            }
        }
    }

    /// Refuses to call a run finished whose queries did not all come out.
    pub(crate) fn balance(&self) -> Result<()> {
        if self.queries == self.written {
            Ok(())
        } else {
            Err(Error::Internal(format!("{} queries were read but {} came out", self.queries, self.written)))
        }
    }

    /// `unknown_bases 12, too_short 1`, or `none`.
    pub(crate) fn skips(&self) -> String {
        if self.skipped.is_empty() {
            return "none".into();
        }
        self.skipped.iter().map(|(reason, count)| format!("{reason} {count}")).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_query_is_an_error() {
        let counts = Counts { queries: 3, written: 2, ..Counts::default() };
        assert!(counts.balance().is_err());
    }

    #[test]
    fn counts_come_back_from_json() {
        let mut counts = Counts { queries: 3, written: 2, rows: 7, ..Counts::default() };
        counts.skip(Skip::TooShort);
        let mut counts = counts.of_columns(["b", "a"].into_iter());
        counts.add_scores([0.5, -0.25]);
        let saved = serde_json::to_value(&counts).expect("JSON");
        assert_eq!(format!("{:?}", Counts::restored(&saved).expect("counts")), format!("{counts:?}"));
        for bad in [
            "[]",
            r#"{"rows": -1}"#,
            r#"{"rows": 18446744073709551615}"#,
            r#"{"rows": "3"}"#,
            r#"{"skipped": {"x": 1}}"#,
            r#"{"skipped": []}"#,
            r#"{"scores": {"a": {"99999999999": 1}}}"#,
        ] {
            let saved = serde_json::from_str(bad).expect("JSON");
            assert!(Counts::restored(&saved).is_err(), "{bad}");
        }
    }

    #[test]
    fn reasons_are_different_words() {
        let words: std::collections::BTreeSet<_> = Skip::ALL.iter().map(|s| s.word()).collect();
        assert_eq!(words.len(), Skip::ALL.len());
    }
}
