//! How often a phenotype occurs among patients with a disease, in the words of HPO and of Orphanet.

/// The frequency where no source states one. METHOD: the middle; not fitted.
const UNSTATED: f64 = 0.5;

/// Classes of HPO (by identifier) and Orphanet (by word), and the middle of the range of each.
const CLASSES: [(&str, &str, f64); 6] = [
    ("HP:0040280", "Obligate", 1.0),
    ("HP:0040281", "Very frequent", 0.895),
    ("HP:0040282", "Frequent", 0.545),
    ("HP:0040283", "Occasional", 0.17),
    ("HP:0040284", "Very rare", 0.025),
    ("HP:0040285", "Excluded", 0.0),
];

/// What one row states of a phenotype and a disease.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stated {
    /// So many patients have it, of so many.
    Count(f64, f64),
    /// A fraction of patients.
    Fraction(f64),
    /// That it occurs.
    Occurs,
}

impl Stated {
    /// Reads `7/12`, `45%`, `HP:0040281`, `Very frequent (99-80%)`; anything else states no more than that it occurs.
    pub(super) fn parse(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default().trim();
        let word = text.split(" (").next().unwrap_or(text);
        if let Some((_, _, middle)) =
            CLASSES.iter().find(|(id, name, _)| *id == text || name.eq_ignore_ascii_case(word))
        {
            return Self::Fraction(*middle);
        }
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        if let Some((affected, patients)) = text.split_once('/')
            && let (Some(affected), Some(patients)) = (number(affected), number(patients))
            && patients > 0.0
        {
            return Self::Count(affected.min(patients), patients);
        }
        match text.strip_suffix('%').and_then(number) {
            Some(percent) => Self::Fraction((percent / 100.0).min(1.0)),
            None => Self::Occurs,
        }
    }
}

/// All that is stated of one phenotype and one disease.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frequency {
    affected: f64,
    patients: f64,
    fraction: Option<f64>,
    occurs: bool,
}

impl Frequency {
    /// Adds a row.
    pub(super) fn add(&mut self, stated: Stated) {
        match stated {
            Stated::Count(affected, patients) => {
                self.affected += affected;
                self.patients += patients;
            }
            Stated::Fraction(fraction) => self.fraction = Some(self.fraction.map_or(fraction, |old| old.max(fraction))),
            Stated::Occurs => self.occurs = true,
        }
    }

    /// Whether no row states how often it occurs, so that its value is assumed.
    pub(super) fn is_assumed(self) -> bool {
        self.occurs && self.patients == 0.0 && self.fraction.is_none()
    }

    /// The fraction of patients, 0 to 1; 0: the disease does not have it.
    ///
    /// METHOD: counts of patients are summed over the papers, and smoothed by half a patient; of several kinds of statements the largest
    /// counts; a row without a frequency counts only if there is no other.
    pub(super) fn value(self) -> f64 {
        let counted = match (self.affected > 0.0, self.patients > 0.0) {
            (true, _) => Some((self.affected + 0.5) / (self.patients + 1.0)),
            (false, true) => Some(0.0),
            (false, false) => None,
        };
        match (counted, self.fraction) {
            (Some(a), Some(b)) => a.max(b),
            (Some(a), None) | (None, Some(a)) => a,
            (None, None) if self.occurs => UNSTATED,
            (None, None) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[&str]) -> f64 {
        let mut all = Frequency::default();
        rows.iter().for_each(|row| all.add(Stated::parse(Some(row))));
        all.value()
    }

    #[test]
    fn counts_are_summed_and_smoothed() {
        assert_eq!(of(&["3/4", "1/5"]), 4.5 / 10.0);
        assert_eq!(of(&["0/7"]), 0.0);
        // More patients have it than there are: all of them.
        assert_eq!(of(&["5/4"]), 4.5 / 5.0);
    }

    #[test]
    fn the_largest_of_several_kinds_counts() {
        assert_eq!(of(&["HP:0040283", "1/9", ""]), 0.17);
        assert_eq!(of(&["Very frequent (99-80%)", "12%"]), 0.895);
        assert_eq!(of(&["HP:0040285"]), 0.0);
    }

    #[test]
    fn without_a_frequency_it_is_the_middle() {
        assert_eq!(of(&[""]), 0.5);
        assert_eq!(of(&["often", "1/0"]), 0.5);
        assert_eq!(of(&["", "1/1"]), 0.75);
        let assumed = |rows: &[&str]| {
            let mut all = Frequency::default();
            rows.iter().for_each(|row| all.add(Stated::parse(Some(row))));
            all.is_assumed()
        };
        assert!(assumed(&[""]) && assumed(&["often", "1/0"]));
        assert!(!assumed(&["", "1/1"]) && !assumed(&["", "0/3"]) && !assumed(&["HP:0040281", ""]) && !assumed(&[]));
        assert_eq!(Frequency::default().value(), 0.0);
    }
}
