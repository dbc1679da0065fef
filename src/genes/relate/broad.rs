//! Broad diseases under which curators judge genes, and the diseases that are among them by their names.
//!
//! METHOD: ClinGen judges genes under names such as `complex neurodevelopmental disorder`, which share no word with the disease that sources
//! list the gene for (`Mental retardation, X-linked 88`). Mondo's hierarchy has the one below the other; a knowledge base without Mondo does
//! not. Only groups with names that begin with what they are about count: `Alport syndrome with intellectual disability` is none of them.

use super::words::SeriesName;

/// A broad disease, by the words of its name, and the words that names of diseases among it begin with.
struct Broad {
    name: &'static [&'static str],
    among: &'static [&'static [&'static str]],
}

/// The broad diseases. Words as [`SeriesName::loosely`] has them.
const BROAD: [Broad; 3] = [
    Broad {
        name: &["complex", "neurodevelopmental"],
        among: &[&["intellectual", "disability"], &["developmental", "delay"], &["neurodevelopmental"], &["autism"]],
    },
    Broad {
        name: &["cardiogenetic"],
        among: &[
            &["brugada"],
            &["long", "qt"],
            &["short", "qt"],
            &["ventricular", "fibrillation"],
            &["ventricular", "tachycardia", "catecholaminergic"],
            &["atrial", "fibrillation"],
            &["arrhythmogenic", "cardiomyopathy"],
            &["dilated", "cardiomyopathy"],
            &["hypertrophic", "cardiomyopathy"],
            &["restrictive", "cardiomyopathy"],
        ],
    },
    Broad {
        name: &["heart"],
        among: &[&["tetralogy", "fallot"], &["atrial", "septal", "defect"], &["ventricular", "septal", "defect"]],
    },
];

/// Whether a disease is among another, by what their names say: `Brugada syndrome 4` among cardiogenetic diseases. The same modes of
/// inheritance hold for it.
pub(crate) fn is_among(special: &SeriesName, general: &SeriesName) -> bool {
    let broad = BROAD.iter().find(|one| general.has_only(one.name));
    broad.is_some_and(|one| general.has_marks_of(special) && one.among.iter().any(|words| special.begins(words)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diseases_are_among_broad_ones_by_what_their_names_begin_with() {
        let among = |special, general| is_among(&SeriesName::loosely(special), &SeriesName::loosely(general));
        let x_linked = "X-linked complex neurodevelopmental disorder";
        assert!(among("Mental retardation, X-linked 88", x_linked));
        assert!(among("X-linked intellectual disability, Stocco Dos Santos type", x_linked));
        assert!(!among("Intellectual developmental disorder, autosomal dominant 33", x_linked), "another inheritance");
        let any = "complex neurodevelopmental disorder";
        assert!(among("Intellectual developmental disorder, autosomal dominant 33", any));
        assert!(!among("Alport syndrome-intellectual disability-midface hypoplasia syndrome", any));
        assert!(!among("Left ventricular noncompaction 7", any));
        assert!(among("Brugada syndrome 4", "cardiogenetic disease"));
        assert!(among("Cardiomyopathy, dilated, 1A", "cardiogenetic disease"));
        assert!(!among("Spinocerebellar ataxia type 19/22", "cardiogenetic disease"));
        assert!(among("Tetralogy of Fallot", "congenital heart disease"));
        assert!(!among("Heart block, progressive", "congenital heart disease"));
        assert!(!among("Brugada syndrome 4", "long QT syndrome"), "no broad disease");
    }
}
