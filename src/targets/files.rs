//! Targets that need files: what the program opens by its path, and what it looks for beside it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    batch::Rows,
    genes::{
        base::Base,
        build,
        rank::{phenotypes::Phenotypes, scorer::Scorer},
    },
    genome::Interval,
    model::{card::Card, folder::Folder},
    output::manifest::digest,
    read::{self, alignments::Alignments, reference::Reference, regions::Regions},
    report::{
        links::Links,
        multiqc,
        page::Page,
        run::{self, Run},
        timeline,
    },
    shards::merge::{self, Part},
    tokenize::{Encoder, text::Text},
};
use noodles::{bgzf, sam};

use super::{parts, said};

thread_local! {
    static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("a temporary folder");
}

/// A path in this thread's folder.
fn path(name: &str) -> PathBuf {
    FOLDER.with(|folder| folder.path().join(name))
}

fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = path(name);
    fs::write(&path, bytes).expect("written");
    path
}

fn once(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let path = path(name);
    if !path.exists() {
        make(&path);
    }
    path
}

/// The reference of CRAM.
pub(super) fn genome() -> PathBuf {
    once("genome.fa", |path| {
        let bases = |count: usize| "ACGTTGCAAC".repeat(count / 10);
        fs::write(path, format!(">c1\n{}\n>c2\n{}\n", bases(1000), bases(500))).expect("written");
    })
}

/// FASTA by place, and its index (after a line `====`).
pub(super) fn reference(data: &[u8]) {
    let parts = parts(data);
    let fasta = write("a.fa", parts[0]);
    let beside = path("a.fa.fai");
    match parts.get(1) {
        Some(index) => drop(write("a.fa.fai", index)),
        None => drop(fs::remove_file(&beside)),
    }
    let Some(mut reference) = said(Reference::open(&fasta)) else { return };
    let lengths: Vec<u64> = reference.contigs().iter().map(|contig| contig.len).collect();
    for (contig, &length) in lengths.iter().enumerate() {
        for start in [0, length / 2, length.saturating_sub(5)] {
            let (end, mut bases) = ((start + 70_000).min(length), Vec::new());
            if said(reference.fetch(contig, Interval::new(start, end), &mut bases)).is_some() {
                assert_eq!(bases.len() as u64, end - start);
            }
        }
    }
}

/// The index of a BAM file.
pub(super) fn bai(data: &[u8]) {
    use sam::alignment::io::Write as _;
    let bam = once("a.bam", |path| {
        let text = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c1\tLN:1000\n@SQ\tSN:c2\tLN:500\n";
        let line =
            |n: usize| format!("r{n}\t0\tc{}\t{}\t60\t10M\t*\t0\t0\tACGTTGCAAC\t*\n", 1 + n / 60, 1 + (n % 60) * 7);
        let text = text.to_string() + &(0..90).map(line).collect::<String>();
        let mut reader = sam::io::Reader::new(text.as_bytes());
        let header = reader.read_header().expect("a header");
        let mut writer = noodles::bam::io::Writer::new(fs::File::create(path).expect("a file"));
        writer.write_header(&header).expect("written");
        for record in reader.record_bufs(&header) {
            writer.write_alignment_record(&header, &record.expect("a record")).expect("written");
        }
        writer.try_finish().expect("written");
    });
    let (wanted, other) =
        if data.starts_with(b"BAI\x01") { ("a.bam.bai", "a.bam.csi") } else { ("a.bam.csi", "a.bam.bai") };
    let _ = fs::remove_file(path(other));
    if wanted.ends_with("csi") {
        // As it is on disk: compressed.
        let mut writer = bgzf::io::Writer::new(fs::File::create(path(wanted)).expect("a file"));
        std::io::Write::write_all(&mut writer, data).expect("written");
        writer.finish().expect("written");
    } else {
        write(wanted, data);
    }
    let regions = Regions::new(
        [("c1".to_string(), Interval::new(3, 90)), ("c2".to_string(), Interval::new(100, 300))],
        "a.bed".into(),
    );
    if let Some(alignments) = said(Alignments::open(&bam, None)) {
        let part = read::part::Part { regions: Some(&regions), ..Default::default() };
        said(alignments.read(&part, |_| Ok(())));
    }
}

