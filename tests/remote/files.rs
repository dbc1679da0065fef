//! Every kind of input by its address: the answers are those of the file, and a region costs little.

use super::{
    bases, fasta, reads_addresses,
    server::{Reply, Server, file},
    with,
};
use crate::support::{Folder, genogloss, shell, succeed, tools_available};

/// Two contigs of a million bases.
fn genome(folder: &Folder) -> (String, String) {
    let (one, two) = (bases(1_000_000, 1), bases(1_000_000, 2));
    folder.write("g.fa", fasta(&[("chr1", &one), ("chr2", &two)]));
    (one, two)
}

/// A SAM file of reads of 100 bases at every 50th, with pseudo-random qualities, which do not compress.
fn sam(one: &str, two: &str) -> String {
    let mut sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1000000\n@SQ\tSN:chr2\tLN:1000000\n".to_string();
    let mut state = 7u64;
    for (name, contig) in [("chr1", one), ("chr2", two)] {
        for (number, start) in (0..999_900).step_by(50).enumerate() {
            let qualities: String = (0..100)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    char::from(b'!' + (state >> 58) as u8 % 41)
                })
                .collect();
            let sequence = &contig[start..start + 100];
            sam += &format!("{name}r{number}\t0\t{name}\t{}\t60\t100M\t*\t0\t0\t{sequence}\t{qualities}\n", start + 1);
        }
    }
    sam
}

/// A VCF file of SNVs at every 100th base.
fn vcf(one: &str, two: &str) -> String {
    let mut vcf = "##fileformat=VCFv4.3\n##contig=<ID=chr1,length=1000000>\n##contig=<ID=chr2,length=1000000>\n\
        ##INFO=<ID=X,Number=1,Type=String,Description=\"x\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        .to_string();
    for (name, contig) in [("chr1", one), ("chr2", two)] {
        for start in (1000..999_000).step_by(100) {
            let reference = &contig[start..=start];
            let alternate = if reference == "A" { "C" } else { "A" };
            let filler = bases(100, start as u64);
            vcf += &format!("{name}\t{}\t.\t{reference}\t{alternate}\t.\tPASS\tX={filler}\n", start + 1);
        }
    }
    vcf
}

/// The lines of a VCF file that do not name the command and its files.
fn records(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with("##genogloss")).collect()
}

#[test]
fn a_whole_fasta_file_is_scanned_from_a_server_and_the_manifest_says_which_version() {
    if !reads_addresses() {
        return;
    }
    let folder = Folder::new();
    genome(&folder);
    let (server, outputs) = (Server::of_folder(folder.root()), Folder::new());
    let expected = succeed(&["scan", &folder.path("g.fa"), "-m", "exact:gc", "--quiet"]);
    for query in ["", "?X-Amz-Signature=verysecret&download=1"] {
        let output = outputs.path("gc.bed");
        let url = format!("{}{query}", server.url("g.fa"));
        let run = with(&outputs, &[], &["scan", &url, "-m", "exact:gc", "-o", &output]).good();
        assert_eq!(outputs.read("gc.bed"), expected);
        let text = outputs.read("gc.bed.manifest.json");
        let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let input = &manifest["inputs"][0];
        assert_eq!(input["etag"], "\"g.fa\"");
        assert_eq!(input["path"], if query.is_empty() { url } else { format!("{}?…", server.url("g.fa")) });
        let sum = shell(&format!("sha256sum < {}", folder.path("g.fa")));
        assert_eq!(input["sha256"].as_str(), sum.split(' ').next());
        for said in [&text, &run.stderr] {
            assert!(!said.contains("verysecret"), "{said}");
        }
    }
    assert_eq!(outputs.names(), ["gc.bed", "gc.bed.manifest.json"]);
}

