//! What an output's name says of its format. Names decide, or the run stops: no file holds another format than its name says.

use std::path::Path;

use crate::{
    address::file_name,
    error::{Error, Result},
};

/// A format that names of files end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// Columns parted by tabs.
    Tsv,
    /// Intervals.
    Bed,
    /// Intervals with one number.
    Bedgraph,
    /// Tracks.
    BigWig,
    /// Reads as text.
    Sam,
    /// Reads.
    Bam,
    /// Reads, as differences to a reference.
    Cram,
    /// Variants as text.
    Vcf,
    /// Variants.
    Bcf,
    /// Tables in columns.
    Parquet,
    /// Sequences.
    Fasta,
    /// Sequences with qualities.
    Fastq,
    /// Genes.
    Gff,
    /// Columns parted by commas.
    Csv,
    /// Tracks as text.
    Wig,
    /// Arrays of numbers.
    Numpy,
    /// What lies beside a file and says where things are in it.
    Index,
    /// What is compressed in a way that nothing is written in.
    Packed,
}

/// Endings of names; the first one of a format is its usual one.
const ENDINGS: [(&str, Named); 35] = [
    ("tsv", Named::Tsv),
    ("bed", Named::Bed),
    ("bedgraph", Named::Bedgraph),
    ("bdg", Named::Bedgraph),
    ("bg", Named::Bedgraph),
    ("bw", Named::BigWig),
    ("bigwig", Named::BigWig),
    ("sam", Named::Sam),
    ("bam", Named::Bam),
    ("cram", Named::Cram),
    ("vcf", Named::Vcf),
    ("bcf", Named::Bcf),
    ("parquet", Named::Parquet),
    ("fa", Named::Fasta),
    ("fasta", Named::Fasta),
    ("fna", Named::Fasta),
    ("fq", Named::Fastq),
    ("fastq", Named::Fastq),
    ("gff", Named::Gff),
    ("gff3", Named::Gff),
    ("gtf", Named::Gff),
    ("csv", Named::Csv),
    ("wig", Named::Wig),
    ("npy", Named::Numpy),
    ("npz", Named::Numpy),
    ("fai", Named::Index),
    ("gzi", Named::Index),
    ("bai", Named::Index),
    ("csi", Named::Index),
    ("tbi", Named::Index),
    ("crai", Named::Index),
    ("xz", Named::Packed),
    ("zst", Named::Packed),
    ("bz2", Named::Packed),
    ("zip", Named::Packed),
];

/// Whether an output is compressed (BGZF), by its name: `.gz` or `.bgz`, large or small letters.
pub(crate) fn is_compressed(path: Option<&Path>) -> bool {
    let ending = path.and_then(Path::extension).and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("gz") || ending.eq_ignore_ascii_case("bgz"))
}

/// A name of a file without the ending of its format, and without `.gz` or `.bgz`: `a.b` of `a.b.vcf.gz`.
pub(crate) fn stem(name: &str) -> &str {
    let without = |name: &str, is_known: &dyn Fn(&str) -> bool| {
        name.rsplit_once('.').filter(|(_, ending)| is_known(ending)).map(|(rest, _)| rest.len())
    };
    let plain = &name[..without(name, &|ending| ["gz", "bgz"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
        .unwrap_or(name.len())];
    let is_format = |ending: &str| ENDINGS.iter().any(|(known, _)| ending.eq_ignore_ascii_case(known));
    &plain[..without(plain, &is_format).unwrap_or(plain.len())]
}

impl Named {
    /// What a name ends in, and whether `.gz` or `.bgz` follows; `None` where it says nothing.
    pub(crate) fn of(path: &Path) -> Option<(Self, bool)> {
        let name = file_name(path).to_ascii_lowercase();
        let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".bgz"));
        let (_, ending) = plain.unwrap_or(&name).rsplit_once('.')?;
        let (_, format) = ENDINGS.iter().find(|(known, _)| *known == ending)?;
        Some((*format, plain.is_some()))
    }

    /// What messages call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Tsv => "TSV",
            Self::Bed => "BED",
            Self::Bedgraph => "bedGraph",
            Self::BigWig => "bigWig",
            Self::Sam => "SAM",
            Self::Bam => "BAM",
            Self::Cram => "CRAM",
            Self::Vcf => "VCF",
            Self::Bcf => "BCF",
            Self::Parquet => "Parquet",
            Self::Fasta => "FASTA",
            Self::Fastq => "FASTQ",
            Self::Gff => "GFF or GTF",
            Self::Csv => "CSV",
            Self::Wig => "WIG",
            Self::Numpy => "NumPy",
            Self::Index => "an index",
            Self::Packed => "another compression (.gz is written)",
        }
    }

    fn ending(self) -> &'static str {
        ENDINGS.iter().find(|(_, format)| *format == self).map_or("", |(ending, _)| ending)
    }
}

