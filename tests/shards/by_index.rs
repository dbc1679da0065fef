//! Shards and regions of indexed files: they are read by the index, and are those of the whole file.

use std::{collections::BTreeSet, fs};

use super::{genome, whole::same};
use crate::support::{Folder, Run, genogloss, shell, tools_available};

/// Bases of a FASTA file by contig, in its order.
fn contigs(fasta: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(fasta).expect("the genome");
    let contigs = text.split('>').skip(1).map(|contig| contig.split_once('\n').expect("a name"));
    contigs.map(|(name, bases)| (name.to_string(), bases.replace('\n', ""))).collect()
}

/// Reads on both strands, over gaps, at the ends of contigs, unmapped beside their mates, and without a place.
fn reads(contigs: &[(String, String)]) -> String {
    let mut sam = "@HD\tVN:1.6\tSO:coordinate\n".to_string();
    for (name, bases) in contigs {
        sam += &format!("@SQ\tSN:{name}\tLN:{}\n", bases.len());
    }
    let mut records: Vec<(usize, usize, String)> = Vec::new();
    let mut number = 0;
    let mut add = |contig: usize, start: usize, flags: u16, cigar: &str, len: usize| {
        number += 1;
        let (name, bases) = &contigs[contig];
        let line = format!(
            "r{number}\t{flags}\t{name}\t{}\t{}\t{cigar}\t*\t0\t0\t{}\t{}\n",
            start + 1,
            if flags & 4 > 0 { 0 } else { 60 },
            &bases[start..start + len],
            "I".repeat(len)
        );
        records.push((contig, start, line));
    };
    for (contig, (_, bases)) in contigs.iter().enumerate() {
        let len = bases.len();
        for (count, start) in (0..len.saturating_sub(120)).step_by(29).enumerate() {
            add(contig, start, if count % 2 == 0 { 0 } else { 16 }, "120M", 120);
            if count % 40 == 0 {
                // Placed where the mate is.
                add(contig, start, 4, "*", 80);
            }
            if count % 100 == 0 && start + 9000 < len {
                // Over many cuts.
                add(contig, start, 0, "60M8000N60M", 120);
            }
        }
        // The first and the last bases of the contig.
        add(contig, 0, 16, "30M", 30);
        add(contig, len - 30, 0, "30M", 30);
        add(contig, len - 1, 0, "1M", 1);
        add(contig, len - 1, 4, "*", 1);
    }
    records.sort_by_key(|&(contig, start, _)| (contig, start));
    sam += &records.into_iter().map(|(_, _, line)| line).collect::<String>();
    for unplaced in 0..700 {
        sam += &format!("u{unplaced}\t4\t*\t0\t0\t*\t*\t0\t0\tACGTACGTNN\tIIIIIIIIII\n");
    }
    sam
}

/// The manifest of an output.
fn manifest(output: &str) -> serde_json::Value {
    let text = fs::read(format!("{output}.manifest.json")).expect("a manifest");
    serde_json::from_slice(&text).expect("JSON")
}

/// What a shard owns, by its manifest: contig, start, end. The last base of a contig stands for all that follow.
fn owns(manifest: &serde_json::Value, contig: &str, start: u64, len: u64) -> bool {
    let start = start.min(len - 1);
    manifest["shard"]["territory"].as_array().expect("a territory").iter().any(|part| {
        let number = |at: usize| part[at].as_u64().expect("a number");
        part[0] == contig && number(1) <= start && start < number(2)
    })
}

/// Runs a shard of an indexed file, and checks that it was read by its index.
fn shard(command: &str, index: u32, count: u32, output: &str) -> Run {
    let shard = format!("{index}/{count}");
    let arguments: Vec<&str> = command.split(' ').chain(["--shard", &shard, "-o", output]).collect();
    let run = genogloss(&arguments).good();
    assert!(!run.stderr.contains("all of it is read"), "{}", run.stderr);
    assert!(manifest(output)["inputs"][0]["sha256"].is_null(), "{command} {shard}: the whole file was read");
    run
}

