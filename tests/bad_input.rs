//! Bad input, bad models, bad places to write to, and runs that are cut short: each gives one clear line and leaves
//! nothing behind. Every test has its own folder, in which the program runs.

#![allow(clippy::print_stdout, reason = "what was not tried, and which case failed, is said")]

use std::{
    fs,
    io::Write,
    os::unix::ffi::OsStrExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_genogloss");

/// The repository's root. Asked for at run time: a build kept in a cache may come from another checkout.
fn root() -> std::path::PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), Into::into)
}
/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);
/// What is said of a file that was cut off.
const CUT_OFF: &[&str] = &["truncated", "too early"];

#[derive(Debug)]
struct Run {
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl Run {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// The error and its hint, after it was made sure that there is just one, and no panic.
    #[track_caller]
    fn error(&self, code: i32) -> String {
        assert!(!self.err.contains("panicked"), "a panic: {}", self.err);
        assert_eq!(self.code, code, "exit code; standard error was {}", self.err);
        let errors: Vec<&str> = self.err.lines().filter(|line| line.starts_with("error:")).collect();
        assert_eq!(errors.len(), 1, "one error line: {}", self.err);
        assert!(!errors[0].contains(": error: "), "an error in an error: {}", errors[0]);
        assert!(!errors[0].contains("internal error"), "{}", errors[0]);
        let hints: String = self
            .err
            .lines()
            .filter(|line| line.starts_with("hint:"))
            .fold(String::new(), |all, hint| all + "\n" + hint);
        format!("{}{hints}", errors[0])
    }

    #[track_caller]
    fn good(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.err);
        self
    }
}

/// A temporary folder, the program's working folder.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// With g.fa: chr20 of 20,000 and chr21 of 5,000 bases.
    fn with_genome() -> Self {
        let desk = Self::new();
        desk.write("g.fa", fasta(&[("chr20", &bases(20_000, 1)), ("chr21", &bases(5_000, 2))], 60));
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.at(name), content).expect("written");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.at(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Keeps the first `len` bytes of a file under another name.
    fn cut(&self, name: &str, to: &str, len: impl FnOnce(usize) -> usize) {
        let all = self.read(name);
        self.write(to, &all[..len(all.len())]);
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path())
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.path()).env("RUST_BACKTRACE", "0").env_remove("GENOGLOSS_MODELS");
        command
    }

    fn run(&self, line: &str) -> Run {
        finish(self.command().args(line.split_whitespace()), b"")
    }

    fn run_with_input(&self, line: &str, input: &[u8]) -> Run {
        finish(self.command().args(line.split_whitespace()), input)
    }

    /// Runs, and makes sure that it fails with one line that has all `words`, and changes nothing in the folder.
    #[track_caller]
    fn fails(&self, line: &str, words: &[&str]) -> String {
        let before = self.state();
        let error = self.run(line).error(1);
        for word in words {
            assert!(error.contains(word), "{line}\n\"{word}\" is not in: {error}");
        }
        assert_eq!(self.state(), before, "files changed: {line}");
        error
    }

    /// As [`Self::fails`]; one of `any` must be there.
    #[track_caller]
    fn fails_any(&self, line: &str, words: &[&str], any: &[&str]) {
        let error = self.fails(line, words);
        assert!(any.iter().any(|word| error.contains(word)), "{line}\nnone of {any:?} is in: {error}");
    }

    fn state(&self) -> Vec<(String, u64)> {
        let len = |name: &String| fs::metadata(self.at(name)).map_or(0, |m| m.len());
        self.names().into_iter().map(|name| (name.clone(), len(&name))).collect()
    }

    #[track_caller]
    fn shell(&self, text: &str) -> String {
        let run = finish(
            Command::new("bash").args(["-c", &format!("set -euo pipefail; {text}")]).current_dir(self.path()),
            b"",
        );
        assert_eq!(run.code, 0, "{text}: {}", run.err);
        run.text()
    }

    /// A model folder that can be damaged: a copy of core-promoter, with its card changed.
    fn model(&self, name: &str, change: impl FnOnce(String) -> String) -> PathBuf {
        let folder = self.at(name);
        fs::create_dir(&folder).expect("a folder");
        for file in ["card.yaml", "model.onnx", "self_test.tsv"] {
            fs::copy(root().join("models/core-promoter").join(file), folder.join(file)).expect("copied");
        }
        let card = fs::read_to_string(folder.join("card.yaml")).expect("the card");
        fs::write(folder.join("card.yaml"), change(card)).expect("written");
        folder
    }
}

/// Waits for a command, with patience that ends.
fn finish(command: &mut Command, input: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (mut stdin, input) = (child.stdin.take().expect("a pipe"), input.to_vec());
    let (mut stdout, mut stderr) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let collect = |reader: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).expect("read");
        bytes
    };
    let out = std::thread::spawn(move || collect(&mut stdout));
    let err = std::thread::spawn(move || collect(&mut stderr));
    let started = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status
                .code()
                .unwrap_or_else(|| 128 + std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or(0));
        }
        if started.elapsed() > PATIENCE {
            child.kill().expect("killed");
            child.wait().expect("waited");
            break -1;
        }
        sleep(Duration::from_millis(10));
    };
    feeder.join().expect("fed");
    let (out, err) = (out.join().expect("stdout"), err.join().expect("stderr"));
    Run { code, out, err: String::from_utf8_lossy(&err).into_owned() }
}

/// Bases without a pattern, the same every time.
fn bases(len: usize, seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"ACGT"[(state >> 61) as usize & 3])
    };
    (0..len).map(|_| next()).collect()
}

/// Bytes without a pattern, the same every time.
fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

fn fasta(contigs: &[(&str, &str)], width: usize) -> String {
    let mut text = String::new();
    for (name, bases) in contigs {
        text.push_str(&format!(">{name}\n"));
        for line in bases.as_bytes().chunks(width) {
            text.push_str(std::str::from_utf8(line).expect("ASCII"));
            text.push('\n');
        }
    }
    text
}

const VCF_HEAD: &str = "##fileformat=VCFv4.2\n##contig=<ID=chr20,length=20000>\n##contig=<ID=chr21,length=5000>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";

/// A single-base variant of g.fa at a 1-based position of chr20.
fn variant(position: usize) -> String {
    let reference = bases(20_000, 1).as_bytes()[position - 1];
    let alternate = if reference == b'A' { 'C' } else { 'A' };
    format!("chr20\t{position}\trs{position}\t{}\t{alternate}\t.\tPASS\t.\n", char::from(reference))
}

fn variants(count: usize) -> String {
    VCF_HEAD.to_string() + &(0..count).map(|i| variant(2000 + i * 5)).collect::<String>()
}

/// Reads of g.fa, in order.
fn sam(count: usize) -> String {
    let genome = bases(20_000, 1);
    let mut text = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr20\tLN:20000\n@SQ\tSN:chr21\tLN:5000\n".to_string();
    for i in 0..count {
        let at = i * 9;
        text.push_str(&format!(
            "r{i}\t0\tchr20\t{}\t60\t100M\t*\t0\t0\t{}\t{}\n",
            at + 1,
            &genome[at..at + 100],
            "I".repeat(100)
        ));
    }
    text
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.trim_ascii() == b"0"
}

fn has_ort() -> bool {
    let there = std::env::var_os("ORT_DYLIB_PATH").is_some_and(|path| Path::new(&path).is_file());
    if !there {
        println!("without ONNX Runtime: ORT_DYLIB_PATH is not a file");
    }
    there
}

fn engines() -> Vec<&'static str> {
    if has_ort() { vec!["ort", "rten"] } else { vec!["rten"] }
}

fn sha256(path: &Path) -> String {
    let sum = Command::new("sha256sum").arg(path).output().expect("sha256sum");
    String::from_utf8_lossy(&sum.stdout).split_whitespace().next().expect("a digest").into()
}

/// Tries every case, also after one has failed, and fails if any has.
#[track_caller]
fn each<T>(cases: impl IntoIterator<Item = T>, test: impl Fn(T)) {
    let (mut failed, mut count) = (0, 0);
    for case in cases {
        count += 1;
        failed += u32::from(catch_unwind(AssertUnwindSafe(|| test(case))).is_err());
    }
    assert!(failed == 0, "{failed} of {count} cases failed, see above");
}

// ---- files that were cut off ----

