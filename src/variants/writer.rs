//! Writes the records of a run with their new INFO fields.

use super::{
    by_gene::answer::GeneAnswers,
    by_window::answer::WindowAnswers,
    query::{AlleleQueries, Query},
    settings::Settings,
};
use crate::{
    address::file_name,
    counts::Counts,
    error::{Error, Result},
    output::{
        Output,
        alleles::AlleleTable,
        manifest::{self, ModelReport},
        variants::{RecordWriter, VariantFormat},
    },
    pipeline::Outcome,
    read::{InputReport, regions::one_by_one, variants::Variants},
    session::{self, Sink, Written, journal::Checkpoint},
    vcf::info::{self, FieldNames},
};

/// How answers are compared and written.
pub(super) enum Answers {
    /// Those of two windows.
    Windows(WindowAnswers),
    /// Those of changes in genes.
    Genes(GeneAnswers),
}

impl Answers {
    /// INFO fields that are added.
    fn fields(&self) -> Vec<&str> {
        match self {
            Self::Windows(answers) => answers.fields(),
            Self::Genes(answers) => answers.fields(),
        }
    }

    /// What a table of these answers holds.
    pub(super) fn table(&self, settings: &Settings) -> Result<AlleleTable> {
        match self {
            Self::Windows(answers) if settings.records.format == VariantFormat::Bedgraph => {
                Ok(AlleleTable::Track(answers.only_delta()?.into()))
            }
            Self::Windows(answers) => Ok(AlleleTable::Lines(answers.table(), FieldNames::new(&settings.prefix).skip)),
            Self::Genes(_) => Err(Error::usage("scores by gene have no table: an allele may lie in several genes")
                .with_hint("-O v, z or b; bcftools query prints a table")),
        }
    }

    /// The counts of a run, with a histogram for each score.
    pub(super) fn counts(&self, counts: Counts) -> Counts {
        match self {
            Self::Windows(answers) => counts.of_columns(answers.columns()),
            Self::Genes(answers) => counts.of_columns(answers.columns()),
        }
    }

    /// Options that the output depends on: shards of one run have the same. `genes`: the file of genes.
    pub(super) fn recorded(&self, settings: &Settings, genes: Option<&InputReport>) -> Result<manifest::Settings> {
        let mut recorded = manifest::Settings::new("variants");
        recorded.put("contig_aliases", settings.records.contig_aliases.as_deref().map(manifest::digest).transpose()?);
        recorded.put("output_type", settings.records.format.word());
        recorded.put("prefix", &settings.prefix);
        if let Some(regions) = &settings.saturate {
            recorded.put("saturate", one_by_one(regions));
        }
        recorded.put("ref_mismatch", format!("{:?}", settings.ref_mismatch).to_lowercase());
        if !settings.columns.is_empty() {
            recorded.put("column", settings.columns.join(","));
        }
        settings.records.record_regions(&mut recorded)?;
        match self {
            Self::Windows(answers) => recorded.put("compare", answers.comparison().word()),
            Self::Genes(answers) => {
                recorded.put("genes", genes.and_then(|genes| genes.sha256.as_deref()));
                recorded.put("distance", answers.rules().distance);
                recorded.put("mask", settings.mask);
                recorded.put("haplotypes", settings.haplotypes);
                recorded.put("format", format!("{:?}", settings.info).to_lowercase());
            }
        }
        Ok(recorded)
    }
}

/// Fields that a hint names.
const SHOWN_FIELDS: usize = 6;

/// Refuses an input that has fields of the same names.
pub(super) fn reserve(variants: &mut Variants, answers: &Answers) -> Result<()> {
    let fields = answers.fields();
    let mut all: Vec<String> = fields.iter().map(|field| format!("INFO/{field}")).collect();
    if all.len() > SHOWN_FIELDS {
        all.truncate(SHOWN_FIELDS);
        all.push(format!("… ({} fields)", fields.len()));
    }
    let way_out = if fields.contains(&info::SPLICEAI) {
        "--fields genogloss writes other names"
    } else {
        "--prefix NAME writes other names"
    };
    variants
        .reserve(&fields, format!("{way_out}; or remove the old ones first: bcftools annotate -x {}", all.join(",")))
}

/// The header of the input with the lines of this run before #CHROM.
pub(super) fn header(
    variants: &Variants,
    answers: &Answers,
    report: &ModelReport,
    recorded: &manifest::Settings,
    settings: &Settings,
) -> Result<Vec<u8>> {
    let (model, version) = (&report.name, &report.version);
    let mut lines = vec![
        format!("##genogloss_version={}\n", env!("CARGO_PKG_VERSION")),
        info::structured(
            "genogloss_model",
            model,
            [
                ("Version", version.clone()),
                ("sha256", report.sha256.clone().unwrap_or(".".into())),
                ("Licence", report.license.clone()),
            ],
        ),
        info::structured(
            "genogloss_variants",
            &settings.prefix,
            [("model", model.clone()), ("reference", file_name(&settings.reference))]
                .into_iter()
                .chain(settings.genes.as_deref().map(|genes| ("genes", file_name(genes))))
                .chain(recorded.told().filter_map(|(key, value)| match key {
                    // How it is written is no option of what is written.
                    "command" | "output_type" | "prefix" => None,
                    "genes" => Some(("genes_sha256", value)),
                    "contig_aliases" => Some(("contig_aliases_sha256", value)),
                    key => Some((key, value)),
                })),
        ),
    ];
    lines.extend(match answers {
        Answers::Windows(answers) => answers.header_lines(model, version),
        Answers::Genes(answers) => answers.header_lines(model, version),
    });
    info::with_lines(&variants.header, &lines).ok_or_else(|| Error::input(variants.place(), "the header is empty"))
}

/// The end of a run over variants.
pub(super) struct Writer {
    output: Output,
    answers: Answers,
    records: RecordWriter,
    /// INFO fields of the record in work.
    added: Vec<u8>,
    counts: Counts,
}

impl Writer {
    /// Records go to `output`, which has its header.
    pub(super) fn new(output: Output, answers: Answers, records: RecordWriter, counts: Counts) -> Self {
        Self { output, answers, records, added: Vec::new(), counts }
    }
}

impl session::Writer for Writer {
    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn checkpoint(&mut self) -> Result<Checkpoint> {
        Checkpoint::of(&self.counts, self.output.checkpoint()?)
    }

    fn seal(mut self) -> Result<Written> {
        match &mut self.answers {
            Answers::Windows(answers) => answers.finish(),
            Answers::Genes(answers) => answers.finish(),
        }
        Ok(Written::new(self.counts, self.output.seal()?))
    }
}

impl Sink<Query> for Writer {
    fn write(&mut self, query: Query, outcome: Outcome<'_>) -> Result<()> {
        let Self { output, answers: own, records, added, counts } = self;
        counts.written += 1;
        let Outcome::Answered(answers) = outcome else {
            return Err(Error::Internal("a variant record was skipped as a whole".into()));
        };
        added.clear();
        let record = &query.record;
        match (own, &query.alleles) {
            (Answers::Windows(own), AlleleQueries::Windows(alleles)) => own.write(alleles, &answers, counts, added),
            (Answers::Genes(own), AlleleQueries::Genes(alleles)) => {
                counts.windows += answers.count() as u64;
                own.write(record, alleles, &answers, counts, added);
            }
            _ => return Err(Error::Internal("a variant was scored in one mode and answered in another".into())),
        }
        counts.rows += records.write(record, added, output)?;
        Ok(())
    }
}
