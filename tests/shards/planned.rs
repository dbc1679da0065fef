//! Plans: sums, determinism, indices, options that plan and run share, limits, and inputs without records.

use std::fs;

use serde_json::Value;

use super::{SLICE, genome, run};
use crate::support::{Folder, genogloss, shell, succeed, tools_available};

/// The plan that a command writes.
fn planned(folder: &Folder, name: &str, command: &str) -> Value {
    let plan = folder.path(name);
    run(&format!("plan -o {plan} {command}"));
    serde_json::from_str(&fs::read_to_string(format!("{plan}/plan.json")).expect("plan.json")).expect("JSON")
}

fn sum(plan: &Value, key: &str) -> u64 {
    plan["shards"].as_array().expect("shards").iter().map(|shard| shard[key].as_u64().expect(key)).sum()
}

/// Sorted reads of 100 bases: dense on the second half of c1, none on c2, some without a place.
fn alignments(folder: &Folder) -> String {
    let mut sam =
        "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c1\tLN:400000\n@SQ\tSN:c2\tLN:300000\n@SQ\tSN:c3\tLN:200000\n".to_string();
    let bases = "ACGTTGCAAC".repeat(10);
    let mut add = |name: u32, flag: u32, contig: &str, position: u32| {
        let cigar = if contig == "*" { "*" } else { "100M" };
        sam += &format!("r{name}\t{flag}\t{contig}\t{position}\t30\t{cigar}\t*\t0\t0\t{bases}\t{}\n", "I".repeat(100));
    };
    for n in 0..1000 {
        add(n, 0, "c1", 1 + n * 200);
    }
    for n in 1000..9000 {
        add(n, 16, "c1", 200_000 + (n - 1000) * 20);
    }
    for n in 9000..10000 {
        add(n, 0, "c3", 1 + (n - 9000) * 100);
    }
    for n in 10000..10500 {
        add(n, 4, "*", 0);
    }
    folder.write("reads.sam", sam)
}

#[test]
fn all_counts_add_up_and_every_kind_of_file_has_the_same() {
    if !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let sam = alignments(&folder);
    let path = |name: &str| folder.path(name);
    shell(&format!("samtools view -b -o {} {sam} && samtools index {}", path("bai.bam"), path("bai.bam")));
    shell(&format!("samtools view -b -o {} {sam} && samtools index -c {}", path("csi.bam"), path("csi.bam")));
    shell(&format!("samtools view -b -o {} {sam}", path("none.bam")));
    shell(&format!(
        "samtools view -C --no-PG --output-fmt-option no_ref=1 -o {} {sam} && samtools index {}",
        path("r.cram"),
        path("r.cram")
    ));
    for input in [sam.clone(), path("bai.bam"), path("csi.bam"), path("none.bam"), path("r.cram")] {
        for count in [1, 3, 7] {
            let plan = planned(&folder, "plan", &format!("{input} -m exact:gc -n {count} --no-sample"));
            assert_eq!((sum(&plan, "reads"), &plan["total"]["reads"]), (10500, &10500.into()), "{input} in {count}");
            assert_eq!(sum(&plan, "bases"), 900_000, "{input} in {count}");
            assert!(plan["shards"].as_array().is_some_and(|shards| shards.len() == count));
        }
    }
    // A shard is where the reads are, not where the bases are.
    let plan = planned(&folder, "plan", &format!("{} -m exact:gc -n 5 --no-sample", path("bai.bam")));
    for shard in plan["shards"].as_array().expect("shards") {
        let reads = shard["reads"].as_u64().expect("reads");
        assert!((1800..=2400).contains(&reads), "{plan}");
    }
}

