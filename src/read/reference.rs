//! FASTA by place: any interval of any contig, through an index, with the last blocks kept in memory.
//!
//! Plain and BGZF files are read by place; gzip is not, and says so. An index beside the file (`.fai`, `.gzi`) is used
//! and checked against the file; without one, the file is read once to make it, in memory.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

use md5::{Digest, Md5};
use noodles::{bgzf, fasta};

use super::{
    Format,
    fasta::{ContigReport, check_alphabet},
};
use crate::{
    error::{Error, Result, describe},
    genome::{Contigs, Interval},
};

/// Bases of a block. A BGZF block inflates to 64 KiB, and neighbouring variants share most of theirs.
const BLOCK: u64 = 64 << 10;
/// Blocks kept: 64 × 64 KiB = 4 MiB.
const KEPT: usize = 64;

/// A block in memory, and when it was last used.
type Kept = (u64, Arc<Vec<u8>>);

trait Bytes: Read + Seek + Send + Sync {}
impl<T: Read + Seek + Send + Sync> Bytes for T {}

/// An open FASTA file with its index.
pub struct Reference {
    path: PathBuf,
    contigs: Contigs,
    places: Vec<fasta::fai::Record>,
    bytes: Box<dyn Bytes>,
    /// Blocks by contig and number, with the time of their last use.
    blocks: HashMap<(usize, u64), Kept>,
    clock: u64,
    checked: Vec<bool>,
    has_index_file: bool,
    /// Of a BGZF file with a `.gzi`: to check what that says.
    block_index: Option<BlockIndex>,
    #[cfg(feature = "htslib")]
    is_compressed: bool,
}