#[test]
fn a_bgzf_fasta_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(10));
    desk.shell("bgzip -c g.fa > whole.fa.gz");
    desk.cut("whole.fa.gz", "block.fa.gz", |len| len * 2 / 3);
    desk.cut("whole.fa.gz", "end.fa.gz", |len| len - 28);
    desk.cut("whole.fa.gz", "head.fa.gz", |_| 20);
    for name in ["block.fa.gz", "end.fa.gz", "head.fa.gz"] {
        for options in ["-o out.bed", "-o out.bed.gz", "-r chr20:1-100 -o out.bed.gz"] {
            desk.fails_any(&format!("scan {name} -m exact:gc {options}"), &[name], CUT_OFF);
        }
        desk.fails_any(&format!("scan {name} -m exact:orf -o out.bed"), &[name], CUT_OFF);
        desk.fails_any(&format!("variants v.vcf -f {name} -m exact:gc -o out.vcf.gz"), &[name], CUT_OFF);
    }
    // With its index beside it, made before it was cut.
    desk.shell("samtools faidx whole.fa.gz; for n in block end; do cp whole.fa.gz.fai $n.fa.gz.fai; cp whole.fa.gz.gzi $n.fa.gz.gzi; done");
    for name in ["block.fa.gz", "end.fa.gz"] {
        desk.fails_any(&format!("scan {name} -m exact:gc -r chr20:1-100 -o out.bed"), &[name], CUT_OFF);
        desk.fails_any(&format!("variants v.vcf -f {name} -m exact:gc -o out.vcf.gz"), &[name], CUT_OFF);
    }
}

#[test]
fn a_bgzf_fasta_that_was_cut_on_a_block_boundary_is_an_error() {
    let desk = Desk::new();
    desk.write("big.fa", fasta(&[("a", &bases(300_000, 3))], 60));
    desk.shell("bgzip -c big.fa > whole.fa.gz");
    let all = desk.read("whole.fa.gz");
    let first = usize::from(u16::from_le_bytes([all[16], all[17]])) + 1;
    desk.write("cut.fa.gz", &all[..first]);
    desk.fails_any("scan cut.fa.gz -m exact:gc -o out.bed", &["cut.fa.gz"], CUT_OFF);
    let run = desk.run_with_input("scan - -m exact:gc -o out.bed", &all[..first]);
    assert!(run.error(1).contains("standard input"), "{}", run.err);
    assert!(!desk.at("out.bed").exists());
}

#[test]
fn a_bgzf_vcf_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(2000));
    desk.shell("bgzip -c v.vcf > whole.vcf.gz; bcftools view -Ob -o whole.bcf v.vcf");
    for whole in ["whole.vcf.gz", "whole.bcf"] {
        desk.cut(whole, "block.gz", |len| len * 2 / 3);
        desk.cut(whole, "end.gz", |len| len - 28);
        for name in ["block.gz", "end.gz"] {
            desk.fails_any(&format!("variants {name} -f g.fa -m exact:gc -o out.vcf"), &[name], CUT_OFF);
            desk.fails_any(&format!("variants {name} -f g.fa -m exact:gc -o out.vcf.gz"), &[name], CUT_OFF);
            desk.fails_any(&format!("variants {name} -f g.fa -m exact:gc -o out.bcf"), &[name], CUT_OFF);
        }
    }
}

#[test]
fn what_bcf_cannot_hold_is_said_and_passes_through_as_vcf() {
    let desk = Desk::with_genome();
    let head = VCF_HEAD.replace(
        "#CHROM",
        "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n##INFO=<ID=AF,Number=A,Type=Float,Description=\"a\">\n#CHROM",
    );
    for (column, words) in [
        ("XX=7", ["v.vcf, record 2", "INFO field XX is not in the header", "-O z"]),
        ("DP=many", ["v.vcf, record 2", "INFO field DP is \"many\"", "-O z"]),
        ("AF=1e", ["v.vcf, record 2", "INFO field AF is \"1e\"", "-O z"]),
        ("DP=5;;=;AF", ["v.vcf, record 2", "INFO field ", "-O z"]),
    ] {
        let bad = variant(2005).replace("PASS\t.", &format!("PASS\t{column}"));
        desk.write("v.vcf", format!("{head}{}{bad}", variant(2000)));
        desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.bcf", &words);
        let run = desk.run("variants v.vcf -f g.fa -m exact:gc").good();
        assert!(run.text().contains(&format!("\tPASS\t{column};GG_DELTA_gc=")), "{}", run.text());
    }
    desk.write("v.vcf", format!("{head}{}", variant(2000).replace("PASS", "odd")));
    desk.fails("variants v.vcf -f g.fa -m exact:gc -O b -o out", &["record 1", "filter odd is not in the header"]);
    let undeclared = format!("{head}{}", variant(2000)).replace("##contig=<ID=chr20,length=20000>\n", "");
    desk.write("v.vcf", undeclared);
    desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.bcf", &["record 1", "contig chr20 is not in the header"]);
}

#[test]
fn a_bam_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("r.sam", sam(2000));
    desk.shell("samtools view -b -o whole.bam r.sam; samtools index whole.bam");
    desk.cut("whole.bam", "block.bam", |len| len * 2 / 3);
    desk.cut("whole.bam", "end.bam", |len| len - 28);
    desk.cut("whole.bam", "head.bam", |_| 60);
    for name in ["block.bam", "end.bam", "head.bam"] {
        for format in ["tsv", "bam"] {
            let line = format!("reads {name} -m exact:gc --format {format} -o out.file");
            desk.fails_any(&line, &[name], CUT_OFF);
        }
    }
    desk.shell("for n in block end; do cp whole.bam.bai $n.bam.bai; done");
    for name in ["block.bam", "end.bam"] {
        desk.fails_any(&format!("reads {name} -m exact:gc -r chr20:1-500 -o out.tsv"), &[name], CUT_OFF);
    }
}

#[test]
fn a_plain_gzip_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(2000));
    desk.write("r.sam", sam(2000));
    desk.shell("for f in g.fa v.vcf r.sam; do gzip -c $f > whole.$f.gz; done");
    for (name, line) in [
        ("g.fa", "scan cut.gz -m exact:gc -o out.bed"),
        ("v.vcf", "variants cut.gz -f g.fa -m exact:gc -o out.vcf.gz"),
        ("r.sam", "reads cut.gz -m exact:gc -o out.tsv"),
    ] {
        // In the middle, in the checksum at the end, and in the header.
        for cut in [|len: usize| len * 2 / 3, |len| len - 3, |_| 5] {
            desk.cut(&format!("whole.{name}.gz"), "cut.gz", cut);
            desk.fails_any(line, &["cut.gz"], CUT_OFF);
        }
    }
}

#[test]
fn a_cram_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("r.sam", sam(2000));
    desk.shell("samtools view -C -T g.fa --output-fmt-option seqs_per_slice=300 -o whole.cram r.sam");
    let len = desk.read("whole.cram").len();
    each([3, 20, 100, len / 2, len * 3 / 4, len - 100, len - 38, len - 10], |at| {
        println!("cut after {at} of {len} bytes");
        desk.cut("whole.cram", "cut.cram", |_| at);
        fs::remove_file(desk.at("out.tsv")).ok();
        fs::remove_file(desk.at("out.tsv.manifest.json")).ok();
        desk.fails("reads cut.cram -f g.fa -m exact:gc -o out.tsv", &["cut.cram"]);
    });
}

#[test]
fn a_cram_without_its_reference_is_wrong_usage_and_with_another_one_an_error() {
    let desk = Desk::with_genome();
    desk.write("r.sam", sam(100));
    desk.write("other.fa", fasta(&[("chr20", &bases(20_000, 7)), ("chr21", &bases(5_000, 8))], 60));
    desk.write("names.fa", fasta(&[("20", &bases(20_000, 1))], 60));
    // The file's header names g.fa (@SQ UR), and it is not there any more.
    desk.shell("samtools view -C -T g.fa -o r.cram r.sam; rm g.fa.fai; mv g.fa moved.fa");
    let before = desk.state();
    let error = desk.run("reads r.cram -m exact:gc -o out.tsv").error(2);
    assert!(error.contains("r.cram") && error.contains("-f"), "{error}");
    assert_eq!(desk.state(), before);
    each(["other.fa", "names.fa"], |reference| {
        desk.fails(&format!("reads r.cram -f {reference} -m exact:gc -o out.tsv"), &["r.cram"]);
    });
}

// ---- FASTA ----

#[test]
fn a_repeated_contig_is_an_error() {
    let desk = Desk::new();
    desk.write("a.fa", ">chr20\nACGT\n>b\nACGT\n>chr20\nTTTT\n");
    desk.write("v.vcf", variants(1));
    desk.fails("scan a.fa -m exact:gc -o out.bed.gz", &["a.fa", "line 5", "\"chr20\"", "twice"]);
    desk.fails("scan a.fa -m exact:gc -r b -o out.bed.gz", &["a.fa", "\"chr20\"", "twice"]);
    desk.fails("variants v.vcf -f a.fa -m exact:gc -o out.vcf", &["a.fa", "\"chr20\"", "twice"]);
}

#[test]
fn a_contig_without_a_name_is_an_error() {
    let desk = Desk::new();
    desk.write("v.vcf", variants(1));
    for text in [">a\nACGT\n>\nACGT\n", ">a\nACGT\n> chr20\nACGT\n", ">a\nACGT\n>\r\nACGT\n"] {
        desk.write("a.fa", text);
        desk.fails("scan a.fa -m exact:gc -o out.bed.gz", &["a.fa", "line 3", "without a name"]);
        desk.fails("scan a.fa -m exact:gc -r a -o out.bed.gz", &["a.fa"]);
        desk.fails("variants v.vcf -f a.fa -m exact:gc -o out.vcf", &["a.fa"]);
    }
}

