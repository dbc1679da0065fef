//! bigWig tracks: one file a score, by the `bigtools` library, each on a thread of its own.
//!
//! Probabilities are rounded to three decimals, all else is written as it is, and equal neighbours are joined: a track of a genome that is
//! mostly 0 stays small.
//! Places without a score are absent.

use std::{
    collections::HashMap,
    io::{BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
};

use bigtools::{BigWigWrite, Value, beddata::BedParserStreamingIterator};
use crossbeam_channel::{Receiver, Sender, bounded};

use crate::output::{Sealed, hidden, open_hidden, temporary::TemporaryFile};
use crate::{
    error::{Error, GUARDED_THREAD, Result},
    genome::{Contigs, Interval},
    number::Digits,
};

/// Values handed to a file's thread at once.
const BLOCK: usize = 8192;

/// bigWig holds positions in 32 bits.
const MAX_CONTIG: u64 = u32::MAX as u64;

/// Three decimals of what needs no more.
fn rounded(score: f32, digits: Digits) -> f32 {
    match digits {
        Digits::Decimals => (score * 1000.0).round_ties_even() / 1000.0,
        Digits::Significant | Digits::All => score,
    }
}

/// Some values of one contig.
type Block = (Arc<str>, Vec<Value>);

/// One bigWig file being written.
pub(crate) struct BigWig {
    sender: Option<Sender<Block>>,
    writer: Option<JoinHandle<std::result::Result<(), String>>>,
    temporary: TemporaryFile,
    file: std::fs::File,
    contig: Arc<str>,
    block: Vec<Value>,
    digits: Digits,
    /// The last score, before rounding.
    last: f32,
    /// The last value, not yet with the writer: a checkpoint may have cut it in two.
    held: Option<(Arc<str>, Value)>,
    values: u64,
    /// All values so far, for a run that may be stopped: the file itself cannot be gone on with.
    spool: Option<Spool>,
}

/// Values in a hidden file beside the track: blocks of a contig's name, a count, and start, end and value of each.
struct Spool {
    path: PathBuf,
    file: std::fs::File,
    bytes: u64,
}

impl Spool {
    fn failed(&self, error: &std::io::Error) -> Error {
        Error::write(self.path.display(), error)
    }

    fn add(&mut self, contig: &str, values: &[Value]) -> Result<()> {
        let mut block = Vec::with_capacity(8 + contig.len() + 12 * values.len());
        for number in [contig.len() as u32, values.len() as u32] {
            block.extend_from_slice(&number.to_le_bytes());
        }
        block.extend_from_slice(contig.as_bytes());
        for value in values {
            for number in [value.start, value.end, value.value.to_bits()] {
                block.extend_from_slice(&number.to_le_bytes());
            }
        }
        self.bytes += block.len() as u64;
        self.file.write_all(&block).map_err(|error| self.failed(&error))
    }

    /// The next block of a spool that is read again.
    fn read(reader: &mut impl Read) -> std::io::Result<Block> {
        let number = |reader: &mut dyn Read| -> std::io::Result<u32> {
            let mut bytes = [0; 4];
            reader.read_exact(&mut bytes)?;
            Ok(u32::from_le_bytes(bytes))
        };
        let (name, count) = (number(reader)?, number(reader)?);
        let mut contig = Vec::new();
        reader.take(u64::from(name)).read_to_end(&mut contig)?;
        let mut values = Vec::new();
        for _ in 0..count {
            let (start, end, bits) = (number(reader)?, number(reader)?, number(reader)?);
            values.push(Value { start, end, value: f32::from_bits(bits) });
        }
        Ok((String::from_utf8_lossy(&contig).into(), values))
    }
}

impl BigWig {
    /// Begins a file. The lengths of all contigs must be known. `resume`: the values are kept when the run fails, and
    /// begin with so many bytes of an earlier one.
    pub(crate) fn create(path: &Path, contigs: &Contigs, digits: Digits, resume: Option<u64>) -> Result<Self> {
        let mut sizes = HashMap::new();
        for contig in contigs.iter() {
            if contig.len > MAX_CONTIG {
                return Err(Error::Output {
                    place: path.display().to_string(),
                    message: format!(
                        "bigWig holds contigs of up to {MAX_CONTIG} bases; {} has {}",
                        contig.name, contig.len
                    ),
                    hint: Some("-O bedgraph has no limit".into()),
                    source: None,
                });
            }
            sizes.insert(contig.name.clone(), contig.len as u32);
        }
        let (temporary, file) = TemporaryFile::begin_beside(path, resume.map(|_| "new"))?;
        let failed = |error: &std::io::Error| Error::write(path.display(), error);
        let target = file.try_clone().map_err(|e| failed(&e))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name(GUARDED_THREAD)
            .build()
            .map_err(|error| Error::Internal(format!("threads: {error}")))?;
        let (sender, receiver) = bounded::<Block>(4);
        let writer = thread::Builder::new().name(GUARDED_THREAD.into()).spawn(move || {
            let mut out = BigWigWrite::new(target, sizes);
            out.options.max_zooms = 8;
            // Contigs come in the order of the FASTA file, which need not be the alphabet's.
            let values = BedParserStreamingIterator::wrap_infallible_iter(Values::new(receiver), true);
            out.write(values, runtime).map_err(|error| error.to_string())
        });
        let writer = writer.map_err(|error| Error::Internal(format!("threads: {error}")))?;
        let mut track = Self {
            sender: Some(sender),
            writer: Some(writer),
            temporary,
            file,
            contig: "".into(),
            block: Vec::with_capacity(BLOCK),
            digits,
            last: f32::NAN,
            held: None,
            values: 0,
            spool: None,
        };
        if let Some(bytes) = resume {
            track.take_over(path, bytes)?;
        }
        Ok(track)
    }

    /// Takes over the first bytes of an earlier run's values, and adds to them.
    fn take_over(&mut self, path: &Path, bytes: u64) -> Result<()> {
        let name = hidden(path, "values");
        let failed = |error: &std::io::Error| Error::write(name.display(), error);
        let mut file = open_hidden(&name).map_err(|e| failed(&e))?;
        let mut reader = BufReader::new((&mut file).take(bytes));
        let (mut contig, mut left): (Arc<str>, u64) = ("".into(), bytes);
        while left > 0 {
            let (there, values) = Spool::read(&mut reader).map_err(|e| failed(&e))?;
            left = left.saturating_sub(8 + there.len() as u64 + 12 * values.len() as u64);
            if there != contig {
                contig = there;
            }
            self.values += values.len() as u64;
            self.send(Arc::clone(&contig), values)?;
        }
        drop(reader);
        file.set_len(bytes).and_then(|()| file.seek(SeekFrom::Start(bytes))).map_err(|e| failed(&e))?;
        self.contig = contig;
        self.spool = Some(Spool { path: name, file, bytes });
        Ok(())
    }

    /// Syncs the values so far: the track's name, and how many bytes they take.
    pub(crate) fn checkpoint(&mut self) -> Result<Option<(String, u64)>> {
        self.flush()?;
        self.last = f32::NAN;
        let Some(spool) = &self.spool else { return Ok(None) };
        spool.file.sync_all().map_err(|error| spool.failed(&error))?;
        Ok(Some((self.name(), spool.bytes)))
    }

    /// All values from here on are of this contig.
    pub(crate) fn begin(&mut self, contig: &Arc<str>) -> Result<()> {
        self.flush()?;
        self.contig = Arc::clone(contig);
        self.last = f32::NAN;
        Ok(())
    }

    /// Adds a value. Intervals come in order and do not overlap.
    pub(crate) fn push(&mut self, interval: Interval, score: f32) -> Result<()> {
        let (start, end) = (interval.start as u32, interval.end as u32);
        let follows = self.block.last_mut().filter(|last| last.end == start);
        // Bins of one base repeat what a wider bin says: nothing to round, nothing to compare but this.
        if let Some(last) = follows {
            if score.to_bits() == self.last.to_bits() {
                last.end = end;
                return Ok(());
            }
            self.last = score;
            let score = rounded(score, self.digits);
            if last.value == score {
                last.end = end;
                return Ok(());
            }
        }
        self.last = score;
        if !score.is_finite() {
            return Ok(());
        }
        if self.block.len() == BLOCK {
            self.flush()?;
        }
        self.block.push(Value { start, end, value: rounded(score, self.digits) });
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        self.values += self.block.len() as u64;
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        if let Some(spool) = &mut self.spool {
            spool.add(&self.contig, &block)?;
        }
        self.send(Arc::clone(&self.contig), block)
    }

    /// Hands values to the writer, and keeps the last one. Equal neighbours become one value: the file is the same wherever
    /// checkpoints were.
    fn send(&mut self, contig: Arc<str>, mut block: Vec<Value>) -> Result<()> {
        let Some(first) = block.first_mut() else { return Ok(()) };
        match self.held.take() {
            Some((name, last)) if name == contig => {
                if last.end == first.start && last.value == first.value {
                    (first.start, first.value) = (last.start, last.value);
                } else {
                    block.insert(0, last);
                }
            }
            Some((name, last)) => self.deliver(name, vec![last])?,
            None => {}
        }
        self.held = block.pop().map(|last| (Arc::clone(&contig), last));
        if block.is_empty() { Ok(()) } else { self.deliver(contig, block) }
    }

    fn deliver(&mut self, contig: Arc<str>, block: Vec<Value>) -> Result<()> {
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send((contig, block)).is_ok());
        // The thread is gone: it has said why.
        if sent { Ok(()) } else { Err(self.join().err().unwrap_or_else(|| self.failed("the writer stopped"))) }
    }

    fn failed(&self, message: &str) -> Error {
        Error::Output {
            place: self.temporary.target.display().to_string(),
            message: format!("bigWig: {message}"),
            hint: None,
            source: None,
        }
    }

    fn join(&mut self) -> Result<()> {
        drop(self.sender.take());
        match self.writer.take().map(JoinHandle::join) {
            Some(Ok(Ok(()))) | None => Ok(()),
            Some(Ok(Err(message))) => {
                // The library hands the system's words on as they are.
                let plain = message.split(" (os error").next().unwrap_or_default();
                Err(self.failed(&plain.to_lowercase()))
            }
            // It panics where one of its own threads could not write on.
            Some(Err(_)) => Err(self.failed("writing failed: no space left on device?")),
        }
    }

    /// Name of the file.
    pub(crate) fn name(&self) -> String {
        self.temporary.target.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Ends the file; it gets its name with the others. Whether there is one.
    pub(crate) fn seal(mut self) -> Result<(bool, Sealed)> {
        self.flush()?;
        if self.values == 0 {
            // The library cannot write a bigWig without values.
            let target = self.temporary.target.clone();
            tracing::warn!("{}: not written, because nothing was scored", target.display());
            let kept = self.spool.is_some();
            let unused = self.temporary.temporary.clone().filter(|_| kept);
            // Nor must one of an earlier run pass for it.
            let earlier = target.is_file().then_some(target);
            let leftovers = self.spool.map(|spool| spool.path).into_iter().chain(unused).chain(earlier).collect();
            return Ok((false, Sealed { files: Vec::new(), leftovers, kept }));
        }
        if let Some((contig, last)) = self.held.take() {
            self.deliver(contig, vec![last])?;
        }
        self.join()?;
        self.temporary.sync(&self.file)?;
        let kept = self.spool.is_some();
        let leftovers = self.spool.map(|spool| spool.path).into_iter().collect();
        Ok((true, Sealed { files: vec![self.temporary], leftovers, kept }))
    }
}

/// What the thread reads: blocks, value by value.
struct Values {
    receiver: Receiver<Block>,
    contig: String,
    block: std::vec::IntoIter<Value>,
}

impl Values {
    fn new(receiver: Receiver<Block>) -> Self {
        Self { receiver, contig: String::new(), block: Vec::new().into_iter() }
    }
}

impl Iterator for Values {
    type Item = (String, Value);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(value) = self.block.next() {
                return Some((self.contig.clone(), value));
            }
            let (contig, block) = self.receiver.recv().ok()?;
            if *contig != *self.contig {
                self.contig = contig.to_string();
            }
            self.block = block.into_iter();
        }
    }
}