impl Reference {
    /// Opens a FASTA file.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_if_regular(path)?.map_err(|irregular| {
            Error::input(path.display(), format!("it cannot be indexed{irregular}")).with_hint(
                "all lines of a contig but its last must have one length, and no line may be empty; samtools faidx asks the same",
            )
        })
    }

    /// Opens a FASTA file; the inner error: it can only be read through, for its lines have no order, and where that was seen.
    pub fn open_if_regular(path: &Path) -> Result<Result<Self, String>> {
        let failed = |error: &io::Error| Error::read(path, error);
        if path == Path::new("-") || std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
            return Err(Error::input(super::place(path), "a pipe or device cannot be read by place")
                .with_hint("give a file instead"));
        }
        let mut head = [0u8; 18];
        let mut file = File::open(path).map_err(|e| failed(&e))?;
        let len = file.metadata().map_err(|e| failed(&e))?.len();
        if len == 0 {
            return Err(Error::input(path.display(), "the file is empty (0 bytes)"));
        }
        let got = file.read(&mut head).map_err(|e| failed(&e))?;
        file.seek(SeekFrom::Start(0)).map_err(|e| failed(&e))?;
        let head = &head[..got];
        if head.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0]) {
            return Err(Error::input(path.display(), "xz cannot be read by place")
                .with_hint("compress it with bgzip instead: xz -dc genome.fa.xz | bgzip > genome.fa.gz"));
        }
        let compressed = head.starts_with(&[0x1f, 0x8b]);
        if compressed && head.get(12..14) != Some(b"BC") {
            return Err(Error::input(path.display(), "gzip cannot be read by place")
                .with_hint("compress it with bgzip instead: gunzip -c genome.fa.gz | bgzip > genome.bgz.fa.gz"));
        }
        let mut block_index = None;
        let bytes: Box<dyn Bytes> = if compressed {
            super::require_end_block(path)?;
            let beside = with_ending(path, "gzi");
            let index = if beside.is_file() {
                let index = bgzf::gzi::fs::read(&beside).map_err(|e| {
                    Error::read(&beside, &e).with_hint(format!("make it anew: bgzip -r {}", path.display()))
                })?;
                let file = File::open(path).map_err(|e| failed(&e))?;
                block_index = Some(BlockIndex::new(file, len, index.as_ref()));
                index
            } else {
                index_blocks(path).map_err(|e| failed(&e))?
            };
            Box::new(bgzf::io::IndexedReader::new(BufReader::new(file), index))
        } else {
            let input = super::open(path)?;
            input.expect(&[super::Format::Fasta], "a FASTA file")?;
            if head[0] != b'>' {
                return Ok(Err(": it begins with an empty line".into()));
            }
            Box::new(file)
        };
        let beside = with_ending(path, "fai");
        let has_index_file = beside.is_file();
        let places: Vec<fasta::fai::Record> = if has_index_file {
            fasta::fai::fs::read(&beside)
                .map_err(|error| {
                    Error::input(beside.display(), format!("the index is damaged: {}", describe(&error)))
                        .with_hint(format!("make it anew: samtools faidx {}", path.display()))
                })?
                .as_ref()
                .to_vec()
        } else {
            tracing::info!(
                "{} has no index: it is read once to make one, in memory (samtools faidx makes one for all runs)",
                path.display()
            );
            match index_contigs(path)? {
                Ok(places) => places,
                Err(irregular) => return Ok(Err(irregular)),
            }
        };
        let mut contigs = Contigs::default();
        for place in &places {
            let name = String::from_utf8(place.name().to_vec()).map_err(|_| {
                let shown = String::from_utf8_lossy(place.name()).into_owned();
                Error::input(path.display(), format!("the name of contig \"{shown}\" is not UTF-8"))
            })?;
            if !contigs.push(name.clone(), place.length()) {
                return Err(Error::input(path.display(), format!("contig \"{name}\" is there twice")));
            }
        }
        if contigs.is_empty() {
            return Err(Error::input(path.display(), "there are no contigs in it"));
        }
        // A line ends in one byte or two; more would be another file's, or damage.
        if has_index_file
            && places.iter().any(|p| !(1..=2).contains(&p.line_width().get().saturating_sub(p.line_base_count().get())))
        {
            return Err(Error::input(beside.display(), "this index is damaged: a line width does not fit its bases")
                .with_hint(format!("make it anew: samtools faidx {}", path.display())));
        }
        let checked = vec![!has_index_file; places.len()];
        let reference = Self {
            path: path.into(),
            contigs,
            places,
            bytes,
            blocks: HashMap::new(),
            clock: 0,
            checked,
            has_index_file,
            block_index,
            #[cfg(feature = "htslib")]
            is_compressed: compressed,
        };
        if has_index_file && !compressed {
            reference.check_length(len)?;
        }
        for ending in ["fai", "gzi"] {
            let beside = with_ending(path, ending);
            if is_older(&beside, path) {
                tracing::warn!(
                    "{} is older than {}: what does not fit is refused; samtools faidx makes it anew",
                    beside.display(),
                    path.display()
                );
            }
        }
        Ok(Ok(reference))
    }

    /// What [`Self::link_into`] calls the file.
    #[cfg(feature = "htslib")]
    pub const LINK: &str = "reference.fa";

    /// Puts a link to the file into a folder, with its indices beside it, for a library that reads them from there.
    #[cfg(feature = "htslib")]
    pub fn link_into(&self, folder: &Path) -> Result<()> {
        let link = folder.join(Self::LINK);
        let failed = |error: io::Error| Error::write(link.display(), &error);
        let target = self.path.canonicalize().map_err(|error| Error::read(&self.path, &error))?;
        std::os::unix::fs::symlink(target, &link).map_err(failed)?;
        fasta::fai::fs::write(with_ending(&link, "fai"), &fasta::fai::Index::from(self.places.clone()))
            .map_err(failed)?;
        if self.is_compressed {
            let beside = with_ending(&self.path, "gzi");
            let index = if beside.is_file() {
                bgzf::gzi::fs::read(&beside).map_err(|error| Error::read(&beside, &error))?
            } else {
                index_blocks(&self.path).map_err(|error| Error::read(&self.path, &error))?
            };
            bgzf::gzi::fs::write(with_ending(&link, "gzi"), &index).map_err(failed)?;
        }
        Ok(())
    }

    /// Contigs, in the file's order.
    pub fn contigs(&self) -> &Contigs {
        &self.contigs
    }

    /// What messages call the file.
    pub fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn stale(&self, why: &str) -> Error {
        let index = with_ending(&self.path, "fai");
        Error::input(index.display(), format!("this index does not belong to {} ({why})", self.path.display()))
            .with_hint(format!("make it anew: samtools faidx {}", self.path.display()))
    }

    /// The last contig of the index must end where the file ends.
    fn check_length(&self, len: u64) -> Result<()> {
        let end = self
            .places
            .iter()
            .map(|p| if p.length() == 0 { p.position() } else { file_offset(p, p.length() - 1) + 1 })
            .max()
            .unwrap_or(0);
        if end > len {
            return Err(self.stale("it goes on after the file's end"));
        }
        // A line end, and perhaps empty lines: more than that is sequence the index does not know.
        if len - end > 4096 {
            return Err(self.stale("the file goes on after the index's end"));
        }
        Ok(())
    }

    /// Appends the bases of `interval` (which must lie on the contig) to `out`, as they are written in the file.
    pub fn fetch(&mut self, contig: usize, interval: Interval, out: &mut Vec<u8>) -> Result<()> {
        let mut at = interval.start;
        while at < interval.end {
            let number = at / BLOCK;
            let block = self.block(contig, number)?;
            let from = (at - number * BLOCK) as usize;
            let to = ((interval.end - number * BLOCK) as usize).min(block.len());
            if to <= from {
                return Err(Error::Internal(format!(
                    "an interval past the end of a contig was asked for ({interval:?})"
                )));
            }
            out.extend_from_slice(&block[from..to]);
            at += (to - from) as u64;
        }
        Ok(())
    }

    fn block(&mut self, contig: usize, number: u64) -> Result<Arc<Vec<u8>>> {
        self.clock += 1;
        let clock = self.clock;
        if let Some((used, block)) = self.blocks.get_mut(&(contig, number)) {
            *used = clock;
            return Ok(Arc::clone(block));
        }
        let block = Arc::new(self.read_block(contig, number)?);
        if self.blocks.len() >= KEPT
            && let Some(oldest) = self.blocks.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key)
        {
            self.blocks.remove(&oldest);
        }
        self.blocks.insert((contig, number), (clock, Arc::clone(&block)));
        Ok(block)
    }

    fn read_block(&mut self, contig: usize, number: u64) -> Result<Vec<u8>> {
        let place = self.places[contig].clone();
        if !self.checked[contig] {
            self.check_header(&place)?;
            self.checked[contig] = true;
        }
        let first = number * BLOCK;
        let last = (first + BLOCK).min(place.length());
        let (start, end) = (file_offset(&place, first), file_offset(&place, last - 1) + 1);
        self.check_blocks(start, end)?;
        let mut raw = vec![0u8; (end - start) as usize];
        let path = &self.path;
        self.bytes.seek(SeekFrom::Start(start)).and_then(|_| self.bytes.read_exact(&mut raw)).map_err(|error| {
            if self.has_index_file && error.kind() == io::ErrorKind::UnexpectedEof {
                self.stale("it goes on after the file's end")
            } else {
                Error::read(path, &error)
            }
        })?;
        raw.retain(|&byte| byte != b'\n' && byte != b'\r');
        if raw.len() as u64 != last - first || raw.contains(&b'>') {
            return Err(self.stale("its line lengths are not the file's"));
        }
        check_alphabet(&raw, &self.path.display().to_string(), &place.name().to_string(), first)?;
        Ok(raw)
    }

    /// The blocks that hold these bytes must lie where the `.gzi` says.
    fn check_blocks(&mut self, start: u64, end: u64) -> Result<()> {
        let Some(index) = &mut self.block_index else { return Ok(()) };
        if index.fits(start, end).map_err(|error| Error::read(&self.path, &error))? {
            return Ok(());
        }
        let beside = with_ending(&self.path, "gzi");
        Err(Error::input(
            beside.display(),
            format!("this index does not belong to {} (a block does not lie where it says)", self.path.display()),
        )
        .with_hint(format!("make it anew: bgzip -r {}", self.path.display())))
    }

    /// Before a contig's first base there must be a line end, and before that its header.
    fn check_header(&mut self, place: &fasta::fai::Record) -> Result<()> {
        let name: Vec<u8> = place.name().to_vec();
        let from = place.position().saturating_sub(4096 + name.len() as u64);
        self.check_blocks(from, place.position())?;
        let mut before = vec![0u8; (place.position() - from) as usize];
        let read = self.bytes.seek(SeekFrom::Start(from)).and_then(|_| self.bytes.read_exact(&mut before));
        let good = read.is_ok() && before.last() == Some(&b'\n') && {
            let header = before[..before.len() - 1]
                .iter()
                .rposition(|&b| b == b'\n')
                .map_or(&before[..], |at| &before[at + 1..]);
            // A header longer than what was read cannot be judged by its beginning.
            let whole = header.len() < before.len() || from == 0;
            !whole
                || (header.first() == Some(&b'>')
                    && header[1..].starts_with(&name)
                    && header.get(1 + name.len()).is_none_or(u8::is_ascii_whitespace))
        };
        if good {
            Ok(())
        } else {
            Err(self.stale(&format!("contig \"{}\" does not begin where it says", place.name())))
        }
    }

    /// Name, length and MD5 of a contig, for the manifest: reads all of it.
    pub fn report(&mut self, contig: usize) -> Result<ContigReport> {
        let length = self.places[contig].length();
        let (mut hash, mut bases) = (Md5::new(), Vec::new());
        for number in 0..length.div_ceil(BLOCK) {
            bases.clear();
            bases.extend(self.read_block(contig, number)?.iter().map(u8::to_ascii_uppercase));
            hash.update(&bases);
        }
        Ok(ContigReport { name: self.places[contig].name().to_string(), length, md5: Some(hash.finalize().into()) })
    }
}

