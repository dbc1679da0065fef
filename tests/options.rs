//! Names of outputs against formats, and options that cannot apply: wrong usage, before anything is written.

use crate::support::{Folder, genogloss, shell, succeed, tools_available};

const GENOME: &str = ">c\nACGTTGCATTGACCAGTACGATCCATGCAACGTTGCATTGACCAGTACGATCCATGCA\n";
const VCF: &str = "##fileformat=VCFv4.2\n##contig=<ID=c,length=58>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t10\t.\tT\tG\t.\t.\t.\n";
const SAM: &str = "@SQ\tSN:c\tLN:58\nr\t0\tc\t1\t60\t8M\t*\t0\t0\tACGTTGCA\t*\n";

/// A folder with an input of each kind.
fn desk() -> Folder {
    let folder = Folder::new();
    folder.write("g.fa", GENOME);
    folder.write("v.vcf", VCF);
    folder.write("r.sam", SAM);
    folder.write("r.fq", "@q\nACGTTGCA\n+\nIIIIIIII\n");
    folder.write("i.bed", "c\t5\t9\n");
    folder.write("g.gtf", "c\tx\tgene\t1\t30\t.\t+\t.\tgene_id \"g\"; gene_name \"TP53\";\n");
    folder.write("hgnc.tsv", "hgnc_id\tsymbol\tname\tstatus\tlocus_group\tlocus_type\tlocation\talias_symbol\tprev_symbol\tdate_modified\tentrez_id\tensembl_gene_id\tomim_id\tuniprot_ids\nHGNC:11998\tTP53\ttumor protein p53\tApproved\tprotein-coding gene\tgene with protein product\t17p13.1\t\t\t2024-01-01\t7157\tENSG00000141510\t191170\tP04637\n");
    folder
}