#[test]
fn an_index_says_what_reading_the_file_says() {
    if !tools_available(&["samtools", "bcftools", "tabix"]) {
        return;
    }
    let folder = Folder::new();
    // More than a megabyte after compression, so that the index is used: bases and qualities that do not repeat.
    let mut seed = 7u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c1\tLN:4000000\n@SQ\tSN:c2\tLN:1000000\n".to_string();
    for n in 0..20_000u64 {
        // Ten times as dense on the last quarter of c1.
        let position = if n < 5_000 { n * 600 } else { 3_000_000 + (n - 5_000) * 60 };
        let bases: String = (0..100).map(|_| char::from(b"ACGT"[random(4) as usize])).collect();
        let qualities: String = (0..100).map(|_| char::from(b'#' + random(40) as u8)).collect();
        sam += &format!("r{n}\t0\tc1\t{}\t30\t100M\t*\t0\t0\t{bases}\t{qualities}\n", position + 1);
    }
    let sam = folder.write("r.sam", sam);
    for (name, option) in [("bai", ""), ("csi", "-c")] {
        let bam = folder.path(&format!("{name}.bam"));
        shell(&format!("samtools view -b -o {bam} {sam} && samtools index {option} {bam}"));
        assert!(fs::metadata(&bam).expect("a file").len() > 1 << 20);
        let by_index = planned(&folder, "plan", &format!("{bam} -m exact:gc -n 8 --no-sample"));
        assert_eq!(sum(&by_index, "reads"), 20_000);
        assert!(by_index["counted_by"].as_str().is_some_and(|file| file.ends_with(name)), "{by_index}");
        // The second opinion: samtools counts the reads that begin in each shard.
        for shard in by_index["shards"].as_array().expect("shards") {
            let bed = folder.path(&format!("plan/{}", shard["file"].as_str().expect("a file")));
            let counted: i64 = shell(&format!(
                "grep -v '^#' {bed} | while read c s e; do samtools view {bam} $c:$((s+1))-$e | awk -v s=$s '$4 > s' | wc -l; done | paste -sd+ | bc"
            ))
            .trim()
            .parse()
            .expect("a number");
            let planned = shard["reads"].as_i64().expect("reads");
            assert!((planned - counted).abs() <= 250, "{name} {shard}: samtools counts {counted}");
            assert!((counted - 2500).abs() <= 250, "{name} {shard}: samtools counts {counted}");
        }
    }
    let vcf: String = (0..60_000u64)
        .map(|n| format!("c1\t{}\t.\tA\tC\t{}\t.\tX={}\n", n * 60 + 1, random(1000), random(1 << 30)))
        .collect();
    let header = "##fileformat=VCFv4.2\n##contig=<ID=c1,length=4000000>\n##INFO=<ID=X,Number=1,Type=Integer,Description=\"x\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    let plain = folder.write("v.vcf", format!("{header}{vcf}"));
    let fasta = folder.write("g.fa", format!(">c1\n{}\n", "A".repeat(4_000_000)));
    shell(&format!(
        "bgzip -k {plain} && tabix {plain}.gz && bcftools view -Ob -o {0} {plain} && bcftools index {0}",
        folder.path("v.bcf")
    ));
    for input in [format!("{plain}.gz"), folder.path("v.bcf")] {
        let plan = planned(&folder, "plan", &format!("{input} -f {fasta} -n 6 --no-sample"));
        assert_eq!(sum(&plan, "variants"), 60_000, "{input}");
        let index = plan["counted_by"].as_str().expect("a file");
        assert!(
            index.ends_with("tbi") || index.ends_with("csi") || fs::metadata(&input).expect("a file").len() < 1 << 20,
            "{index}"
        );
        for shard in plan["shards"].as_array().expect("shards") {
            assert!((shard["variants"].as_i64().expect("variants") - 10_000).abs() <= 700, "{input}: {shard}");
        }
    }
}

#[test]
fn plan_and_run_see_the_same_options() {
    let folder = Folder::new();
    let genome = genome(&folder);
    for options in ["--stride 50 --window 200", "--window=200 --stride=50 --overlap mean -r c1:1-30000"] {
        let plan = planned(&folder, "plan", &format!("{genome} -m exact:gc -n 3 --no-sample -- {options}"));
        assert_eq!(plan["step"], 50, "{options}");
        let mut parts = String::new();
        for index in 1..=3 {
            let part = folder.path(&format!("{index}.bed"));
            run(&format!(
                "scan {genome} -m exact:gc {options} --shard {}/shard_000{index}.bed -o {part}",
                folder.path("plan")
            ));
            parts += &format!(" {part}");
        }
        let whole = run(&format!("scan {genome} -m exact:gc {options}"));
        assert_eq!(run(&format!("merge{parts}")), whole, "{options}");
        let windows = whole.lines().filter(|line| !line.starts_with('#')).count() as i64;
        if !options.contains("overlap") {
            assert!((sum(&plan, "windows") as i64 - windows).abs() <= 3, "{options}: {windows} windows, {plan}");
        }
    }
    // The model after -- counts too.
    let plan = planned(&folder, "plan", &format!("{genome} -n 2 --no-sample -- -m exact:gc --window 100"));
    assert_eq!((&plan["model"], &plan["step"]), (&"exact:gc".into(), &100.into()));
    let refused = genogloss(&["plan", &genome, "-n", "2", "-m", "exact:gc", "--", "--nonsense"]);
    assert!(refused.error(2).contains("genogloss scan: unexpected argument '--nonsense'"), "{}", refused.stderr);
}

