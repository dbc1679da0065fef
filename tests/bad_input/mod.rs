//! Bad input, bad models, bad places to write to, and runs that are cut short: each gives one clear line and leaves
//! nothing behind. Every test has its own folder, in which the program runs.

mod any_format;
mod bed;
mod fasta;
mod interrupted;
mod models;
mod outputs;
mod reads;
mod vcf;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{Folder, PROGRAM, Run, finish, ort_available, root};

/// What is said of a file that was cut off.
const CUT_OFF: &[&str] = &["truncated", "too early"];

/// A temporary folder, the program's working folder.
struct Desk(Folder);

impl Desk {
    fn new() -> Self {
        Self(Folder::new())
    }

    /// With g.fa: chr20 of 20,000 and chr21 of 5,000 bases.
    fn with_genome() -> Self {
        let desk = Self::new();
        desk.write("g.fa", fasta(&[("chr20", &bases(20_000, 1)), ("chr21", &bases(5_000, 2))], 60));
        desk
    }

    fn path(&self) -> &Path {
        self.0.root()
    }

    fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        self.0.write(name, content);
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.at(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn names(&self) -> Vec<String> {
        self.0.names()
    }

    /// Keeps the first `len` bytes of a file under another name.
    fn cut(&self, name: &str, to: &str, len: impl FnOnce(usize) -> usize) {
        let all = self.read(name);
        self.write(to, &all[..len(all.len())]);
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
        assert_eq!(run.code, 0, "{text}: {}", run.stderr);
        run.stdout
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

fn engines() -> Vec<&'static str> {
    if ort_available() { vec!["ort", "rten"] } else { vec!["rten"] }
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

fn full_desk() -> Desk {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(50));
    desk.write("r.sam", sam(50));
    desk.shell("samtools view -b -o r.bam r.sam; samtools view -C -T g.fa -o r.cram r.sam; rm g.fa.fai");
    desk
}
