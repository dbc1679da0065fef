//! `genogloss variants`: reference and alternate window of every alternate allele.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    ModelOptions, OutputOptions, RunOptions,
    setup::{self, Beginning, Ending, Kind, Loaded, Shared},
};
use crate::{
    error::{Error, Result},
    exact::Task,
    genome::{Contigs, Interval, interval::show_position, sequence::BASE_CODE},
    head::track_delta,
    model::Form,
    pipeline::{self, Outcome, RowAnswers},
    progress::{Progress, Total},
    read::{
        InputReport,
        fasta::ContigReport,
        reference::Reference,
        regions::Aliases,
        variants::{VariantRecord, Variants},
    },
    report::{Counts, Skip},
    run::{
        ShardReport,
        journal::Checkpoint,
        shard::{Territory, Watch},
    },
    tokenize::Encoder,
    window::Grid,
    write::{
        Indexed, Output, OutputSettings, Sealed, check_targets,
        manifest::{Settings, digest},
        vcf::{self, AlleleScores},
    },
};

/// Score reference and alternate allele of every variant of a VCF or BCF file.
///
/// For each alternate allele two windows are run: the reference around the variant, and the same with the allele in
/// its place. The difference of each score goes into INFO; everything else of the record is untouched, and every record
/// comes out: what cannot be scored carries the reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss variants calls.vcf.gz -f genome.fa -o scored.vcf.gz
  bcftools view -f PASS calls.bcf | genogloss variants - -f genome.fa > scored.vcf

INFO fields: genogloss columns variants")]
pub struct Options {
    /// Variants: VCF or BCF (plain, gzip or BGZF); `-` is standard input.
    variants: PathBuf,
    /// Reference: a FASTA file, plain or BGZF; its .fai is used if it is there.
    #[arg(short = 'f', long, value_name = "FASTA", help_heading = "Input")]
    reference: PathBuf,
    /// Names of contigs, where the two files differ: a line each, the variants' name, a tab, the FASTA's name.
    #[arg(long, value_name = "TSV", help_heading = "Input")]
    contig_aliases: Option<PathBuf>,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    run: RunOptions,
}

/// How one alternate allele is to be compared with the reference.
struct Allele {
    /// First base of the variant in the window, and the allele's lengths after trimming.
    at: usize,
    reference_len: usize,
    alternate_len: usize,
}

/// A record on its way through the pipeline.
struct Query {
    record: VariantRecord,
    /// Every ALT: two rows each, or none and the reason.
    alleles: Vec<Result<Allele, Skip>>,
}

#[derive(Default)]
struct Ended {
    counts: Counts,
    input: Option<InputReport>,
    contigs: Vec<ContigReport>,
}