#[test]
fn a_sample_measures_and_the_same_plan_comes_again() {
    let folder = Folder::new();
    let genome = genome(&folder);
    let mut cuts = Vec::new();
    for name in ["a", "b"] {
        let plan = planned(&folder, name, &format!("{genome} -m exact:gc -n 4 --threads 1 -- --window 100"));
        assert_eq!((&plan["estimated_by"], &plan["threads"]), (&"sample".into(), &1.into()));
        for shard in plan["shards"].as_array().expect("shards") {
            for key in ["cpu_seconds", "seconds"] {
                assert!(shard[key].as_f64().is_some_and(|seconds| seconds > 0.0 && seconds < 600.0), "{key}: {shard}");
            }
            assert!(shard["memory_bytes"].as_u64().is_some_and(|bytes| bytes > 1 << 20), "{shard}");
            assert!(shard["output_bytes"].as_u64().is_some(), "{shard}");
        }
        let keys = ["shard", "index", "file", "windows", "bases"];
        let shards = plan["shards"].as_array().expect("shards").iter();
        cuts.push((plan["plan"].clone(), shards.map(|shard| keys.map(|key| shard[key].clone())).collect::<Vec<_>>()));
    }
    assert_eq!(cuts[0], cuts[1]);
}

#[test]
fn sizes_of_outputs_are_near_those_of_runs() {
    if !tools_available(&["bgzip", "tabix"]) {
        return;
    }
    let folder = Folder::new();
    let genome = genome(&folder);
    let near = |planned: &Value, path: &str| {
        let (planned, real) = (
            planned["total"]["output_bytes"].as_f64().expect("bytes"),
            fs::metadata(path).expect("an output").len() as f64,
        );
        assert!(planned > 0.7 * real && planned < 1.3 * real, "{path}: {planned} planned, {real} written");
    };
    for name in ["out.bed", "out.bed.gz", "out.tsv.gz"] {
        let out = folder.path(name);
        let options = format!("--window 40 -o {out}");
        let plan = planned(&folder, "plan", &format!("{genome} -m exact:gc -n 1 -- {options}"));
        run(&format!("scan {genome} -m exact:gc {options}"));
        near(&plan, &out);
    }
    // Variants of a small file are all in the sample.
    let bases = fs::read_to_string(&genome).expect("the genome");
    let sequence: Vec<u8> = bases.split('>').nth(1).expect("c1").lines().skip(1).collect::<String>().into_bytes();
    let records: String = (50..sequence.len() - 50)
        .step_by(7)
        .map(|at| {
            let base = char::from(sequence[at].to_ascii_uppercase());
            format!("c1\t{}\trs{at}\t{base}\t{}\t{}\tPASS\t.\n", at + 1, if base == 'A' { 'C' } else { 'A' }, at % 97)
        })
        .collect();
    let header = format!(
        "##fileformat=VCFv4.2\n##contig=<ID=c1,length={}>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
        sequence.len()
    );
    let vcf = folder.write("v.vcf", format!("{header}{records}"));
    shell(&format!("bgzip -k {vcf} && tabix {vcf}.gz"));
    for name in ["out.vcf.gz", "out.bcf"] {
        let (out, input) = (folder.path(name), format!("{vcf}.gz"));
        let plan = planned(&folder, "plan", &format!("{input} -f {genome} -m exact:gc -n 1 -- -o {out}"));
        assert!(!std::path::Path::new(&out).exists(), "a plan writes no output");
        run(&format!("variants {input} -f {genome} -m exact:gc -o {out}"));
        near(&plan, &out);
    }
}

#[test]
fn the_number_of_shards_follows_from_a_time() {
    let folder = Folder::new();
    let genome = genome(&folder);
    let plan = planned(&folder, "long", &format!("{genome} -m exact:gc --max-seconds 100000"));
    assert_eq!(plan["shards"].as_array().expect("shards").len(), 1);
    let refused = genogloss(&["plan", &genome, "-m", "exact:gc", "--max-seconds", "0.000001"]);
    assert!(refused.error(2).contains("--max-seconds 0.000001: "), "{}", refused.stderr);
    let refused = genogloss(&["plan", &genome, "-m", "exact:gc", "-n", "2", "--max-memory", "1K"]);
    let error = refused.error(2);
    assert!(error.contains("more than --max-memory 1,024") && error.contains("--threads"), "{error}");
    succeed(&["plan", &genome, "-m", "exact:gc", "-n", "2", "--max-memory", "64G", "--quiet"]);
    let refused = genogloss(&["plan", &genome, "-m", "exact:gc", "--max-seconds", "9", "--no-sample"]);
    assert!(refused.error(2).contains("there is none without a sample"), "{}", refused.stderr);
    let refused = genogloss(&["plan", &genome, "-m", "exact:gc"]);
    assert!(refused.code == 2 && refused.stderr.contains("--shards <N>"), "{}", refused.stderr);
}

