//! Why a disease fits a patient: term by term.

use super::scorer::Scorer;

/// The best match of one of the patient's terms in a disease.
pub(super) struct Match {
    /// The annotated term.
    pub(super) term: usize,
    /// Its frequency in the disease.
    pub(super) frequency: f64,
    /// The term that both are, or lie below.
    pub(super) shared: usize,
}

impl Scorer {
    /// What gives the likelihood ratio of the patient's term in a disease; `None` if they share no more than that they are phenotypes.
    pub(super) fn best_match(&self, term: usize, disease: usize) -> Option<Match> {
        let above = self.ontology().ancestors(term);
        let mut best: Option<(f64, Match)> = None;
        for &(own, frequency) in &self.disease(disease).terms {
            let own = own as usize;
            for &shared in self.ontology().ancestors(own) {
                let shared = shared as usize;
                if above.binary_search(&(shared as u32)).is_err() || self.ontology().is_root(shared) {
                    continue;
                }
                let ratio = self.weight(term, shared) * frequency / self.background(shared);
                // Of equals the more special term that is shared, then the first.
                let is_better = best.as_ref().is_none_or(|(other, found)| {
                    ratio > *other || (ratio == *other && self.background(shared) < self.background(found.shared))
                });
                if is_better {
                    best = Some((ratio, Match { term: own, frequency, shared }));
                }
            }
        }
        best.map(|(_, found)| found)
    }

    /// `HP:0001166:0.80`: a phenotype of a disease and its frequency, with a question mark where no source states the frequency.
    fn annotated(&self, term: usize, frequency: f64, disease: usize) -> String {
        let is_assumed = self.disease(disease).assumed.binary_search(&(term as u32)).is_ok();
        format!("{}:{frequency:.2}{}", self.ontology().id(term), if is_assumed { "?" } else { "" })
    }

    /// `HP:0001166=HP:0001166:0.80` for each of the patient's terms: the disease's best match and its frequency there; `~` in place of `=`
    /// and a third part, where both only share a term above; `.` where they share none.
    pub(super) fn matches(&self, terms: &[usize], disease: usize) -> String {
        let one = |&term: &usize| {
            let id = self.ontology().id(term);
            match self.best_match(term, disease) {
                None => format!("{id}=."),
                Some(Match { term: own, frequency, shared }) if shared == term => {
                    format!("{id}={}", self.annotated(own, frequency, disease))
                }
                Some(Match { term: own, frequency, shared }) => {
                    format!("{id}~{}:{}", self.annotated(own, frequency, disease), self.ontology().id(shared))
                }
            }
        };
        terms.iter().map(one).collect::<Vec<_>>().join(";")
    }

    /// What speaks against a disease: phenotypes that the patient does not have, with their frequencies in the disease; and those the patient
    /// has, and the disease is stated not to have. `.` if there are none.
    pub(super) fn conflicts(&self, terms: &[usize], excluded: &[usize], disease: usize) -> String {
        let mut all = Vec::new();
        for &term in excluded {
            let own = self.disease(disease).terms.iter().filter(|(own, _)| self.is_below(*own as usize, term));
            if let Some(&(own, frequency)) = own.max_by(|a, b| a.1.total_cmp(&b.1)) {
                let own = self.annotated(own as usize, frequency, disease);
                all.push(format!("{}=absent,{own}", self.ontology().id(term)));
            }
        }
        for &term in terms {
            if self.disease(disease).absent.iter().any(|&absent| self.is_below(term, absent as usize)) {
                all.push(format!("{}=present,not in the disease", self.ontology().id(term)));
            }
        }
        if all.is_empty() { ".".into() } else { all.join(";") }
    }

    fn is_below(&self, term: usize, above: usize) -> bool {
        self.ontology().ancestors(term).binary_search(&(above as u32)).is_ok()
    }
}
