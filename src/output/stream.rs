//! An output: written under a temporary name, compressed and indexed on the way.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use noodles::{bgzf, csi::binning_index::index::reference_sequence::bin::Chunk};

use super::{
    index::{IndexBuilder, IndexKind, Indexed, TBI_MAX},
    names,
    parquet::{self, Field},
    temporary::{Sealed, TemporaryFile, hidden, read_hidden, whole},
};
use crate::{
    error::{Error, Result, describe},
    genome::{Interval, interval::commas},
    read::{beside::with_ending, read_frame},
    vcf::{
        bcf::{
            decode,
            dictionary::{Dictionary, read_header},
        },
        record::place_of,
    },
};

/// A BGZF stream. Without [`Blocks::finish`] it has no end block: this tells a reader of a pipe that the run has failed.
struct Blocks(Option<Box<BlockWriter>>);

type BlockWriter = bgzf::io::Writer<BufWriter<Box<dyn Write + Send>>>;

impl Blocks {
    fn get(&mut self) -> &mut BlockWriter {
        self.0.as_mut().expect("it is there until it is finished")
    }

    fn finish(mut self) -> io::Result<BufWriter<Box<dyn Write + Send>>> {
        let writer = self.0.take().expect("it is there until it is finished");
        (*writer).finish()
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        // The writer's own end would write the end block.
        std::mem::forget(self.0.take());
    }
}

enum Stream {
    Plain(BufWriter<Box<dyn Write + Send>>),
    Bgzf(Blocks),
}

/// An output: a file (BGZF where its name ends in `.gz` or `.bgz`), or standard output.
pub(crate) struct Output {
    stream: Stream,
    index: Option<Box<IndexBuilder>>,
    last: Option<(String, u64)>,
    file: Option<(TemporaryFile, File)>,
    place: String,
    input: String,
    /// Bytes so far, before compression.
    bytes: u64,
    /// Its lines become Parquet with these columns.
    parquet: Option<Vec<Field>>,
}

/// What a user asks of an output.
#[derive(Clone, Debug)]
pub(crate) struct OutputSettings {
    /// `None` or `-`: standard output.
    pub path: Option<PathBuf>,
    /// Lines that can be indexed, if the output is BGZF.
    pub indexed: Indexed,
    /// Which index; `None`: CSI where a contig or a record is too long for .tbi, else that.
    pub kind: Option<IndexKind>,
    /// Length of the longest contig that is known; 0 if none is.
    pub longest: u64,
    /// BGZF whatever the name (BAM).
    pub bgzf: bool,
    /// What messages call the input, whose order an index needs.
    pub input: String,
    /// The output outlives a failed run, and begins with so many good bytes (before compression) of an earlier one.
    pub resume: Option<u64>,
}

impl OutputSettings {
    /// The file, if it is not standard output.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.path.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// Compressed by its name, or because its format always is.
    pub(crate) fn is_bgzf(&self) -> bool {
        self.bgzf || names::is_compressed(self.file())
    }

    /// The index to be made. One that is asked for and cannot hold the longest contig is wrong usage.
    fn index(&self) -> Result<Option<Box<IndexBuilder>>> {
        let long = self.longest > TBI_MAX;
        if long && self.kind == Some(IndexKind::Tbi) && matches!(self.indexed, Indexed::Bed | Indexed::Vcf) {
            let message = format!("--index tbi holds contigs up to 512 Mb, and one has {} bases", commas(self.longest));
            return Err(Error::usage(message).with_hint("--index csi, or omit --index"));
        }
        let kind = self.kind.or(long.then_some(IndexKind::Csi));
        Ok(IndexBuilder::new(self.indexed, kind).map(Box::new))
    }
}

const BUFFER: usize = 256 << 10;

impl Output {
    /// Opens an output under its temporary name.
    pub(crate) fn create(settings: &OutputSettings) -> Result<Self> {
        Self::create_as(settings, settings.is_bgzf())
    }