#[test]
fn without_a_sample_built_in_models_have_constants() {
    let folder = Folder::new();
    let genome = genome(&folder);
    let plan = planned(&folder, "plan", &format!("{genome} -n 2 --no-sample -t 1"));
    assert_eq!(plan["estimated_by"], "constants");
    for shard in plan["shards"].as_array().expect("shards") {
        assert!(shard["cpu_seconds"].as_f64().is_some_and(|seconds| seconds > 0.001), "{shard}");
        assert_eq!((&shard["memory_bytes"], &shard["output_bytes"]), (&Value::Null, &Value::Null));
    }
    // With another stride they do not hold.
    let plan = planned(&folder, "plan", &format!("{genome} -n 2 --no-sample -- --stride 16500"));
    assert_eq!((&plan["estimated_by"], &plan["shards"][0]["seconds"]), (&Value::Null, &Value::Null));
}

#[test]
fn what_has_no_records_is_planned() {
    let folder = Folder::new();
    let vcf = folder.write(
        "none.vcf",
        "##fileformat=VCFv4.2\n##contig=<ID=chr20,length=70000>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
    );
    let sam = folder.write("none.sam", "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c\tLN:900\n");
    let fastq = folder.write("none.fastq", "");
    for (input, unit, more) in
        [(vcf, "variants", format!(" -f {SLICE}")), (sam, "reads", String::new()), (fastq, "reads", String::new())]
    {
        let plan = planned(&folder, "plan", &format!("{input}{more} -m exact:gc -n 3"));
        assert_eq!((&plan["total"][unit], plan["shards"].as_array().map(Vec::len)), (&0.into(), Some(3)), "{input}");
        let plan = planned(&folder, "plan", &format!("{input}{more} -m exact:gc --max-seconds 60"));
        assert_eq!(plan["shards"].as_array().map(Vec::len), Some(1), "{input}");
    }
}

#[test]
fn unsorted_reads_and_reads_without_places_are_cut_by_number() {
    let folder = Folder::new();
    let record = |n: usize| format!("@r{n}\n{}\n+\n{}\n", "ACGTA".repeat(n % 40 + 1), "IIIII".repeat(n % 40 + 1));
    let fastq = folder.write("r.fastq", (0..5000).map(record).collect::<String>());
    let plan = planned(&folder, "plan", &format!("{fastq} -m exact:gc -n 4"));
    assert_eq!(
        (sum(&plan, "reads"), &plan["estimated_by"], &plan["reads_whole_file"]),
        (5000, &"sample".into(), &true.into())
    );
    let mut parts = String::new();
    for index in 1..=4 {
        let part = folder.path(&format!("{index}.tsv"));
        run(&format!("reads {fastq} -m exact:gc --shard {}/shard_000{index}.bed -o {part}", folder.path("plan")));
        parts += &format!(" {part}");
    }
    assert_eq!(run(&format!("merge{parts}")), run(&format!("reads {fastq} -m exact:gc")));
}

#[test]
fn a_damaged_index_is_refused() {
    if !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let (sam, bam) = (alignments(&folder), folder.path("r.bam"));
    shell(&format!("samtools view -b -o {bam} {sam} && samtools index {bam} && truncate -s 100 {bam}.bai"));
    let refused = genogloss(&["plan", &bam, "-m", "exact:gc", "-n", "2", "--no-sample"]);
    assert!(refused.error(1).contains("the index is damaged"), "{}", refused.stderr);
}

#[test]
fn a_file_that_is_no_input_of_a_run_is_refused_for_what_it_is() {
    let folder = Folder::new();
    for (name, text, say) in [
        ("calls.vcf.gz", "c1\t5\t12\n", "not FASTA, variants or reads: it looks like BED"),
        // Twelve columns, as many as SAM has.
        ("calls.vcf.gz", "c1\t5\t12\t7\t0\t+\t5\t12\t0\t1\t7\t0\n", "it looks like BED"),
        ("genes.gff3", "##gff-version 3\n", "it begins with \"##gff-version 3\""),
    ] {
        let path = folder.write(name, text);
        let said = genogloss(&["plan", &path, "-f", SLICE, "-n", "2", "--no-sample"]).error(1);
        assert!(said.contains(&format!("{name}: not FASTA, variants or reads: ")) && said.contains(say), "{said}");
    }
}

#[test]
fn errors_of_a_sample_name_the_input() {
    let folder = Folder::new();
    let fasta = folder.write("g.fa", format!(">c1\n{}\n", "ACGTTGCA".repeat(100)));
    let records: String = (0..40).map(|at| format!("c2\t{}\t.\tA\tC\t.\t.\t.\n", at + 1)).collect();
    let vcf = folder.write(
        "other.vcf",
        format!("##fileformat=VCFv4.2\n##contig=<ID=c2>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n{records}"),
    );
    let run = genogloss(&["plan", &vcf, "-f", &fasta, "-m", "exact:gc", "-n", "2", "-o", &folder.path("plan")]);
    let error = run.stderr.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
    assert!(
        run.code == 1 && error.starts_with(&format!("error: a sample of {vcf}: none of the contigs")),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("genogloss-plan-") && !error.contains("WARN"), "{}", run.stderr);
}
