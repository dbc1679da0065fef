//! Calls: which score of an answer is named, and whether it reaches its threshold.

use crate::{
    error::{Error, Result},
    head::best,
    model::Form,
    number::Digits,
};

/// Which scores make a call.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// May be called, by column.
    pub callable: Vec<bool>,
    /// Thresholds, by column: the card's, or the user's for all.
    pub thresholds: Vec<f64>,
    /// Only what reaches its threshold is written.
    pub calls_only: bool,
}

impl Caller {
    /// From the model's columns and the user's threshold (`None`: write everything).
    pub(crate) fn new(form: &Form, threshold: Option<Threshold>) -> Self {
        let thresholds = form
            .columns
            .iter()
            .map(|column| match threshold {
                Some(Threshold::Value(value)) => value,
                _ => column.threshold,
            })
            .collect();
        Self { callable: form.callable(), thresholds, calls_only: threshold.is_some() }
    }

    /// The best column of a bin, and whether it reaches its threshold.
    pub(crate) fn call(&self, scores: &[f32]) -> Option<(usize, f32, bool)> {
        best(scores, &self.callable, &self.thresholds)
            .map(|(column, score)| (column, score, f64::from(score) >= self.thresholds[column]))
    }
}

/// `--threshold`, or `--threshold P`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Threshold {
    /// The card's own.
    Card,
    /// This one, for all columns.
    Value(f64),
}

impl Threshold {
    /// Refuses a threshold that no probability reaches, or that every one does. Other scores have no bounds.
    pub(crate) fn check(self, form: &Form) -> Result<()> {
        let mut scores = form.columns.iter().filter(|column| column.callable);
        match self {
            Self::Value(value)
                if !(0.0..=1.0).contains(&value)
                    && form.text.is_none()
                    && scores.all(|column| column.digits == Digits::Decimals) =>
            {
                Err(Error::usage(format!("--threshold {value}: the scores of this model run from 0 to 1")))
            }
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Card => f.write_str("card"),
            Self::Value(value) => value.fmt(f),
        }
    }
}

impl std::str::FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "card" => Ok(Self::Card),
            _ => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Self::Value(value)),
                _ => Err("a number, or `card` for the model's own threshold".into()),
            },
        }
    }
}