#[test]
fn a_contig_without_sequence_is_told() {
    let desk = Desk::new();
    for text in
        [">nothing\n>b\nACGTACGT\n", ">b\nACGTACGT\n>nothing\n", ">b\nACGTACGT\n>nothing\n\n", ">b\nACGT\n>nothing"]
    {
        desk.write("a.fa", text);
        let run = desk.run("scan a.fa -m exact:gc --format tsv -o out.tsv");
        if run.code == 0 {
            // Nothing is lost: it comes out with its reason.
            let table = String::from_utf8(desk.read("out.tsv")).expect("text");
            assert!(table.lines().any(|line| line.starts_with("nothing\t")), "{text:?} lost a contig:\n{table}");
        } else {
            let error = run.error(1);
            assert!(error.contains("a.fa") && error.contains("nothing"), "{error}");
            assert_eq!(desk.names(), ["a.fa"]);
        }
    }
}

#[test]
fn text_that_is_not_fasta_is_an_error_with_its_line() {
    let desk = Desk::new();
    desk.write("a.fa", ">a\nACGT\nAC GT\n");
    desk.fails("scan a.fa -m exact:gc -o out.bed", &["a.fa", "a:7"]);
    desk.write("a.fa", ">a\nACGT\nAC\0GT\n");
    desk.fails("scan a.fa -m exact:gc -o out.bed", &["a.fa", "0x00", "a:7"]);
    desk.write("a.txt", "hello\n");
    desk.fails("scan a.txt -m exact:gc -o out.bed", &["a.txt", "FASTA"]);
}

#[test]
fn a_stale_fasta_index_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    desk.shell("samtools faidx g.fa; mv g.fa.fai good.fai; bgzip -c g.fa > z.fa.gz");
    let good = String::from_utf8(desk.read("good.fai")).expect("text");
    let stale = [
        ("other line lengths", good.replace("\t60\t61", "\t50\t51")),
        ("another place", good.replacen("\t7\t", "\t9\t", 1)),
        ("another name", good.replacen("chr20", "chrX0", 1).replacen("chr21", "chr20", 1)),
        ("longer than the file", good.replace("\t5000\t", "\t50000\t").replace("\t20000\t", "\t200000\t")),
        ("shorter than the file", good.lines().next().expect("a line").to_string() + "\n"),
    ];
    for (what, text) in &stale {
        desk.write("g.fa.fai", text);
        for line in ["variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", "scan g.fa -m exact:gc -r chr20 -o out.bed.gz"]
        {
            println!("{what}: {line}");
            desk.fails(line, &["g.fa.fai", "g.fa", "hint: ", "samtools faidx"]);
        }
    }
    // The same of a BGZF file, whose length says nothing.
    for (what, text) in &stale[..4] {
        desk.write("z.fa.gz.fai", text);
        println!("{what}, BGZF");
        desk.fails("variants v.vcf -f z.fa.gz -m exact:gc -o out.vcf.gz", &["z.fa.gz.fai", "samtools faidx"]);
    }
}

#[test]
fn a_senseless_index_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    for text in [
        &b"hello"[..],
        b"chr20\tx\t7\t60\t61\n",
        b"chr20\t20000\t7\t0\t0\n",
        b"chr20\t20000\n",
        b"\0\0\0",
        &noise(500, 4),
    ] {
        desk.write("g.fa.fai", text);
        desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", &["g.fa.fai"]);
    }
    fs::remove_file(desk.at("g.fa.fai")).expect("removed");
    desk.shell("bgzip -c g.fa > z.fa.gz; samtools faidx z.fa.gz");
    for text in [noise(200, 5), vec![255; 8], vec![], vec![1, 0, 0, 0, 0, 0, 0, 0]] {
        desk.write("z.fa.gz.gzi", text);
        desk.fails("variants v.vcf -f z.fa.gz -m exact:gc -o out.vcf.gz", &["z.fa.gz"]);
    }
    desk.write("r.sam", sam(100));
    desk.shell("samtools view -b -o r.bam r.sam");
    for text in [noise(200, 6), vec![], b"BAI\x01".to_vec(), b"BAI\x01\x02\0\0\0\x01\0\0\0".to_vec()] {
        desk.write("r.bam.bai", text);
        desk.fails("reads r.bam -m exact:gc -r chr20:1-100 -o out.tsv", &["r.bam.bai"]);
    }
}

#[test]
fn an_index_or_file_that_claims_to_be_huge_takes_no_memory() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    desk.write("r.sam", sam(100));
    desk.shell("bgzip -c g.fa > z.fa.gz; samtools faidx z.fa.gz; samtools view -b -o r.bam r.sam");
    let mut failures = Vec::new();
    let mut limited = |what: &str, line: &str, file: &str| {
        let text = format!("ulimit -v 1500000; exec {PROGRAM} {line}");
        let run =
            finish(Command::new("bash").args(["-c", &text]).current_dir(desk.path()).env("RUST_BACKTRACE", "0"), b"");
        if run.code != 1 || !run.err.lines().any(|l| l.starts_with("error:") && l.contains(file)) {
            failures.push(format!("{what}: exit code {}, {}", run.code, run.err.lines().nth(1).unwrap_or_default()));
        }
    };
    desk.write("z.fa.gz.fai", "chr20\t20000\t7\t60\t1000000000000\n");
    limited("line width of 1 Tb in .fai of BGZF", "variants v.vcf -f z.fa.gz -m exact:gc -t 1 -o out.vcf", "z.fa.gz");
    desk.write("r.bam.bai", [&b"BAI\x01\xff\xff\xff\x7f"[..], &[0; 100]].concat());
    limited("contig count in .bai", "reads r.bam -m exact:gc -t 1 -r chr20:1-100 -o out.tsv", "r.bam.bai");
    let header = b"BAM\x01\0\0\0\0\x01\0\0\0\x05\0\0\0abcd\0\0\x01\0\0";
    desk.write("raw", [&header[..], b"\xff\xff\xff\x7f", &[0; 100]].concat());
    desk.shell("bgzip -c raw > bomb.bam");
    limited("record length in BAM", "reads bomb.bam -m exact:gc -t 1 -o out.tsv", "bomb.bam");
    desk.write("raw", b"BCF\x02\x02\xff\xff\xff\xff0000");
    desk.shell("bgzip -c raw > bomb.bcf");
    limited("header length in BCF", "variants bomb.bcf -f g.fa -m exact:gc -t 1 -o out.vcf", "bomb.bcf");
    desk.shell("(printf '@a\\n'; head -c 2000000000 /dev/zero) | gzip -1 > line.fq.gz");
    limited("line of 2 GB in FASTQ", "reads line.fq.gz -m exact:gc -t 1 -o out.tsv", "line.fq.gz");
    desk.shell("(printf '@HD\\tVN:1.6\\n@CO\\t'; head -c 2000000000 /dev/zero) | gzip -1 > line.sam.gz");
    limited("line of 2 GB in SAM", "reads line.sam.gz -m exact:gc -t 1 -o out.tsv", "line.sam.gz");
    desk.shell("(printf '##fileformat=VCFv4.2\\n##'; head -c 2000000000 /dev/zero) | gzip -1 > line.vcf.gz");
    limited("line of 2 GB in VCF", "variants line.vcf.gz -f g.fa -m exact:gc -t 1 -o out.vcf", "line.vcf.gz");
    limited("line of 2 GB in BED", "scan g.fa -R line.vcf.gz -m exact:gc -t 1 -o out.bed", "line.vcf.gz");
    desk.shell("(printf '>'; head -c 2000000000 /dev/zero) | gzip -1 > line.fa.gz");
    limited("header of 2 GB in FASTA", "scan line.fa.gz -m exact:gc -t 1 -o out.bed", "line.fa.gz");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn protein_is_not_taken_for_dna() {
    let desk = Desk::new();
    desk.write("p.fa", ">P04637\nMEEPQSDPSVEPPLSQETFSDLWKLLPENNVLSPLPSQAMDDLMLSPDDIEQWFTEDPGP\n");
    desk.write("v.vcf", format!("{VCF_HEAD}P04637\t3\t.\tE\tA\t.\t.\t.\n"));
    desk.fails("scan p.fa -m exact:gc -o out.bed", &["p.fa", "P04637:2", "nucleotide", "protein"]);
    desk.fails("scan p.fa -m exact:orf -o out.bed", &["p.fa", "nucleotide", "protein"]);
    desk.fails("scan p.fa -m exact:gc -r P04637 -o out.bed.gz", &["p.fa", "nucleotide", "protein"]);
}

