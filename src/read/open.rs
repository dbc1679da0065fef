//! Opens an input of any format: its decompressed bytes, its format and its compression.

use std::{
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use noodles::bgzf;

use super::{
    format::{self, BYTE_ORDER_MARK, Compression, Format, WITHOUT_MARK},
    source::Source,
    tally::{Counting, EndChecked, InputReport, Share, Tally},
};
use crate::{
    address::file_name,
    error::{Error, Result},
    genome::Interval,
};

/// An open input.
pub(crate) struct Input {
    /// The decompressed bytes (of CRAM, the bytes of the file).
    pub reader: Box<dyn BufRead + Send>,
    /// Its format.
    pub format: Format,
    /// Its compression.
    pub compression: Compression,
    /// The path, as the user wrote it.
    pub path: PathBuf,
    /// The first bytes after decompression, for messages.
    start: Vec<u8>,
    /// Whether they look like BED.
    is_bed: bool,
    /// Length of the file in bytes; `None` for standard input, a pipe or memory.
    length: Option<u64>,
    /// The entity tag of a file on a server.
    etag: Option<String>,
    tally: Tally,
}

/// Number of first bytes that are kept for messages.
const START: usize = 41;

/// Most bytes that are read to detect the format. A pipe may give fewer: only the bytes that its compression is detected from
/// are waited for.
const HEAD: usize = 64 << 10;

/// Reads the first bytes. Returns them, and a reader of all bytes, these included.
fn peek(mut reader: Box<dyn Read + Send>, path: &Path) -> Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut head = vec![0u8; HEAD];
    let mut len = 0;
    while len < Compression::NEEDED {
        match reader.read(&mut head[len..]) {
            Ok(0) => break,
            Ok(count) => len += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::read(path, &error)),
        }
    }
    head.truncate(len);
    let all: Box<dyn Read + Send> = Box::new(io::Cursor::new(head.clone()).chain(reader));
    Ok((head, all))
}

/// Opens a file, or standard input for `-`. An empty input is an error: this is for formats that begin with a header.
pub(crate) fn open(path: &Path) -> Result<Input> {
    let input = open_even_empty(path)?;
    if input.format == Format::Empty { Err(Error::input(input.place(), input.emptiness())) } else { Ok(input) }
}

/// Opens a file, or standard input for `-`; `None` where it is empty.
pub(crate) fn open_if_any(path: &Path) -> Result<Option<Input>> {
    Ok(Some(open_even_empty(path)?).filter(|input| input.format != Format::Empty))
}

/// Opens an input from any reader, for example from memory. Its format may be [`Format::Empty`]. Messages and manifests call it
/// `name`.
pub(crate) fn open_reader(name: &Path, reader: impl Read + Send + 'static) -> Result<Input> {
    begin(name, Box::new(reader), None)
}

/// Opens a file, or standard input for `-`, for formats of which an empty file is valid. Its format may be [`Format::Empty`].
pub(crate) fn open_even_empty(path: &Path) -> Result<Input> {
    if path == Path::new("-") {
        return begin(path, Box::new(io::stdin()), None);
    }
    let source = Source::open(path).map_err(|error| Error::read(path, &error))?;
    let (length, version) = (source.known_length(), source.version());
    let mut input = begin(path, Box::new(source), length)?;
    input.etag = version.and_then(|version| version.etag);
    Ok(input)
}

/// Opens the part of an htsget address that holds the records of a region.
pub(super) fn open_region(path: &Path, contig: &str, interval: Interval) -> Result<Input> {
    let source = Source::open_region(path, contig, interval).map_err(|error| Error::read(path, &error))?;
    begin(path, Box::new(source), None)
}

fn begin(path: &Path, raw: Box<dyn Read + Send>, length: Option<u64>) -> Result<Input> {
    let tally = Tally::new();
    let counted = Counting { inner: raw, tally: tally.clone() };
    let (head, all) = peek(Box::new(counted), path)?;
    let compression = Compression::of(&head);
    const BUFFER: usize = 128 << 10;
    let mut reader: Box<dyn BufRead + Send> = match compression {
        Compression::None => Box::new(BufReader::with_capacity(BUFFER, all)),
        Compression::Gzip => Box::new(BufReader::with_capacity(BUFFER, flate2::read::MultiGzDecoder::new(all))),
        Compression::Xz => Box::new(BufReader::with_capacity(BUFFER, lzma_rust2::XzReader::new(all, true))),
        Compression::Bgzf => {
            let inner = bgzf::io::Reader::new(BufReader::with_capacity(BUFFER, all));
            Box::new(EndChecked { inner, tally: tally.clone() })
        }
    };
    let start = reader.fill_buf().map_err(|error| Error::read(path, &error))?;
    let format = format::format_of(start);
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = start
        && format == Format::Unknown
    {
        return Err(Error::input(place(path), "it is text in UTF-16; all text is read as UTF-8")
            .with_hint("iconv -f UTF-16 -t UTF-8 FILE > NEW"));
    }
    if matches!(format, Format::Unknown | Format::Sam)
        && let Some((problem, hint)) = format::nearly_vcf(start)
    {
        return Err(Error::input(place(path), problem).with_hint(hint));
    }
    let is_bed = format == Format::Unknown && format::looks_like_bed(start);
    let start = start[..start.len().min(START)].to_vec();
    Ok(Input { reader, format, compression, path: path.into(), start, is_bed, length, etag: None, tally })
}