/// Runs a command line in which `@NAME` is a file of the folder.
fn run(folder: &Folder, line: &str) -> crate::support::Run {
    let arguments: Vec<String> =
        line.split(' ').map(|word| word.strip_prefix('@').map_or(word.into(), |name| folder.path(name))).collect();
    genogloss(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What the first bytes of a file say.
fn kind(folder: &Folder, name: &str) -> &'static str {
    let bytes = std::fs::read(folder.path(name)).unwrap_or_default();
    let plain = if bytes.starts_with(&[0x1f, 0x8b]) {
        shell(&format!("gzip -dc {} | head -c 300 | base64 -w 0", folder.path(name)))
    } else {
        shell(&format!("head -c 300 {} | base64 -w 0", folder.path(name)))
    };
    let bytes = shell(&format!("printf %s '{plain}' | base64 -d | tr '\\0' '.' | tr '\\200-\\377' '.'"));
    match () {
        () if bytes.starts_with("BAM") => "bam",
        () if bytes.starts_with("BCF") => "bcf",
        () if bytes.starts_with("##fileformat=VCF") => "vcf",
        () if bytes.starts_with('#') => "tsv",
        () if bytes.lines().next().is_some_and(|line| line.split('\t').count() == 4) => "bedgraph",
        () if bytes.starts_with("c\t") => "bed",
        () => "?",
    }
}

#[test]
fn a_name_decides() {
    let folder = desk();
    for (line, name, expected) in [
        ("scan @g.fa -m exact:gc --window 20", "a.bed", "bed"),
        ("scan @g.fa -m exact:gc --window 20", "a.bed.gz", "bed"),
        ("scan @g.fa -m exact:gc --window 20", "a.tsv", "tsv"),
        ("scan @g.fa -m exact:gc --window 20", "a.TSV.bgz", "tsv"),
        ("scan @g.fa -m exact:gc --window 20", "a.bedgraph", "bedgraph"),
        ("scan @g.fa -m exact:gc --window 20", "a.bg.gz", "bedgraph"),
        ("scan @g.fa -m exact:gc --window 20", "a.txt", "bed"),
        ("scan @g.fa -m exact:gc --window 20 --format tsv", "a", "tsv"),
        ("scan @g.fa -m exact:orf", "orf.tsv", "tsv"),
        ("reads @r.sam -m exact:gc", "a.tsv.gz", "tsv"),
        ("reads @r.sam -m exact:gc", "a.bam", "bam"),
        ("reads @r.sam -m exact:gc --format bam", "a", "bam"),
        ("reads @r.sam -m exact:gc --format bam", "b.bam", "bam"),
        ("variants @v.vcf -f @g.fa -m exact:gc", "a.vcf", "vcf"),
        ("variants @v.vcf -f @g.fa -m exact:gc", "a.vcf.gz", "vcf"),
        ("variants @v.vcf -f @g.fa -m exact:gc", "a.bcf", "bcf"),
        ("variants @v.vcf -f @g.fa -m exact:gc -O b", "a", "bcf"),
        ("variants @v.vcf -f @g.fa -m exact:gc -O z", "b.vcf.bgz", "vcf"),
    ] {
        let made = run(&folder, &format!("{line} -o @{name} --quiet"));
        assert_eq!(made.code, 0, "{line} {name}: {}", made.stderr);
        assert_eq!(kind(&folder, name), expected, "{line} {name}");
    }
}

#[test]
fn a_name_of_another_format_is_refused() {
    let folder = desk();
    run(&folder, "genes build @hgnc.tsv -o @genes.sqlite --quiet");
    run(&folder, "scan @g.fa -m exact:gc --window 20 --shard 1/1 -o @p.bed --quiet");
    run(&folder, "variants @v.vcf -f @g.fa -m exact:gc --shard 1/1 -o @p.vcf --quiet");
    run(&folder, "reads @r.sam -m exact:gc --shard 1/1 -o @p.bam --quiet");
    let before = folder.names();
    for (line, names) in [
        ("scan @g.fa -m exact:gc", "bam sam cram vcf bcf bw parquet.gz vcf.gz bed.tsv.bam csv fa.gz"),
        ("scan @g.fa -m exact:gc --format bed", "tsv bedgraph tsv.gz bg"),
        ("scan @g.fa -m exact:gc --format tsv", "bed bed.gz"),
        ("scan @g.fa -m exact:gc --format bedgraph --column gc", "bed tsv"),
        ("scan @g.fa -m exact:orf", "bedgraph gff3 gtf"),
        ("reads @r.sam -m exact:gc", "sam cram bed vcf bcf bw parquet.gz bam.gz sam.gz fastq fq.gz"),
        ("reads @r.sam -m exact:gc --format bam", "sam tsv tsv.gz cram bam.gz"),
        ("reads @r.sam -m exact:gc --format tsv", "bam"),
        ("variants @v.vcf -f @g.fa -m exact:gc", "bed bam bw parquet.gz bcf.gz"),
        ("variants @v.vcf -f @g.fa -m exact:gc -O v", "vcf.gz bcf tsv"),
        ("variants @v.vcf -f @g.fa -m exact:gc -O z", "vcf bcf"),
        ("variants @v.vcf -f @g.fa -m exact:gc -O b", "vcf vcf.gz"),
        ("genes annotate @v.vcf --gtf @g.gtf -b @genes.sqlite", "tsv bed bam parquet"),
        ("genes annotate @i.bed --gtf @g.gtf -b @genes.sqlite", "vcf vcf.gz bam parquet.gz"),
        ("genes show TP53 -b @genes.sqlite", "bed vcf bam parquet.gz csv"),
        ("genes diseases TP53 -b @genes.sqlite", "bam"),
        ("genes phenotypes TP53 -b @genes.sqlite", "bam"),
        ("genes relate TP53 cancer -b @genes.sqlite", "bam bed"),
        ("genes rank --hpo HP:0001166 -b @genes.sqlite", "bam bed"),
        ("genes build @hgnc.tsv", "tsv bam"),
        ("ask ACGT,reverse", "bed vcf bam parquet.gz"),
        ("evaluate core-promoter @g.fa", "bed vcf bam parquet.gz"),
        ("evaluate core-promoter @g.fa --quiet --curve @c.bam", "tsv"),
        ("evaluate core-promoter @g.fa --quiet --html @c.tsv", "tsv"),
        ("merge @p.bed", "tsv vcf bam bw"),
        ("merge @p.vcf", "bcf tsv bed bam"),
        ("merge @p.bam", "tsv sam bed vcf"),
        ("report @p.bed", "tsv bam bed"),
        ("plan @g.fa -m exact:gc -n 2 --no-sample", "bed tsv"),
    ] {
        for name in names.split(' ') {
            let refused = run(&folder, &format!("{line} -o @out.{name}"));
            assert_eq!(refused.code, 2, "{line} {name}: {}", refused.stderr);
            assert!(refused.stderr.contains("is a name of"), "{line} {name}: {}", refused.stderr);
            assert!(refused.stderr.contains("hint: "), "{line} {name}: {}", refused.stderr);
            assert_eq!(folder.names(), before, "{line} {name}");
        }
    }
    let tracks = run(&folder, "scan @g.fa -m exact:gc --bigwig @tracks.bw");
    assert_eq!(tracks.code, 2, "{}", tracks.stderr);
}

#[test]
fn an_option_that_cannot_apply_is_refused() {
    let folder = desk();
    run(&folder, "scan @g.fa -m exact:gc --window 20 --shard 1/1 -o @p.bed --quiet");
    run(&folder, "genes build @hgnc.tsv -o @genes.sqlite --quiet");
    let before = folder.names();
    for (line, options) in [
        (
            "reads @r.sam -m exact:gc",
            "-f=4 -f=@g.fa --device=cuda:0 --engine=rten --stride=5 --aggregate=mean --index=csi --checkpoint=5",
        ),
        ("reads @r.fq -m exact:gc", "-f=@g.fa -q=1 -F=4 --require-flags=4 --orient=reference -r=c -R=@i.bed"),
        ("reads @g.fa -m exact:gc", "-f=@g.fa -q=1 -F=DUP --require-flags=4 --orient=reference -r=c"),
        ("reads @r.sam -m exact:reverse", "--each-window --aggregate=mean"),
        ("reads @r.sam -m tests/models/base-identity --each-window", "--aggregate=mean"),
        ("scan @g.fa -m exact:gc", "--device=cuda:0 --engine=rten --index=csi --checkpoint=5"),
        ("scan @g.fa -m exact:gc -o @out.bed", "--index=csi --index=tbi"),
        ("scan @g.fa -m exact:reverse", "--stride=5 --threshold=0.5 --merge --overlap=mean --column=x"),
        (
            "scan @g.fa -m exact:orf",
            "--stride=5 --window=9 --threshold --merge --overlap=mean --column=x --bigwig=@t --resume",
        ),
        ("scan @g.fa -m exact:gc --bigwig @tracks", "--format=bed --threshold=0.5 --merge --index=csi"),
        ("scan @g.fa -m tests/models/base-identity", "--window=5"),
        ("scan @g.fa -m exact:gc --format tsv", "--merge"),
        (
            "variants @v.vcf -f @g.fa -m exact:gc",
            "--device=cuda:0 --engine=rten --index=csi --mask --distance=5 --haplotypes --checkpoint=5",
        ),
        ("variants @v.vcf -f @g.fa -m exact:gc -o @out.vcf", "--index=csi --index=tbi"),
        ("variants @v.vcf -f @g.fa -m exact:gc -o @out.bcf", "--index=tbi"),
        ("variants @v.vcf -f @g.fa -m exact:gc -O b -o @out", "--index=tbi"),
        ("variants @v.vcf -f @g.fa -m exact:gc --ref-mismatch fail", "--max-ref-mismatch=0.5"),
        ("ask ACGT,reverse", "--index=csi --top-k=5 --seed=5 --checkpoint=5"),
        ("ask --tasks", "--with=a=b --chunk --task=gc"),
        ("evaluate core-promoter @g.fa", "--index=csi --language=gpgpt --absolute --pool=a=b --answer-with=lm"),
        ("evaluate variants @v.vcf", "--device=cuda:0 --engine=rten --threshold=0.5 --head=x"),
        ("evaluate ask @v.vcf", "--bootstrap=5 --seed=3 --threshold=0.5"),
        ("plan @g.fa -m exact:gc -n 2 --no-sample", "-f=@g.fa --contig-aliases=@i.bed --=-t"),
        ("plan @g.fa -m tests/models/base-identity -n 2 --no-sample", "--window=9"),
        ("plan @r.sam -m exact:gc -n 2 --no-sample", "-f=@g.fa --window=9 --stride=9"),
        ("plan @v.vcf -f @g.fa -m exact:gc -n 2 --no-sample", "--stride=9 --window=9"),
        ("merge @p.bed -o @out.bed", "--index=csi"),
        ("genes show TP53 -b @genes.sqlite", "--index=csi"),
        ("genes rank --hpo HP:0001166 -b @genes.sqlite", "--index=csi"),
        ("genes annotate @i.bed --gtf @g.gtf -b @genes.sqlite", "-O=z --index=csi --checkpoint=5"),
        ("genes annotate @v.vcf --gtf @g.gtf -b @genes.sqlite", "--index=csi"),
        ("genes build @hgnc.tsv -o @x.sqlite", "-b=@genes.sqlite"),
    ] {
        for option in options.split(' ') {
            let option = option.replacen('=', " ", 1);
            let refused = run(&folder, &format!("{line} {option}"));
            assert_eq!(refused.code, 2, "{line} {option}: {}", refused.stderr);
            assert!(refused.stderr.contains("error: "), "{line} {option}: {}", refused.stderr);
            assert_eq!(folder.names(), before, "{line} {option}");
        }
    }
    let flags = run(&folder, "reads @r.sam -m exact:gc -f 4");
    assert!(
        flags.stderr.contains("--require-flags FLAGS selects reads by flags, as samtools view -f does"),
        "{}",
        flags.stderr
    );
}

/// A value that is the default one, and what holds for every run, is no mistake.
#[test]
fn options_that_change_nothing_are_taken() {
    let folder = desk();
    for line in [
        "reads @r.fq -m exact:gc -q 0 -F 0 --require-flags 0 --orient read --aggregate max --engine auto --device cpu -t 2 --batch-rows 16",
        "reads @r.sam -m exact:gc --each-window -r c -q 20 -F DUP",
        "scan @g.fa -m exact:gc --window 20 --overlap cut --overlap cut -t 1 --quiet",
        "variants @v.vcf -f @g.fa -m exact:gc --prefix GG --max-ref-mismatch 0.1 --ref-mismatch skip",
        "scan @g.fa -m exact:gc --window 20 --resume --checkpoint 1 -o @r.bed",
        "scan @g.fa -m exact:gc --window 20 --index csi -o @r.bed.gz",
    ] {
        let line = line.replace(" --overlap cut --overlap cut", " --overlap cut");
        let run = run(&folder, &line);
        assert_eq!(run.code, 0, "{line}: {}", run.stderr);
    }
    if tools_available(&["samtools"]) {
        shell(&format!(
            "samtools view -C -T {0} -o {1} {2}",
            folder.path("g.fa"),
            folder.path("r.cram"),
            folder.path("r.sam")
        ));
        succeed(&["reads", &folder.path("r.cram"), "-f", &folder.path("g.fa"), "-m", "exact:gc", "--quiet"]);
    }
}

#[test]
fn a_verbose_version_tells_the_build_and_its_engines() {
    let details = succeed(&["--version", "--verbose"]);
    let first = concat!("genogloss ", env!("CARGO_PKG_VERSION"), "\n");
    assert!(details.starts_with(first), "{details}");
    for line in [
        "commit: ",
        "features: ",
        "CRAM is read by ",
        "pages show calls with: ",
        "engine ort: ",
        "engine rten: rten 0.",
    ] {
        assert!(details.lines().any(|found| found.starts_with(line)), "{line}: {details}");
    }
    assert_eq!(succeed(&["--verbose", "-V"]), details);
    assert_eq!(succeed(&["--version"]), first);
}

#[test]
fn a_threshold_that_no_probability_reaches_is_refused() {
    let folder = desk();
    folder.write("l.csv", format!("sequence,label\n{},0\n{},1\n", "ACGTG".repeat(14), "GGCCA".repeat(14)));
    for line in
        ["scan @g.fa -m core-promoter --threshold 90", "evaluate core-promoter @l.csv --head promoter --threshold 90"]
    {
        let run = run(&folder, line);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{line}: {}", run.stderr);
        assert!(run.stderr.contains("--threshold 90: the scores of this model run from 0 to 1"), "{}", run.stderr);
    }
    // Numbers without bounds have any threshold.
    let track = crate::support::root().join("tests/models/track");
    let line = format!("scan @g.fa -m {} --threshold 90 -O tsv", track.display());
    assert_eq!(run(&folder, &line).code, 0, "{}", run(&folder, &line).stderr);
}