/// The `.gzi` beside a BGZF file, checked where it is used: one of another file, or of this file before it was changed, would
/// give other bases.
struct BlockIndex {
    file: File,
    len: u64,
    /// Where each block begins, in the file and in what it holds; and whether that has been seen to be so.
    places: Vec<(u64, u64, bool)>,
}

impl BlockIndex {
    fn new(file: File, len: u64, index: &[(u64, u64)]) -> Self {
        let places = std::iter::once(&(0, 0)).chain(index).map(|&(at, first)| (at, first, false)).collect();
        Self { file, len, places }
    }

    /// Length of the block that begins there, and of what it holds; `None`: there is no block.
    fn block(&mut self, at: u64) -> io::Result<Option<(u64, u64)>> {
        let (mut head, mut size) = ([0u8; 18], [0u8; 4]);
        if at + head.len() as u64 > self.len {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(&mut head)?;
        let len = u64::from(u16::from_le_bytes([head[16], head[17]])) + 1;
        // SAM specification, section 4.1.
        if head[..4] != [0x1f, 0x8b, 8, 4] || head[12..14] != *b"BC" || len < 26 || at + len > self.len {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(at + len - 4))?;
        self.file.read_exact(&mut size)?;
        Ok(Some((len, u64::from(u32::from_le_bytes(size)))))
    }

    fn fits(&mut self, start: u64, end: u64) -> io::Result<bool> {
        let first = self.places.partition_point(|&(_, first, _)| first <= start).saturating_sub(1);
        for place in first..self.places.len() {
            let (at, begins, seen) = self.places[place];
            if begins >= end {
                break;
            }
            if seen {
                continue;
            }
            let Some((len, held)) = self.block(at)? else { return Ok(false) };
            match self.places.get(place + 1) {
                Some(&(next, first, _)) if (next, first) == (at + len, begins + held) => {}
                Some(_) => return Ok(false),
                // After the last, there are empty blocks alone.
                None => {
                    let mut next = at + len;
                    while next < self.len {
                        let Some((len, 0)) = self.block(next)? else { return Ok(false) };
                        next += len;
                    }
                }
            }
            self.places[place].2 = true;
        }
        Ok(true)
    }
}

/// A FASTA file whose contigs may be asked for, and which may then be read: it is indexed, or read through, once.
pub struct Genome {
    path: PathBuf,
    reference: Option<Reference>,
    contigs: Option<Contigs>,
    /// Read by place it cannot be.
    is_stream: bool,
}

impl Genome {
    /// Of a file or, for `-`, of standard input. Nothing is read yet.
    pub fn new(path: &Path) -> Self {
        Self { path: path.into(), reference: None, contigs: None, is_stream: !path.is_file() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Contigs, where the file can be read by place. gzip, xz, standard input, and files whose lines have no order are read
    /// through.
    pub fn by_place(&mut self) -> Result<Option<&Contigs>> {
        if self.reference.is_none() && !self.is_stream {
            let input = super::open_even_empty(&self.path)?;
            input.expect(&[Format::Fasta, Format::Empty], "a FASTA file")?;
            let indexable = input.format == Format::Fasta
                && matches!(input.compression, super::Compression::None | super::Compression::Bgzf);
            if indexable {
                match Reference::open_if_regular(&self.path)? {
                    Ok(reference) => self.reference = Some(reference),
                    Err(why) => {
                        tracing::info!("{} is read through, for it cannot be indexed{why}", self.path.display());
                    }
                }
            }
            self.is_stream = self.reference.is_none();
        }
        Ok(self.reference.as_ref().map(Reference::contigs))
    }

    /// Contigs of any file: of one that cannot be read by place, by reading it through.
    pub fn contigs(&mut self) -> Result<&Contigs> {
        if self.by_place()?.is_none() && self.contigs.is_none() {
            self.contigs = Some(super::fasta::read_contigs(&self.path)?);
        }
        match (&self.reference, &self.contigs) {
            (Some(reference), _) => Ok(reference.contigs()),
            (None, Some(contigs)) => Ok(contigs),
            (None, None) => Err(Error::Internal("contigs were read and are not there".into())),
        }
    }

    /// The file by place, if it can be read so.
    pub fn into_reference(mut self) -> Result<Option<Reference>> {
        self.by_place()?;
        Ok(self.reference)
    }
}

/// Where base `position` (0-based) of a contig is in the file.
fn file_offset(place: &fasta::fai::Record, position: u64) -> u64 {
    let bases = place.line_base_count().get();
    place.position() + position / bases * place.line_width().get() + position % bases
}

/// Lengths of the contigs as the index beside a FASTA file says, if there is one that can be read.
pub fn indexed_lengths(path: &Path) -> Option<Vec<u64>> {
    let index = fasta::fai::fs::read(with_ending(path, "fai")).ok()?;
    Some(index.as_ref().iter().map(fasta::fai::Record::length).collect())
}

/// Length of the longest contig, as the index beside a FASTA file says; 0 where there is none.
pub fn longest(path: &Path) -> u64 {
    indexed_lengths(path).and_then(|lengths| lengths.into_iter().max()).unwrap_or(0)
}

/// Whether both files are there, and the first was written before the other.
fn is_older(index: &Path, file: &Path) -> bool {
    let time = |path: &Path| path.metadata().and_then(|about| about.modified()).ok();
    time(index).zip(time(file)).is_some_and(|(index, file)| index < file)
}

/// `genome.fa` + `fai` is `genome.fa.fai`.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Where each contig is, by reading the file once; the inner error: where its lines are of no order.
fn index_contigs(path: &Path) -> Result<Result<Vec<fasta::fai::Record>, String>> {
    let input = super::open(path)?;
    input.expect(&[super::Format::Fasta], "a FASTA file")?;
    let after = |places: &[fasta::fai::Record]| {
        places.last().map(|p| format!(" after contig \"{}\"", p.name())).unwrap_or_default()
    };
    let mut indexer = fasta::io::Indexer::new(input.reader);
    let mut places = Vec::new();
    loop {
        match indexer.index_record() {
            Ok(Some(place)) => places.push(place),
            Ok(None) => return Ok(Ok(places)),
            Err(error) => {
                let mut source = std::error::Error::source(&error);
                while let Some(inner) = source {
                    if let Some(io) = inner.downcast_ref::<io::Error>() {
                        return Err(Error::input(path.display(), format!("{}{}", describe(io), after(&places))));
                    }
                    source = inner.source();
                }
                return Ok(Err(format!("{}: {error}", after(&places))));
            }
        }
    }
}

/// Where each BGZF block is, by reading the block headers.
fn index_blocks(path: &Path) -> io::Result<bgzf::gzi::Index> {
    let mut reader = bgzf::io::Reader::new(BufReader::new(File::open(path)?));
    let (mut index, mut sink, mut total, mut last) = (Vec::new(), vec![0u8; 64 << 10], 0u64, 0u64);
    loop {
        let count = reader.read(&mut sink)?;
        if count == 0 {
            return Ok(bgzf::gzi::Index::from(index));
        }
        total += count as u64;
        let place = reader.virtual_position();
        if place.compressed() != last && place.uncompressed() == 0 {
            index.push((place.compressed(), total));
            last = place.compressed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("g.fa");
        std::fs::write(&path, text).expect("written");
        path
    }

    #[test]
    fn any_interval_with_and_without_an_index_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = written(folder.path(), ">a x\nACGTA\nCGTAC\nGG\n>b\nTTTT\n");
        for fai in [None, Some("a\t12\t5\t5\t6\nb\t4\t23\t4\t5\n")] {
            if let Some(fai) = fai {
                std::fs::write(with_ending(&path, "fai"), fai).expect("written");
            }
            let mut reference = Reference::open(&path).expect("a reference");
            let mut bases = Vec::new();
            reference.fetch(0, Interval::new(3, 12), &mut bases).expect("bases");
            reference.fetch(1, Interval::new(1, 3), &mut bases).expect("bases");
            assert_eq!(bases, b"TACGTACGGTT");
        }
    }

    #[test]
    fn an_index_of_another_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = written(folder.path(), ">a x\nACGTA\nCGTAC\nGG\n>b\nTTTT\n");
        for fai in [
            "a\t12\t5\t12\t13\nb\t4\t23\t4\t5\n",
            "a\t12\t3\t5\t6\nb\t4\t23\t4\t5\n",
            "c\t12\t5\t5\t6\nb\t4\t23\t4\t5\n",
            "a\t9000\t5\t5\t6\n",
        ] {
            std::fs::write(with_ending(&path, "fai"), fai).expect("written");
            let error = Reference::open(&path)
                .and_then(|mut r| r.fetch(0, Interval::new(0, 12), &mut Vec::new()))
                .expect_err(fai);
            assert!(error.to_string().contains("this index does not belong to"), "{error}");
        }
    }
}
