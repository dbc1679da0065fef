//! Facts about the genes at intervals and variants.
//!
//! `intervals` annotates BED, `variants` VCF and BCF; `at_variants` lists the genes of a file of variants. The annotator finds the genes at a
//! place, `matching` which genes of the knowledge base these are, and `gene_facts` writes their facts as columns or as a value of an INFO
//! field.

mod annotator;
pub(crate) mod at_variants;
pub(super) mod gene_facts;
pub(crate) mod intervals;
mod matching;
pub(crate) mod variants;

use std::path::{Path, PathBuf};

use self::annotator::Annotator;
use super::{base::Base, evidence::EvidenceFilter, lookup::about};
use crate::{
    address::file_name,
    counts::Counts,
    error::{Error, Result},
    genome::Contigs,
    output::manifest::{Settings, digest},
    read::{
        InputReport,
        annotation::{self, Annotation},
        regions::Aliases,
    },
    session::About,
};

/// What the input is annotated with.
pub(crate) struct AnnotateSettings {
    /// The knowledge base.
    pub(crate) base: PathBuf,
    /// The annotation: GTF or GFF3.
    pub(crate) gtf: PathBuf,
    /// Names of contigs, if the input and the annotation differ.
    pub(crate) contig_aliases: Option<PathBuf>,
    /// Which facts count.
    pub(crate) evidence: EvidenceFilter,
}

/// The annotation, the knowledge base and the aliases, opened.
pub(crate) struct Facts {
    about: About,
    base: Base,
    aliases: Aliases,
    annotation: Annotation,
}

impl Facts {
    /// Opens the files; refuses sources that the knowledge base does not have.
    pub(crate) fn open(settings: &AnnotateSettings) -> Result<Self> {
        let AnnotateSettings { base: path, gtf, contig_aliases, evidence } = settings;
        let aliases = contig_aliases.as_deref().map(Aliases::read).transpose()?.unwrap_or_default();
        let base = Base::open(path)?.filtered(evidence.clone())?;
        let mut options = Settings::new("genes annotate");
        evidence.note(&mut options);
        options.put("contig_aliases", contig_aliases.as_deref().map(digest).transpose()?);
        let mut about = about(path, 1, options)?;
        let annotation = annotation::read(gtf)?;
        about.settings.put("gtf", annotation.report.sha256.as_deref());
        Ok(Self { about, base, aliases, annotation })
    }

    /// What finds the genes, and what the session is about.
    fn into_finder(self) -> (About, GeneFinder) {
        let Self { about, base, aliases, annotation } = self;
        let mut contigs = Contigs::default();
        for gene in &annotation.genes {
            contigs.push(gene.contig.as_str(), 0);
        }
        let Annotation { genes, report, place, .. } = annotation;
        let annotator = Annotator::new(base, genes);
        (
            about,
            GeneFinder { annotator, aliases, contigs, report, place, checked: String::new(), met: false, absent: None },
        )
    }
}

/// Finds genes by the input's names of contigs.
struct GeneFinder {
    annotator: Annotator,
    aliases: Aliases,
    /// Contigs of the annotation.
    contigs: Contigs,
    /// The annotation in the manifest, and in messages.
    report: InputReport,
    place: String,
    /// The contig that was checked last.
    checked: String,
    /// A contig with genes was met.
    met: bool,
    /// The first contig without genes that was met.
    absent: Option<String>,
}

impl GeneFinder {
    /// The annotation's name of a contig of the input. A contig without genes is accepted, unless the annotation has it under another name.
    fn contig(&mut self, name: &str, place: &str) -> Result<String> {
        let contig = self.aliases.resolve(name);
        if self.checked != contig {
            let other = contig.strip_prefix("chr").map_or_else(|| format!("chr{contig}"), str::to_string);
            if !self.annotator.has(contig) && self.annotator.has(&other) {
                return Err(self.contigs.missing(contig, place, &self.place));
            }
            self.checked = contig.into();
            match self.annotator.has(contig) {
                true => self.met = true,
                false => drop(self.absent.get_or_insert_with(|| name.into())),
            }
        }
        Ok(contig.into())
    }

    /// What is to be said if no contig of the input has genes: their names may differ.
    fn foreign(&self) -> Option<String> {
        let contig = self.absent.as_ref().filter(|_| !self.met)?;
        Some(format!("no contig of the input has genes in {} (the first is \"{contig}\")", self.place))
    }

    /// Refuses an input of which no contig has genes, if the annotation has any.
    fn refuse_foreign(&self, place: &str) -> Result<()> {
        self.foreign().filter(|_| !self.contigs.is_empty()).map_or(Ok(()), |why| {
            Err(Error::input(place, why).with_hint(
                "give intervals and genes of one assembly, with the same names of contigs, or --contig-aliases",
            ))
        })
    }

    /// Logs what a user should know when all records are annotated.
    fn warn(&self) {
        if let Some(why) = self.foreign() {
            tracing::warn!("{why}: are they of one assembly, with the same names?");
        }
        self.annotator.warn(&self.place);
        let unknown = self.annotator.unknown();
        if let Some(first) = unknown.first() {
            let count = unknown.len();
            tracing::warn!(
                "{count} genes of the annotation are not in the knowledge base: they are written with their name alone (the first: {first})"
            );
        }
    }
}

/// Counts a record that was written.
fn count_written(counts: &mut Counts) {
    counts.rows += 1;
    counts.query_written(None);
}

/// Whether a file has a name of VCF or BCF.
pub(crate) fn is_named_variants(path: &Path) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    [".vcf", ".vcf.gz", ".vcf.bgz", ".bcf"].iter().any(|ending| name.ends_with(ending))
}