pub(super) fn run(options: Options) -> Result<()> {
    let inputs: Vec<&Path> =
        [options.variants.as_path(), &options.reference].into_iter().chain(options.contig_aliases.as_deref()).collect();
    check_targets(&inputs, options.output.output.as_deref(), options.output.manifest.as_deref(), &[])?;
    let loaded = setup::load(&options.model)?;
    let windows = Windows::new(&loaded)?;
    let aliases = options.contig_aliases.as_deref().map(Aliases::read).transpose()?.unwrap_or_default();
    let reference = Reference::open(&options.reference)?;
    let mut variants = Variants::open(&options.variants)?;
    let territory = territory(&options, &variants, &reference, &aliases)?;
    let Loaded { form, settings, sessions, report, threads, .. } = loaded;

    let names: Vec<String> = form
        .columns
        .iter()
        .flat_map(|column| ["DELTA", "REF", "ALT"].map(|what| vcf::info_name(what, column)))
        .collect();
    let header = header(&variants, &form, &names, &report, &options)?;
    let run_settings = settings_of(&options)?;
    let target = options.output.output.as_deref();
    let mut beginning =
        Beginning::find(&options.run, target, None, &report, &run_settings, territory.as_ref(), &inputs)?;
    let output_settings = OutputSettings {
        path: options.output.output.clone(),
        indexed: Indexed::Vcf,
        kind: options.output.index,
        bgzf: false,
        input: variants.place().into(),
        resume: beginning.bytes(),
    };
    let mut output = Output::create(&output_settings)?;
    if !beginning.begun() {
        output.write_all(&header)?;
    }
    let mut writer = Writer {
        output,
        names: &names,
        form: &form,
        windows: windows.clone(),
        line: Vec::new(),
        counts: beginning.from.counts().of_columns(form.columns.iter().map(|column| column.name.as_str())),
    };

    let encoder = settings.encoder.clone();
    let shared: Shared<Ended> = Shared::default();
    // Of a part, the share of the file says nothing.
    let share = if territory.is_none() { variants.share() } else { None };
    let mut progress = Progress::new(writer.counts.windows, Total::of(share));
    let mut done = beginning.from.queries;
    let theirs = variants.place().to_string();
    let result = {
        let shared = Arc::clone(&shared);
        let territory = territory.clone();
        let mut watch = Watch::default();
        let mut reader =
            Reader { reference, aliases, windows, encoder, theirs, contig: None, used: Vec::new(), bases: Vec::new() };
        pipeline::run(
            &settings,
            sessions,
            move |feed| {
                let mut counts = Counts::default();
                let place = variants.place().to_string();
                let report = variants.read(|record| {
                    if let Some(own) = &territory
                        && !watch.own(own, Some((reader.aliases.resolve(record.contig()), record.position)), &place)?
                    {
                        return Ok(());
                    }
                    counts.records_in += 1;
                    counts.queries += 1;
                    let contig = reader.contig(&record)?;
                    if done > 0 {
                        done -= 1;
                        return Ok(());
                    }
                    let mut rows: Vec<[Vec<u8>; 2]> = Vec::new();
                    let alleles = reader.alleles(&record, contig, &mut rows)?;
                    feed.query(Query { record, alleles }, |batch| {
                        rows.iter().flatten().for_each(|row| batch.push(row));
                        Ok(())
                    })
                })?;
                let contigs = reader
                    .used
                    .clone()
                    .into_iter()
                    .map(|id| reader.reference.report(id))
                    .collect::<Result<Vec<_>>>()?;
                setup::leave(&shared, Ended { counts, input: Some(report()), contigs });
                Ok(())
            },
            |query: Query, outcome| {
                progress.at(writer.counts.written, writer.counts.windows, || {
                    show_position(query.record.contig(), query.record.position)
                });
                writer.write(&query, outcome)?;
                beginning.at(|| writer.checkpoint())
            },
        )
    };
    let timings = beginning.ended(result, || writer.checkpoint())?;
    let Ended { counts: read, input, contigs } = setup::take(&shared);
    let (mut counts, sealed) = writer.seal()?;
    (counts.records_in, counts.queries) = (read.records_in, read.queries);
    let ending = Ending {
        report,
        threads,
        counts,
        timings,
        inputs: input.into_iter().collect(),
        reference: Some((&options.reference, contigs)),
        settings: run_settings,
        tracks: None,
        shard: territory.as_ref().map(|territory| ShardReport::new(territory, None, Vec::new())),
        also: None,
        before: beginning.from.counts().windows,
    };
    setup::finish(&options.output, ending, || Ok(sealed))?;
    beginning.done();
    Ok(())
}

/// The line that shards cut: contigs in the header's order, or, where it names none, in the FASTA's; by the names they have
/// there.
pub(super) fn line_of(variants: &Variants, reference: &Reference, aliases: &Aliases) -> Contigs {
    let mut contigs = Contigs::default();
    for contig in variants.contigs.iter() {
        let name = aliases.resolve(&contig.name);
        let len = reference.contigs().get(name).map_or(contig.len, |there| there.len);
        contigs.push(name, len);
    }
    if contigs.is_empty() { reference.contigs().clone() } else { contigs }
}

/// The shard's part of the variants.
fn territory(
    options: &Options,
    variants: &Variants,
    reference: &Reference,
    aliases: &Aliases,
) -> Result<Option<Territory>> {
    let Some(choice) = &options.run.shard else { return Ok(None) };
    let contigs = line_of(variants, reference, aliases);
    let territory = Territory::choose(choice, &contigs, variants.place(), 1, None)?;
    if territory.is_empty() {
        tracing::warn!("shard {} has nothing to do: there are more shards than bases", territory.shard);
    }
    Ok(Some(territory))
}

/// All options that answers and lines depend on: shards of one run have the same.
fn settings_of(options: &Options) -> Result<Settings> {
    let mut settings = Settings::new("variants");
    settings.put("contig_aliases", options.contig_aliases.as_deref().map(digest).transpose()?);
    Ok(settings)
}