#[test]
fn lower_case_is_upper_case_and_iupac_letters_are_unknown() {
    let desk = Desk::new();
    let upper = bases(3000, 9);
    let mut mixed = upper.clone().into_bytes();
    mixed.iter_mut().enumerate().for_each(|(i, base)| {
        if i / 100 % 2 == 0 {
            base.make_ascii_lowercase();
        }
    });
    let with = |letters: &[u8]| {
        let mut bases = upper.clone().into_bytes();
        bases
            .iter_mut()
            .enumerate()
            .filter(|(i, _)| i % 13 == 5)
            .for_each(|(i, base)| *base = letters[i % letters.len()]);
        String::from_utf8(bases).expect("ASCII")
    };
    let scan = |bases: &str, options: &str| {
        desk.write("a.fa", fasta(&[("a", bases)], 60));
        desk.run(&format!("scan a.fa {options} --format tsv")).good().text()
    };
    for options in ["-m exact:gc --window 100", "-m core-promoter --engine rten"] {
        let expected = scan(&upper, options);
        assert!(expected.lines().count() > 20);
        assert_eq!(scan(&String::from_utf8(mixed.clone()).expect("ASCII"), options), expected, "lower case, {options}");
        // S and W say G-or-C and A-or-T, which is all that GC content asks; no other letter is known.
        let letters = if options.contains("gc") { &b"RYKMBDHVrykn"[..] } else { b"RYSWKMBDHVrywsn" };
        assert_eq!(scan(&with(letters), options), scan(&with(b"N"), options), "IUPAC, {options}");
    }
}

#[test]
fn a_line_of_ten_megabases_works() {
    let desk = Desk::new();
    let long = bases(10_000_000, 10);
    desk.write("a.fa", format!(">chr20\n{long}\n"));
    desk.write("w.fa", fasta(&[("chr20", &long)], 60));
    let base = |i: usize| char::from(long.as_bytes()[i - 1]);
    desk.write(
        "v.vcf",
        format!(
            "{VCF_HEAD}chr20\t9000000\t.\t{}\t<X>\t.\t.\t.\nchr20\t9000001\t.\t{}\tN\t.\t.\t.\n",
            base(9_000_000),
            base(9_000_001)
        ),
    );
    for options in ["", "-r chr20:9,000,001-9,010,000"] {
        let run = desk.run(&format!("scan a.fa -m exact:gc {options}")).good().text();
        assert!(!run.is_empty() && run == desk.run(&format!("scan w.fa -m exact:gc {options}")).good().text());
    }
    let of = |name: &str| desk.run(&format!("variants v.vcf -f {name} -m exact:gc")).good().text().replace(name, "");
    assert_eq!(of("a.fa"), of("w.fa"));
}

#[test]
fn windows_line_ends_change_nothing() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(5));
    desk.write("r.bed", "chr20\t100\t3000\nchr21\t0\t5000\n");
    desk.write("r.sam", sam(10));
    desk.write("r.fq", "@q1 x\nACGTACGT\n+\nIIIIIIII\n@q2\nGGCC\n+\nIIII\n");
    desk.shell("mkdir dos; for f in g.fa v.vcf r.bed r.sam r.fq; do sed 's/$/\\r/' $f > dos/$f; done");
    for line in [
        "scan @g.fa -m exact:gc --format tsv",
        "scan @g.fa -m exact:gc -R @r.bed",
        "scan @g.fa -m exact:gc -r chr20:1000-4000",
        "variants @v.vcf -f @g.fa -m exact:gc",
        "reads @r.sam -m exact:gc",
        "reads @r.fq -m exact:gc",
    ] {
        let [unix, dos] = ["", "dos/"].map(|folder| desk.run(&line.replace('@', folder)).good().text());
        assert!(unix.lines().count() > 1);
        assert_eq!(unix, dos, "{line}");
    }
    // A table of aliases from a spreadsheet.
    desk.write("names.tsv", "20\tchr20\r\n");
    desk.write("n.vcf", variants(5).replace("chr20", "20"));
    let run = desk.run("variants n.vcf -f g.fa -m exact:gc --contig-aliases names.tsv").good();
    assert!(run.text().contains("GG_DELTA_gc="));
}

#[test]
fn a_contig_shorter_than_the_window_comes_out_as_too_short() {
    let desk = Desk::new();
    desk.write("a.fa", fasta(&[("short", &bases(50, 11)), ("long", &bases(500, 12)), ("end", "ACGT")], 60));
    let run = desk.run("scan a.fa -m core-promoter --engine rten --format tsv").good();
    for name in ["short", "end"] {
        let text = run.text();
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(&format!("{name}\t"))).collect();
        assert!(!lines.is_empty() && lines.iter().all(|line| line.ends_with("\ttoo_short")), "{name}: {lines:?}");
    }
    assert!(run.err.contains("too_short") && !run.err.contains("nothing was scored"), "{}", run.err);
    desk.write("b.fa", fasta(&[("short", &bases(50, 11))], 60));
    let run = desk.run("scan b.fa -m core-promoter --engine rten").good();
    assert!(run.err.contains("nothing was scored (skipped: too_short 2)"), "{}", run.err);
}

// ---- empty and senseless files ----

/// Each place where a file is read: the command, with `@` for the file.
const PLACES: &[&str] = &[
    "scan @ -m exact:gc -o out.bed.gz",
    "scan @ -m exact:orf -o out.bed.gz",
    "scan @ -m exact:gc -r chr20 -o out.bed",
    "scan g.fa -m exact:gc -R @ -o out.bed",
    "reads @ -m exact:gc -o out.tsv",
    "reads @ -m exact:gc --format bam -o out.bam",
    "reads r.bam -m exact:gc -R @ -o out.tsv",
    "reads r.cram -m exact:gc -f @ -o out.tsv",
    "variants @ -f g.fa -m exact:gc -o out.vcf.gz",
    "variants v.vcf -f @ -m exact:gc -o out.vcf",
    "variants v.vcf -f g.fa -m exact:gc --contig-aliases @ -o out.vcf",
];

fn full_desk() -> Desk {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(50));
    desk.write("r.sam", sam(50));
    desk.shell("samtools view -b -o r.bam r.sam; samtools view -C -T g.fa -o r.cram r.sam; rm g.fa.fai");
    desk
}

#[test]
fn an_empty_file_is_an_error_where_a_format_has_a_header() {
    let desk = full_desk();
    desk.write("nothing", "");
    desk.shell("gzip -c nothing > nothing.gz; bgzip -c nothing > nothing.bgz");
    // FASTA to scan, BED, aliases and reads may be empty: they have no header (tests/inputs.rs, tests/reads.rs).
    let headless = ["scan @ -m", "-R @", "--contig-aliases @", "reads @"];
    for place in PLACES.iter().filter(|place| !headless.iter().any(|one| place.contains(one))) {
        for name in ["nothing", "nothing.gz", "nothing.bgz", "/dev/null"] {
            desk.fails(&place.replace('@', name), &[name]);
        }
    }
    desk.fails("scan nothing -m exact:gc -r chr20 -o out.bed", &["nothing", "no contigs"]);
}

#[test]
fn noise_is_an_error_wherever_it_is_read() {
    let desk = full_desk();
    for seed in 20..26 {
        desk.write("noise", noise(3000, seed));
        desk.shell("bgzip -c noise > noise.bgz; gzip -c noise > noise.gz");
        for place in PLACES {
            for name in ["noise", "noise.bgz", "noise.gz"] {
                desk.fails(&place.replace('@', name), &[name]);
            }
        }
    }
}

#[test]
fn noise_after_a_good_beginning_is_an_error() {
    let desk = full_desk();
    let head = |name: &str, len: usize| desk.read(name)[..len].to_vec();
    let cases = [
        ("scan", b">chr20\nACGT\n".to_vec()),
        ("reads", b"BAM\x01".to_vec()),
        ("reads", b"CRAM\x03\x00".to_vec()),
        ("reads", head("r.cram", 60)),
        ("reads", b"@HD\tVN:1.6\n".to_vec()),
        ("reads", b"@read\n".to_vec()),
        ("reads", head("r.bam", 200)),
        ("variants", VCF_HEAD.as_bytes().to_vec()),
        ("variants", b"##fileformat=VCFv4.2\n".to_vec()),
        ("variants", b"BCF\x02\x02".to_vec()),
    ];
    for (command, start) in cases {
        for seed in 30..34 {
            desk.write("x", [start.clone(), noise(2000, seed)].concat());
            let options = match command {
                "variants" => "-f g.fa",
                _ if start.starts_with(b"CRAM") => "-f g.fa",
                _ => "",
            };
            println!("{command}: {:?}", String::from_utf8_lossy(&start[..start.len().min(20)]));
            desk.fails(&format!("{command} x {options} -m exact:gc -o out"), &["x"]);
        }
    }
}

#[test]
fn nul_bytes_are_an_error_with_their_place() {
    let desk = full_desk();
    desk.write("zero", vec![0u8; 100_000]);
    for place in PLACES {
        desk.fails(&place.replace('@', "zero"), &["zero"]);
    }
    desk.write("a.vcf", format!("{VCF_HEAD}chr20\t5\0\t.\tA\tC\t.\t.\t.\n"));
    desk.fails("variants a.vcf -f g.fa -m exact:gc -o out.vcf", &["a.vcf", "line 5", "NUL byte"]);
    desk.write("a.bed", "chr20\t1\0\t5\n");
    desk.fails("scan g.fa -R a.bed -m exact:gc -o out.bed", &["a.bed", "line 1"]);
    desk.write("a.fq", b"@q\nAC\0T\n+\nIIII\n");
    let run = desk.run("reads a.fq -m exact:gc");
    assert!(!run.err.contains("panicked") && run.code <= 1, "{}", run.err);
    desk.write("a.sam", "q\t0\tchr20\t1\t60\t4M\t*\t0\t0\tAC\0T\tIIII\n");
    let run = desk.run("reads a.sam -m exact:gc");
    assert!(!run.err.contains("panicked") && run.code <= 1, "{}", run.err);
}