#[test]
fn shards_of_indexed_reads_are_the_whole_and_hold_the_reads_that_begin_there() {
    if !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder);
    let contigs = contigs(&fasta);
    let sam = reads(&contigs);
    folder.write("r.sam", &sam);
    let at = |name: &str| folder.path(name);
    shell(&format!(
        "cd {}; samtools view --no-PG -b r.sam -o bai.bam; cp bai.bam csi.bam; cp bai.bam small.bam; samtools index bai.bam; samtools index -c csi.bam; samtools index -m 9 small.bam",
        at("")
    ));
    shell(&format!(
        "cd {}; samtools view --no-PG -C -T genome.fa --output-fmt-option seqs_per_slice=100 r.sam -o one.cram; samtools view --no-PG -C -T genome.fa --output-fmt-option seqs_per_slice=300,multi_seq_per_slice=1 r.sam -o several.cram; samtools index one.cram; samtools index several.cram",
        at("")
    ));
    for (name, reference) in
        [("bai.bam", ""), ("csi.bam", ""), ("small.bam", ""), ("one.cram", "-f"), ("several.cram", "-f")]
    {
        let reference = if reference.is_empty() { String::new() } else { format!(" {reference} {fasta}") };
        let command = format!("reads {}{reference} -m exact:gc", at(name));
        for count in [1, 2, 7, 31] {
            same(&folder, &command, &format!("{name}.tsv"), count);
        }
        if name == "bai.bam" {
            same(&folder, &format!("{command} -r c1:500-20,000 -r c3:20,000 --each-window"), "regions.tsv", 9);
            same(&folder, &format!("{command} -O bam"), "bam", 5);
        }
        for index in 1..=13 {
            let part = at("part.tsv");
            shard(&command, index, 13, &part);
            let about = manifest(&part);
            let expected: Vec<&str> = sam
                .lines()
                .filter(|line| !line.starts_with('@'))
                .filter(|line| {
                    let columns: Vec<&str> = line.split('\t').collect();
                    match contigs.iter().find(|(name, _)| name == columns[2]) {
                        Some((name, bases)) => {
                            let start = columns[3].parse::<u64>().expect("POS") - 1;
                            owns(&about, name, start, bases.len() as u64)
                        }
                        None => index == 13,
                    }
                })
                .filter_map(|line| line.split('\t').next())
                .collect();
            let text = fs::read_to_string(&part).expect("lines");
            let found: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split('\t').next()).collect();
            assert_eq!(found, expected, "{name}, shard {index}/13");
            assert_eq!(about["counts"]["records_in"], expected.len(), "{name}, shard {index}/13");
        }
    }
}

#[test]
fn regions_of_indexed_reads_in_shards_are_those_of_samtools() {
    if !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder);
    folder.write("r.sam", reads(&contigs(&fasta)));
    let (bam, part) = (folder.path("r.bam"), folder.path("part.tsv"));
    shell(&format!("cd {}; samtools view -b r.sam -o r.bam; samtools index r.bam", folder.path("")));
    for regions in [&["c1:9,000-9,100"][..], &["c2"], &["c1:1-1", "c1:30,999-31,000", "c3:1-5000", "c4:3000-3000"]] {
        let expected = shell(&format!("samtools view -M {bam} {} | cut -f 1", regions.join(" ").replace(',', "")));
        let mut found = String::new();
        for index in 1..=5 {
            shard(&format!("reads {bam} -m exact:gc -r {}", regions.join(" -r ")), index, 5, &part);
            let text = fs::read_to_string(&part).expect("lines");
            found.extend(text.lines().skip(1).filter_map(|line| Some(line.split('\t').next()?.to_string() + "\n")));
        }
        assert_eq!(found, expected, "{regions:?}");
    }
}

