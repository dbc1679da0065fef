//! `-m exact:orf`: open reading frames of whole contigs, in one pass; memory is a few codons for each frame.

use super::{Settings, territory};
use crate::{
    counts::{Counts, InputCounts},
    error::{Error, Result},
    exact::{Orf, OrfFinder, OrfOptions},
    output::{
        Output,
        column::commented_header,
        manifest::ModelReport,
        scan_columns,
        table::{BED, TSV, TableFormat},
    },
    progress::Total,
    read::{
        self, Format,
        fasta::{self, Event},
        reference::Genome,
    },
    scan::tiles::all_found,
    session::{self, About, Passing, ReadSummary, Request, Written, journal::Checkpoint},
    shards::territory::Side,
};

/// Writes a line for each open reading frame.
struct Frames {
    output: Output,
    format: TableFormat,
    counts: Counts,
}

impl Frames {
    fn header(format: TableFormat) -> Result<String> {
        if format == TSV {
            Ok(commented_header(scan_columns::FRAMES_TSV))
        } else if format == BED {
            Ok(String::new())
        } else {
            Err(Error::usage("exact:orf writes BED or TSV: open reading frames have no scores"))
        }
    }

    fn write(&mut self, contig: &str, orf: &Orf) -> Result<()> {
        let (start, stop, strand) = (orf.interval.start, orf.interval.end, orf.strand.symbol());
        let (len, complete) = (orf.interval.len(), if orf.complete { "complete" } else { "partial" });
        let line = if self.format == TSV {
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
pub fn open_reading_frames(
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
    let session = request.begin(About {
        territory: own.clone(),
        reference: Some(settings.fasta.clone()),
        ..About::new(report, 1, settings.recorded(None)?)
    })?;
    let output = session.create(&settings.layout(), header.as_bytes())?;
    let writer = Frames { output, format: settings.format, counts: Counts::default() };
    session.run_without_model(writer, Total::Unknown, |passing: &mut Passing<'_, Frames>| {
        let (place, report) = (input.place(), input.report());
        let (mut counts, mut contigs) = (InputCounts::default(), Vec::new());
        let (mut finder, mut found, mut name) = (OrfFinder::new(frames), Vec::<Orf>::new(), String::new());
        let is_own = |contig: &str, start: u64| {
            own.as_ref().is_none_or(|own| own.side(Some((contig, start))) == Some(Side::Inside))
        };
        fasta::stream(input, |event| {
            passing.not_interrupted()?;
            let mut end = None;
            match event {
                Event::Contig(contig) => {
                    counts.records_in += u64::from(is_own(contig, 0));
                    name = contig.into();
                }
                Event::Bases(bases) => {
                    counts.bases += bases.len() as u64;
                    finder.push(bases, &mut |orf| found.push(orf));
                }
                Event::End(contig) => {
                    finder.finish(&mut |orf| found.push(orf));
                    end = Some(contig);
                }
            }
            for orf in found.drain(..).filter(|orf| is_own(&name, orf.interval.start)) {
                if regions.as_ref().is_some_and(|r| !r.overlaps(&name, orf.interval)) {
                    counts.filtered += 1;
                    continue;
                }
                counts.queries += 1;
                passing.writer.write(&name, &orf)?;
            }
            if let Some(contig) = end {
                if let Some(regions) = &regions {
                    regions.check_contig(&contig.name, contig.length, &place)?;
                }
                contigs.push(contig);
            }
            Ok(())
        })?;
        all_found(regions.as_ref(), &contigs, &place)?;
        Ok(ReadSummary { counts, inputs: vec![report()], contigs })
    })
}