/// HGNC's table, as far as it is needed.
const GENES: &str = "hgnc_id\tsymbol\tname\tlocus_group\tlocus_type\tlocation\talias_symbol\tprev_symbol\tentrez_id\tensembl_gene_id\tomim_id\tuniprot_ids\tdate_modified\n\
    HGNC:3603\tFBN1\tfibrillin 1\tprotein-coding gene\tgene with protein product\t15q21.1\tMASS|OCTD\tFBN|MFS1\t2200\tENSG00000166147\t134797\tP35555\t2024-01-02\n\
    HGNC:1100\tBRCA1\tBRCA1 DNA repair associated\tprotein-coding gene\tgene with protein product\t17q21.31\tRNF53\t\t672\tENSG00000012048\t113705\tP38398\t2024-01-02\n";

/// Tables of facts (`====` between them) become a file of facts, which is asked.
pub(super) fn facts(data: &[u8]) {
    let mut tables = vec![write("0.tsv", GENES.as_bytes())];
    for (number, part) in parts(data).into_iter().take(4).enumerate() {
        tables.push(write(&format!("{}.tsv", number + 1), part));
    }
    let out = path("facts.sqlite");
    if said(build::build(&tables, &[], &out)).is_none() {
        return;
    }
    let base = Base::open(&out).expect("what was built is opened");
    for name in ["FBN1", "MFS1", "HGNC:1100", "672", "no such gene"] {
        if let Some(Ok((gene, _))) = said(base.gene(name)).map(|named| named.one(name)) {
            let _ = (said(base.names(&gene)), said(base.claims_of(gene.id)), said(base.phenotypes(&gene)));
        }
    }
    for text in ["HP:0001166", "Arachnodactyly", "OMIM:154700", "ORPHA:558", "Marfan syndrome"] {
        let _ = (said(base.condition(text)), said(base.disease(text)));
    }
    if let Some(scorer) = said(Scorer::read(&base, false)) {
        let terms =
            said(Phenotypes::new(&base, scorer.ontology()).read(["HP:0001166,Arachnodactyly"])).unwrap_or_default();
        if !terms.is_empty() {
            scorer.score_genes(&scorer.score_diseases(&terms, &[]));
        }
    }
}

/// A folder with a card that speaks of one file.
fn folder(name: &str, file: &str, bytes: &[u8], card: &str) -> Option<(Folder, Card)> {
    let folder = path(name);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(file), bytes).expect("written");
    let sum = said(digest(&folder.join(file)))?;
    let zeros = "0".repeat(64);
    let text = card.replace("SUM", &format!("{{model.onnx: {zeros}, {file}: {sum}}}"));
    Some((Folder::Disk(folder), Card::parse(&text, "card.yaml").expect("a card")))
}

const BASES: &[&[u8]] = &[b"ACGTTGCAACGGTACCA", b"NNACGTNNNACNA", b"acguRYK", b"A"];

fn encode(card: &Card, folder: &Folder) {
    thread_local! {
        static POOL: rayon::ThreadPool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().expect("threads");
    }
    let Some(encoder) = said(Encoder::new(card, folder, 4)) else { return };
    let mut rows = Rows::default();
    BASES.iter().for_each(|bases| rows.push(bases));
    POOL.with(|pool| said(encoder.encode(&rows, pool)));
}