/// Variants of every extent: at both ends of contigs, before and past them (telomeres), over many cuts, several at one place.
fn variants(contigs: &[(String, String)]) -> String {
    let mut vcf = "##fileformat=VCFv4.3\n##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n##ALT=<ID=DEL,Description=\"d\">\n".to_string();
    for (name, bases) in contigs {
        vcf += &format!("##contig=<ID={name},length={}>\n", bases.len());
    }
    vcf += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    let mut number = 0;
    for (name, bases) in contigs {
        let mut add = |position: usize, reference: &str, alternate: &str, info: &str| {
            number += 1;
            vcf += &format!("{name}\t{position}\tv{number}\t{reference}\t{alternate}\t.\t.\t{info}\n");
        };
        let len = bases.len();
        add(0, "N", "<DEL>", ".");
        for start in (0..len).step_by(if len > 10_000 { 11 } else { 3 }) {
            let base = &bases[start..=start];
            add(start + 1, base, if base == "A" { "C" } else { "A" }, ".");
            if start % 33 == 0 && start + 40 < len {
                add(start + 1, &bases[start..start + 40], base, ".");
            }
            if start % 1100 == 0 && start + 9000 < len {
                add(start + 1, base, "<DEL>", &format!("END={}", start + 9000));
            }
        }
        add(len, &bases[len - 1..], if bases.ends_with('A') { "C" } else { "A" }, ".");
        add(len + 1, "N", "<DEL>", ".");
    }
    vcf
}

/// Makes indexed files of variants, of every kind: their names.
fn indexed(folder: &Folder) -> [&'static str; 4] {
    shell(&format!(
        "cd {}; bgzip -c v.vcf > tbi.vcf.gz; cp tbi.vcf.gz csi.vcf.gz; cp tbi.vcf.gz small.vcf.gz; bcftools view --no-version -Ob v.vcf -o v.bcf; \
         tabix -p vcf tbi.vcf.gz; bcftools index -c csi.vcf.gz; bcftools index -m 9 small.vcf.gz; bcftools index v.bcf",
        folder.path("")
    ));
    ["tbi.vcf.gz", "csi.vcf.gz", "small.vcf.gz", "v.bcf"]
}

/// The IDs of the records in VCF.
fn ids(vcf: &str) -> Vec<&str> {
    vcf.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').nth(2)).collect()
}

