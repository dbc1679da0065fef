//! Reads: what they may be written in, what becomes of those without a score, and where their windows lie.

use crate::support::{Folder, genogloss, genogloss_with_input, shell, succeed, tool, tools_available};

/// Protocol buffers, as far as a small network needs them.
mod onnx {
    fn varint(mut number: u64) -> Vec<u8> {
        let mut out = Vec::new();
        while number > 127 {
            out.push((number & 127) as u8 | 128);
            number >>= 7;
        }
        out.push(number as u8);
        out
    }

    fn number(field: u64, value: u64) -> Vec<u8> {
        [varint(field << 3), varint(value)].concat()
    }

    fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
        [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
    }

    fn node(op: &str, inputs: &[&str], output: &str, attributes: &[u8]) -> Vec<u8> {
        let inputs: Vec<u8> = inputs.iter().flat_map(|name| bytes(1, name.as_bytes())).collect();
        bytes(1, &[inputs, bytes(2, output.as_bytes()), bytes(4, op.as_bytes()), attributes.to_vec()].concat())
    }

    fn tensor(name: &str, kind: u64, dims: &[u64], raw: &[u8]) -> Vec<u8> {
        let dims: Vec<u8> = dims.iter().flat_map(|&d| number(1, d)).collect();
        bytes(5, &[dims, number(2, kind), bytes(8, name.as_bytes()), bytes(9, raw)].concat())
    }

    fn port(field: u64, name: &str, kind: u64, axes: &[Option<u64>]) -> Vec<u8> {
        let axes: Vec<u8> =
            axes.iter().flat_map(|axis| bytes(1, &axis.map_or(bytes(2, b"n"), |len| number(1, len)))).collect();
        let shape = bytes(1, &[number(1, kind), bytes(2, &axes)].concat());
        bytes(field, &[bytes(1, name.as_bytes()), bytes(2, &shape)].concat())
    }

    /// log(x - 1) * scale, where x is the mean of the base ids of a window (A C G T = 0 1 2 3), or each of them (`track`): not a number
    /// below 1, infinite at 1.
    pub(crate) fn logarithm(span: u64, track: bool, scale: f32) -> Vec<u8> {
        let to_f32 = bytes(5, &[bytes(1, b"to"), number(3, 1), number(20, 2)].concat());
        let axes = bytes(5, &[bytes(1, b"axes"), number(8, 1), number(20, 7)].concat());
        let mut graph = node("Cast", &["ids"], "x", &to_f32);
        if track {
            graph.extend(node("Unsqueeze", &["x", "axis"], "m", &[]));
            graph.extend(tensor("axis", 7, &[1], &2i64.to_le_bytes()));
        } else {
            graph.extend(node("ReduceMean", &["x"], "m", &axes));
        }
        graph.extend(node("Sub", &["m", "one"], "d", &[]));
        graph.extend(node("Log", &["d"], "l", &[]));
        graph.extend(node("Mul", &["l", "scale"], "y", &[]));
        graph.extend(tensor("one", 1, &[1], &1f32.to_le_bytes()));
        graph.extend(tensor("scale", 1, &[1], &scale.to_le_bytes()));
        graph.extend(bytes(2, b"g"));
        graph.extend(port(11, "ids", 7, &[None, Some(span)]));
        let answer: &[Option<u64>] = if track { &[None, Some(span), Some(1)] } else { &[None, Some(1)] };
        graph.extend(port(12, "y", 1, answer));
        [number(1, 8), bytes(8, &number(2, 13)), bytes(7, &graph)].concat()
    }
}