/// The input's header with our lines before #CHROM.
fn header(
    variants: &Variants,
    form: &Form,
    names: &[String],
    report: &crate::write::manifest::ModelReport,
    options: &Options,
) -> Result<Vec<u8>> {
    let fields: Vec<&str> = names.iter().map(String::as_str).chain(["GG_SKIP"]).collect();
    for line in &variants.header {
        let text = String::from_utf8_lossy(line);
        if let Some(id) = text.strip_prefix("##INFO=<ID=").and_then(|rest| rest.split([',', '>']).next())
            && fields.contains(&id)
        {
            return Err(Error::input(variants.place(), format!("INFO field {id} is there already")).with_hint(
                format!(
                    "take the old scores out first: bcftools annotate -x {}",
                    fields.iter().map(|f| format!("INFO/{f}")).collect::<Vec<_>>().join(",")
                ),
            ));
        }
    }
    let (last, before) =
        variants.header.split_last().ok_or_else(|| Error::input(variants.place(), "the header is empty"))?;
    let mut header = before.concat();
    let mut text = String::new();
    text.push_str(&format!("##genogloss_version={}\n", env!("CARGO_PKG_VERSION")));
    let fasta = options.reference.file_name().unwrap_or_default().to_string_lossy();
    text.push_str(&format!(
        "##genogloss_model=<ID={},Version=\"{}\",sha256={},Licence=\"{}\",Reference=\"{fasta}\">\n",
        report.name,
        report.version,
        report.sha256.as_deref().unwrap_or("."),
        report.license
    ));
    for line in vcf::header_lines(&form.columns, &report.name, &report.version) {
        text.push_str(&line);
    }
    header.extend_from_slice(text.as_bytes());
    header.extend_from_slice(last);
    Ok(header)
}

/// The windows of an allele.
#[derive(Clone)]
struct Windows {
    span: u64,
    /// First base of the core in the span.
    core: usize,
    max_allele: u64,
    /// Bases of a bin, for tracks.
    bin: Option<u64>,
    distance: Option<u64>,
    grid: Grid,
}

impl Windows {
    fn new(loaded: &Loaded) -> Result<Self> {
        let rule = match &loaded.kind {
            Kind::Network(card) => card.window.clone(),
            Kind::Exact(Task::GcContent) => crate::model::card::WindowRule {
                span: 1000,
                core: 1000,
                stride: 1000,
                min_span: None,
                max_unknown: 0.5,
                fixed: true,
            },
            Kind::Exact(_) => {
                return Err(Error::usage("variants need a model that answers with scores: a network, or exact:gc"));
            }
        };
        let grid = Grid::new(&rule, None, loaded.form.bin)?;
        let (max_allele, distance) = match &loaded.kind {
            Kind::Network(card) => (card.variants.max_allele, card.variants.distance),
            Kind::Exact(_) => (None, None),
        };
        let max_allele = max_allele.unwrap_or(rule.span / 2).min(rule.span);
        Ok(Self {
            span: rule.span,
            core: ((rule.span - rule.core) / 2) as usize,
            max_allele,
            bin: loaded.form.bin,
            distance,
            grid,
        })
    }
}

/// The reader's side.
struct Reader {
    reference: Reference,
    aliases: Aliases,
    windows: Windows,
    encoder: Option<Arc<Encoder>>,
    theirs: String,
    /// Name in the variants, id and length in the FASTA, of the contig in work.
    contig: Option<(String, usize, u64)>,
    used: Vec<usize>,
    bases: Vec<u8>,
}

impl Reader {
    /// Id and length of the record's contig in the FASTA; an error if it has none.
    fn contig(&mut self, record: &VariantRecord) -> Result<(usize, u64)> {
        if let Some((name, id, len)) = &self.contig
            && name == record.contig()
        {
            return Ok((*id, *len));
        }
        let name = self.aliases.resolve(record.contig());
        let theirs = format!("{}, record {}", self.theirs, record.number);
        let len = self.reference.contigs().require(name, &theirs, &self.reference.place())?.len;
        let id = self.reference.contigs().id(name).unwrap_or_default();
        if !self.used.contains(&id) {
            self.used.push(id);
        }
        self.contig = Some((record.contig().into(), id, len));
        Ok((id, len))
    }

