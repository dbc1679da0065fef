//! `genogloss reads`: alignments as samtools reads them, and the scores of reads.

mod cram;
mod headers;
mod indices;
mod records;
mod scores;
mod tags;

use std::process::Command;

use crate::support::{Folder, PROGRAM, Run, finish, genogloss, root, shell, tools_available};

/// The readers of CRAM in this build.
fn readers() -> &'static [&'static str] {
    if genogloss(&["--version", "--verbose"]).stdout.contains("htslib ") {
        &["htslib", "noodles"]
    } else {
        &["noodles"]
    }
}

/// Runs the program with one of the readers.
fn with_reader(reader: &str, arguments: &[&str]) -> Run {
    finish(Command::new(PROGRAM).args(arguments).env("GENOGLOSS_CRAM_READER", reader).current_dir(root()), b"")
}

/// Bases that repeat nowhere.
fn bases(len: usize, mut seed: u64) -> String {
    (0..len)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b"ACGT"[(seed >> 33) as usize % 4])
        })
        .collect()
}

struct Desk {
    folder: Folder,
    one: String,
}

impl Desk {
    /// A genome of two contigs; `None` without samtools.
    fn new() -> Option<Self> {
        tools_available(&["samtools"]).then(|| {
            let (folder, one, two) = (Folder::new(), bases(3000, 1), bases(2500, 2));
            folder.write("g.fa", format!(">chr1\n{one}\n>chr2\n{two}\n"));
            Self { folder, one }
        })
    }

    fn sh(&self, command: &str) -> String {
        shell(&format!("cd {}; export REF_PATH=/nowhere/%s; {command}", self.folder.path("")))
    }

    /// Reads of every kind: mismatches, indels, clips, a pair, no bases, no qualities, unmapped.
    fn reads(&self) -> String {
        let at = |start: usize, len: usize| self.one[start - 1..start - 1 + len].to_string();
        let quality = "I".repeat(50);
        let mut wrong = at(301, 50);
        wrong.replace_range(10..11, if &wrong[10..11] == "A" { "C" } else { "A" });
        let inserted = format!("{}GG{}", at(401, 20), at(421, 28));
        let deleted = format!("{}{}", at(501, 20), at(526, 30));
        let clipped = format!("TTTTT{}", at(601, 45));
        [
            "@HD\tVN:1.6\tSO:coordinate".into(),
            "@SQ\tSN:chr1\tLN:3000\n@SQ\tSN:chr2\tLN:2500\n@RG\tID:rg1\tSM:s".into(),
            format!("plain\t0\tchr1\t101\t60\t50M\t*\t0\t0\t{}\t{quality}\tRG:Z:rg1\txx:i:5", at(101, 50)),
            format!("noquality\t0\tchr1\t201\t60\t50M\t*\t0\t0\t{}\t*", at(201, 50)),
            format!("mismatch\t16\tchr1\t301\t50\t50M\t*\t0\t0\t{wrong}\t{quality}"),
            format!("insertion\t0\tchr1\t401\t60\t20M2I28M\t*\t0\t0\t{inserted}\t{quality}"),
            format!("deletion\t0\tchr1\t501\t60\t20M5D30M\t*\t0\t0\t{deleted}\t{quality}"),
            format!("clipped\t0\tchr1\t601\t60\t5S45M\t*\t0\t0\t{clipped}\t{quality}"),
            format!("zeros\t0\tchr1\t701\t60\t50M\t*\t0\t0\t{}\t{}", at(701, 50), "!".repeat(50)),
            format!("pair\t99\tchr1\t801\t60\t50M\t=\t901\t150\t{}\t{quality}", at(801, 50)),
            format!("pair\t147\tchr1\t901\t60\t50M\t=\t801\t-150\t{}\t{quality}", at(901, 50)),
            format!("unmapped\t4\t*\t0\t0\t*\t*\t0\t0\t{}\t{quality}", bases(50, 9)),
        ]
        .join("\n")
            + "\n"
    }

    /// A CRAM file of some text; `options` are those of samtools view.
    fn cram(&self, name: &str, sam: &str, options: &str) -> String {
        self.folder.write("in.sam", sam);
        self.sh(&format!("samtools view --no-PG -C -T g.fa {options} -o {name} in.sam 2>/dev/null"));
        self.folder.path(name)
    }

    fn fasta(&self) -> String {
        self.folder.path("g.fa")
    }

    /// The records that the program writes as BAM, without its tags, with tags in order.
    fn records(&self, reader: &str, file: &str, options: &[&str]) -> Vec<String> {
        let out = self.folder.path("out.bam");
        let base = ["reads", file, "-m", "exact:gc", "--quiet", "--format", "bam", "-o", &out];
        let run = with_reader(reader, &[&base, options].concat());
        assert_eq!(run.code, 0, "{reader}: {}", run.stderr);
        sorted_tags(&self.sh("samtools view -x gs -x gl -x gw -x gk out.bam"))
    }

    /// The lines of a table.
    fn table(&self, reader: &str, file: &str, options: &[&str]) -> Vec<String> {
        let run = with_reader(reader, &[&["reads", file, "-m", "exact:gc", "--quiet"], options].concat());
        assert_eq!(run.code, 0, "{reader}: {}", run.stderr);
        run.stdout.lines().skip(1).map(String::from).collect()
    }

    /// What the program says of a file that it refuses.
    fn refused(&self, reader: &str, file: &str, options: &[&str]) -> String {
        let run = with_reader(reader, &[&["reads", file, "-m", "exact:gc", "--quiet"], options].concat());
        assert!(matches!(run.code, 1 | 2), "{reader}: {} {}", run.code, run.stderr);
        run.stderr
    }
}

fn sorted_tags(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let (fixed, tags) = fields.split_at(11);
        let mut tags = tags.to_vec();
        tags.sort_unstable();
        [fixed, &tags].concat().join("\t")
    };
    text.lines().map(line).collect()
}
