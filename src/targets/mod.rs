//! What the fuzzers run: a function for each thing that the program reads from outside.
//!
//! `fuzz/` has a program for each, which feeds it with inputs that it makes up; the tests here feed it with inputs that once went wrong
//! (`tests/regressions/TARGET/`). A target calls the program's own reader, reads everything through, and panics where a promise is
//! broken: whatever the bytes, an input is read, or refused as bad input with a message of one line. Where it is cheap, what was read is
//! written and read again.

mod cram;
mod files;
#[cfg(test)]
mod tests;

use std::{cell::RefCell, io::Cursor, path::Path};

use crate::{
    error::{Error, Result},
    evaluate::labelled,
    genome::{
        Contigs, Interval,
        interval::{ParsedRegion, Region},
    },
    histogram::Histogram,
    model::{
        card::Card,
        device::Device,
        engine::{Engine, NetworkFile, Placement},
        ports::WindowPorts,
        rten::Rten,
    },
    output::elements::{Element, Merger},
    prompts::{
        grammar::Prompt,
        input::{self, Template},
    },
    read::{
        self, Format, Input,
        alignments::{AlignedBlocks, Alignments, place_of},
        annotation, bed,
        fasta::{self, Event},
        part::Part,
        regions::Aliases,
        variants::{VariantRecord, Variants},
    },
    scan::overlap::{Overlap, Rule},
    session::journal::Page,
    shards::edges::Edge,
    vcf::{
        bcf::{dictionary::Dictionary, encode::Encoder},
        header::check_line,
        info::with_info,
    },
};

/// A target: what it is called, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

macro_rules! targets {
    ($($name:ident: $($function:ident)::+,)*) => {
        /// All targets.
        pub const ALL: &[Target] = &[$((stringify!($name), $($function)::+)),*];

        /// Each target by itself: a program that calls one holds no other.
        pub mod programs {
            $(pub fn $name(data: &[u8]) {
                super::$($function)::+(data);
            })*
        }
    };
}

targets! {
    region: region,
    bed: read_bed,
    aliases: aliases,
    prompt: prompt,
    prompts: read_prompts,
    compressed: compressed,
    fasta: read_fasta,
    reference: files::reference,
    fastq: fastq,
    sam: sam,
    bam: bam,
    cram: read_cram,
    bai: files::bai,
    vcf: vcf,
    bcf: bcf,
    index: index,
    annotation: read_annotation,
    labelled: labelled,
    table: table,
    facts: files::facts,
    card: card,
    tokenizer: files::tokenizer,
    vocabulary: files::vocabulary,
    network: network,
    journal: journal,
    manifest: files::manifest,
    bigwig: files::bigwig,
}

/// Called once by a program that runs a target: panics that the program turns into errors stay off the screen.
pub fn prepare() {
    crate::error::explain_panics();
}

/// The target of that name.
pub fn find(name: &str) -> Target {
    *ALL.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("there is no target {name}"))
}

/// What a reader said. What is refused is refused as bad input or wrong use, in one line, and never as a fault of the program.
fn said<T>(result: Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            let text = error.to_string();
            assert!(matches!(error.exit_code(), 1 | 2) && !matches!(error, Error::Internal(_)), "{text}");
            assert!(!text.is_empty() && !text.contains('\n'), "not one line: {text:?}");
            None
        }
    }
}

/// An input in memory.
fn open(name: &str, bytes: Vec<u8>) -> Option<Input> {
    said(read::open_reader(Path::new(name), Cursor::new(bytes)))
}