    /// What is to be done with every ALT; the windows go into `rows`.
    fn alleles(
        &mut self,
        record: &VariantRecord,
        contig: (usize, u64),
        rows: &mut Vec<[Vec<u8>; 2]>,
    ) -> Result<Vec<Result<Allele, Skip>>> {
        let matches = self.reference_matches(record, contig)?;
        let mut alleles = Vec::new();
        for alternate in record.alternates() {
            alleles.push(match spelled(alternate).and(matches) {
                Err(skip) => Err(skip),
                Ok(()) => self.windows(record, alternate, contig, rows)?,
            });
        }
        Ok(alleles)
    }

    fn reference_matches(&mut self, record: &VariantRecord, (id, len): (usize, u64)) -> Result<Result<(), Skip>> {
        let reference = record.reference();
        if reference.len() as u64 > self.windows.max_allele.max(1) + 1 {
            return Ok(Err(Skip::AlleleTooLong));
        }
        if !reference.iter().all(|&b| is_base(b)) {
            return Ok(Err(Skip::NotBases));
        }
        let interval = Interval::new(record.position, record.position + reference.len() as u64);
        if interval.end > len {
            return Ok(Err(Skip::ReferenceMismatch));
        }
        self.bases.clear();
        self.reference.fetch(id, interval, &mut self.bases)?;
        Ok(if self.bases.eq_ignore_ascii_case(reference) { Ok(()) } else { Err(Skip::ReferenceMismatch) })
    }

    /// Cuts the reference window and the alternate one. Both begin at the same base; what an insertion pushes out on
    /// the right is left out, what a deletion makes room for is read from the reference.
    fn windows(
        &mut self,
        record: &VariantRecord,
        alternate: &[u8],
        (id, len): (usize, u64),
        rows: &mut Vec<[Vec<u8>; 2]>,
    ) -> Result<Result<Allele, Skip>> {
        let reference = record.reference();
        let (before, reference_len, alternate_len) = trim(reference, alternate);
        if reference_len == 0 && alternate_len == 0 {
            return Ok(Err(Skip::NoAlternate));
        }
        let longest = reference_len.max(alternate_len) as u64;
        if longest > self.windows.max_allele {
            return Ok(Err(Skip::AlleleTooLong));
        }
        let position = record.position + before as u64;
        // METHOD: the longer allele is centred, so that both windows have the same flank left of the variant.
        let left = (self.windows.span - longest) / 2;
        let (Some(start), end) =
            (position.checked_sub(left), (position - left.min(position)) + self.windows.span + reference_len as u64)
        else {
            return Ok(Err(Skip::ContigEnd));
        };
        // The alternate window of a deletion reads further right than the reference window.
        let needed = (start + self.windows.span).max(end - alternate_len as u64);
        if needed > len {
            return Ok(Err(Skip::ContigEnd));
        }
        self.bases.clear();
        self.reference.fetch(id, Interval::new(start, needed), &mut self.bases)?;
        let span = self.windows.span as usize;
        let at = left as usize;
        let mut changed = Vec::with_capacity(needed as usize);
        changed.extend_from_slice(&self.bases[..at]);
        changed.extend_from_slice(&alternate[before..before + alternate_len]);
        changed.extend_from_slice(&self.bases[at + reference_len..]);
        changed.truncate(span);
        let unchanged = self.bases[..span].to_vec();
        for window in [&unchanged, &changed] {
            if let Err(skip) = self.windows.grid.admit(window) {
                return Ok(Err(skip));
            }
            if self.encoder.as_deref().is_some_and(|encoder| encoder.refuses(window)) {
                return Ok(Err(Skip::UnknownBases));
            }
        }
        rows.push([unchanged, changed]);
        Ok(Ok(Allele { at, reference_len, alternate_len }))
    }
}

fn is_base(base: u8) -> bool {
    BASE_CODE[base as usize] < 4 || base.eq_ignore_ascii_case(&b'N')
}

/// Whether an ALT is written in bases, and if not, what it is.
fn spelled(alternate: &[u8]) -> Result<(), Skip> {
    match alternate {
        b"." | b"" => Err(Skip::NoAlternate),
        b"*" | b"<*>" | b"<NON_REF>" => Err(Skip::SpanningDeletion),
        [b'<', ..] => Err(Skip::SymbolicAllele),
        _ if alternate.iter().any(|b| matches!(b, b'[' | b']'))
            || alternate.starts_with(b".")
            || alternate.ends_with(b".") =>
        {
            Err(Skip::Breakend)
        }
        _ if !alternate.iter().all(|&b| is_base(b)) => Err(Skip::NotBases),
        _ => Ok(()),
    }
}