impl Input {
    /// The name of the input in messages.
    pub(crate) fn place(&self) -> String {
        place(&self.path)
    }

    /// A function that returns the input's entry in the manifest. Take it before the reader is moved; call it after reading.
    pub(crate) fn report(&self) -> impl Fn() -> InputReport + use<> {
        let (tally, path, format, compression) = (self.tally.clone(), self.path.clone(), self.format, self.compression);
        let (size, etag) = (self.length, self.etag.clone());
        move || {
            let (bytes, sha256) = tally.bytes_and_sha256();
            let (path, etag) = (path.clone(), etag.clone());
            let index = tally.index();
            InputReport {
                path,
                format,
                compression,
                bytes,
                size,
                sha256,
                etag,
                sample_sha256: None,
                index,
                reader: None,
            }
        }
    }

    /// Its SHA-256, and the MD5 of its contigs, are not wanted.
    pub(crate) fn skip_digest(&self) {
        self.tally.skip_digest();
    }

    /// Whether digests are wanted.
    pub(super) fn has_digest(&self) -> bool {
        self.tally.has_digest()
    }

    /// What has been read from it so far.
    pub(super) fn tally(&self) -> Tally {
        self.tally.clone()
    }

    /// A function that returns the share of the file that has been read so far. `None` where the length is not known.
    pub(crate) fn share(&self) -> Option<Share> {
        let (tally, length) = (self.tally.clone(), self.length?.max(1));
        Some(Box::new(move || tally.bytes() as f64 / length as f64))
    }

    /// A function that returns whether the input ended with the end mark of CRAM. Call it after reading.
    pub(crate) fn cram_end(&self) -> impl Fn() -> bool + use<> {
        let tally = self.tally.clone();
        move || tally.ends_as_cram()
    }

    /// Refuses an input of another format than those `wanted`, which messages call `what`.
    pub(crate) fn expect(&self, wanted: &[Format], what: &str) -> Result<()> {
        if wanted.contains(&self.format) {
            return Ok(());
        }
        match self.format {
            Format::Empty => Err(Error::input(self.place(), format!("not {what}: {}", self.emptiness()))),
            Format::Unknown => Err(self.unknown(what)),
            format => {
                let command = match format {
                    Format::Fasta => "scan",
                    Format::Vcf | Format::Bcf => "variants",
                    _ => "reads",
                };
                let format = format!("{format:?}").to_uppercase();
                let problem = format!("not {what}: it is {format}");
                Err(Error::input(self.place(), problem).with_hint(format!("for {format}, use: genogloss {command}")))
            }
        }
    }

    /// Takes an empty input as a file of `format`, which needs no header, with a warning. An error where the name ends in one of
    /// `headed`, the names of formats that need a header.
    pub(crate) fn empty_is(mut self, format: Format, headed: &[&str]) -> Result<Self> {
        if self.format != Format::Empty {
            return Ok(self);
        }
        let why = self.emptiness();
        let name = file_name(&self.path).to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if let Some(ending) = headed.iter().find(|ending| name.ends_with(&format!(".{ending}"))) {
            let what = ending.to_uppercase();
            return Err(Error::input(self.place(), format!("{why}: {what} without records still has a header")));
        }
        tracing::warn!("{}: there are no records: {why}", self.place());
        self.format = format;
        Ok(self)
    }

    /// The message for an empty input.
    fn emptiness(&self) -> &'static str {
        match self.compression {
            Compression::None => "the file is empty (0 bytes)",
            _ => "the file holds nothing (0 bytes after decompression)",
        }
    }

    /// The error for an input of an unknown format, with its first bytes.
    pub(crate) fn unknown(&self, what: &str) -> Error {
        let place = self.place();
        if self.start.starts_with(BYTE_ORDER_MARK) {
            let problem = format!("not {what}: it begins with a byte-order mark (EF BB BF)");
            return Error::input(place, problem).with_hint(WITHOUT_MARK);
        }
        let packed = match self.start.as_slice() {
            [b'B', b'Z', b'h', ..] => Some(("bzip2", "bzip2 -dc FILE")),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(("zstd", "zstd -dc FILE")),
            [b'P', b'K', 3, 4, ..] => Some(("zip", "unzip -p FILE")),
            [0x1f, 0x8b, ..] => Some(("gzip, twice", "gzip -dc FILE")),
            _ => None,
        };
        if let Some((how, unpack)) = packed {
            return Error::input(place, format!("not {what}: it is compressed with {how}; gzip, BGZF and xz are read"))
                .with_hint(format!("{unpack} | genogloss … -"));
        }
        if self.is_bed {
            return Error::input(place, format!("not {what}: it looks like BED (contig, start, end)")).with_hint(
                "variants are VCF or BCF; the lines of a BED file are places, which -R (--regions-file) takes",
            );
        }
        let line = self.start.split(|&b| b == b'\n').find(|line| !line.is_empty()).unwrap_or_default();
        let shown: String = String::from_utf8_lossy(&line[..line.len().min(START - 1)]).escape_debug().collect();
        let dots = if line.len() == START { "…" } else { "" };
        Error::input(place, format!("not {what}: it begins with \"{shown}{dots}\"")).with_hint(
            "FASTA begins with >, FASTQ with @, VCF with ##fileformat=VCF; compressed files may be gzip, BGZF or xz",
        )
    }
}

/// The name of a path in messages: `standard input` for `-`.
pub(crate) fn place(path: &Path) -> String {
    if path == Path::new("-") { "standard input".into() } else { path.display().to_string() }
}