#[test]
fn a_folder_or_a_missing_file_is_an_error_wherever_it_is_read() {
    let desk = full_desk();
    fs::create_dir(desk.at("folder")).expect("a folder");
    for place in PLACES {
        desk.fails(&place.replace('@', "folder"), &["folder", "is a folder"]);
        desk.fails(&place.replace('@', "missing"), &["missing", "no such file"]);
    }
}

#[test]
fn one_format_is_not_taken_for_another() {
    let desk = full_desk();
    for (line, words) in [
        ("scan v.vcf -m exact:gc -o out", ["v.vcf", "VCF"]),
        ("scan r.bam -m exact:gc -o out", ["r.bam", "BAM"]),
        ("reads v.vcf -m exact:gc -o out", ["v.vcf", "VCF"]),
        ("variants g.fa -f g.fa -m exact:gc -o out", ["g.fa", "FASTA"]),
        ("variants r.bam -f g.fa -m exact:gc -o out", ["r.bam", "BAM"]),
        ("variants v.vcf -f v.vcf -m exact:gc -o out", ["v.vcf", "FASTA"]),
        ("variants v.vcf -f r.bam -m exact:gc -o out", ["r.bam", "FASTA"]),
    ] {
        desk.fails(line, &words);
    }
}

#[test]
fn a_plain_gzip_reference_is_refused_with_advice() {
    let desk = full_desk();
    desk.shell("gzip -c g.fa > g.fa.gz");
    desk.fails("variants v.vcf -f g.fa.gz -m exact:gc -o out.vcf", &["g.fa.gz", "gzip", "bgzip"]);
}

// ---- VCF ----

#[test]
fn a_contig_of_another_naming_is_an_error_that_shows_both_and_aliases_fix_it() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(5).replace("chr20", "20"));
    for output in ["out.vcf", "out.vcf.gz"] {
        desk.fails(
            &format!("variants v.vcf -f g.fa -m exact:gc -o {output}"),
            &["v.vcf", "\"20\"", "g.fa", "chr20", "chr21", "hint:", "--contig-aliases"],
        );
    }
    desk.write("names.tsv", "# theirs\tours\n20\tchr20\n");
    desk.run("variants v.vcf -f g.fa -m exact:gc --contig-aliases names.tsv -o out.vcf").good();
    let text = String::from_utf8(desk.read("out.vcf")).expect("text");
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(records.len(), 5);
    assert!(records.iter().all(|line| line.starts_with("20\t") && line.contains("GG_DELTA_gc=")), "{text}");
    for (table, words) in [
        ("20 chr20\n", &["names.tsv", "line 1", "tab"][..]),
        ("20\tchr20\n20\tchr21\n", &["names.tsv", "line 2", "twice"]),
        ("20\tchr99\n", &["v.vcf", "chr99", "g.fa"]),
    ] {
        desk.write("names.tsv", table);
        fs::remove_file(desk.at("out.vcf")).ok();
        desk.fails("variants v.vcf -f g.fa -m exact:gc --contig-aliases names.tsv -o out2.vcf", words);
    }
}

#[test]
fn a_reference_that_disagrees_is_written_with_its_reason() {
    let desk = Desk::with_genome();
    let good = variant(2000);
    let bad = variant(2005)
        .replace("\tA\tC\t", "\tG\tT\t")
        .replace("\tC\tA\t", "\tG\tT\t")
        .replace("\tT\tA\t", "\tG\tC\t")
        .replace("\tG\tA\t", "\tT\tC\t");
    // Past the contig's end, and at positions no contig has.
    let beyond = "chr20\t19999\t.\tACGTACGT\tA\t.\t.\t.\nchr20\t30000\t.\tA\tC\t.\t.\t.\nchr20\t18446744073709551615\t.\tAC\tA\t.\t.\t.\n";
    desk.write("v.vcf", format!("{VCF_HEAD}{good}{bad}{beyond}"));
    let run = desk.run("variants v.vcf -f g.fa -m exact:gc -o out.vcf");
    assert!(!run.err.contains("panicked"), "{}", run.err);
    run.good();
    let text = String::from_utf8(desk.read("out.vcf")).expect("text");
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(records.len(), 5, "{text}");
    assert!(!records[0].contains("GG_SKIP"));
    assert!(records[1..].iter().all(|line| line.ends_with("GG_SKIP=reference_mismatch")), "{records:?}");
}

#[test]
fn an_allele_of_a_hundred_thousand_bases_is_written_with_its_reason() {
    let desk = Desk::new();
    let genome = bases(120_000, 13);
    desk.write("g.fa", fasta(&[("chr20", &genome)], 60));
    let (long, first) = (&genome[1000..101_000], &genome[1000..1001]);
    let record = format!("chr20\t1001\t.\t{long}\t{first}\t.\t.\t.");
    let insertion = format!("chr20\t1001\t.\t{first}\t{first}{}\t.\t.\t.", bases(100_000, 14));
    desk.write("v.vcf", format!("{VCF_HEAD}{record}\n{insertion}\n"));
    desk.run("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz").good();
    let text = desk.shell("bgzip -dc out.vcf.gz");
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let expected = [record, insertion].map(|line| line.trim_end_matches('.').to_string() + "GG_SKIP=allele_too_long");
    assert!(records == expected, "records differ");
}

#[test]
fn an_unsorted_vcf_cannot_be_indexed_and_says_which_file() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", format!("{VCF_HEAD}{}{}", variant(5000), variant(3000)));
    let words = ["sorted", "chr20:3,000", "chr20:5,000", "hint:", "bcftools sort"];
    desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", &words);
    let again = variant(6000).replace("chr20", "chr21");
    desk.write("c.vcf", format!("{VCF_HEAD}{}{}{}", variant(5000), again.replace("6000", "2000"), variant(5010)));
    desk.fails("variants c.vcf -f g.fa -m exact:gc -o out.vcf.gz --index csi", &["sorted"]);
    assert_eq!(desk.run("variants v.vcf -f g.fa -m exact:gc -o out.vcf").good().code, 0);
    desk.fails("variants v.vcf -f g.fa -m exact:gc -o out2.vcf.gz", &["v.vcf"]);
}

