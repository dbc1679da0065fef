//! All files at once: a heap of the next record of each.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
    path::{Path, PathBuf},
};

use super::{
    contigs::{self, Header},
    open_files,
};
use crate::{
    error::{Error, Result},
    genome::{Contigs, interval::show_position},
    read::{
        InputReport, Share, index,
        variants::{VariantRecord, Variants},
    },
    skip::Skip,
    variants::spelling::spelled,
};

/// What makes a site, beside its contig.
pub(super) struct Site {
    /// POS: 1-based, and 0 for a telomere.
    pub position: u64,
    /// REF.
    pub reference: Vec<u8>,
    /// ALT.
    pub alternate: Vec<u8>,
}

/// A file that could not be read, or not to its end.
pub(super) struct Failure {
    /// As the user wrote it.
    pub path: PathBuf,
    /// The error.
    pub problem: String,
}

/// Where a record stands: number of its contig, POS, number of its file.
type Place = (u32, u64, usize);

/// A file that is read.
struct Source {
    path: PathBuf,
    variants: Variants,
    /// The contigs of the index beside it, where the header has none.
    indexed: Option<Contigs>,
    /// The record whose place is in the heap.
    head: Option<VariantRecord>,
    /// Number and name of the contig of the last record.
    contig: (u32, String),
    /// POS of the last record.
    position: u64,
}

/// What is known when all files have been read.
pub(super) struct Done {
    /// Records of all files.
    pub records_in: u64,
    /// Alleles that are no sites, by reason.
    pub skipped: BTreeMap<Skip, u64>,
    /// Files that were read to their end.
    pub inputs: Vec<InputReport>,
    /// Files that were not.
    pub failures: Vec<Failure>,
}

/// The records of many files, in one order.
pub(super) struct Merge {
    /// `None`: the file failed.
    sources: Vec<Option<Source>>,
    heap: BinaryHeap<Reverse<Place>>,
    contigs: Contigs,
    /// Names of contigs by number: those of the headers, then those that only records have.
    names: Vec<String>,
    numbers: HashMap<String, u32>,
    /// A file that cannot be read does not end the run.
    continues: bool,
    shares: Vec<Share>,
    done: Done,
}

impl Merge {
    /// Opens all files. `continues`: without those that cannot be read. `digest`: their digests are wanted.
    pub(super) fn open(files: Vec<PathBuf>, continues: bool, digest: bool) -> Result<Self> {
        open_files::allow(files.len())?;
        let done = Done { records_in: 0, skipped: BTreeMap::new(), inputs: Vec::new(), failures: Vec::new() };
        let mut merge = Self {
            sources: Vec::with_capacity(files.len()),
            heap: BinaryHeap::new(),
            contigs: Contigs::default(),
            names: Vec::new(),
            numbers: HashMap::new(),
            continues,
            shares: Vec::new(),
            done,
        };
        for path in files {
            match Source::open(path.clone(), digest) {
                Ok(mut source) => {
                    merge.shares.extend(source.variants.share());
                    merge.sources.push(Some(source));
                }
                Err(error) => merge.fail(path, error)?,
            }
        }
        let sources = merge.sources.iter().flatten();
        let headers: Vec<Header<'_>> = sources
            .map(|source| Header {
                contigs: source.indexed.as_ref().unwrap_or(&source.variants.contigs),
                place: source.variants.place(),
            })
            .collect();
        let (contigs, bad) = contigs::agree(&headers);
        for (file, error) in bad {
            merge.fail_source(file, error)?;
        }
        merge.names = contigs.iter().map(|contig| contig.name.clone()).collect();
        merge.numbers = merge.names.iter().zip(0..).map(|(name, number)| (name.clone(), number)).collect();
        merge.contigs = contigs;
        for file in 0..merge.sources.len() {
            merge.advance(file)?;
        }
        Ok(merge)
    }

    /// The contigs of all headers.
    pub(super) fn contigs(&self) -> &Contigs {
        &self.contigs
    }

    /// The share of all files that has been read.
    pub(super) fn share(&mut self) -> Share {
        let shares = std::mem::take(&mut self.shares);
        Box::new(move || shares.iter().map(|share| share()).sum::<f64>() / shares.len().max(1) as f64)
    }