/// A format that a command can write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writes<F> {
    /// The format.
    pub format: F,
    /// What its files are called.
    pub named: Named,
    /// Whether they end in .gz or .bgz; `None`: with or without.
    pub compressed: Option<bool>,
}

impl<F> Writes<F> {
    /// Text, which is compressed if its name ends in .gz or .bgz.
    pub(crate) const fn text(format: F, named: Named) -> Self {
        Self { format, named, compressed: None }
    }

    /// What is never called .gz.
    pub(crate) const fn plain(format: F, named: Named) -> Self {
        Self { format, named, compressed: Some(false) }
    }

    fn fits(&self, (named, compressed): (Named, bool)) -> bool {
        self.named == named && self.compressed.is_none_or(|wanted| wanted == compressed)
    }

    fn ending(&self) -> String {
        format!(".{}{}", self.named.ending(), if self.compressed == Some(true) { ".gz" } else { "" })
    }
}

/// The format of an output: what was asked for (`given`, and the option that did so), else what the name says, else `default`. A name that says
/// another format, or one that the command cannot write, is wrong usage. `can`: all that it writes to this output.
pub(crate) fn decide<F: Copy + PartialEq>(
    path: Option<&Path>,
    given: Option<(F, &str)>,
    default: F,
    can: &[Writes<F>],
) -> Result<F> {
    let otherwise = given.as_ref().map_or(default, |(format, _)| *format);
    let Some((path, says)) = path.filter(|p| *p != Path::new("-")).and_then(|path| Some((path, Named::of(path)?)))
    else {
        return Ok(otherwise);
    };
    let by_name = || can.iter().filter(|writes| writes.fits(says));
    let place = path.display();
    match given {
        Some((format, _)) if by_name().any(|writes| writes.format == format) => Ok(format),
        Some((format, option)) => {
            let wanted = can.iter().find(|writes| writes.format == format);
            let what = wanted.map_or("another format".into(), |writes| {
                let gz = if writes.compressed == Some(true) { " in BGZF" } else { "" };
                format!("{}{gz}", writes.named.word())
            });
            let mut hint =
                wanted.map(|writes| format!("use a name that ends in {}", writes.ending())).unwrap_or_default();
            if by_name().next().is_some() {
                hint += &format!(", or omit {option}");
            }
            Err(Error::usage(format!("{option} writes {what}, but {place} is a name of {}", shown(says)))
                .with_hint(hint))
        }
        None => match by_name().find(|writes| writes.format == default).or_else(|| by_name().next()) {
            Some(writes) => Ok(writes.format),
            None => Err(cannot(path, says, can)),
        },
    }
}

/// Whether an output is Parquet by its name.
pub(crate) fn is_parquet(path: Option<&Path>) -> bool {
    path.and_then(Named::of) == Some((Named::Parquet, false))
}

/// The formats of a table that may have any name: text, or Parquet by its name.
pub(crate) const TABLE: [Writes<()>; 2] = [Writes::text((), Named::Tsv), Writes::plain((), Named::Parquet)];