#[test]
fn a_vcf_that_is_none_says_its_line() {
    let desk = Desk::with_genome();
    for (text, words) in [
        (format!("##fileformat=VCFv4.2\n{}", variant(2000)), ["v.vcf", "line 2", "#CHROM"]),
        ("##fileformat=VCFv4.2\n##x=1\n".into(), ["v.vcf", "line 3", "#CHROM"]),
        (format!("{VCF_HEAD}{}chr20\t2005\t.\tA\n", variant(2000)), ["v.vcf", "line 6", "8 tab-separated columns"]),
        (format!("{VCF_HEAD}chr20 2005 . A C . . .\n"), ["v.vcf", "line 5", "8 tab-separated columns"]),
        (format!("{VCF_HEAD}chr20\tten\t.\tA\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "POS \"ten\""]),
        (format!("{VCF_HEAD}chr20\t-5\t.\tA\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "POS \"-5\""]),
        (format!("{VCF_HEAD}chr20\t99999999999999999999\t.\tA\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "POS"]),
        (format!("{VCF_HEAD}chr20\t5\t.\t\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "REF"]),
        (format!("{VCF_HEAD}\t5\t.\tA\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "CHROM"]),
    ] {
        desk.write("v.vcf", text);
        desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf", &words);
        desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", &words);
    }
}

#[test]
fn old_scores_are_not_mixed_with_new_ones() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    desk.run("variants v.vcf -f g.fa -m exact:gc -o once.vcf").good();
    desk.fails(
        "variants once.vcf -f g.fa -m exact:gc -o twice.vcf",
        &["once.vcf", "GG_DELTA_gc", "hint:", "bcftools annotate -x"],
    );
}

#[test]
fn a_header_in_latin_1_comes_out_as_it_came() {
    let desk = Desk::with_genome();
    let text =
        [b"##fileformat=VCFv4.2\n##laboratory=Universit\xe9\n".to_vec(), VCF_HEAD[21..].into(), variant(2000).into()]
            .concat();
    desk.write("v.vcf", text);
    let run = desk.run("variants v.vcf -f g.fa -m exact:gc");
    if run.code == 0 {
        let line = &b"##laboratory=Universit\xe9\n"[..];
        assert!(run.out.windows(line.len()).any(|part| part == line), "the header was changed: {:.120}", run.text());
    } else {
        assert!(run.error(1).contains("v.vcf"));
    }
}

#[test]
fn a_bcf_with_an_id_that_is_not_text_is_no_panic() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3).replace("rs2005", "QQQQQQ"));
    desk.shell("bcftools view -Ou v.vcf | sed 's/QQQQQQ/\\xff\\xfe\\xff\\xfe\\xff\\xfe/' | bgzip -c > v.bcf");
    let run = desk.run("variants v.bcf -f g.fa -m exact:gc -o out.vcf");
    assert!(!run.err.contains("panicked"), "{}", run.err);
    if run.code != 0 {
        assert!(run.error(1).contains("v.bcf"));
    }
}

#[test]
fn a_bcf_damaged_in_any_byte_is_no_panic() {
    let desk = Desk::with_genome();
    desk.write(
        "v.vcf",
        variants(2)
            .replace("INFO\n", "INFO\tFORMAT\tS1\n")
            .replace("\tPASS\t.\n", "\tPASS\t.\tGT\t0/1\n")
            .replace("#CHROM", "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n#CHROM"),
    );
    desk.shell("bcftools view -Ou v.vcf > raw");
    let raw = desk.read("raw");
    let header = 9 + u32::from_le_bytes(raw[5..9].try_into().expect("4 bytes")) as usize;
    let mut panics = Vec::new();
    for at in header..raw.len() {
        for byte in [0u8, 0x7f, 0x80, 0xff, raw[at] ^ 1, raw[at] ^ 0x10] {
            let mut bad = raw.clone();
            bad[at] = byte;
            desk.write("bad.bcf", bad);
            // As text, and copied.
            let to = if byte & 1 == 0 { "v" } else { "b" };
            let text = format!("ulimit -v 3000000; exec {PROGRAM} variants bad.bcf -f g.fa -m exact:gc -t 1 -O {to}");
            let run = finish(
                Command::new("bash").args(["-c", &text]).current_dir(desk.path()).env("RUST_BACKTRACE", "0"),
                b"",
            );
            if run.code > 1 || run.err.contains("panicked") {
                let line = run.err.lines().find(|line| line.contains("panicked") || line.contains("memory"));
                panics.push(line.map_or(run.err.clone(), |l| l.split("panicked at ").last().unwrap_or(l).to_string()));
            }
        }
    }
    panics.sort();
    let count = panics.len();
    panics.dedup();
    assert!(count == 0, "{count} of {} damaged files:\n{}", 6 * (raw.len() - header), panics.join("\n"));
}

// ---- regions ----

#[test]
fn a_region_that_is_not_there_is_an_error() {
    let desk = full_desk();
    desk.shell("samtools index r.bam; bgzip -c g.fa > z.fa.gz; gzip -c g.fa > p.fa.gz");
    let clear = || ["out", "out.manifest.json"].iter().for_each(|name| drop(fs::remove_file(desk.at(name))));
    each(["-r chr99", "-r chr99:1-10", "-R unknown.bed"], |options| {
        desk.write("unknown.bed", "chr20\t0\t10\nchr99\t0\t10\n");
        for file in [
            "scan g.fa -m exact:gc",
            "scan z.fa.gz -m exact:gc",
            "scan p.fa.gz -m exact:gc",
            "reads r.bam -m exact:gc",
            "reads r.sam -m exact:gc",
            "scan g.fa -m exact:orf",
        ] {
            let name = file.split(' ').nth(1).expect("a file");
            clear();
            desk.fails(&format!("{file} {options} -o out"), &["chr99", name, "chr20"]);
        }
    });
    clear();
    each(["-r chr20:19,000-30,000", "-r chr20:30000", "-R beyond.bed"], |options| {
        desk.write("beyond.bed", "chr20\t0\t10\nchr20\t19000\t30000\n");
        for file in [
            "scan g.fa -m exact:gc",
            "scan z.fa.gz -m exact:gc",
            "scan p.fa.gz -m exact:gc",
            "reads r.bam -m exact:gc",
            "scan g.fa -m exact:orf",
        ] {
            let name = file.split(' ').nth(1).expect("a file");
            desk.fails(&format!("{file} {options} -o out"), &["chr20", "20000 bases", name]);
        }
    });
}

#[test]
fn a_bed_that_is_none_says_its_line() {
    let desk = Desk::with_genome();
    for line in [
        "chr20\t5",
        "chr20\tfive\t10",
        "chr20\t5\tten",
        "chr20\t-5\t10",
        "chr20\t10\t5",
        "chr20",
        "chr20\t1.5\t7",
        "chr20\t5\t99999999999999999999",
    ] {
        desk.write("r.bed", format!("track name=x\nchr20\t0\t10\n{line}\n"));
        desk.fails("scan g.fa -R r.bed -m exact:gc -o out.bed", &["r.bed", "line 3"]);
    }
    for region in ["chr20:10-5", "chr20:a-b", "chr20:0-10", "", ":1-5"] {
        let run = finish(desk.command().args(["scan", "g.fa", "-m", "exact:gc", "-r", region, "-o", "out.bed"]), b"");
        let code = run.code;
        assert!(code == 1 || code == 2, "-r \"{region}\": exit code {code}: {}", run.err);
        run.error(code);
        assert_eq!(desk.names(), ["g.fa", "r.bed"], "-r {region}");
    }
}

// ---- reads ----

#[test]
fn a_fastq_that_is_none_says_its_record() {
    let desk = Desk::new();
    for text in [
        "@q2\nACGT\n+\nIII\n",
        "@q2\nACG\n+\nIIII\n",
        "@q2\nACGT\n",
        "@q2\nACGT\n+\n",
        "@q2\nACGT\nIIII\n",
        "q2\nACGT\n+\nIIII\n",
        "@q2\nACGT\n+\nII I\n",
    ] {
        desk.write("r.fq", format!("@q1\nACGT\n+\nIIII\n{text}"));
        desk.fails("reads r.fq -m exact:gc -o out.tsv", &["r.fq", "record 2"]);
    }
}

#[test]
fn a_sam_that_is_none_says_its_record() {
    let desk = Desk::with_genome();
    let good = sam(1);
    let lines = [
        "r2\t0\tchr20\t1\t60\t4Q\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\t1\t60\tM\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\t1\t60\t99999999999999M\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\tx\t60\t4M\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\t1\t60\t4M\t*\t0\t0\tACGT\tIII",
        "r2\t99999\tchr20\t1\t60\t4M\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\tNM:i:x",
        "r2\t0\tchr20\t1",
        // As samtools says it: "CIGAR and query sequence are of different length".
        "r2\t0\tchr20\t1\t60\t9M\t*\t0\t0\tACGT\tIIII",
    ];
    each(lines.iter().flat_map(|line| ["tsv", "bam"].map(|format| (line, format))), |(line, format)| {
        println!("{format}: {line}");
        desk.write("r.sam", format!("{good}{line}\n"));
        for left in ["out", "out.manifest.json"] {
            fs::remove_file(desk.at(left)).ok();
        }
        desk.fails(&format!("reads r.sam -m exact:gc --format {format} -o out"), &["r.sam", "record 2"]);
    });
}

// ---- models ----

#[test]
fn a_model_that_is_not_there_is_an_error() {
    let desk = Desk::with_genome();
    desk.fails("scan g.fa -m nosuch -o out.bed", &["nosuch", "hint:", "genogloss models list"]);
    desk.fails("scan g.fa -m ./nosuch -o out.bed", &["./nosuch", "no such folder"]);
    fs::create_dir(desk.at("empty")).expect("a folder");
    desk.fails("scan g.fa -m ./empty -o out.bed", &["./empty", "card.yaml"]);
    desk.fails("models check ./nosuch", &["./nosuch"]);
    let before = desk.state();
    let error = desk.run("scan g.fa -m exact:nosuch -o out.bed").error(2);
    assert!(error.contains("nosuch") && error.contains("reverse-complement"), "{error}");
    assert_eq!(desk.state(), before);
}

#[test]
fn a_card_that_contradicts_its_network_is_an_error() {
    let desk = Desk::with_genome();
    let card = fs::read_to_string(root().join("models/core-promoter/card.yaml")).expect("the card");
    let digest = card.lines().find(|line| line.trim().starts_with("model.onnx:")).expect("a digest");
    let wrong: String = digest.chars().rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect::<String>()
        + if digest.ends_with('0') { "1" } else { "0" };
    let changes: [(&str, &str, &str, &[&str]); 8] = [
        ("tensor", "tensor: sequence", "tensor: onehot", &["onehot", "sequence"]),
        ("output", "output: promoter", "output: enhancer", &["enhancer", "promoter"]),
        ("span", "span: 70, core: 35", "span: 80, core: 40", &["(any, 4, 70)", "(any, 4, 80)"]),
        ("layout", "channels-first", "channels-last", &["sequence", "shape"]),
        ("labels", "labels: [promoter]", "labels: [promoter, other]", &["promoter", "shape"]),
        ("dtype", "dtype: f32", "dtype: u8", &["sequence", "u8"]),
        ("digest", digest, &wrong, &["model.onnx", "sha256", "hint:"]),
        ("mask", "unknown: zeros}", "unknown: zeros, mask: mask}", &["mask"]),
    ];
    each(changes, |(name, from, to, words)| {
        desk.model(name, |card| {
            assert!(card.contains(from), "{from}");
            card.replace(from, to)
        });
        for engine in engines() {
            if (name, engine) == ("dtype", "rten") {
                continue; // rten does not say types.
            }
            let error = desk.fails(&format!("scan g.fa -m ./{name} --engine {engine} -o out.bed"), words);
            // core-promoter is also the name of a built-in model: which folder is meant must be said.
            assert!(error.contains(&format!("./{name}")), "the folder is not named: {error}");
            desk.fails(&format!("variants v.vcf -f g.fa -m ./{name} --engine {engine} -o out.vcf"), words);
        }
    });
}

/// What is done to a card.
type Change = &'static dyn Fn(String) -> String;

#[test]
fn a_card_that_is_none_is_an_error() {
    let desk = Desk::with_genome();
    let cases: [(&str, Change, &str); 10] = [
        ("unknown-key", &|card| card.replace("kind:", "colour: red\nkind:"), "colour"),
        ("unknown-inner-key", &|card| card.replace("span: 70", "span: 70, spam: 3"), "spam"),
        ("missing-key", &|card| card.replace("kind: classify\n", ""), "kind"),
        ("rows", &|card| card.replace("rows: 16", "rows: 0"), "rows"),
        ("negative", &|card| card.replace("span: 70", "span: -70"), "invalid u64"),
        ("not-yaml", &|_| "{[".into(), "card.yaml"),
        ("empty", &|_| String::new(), "card.yaml"),
        ("nested", &|_| "[".repeat(100_000), "card.yaml"),
        (
            "laughs",
            &|_| {
                let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_string();
                (1..12).for_each(|i| {
                    text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(",")))
                });
                text
            },
            "card.yaml",
        ),
        (
            "up",
            &|card| card.replace("model: model.onnx", "model: ../g.fa").replace("    model.onnx:", "    ../g.fa:"),
            "../g.fa",
        ),
    ];
    each(cases, |(name, change, word)| {
        desk.model(name, change);
        desk.fails(&format!("scan g.fa -m ./{name} -o out.bed"), &[&format!("./{name}/card.yaml"), word]);
        let run = desk.run(&format!("models check ./{name}"));
        assert!(run.code == 1 && !run.err.contains("panicked"), "models check {name}: {} {}", run.code, run.err);
    });
    fs::write(desk.model("binary", |card| card).join("card.yaml"), noise(5000, 40)).expect("written");
    desk.fails("scan g.fa -m ./binary -o out.bed", &["./binary", "card.yaml"]);
}

