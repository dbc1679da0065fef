//! A FASTA file whose intervals are fetched in any order, with the last blocks kept in memory.

use std::{
    collections::HashMap,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

use md5::{Digest, Md5};
use noodles::{bgzf, fasta};

use super::{
    super::{
        beside::{is_older, with_ending},
        end_marks::require_end_block,
        fasta::{ContigReport, check_alphabet},
        format::{Compression, Format},
        open,
        source::{self, Source},
    },
    block_index::BlockIndex,
    dictionary,
    index::{self, Irregular, file_offset, make_anew},
};
use crate::{
    address::is_address,
    error::{Error, Result},
    genome::{Contigs, Interval},
};

/// Bases of a block. A BGZF block inflates to 64 KiB, and neighbouring variants share most of theirs.
const BLOCK: u64 = 64 << 10;
/// Number of blocks that are kept: 64 × 64 KiB = 4 MiB.
const KEPT: usize = 64;

/// A block in memory, and when it was last used.
type Kept = (u64, Arc<Vec<u8>>);

trait Bytes: Read + Seek + Send + Sync {}
impl<T: Read + Seek + Send + Sync> Bytes for T {}

/// An open FASTA file with its index.
pub(crate) struct Reference {
    path: PathBuf,
    contigs: Contigs,
    /// The index: a record per contig.
    records: Vec<fasta::fai::Record>,
    bytes: Box<dyn Bytes>,
    /// Blocks by contig and number, with the time of their last use.
    blocks: HashMap<(usize, u64), Kept>,
    clock: u64,
    /// By contig: whether its header has been found where the index has it.
    checked: Vec<bool>,
    has_index_file: bool,
    /// Of a BGZF file with a `.gzi`: checks the places of blocks.
    block_index: Option<BlockIndex>,
    #[cfg(feature = "htslib")]
    is_compressed: bool,
}

impl Reference {
    /// Opens a FASTA file.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::open_if_regular(path)?.map_err(|Irregular(why)| {
            Error::input(path.display(), format!("it cannot be indexed{why}")).with_hint(
                "all lines of a contig but its last must have one length, and no line may be empty; samtools faidx requires the same",
            )
        })
    }

    /// Opens a FASTA file. The inner error: the lines of the file are not regular, so that it can only be read from start to end.
    pub(super) fn open_if_regular(path: &Path) -> Result<std::result::Result<Self, Irregular>> {
        let (mut file, len, compression) = open_seekable(path)?;
        let failed = |error: &io::Error| Error::read(path, error);
        let (bytes, block_index): (Box<dyn Bytes>, _) = if compression == Compression::Bgzf {
            let (bytes, block_index) = open_blocks(path, file, len)?;
            (Box::new(bytes), block_index)
        } else {
            open::open(path)?.expect(&[Format::Fasta], "a FASTA file")?;
            let mut first = [0];
            file.read_exact(&mut first).map_err(|error| failed(&error))?;
            if first != *b">" {
                return Ok(Err(Irregular(": it begins with an empty line".into())));
            }
            (Box::new(file), None)
        };
        let has_index_file = source::exists(&with_ending(path, "fai"))?;
        let records = if has_index_file {
            index::read_contigs(path)?
        } else {
            tracing::info!(
                "{} has no index: reading it once to make an index in memory (samtools faidx makes one for all runs)",
                path.display()
            );
            match index::index_contigs(path)? {
                Ok(records) => records,
                Err(irregular) => return Ok(Err(irregular)),
            }
        };
        if has_index_file && records.is_empty() {
            let index = with_ending(path, "fai");
            return Err(Error::input(index.display(), "it is empty").with_hint(make_anew(path)));
        }
        let contigs = index::dictionary(&records, path)?;
        if has_index_file {
            index::check_line_widths(&records, path)?;
        }
        let reference = Self {
            path: path.into(),
            contigs,
            checked: vec![!has_index_file; records.len()],
            records,
            bytes,
            blocks: HashMap::new(),
            clock: 0,
            has_index_file,
            block_index,
            #[cfg(feature = "htslib")]
            is_compressed: compression == Compression::Bgzf,
        };
        if has_index_file && compression == Compression::None {
            reference.check_length(len)?;
        }
        reference.warn_of_older_indices();
        Ok(Ok(reference))
    }

    fn warn_of_older_indices(&self) {
        for ending in ["fai", "gzi"] {
            let beside = with_ending(&self.path, ending);
            if is_older(&beside, &self.path) {
                tracing::warn!(
                    "{} is older than {}: if the file was changed, run samtools faidx again",
                    beside.display(),
                    self.path.display()
                );
            }
        }
    }

    /// The name that [`Self::link_into`] gives the file.
    #[cfg(feature = "htslib")]
    pub(crate) const LINK: &str = "reference.fa";

    /// Links the file into a folder and writes its indices beside the link, for a library that reads them from there.
    #[cfg(feature = "htslib")]
    pub(crate) fn link_into(&self, folder: &Path) -> Result<()> {
        let link = folder.join(Self::LINK);
        let failed = |error: io::Error| Error::write(link.display(), &error);
        let target = self.path.canonicalize().map_err(|error| Error::read(&self.path, &error))?;
        std::os::unix::fs::symlink(target, &link).map_err(failed)?;
        fasta::fai::fs::write(with_ending(&link, "fai"), &fasta::fai::Index::from(self.records.clone()))
            .map_err(failed)?;
        if self.is_compressed {
            let beside = with_ending(&self.path, "gzi");
            let index = if source::exists(&beside)? {
                index::read_blocks(&beside).map_err(|error| Error::read(&beside, &error))?
            } else {
                index::index_blocks(&self.path).map_err(|error| Error::read(&self.path, &error))?
            };
            bgzf::gzi::fs::write(with_ending(&link, "gzi"), &index).map_err(failed)?;
        }
        Ok(())
    }

    /// Contigs, in the file's order.
    pub(crate) fn contigs(&self) -> &Contigs {
        &self.contigs
    }

    /// The name of the file in messages.
    pub(crate) fn place(&self) -> String {
        self.path.display().to_string()
    }

    /// The error for an index of another file.
    fn foreign_index(&self, why: &str) -> Error {
        let index = with_ending(&self.path, "fai");
        Error::input(index.display(), format!("this index does not belong to {} ({why})", self.path.display()))
            .with_hint(make_anew(&self.path))
    }

    /// Checks that the last contig of the index ends where the file ends.
    fn check_length(&self, len: u64) -> Result<()> {
        let end = self
            .records
            .iter()
            .map(|p| if p.length() == 0 { p.position() } else { file_offset(p, p.length() - 1) + 1 })
            .max()
            .unwrap_or(0);
        if end > len {
            return Err(self.foreign_index("it points past the end of the file"));
        }
        // A line end and perhaps empty lines may follow; more is sequence that is not in the index.
        if len - end > 4096 {
            return Err(self.foreign_index("the file continues after the last contig of the index"));
        }
        Ok(())
    }

    /// Appends the bases of `interval`, which must lie on the contig, to `out`, as they are written in the file.
    pub(crate) fn fetch(&mut self, contig: usize, interval: Interval, out: &mut Vec<u8>) -> Result<()> {
        let mut at = interval.start;
        while at < interval.end {
            let number = at / BLOCK;
            let block = self.block(contig, number)?;
            let from = (at - number * BLOCK) as usize;
            let to = ((interval.end - number * BLOCK) as usize).min(block.len());
            if to <= from {
                return Err(Error::Internal(format!(
                    "an interval past the end of a contig was requested ({interval:?})"
                )));
            }
            out.extend_from_slice(&block[from..to]);
            at += (to - from) as u64;
        }
        Ok(())
    }

    /// A block of a contig, from memory or from the file.
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

    /// Reads a block of a contig, and checks its letters and the index.
    fn read_block(&mut self, contig: usize, number: u64) -> Result<Vec<u8>> {
        let place = self.records[contig].clone();
        if !self.checked[contig] {
            self.check_header(&place)?;
            self.check_end(&place)?;
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
                self.foreign_index("it points past the end of the file")
            } else {
                Error::read(path, &error)
            }
        })?;
        raw.retain(|&byte| byte != b'\n' && byte != b'\r');
        if raw.len() as u64 != last - first || raw.contains(&b'>') {
            return Err(self.foreign_index("its line lengths are not the file's"));
        }
        check_alphabet(&raw, &self.path.display().to_string(), &place.name().to_string(), first)?;
        Ok(raw)
    }

    /// Checks that the BGZF blocks that hold these bytes lie where the `.gzi` has them.
    fn check_blocks(&mut self, start: u64, end: u64) -> Result<()> {
        let Some(index) = &mut self.block_index else { return Ok(()) };
        if index.fits(start, end).map_err(|error| Error::read(&self.path, &error))? {
            return Ok(());
        }
        let beside = with_ending(&self.path, "gzi");
        Err(Error::input(
            beside.display(),
            format!("this index does not belong to {} (a block is not where the index has it)", self.path.display()),
        )
        .with_hint(format!("make it again: bgzip -r {}", self.path.display())))
    }

    /// Checks that the header of a contig and a line end stand before its first base.
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
            // A header that is longer than the bytes read cannot be checked.
            let whole = header.len() < before.len() || from == 0;
            !whole
                || (header.first() == Some(&b'>')
                    && header[1..].starts_with(&name)
                    && header.get(1 + name.len()).is_none_or(u8::is_ascii_whitespace))
        };
        if good {
            Ok(())
        } else {
            Err(self.foreign_index(&format!("contig \"{}\" does not begin where the index has it", place.name())))
        }
    }

    /// Checks that the last base of a contig ends its line, and that the next contig or the end of the file follows.
    fn check_end(&mut self, place: &fasta::fai::Record) -> Result<()> {
        let Some(last) = place.length().checked_sub(1) else { return Ok(()) };
        let mut after = Vec::new();
        let from = SeekFrom::Start(file_offset(place, last) + 1);
        let read = self.bytes.seek(from).and_then(|_| self.bytes.as_mut().take(4).read_to_end(&mut after));
        let is_line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let next = after.iter().find(|byte| !is_line_end(byte));
        if read.is_ok() && after.first().is_none_or(is_line_end) && next.is_none_or(|byte| *byte == b'>') {
            return Ok(());
        }
        Err(self.foreign_index(&format!("contig \"{}\" does not end where the index has it", place.name())))
    }

    /// The name, length and MD5 of contigs, for the manifest. The MD5 is that of a `.dict` beside the file where it has one; without, all
    /// of the contig is read, unless it is on a server. `has_digest`: if not, contigs without it have none.
    pub(crate) fn reports(&mut self, contigs: &[usize], has_digest: bool) -> Result<Vec<ContigReport>> {
        let known = if contigs.is_empty() { HashMap::new() } else { dictionary::digests(&self.path, &self.contigs) };
        let report = |&contig: &usize| {
            let (name, length) = (self.records[contig].name().to_string(), self.records[contig].length());
            let md5 = match known.get(&contig) {
                Some(md5) => Some(*md5),
                // Reading all of a genome from a server would cost more than the run.
                None if has_digest && !is_address(&self.path) => Some(self.md5(contig)?),
                None => None,
            };
            Ok(ContigReport { name, length, md5 })
        };
        contigs.iter().map(report).collect()
    }

    /// The MD5 of a contig; reads all of it.
    fn md5(&mut self, contig: usize) -> Result<[u8; 16]> {
        let (mut hash, mut bases) = (Md5::new(), Vec::new());
        for number in 0..self.records[contig].length().div_ceil(BLOCK) {
            bases.clear();
            bases.extend(self.read_block(contig, number)?.iter().map(u8::to_ascii_uppercase));
            hash.update(&bases);
        }
        Ok(hash.finalize().into())
    }
}