/// A model folder with [`onnx::logarithm`]: its path.
fn logarithm(folder: &Folder, name: &str, span: u64, track: bool, scale: f32) -> String {
    std::fs::create_dir(folder.path(name)).expect("a folder");
    let network = folder.write(&format!("{name}/model.onnx"), onnx::logarithm(span, track, scale));
    let digest = shell(&format!("sha256sum {network} | cut -d ' ' -f 1"));
    let (kind, bin) = if track { ("track", ", bin: 1, layout: channels-last") } else { ("regress", "") };
    let card = format!(
        "name: {name}\nversion: 1.0.0\nsummary: log\nlicense: MIT\nkind: {kind}\nfiles:\n  model: model.onnx\n  \
         sha256: {{model.onnx: {}}}\ninput: {{encoding: base, tensor: ids, layout: tokens, dtype: i64, unknown: token}}\n\
         window: {{span: {span}, core: {span}, stride: {span}, min_span: 1, max_unknown: 0.9}}\nheads:\n  \
         - {{name: log, output: y, activation: identity, labels: [log]{bin}}}\nstrand: forward\nrun: {{rows: 4}}\n",
        digest.trim()
    );
    folder.write(&format!("{name}/card.yaml"), card);
    folder.path(name)
}

/// The cells of a table, without its header.
fn cells(table: &str) -> Vec<Vec<String>> {
    table.lines().skip(1).map(|line| line.split('\t').map(String::from).collect()).collect()
}

#[test]
fn sequences_and_qualities_may_span_lines() {
    let folder = Folder::new();
    let single = folder.write("one.fq", "@a x\nACGTACGTAA\n+\n@+II@IIII+\n@b\nGGCC\n+\n+@II\n");
    let multi = folder.write("many.fq", "@a x\nACGTA\nCGTAA\n+a x\n@+II\n@IIII\n+\n\n@b\nGG\nCC\n+\n+\n@II\n\n");
    let windows = folder.write("dos.fq", folder.read("many.fq").replace('\n', "\r\n"));
    let expected = succeed(&["reads", &single, "-m", "exact:gc", "--quiet"]);
    for file in [&multi, &windows] {
        assert_eq!(succeed(&["reads", file, "-m", "exact:gc", "--quiet"]), expected, "{file}");
    }
    let zipped = folder.path("many.fq.gz");
    shell(&format!("gzip -c {multi} > {zipped}"));
    assert_eq!(succeed(&["reads", &zipped, "-m", "exact:gc", "--quiet"]), expected);
    if tools_available(&["samtools"]) {
        let bam = folder.path("out.bam");
        // htslib takes no empty lines between records.
        let multi =
            folder.write("htslib.fq", folder.read("many.fq").replace("+\n\n@b", "+\n@b").replace("II\n\n", "II\n"));
        succeed(&["reads", &multi, "-m", "exact:gc", "-o", &bam, "--quiet"]);
        let records = |view: &str| shell(&format!("{view} | cut -f 1,2,10,11"));
        assert_eq!(
            records(&format!("samtools view {bam}")),
            records(&format!("samtools import -0 {multi} 2>/dev/null | samtools view"))
        );
    }
}

#[test]
fn reads_may_be_fasta() {
    let folder = Folder::new();
    let fasta = folder.write("contigs.fa", ">a first\nACGTACGTAA\nGG\n>b\nNNNN\n>a\nGGCC\n");
    let table = cells(&succeed(&["reads", &fasta, "-m", "exact:gc", "--quiet"]));
    let rows: Vec<[&str; 4]> = table.iter().map(|c| [&c[0][..], &c[6], &c[13], &c[14]]).collect();
    let expected = [["a", "12", "0.500000", "."], ["b", "4", ".", "unknown_bases"], ["a", "4", "1.000000", "."]];
    assert_eq!(rows, expected);
    if tools_available(&["samtools"]) {
        let bam = folder.path("out.bam");
        succeed(&["reads", &fasta, "-m", "exact:gc", "-o", &bam, "--quiet"]);
        tool("samtools", &["quickcheck", "-u", &bam]);
        let lines = shell(&format!("samtools view {bam} | cut -f 1,2,10-"));
        assert_eq!(
            lines,
            "a\t4\tACGTACGTAAGG\t*\tgs:B:f,0.5\tgw:i:0\tgl:Z:gc\nb\t4\tNNNN\t*\tgk:Z:unknown_bases\na\t4\tGGCC\t*\tgs:B:f,1\tgw:i:0\tgl:Z:gc\n"
        );
    }
}

