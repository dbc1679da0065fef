//! `-m exact:orf`: open reading frames of whole contigs, in one pass; memory is a few codons for each frame.

use super::settings::{Settings, territory};
use crate::{
    counts::{Counts, InputCounts},
    error::{Error, Result},
    exact::{Orf, OrfFinder, OrfOptions},
    output::{
        Output,
        column::commented_header,
        manifest::ModelReport,
        parquet::fixed_fields,
        table::{BED, TSV, TableFormat, columns},
    },
    progress::Total,
    read::{
        self, Format,
        fasta::{self, ContigReport, Event},
        reference::Genome,
        regions::Regions,
    },
    scan::tiles::all_found,
    session::{self, About, Passing, ReadSummary, Request, Written, journal::Checkpoint},
    shards::territory::{Side, Territory},
};

/// Whether a format has the columns of the table, not those of BED.
fn is_table(format: TableFormat) -> bool {
    format == TSV || format.kind.is_parquet()
}

/// Writes a line for each open reading frame.
struct Frames {
    output: Output,
    format: TableFormat,
    counts: Counts,
}

impl Frames {
    fn header(format: TableFormat) -> Result<String> {
        if is_table(format) {
            Ok(commented_header(columns::FRAMES_TSV))
        } else if format == BED {
            Ok(String::new())
        } else {
            Err(Error::usage("exact:orf writes BED, TSV or Parquet: open reading frames have no scores"))
        }
    }

    fn write(&mut self, contig: &str, orf: &Orf) -> Result<()> {
        let (start, stop, strand) = (orf.interval.start, orf.interval.end, orf.strand.symbol());
        let (len, complete) = (orf.interval.len(), if orf.complete { "complete" } else { "partial" });
        let line = if is_table(self.format) {
            format!("{contig}\t{start}\t{stop}\t{strand}\t{}\t{len}\t{complete}\n", orf.frame)
        } else {
            format!("{contig}\t{start}\t{stop}\torf\t0\t{strand}\t{}\t{len}\t{complete}\n", orf.frame)
        };
        self.output.write_record(contig, orf.interval, line.as_bytes())?;
        self.counts.written += 1;
        self.counts.scored += 1;
        self.counts.rows += 1;
        Ok(())
    }
}

impl session::Writer for Frames {
    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn checkpoint(&mut self) -> Result<Checkpoint> {
        Err(Error::Internal("open reading frames are not resumed".into()))
    }

    fn seal(self) -> Result<Written> {
        Ok(Written::new(self.counts, self.output.seal()?))
    }
}

/// Finds the open reading frames of a FASTA file, and writes those that overlap a region.
pub(crate) fn open_reading_frames(
    settings: &Settings,
    request: Request,
    frames: OrfOptions,
    report: ModelReport,
) -> Result<()> {
    let header = Frames::header(settings.format)?;
    let mut genome = Genome::new(&settings.fasta);
    let choice = request.parts.shard.as_ref();
    let regions = settings.regions(&mut genome, choice.is_some())?;
    let own = territory(choice, &settings.fasta, &mut genome, 1, regions.as_ref())?;
    let input = read::open_even_empty(&settings.fasta)?;
    input.expect(&[Format::Fasta, Format::Empty], "a FASTA file")?;
    if !settings.digest {
        input.skip_digest();
    }
    let session = request.begin(About {
        territory: own.clone(),
        reference: Some(settings.fasta.clone()),
        ..About::new(report, 1, settings.recorded(None)?)
    })?;
    let mut output = session.create(&settings.layout(), header.as_bytes())?;
    if settings.format.kind.is_parquet() {
        output = output.into_parquet(fixed_fields(columns::FRAMES_TSV))?;
    }
    let writer = Frames { output, format: settings.format, counts: Counts::default() };
    session.run_without_model(writer, Total::Unknown, |passing: &mut Passing<'_, Frames>| {
        let (place, report) = (input.place(), input.report());
        let mut reader = FrameReader {
            finder: OrfFinder::new(frames),
            contig: String::new(),
            counts: InputCounts::default(),
            territory: own.as_ref(),
            regions: regions.as_ref(),
        };
        let mut contigs = Vec::new();
        fasta::stream(input, |event| {
            passing.not_interrupted()?;
            let ended = reader.read(event, &mut |contig, orf| passing.writer.write(contig, orf))?;
            if let (Some(contig), Some(regions)) = (&ended, &regions) {
                regions.check_contig(&contig.name, contig.length, &place)?;
            }
            contigs.extend(ended);
            Ok(())
        })?;
        all_found(regions.as_ref(), &contigs, &place)?;
        Ok(ReadSummary { counts: reader.counts, inputs: vec![report()], contigs })
    })
}

/// Finds the frames of the contigs as they pass.
struct FrameReader<'a> {
    finder: OrfFinder,
    /// The contig in work.
    contig: String,
    counts: InputCounts,
    territory: Option<&'a Territory>,
    regions: Option<&'a Regions>,
}

impl FrameReader<'_> {
    fn is_own(&self, start: u64) -> bool {
        self.territory.is_none_or(|own| own.side(Some((&self.contig, start))) == Some(Side::Inside))
    }

    /// Reads on, and writes the wanted frames that end here. The contig, if it ends.
    fn read(
        &mut self,
        event: Event<'_>,
        write: &mut dyn FnMut(&str, &Orf) -> Result<()>,
    ) -> Result<Option<ContigReport>> {
        let (mut found, mut ended) = (Vec::new(), None);
        match event {
            Event::Contig(name) => {
                self.contig = name.into();
                self.counts.records_in += u64::from(self.is_own(0));
            }
            Event::Bases(bases) => {
                self.counts.bases += bases.len() as u64;
                self.finder.push(bases, &mut |orf| found.push(orf));
            }
            Event::End(contig) => {
                self.finder.finish(&mut |orf| found.push(orf));
                ended = Some(contig);
            }
        }
        for orf in found {
            if !self.is_own(orf.interval.start) {
                continue;
            }
            if self.regions.is_some_and(|regions| !regions.overlaps(&self.contig, orf.interval)) {
                self.counts.filtered += 1;
                continue;
            }
            self.counts.queries += 1;
            write(&self.contig, &orf)?;
        }
        Ok(ended)
    }
}