    /// The same, compressed or not whatever the settings say.
    pub(crate) fn create_as(settings: &OutputSettings, bgzf: bool) -> Result<Self> {
        let index = if bgzf && settings.file().is_some() { settings.index()? } else { None };
        let (file, place) = match settings.file() {
            None => (None, "standard output".to_string()),
            // What an earlier run has written stays under its own name until it is copied.
            Some(path) => {
                let kept = settings.resume.map(|bytes| if bytes > 0 { "part-new" } else { "part" });
                (Some(TemporaryFile::begin(path, kept)?), path.display().to_string())
            }
        };
        let clone = |file: &File| file.try_clone().map_err(|error| Error::write(&place, &error));
        let target: Box<dyn Write + Send> = match &file {
            Some((_, file)) => Box::new(clone(file)?),
            None => Box::new(io::stdout()),
        };
        // What the BGZF writer hands on cannot be flushed from outside: blocks of a run that may be stopped go straight out.
        let capacity = if bgzf && settings.resume.is_some() { 0 } else { BUFFER };
        let buffered = BufWriter::with_capacity(capacity, target);
        let stream = if bgzf {
            Stream::Bgzf(Blocks(Some(Box::new(bgzf::io::Writer::new(buffered)))))
        } else {
            Stream::Plain(buffered)
        };
        let mut output =
            Self { stream, index, last: None, file, place, input: settings.input.clone(), bytes: 0, parquet: None };
        if let (Some(bytes), Some(path)) = (settings.resume.filter(|bytes| *bytes > 0), settings.file()) {
            output.copy(&hidden(path, "part"), bytes, settings.indexed)?;
            output.checkpoint()?;
            output.file.as_mut().map_or(Ok(()), |(temporary, _)| temporary.call("part"))?;
        }
        Ok(output)
    }

    /// Takes over the first bytes (before compression) of what an earlier run has written.
    fn copy(&mut self, part: &Path, bytes: u64, lines: Indexed) -> Result<()> {
        let lost = |why: String| {
            Error::input(part.display(), format!("the output of the stopped run cannot be read: {why}"))
                .with_hint(format!("to start again: rm {}", part.with_extension("genogloss-journal").display()))
        };
        read_hidden(part).map_err(|error| lost(describe(&error)))?;
        let mut input = crate::read::open(part).map_err(|error| lost(error.to_string()))?;
        let mut left = bytes;
        if matches!(lines, Indexed::Bcf(_)) {
            let (header, lines) = read_header(&mut input.reader).map_err(|error| lost(describe(&error)))?;
            let names = Dictionary::parse(lines.iter().map(Vec::as_slice)).map_err(lost)?;
            left = left.checked_sub(header.len() as u64).ok_or_else(|| lost("it ends within its header".into()))?;
            self.write_all(&header)?;
            while left > 0 {
                let frame = read_frame(&mut input.reader, 2).map_err(|error| lost(describe(&error)))?;
                let frame = frame.ok_or_else(|| lost("it is too short".into()))?;
                left = left.checked_sub(frame.len() as u64).ok_or_else(|| lost("it ends within a record".into()))?;
                self.write_frame(&names, &frame)?.map_err(lost)?;
            }
            return Ok(());
        }
        if !self.is_indexed() {
            while left > 0 {
                let buffer = input.reader.fill_buf().map_err(|error| lost(describe(&error)))?;
                let these = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                if these == 0 {
                    return Err(lost("it is too short".into()));
                }
                let buffer = buffer[..these].to_vec();
                self.write_all(&buffer)?;
                input.reader.consume(these);
                left -= these as u64;
            }
            return Ok(());
        }
        let mut line = Vec::new();
        while left > 0 {
            if !crate::read::read_line(&mut input.reader, &mut line).map_err(|error| lost(describe(&error)))? {
                return Err(lost("it is too short".into()));
            }
            line.push(b'\n');
            left = left.checked_sub(line.len() as u64).ok_or_else(|| lost("it ends within a line".into()))?;
            match place_of_line(lines, &line) {
                _ if line.first() == Some(&b'#') => self.write_all(&line)?,
                Some((contig, interval)) => {
                    let contig = contig.to_string();
                    self.write_record(&contig, interval, &line)?;
                }
                None => return Err(lost("a line has no position".into())),
            }
        }
        Ok(())
    }