/// Opens a plain or BGZF file: the file at its start, its length, and its compression.
fn open_seekable(path: &Path) -> Result<(Source, u64, Compression)> {
    let failed = |error: &io::Error| Error::read(path, error);
    let no_access = || {
        Error::input(open::place(path), "a pipe or device does not allow random access")
            .with_hint("give a file instead")
    };
    if path == Path::new("-") || std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        return Err(no_access());
    }
    let mut head = [0u8; Compression::NEEDED];
    let mut file = Source::open(path).map_err(|e| failed(&e))?;
    let len = file.known_length().ok_or_else(no_access)?;
    if len == 0 {
        return Err(Error::input(path.display(), "the file is empty (0 bytes)"));
    }
    let got = file.read(&mut head).map_err(|e| failed(&e))?;
    file.seek(SeekFrom::Start(0)).map_err(|e| failed(&e))?;
    let compression = Compression::of(&head[..got]);
    match compression {
        Compression::None | Compression::Bgzf => Ok((file, len, compression)),
        Compression::Xz => Err(Error::input(path.display(), "xz does not allow random access")
            .with_hint("compress it with bgzip instead: xz -dc genome.fa.xz | bgzip > genome.fa.gz")),
        Compression::Gzip => Err(Error::input(path.display(), "gzip does not allow random access")
            .with_hint("compress it with bgzip instead: gunzip -c genome.fa.gz | bgzip > genome.bgz.fa.gz")),
    }
}

/// A reader of a BGZF file by position, and the index of its blocks where it is from a file (`.gzi`), to check it.
fn open_blocks(path: &Path, file: Source, len: u64) -> Result<(impl Bytes + use<>, Option<BlockIndex>)> {
    let failed = |error: &io::Error| Error::read(path, error);
    require_end_block(path)?;
    let beside = with_ending(path, "gzi");
    let (blocks, block_index) = if source::exists(&beside)? {
        let blocks = index::read_blocks(&beside).map_err(|error| {
            Error::read(&beside, &error).with_hint(format!("make it again: bgzip -r {}", path.display()))
        })?;
        let file = Source::open(path).map_err(|e| failed(&e))?;
        let checked = BlockIndex::new(file, len, blocks.as_ref());
        (blocks, Some(checked))
    } else {
        (index::index_blocks(path).map_err(|e| failed(&e))?, None)
    };
    Ok((bgzf::io::IndexedReader::new(BufReader::new(file), blocks), block_index))
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