    /// The sites of the next position that has any, sorted by REF and ALT, and their contig; `None` after the last one.
    pub(super) fn next_sites(&mut self, sites: &mut Vec<Site>) -> Result<Option<String>> {
        while let Some(&Reverse((contig, position, _))) = self.heap.peek() {
            while let Some(&Reverse((next, at, file))) = self.heap.peek()
                && (next, at) == (contig, position)
            {
                self.heap.pop();
                let head = self.sources[file].as_mut().and_then(|source| source.head.take());
                if let Some(record) = head {
                    self.add(&record, position, sites);
                }
                self.advance(file)?;
            }
            if !sites.is_empty() {
                sites.sort_unstable_by(|a, b| (&a.reference, &a.alternate).cmp(&(&b.reference, &b.alternate)));
                return Ok(Some(self.names[contig as usize].clone()));
            }
        }
        Ok(None)
    }

    /// Adds the alleles of a record that are not there yet.
    fn add(&mut self, record: &VariantRecord, position: u64, sites: &mut Vec<Site>) {
        self.done.records_in += 1;
        let reference = record.reference();
        for alternate in record.alternates() {
            if let Err(skip) = spelled(alternate) {
                *self.done.skipped.entry(skip).or_default() += 1;
            } else if !sites.iter().any(|site| site.alternate == alternate && site.reference == reference) {
                sites.push(Site { position, reference: reference.into(), alternate: alternate.into() });
            }
        }
    }

    /// Reads the next record of a file, if the file is still there.
    fn advance(&mut self, file: usize) -> Result<()> {
        let Some(source) = &mut self.sources[file] else { return Ok(()) };
        match source.read(&mut self.names, &mut self.numbers) {
            Ok(Some((contig, position))) => {
                self.heap.push(Reverse((contig, position, file)));
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(error) => self.fail_source(file, error),
        }
    }

    fn fail_source(&mut self, file: usize, error: Error) -> Result<()> {
        match self.sources[file].take() {
            Some(source) => self.fail(source.path, error),
            None => Ok(()),
        }
    }

    /// An input that cannot be read ends the run, or is noted.
    fn fail(&mut self, path: PathBuf, error: Error) -> Result<()> {
        if !self.continues || !matches!(error, Error::Input { .. }) {
            return Err(error);
        }
        let problem = error.to_string();
        tracing::warn!("{problem}; the run continues without this file");
        self.done.failures.push(Failure { path, problem });
        Ok(())
    }

    /// All files have been read.
    pub(super) fn finish(self) -> Done {
        let Self { sources, mut done, .. } = self;
        done.inputs = sources.into_iter().flatten().map(|source| source.variants.report()).collect();
        done
    }
}

/// The contigs that the index beside a file names, in its order.
fn contigs_of_index(path: &Path) -> Option<Contigs> {
    let mut contigs = Contigs::default();
    for contig in index::current(path)?.contigs {
        contigs.push(contig.name?, 0);
    }
    Some(contigs)
}

impl Source {
    fn open(path: PathBuf, digest: bool) -> Result<Self> {
        let mut variants = Variants::open(&path)?;
        if !digest {
            variants.skip_digest();
        }
        // Nothing but the first five columns is needed.
        variants.keep_binary(false);
        let indexed = if variants.contigs.is_empty() { contigs_of_index(&path) } else { None };
        Ok(Self { path, variants, indexed, head: None, contig: (0, String::new()), position: 0 })
    }

    /// Reads the next record: number of its contig, POS. A contig that is in no header gets the next number.
    fn read(&mut self, names: &mut Vec<String>, numbers: &mut HashMap<String, u32>) -> Result<Option<(u32, u64)>> {
        let Some(record) = self.variants.next_record()? else { return Ok(None) };
        let name = record.contig();
        let begun = !self.contig.1.is_empty();
        if !begun || self.contig.1 != name {
            let number = match numbers.get(name) {
                Some(&number) => number,
                None => {
                    let number = u32::try_from(names.len())
                        .map_err(|_| Error::input(self.variants.place(), "there are too many contigs"))?;
                    names.push(name.into());
                    numbers.insert(name.into(), number);
                    number
                }
            };
            if begun && number < self.contig.0 {
                let problem = format!(
                    "record {}: contig \"{name}\" comes after \"{}\": contigs are not in the order of the headers",
                    record.number, self.contig.1
                );
                let hint = "sort it first: bcftools sort (if its header has no ##contig lines: bcftools index tells their order, or add them: bcftools reheader -f genome.fa.fai)";
                return Err(Error::input(self.variants.place(), problem).with_hint(hint));
            }
            self.contig = (number, name.into());
            self.position = 0;
        }
        let position = record.one_based();
        if position < self.position {
            let place = show_position(name, record.position);
            let problem = format!("record {} ({place}) is not sorted", record.number);
            return Err(Error::input(self.variants.place(), problem).with_hint("sort it first: bcftools sort"));
        }
        self.position = position;
        self.head = Some(record);
        Ok(Some((self.contig.0, position)))
    }
}