    /// Syncs what is written so far. Its bytes, before compression.
    pub(crate) fn checkpoint(&mut self) -> Result<u64> {
        let flushed = match &mut self.stream {
            Stream::Plain(writer) => writer.flush(),
            Stream::Bgzf(writer) => writer.get().flush(),
        };
        flushed.map_err(|error| Error::write(&self.place, &error))?;
        if let Some((temporary, file)) = &self.file {
            temporary.sync(file)?;
        }
        Ok(self.bytes)
    }

    /// The same output, whose lines become Parquet with these columns as soon as they are complete. It must be a regular file.
    pub(crate) fn into_parquet(mut self, fields: Vec<Field>) -> Result<Self> {
        if self.file.as_ref().is_none_or(|(file, _)| file.temporary.is_none()) {
            return Err(Error::usage("Parquet is written to a regular file").with_hint("-o FILE.parquet"));
        }
        self.parquet = Some(fields);
        Ok(self)
    }

    /// What messages call it.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Bytes so far, before compression.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes bytes that are not of a record: headers.
    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        let written = match &mut self.stream {
            Stream::Plain(writer) => writer.write_all(bytes),
            Stream::Bgzf(writer) => writer.get().write_all(bytes),
        };
        written.map_err(|error| Error::write(&self.place, &error))
    }

    /// An index is being made, so records must come in order.
    pub(crate) fn is_indexed(&self) -> bool {
        self.index.is_some()
    }

    /// Writes a record of BCF; the inner error is what is wrong with it.
    pub(crate) fn write_frame(&mut self, names: &Dictionary, frame: &[u8]) -> Result<Result<(), String>> {
        let known = names.contig_of(frame).map(|contig| (contig, decode::interval(frame)));
        match known {
            Ok((contig, interval)) => self.write_record(contig, interval, frame).map(Ok),
            Err(why) => Ok(Err(why)),
        }
    }

    /// Writes the line (or lines), or the frame, of a record that lies at `interval` of `contig`.
    pub(crate) fn write_record(&mut self, contig: &str, interval: Interval, bytes: &[u8]) -> Result<()> {
        let Stream::Bgzf(writer) = &mut self.stream else { return self.write_all(bytes) };
        let writer = writer.get();
        if self.index.is_none() {
            return self.write_all(bytes);
        }
        self.bytes += bytes.len() as u64;
        let start = writer.virtual_position();
        writer.write_all(bytes).map_err(|error| Error::write(&self.place, &error))?;
        let chunk = Chunk::new(start, writer.virtual_position());
        self.check_order(contig, interval)?;
        let Some(index) = &mut self.index else { return Ok(()) };
        index.add(contig, bytes, interval, chunk).map_err(|why| Error::Output {
            place: self.place.clone(),
            message: why.message,
            hint: why.hint.map(String::from),
            source: None,
        })
    }

    fn check_order(&mut self, contig: &str, interval: Interval) -> Result<()> {
        let bad = match &self.last {
            Some((name, start)) if name == contig => interval.start < *start,
            _ => self.index.as_ref().is_some_and(|index| index.has(contig)),
        };
        if bad {
            let after = self
                .last
                .as_ref()
                .map(|(name, start)| crate::genome::interval::show_position(name, *start))
                .unwrap_or_default();
            return Err(Error::input(
                &self.input,
                format!(
                    "is not sorted: {} comes after {after}, so no index can be made of the output",
                    crate::genome::interval::show_position(contig, interval.start)
                ),
            )
            .with_hint("sort it first (bcftools sort, sort -k1,1 -k2,2n), or write an output that is not compressed"));
        }
        match &mut self.last {
            Some((name, start)) if name == contig => *start = interval.start,
            last => *last = Some((contig.into(), interval.start)),
        }
        Ok(())
    }

    /// [`Self::seal`] and [`Sealed::commit`].
    pub(crate) fn finish(self) -> Result<()> {
        self.seal()?.commit()
    }

    /// Ends the stream and the index and syncs them, all still under temporary names. What can fail, fails here.
    pub(crate) fn seal(self) -> Result<Sealed> {
        let Self { stream, index, file, place, parquet, .. } = self;
        let failed = |error: io::Error| Error::write(&place, &error);
        match stream {
            Stream::Plain(mut writer) => {
                writer.flush().map_err(failed)?;
                drop(writer);
            }
            Stream::Bgzf(writer) => {
                let mut inner = writer.finish().map_err(failed)?;
                inner.flush().map_err(failed)?;
            }
        }
        let Some((temporary, file)) = file else { return Ok(Sealed::default()) };
        let mut files = Vec::new();
        if let Some(index) = index {
            let (ending, bytes) = index.finish().map_err(failed)?;
            files.push(whole(&with_ending(&temporary.target, ending), &bytes, temporary.kept)?);
        }
        temporary.sync(&file)?;
        if let Some(fields) = parquet {
            return parquet::convert(temporary, &fields);
        }
        let kept = temporary.kept;
        files.push(temporary);
        Ok(Sealed { files, leftovers: Vec::new(), kept })
    }
}

