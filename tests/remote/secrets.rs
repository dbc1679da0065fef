//! The query of an address, which may be a key, is in no output.

use super::{reads_addresses, server::Server, with};
use crate::support::{Folder, genogloss, root, shell, succeed, tools_available};

const KEY: &str = "?X-Amz-Signature=verysecret";

const VCF: &str = "##fileformat=VCFv4.3\n##contig=<ID=a,length=16>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n\
    a\t3\t.\tG\tN\t.\t.\t.\n";

#[test]
fn a_score_file_and_a_reference_are_named_without_their_keys() {
    if !reads_addresses() || !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let (fasta, calls) = (folder.write("g.fa", ">a\nACGTACGTACGTACGT\n"), folder.write("s.vcf", VCF));
    shell(&format!("samtools faidx {fasta}"));
    succeed(&["variants", &calls, "-f", &fasta, "-m", "exact:gc", "-o", &folder.path("scores.vcf.gz"), "--quiet"]);
    let server = Server::of_folder(folder.root());
    let url = |name: &str| format!("{}{KEY}", server.url(name));
    let (scores, genome, output) = (url("scores.vcf.gz"), url("g.fa"), folder.path("out.vcf"));
    let run = with(&folder, &[], &["variants", &calls, "--scores", &scores, "-f", &genome, "-o", &output]).good();
    let text = folder.read("out.vcf.manifest.json");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(manifest["settings"]["scores"], "scores.vcf.gz");
    for said in [&text, &run.stderr, &folder.read("out.vcf")] {
        assert!(!said.contains("verysecret"), "{said}");
    }
    let other = url("s.vcf");
    let run = with(&folder, &[], &["variants", &calls, "--scores", &scores, "-f", &other]);
    assert!(run.error(1).contains("-f is s.vcf, but the scores were made with g.fa"), "{}", run.stderr);
}

#[test]
fn a_knowledge_base_has_no_key() {
    if !reads_addresses() {
        return;
    }
    let folder = Folder::new();
    folder.write("hgnc.tsv.gz", std::fs::read(root().join("tests/data/genes/hgnc.tsv.gz")).expect("a table"));
    let server = Server::of_folder(folder.root());
    let (url, base) = (format!("{}{KEY}", server.url("hgnc.tsv.gz")), folder.path("base.sqlite"));
    let options = ["genes", "build", &url, "-o", &base, "--release", "hgnc.tsv.gz=2024-03-04"];
    let run = with(&folder, &[], &options).good();
    assert!(!run.stderr.contains("verysecret") && !run.stdout.contains("verysecret"), "{}", run.stderr);
    let bytes = std::fs::read(&base).expect("the knowledge base");
    assert!(!bytes.windows(10).any(|bytes| bytes == b"verysecret"));
    let sources = genogloss(&["genes", "-b", &base, "sources"]).good().stdout;
    assert!(sources.contains("\thgnc.tsv.gz\t"), "{sources}");
}

#[test]
fn addresses_that_are_not_valid_and_command_lines_that_are_wrong_show_no_key() {
    let address = "http://127.0.0.1:9/a.bam?sig=verysecret";
    for arguments in [
        &["reads", "http://127.0.0.1:9/a b.bam ?sig=verysecret", "-m", "exact:gc"][..],
        &["reads", "http://joe:pass verysecret@127.0.0.1:9/a.bam", "-m", "exact:gc"],
        &["reads", "http://joe:a/verysecret@127.0.0.1:9/a.bam", "-m", "exact:gc"],
        &["reads", "http:/127.0.0.1/a.bam?sig=verysecret", "-m", "exact:gc"],
        &["plan", "http://127.0.0.1:9/a b.bam?sig=verysecret", "-n", "2"],
        &["reads", address, address, "-m", "exact:gc"],
        &["reads", "a.bam", "-m", "exact:gc", "--shard", address],
        &["models", "import", address],
    ] {
        let run = crate::support::genogloss(arguments);
        assert!(run.code > 0 && !run.stderr.is_empty(), "{arguments:?}");
        assert!(!run.stderr.contains("verysecret") && !run.stdout.contains("verysecret"), "{}", run.stderr);
    }
}
