//! What the options of an evaluation of scores say: which scores and labels, which effects count as positive, and how missing
//! scores are treated.

use std::{fmt, path::Path, str::FromStr};

use crate::evaluate::metrics::Bootstrap;

/// The effects that count as positive: `<=-0.5`, `>2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cut {
    below: bool,
    including: bool,
    at: f64,
}

impl Cut {
    /// Whether an effect is positive.
    pub(crate) fn holds(self, effect: f64) -> bool {
        (self.including && effect == self.at) || if self.below { effect < self.at } else { effect > self.at }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", if self.below { '<' } else { '>' }, if self.including { "=" } else { "" }, self.at)
    }
}

impl FromStr for Cut {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text:?} must be <=X, <X, >=X or >X with a number X, for example '<=-0.5'");
        let below = match text.as_bytes().first() {
            Some(b'<') => true,
            Some(b'>') => false,
            _ => return Err(bad()),
        };
        let including = text[1..].starts_with('=');
        let at = text[1 + usize::from(including)..].trim().parse().ok().filter(|n: &f64| n.is_finite());
        Ok(Self { below, including, at: at.ok_or_else(bad)? })
    }
}

/// A score that is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Score {
    /// Its name in the output.
    pub(crate) name: String,
    /// The columns it is made of: of several, the value with the largest magnitude.
    pub(crate) columns: Vec<String>,
}

impl FromStr for Score {
    type Err = String;

    /// `COLUMN`, or `NAME=COLUMN+COLUMN`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, columns) = match text.split_once('=') {
            Some((name, columns)) => (name, columns.split('+').map(str::to_string).collect()),
            None => (text, vec![text.to_string()]),
        };
        if name.is_empty() || columns.iter().any(String::is_empty) {
            return Err("COLUMN, or NAME=COLUMN+COLUMN".into());
        }
        Ok(Self { name: name.into(), columns })
    }
}

/// The columns to read.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnSelection {
    /// Scores; empty: all that are found.
    pub(crate) scores: Vec<Score>,
    /// Column with the label; `None`: `label`.
    pub(crate) label: Option<String>,
    /// Columns of a table with contig, position, REF and ALT; `None`: by their usual names.
    pub(crate) variant: Option<[String; 4]>,
}

impl ColumnSelection {
    /// Name of the column with the label.
    pub(crate) fn label(&self) -> &str {
        self.label.as_deref().unwrap_or("label")
    }
}

/// What becomes of a labelled variant without a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum MissingScores {
    /// The variant is excluded, for all scores.
    Skip,
    /// The missing score counts as 0.
    Zero,
}

/// How scores of variants are judged.
pub(crate) struct VariantScoreSettings<'a> {
    /// The file of scores.
    pub(crate) scores: &'a Path,
    /// The file of labels; `None`: the same.
    pub(crate) labels: Option<&'a Path>,
    /// Columns of both.
    pub(crate) selection: ColumnSelection,
    /// The effects that count as positive; `None`: effects have no classes.
    pub(crate) positive: Option<Cut>,
    /// Scores are judged without their sign.
    pub(crate) absolute: bool,
    /// Effects are taken without their sign.
    pub(crate) absolute_label: bool,
    /// What becomes of variants without a score.
    pub(crate) missing: MissingScores,
    /// Each score is judged on all variants that have it.
    pub(crate) own_rows: bool,
    /// The score with which all others are compared.
    pub(crate) versus: Option<&'a str>,
    /// For the intervals.
    pub(crate) bootstrap: Bootstrap,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_read_and_hold() {
        let cut: Cut = "<=-0.5".parse().expect("a cut");
        assert!(cut.holds(-0.5) && cut.holds(-3.0) && !cut.holds(-0.4));
        assert_eq!(cut.to_string(), "<=-0.5");
        let cut: Cut = "> 2".parse().expect("a cut");
        assert!(cut.holds(2.5) && !cut.holds(2.0));
        for bad in ["0.5", "=1", "<", ">=x", "<nan", ">inf", ""] {
            assert!(bad.parse::<Cut>().is_err(), "{bad}");
        }
    }

    #[test]
    fn scores_have_a_name_and_columns() {
        let score: Score = "human=A+B".parse().expect("a score");
        assert_eq!((score.name.as_str(), score.columns), ("human", vec!["A".to_string(), "B".into()]));
        assert_eq!("A".parse::<Score>().expect("a score").columns, ["A"]);
        assert!("=A".parse::<Score>().is_err() && "a=A+".parse::<Score>().is_err());
    }
}