/// Contig and interval of a line of BED or VCF.
pub(crate) fn place_of_line(lines: Indexed, line: &[u8]) -> Option<(&str, Interval)> {
    if lines == Indexed::Vcf {
        return place_of(line);
    }
    let mut fields = line.split(|&b| b == b'\t' || b == b'\n').map(|field| std::str::from_utf8(field).ok());
    let contig = fields.next()??;
    let (start, end) = (fields.next()??.parse().ok()?, fields.next()??.parse().ok()?);
    Some((contig, Interval::new(start, end)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn settings(path: &Path) -> OutputSettings {
        OutputSettings {
            path: Some(path.into()),
            indexed: Indexed::Bed,
            kind: None,
            longest: 0,
            bgzf: false,
            input: "in.fa".into(),
            resume: None,
        }
    }

    #[test]
    fn nothing_has_the_name_until_finish() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.bed");
        let mut output = Output::create(&settings(&path)).expect("an output");
        output.write_all(b"a\t0\t1\n").expect("written");
        assert!(!path.exists());
        output.finish().expect("finished");
        assert_eq!(fs::read(&path).expect("the file"), b"a\t0\t1\n");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    fn what_is_not_finished_leaves_nothing_and_keeps_the_old() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.bed");
        fs::write(&path, "old").expect("written");
        let mut output = Output::create(&settings(&path)).expect("an output");
        output.write_all(b"new").expect("written");
        drop(output);
        assert_eq!(fs::read(&path).expect("the file"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    fn records_out_of_order_cannot_be_indexed() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut output = Output::create(&settings(&folder.path().join("a.bed.gz"))).expect("an output");
        output.write_record("a", Interval::new(5, 6), b"a\t5\t6\n").expect("first");
        let error = output.write_record("a", Interval::new(4, 5), b"a\t4\t5\n").expect_err("unsorted");
        assert!(error.to_string().contains("is not sorted: a:5 comes after a:6"), "{error}");
    }

    #[test]
    fn a_missing_folder_is_said_before_anything_is_run() {
        let error = Output::create(&settings(Path::new("/nonexistent/dir/a.bed"))).map(|_| ()).expect_err("no folder");
        assert_eq!(error.to_string(), "/nonexistent/dir/a.bed: the folder /nonexistent/dir does not exist");
    }
}