/// Refuses standard output for Parquet, which is read from its end.
pub(crate) fn needs_file(is_parquet: bool, path: Option<&Path>) -> Result<()> {
    match is_parquet && path.is_none_or(|path| path == Path::new("-")) {
        true => Err(Error::usage("Parquet is written to a file").with_hint("-o FILE.parquet")),
        false => Ok(()),
    }
}

/// Refuses a name of a format, where none of them is written: a page, a folder (`what` it is).
pub(crate) fn refuse(path: Option<&Path>, what: &str) -> Result<()> {
    match path.filter(|p| *p != Path::new("-")).and_then(|path| Some((path, Named::of(path)?))) {
        Some((path, says)) => {
            let message = format!("{} is a name of {}, but the output is {what}", path.display(), shown(says));
            Err(Error::usage(message).with_hint("give it another name"))
        }
        None => Ok(()),
    }
}

fn shown((named, compressed): (Named, bool)) -> String {
    format!("{}{}", named.word(), if compressed { " in BGZF" } else { "" })
}

fn cannot<F>(path: &Path, says: (Named, bool), can: &[Writes<F>]) -> Error {
    let mut all: Vec<String> = Vec::new();
    for writes in can {
        let one = format!("{} ({})", writes.named.word(), writes.ending());
        if !all.contains(&one) {
            all.push(one);
        }
    }
    let message = format!("{} is a name of {}, which this command cannot write", path.display(), shown(says));
    Error::usage(message).with_hint(format!("this command writes {}", all.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAN: [Writes<u8>; 3] =
        [Writes::text(1, Named::Bed), Writes::text(2, Named::Tsv), Writes::plain(3, Named::Bam)];

    fn decided(name: &str, given: Option<u8>) -> Option<u8> {
        decide(Some(Path::new(name)), given.map(|format| (format, "--format x")), 1, &CAN).ok()
    }

    #[test]
    fn the_name_decides_or_agrees() {
        for (name, given, format) in [
            ("a.bed", None, Some(1)),
            ("a.TSV.gz", None, Some(2)),
            ("a.tsv.bgz", Some(2), Some(2)),
            ("a.tsv", Some(1), None),
            ("a.bam", None, Some(3)),
            ("a.bam.gz", None, None),
            ("a.bam.gz", Some(3), None),
            ("a.cram", None, None),
            ("a.vcf.gz", Some(1), None),
            ("a.parquet", None, None),
            ("a.fa.fai", None, None),
            ("a.npy", None, None),
            ("a.tsv.xz", Some(2), None),
            ("a.wig", None, None),
            ("a.bed.GZ", None, Some(1)),
            ("a", None, Some(1)),
            ("bed", Some(2), Some(2)),
            ("a.gz", Some(3), Some(3)),
            ("-", None, Some(1)),
            ("a.txt", None, Some(1)),
            ("x.bed/a", None, Some(1)),
        ] {
            assert_eq!(decided(name, given), format, "{name} {given:?}");
        }
    }

    #[test]
    fn a_stem_has_no_ending_of_a_format() {
        let names = ["s1.vcf.gz", "s.1.bed", "tracks", "a.b", "x.gz", "a.tsv.BGZ", "b.bam.bed"];
        assert_eq!(names.map(stem), ["s1", "s.1", "tracks", "a.b", "x", "a", "b.bam"]);
    }

    #[test]
    fn messages_say_what_to_do() {
        let say = |name: &str, given| {
            let error = decide(Some(Path::new(name)), given, 1, &CAN).expect_err(name);
            (error.to_string(), error.hint().unwrap_or_default().to_string())
        };
        assert_eq!(
            say("a.sam", Some((3, "--format bam"))),
            ("--format bam writes BAM, but a.sam is a name of SAM".into(), "use a name that ends in .bam".into())
        );
        assert_eq!(say("a.tsv", Some((3, "--format bam"))).1, "use a name that ends in .bam, or omit --format bam");
        assert_eq!(
            say("a.bw", None),
            (
                "a.bw is a name of bigWig, which this command cannot write".into(),
                "this command writes BED (.bed), TSV (.tsv), BAM (.bam)".into()
            )
        );
    }
}