#[test]
fn an_input_without_reads_gives_an_output_without_reads() {
    let folder = Folder::new();
    let mut files = vec![folder.write("empty.fq", ""), folder.write("empty", "")];
    let sam = folder.write("header.sam", "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c\tLN:100\n");
    let fasta = folder.write("c.fa", format!(">c\n{}\n", "ACGT".repeat(25)));
    files.push(sam.clone());
    for (name, command) in [("empty.fq.gz", "gzip -c"), ("empty.fq.bgz", "bgzip -c"), ("empty.fq.xz", "xz -c")] {
        if tools_available(&[command.split(' ').next().unwrap_or_default()]) {
            let file = folder.path(name);
            shell(&format!("{command} < {} > {file}", files[0]));
            files.push(file);
        }
    }
    let with_samtools = tools_available(&["samtools"]);
    if with_samtools {
        for (name, option) in [("header.bam", "-b"), ("header.cram", "-C")] {
            let file = folder.path(name);
            shell(&format!("samtools view {option} -T {fasta} -o {file} {sam}"));
            files.push(file);
        }
    }
    for file in &files {
        let reference: &[&str] = if file.ends_with("cram") { &["-f", &fasta] } else { &[] };
        let (tsv, bam) = (folder.path("out.tsv"), folder.path("out.bam"));
        for out in [&tsv, &bam] {
            let run = genogloss(&[&["reads", file, "-m", "exact:gc", "-o", out], reference].concat());
            assert_eq!(run.code, 0, "{file}: {}", run.stderr);
        }
        assert_eq!(folder.read("out.tsv").lines().count(), 1, "{file}");
        assert!(folder.read("out.tsv.manifest.json").contains("\"records_in\": 0"), "{file}");
        if with_samtools {
            tool("samtools", &["quickcheck", "-u", &bam]);
            assert_eq!(tool("samtools", &["view", "-c", &bam]).trim(), "0", "{file}");
        }
    }
    let run = genogloss_with_input(&["reads", "-", "-m", "exact:gc"], b"");
    assert_eq!((run.code, run.stdout.lines().count()), (0, 1), "{}", run.stderr);
    assert!(run.stderr.contains("standard input: there are no records"), "{}", run.stderr);
    for shard in ["1/2", "2/2"] {
        let out = folder.path(&format!("{}.tsv", &shard[..1]));
        succeed(&["reads", &files[0], "-m", "exact:gc", "--shard", shard, "-o", &out, "--quiet"]);
    }
    let merged = succeed(&["merge", &folder.path("1.tsv"), &folder.path("2.tsv"), "--quiet"]);
    assert_eq!(merged, folder.read("out.tsv"));
    succeed(&["plan", &files[0], "-m", "exact:gc", "-n", "2", "--quiet"]);
    // What is cut at its beginning is not empty.
    let run = genogloss(&["reads", &folder.write("cut.bam", ""), "-m", "exact:gc"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("BAM without records still has a header"), "{}", run.stderr);
}

/// No row has neither a score nor a reason; what is scored and what is skipped is everything.
fn every_row_has_a_score_or_a_reason(table: &str, first_score: usize, name: &str) {
    for row in cells(table) {
        let (scores, skip) = (&row[first_score..row.len() - 1], &row[row.len() - 1]);
        let missing = scores.iter().filter(|score| *score == ".").count();
        assert_eq!(missing, if skip == "." { 0 } else { scores.len() }, "{name}: {row:?}");
    }
}

fn count(manifest: &str, key: &str) -> u64 {
    let manifest: serde_json::Value = serde_json::from_str(manifest).expect("JSON");
    key.split('.').fold(&manifest["counts"], |value, key| &value[key]).as_u64().unwrap_or(0)
}

#[test]
fn what_has_no_score_has_a_reason() {
    let folder = Folder::new();
    let mut fastq = String::new();
    let (acgt, long) = ("ACGT".repeat(30), "ACGT".repeat(300));
    for (number, bases) in [
        "",
        "N",
        "A",
        "GA",
        "NNNNNNNN",
        &"N".repeat(60),
        &"=".repeat(120),
        &acgt,
        &format!("{}{acgt}", "N".repeat(120)),
        &long,
        &format!("{long}{}{long}", "N".repeat(700)),
        &"A".repeat(100),
        &"C".repeat(100),
        &"R".repeat(150),
    ]
    .iter()
    .enumerate()
    {
        fastq += &format!("@r{number}\n{bases}\n+\n{}\n", "I".repeat(bases.len()));
    }
    let reads = folder.write("r.fq", fastq);
    let (window, track) = (logarithm(&folder, "window", 20, false, 1.0), logarithm(&folder, "track", 20, true, 1.0));
    let models = [
        "exact:gc",
        "exact:protein",
        "exact:reverse",
        "core-promoter",
        "reading-frame",
        "human",
        "tests/models/track",
        "tests/models/base-identity",
        &window,
        &track,
    ];
    for model in models {
        for more in [&[][..], &["--aggregate", "mean"], &["--each-window"]] {
            if model.starts_with("exact:") && (more.len() == 2 || model != "exact:gc") && !more.is_empty() {
                continue;
            }
            let out = folder.path("o.tsv");
            let run = genogloss(&[&["reads", &reads, "-m", model, "-o", &out, "--engine", "auto"], more].concat());
            assert_eq!(run.code, 0, "{model}: {}", run.stderr);
            let first = if model.starts_with("exact:p") || model.starts_with("exact:r") { 12 } else { 13 };
            let table = folder.read("o.tsv");
            every_row_has_a_score_or_a_reason(&table, first, model);
            let manifest = folder.read("o.tsv.manifest.json");
            let skipped: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
            let skipped: u64 = skipped["counts"]["skipped"]
                .as_object()
                .map_or(0, |all| all.values().filter_map(serde_json::Value::as_u64).sum());
            assert_eq!(count(&manifest, "scored") + skipped, 14, "{model} {more:?}: {manifest}");
            if more.is_empty() {
                let scored = cells(&table).iter().filter(|row| row.last().is_some_and(|skip| skip == ".")).count();
                assert_eq!(scored as u64, count(&manifest, "scored"), "{model}");
                if tools_available(&["samtools"]) && first == 13 {
                    let bam = folder.path("o.bam");
                    succeed(&["reads", &reads, "-m", model, "-o", &bam, "--quiet"]);
                    let lines = tool("samtools", &["view", &bam]);
                    for (row, line) in cells(&table).iter().zip(lines.lines()) {
                        let tag = format!("gk:Z:{}", row[row.len() - 1]);
                        let is_scored = row[row.len() - 1] == ".";
                        assert_eq!(line.contains("gs:B:f"), is_scored, "{model}: {line}");
                        assert_eq!(line.contains(&tag), !is_scored, "{model}: {line}");
                    }
                }
            }
        }
    }
    // Every base of a read is in a window, and every window has a row.
    for model in ["human", &track] {
        for len in [100usize, 101, 450, 1203] {
            let bases: String = long.chars().cycle().skip(len % 3).take(len).collect();
            let read = folder.write("one.fq", format!("@r\n{bases}\n+\n{}\n", "I".repeat(len)));
            let table = succeed(&["reads", &read, "-m", model, "--each-window", "--quiet"]);
            let mut at = 0;
            for row in cells(&table) {
                assert_eq!(row[8], at.to_string(), "{model}, {len} bases");
                at = row[9].parse().expect("a number");
            }
            assert_eq!(at, len, "{model}, {len} bases");
        }
    }
}

#[test]
fn what_is_no_number_is_skipped_in_every_format() {
    let folder = Folder::new();
    // A: not a number; C: infinite; G: log 1; T: log 2.
    let fasta = folder.write(
        "g.fa",
        format!(">c\n{}{}{}{}\n", "A".repeat(20), "C".repeat(20), "G".repeat(20), "TTTTTTTTTTGTTTTTTTTA"),
    );
    let window = logarithm(&folder, "window", 20, false, 1.0);
    let table = succeed(&["scan", &fasta, "-m", &window, "--format", "tsv", "--quiet"]);
    let rows: Vec<(String, String)> = cells(&table).into_iter().map(|row| (row[5].clone(), row[6].clone())).collect();
    // Python: math.log((17 * 3 + 2 + 0 + 3) / 20 - 1) = 0.587787 (18 T, one G, one A).
    let expected = [(".", "not_a_number"), (".", "not_a_number"), ("0", "."), ("0.587787", ".")];
    assert_eq!(rows, expected.map(|(score, skip)| (score.to_string(), skip.to_string())));
    let run = genogloss(&["scan", &fasta, "-m", &window]);
    assert_eq!((run.code, run.stdout.lines().count()), (0, 2), "{}", run.stderr);
    assert!(run.stderr.contains("2 windows scored, 2 skipped (not_a_number 2)"), "{}", run.stderr);
    let lines =
        succeed(&["scan", &fasta, "-m", &window, "--stride", "10", "--overlap", "max", "--format", "tsv", "--quiet"]);
    every_row_has_a_score_or_a_reason(&lines, 5, "overlap");
    // A track has its values where there are any; a window with one that is no number counts as such.
    let track = logarithm(&folder, "track", 20, true, 1.0);
    let (tsv, tracks) = (folder.path("t.tsv"), folder.path("tracks"));
    succeed(&["scan", &fasta, "-m", &track, "-o", &tsv, "--bigwig", &tracks, "--quiet"]);
    let table = folder.read("t.tsv");
    every_row_has_a_score_or_a_reason(&table, 5, "track");
    let skips = cells(&table).iter().filter(|row| row[6] == "not_a_number").count();
    assert_eq!((cells(&table).len(), skips), (80, 41));
    let manifest = folder.read("t.tsv.manifest.json");
    assert_eq!((count(&manifest, "scored"), count(&manifest, "skipped.not_a_number")), (1, 3), "{manifest}");
    let bed = succeed(&["scan", &fasta, "-m", &track, "--format", "bedgraph", "--quiet"]);
    assert_eq!(bed.lines().count(), 39);
    assert!(!bed.contains('.') || bed.contains("0.693147"), "{bed}");
    let reads = folder.write("r.fa", format!(">a\n{}\n>m\n{}\n", "A".repeat(20), "AAAAAAAAAATTTTTTTTTT"));
    let table = cells(&succeed(&["reads", &reads, "-m", &track, "--quiet"]));
    let rows: Vec<&[String]> = table.iter().map(|row| &row[8..]).collect();
    assert_eq!(rows[0], [".", ".", ".", ".", ".", ".", "not_a_number"]);
    assert_eq!(rows[1], ["10", "11", ".", "+", "log", "0.693147", "."]);
}

#[test]
fn numbers_that_are_no_probabilities_keep_six_digits() {
    let folder = Folder::new();
    let model = logarithm(&folder, "small", 20, false, 8.657_617e-7);
    let track = logarithm(&folder, "smalltrack", 20, true, 8.657_617e-7);
    let fasta = folder.write("g.fa", format!(">c\n{}{}\n", "T".repeat(20), "TG".repeat(10)));
    // Python: format(8.657617e-7 * math.log(2), '.6g') = 6.001e-07; of log(1.5), 3.51036e-07.
    let bed = succeed(&["scan", &fasta, "-m", &model, "--quiet"]);
    let scores: Vec<&str> = bed.lines().map(|line| line.rsplit('\t').next().unwrap_or_default()).collect();
    assert_eq!(scores, ["6.001e-07", "3.51036e-07"]);
    let merged = succeed(&["scan", &fasta, "-m", &model, "--merge", "--threshold", "0", "--quiet"]);
    assert_eq!(merged, "c\t0\t40\tlog\t0\t+\t6.001e-07\t4.75568e-07\t2\t10\n");
    let reads = succeed(&["reads", &fasta, "-m", &model, "--quiet"]);
    assert_eq!(cells(&reads)[0][13], "6.001e-07");
    // Shards put together are the whole.
    let (whole, first, second, both) =
        (folder.path("w.bed"), folder.path("1.bed"), folder.path("2.bed"), folder.path("b.bed"));
    let scan = |out: &str, more: &[&str]| {
        succeed(&[&["scan", &fasta, "-m", &model, "--merge", "--threshold", "0", "-o", out, "--quiet"], more].concat());
    };
    scan(&whole, &[]);
    scan(&first, &["--shard", "1/2"]);
    scan(&second, &["--shard", "2/2"]);
    succeed(&["merge", &first, &second, "-o", &both, "--quiet"]);
    assert_eq!(folder.read("w.bed"), folder.read("b.bed"));
    let vcf = folder.write("v.vcf", "##fileformat=VCFv4.2\n##contig=<ID=c>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t10\t.\tT\tG\t.\t.\t.\n");
    let out = folder.path("v.bcf");
    succeed(&["variants", &vcf, "-f", &fasta, "-m", &model, "-o", &out, "--quiet"]);
    if tools_available(&["bcftools"]) {
        let number =
            tool("bcftools", &["query", "-i", "GG_REF_log < 1e-6 && GG_REF_log > 0", "-f", "%GG_REF_log", &out]);
        assert_eq!(number, "6.001e-07");
    }
    let tracks = folder.path("tracks");
    succeed(&["scan", &fasta, "-m", &track, "--bigwig", &tracks, "--quiet"]);
    let mut reader = bigtools::BigWigRead::open_file(folder.path("tracks/log.bw")).expect("a bigWig");
    let values: Vec<f32> =
        reader.get_interval("c", 0, 20).expect("values").map(|v| v.expect("a value").value).collect();
    assert_eq!(values.len(), 1);
    assert!((f64::from(values[0]) - 6.001_003e-7).abs() < 1e-12, "{values:?}");
}

/// Where the first aligned base of a read's bases from `start` to before `end` lies: base by base.
fn first_aligned(cigar: &[(u64, char)], position: u64, start: u64, end: u64) -> Option<u64> {
    let (mut read, mut reference) = (0, position);
    for &(len, kind) in cigar {
        for _ in 0..len {
            if "M=X".contains(kind) && (start..end).contains(&read) {
                return Some(reference);
            }
            read += u64::from("MIS=X".contains(kind));
            reference += u64::from("MDN=X".contains(kind));
        }
    }
    None
}

#[test]
fn windows_lie_where_their_bases_are_aligned() {
    let folder = Folder::new();
    let cigars: [&[(u64, char)]; 12] = [
        &[(60, 'M')],
        &[(20, 'S'), (40, 'M')],
        &[(16, 'M'), (1000, 'N'), (44, 'M')],
        &[(5, 'H'), (3, 'S'), (17, 'I'), (38, 'M'), (2, 'S')],
        &[(8, '='), (1, 'X'), (7, '='), (20, 'I'), (3, 'D'), (24, 'M')],
        &[(8, 'M'), (3, 'D'), (2, 'P'), (8, 'M'), (5, 'N'), (44, 'M')],
        &[(30, 'M'), (30, 'S')],
        &[(60, 'I')],
        &[(10, 'S'), (50, 'I'), (4, 'H')],
        &[(1, 'M'), (15, 'I'), (1, 'M'), (15, 'I'), (1, 'M'), (27, 'I')],
        &[(1, 'I'), (58, 'M'), (1, 'I')],
        &[(24, 'I'), (2, 'D'), (36, 'M')],
    ];
    let mut sam = String::from("@SQ\tSN:c\tLN:100000\n");
    let bases: String = "ACGTTGCAAC".chars().cycle().take(60).collect();
    for (number, cigar) in cigars.iter().enumerate() {
        let text: String = cigar.iter().map(|(len, kind)| format!("{len}{kind}")).collect();
        for flags in [0, 16] {
            sam += &format!("r{number}\t{flags}\tc\t501\t60\t{text}\t*\t0\t0\t{bases}\t*\n");
        }
    }
    let sam = folder.write("r.sam", sam);
    for (stride, orient) in [("8", "read"), ("3", "read"), ("8", "reference"), ("40", "reference")] {
        let model = "tests/models/base-identity";
        let table =
            succeed(&["reads", &sam, "-m", model, "--each-window", "--stride", stride, "--orient", orient, "--quiet"]);
        let rows = cells(&table);
        assert!(rows.len() > 24);
        for row in rows {
            let number: usize = row[0][1..].parse().expect("a number");
            let (from, to): (u64, u64) = (row[8].parse().expect("a start"), row[9].parse().expect("an end"));
            let turned = row[1] == "16" && orient == "read";
            let (from, to) = if turned { (60 - to, 60 - from) } else { (from, to) };
            let place = first_aligned(cigars[number], 500, from, to).map_or(".".into(), |place| place.to_string());
            assert_eq!(row[10], place, "{row:?}");
        }
    }
}

#[test]
fn a_long_read_takes_the_memory_of_a_batch() {
    let folder = Folder::new();
    let model = logarithm(&folder, "wide", 400, false, 1.0);
    let bases = "ACGTTGCAGT".repeat(150_000);
    let read = folder.write("long.fq", format!("@long\n{bases}\n+\n{}\n", "I".repeat(bases.len())));
    for more in [&["--each-window"][..], &[]] {
        let out = folder.path("o.tsv");
        succeed(&[&["reads", &read, "-m", &model, "--stride", "20", "-t", "2", "-o", &out, "--quiet"], more].concat());
        let manifest: serde_json::Value = serde_json::from_str(&folder.read("o.tsv.manifest.json")).expect("JSON");
        // 75,000 windows of 400 numbers of 8 bytes are 240 MB.
        let peak = manifest["peak_memory_bytes"].as_u64().unwrap_or(0);
        assert!(peak < 200_000_000, "{more:?}: {peak} bytes");
        let rows = if more.is_empty() { 1 } else { 74_981 };
        assert_eq!(folder.read("o.tsv").lines().count(), 1 + rows);
    }
}

#[test]
fn a_read_in_pieces_is_gone_on_with_at_its_beginning() {
    let folder = Folder::new();
    let bases = "ACGTTGCAGTNNA".repeat(1000);
    let mut text = String::new();
    for read in 0..10 {
        text += &format!("@r{read}\n{bases}\n+\n{}\n", "I".repeat(bases.len()));
    }
    let reads = folder.write("r.fq", &text);
    let arguments = [
        "reads",
        &reads,
        "-m",
        "tests/models/base-identity",
        "--each-window",
        "--batch-rows",
        "16",
        "-t",
        "2",
        "--quiet",
    ];
    let expected = succeed(&arguments);
    let out = folder.path("o.tsv");
    let program = env!("CARGO_BIN_EXE_genogloss");
    let mut kills = 0;
    for wait in (2..40).map(|step| step * 40) {
        let mut child = std::process::Command::new(program)
            .current_dir(crate::support::root())
            .args(arguments)
            .args(["-o", &out, "--resume", "--checkpoint", "0"])
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(std::time::Duration::from_millis(wait));
        // SIGTERM writes a last checkpoint, in the middle of a read.
        shell(&format!("kill -TERM {} 2>/dev/null || true", child.id()));
        if child.wait().expect("it ends").success() {
            break;
        }
        kills += 1;
    }
    assert!(kills > 0);
    assert_eq!(folder.read("o.tsv"), expected);
}