#[test]
fn a_link_out_of_a_model_folder_is_not_followed() {
    let desk = Desk::with_genome();
    for (name, file) in [("network", "model.onnx"), ("card", "card.yaml")] {
        let folder = desk.model(name, |card| card);
        let outside = desk.at(format!("outside-{file}"));
        fs::rename(folder.join(file), &outside).expect("moved");
        std::os::unix::fs::symlink(&outside, folder.join(file)).expect("a link");
        desk.fails(&format!("scan g.fa -m ./{name} -o out.bed"), &[&format!("./{name}"), file, "link"]);
    }
}

#[test]
fn a_pipe_in_a_model_folder_does_not_hang_the_program() {
    let desk = Desk::with_genome();
    let folder = desk.model("pipe", |card| card);
    fs::remove_file(folder.join("model.onnx")).expect("removed");
    desk.shell("mkfifo pipe/model.onnx");
    let line = format!("timeout -s KILL 20 {PROGRAM} scan g.fa -m ./pipe -o out.bed");
    let run = finish(Command::new("bash").args(["-c", &line]).current_dir(desk.path()), b"");
    assert_ne!(run.code, 137, "it hangs");
    run.error(1);
}

#[test]
fn a_corrupt_network_is_an_error_that_names_its_file() {
    let desk = Desk::with_genome();
    let good = fs::read(root().join("models/core-promoter/model.onnx")).expect("the network");
    let damaged = {
        let mut bytes = good.clone();
        bytes[200_000..200_300].copy_from_slice(&noise(300, 41));
        bytes
    };
    let random = noise(5000, 42);
    let cases =
        [("cut", &good[..300_000]), ("damaged", &damaged), ("noise", &random), ("nothing", b""), ("text", b"hello\n")];
    each(cases, |(name, bytes)| {
        let folder = desk.model(name, |card| card);
        let network = folder.join("model.onnx");
        fs::write(&network, bytes).expect("written");
        let card = fs::read_to_string(folder.join("card.yaml")).expect("the card");
        fs::write(
            folder.join("card.yaml"),
            card.replace("6fed089cef169044fbb501abad3225609f5ba04ff87b8d04d3ed526ff3df9f40", &sha256(&network)),
        )
        .expect("written");
        for engine in engines() {
            println!("{name}, {engine}");
            let error = desk.fails(&format!("scan g.fa -m ./{name} --engine {engine} -o out.bed"), &[]);
            assert!(error.contains("model.onnx") || error.contains(&format!("./{name}")), "no file is named: {error}");
        }
        let run = desk.run(&format!("models check ./{name}"));
        assert!(run.code == 1 && !run.err.contains("panicked"), "models check {name}: {} {}", run.code, run.err);
    });
}

#[test]
fn a_card_cannot_write_lines_into_a_vcf_header() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    desk.model("evil", |card| card.replace("version: 1.0.0", "version: \"1\\n#CHROM\\tx\\\"y\""));
    let run = desk.run("variants v.vcf -f g.fa -m ./evil --engine rten");
    if run.code == 0 {
        assert_eq!(run.text().lines().filter(|line| line.starts_with("#CHROM")).count(), 1, "{:.900}", run.text());
    } else {
        assert!(run.error(1).contains("version"));
    }
}

#[test]
fn a_device_that_is_not_there_is_an_error() {
    if Path::new("/dev/nvidia0").exists() {
        println!("not tried: this machine has a GPU");
        return;
    }
    let desk = Desk::with_genome();
    desk.fails("scan g.fa --device cuda:0 -o out.bed", &["hint:"]);
    if has_ort() {
        desk.fails("scan g.fa --device cuda:0 -o out.bed", &["cuda:0"]);
        desk.fails("scan g.fa --device cuda:0 --engine ort -o out.bed", &["cuda:0"]);
    }
    for device in ["cuda:x", "cuda:-1", "gpu", "cuda:99999999999", ""] {
        let run = finish(desk.command().args(["scan", "g.fa", "--device", device, "-o", "out.bed"]), b"");
        run.error(2);
    }
    desk.run("scan g.fa --device cuda:0 --engine rten -o out.bed").error(2);
    assert_eq!(desk.names(), ["g.fa"]);
}

#[test]
fn an_engine_that_is_not_there_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("text.so", "hello");
    let text = desk.at("text.so").display().to_string();
    each(["/nonexistent/libonnxruntime.so", &text, "/etc"], |library| {
        let run = finish(
            desk.command().env("ORT_DYLIB_PATH", library).args(["scan", "g.fa", "--engine", "ort", "-o", "out.bed"]),
            b"",
        );
        let error = run.error(1);
        assert!(error.contains(library) && error.contains("hint:"), "{library}: {error}");
    });
    assert_eq!(desk.names(), ["g.fa", "text.so"]);
}

// ---- where the output goes ----

#[test]
fn an_output_that_cannot_be_is_an_error() {
    let desk = full_desk();
    fs::create_dir(desk.at("folder")).expect("a folder");
    for command in [
        "scan g.fa -m exact:gc",
        "variants v.vcf -f g.fa -m exact:gc",
        "reads r.bam -m exact:gc",
        "reads r.bam -m exact:gc --format bam",
        "scan g.fa -m exact:orf",
    ] {
        desk.fails(&format!("{command} -o nowhere/out.gz"), &["nowhere/out.gz", "does not exist", "hint: mkdir -p"]);
        desk.fails(&format!("{command} -o folder"), &["folder", "is a folder"]);
        desk.fails(&format!("{command} -o g.fa/out"), &["g.fa/out"]);
        desk.fails(&format!("{command} -o out.file --manifest nowhere/out.json"), &["nowhere/out.json"]);
        desk.fails(&format!("{command} -o out.file --manifest folder"), &["folder", "is a folder"]);
    }
    assert_eq!(fs::read_dir(desk.at("folder")).expect("the folder").count(), 0);
}

#[test]
fn a_refusal_of_the_manifest_comes_before_the_work() {
    let desk = Desk::with_genome();
    let run = desk.run_with_input("scan - -m exact:gc -o out.bed --manifest nowhere/out.json", b"hello");
    let error = run.error(1);
    assert!(error.contains("nowhere/out.json"), "the manifest's folder was looked at after the input: {error}");
}