/// Takes off what both alleles end with, then what both begin with: bases before, and what is left of each.
fn trim(reference: &[u8], alternate: &[u8]) -> (usize, usize, usize) {
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let after = reference.iter().rev().zip(alternate.iter().rev()).take_while(same).count();
    let (reference, alternate) = (&reference[..reference.len() - after], &alternate[..alternate.len() - after]);
    let before = reference.iter().zip(alternate).take_while(same).count();
    (before, reference.len() - before, alternate.len() - before)
}

/// The writer's side.
struct Writer<'a> {
    output: Output,
    names: &'a [String],
    form: &'a Form,
    windows: Windows,
    line: Vec<u8>,
    counts: Counts,
}

impl Writer<'_> {
    fn checkpoint(&mut self) -> Result<Checkpoint> {
        Checkpoint::of(&self.counts, self.output.checkpoint()?)
    }

    fn write(&mut self, query: &Query, outcome: Outcome<'_>) -> Result<()> {
        self.counts.written += 1;
        let Outcome::Answered(answers) = outcome else {
            return Err(Error::Internal("a variant record was skipped as a whole".into()));
        };
        self.counts.windows += answers.count() as u64;
        let mut row = 0;
        let mut alleles = Vec::with_capacity(query.alleles.len());
        for allele in &query.alleles {
            let scores = match allele {
                Ok(allele) => {
                    self.counts.scored += 1;
                    row += 2;
                    let scores = self.compare(allele, &answers, row - 2);
                    self.counts.add_scores(scores.iter().map(|(reference, alternate)| alternate - reference));
                    Ok(scores)
                }
                Err(reason) => {
                    self.counts.skip(*reason);
                    Err(*reason)
                }
            };
            alleles.push(AlleleScores { scores });
        }
        self.line.clear();
        vcf::write_variant(&query.record, self.names, &alleles, &mut self.line);
        self.counts.rows += 1;
        let start = query.record.position;
        let interval = Interval::new(start, start + query.record.reference().len() as u64);
        self.output.write_record(query.record.contig(), interval, &self.line)
    }

    fn compare(&self, allele: &Allele, answers: &RowAnswers<'_>, row: usize) -> Vec<(f32, f32)> {
        let (reference, alternate) = (answers.scores(row), answers.scores(row + 1));
        let shape = self.form.shape;
        let Some(bin) = self.windows.bin else {
            return reference.iter().copied().zip(alternate.iter().copied()).collect();
        };
        let bin = bin as usize;
        // Lengths count only where a bin is one base: wider bins are compared as they lie.
        let at = allele.at.saturating_sub(self.windows.core) / bin;
        let (reference_len, alternate_len) =
            if bin == 1 { (allele.reference_len, allele.alternate_len) } else { (1, 1) };
        let near = match self.windows.distance {
            Some(distance) => {
                let reach = distance as usize / bin;
                (at.saturating_sub(reach), at + reference_len.max(1) + reach)
            }
            None => (0, shape.bins),
        };
        (0..shape.columns)
            .map(|column| track_delta(reference, alternate, shape, column, (at, reference_len, alternate_len), near))
            .collect()
    }

    fn seal(self) -> Result<(Counts, Sealed)> {
        Ok((self.counts, self.output.seal()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alleles_are_trimmed_from_the_right_first() {
        assert_eq!(trim(b"A", b"C"), (0, 1, 1));
        assert_eq!(trim(b"AC", b"ATC"), (1, 0, 1));
        assert_eq!(trim(b"GCC", b"GC"), (1, 1, 0));
        assert_eq!(trim(b"TG", b"TA"), (1, 1, 1));
        assert_eq!(trim(b"AAAA", b"AA"), (0, 2, 0));
        assert_eq!(trim(b"a", b"A"), (0, 0, 0));
    }

    #[test]
    fn what_is_not_spelled_in_bases_has_a_reason() {
        for (alternate, skip) in [
            (&b"<DEL>"[..], Skip::SymbolicAllele),
            (b"*", Skip::SpanningDeletion),
            (b"<NON_REF>", Skip::SpanningDeletion),
            (b"G]17:198982]", Skip::Breakend),
            (b".", Skip::NoAlternate),
            (b".A", Skip::Breakend),
            (b"AR", Skip::NotBases),
        ] {
            assert_eq!(spelled(alternate), Err(skip), "{}", String::from_utf8_lossy(alternate));
        }
        assert_eq!(spelled(b"ACGTn"), Ok(()));
    }
}