#[test]
fn bases_of_a_genome_are_fetched_by_index() {
    if !reads_addresses() || !tools_available(&["samtools", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let (one, _) = genome(&folder);
    shell(&format!("cd {}; bgzip -k g.fa; samtools faidx g.fa; samtools faidx g.fa.gz", folder.root().display()));
    let reference = &one[500_000..500_001];
    let alternate = if reference == "A" { "C" } else { "A" };
    let record = format!("chr1\t500001\t.\t{reference}\t{alternate}\t.\t.\t.\n");
    let calls =
        folder.write("c.vcf", format!("##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n{record}"));
    for name in ["g.fa", "g.fa.gz"] {
        let server = Server::of_folder(folder.root());
        let score = |genome: &str| {
            let options = ["variants", &calls, "-f", genome, "-m", "exact:gc", "--quiet"];
            with(&folder, &[], &options).good().stdout
        };
        let (local, remote) = (score(&folder.path(name)), score(&server.url(name)));
        assert_eq!(records(&remote), records(&local), "{name}");
        assert!(local.contains("GG_"), "{local}");
        let size = std::fs::metadata(folder.path(name)).expect("a file").len();
        // The manifest's MD5 of the contig would take all of it: standard output has no manifest.
        let (requests, bytes) = server.sent(name);
        assert!(bytes < size / 2 && requests < 12, "{bytes} of {size} bytes of {name} in {requests} requests");
    }
}

#[test]
fn regions_of_a_bam_file_are_fetched_by_index() {
    if !reads_addresses() || !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let (one, two) = genome(&folder);
    folder.write("in.sam", sam(&one, &two));
    shell(&format!("cd {}; samtools view --no-PG -b -o a.bam in.sam; samtools index a.bam", folder.root().display()));
    let server = Server::of_folder(folder.root());
    let regions = ["chr1:300,001-300,400", "chr2:900,001-900,100"];
    let score = |reads: &str| {
        let options = ["reads", reads, "-m", "exact:gc", "--quiet", "-r", regions[0], "-r", regions[1]];
        with(&folder, &[], &options).good().stdout
    };
    let table = score(&server.url("a.bam"));
    assert_eq!(table, score(&folder.path("a.bam")));
    let found: Vec<&str> = table.lines().skip(1).filter_map(|line| line.split('\t').next()).collect();
    let seen =
        shell(&format!("samtools view {} {} | cut -f 1", folder.path("a.bam"), regions.join(" ").replace(',', "")));
    assert_eq!(found, seen.lines().collect::<Vec<_>>());
    let size = std::fs::metadata(folder.path("a.bam")).expect("a file").len();
    let (requests, bytes) = server.sent("a.bam");
    assert!(bytes < size / 2 && requests < 20, "{bytes} of {size} bytes in {requests} requests");
    // The whole file, in blocks that grow.
    let server = Server::of_folder(folder.root());
    let all = |reads: &str| with(&folder, &[], &["reads", reads, "-m", "exact:gc", "--quiet"]).good().stdout;
    assert_eq!(all(&server.url("a.bam")), all(&folder.path("a.bam")));
    let (requests, bytes) = server.sent("a.bam");
    assert!(bytes == size && requests < 12, "{bytes} of {size} bytes in {requests} requests");
}

#[test]
fn cram_and_its_reference_come_from_a_server() {
    if !reads_addresses() || !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let (one, two) = genome(&folder);
    let sam: String = sam(&one, &two)
        .lines()
        .enumerate()
        .filter(|(at, _)| *at < 3 || at % 20 == 0)
        .fold(String::new(), |all, (_, line)| all + line + "\n");
    folder.write("in.sam", sam);
    shell(&format!(
        "cd {}; samtools faidx g.fa; samtools view --no-PG -C -T g.fa -o a.cram in.sam; samtools index a.cram",
        folder.root().display()
    ));
    let server = Server::of_folder(folder.root());
    for options in [&[][..], &["-r", "chr2:500,000-510,000"]] {
        let score = |reads: &str, genome: &str| {
            let all = [&["reads", reads, "-f", genome, "-m", "exact:gc", "--quiet"], options].concat();
            with(&folder, &[], &all).good().stdout
        };
        let local = score(&folder.path("a.cram"), &folder.path("g.fa"));
        assert_eq!(score(&server.url("a.cram"), &server.url("g.fa")), local);
        assert!(local.lines().count() > 5, "{local}");
    }
}

#[test]
fn variants_and_regions_come_from_a_server() {
    if !reads_addresses() || !tools_available(&["bcftools", "bgzip", "samtools"]) {
        return;
    }
    let folder = Folder::new();
    let (one, two) = genome(&folder);
    folder.write("c.vcf", vcf(&one, &two));
    folder.write("r.bed", "chr1\t500\t700\nchr2\t10\t20\n");
    shell(&format!(
        "cd {}; samtools faidx g.fa; bgzip -k c.vcf; bcftools index -t c.vcf.gz; bcftools view --no-version -Ob -o c.bcf c.vcf.gz; \
         bcftools index c.bcf",
        folder.root().display()
    ));
    let server = Server::of_folder(folder.root());
    for name in ["c.vcf", "c.vcf.gz", "c.bcf"] {
        let score = |calls: &str, genome: &str| {
            with(&folder, &[], &["variants", calls, "-f", genome, "-m", "exact:gc", "--quiet"]).good().stdout
        };
        let (local, remote) =
            (score(&folder.path(name), &folder.path("g.fa")), score(&server.url(name), &server.url("g.fa")));
        assert_eq!(records(&remote), records(&local), "{name}");
    }
    let scan = |regions: &str, genome: &str| {
        with(&folder, &[], &["scan", genome, "-R", regions, "-m", "exact:gc", "--quiet"]).good().stdout
    };
    assert_eq!(scan(&server.url("r.bed"), &server.url("g.fa")), scan(&folder.path("r.bed"), &folder.path("g.fa")));
}

#[test]
fn a_run_on_a_server_s_file_is_resumed_and_cut_into_shards() {
    if !reads_addresses() {
        return;
    }
    let folder = Folder::new();
    genome(&folder);
    let server = Server::of_folder(folder.root());
    let (url, output) = (server.url("g.fa?signature=1"), folder.path("a.tsv"));
    with(&folder, &[], &["scan", &url, "-m", "exact:gc", "-o", &output, "--resume"]).good();
    let whole = folder.read("a.tsv");
    let mut shards = Vec::new();
    for shard in ["1/2", "2/2"] {
        let part = folder.path(&format!("part{}.tsv", &shard[..1]));
        with(&folder, &[], &["scan", &url, "-m", "exact:gc", "-o", &part, "--shard", shard]).good();
        shards.push(part);
    }
    let merged = folder.path("merged.tsv");
    genogloss(&["merge", &shards[0], &shards[1], "-o", &merged]).good();
    assert_eq!(folder.read("merged.tsv"), whole);
}

#[test]
fn a_plan_of_a_file_on_a_server_is_that_of_the_file() {
    if !reads_addresses() || !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let (one, two) = genome(&folder);
    folder.write("r.sam", sam(&one, &two));
    shell(&format!(
        "cd {} && samtools faidx g.fa && samtools view -b --no-PG -o r.bam r.sam && samtools index r.bam && \
         samtools view -C --no-PG -T g.fa -o r.cram r.sam && samtools index r.cram",
        folder.root().display()
    ));
    let (server, outputs) = (Server::of_folder(folder.root()), Folder::new());
    for name in ["g.fa", "r.bam", "r.cram"] {
        let fasta = folder.path("g.fa");
        let planned = |input: &str| {
            let mut arguments = vec!["plan", input, "-m", "exact:gc", "-n", "3", "--no-sample"];
            if name == "r.cram" {
                arguments.extend(["-f", &fasta]);
            }
            with(&outputs, &[], &arguments).good().stdout
        };
        let plan = planned(&server.url(name));
        assert_eq!(plan, planned(&folder.path(name)), "{name}");
        let counts: usize =
            plan.lines().skip(1).filter_map(|line| line.split('\t').nth(1)?.parse::<usize>().ok()).sum();
        let reads = shell(&format!("samtools view -c {}", folder.path("r.bam")));
        if name != "g.fa" {
            assert_eq!(counts.to_string(), reads.trim(), "{name}");
        }
    }
}

#[test]
fn a_plan_and_a_table_of_failures_have_no_key() {
    if !reads_addresses() || !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let (one, two) = genome(&folder);
    folder.write("r.sam", sam(&one, &two));
    shell(&format!(
        "cd {} && samtools faidx g.fa && samtools view -C --no-PG -T g.fa -o r.cram r.sam && samtools index r.cram",
        folder.root().display()
    ));
    let (server, outputs) = (Server::of_folder(folder.root()), Folder::new());
    let key = "?X-Amz-Signature=very's`ecret";
    let (reads, fasta) = (server.url("r.cram") + key, server.url("g.fa") + key);
    let plan = outputs.path("plan");
    let options = ["plan", &reads, "-f", &fasta, "-m", "exact:gc", "-n", "2", "--no-sample", "-o", &plan];
    let run = with(&outputs, &[], &options).good();
    let text = outputs.read("plan/plan.json");
    let plan: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(plan["counted_by"], format!("{}?…", server.url("r.cram")));
    assert!(text.contains(&format!("--reference={}?…", server.url("g.fa"))), "{text}");
    for said in [&text, &run.stderr, &run.stdout] {
        assert!(!said.contains("ecret"), "{said}");
    }
    assert!(run.stderr.contains("plan.json has the addresses without their keys"), "{}", run.stderr);
    let (calls, failed) = (
        folder.write("c.vcf", "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"),
        outputs.path("failed.tsv"),
    );
    let gone = server.url("gone.vcf") + key;
    let sites = ["sites", &calls, &gone, "--failed", &failed, "-o", &outputs.path("sites.vcf")];
    with(&outputs, &[], &sites).good();
    let table = outputs.read("failed.tsv");
    assert!(table.contains(&server.url("gone.vcf?…")) && !table.contains("ecret"), "{table}");
}

#[test]
fn no_run_is_resumed_on_a_file_that_nothing_identifies() {
    if !reads_addresses() {
        return;
    }
    let folder = Folder::new();
    let bytes = fasta(&[("c", &bases(100_000, 3))]).into_bytes();
    let server = Server::new(move |request| match request.path() {
        "/g.fa" => {
            let mut reply = file(request, &bytes, "e");
            reply.headers.retain(|(name, _)| name != "ETag");
            match request.target.contains("dated") {
                true => reply.with("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
                false => reply,
            }
        }
        _ => Reply::of(404, ""),
    });
    let output = folder.path("a.tsv");
    let scan = |url: &str| with(&folder, &[], &["scan", url, "-m", "exact:gc", "-o", &output, "--resume"]);
    let said = scan(&server.url("g.fa?key=verysecret")).error(2);
    assert!(said.contains(&server.url("g.fa?…")) && said.contains("neither ETag nor Last-Modified"), "{said}");
    assert_eq!(folder.names(), Vec::<String>::new());
    scan(&server.url("g.fa?dated")).good();
    let said = scan("htsget+http://127.0.0.1:1/reads").error(2);
    assert!(said.contains("htsget+http://127.0.0.1:1/reads is made anew for each request"), "{said}");
}

#[test]
fn shards_of_two_versions_of_a_file_on_a_server_are_refused() {
    if !reads_addresses() || !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let (one, two) = genome(&folder);
    folder.write("r.sam", sam(&one, &two));
    shell(&format!(
        "cd {} && samtools faidx g.fa && samtools view -b --no-PG -o r.bam r.sam && samtools index r.bam",
        folder.root().display()
    ));
    let root = folder.root().to_path_buf();
    // The same bytes with another entity tag for each name of a version in the query.
    let server = Server::new(move |request| match std::fs::read(root.join(request.path().trim_start_matches('/'))) {
        Ok(bytes) => file(request, &bytes, request.target.split('?').nth(1).unwrap_or("none")),
        Err(_) => Reply::of(404, ""),
    });
    for (name, command, what) in [("r.bam", "reads", "input"), ("g.fa", "scan", "reference")] {
        let part = |shard: &str, query: &str| {
            let output = folder.path(&format!("{command}{}{query}.tsv", &shard[..1]));
            let url = server.url(&format!("{name}?{query}"));
            let options = [command, &url, "-m", "exact:gc", "--shard", shard, "-o", &output];
            with(&folder, &[], &options).good();
            output
        };
        let (first, same, other) = (part("1/2", "v1"), part("2/2", "v1"), part("2/2", "v2"));
        let merge = |second: &str| genogloss(&["merge", &first, second, "-o", &folder.path("all.tsv")]);
        merge(&same).good();
        let said = merge(&other).error(1);
        let expected = format!("is a shard of another {what} than {first} (etag of {}?…", server.url(name));
        assert!(said.contains(&expected) && said.contains("v2") && said.contains("v1"), "{said}");
        // On a disk the same file has no entity tag.
        let local = folder.path(&format!("{command}_local.tsv"));
        genogloss(&[command, &folder.path(name), "-m", "exact:gc", "--shard", "2/2", "-o", &local]).good();
        merge(&local).good();
    }
}