/// `tokenizer.json`, for bases and for prompts.
pub(super) fn tokenizer(data: &[u8]) {
    const BPE: &str = "name: n\nversion: 1.0.0\nsummary: s\nlicense: MIT\nkind: classify\n\
        files: {model: model.onnx, tokenizer: tokenizer.json, sha256: SUM}\n\
        input: {encoding: bpe, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, padding_id: 0, mask: attention_mask}\n\
        window: {span: 60, core: 60, stride: 60, min_span: 1, max_unknown: 1.0, fixed: false}\n\
        heads:\n  - {name: p, output: p, activation: sigmoid, labels: [p]}\nstrand: forward\nrun: {rows: 4, tolerance: 1.0e-5}\n";
    const WRITER: &str = "name: n\nversion: 1.0.0\nsummary: s\nlicense: MIT\nkind: generate\n\
        files: {model: model.onnx, tokenizer: tokenizer.json, sha256: SUM}\n\
        input: {encoding: hybrid, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, mask: attention_mask, padding_id: 0}\n\
        generate: {positions: position_ids, layers: 2, heads: 2, head_width: 8, context: 192, begin: <s>, stop: [</s>], max_tokens: 24}\n\
        run: {rows: 4, tolerance: 0.001}\n";
    if let Some((folder, card)) = folder("bpe", "tokenizer.json", data, BPE) {
        encode(&card, &folder);
    }
    let Some((folder, card)) = folder("writer", "tokenizer.json", data, WRITER) else { return };
    let rule = card.generate.clone().expect("it writes");
    let Some(text) = said(Text::new(&card, &rule, &folder)) else { return };
    if let Some(ids) = said(text.encode("ACGTAC, GC content = </s>")) {
        text.decode(ids.iter().filter_map(|&id| usize::try_from(id).ok()));
    }
    text.decode(0..text.size().min(1000));
}

/// `vocab.txt` of k-mers.
pub(super) fn vocabulary(data: &[u8]) {
    const KMERS: &str = "name: n\nversion: 1.0.0\nsummary: s\nlicense: MIT\nkind: classify\n\
        files: {model: model.onnx, vocabulary: vocab.txt, sha256: SUM}\n\
        input: {encoding: kmer, k: 2, overlapping: OVER, tensor: input_ids, layout: tokens, dtype: i64, unknown: token, prefix: '[CLS]', suffix: '[SEP]', padding_id: 0, mask: attention_mask}\n\
        window: {span: 30, core: 10, stride: 10, min_span: 6, max_unknown: 0.8, fixed: false}\n\
        heads:\n  - {name: p, output: p, activation: sigmoid, labels: [p]}\nstrand: forward\nrun: {rows: 4, tolerance: 1.0e-5}\n";
    for overlapping in ["true", "false"] {
        if let Some((folder, card)) = folder("kmers", "vocab.txt", data, &KMERS.replace("OVER", overlapping)) {
            encode(&card, &folder);
        }
    }
}

/// The manifest of a shard, or of a run: put together, and shown.
pub(super) fn manifest(data: &[u8]) {
    let out = write("out.tsv", b"#contig\tstart\tend\nc1\t0\t10\n");
    write("out.tsv.manifest.json", data);
    if let Some(part) = said(Part::open(&out)) {
        let parts = [part];
        merge::longest(&parts);
        if said(merge::check(&parts)).is_some() {
            said(merge::manifest(&parts, Path::new("all.tsv"), 1));
        }
    }
    if let Some(run) = said(Run::open(&out)) {
        let mut runs = vec![run];
        run::make_distinct(&mut runs, std::slice::from_ref(&out));
        // What it says of its output is not followed out of the folder here.
        runs.iter_mut().for_each(|run| run.output = Some(out.clone()));
        if let Some(links) = said(Links::new(&[], None)) {
            let page = Page { title: "t", runs: &runs, failed: None, links: &links, fasta: None };
            let _ = (said(page.html()), said(multiqc::multiqc(&runs)), timeline::shards(&runs));
        }
    }
}

/// A track of a shard.
pub(super) fn bigwig(data: &[u8]) {
    let folder = path("tracks");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("t.bw"), data).expect("written");
    let manifest = r#"{"program": "genogloss", "tracks": ["t.bw"], "counts": {"rows": 1}, "settings": {"command": "scan"},
        "shard": {"index": 1, "count": 1, "plan": "p", "territory": [["c1", 0, 1000]], "gap": null, "edges": []}}"#;
    fs::write(folder.join(merge::TRACKS_MANIFEST), manifest).expect("written");
    if let Some(part) = said(Part::open(&folder)) {
        said(merge::tracks(&[part], &path("all")).map(drop));
    }
}
