//! What holds for any input: made-up genomes, regions, windows, shards and kill points, made smaller where it does not.

use std::{
    fs,
    process::{Command, Stdio},
    time::Duration,
};

use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::support::{Folder, genogloss, shell, succeed};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// Contigs c0, c1 …: mostly bases, some of them unknown or in lower case.
fn genome(longest: usize) -> impl Strategy<Value = Vec<String>> {
    let base = prop_oneof![20 => select(&b"ACGT"[..]), 2 => select(&b"acgt"[..]), 1 => Just(b'N')];
    let bases = prop_oneof![
        8 => vec(base, 1..longest).prop_map(|bases| String::from_utf8(bases).expect("letters")),
        1 => (1..longest).prop_map(|length| "N".repeat(length)),
    ];
    vec(bases, 1..6)
}

fn fasta(contigs: &[String], width: usize) -> String {
    let mut text = String::new();
    for (number, bases) in contigs.iter().enumerate() {
        text.push_str(&format!(">c{number}\n"));
        for line in bases.as_bytes().chunks(width) {
            text.push_str(&format!("{}\n", String::from_utf8_lossy(line)));
        }
    }
    text
}

/// Places that may be anywhere: contig, start, length; taken modulo what there is.
fn places() -> impl Strategy<Value = Vec<(usize, usize, usize)>> {
    vec((any::<usize>(), any::<usize>(), 1..40usize), 1..5)
}

/// Which windows: options of a scan.
fn windows() -> impl Strategy<Value = String> {
    let model = |stride: Option<u64>| {
        let stride = stride.map(|stride| format!(" --stride {stride}")).unwrap_or_default();
        format!("-m tests/models/base-identity{stride}")
    };
    prop_oneof![
        (1..60u64).prop_map(|window| format!("-m exact:gc --window {window}")),
        option::of(1..=8u64).prop_map(model),
        (1..60u64, 1..60u64, select(&["mean", "max"][..])).prop_map(|(window, stride, rule)| {
            format!("-m exact:gc --window {window} --stride {} --overlap {rule}", stride.min(window))
        }),
    ]
}

fn words(command: &str) -> Vec<&str> {
    command.split(' ').filter(|word| !word.is_empty()).collect()
}

proptest! {
    #![proptest_config(config(64))]

    /// Every base that was asked for lies in one row, which has a score or a reason; rows are in the order of the genome.
    #[test]
    fn every_base_is_in_one_row(
        contigs in genome(150), width in 1..80usize, asked in option::of(places()), windows in windows(), through in any::<bool>(),
    ) {
        let folder = Folder::new();
        let path = folder.write("g.fa", fasta(&contigs, width));
        let mut wanted: Vec<Vec<bool>> = contigs.iter().map(|bases| vec![asked.is_none(); bases.len()]).collect();
        let mut regions = String::new();
        for (contig, start, length) in asked.iter().flatten() {
            let contig = contig % contigs.len();
            let start = start % contigs[contig].len();
            let end = (start + length).min(contigs[contig].len());
            wanted[contig][start..end].fill(true);
            regions.push_str(&format!(" -r c{contig}:{}-{end}", start + 1));
        }
        // By place, or as a stream.
        let file = if through && asked.is_none() { "-" } else { &path };
        let command = format!("scan {file} {windows}{regions} --format tsv --quiet");
        let run = crate::support::genogloss_with_input(&words(&command), fasta(&contigs, width).as_bytes());
        prop_assert_eq!(run.code, 0, "{}", run.stderr);
        let mut seen: Vec<Vec<u32>> = contigs.iter().map(|bases| vec![0; bases.len()]).collect();
        let mut last = (0, 0);
        for line in run.stdout.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            let contig: usize = fields[0][1..].parse().expect("a contig");
            let (start, end): (usize, usize) = (fields[1].parse().expect("a start"), fields[2].parse().expect("an end"));
            prop_assert!(start < end && (contig, start) >= last, "{}", line);
            last = (contig, end);
            seen[contig][start..end].iter_mut().for_each(|count| *count += 1);
            prop_assert!(wanted[contig][start..end].contains(&true), "not asked for: {}", line);
            let known = contigs[contig][start..end].bytes().any(|base| base != b'N');
            prop_assert!(fields[5] != "." || fields[6] != "." || !known, "neither a score nor a reason: {}", line);
        }
        for (contig, (seen, wanted)) in seen.iter().zip(&wanted).enumerate() {
            for (at, (&count, &wanted)) in seen.iter().zip(wanted).enumerate() {
                prop_assert!(count == 1 || (count == 0 && !wanted), "base {} of c{} is in {} rows: {}", at, contig, count, command);
            }
        }
    }
}