/// The parts of an input that stands for several files.
fn parts(data: &[u8]) -> Vec<&[u8]> {
    const BETWEEN: &[u8] = b"\n====\n";
    let (mut parts, mut rest) = (Vec::new(), data);
    while let Some(at) = rest.windows(BETWEEN.len()).position(|here| here == BETWEEN) {
        parts.push(&rest[..=at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    parts.push(rest);
    parts
}

fn contigs() -> Contigs {
    let mut contigs = Contigs::default();
    for (name, length) in [("c1", 1000), ("chr20", 64_444_167), ("HLA-A*01:01:01:01", 3503), ("a:1-5", 9)] {
        contigs.push(name, length);
    }
    contigs
}

/// Text of a region. What is shown of it means the same.
fn region(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for known in [None, Some(contigs())] {
        let Some(reading) = said(Region::parse(text, known.as_ref())) else { continue };
        let (ParsedRegion::Certain(region) | ParsedRegion::Ambiguous(region)) = &reading;
        let plain = !region.contig.is_empty() && !region.contig.contains([':', '{', '}']);
        assert!(region.interval.is_none_or(|interval| interval.start < interval.end), "{text:?}: {region:?}");
        if plain {
            let again = said(Region::parse(&region.to_string(), None));
            let (Some(ParsedRegion::Certain(again)) | Some(ParsedRegion::Ambiguous(again))) = &again else {
                panic!("{text:?}, shown as {region}, is refused")
            };
            assert_eq!(again, region, "{text:?}, shown as {region}");
        }
    }
}

fn features_of(text: Vec<u8>) -> Option<Vec<(String, Interval)>> {
    let mut features = Vec::new();
    said(bed::each(open("a.bed", text)?, |feature, _| {
        let _ = (feature.name(), feature.strand());
        features.push((feature.contig().to_string(), feature.interval));
        Ok(())
    }))?;
    Some(features)
}

/// BED. Contigs and intervals, written again, are the same.
fn read_bed(data: &[u8]) {
    let Some(features) = features_of(data.to_vec()) else { return };
    // A name of a contig in the first line may look like another format: @ and > are FASTQ's and FASTA's.
    let mut text = "#\n".to_string();
    for (contig, interval) in &features {
        assert!(interval.start <= interval.end, "{contig} {interval:?}");
        text.push_str(&format!("{contig}\t{}\t{}\n", interval.start, interval.end));
    }
    let again = features_of(text.clone().into_bytes());
    assert_eq!(again.as_ref(), Some(&features), "written again as {text:?}");
}

/// Names of contigs by other names.
fn aliases(data: &[u8]) {
    if let Some(aliases) = open("a.tsv", data.to_vec()).and_then(|input| said(Aliases::of(input))) {
        aliases.resolve("chr1");
    }
}

/// One prompt. Its shortest spelling is a prompt, and its own shortest spelling.
fn prompt(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(prompt) = Prompt::parse(text) else { return };
    let short = prompt.canonical();
    let again = Prompt::parse(&short).unwrap_or_else(|refusal| panic!("{text:?} became {short:?}: {refusal:?}"));
    assert_eq!(again.canonical(), short, "from {text:?}");
}

/// A file of prompts.
fn read_prompts(data: &[u8]) {
    let template = Template { task: Some("splice site".into()), values: vec![("chromosome".into(), "chr1".into())] };
    for template in [Template::default(), template] {
        let Some(input) = open("a.txt", data.to_vec()) else { return };
        said(input::of(input, &template, &mut |asked| {
            let _ = Prompt::parse(&asked.text);
            Ok(())
        }));
    }
}

/// Whatever the compression: read to its end.
fn compressed(data: &[u8]) {
    let Some(mut input) = open("a.gz", data.to_vec()) else { return };
    let mut line = Vec::new();
    while let Ok(true) = read::read_line(&mut input.reader, &mut line) {}
    let _ = (input.report()(), input.cram_end()());
}

type Contig = (String, Vec<u8>, Option<[u8; 16]>);

fn contigs_of(text: Vec<u8>) -> Option<Vec<Contig>> {
    let (mut all, mut bases) = (Vec::<Contig>::new(), Vec::new());
    let input = open("a.fa", text)?;
    if input.format != Format::Fasta {
        return None;
    }
    said(fasta::stream(input, |event| {
        match event {
            Event::Contig(_) => bases.clear(),
            Event::Bases(more) => bases.extend_from_slice(more),
            Event::End(report) => {
                assert_eq!(report.length, bases.len() as u64);
                all.push((report.name, std::mem::take(&mut bases), report.md5));
            }
        }
        Ok(())
    }))?;
    Some(all)
}

/// FASTA, from start to end. Contigs, written again, are the same.
fn read_fasta(data: &[u8]) {
    let Some(contigs) = contigs_of(data.to_vec()) else { return };
    let mut text = Vec::new();
    for (name, bases, _) in &contigs {
        text.extend_from_slice(format!(">{name}\n").as_bytes());
        bases.chunks(60).for_each(|line| text.extend_from_slice(&[line, b"\n"].concat()));
    }
    if !contigs.is_empty() {
        assert_eq!(contigs_of(text), Some(contigs));
    }
}

/// Reads: every record, and where its bases lie.
fn reads(name: &str, bytes: Vec<u8>, wanted: Format, reference: Option<&Path>) -> u64 {
    let mut count = 0;
    let Some(input) = open(name, bytes) else { return 0 };
    if input.format != wanted {
        return 0;
    }
    let Some(alignments) = said(Alignments::of(input, reference)) else { return 0 };
    alignments.is_sorted();
    let header = alignments.header.for_decoding();
    said(alignments.read(&Part::default(), |record| {
        count += 1;
        place_of(&header, &record);
        let (blocks, length) = (AlignedBlocks::of(&record), record.sequence().len() as u64);
        for (start, end) in [(0, length), (length / 2, length), (length, u64::MAX)] {
            blocks.first_in(start, end);
        }
        Ok(())
    }));
    count
}

fn fastq(data: &[u8]) {
    reads("a.fq", data.to_vec(), Format::Fastq, None);
}

/// SAM; a header is put before what has none.
fn sam(data: &[u8]) {
    const HEADER: &[u8] = b"@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c1\tLN:1000\n@SQ\tSN:c2\tLN:500\n@RG\tID:g\tSM:s\n";
    let text = if data.starts_with(b"@") { data.to_vec() } else { [HEADER, data].concat() };
    reads("a.sam", text, Format::Sam, None);
}

/// BAM without its compression. Bytes without the first four are records of a header that is put before them.
fn bam(data: &[u8]) {
    const TEXT: &[u8] = b"@HD\tVN:1.6\n@SQ\tSN:c1\tLN:1000\n@SQ\tSN:c2\tLN:500\n";
    let mut bytes = Vec::new();
    if !data.starts_with(b"BAM\x01") {
        bytes.extend_from_slice(b"BAM\x01");
        bytes.extend_from_slice(&(TEXT.len() as u32).to_le_bytes());
        bytes.extend_from_slice(TEXT);
        bytes.extend_from_slice(&2u32.to_le_bytes());
        for (name, length) in [(b"c1\0", 1000u32), (b"c2\0", 500)] {
            bytes.extend_from_slice(&3u32.to_le_bytes());
            bytes.extend_from_slice(name);
            bytes.extend_from_slice(&length.to_le_bytes());
        }
    }
    bytes.extend_from_slice(data);
    reads("a.bam", bytes, Format::Bam, None);
}

/// CRAM as it is, and with the checksums that its bytes ask for: fuzzers do not find those.
fn read_cram(data: &[u8]) {
    reads("a.cram", cram::with_checksums(data), Format::Cram, Some(&files::genome()));
}

/// Header lines of what has none of its own.
const VCF: &str = "##fileformat=VCFv4.4\n##FILTER=<ID=PASS,Description=\"\">\n##FILTER=<ID=q10,Description=\"\">\n\
    ##contig=<ID=c1,length=1000>\n##contig=<ID=c2,length=500>\n\
    ##INFO=<ID=DP,Number=1,Type=Integer,Description=\"\">\n##INFO=<ID=AF,Number=A,Type=Float,Description=\"\">\n\
    ##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=DB,Number=0,Type=Flag,Description=\"\">\n##INFO=<ID=CSQ,Number=.,Type=String,Description=\"\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"\">\n\
    ##FORMAT=<ID=PL,Number=G,Type=Float,Description=\"\">\n##FORMAT=<ID=FT,Number=1,Type=String,Description=\"\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n";

/// A file of variants, read.
struct Read {
    header: Vec<Vec<u8>>,
    records: Vec<VariantRecord>,
    dictionary: Option<Dictionary>,
}

fn read_variants(bytes: Vec<u8>, binary: bool) -> Option<Read> {
    let mut variants = said(Variants::of(open("a.vcf", bytes)?))?;
    let header = variants.header.clone();
    variants.sample_count();
    let dictionary = said(variants.dictionary());
    if binary {
        variants.keep_binary(false);
    }
    let mut records = Vec::new();
    let report = variants.read(|record| {
        assert!(record.interval().end > record.interval().start);
        let _ = (record.contig(), record.reference(), record.alternates().count(), record.written());
        records.push(record);
        Ok(())
    });
    said(report).map(drop)?;
    Some(Read { header, records, dictionary })
}

impl Read {
    fn lines(&self) -> Vec<u8> {
        let mut text = Vec::new();
        self.records.iter().for_each(|record| with_info(record, b"", &mut text));
        text
    }

    fn text(&self) -> Vec<u8> {
        [self.header.concat(), self.lines()].concat()
    }

    /// As BCF, where it can be.
    fn binary(&self) -> Option<Vec<u8>> {
        let mut dictionary = self.dictionary.clone()?;
        for line in &self.header {
            check_line(line).ok()?;
            dictionary.add(line).ok()?;
        }
        let mut encoder = Encoder::new(dictionary);
        let mut bytes = encoder.header(&self.header.concat());
        for record in &self.records {
            encoder.write(record, b"", &mut bytes).ok()?;
        }
        Some(bytes)
    }
}

/// VCF. Lines, written again, are the same; made BCF, they are read, and from then on stay the same.
fn vcf(data: &[u8]) {
    let text = if data.starts_with(b"##") { data.to_vec() } else { [VCF.as_bytes(), data].concat() };
    let Some(first) = read_variants(text, false) else { return };
    let again = read_variants(first.text(), false).expect("what was written is read");
    assert!(again.text() == first.text(), "lines change when they are written again");
    let Some(bytes) = first.binary() else { return };
    let second = read_variants(bytes, false).expect("BCF that was written is read");
    let third = second.binary().and_then(|bytes| read_variants(bytes, false)).expect("its lines are BCF again");
    assert!(
        second.text() == third.text(),
        "lines of BCF change:\n{}\n{}",
        String::from_utf8_lossy(&second.lines()),
        String::from_utf8_lossy(&third.lines())
    );
}

/// BCF without its compression. Bytes that begin otherwise are records of a header that is put before them. Its lines are VCF; records
/// that are copied are read again.
fn bcf(data: &[u8]) {
    let mut bytes = Vec::new();
    if !data.starts_with(b"BCF\x02") {
        let dictionary = Dictionary::parse(VCF.as_bytes().split_inclusive(|&b| b == b'\n')).expect("a header");
        bytes = Encoder::new(dictionary).header(VCF.as_bytes());
    }
    bytes.extend_from_slice(data);
    let as_lines = read_variants(bytes.clone(), false);
    let copied = read_variants(bytes, true);
    if let Some(lines) = &as_lines {
        let again = read_variants(lines.text(), false).expect("lines of BCF are VCF");
        assert!(again.lines() == lines.lines(), "lines change when they are written again");
    }
    if let Some(bytes) = copied.as_ref().and_then(Read::binary) {
        let again = read_variants(bytes, true).expect("records that were copied are read");
        let same = copied.is_some_and(|copied| copied.records.len() == again.records.len());
        assert!(same, "records are lost when they are copied");
    }
}

/// The index of a file of variants, without its compression.
fn index(data: &[u8]) {
    let _ = read::index::Index::parse(data);
}

/// GTF, GFF3, or SpliceAI's table.
fn read_annotation(data: &[u8]) {
    let Some(annotation) = open("a.gtf", data.to_vec()).and_then(|input| said(annotation::of(input))) else { return };
    for gene in &annotation.genes {
        assert!(gene.interval.start <= gene.interval.end, "{gene:?}");
        gene.introns().for_each(|intron| assert!(intron.start < intron.end, "{gene:?}"));
    }
}

/// Labelled sequences.
fn labelled(data: &[u8]) {
    if let Some(input) = open("a.csv", data.to_vec()) {
        said(labelled::of(input, &labelled::Columns::default()));
    }
}

/// A table of facts about genes, row by row.
fn table(data: &[u8]) {
    let table = open("a.tsv", data.to_vec()).and_then(|input| said(crate::genes::table::Table::of(input)));
    if let Some(table) = table {
        said(table.each(|row| {
            let _ = (row.get(&["symbol", "gene_symbol"]), row.line(), row.place());
            Ok(())
        }));
    }
}

/// A card. What it says is asked for as a run does.
fn card(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(card) = said(Card::parse(text, "card.yaml")) else { return };
    let _ = (card.file_names(), card.networks_digest(), card.bin(), card.bins(), card.missing_is_zero());
    assert!(card.min_span() <= card.window.span);
    if card.heads.len() < 1000 && card.heads.iter().all(|head| head.labels.len() < 10_000) {
        card.columns();
        card.heads.iter().for_each(|head| assert!(card.repeat(head) > 0));
        card.bins_of(card.window.core as usize);
        WindowPorts::of(&card);
    }
}

/// The card of networks that are made up.
const CARD: &str = "name: n\nversion: 1.0.0\nsummary: s\nlicense: MIT\nkind: regress\n\
    files: {model: model.onnx, sha256: {model.onnx: d0c6d2ebace4b99208b98379f6f84e5bd00e8866e02ca3445050a5b46065822f}}\n\
    input: {encoding: base, tensor: ids, layout: tokens, dtype: i64, unknown: token}\n\
    window: {span: 16, core: 8, stride: 8, min_span: 1, max_unknown: 1.0}\n\
    heads:\n  - {name: mean, output: mean, activation: identity, labels: [mean]}\nstrand: forward\nrun: {rows: 4, tolerance: 1.0e-5}\n";

thread_local! {
    static PORTS: RefCell<Option<WindowPorts>> = const { RefCell::new(None) };
}

/// A network, loaded by the engine that is always there.
fn network(data: &[u8]) {
    let ports = PORTS.with_borrow_mut(|ports| {
        let make = || {
            let card = Card::parse(CARD, "card.yaml").expect("a card");
            WindowPorts::of(&card)
        };
        ports.get_or_insert_with(make).clone()
    });
    let file = NetworkFile { place: "n".into(), bytes: data.to_vec().into(), data: Vec::new(), on_disk: None };
    let place = Placement { device: Device::Cpu, sessions: 1, threads: 1, only_if_faster: false };
    said(Rten.load_windows(file, &ports, place));
}

/// A journal, and what a run would go on with.
fn journal(data: &[u8]) {
    let Ok(page) = Page::parse(data) else { return };
    let checkpoint = page.checkpoint;
    let counts = checkpoint.counts();
    serde_json::to_string(&counts).expect("counts are JSON");
    let state = |key: &str| checkpoint.state.get(key).cloned().unwrap_or_default();
    let mut merger = Merger::new(10, 2);
    let _ = merger.restore(serde_json::from_value::<Option<_>>(state("open")).unwrap_or_default().unwrap_or_default());
    merger.earliest_open();
    merger.close_before(Some(("c1", 5)), &mut Vec::new());
    merger.close_before(None, &mut Vec::new());
    for element in serde_json::from_value::<Vec<Element>>(state("held")).unwrap_or_default() {
        if element.check().is_ok() {
            element.line();
        }
    }
    let _ = serde_json::from_value::<Vec<Edge>>(state("edges"));
    let _ = Histogram::restored(&state("histogram"));
    let mut overlap = Overlap::new(Rule::Mean);
    if overlap.restore(&state("overlap")[1], 1).is_some() {
        said(overlap.add(Interval::new(5, 9), Err(crate::skip::Skip::UnknownBases), |_| Ok(())));
        said(overlap.finish(|_| Ok(())));
    }
}
