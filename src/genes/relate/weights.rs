//! What the measures of a pair add to the log odds that it is related.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::Result;

/// Names of the measures, in their order.
pub(crate) const MEASURES: [&str; 12] = [
    "text.names",
    "text.words",
    "diseases.likest",
    "likeness.pair",
    "likeness.pairs",
    "likeness.gene",
    "likeness.lift1",
    "likeness.lift2",
    "likeness.lift3",
    "chromosome.agrees",
    "chromosome.x",
    "diseases.beyond",
];

/// What each measure adds to the log odds.
#[derive(Debug, Deserialize)]
pub(crate) struct Weights {
    /// Log odds without any evidence.
    pub intercept: f64,
    /// Curves by the name of the measure.
    pub curves: BTreeMap<String, Curve>,
}

/// A piecewise linear curve: log odds at each knot.
#[derive(Debug, Deserialize)]
pub(crate) struct Curve {
    /// Values of the measure, ascending.
    pub knots: Vec<f64>,
    /// Log odds at each knot.
    pub log_odds: Vec<f64>,
}

impl Curve {
    /// Log odds at `x`: linear between the knots, constant beyond the first and last.
    pub(crate) fn at(&self, x: f64) -> f64 {
        let after = self.knots.partition_point(|&knot| knot <= x);
        match (self.log_odds.get(after.wrapping_sub(1)), self.log_odds.get(after)) {
            (Some(a), Some(b)) => {
                a + (b - a) * (x - self.knots[after - 1]) / (self.knots[after] - self.knots[after - 1])
            }
            (Some(last), None) => *last,
            (None, first) => first.copied().unwrap_or(0.0),
        }
    }
}

/// The measures of a gene and a disease or phenotype, and what they rest on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measures {
    /// Values in the order of [`MEASURES`].
    pub values: [f64; MEASURES.len()],
    /// The five words that weigh most among those that gene and disease share.
    pub words: Vec<String>,
    /// The gene's disease that is most like this one.
    pub disease: Option<String>,
    /// Of all related pairs the one most like this one: number of the gene, and the disease.
    pub pair: Option<(i64, String)>,
}

/// Evidence of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    /// Kind: text, diseases, likeness, chromosome, dispute or doubt.
    pub kind: &'static str,
    /// What it adds to the log odds.
    pub log_odds: f64,
    /// What it rests on.
    pub detail: String,
}

impl Measures {
    /// The log odds of all evidence together, and the evidence of each kind. `symbol`: the symbol of a gene by its number.
    pub(crate) fn evidence(
        &self,
        weights: &Weights,
        symbol: impl Fn(i64) -> Result<String>,
    ) -> Result<(f64, Vec<Evidence>)> {
        let sum = |kind: &str| {
            let mine = MEASURES.iter().zip(self.values).filter(|(name, _)| name.split('.').next() == Some(kind));
            mine.filter_map(|(name, x)| Some(weights.curves.get(*name)?.at(x))).sum::<f64>()
        };
        let likest = match &self.pair {
            Some((gene, disease)) => format!("likest: {} and {disease}", symbol(*gene)?),
            None => "no gene like it has a disease like it".into(),
        };
        let text =
            if self.words.is_empty() { "no words shared".into() } else { format!("shared: {}", self.words.join(" ")) };
        let agrees = match self.values[9] {
            x if x > 0.0 => "inheritance agrees",
            x if x < 0.0 => "inheritance does not agree",
            _ => "inheritance not known",
        };
        let other =
            self.disease.as_ref().map_or("no other diseases".into(), |name| format!("likest of its diseases: {name}"));
        let all: Vec<Evidence> =
            [("text", text), ("diseases", other), ("likeness", likest), ("chromosome", agrees.into())]
                .into_iter()
                .map(|(kind, detail)| Evidence { kind, log_odds: sum(kind), detail })
                .collect();
        Ok((weights.intercept + all.iter().map(|one| one.log_odds).sum::<f64>(), all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_straight_from_knot_to_knot_and_no_further() {
        let curve = Curve { knots: vec![0.0, 1.0, 3.0], log_odds: vec![-1.0, 1.0, 2.0] };
        for (x, y) in [(-5.0, -1.0), (0.0, -1.0), (0.5, 0.0), (1.0, 1.0), (2.0, 1.5), (3.0, 2.0), (9.0, 2.0)] {
            assert_eq!(curve.at(x), y, "{x}");
        }
        assert_eq!(Curve { knots: vec![], log_odds: vec![] }.at(1.0), 0.0);
    }
}