/// A run over one of the made-up inputs, for scan, variants and reads; and what its output ends in.
fn command(
    folder: &Folder,
    contigs: &[String],
    places: &[(usize, usize, usize)],
    windows: &str,
    kind: usize,
) -> (String, &'static str) {
    let path = folder.write("g.fa", fasta(contigs, 60));
    let mut sorted: Vec<(usize, usize, usize)> = places
        .iter()
        .map(|&(contig, start, length)| {
            let contig = contig % contigs.len();
            (contig, start % contigs[contig].len(), length)
        })
        .collect();
    sorted.sort_unstable();
    let header = |line: &dyn Fn(usize, usize) -> String| -> String {
        contigs.iter().enumerate().map(|(number, bases)| line(number, bases.len())).collect()
    };
    let endings = [["tsv", "bed.gz"], ["vcf", "bcf"], ["tsv", "bam"]];
    let ending = endings[kind % 3][kind / 3 % 2];
    let command = match kind % 3 {
        0 => {
            let format = if ending == "tsv" { "tsv" } else { "bed" };
            format!("scan {path} {windows} --format {format}")
        }
        1 => {
            let mut text = "##fileformat=VCFv4.2\n".to_string();
            text.push_str(&header(&|number, length| format!("##contig=<ID=c{number},length={length}>\n")));
            text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
            for (number, &(contig, start, length)) in sorted.iter().enumerate() {
                let end = (start + 1 + length % 4).min(contigs[contig].len());
                let reference = contigs[contig][start..end].to_uppercase();
                let alternate = ["A", "CAC", "<DEL>", "G,T", "*"][(length + number) % 5];
                text.push_str(&format!("c{contig}\t{}\tv{number}\t{reference}\t{alternate}\t.\t.\t.\n", start + 1));
            }
            let input = folder.write("v.vcf", text);
            format!("variants {input} -f {path} -m exact:gc --max-ref-mismatch 1")
        }
        _ => {
            let mut text = "@HD\tVN:1.6\tSO:coordinate\n".to_string();
            text.push_str(&header(&|number, length| format!("@SQ\tSN:c{number}\tLN:{length}\n")));
            for (number, &(contig, start, length)) in sorted.iter().enumerate() {
                let end = (start + length).min(contigs[contig].len());
                let bases = &contigs[contig][start..end];
                text.push_str(&format!(
                    "r{number}\t0\tc{contig}\t{}\t60\t{}M\t*\t0\t0\t{bases}\t*\n",
                    start + 1,
                    bases.len()
                ));
            }
            text.push_str("u\t4\t*\t0\t0\t*\t*\t0\t0\tACGTNACGT\t*\n");
            let input = folder.write("r.sam", text);
            format!("reads {input} -m exact:gc --format {ending}")
        }
    };
    (command, ending)
}

/// What a file holds, before compression and without its own name in a header.
fn content(path: &str) -> String {
    let text = match path.rsplit('.').next() {
        Some("bam" | "bcf" | "gz") => shell(&format!("gzip -dc {path} | LC_ALL=C tr -c '[:print:]\\n\\t' ' '")),
        _ => fs::read_to_string(path).expect("text"),
    };
    // @PG's command line, in which outputs and shards differ.
    text.lines().filter(|line| !line.starts_with("@PG")).map(|line| format!("{line}\n")).collect()
}

proptest! {
    #![proptest_config(config(36))]

    /// Cut anywhere, put together again: the same bytes.
    #[test]
    fn shards_add_up(contigs in genome(400), places in places(), windows in windows(), kind in 0..6usize, count in 1..6u32) {
        let folder = Folder::new();
        let (command, ending) = command(&folder, &contigs, &places, &windows, kind);
        let whole = folder.path(&format!("whole.{ending}"));
        succeed(&words(&format!("{command} --quiet -o {whole}")));
        let mut merge = format!("merge --quiet -o {}", folder.path(&format!("merged.{ending}")));
        for index in 1..=count {
            let part = folder.path(&format!("part{index}.{ending}"));
            succeed(&words(&format!("{command} --quiet --shard {index}/{count} -o {part}")));
            merge.push_str(&format!(" {part}"));
        }
        succeed(&words(&merge));
        prop_assert_eq!(content(&whole), content(&folder.path(&format!("merged.{ending}"))), "{} in {} shards", command, count);
    }
}

proptest! {
    #![proptest_config(config(18))]

    /// Killed anywhere, gone on with: the same bytes, and nothing left over.
    #[test]
    fn kills_change_nothing(
        contigs in genome(3000), places in vec((any::<usize>(), any::<usize>(), 1..40usize), 50..400), windows in windows(), kind in 0..6usize,
        kills in vec(0..60_000u64, 1..4),
    ) {
        let folder = Folder::new();
        let (command, ending) = command(&folder, &contigs, &places, &windows, kind);
        let (whole, out) = (folder.path(&format!("whole.{ending}")), folder.path(&format!("out.{ending}")));
        succeed(&words(&format!("{command} --quiet -t 1 -o {whole}")));
        let resumed = format!("{command} --quiet -t 1 --resume --checkpoint 0 -o {out}");
        for microseconds in kills {
            let mut child = Command::new(env!("CARGO_BIN_EXE_genogloss"))
                .args(words(&resumed))
                .current_dir(crate::support::root())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the program starts");
            std::thread::sleep(Duration::from_micros(microseconds));
            let _ = child.kill();
            child.wait().expect("it ends");
        }
        let run = genogloss(&words(&resumed));
        prop_assert_eq!(run.code, 0, "{}: {}", resumed, run.stderr);
        prop_assert_eq!(content(&whole), content(&out), "{}", command);
        let hidden: Vec<String> = folder.names().into_iter().filter(|name| name.starts_with('.')).collect();
        prop_assert!(hidden.is_empty(), "{:?}", hidden);
    }
}