#[test]
fn shards_of_indexed_variants_are_the_whole_and_hold_the_records_that_begin_there() {
    if !tools_available(&["bcftools", "tabix", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder);
    let contigs = contigs(&fasta);
    let text = variants(&contigs);
    folder.write("v.vcf", &text);
    for name in indexed(&folder) {
        let command = format!("variants {} -f {fasta} -m exact:gc", folder.path(name));
        for count in [1, 2, 7, 31] {
            same(&folder, &command, &format!("{name}.vcf"), count);
        }
        same(&folder, &format!("{command} -r c1:500-20,000 -r c3:20,000"), &format!("{name}.regions.vcf"), 9);
        let part = folder.path("part.vcf");
        for index in 1..=13 {
            shard(&command, index, 13, &part);
            let about = manifest(&part);
            let expected: Vec<&str> = text
                .lines()
                .filter(|line| !line.starts_with('#'))
                .filter(|line| {
                    let columns: Vec<&str> = line.split('\t').collect();
                    let (name, bases) = contigs.iter().find(|(name, _)| name == columns[0]).expect("a contig");
                    let start = columns[1].parse::<u64>().expect("POS").saturating_sub(1);
                    owns(&about, name, start, bases.len() as u64)
                })
                .filter_map(|line| line.split('\t').nth(2))
                .collect();
            let found = fs::read_to_string(&part).expect("records");
            assert_eq!(ids(&found), expected, "{name}, shard {index}/13");
            assert_eq!(about["counts"]["records_in"], expected.len());
        }
    }
}

#[test]
fn regions_of_indexed_variants_are_those_of_bcftools() {
    if !tools_available(&["bcftools", "tabix", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder);
    // Without telomeres, which bcftools takes for the base beside them or not, depending on its version.
    let kept = |line: &&str| line.starts_with('#') || !line.contains("\tN\t<DEL>\t");
    let text: String = variants(&contigs(&fasta)).lines().filter(kept).map(|line| format!("{line}\n")).collect();
    folder.write("v.vcf", text);
    for name in indexed(&folder) {
        let file = folder.path(name);
        for region in ["c1:9000-9100", "c2", "c1:1-1", "c1:30999-31000", "c3:20500-20500", "c4:2990-3000"] {
            let expected = shell(&format!("bcftools view -H -r {region} {file}"));
            let output = folder.path("out.vcf");
            let run =
                genogloss(&["variants", &file, "-f", &fasta, "-m", "exact:gc", "-r", region, "-o", &output]).good();
            assert!(!run.stderr.contains("all of it is read"), "{}", run.stderr);
            let found = fs::read_to_string(&output).expect("records");
            assert_eq!(ids(&found), ids(&expected), "{name} {region}");
            let about = manifest(&output);
            assert_eq!(
                (&about["counts"]["records_in"], &about["counts"]["filtered"]),
                (&ids(&expected).len().into(), &0.into())
            );
            assert!(about["inputs"][0]["sha256"].is_null());
            assert_eq!(about["inputs"][0]["size"], fs::metadata(&file).expect("the file").len());
        }
    }
}

#[test]
fn without_an_index_shards_are_the_same_and_the_log_says_how_one_is_made() {
    if !tools_available(&["samtools", "bcftools", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder);
    let contigs = contigs(&fasta);
    folder.write("v.vcf", variants(&contigs));
    folder.write("r.sam", reads(&contigs));
    shell(&format!(
        "cd {}; bgzip -c v.vcf > v.vcf.gz; bcftools view -Ob v.vcf -o v.bcf; samtools view -b r.sam -o r.bam; samtools view -C -T genome.fa r.sam -o r.cram",
        folder.path("")
    ));
    for (name, options, command) in [
        ("v.vcf", "variants -f", "bcftools view -Oz --write-index"),
        ("v.vcf.gz", "variants -f", "bcftools index"),
        ("v.bcf", "variants -f", "bcftools index"),
        ("r.sam", "reads", "samtools sort"),
        ("r.bam", "reads", "samtools index"),
        ("r.cram", "reads -f", "samtools index"),
    ] {
        let options = options.replace("-f", &format!("-f {fasta}"));
        let file = folder.path(name);
        let run = format!("{options} {file} -m exact:gc");
        let ending = if options.starts_with("variants") { "vcf" } else { "tsv" };
        same(&folder, &run, &format!("{name}.{ending}"), 3);
        for more in ["--shard 2/3", "-r c1:5-500"] {
            let arguments: Vec<&str> = run.split(' ').chain(more.split(' ')).collect();
            let said = genogloss(&arguments).good().stderr;
            let line = said.lines().find(|line| line.contains("all of it is read")).unwrap_or_else(|| panic!("{said}"));
            assert!(line.contains(&file) && line.contains(command), "{line}");
        }
    }
}

#[test]
fn an_index_of_variants_that_is_damaged_or_of_another_file_is_refused_and_an_old_one_a_warning() {
    if !tools_available(&["bcftools", "tabix", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder);
    let text = variants(&contigs(&fasta));
    folder.write("v.vcf", &text);
    let names = indexed(&folder);
    let head: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let (fewer, later) = (&records[..records.len() - 900], &records[900..]);
    for (other, records) in [("fewer", fewer), ("later", later)] {
        folder.write("o.vcf", head.iter().chain(records).map(|line| format!("{line}\n")).collect::<String>());
        shell(&format!(
            "cd {}; bcftools view --no-version -Oz o.vcf -o {other}.vcf.gz; bcftools view --no-version -Ob o.vcf -o {other}.bcf; tabix -p vcf {other}.vcf.gz; bcftools index -c {other}.vcf.gz; bcftools index {other}.bcf",
            folder.path("")
        ));
    }
    for name in names {
        let ending = if name == "tbi.vcf.gz" { "tbi" } else { "csi" };
        let (file, index) = (folder.path(name), folder.path(&format!("{name}.{ending}")));
        let command = format!("variants {file} -f {fasta} -m exact:gc --quiet --shard 2/3");
        let run = || genogloss(&command.split(' ').collect::<Vec<_>>());
        shell(&format!("cp {index} {index}.good"));
        let good = run().good().stdout;
        let kind = if name == "v.bcf" { "bcf" } else { "vcf.gz" };
        for other in ["fewer", "later"] {
            shell(&format!("cp {} {index}", folder.path(&format!("{other}.{kind}.{ending}"))));
            let said = run().error(1);
            assert!(said.contains(&format!("{index}: this index does not belong to {file}")), "{said}");
            assert!(said.contains("hint: index the file again: bcftools index"), "{said}");
        }
        for length in [30, 100] {
            shell(&format!("head -c {length} {index}.good > {index}"));
            let said = run().error(1);
            assert!(said.contains(&format!("{index}: the index is damaged")), "{said}");
        }
        shell(&format!("cp {index}.good {index}; touch -d 2020-01-01 {index}"));
        let old = run().good();
        assert!(old.stderr.contains(&format!("{name}.{ending} is older than")) && old.stdout == good, "{}", old.stderr);
    }
}

#[test]
fn contigs_in_another_order_than_the_header_are_refused_in_every_shard() {
    if !tools_available(&["tabix", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder);
    let record = |contig: &str, position: u32| format!("{contig}\t{position}\t.\tN\t<DEL>\t.\t.\t.\n");
    let contigs = "##contig=<ID=c1,length=31000>\n##contig=<ID=c3,length=20500>\n";
    let head = format!("##fileformat=VCFv4.2\n{contigs}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    folder.write("v.vcf", format!("{head}{}{}", record("c3", 5), record("c1", 7)));
    let unknown = folder.write("u.vcf", format!("{head}{}{}", record("c1", 7), record("c4", 9)));
    shell(&format!("cd {}; for i in v u; do bgzip -k $i.vcf; tabix -p vcf $i.vcf.gz; done", folder.path("")));
    for index in 1..=3 {
        for (file, say) in [("v.vcf.gz", "divided into shards"), ("u.vcf.gz", "contig \"c4\" is not in the header")] {
            let shard = format!("{index}/3");
            let file = folder.path(file);
            let said = genogloss(&["variants", &file, "-f", &fasta, "-m", "exact:gc", "--shard", &shard]).error(1);
            assert!(said.contains(say), "{index}: {said}");
        }
    }
    // Read through, each shard finds the unknown contig as well.
    let said = genogloss(&["variants", &unknown, "-f", &fasta, "-m", "exact:gc", "--shard", "1/3"]).error(1);
    assert!(said.contains("contig \"c4\" is not in the header"), "{said}");
}

#[test]
fn a_contig_without_a_length_has_regions() {
    let folder = Folder::new();
    let fasta = genome(&folder);
    let head =
        "##fileformat=VCFv4.2\n##contig=<ID=c1>\n##contig=<ID=x>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    let record = |position: u32| format!("c1\t{position}\tv{position}\tN\t<DEL>\t.\t.\t.\n");
    let vcf = folder.write("v.vcf", format!("{head}{}{}{}", record(90), record(100), record(5001)));
    let run = |region: &str| {
        genogloss(&["variants", &vcf, "-f", &fasta, "-m", "exact:gc", "-r", region, "--missing-contigs", "skip"])
    };
    assert_eq!(ids(&run("c1:100-5000").good().stdout), ["v100"]);
    assert!(ids(&run("x:100-5000").good().stdout).is_empty());
    let said = run("c1:100-50000").error(1);
    assert!(said.contains("extends past the end of \"c1\"") && said.contains("(31000 bases)"), "{said}");
}

#[test]
fn digests_are_skipped_or_taken_from_the_dictionary() {
    if !tools_available(&["samtools", "bgzip", "tabix"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder);
    folder.write("v.vcf", variants(&contigs(&fasta)));
    shell(&format!("cd {}; bgzip -k v.vcf; tabix -p vcf v.vcf.gz", folder.path("")));
    let output = folder.path("out.vcf");
    let md5s = |more: &[&str]| -> Vec<Option<String>> {
        let file = folder.path("v.vcf.gz");
        let run = [&["variants", &file, "-f", &fasta, "-m", "exact:gc", "-o", &output][..], more].concat();
        genogloss(&run).good();
        let about = manifest(&output);
        let contigs = about["reference"]["contigs"].as_array().expect("contigs").clone();
        contigs.iter().map(|contig| contig["md5"].as_str().map(String::from)).collect()
    };
    let computed = md5s(&[]);
    assert!(computed.len() == 4 && computed.iter().all(Option::is_some));
    let sum = shell(&format!("sha256sum < {} | cut -d ' ' -f 1", folder.path("v.vcf.gz")));
    assert_eq!(manifest(&output)["inputs"][0]["sha256"], sum.trim());
    assert_eq!(md5s(&["--no-digest"]), [None, None, None, None]);
    assert!(manifest(&output)["inputs"][0]["sha256"].is_null());
    // samtools computes the same; what the dictionary says is taken.
    let dict = folder.path("genome.dict");
    shell(&format!("samtools dict {fasta} -o {dict}"));
    assert_eq!(md5s(&["--no-digest"]), computed);
    let text = folder.read("genome.dict");
    let first = computed[0].clone().expect("an MD5");
    folder.write("genome.dict", text.replace(&first, &"0".repeat(32)));
    assert_eq!(md5s(&[])[0].as_deref(), Some(&*"0".repeat(32)));
    // A dictionary of another length or older than the FASTA is not used.
    folder.write("genome.dict", text.replace(&first, &"0".repeat(32)).replace("LN:3000", "LN:3001"));
    assert_eq!(md5s(&[]), computed);
    folder.write("genome.dict", text.replace(&first, &"0".repeat(32)));
    shell(&format!("touch -d 2020-01-01 {dict}"));
    assert_eq!(md5s(&[]), computed);
    let known: BTreeSet<_> = text.lines().filter_map(|line| line.split("\tM5:").nth(1)?.split('\t').next()).collect();
    assert!(computed.iter().flatten().all(|md5| known.contains(md5.as_str())), "samtools dict: {known:?}");
}

#[test]
fn shards_of_files_of_different_lengths_are_not_merged() {
    if !tools_available(&["bgzip", "tabix"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder);
    let text = variants(&contigs(&fasta));
    let last = text.lines().last().expect("a record").replace("\t.\t.\t.", "\t.\tPASS\t.");
    folder.write("a.vcf", &text);
    folder.write("b.vcf", text + &last + "\n");
    shell(&format!("cd {}; for i in a b; do bgzip $i.vcf; tabix -p vcf $i.vcf.gz; done", folder.path("")));
    let parts: Vec<String> = [("a", "1/2"), ("b", "2/2")]
        .map(|(name, shard)| {
            let (file, part) = (folder.path(&format!("{name}.vcf.gz")), folder.path(&format!("{name}.part.vcf")));
            genogloss(&["variants", &file, "-f", &fasta, "-m", "exact:gc", "--shard", shard, "-o", &part]).good();
            part
        })
        .into();
    let said = genogloss(&["merge", &parts[0], &parts[1]]).error(1);
    assert!(said.contains("is a shard of another input") && said.contains("size"), "{said}");
}