#[test]
fn output_manifest_and_input_are_never_one_file() {
    let lines = [
        "scan g.fa -m exact:gc -o g.fa",
        "variants v.vcf -f g.fa -m exact:gc -o v.vcf",
        "variants v.vcf -f g.fa -m exact:gc -o g.fa",
        "variants link.vcf -f g.fa -m exact:gc -o v.vcf",
        "reads r.bam -m exact:gc --format bam -o r.bam",
        "scan h.fa -m exact:gc -o out.bed --manifest h.fa",
        "scan g.fa -m exact:gc -o out.bed --manifest out.bed",
        "scan g.fa -m exact:gc -o out.bed.gz --manifest out.bed.gz.tbi",
    ];
    each(lines, |line| {
        let desk = full_desk();
        desk.shell("cp g.fa h.fa; ln -s v.vcf link.vcf");
        let digest = |desk: &Desk| desk.shell("sha256sum g.fa h.fa v.vcf r.bam; ls");
        let before = digest(&desk);
        let run = desk.run(line);
        assert_eq!(digest(&desk), before, "{line}: exit code {}, {}", run.code, run.err);
        assert!(run.code == 1 || run.code == 2, "{line}: {}", run.code);
    });
}

#[test]
fn a_name_that_is_not_utf_8_is_no_panic() {
    let desk = Desk::with_genome();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.fa");
    fs::copy(desk.at("g.fa"), desk.at(name)).expect("copied");
    let run = finish(desk.command().args(["scan", "-m", "exact:gc", "-o", "out.bed"]).arg(name), b"");
    assert!(!run.err.contains("panicked"), "{}", run.err);
    assert_eq!(run.code, 0, "{}", run.err);
    let output = std::ffi::OsStr::from_bytes(b"out\xe9.bed");
    let run = finish(desk.command().args(["scan", "g.fa", "-m", "exact:gc", "-o"]).arg(output), b"");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(desk.at(output).exists());
}

#[test]
fn a_full_device_is_an_error() {
    let desk = full_desk();
    for command in [
        "scan g.fa -m exact:gc --window 10",
        "variants v.vcf -f g.fa -m exact:gc",
        "reads r.bam -m exact:gc",
        "reads r.bam -m exact:gc --format bam",
    ] {
        desk.fails(&format!("{command} -o /dev/full"), &["/dev/full", "no space left"]);
        let text = format!("{PROGRAM} {command} > /dev/full");
        let run = finish(Command::new("bash").args(["-c", &text]).current_dir(desk.path()), b"");
        assert!(run.error(1).contains("standard output: no space left"), "{}", run.err);
    }
}

/// A file system of its own, gone with the test.
struct Mount(PathBuf);

impl Mount {
    fn tmpfs(at: PathBuf, options: &str) -> Option<Self> {
        if !is_root() {
            println!("not tried: only root can mount");
            return None;
        }
        fs::create_dir_all(&at).expect("a folder");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&at).output().expect("mount");
        if !mounted.status.success() {
            println!("not tried: mount says {}", String::from_utf8_lossy(&mounted.stderr));
            return None;
        }
        Some(Self(at))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    let desk = full_desk();
    desk.write("long.vcf", variants(3000));
    let Some(small) = Mount::tmpfs(desk.at("small"), "size=64k") else { return };
    for command in ["scan g.fa -m exact:gc --window 2", "variants long.vcf -f g.fa -m exact:gc"] {
        for output in ["small/out.txt", "small/out.gz"] {
            if output.ends_with("gz") {
                // What is compressed fits: another file takes the room.
                fs::write(small.0.join("other"), vec![1u8; 56 << 10]).expect("written");
            }
            let run = desk.run(&format!("{command} -o {output}"));
            let error = run.error(1);
            assert!(error.contains(output) && error.contains("no space left"), "{error}");
            fs::remove_file(small.0.join("other")).ok();
            assert_eq!(fs::read_dir(&small.0).expect("the folder").count(), 0, "left behind by {command} -o {output}");
        }
    }
    // bigWig is written by a library, on threads of its own.
    desk.write("big.fa", fasta(&[("a", &bases(400_000, 51))], 60));
    let run = desk.run("scan big.fa -m exact:gc --window 4 --bigwig small/tracks");
    let error = run.error(1);
    assert!(error.contains("small/tracks/gc.bw") && error.contains("no space left"), "{error}");
    assert!(!run.err.contains("panicked"), "{}", run.err);
    assert_eq!(fs::read_dir(small.0.join("tracks")).expect("the folder").count(), 0);
}

#[test]
fn a_read_only_folder_is_an_error() {
    let desk = Desk::with_genome();
    fs::create_dir(desk.at("locked")).expect("a folder");
    let _mount = if is_root() {
        // Root may write anywhere but on a file system that is read-only.
        let Some(mount) = Mount::tmpfs(desk.at("locked"), "size=64k,ro") else { return };
        Some(mount)
    } else {
        desk.shell("chmod 555 locked");
        None
    };
    for output in ["locked/out.bed", "locked/out.bed.gz"] {
        let error = desk.fails(&format!("scan g.fa -m exact:gc -o {output}"), &[output]);
        assert!(error.contains("read-only") || error.contains("permission denied"), "{error}");
    }
    desk.fails("scan g.fa -m exact:gc -o out.bed --manifest locked/m.json", &["locked/m.json"]);
}

#[test]
fn a_reader_that_hangs_up_is_no_failure() {
    let desk = Desk::with_genome();
    desk.write("big.fa", fasta(&[("a", &bases(400_000, 50))], 60));
    desk.write("v.vcf", variants(3000));
    for command in [
        "scan big.fa -m exact:gc --window 4",
        "variants v.vcf -f g.fa -m exact:gc",
        "scan big.fa -m exact:orf --format tsv",
        "models list",
        "columns scan",
    ] {
        let text = format!("{PROGRAM} {command} | head -1; echo ${{PIPESTATUS[0]}}");
        let run = finish(Command::new("bash").args(["-c", &text]).current_dir(desk.path()), b"");
        let out = run.text();
        assert_eq!((out.lines().count(), out.lines().last()), (2, Some("0")), "{command}: {out} {}", run.err);
        assert!(!run.err.contains("error:") && !run.err.contains("panicked"), "{}", run.err);
    }
}

// ---- runs that are cut short ----

/// Starts a run of a minute or so, and waits until its output has been opened.
fn slow(desk: &Desk) -> std::process::Child {
    let contigs: Vec<(String, String)> = (0..40u64).map(|i| (format!("c{i}"), bases(100_000, i))).collect();
    let contigs: Vec<(&str, &str)> = contigs.iter().map(|(name, bases)| (name.as_str(), bases.as_str())).collect();
    desk.write("slow.fa", fasta(&contigs, 60));
    let child = desk
        .command()
        .args(["scan", "slow.fa", "--engine", "rten", "-t", "1", "-o", "out.bed.gz"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let started = Instant::now();
    while !desk.names().iter().any(|name| name.contains("out.bed")) {
        assert!(started.elapsed() < PATIENCE, "no output was opened");
        sleep(Duration::from_millis(20));
    }
    sleep(Duration::from_millis(500));
    child
}

fn signal(child: &std::process::Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

/// Waits for a run that has been asked to stop.
#[track_caller]
fn stopped(mut child: std::process::Child, seconds: u64) -> Run {
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if started.elapsed() > Duration::from_secs(seconds) {
            child.kill().expect("killed");
            child.wait().expect("waited");
            panic!("still running {seconds} s after it was asked to stop");
        }
        sleep(Duration::from_millis(10));
    };
    let mut err = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().expect("a pipe"), &mut err).expect("text");
    Run { code: status.code().unwrap_or(-1), out: Vec::new(), err }
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    for (name, code) in [("INT", 130), ("TERM", 143), ("USR2", 143)] {
        let desk = Desk::new();
        let child = slow(&desk);
        signal(&child, name);
        let error = stopped(child, 20).error(code);
        assert!(error.contains("interrupted"), "{error}");
        assert_eq!(desk.names(), ["slow.fa"], "SIG{name}");
    }
}

#[test]
fn a_killed_run_leaves_nothing_under_the_output_s_name() {
    let desk = Desk::new();
    let child = slow(&desk);
    signal(&child, "KILL");
    stopped(child, 20);
    let named: Vec<String> = desk.names().into_iter().filter(|name| name.starts_with("out")).collect();
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn a_run_that_waits_for_its_input_can_be_interrupted() {
    let desk = Desk::with_genome();
    each([("nothing yet", &b""[..]), ("some bases", b">a\nACGTACGTACGT\nACGTAC")], |(what, start)| {
        let mut child = desk
            .command()
            .args(["scan", "-", "-m", "exact:gc", "-o", "out.bed"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(start).expect("written");
        sleep(Duration::from_millis(500));
        println!("{what}");
        signal(&child, "TERM");
        let run = stopped(child, 10);
        drop(stdin);
        assert_eq!(run.code, 143, "{}", run.err);
        assert_eq!(desk.names(), ["g.fa"]);
    });
}

#[test]
fn an_old_output_survives_a_failed_run() {
    let desk = full_desk();
    desk.write("out.vcf.gz", "old");
    desk.write("out.vcf.gz.tbi", "old index");
    desk.write("v.vcf", format!("{}chr20\tx\t.\tA\tC\t.\t.\t.\n", variants(50)));
    desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", &["v.vcf", "line 55"]);
    assert_eq!((desk.read("out.vcf.gz"), desk.read("out.vcf.gz.tbi")), (b"old".to_vec(), b"old index".to_vec()));
}
