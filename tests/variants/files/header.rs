//! Headers of VCF.

use super::{COLUMNS, HEAD, desk, snv, variants};

#[test]
fn the_line_of_columns_must_be_exactly_right() {
    let (folder, fasta) = desk();
    let record = snv(2000, "PASS\tDP=3");
    let sampled = snv(2000, "PASS\tDP=3\tGT\t0/1\t0/0");
    let eight = COLUMNS.to_string();
    for (columns, record, say) in [
        (eight.replace('\t', " "), &record, "the column names are not separated by tabs"),
        (eight.replace("POS", " POS"), &record, "column 2 is called \" POS\", and should be \"POS\""),
        (eight.replace("REF\tALT", "ALT\tREF"), &record, "column 4 is called \"ALT\", and should be \"REF\""),
        (eight.replace("\tINFO", "\tFORMAT\ts"), &record, "column 8 is called \"FORMAT\", and should be \"INFO\""),
        (eight.replace("\tINFO", ""), &record, "column 8 (INFO) is missing"),
        (format!("{eight}\t"), &record, "column 9 is called \"\", and should be \"FORMAT\""),
        (format!("{eight}\tFORMAT"), &record, "there is a column FORMAT, but no sample"),
        (format!("{eight}\tFORMAT\ta\t"), &sampled, "column 11 has no name"),
        (format!("{eight}\tFORMAT\ta\ta"), &sampled, "sample \"a\" occurs twice: columns 10 and 11"),
    ] {
        let vcf = folder.write("v.vcf", format!("{HEAD}{columns}\n{record}"));
        for letter in ["v", "b"] {
            let run = variants(&vcf, &fasta, &["-O", letter]);
            assert!(run.code == 1 && run.stdout.is_empty(), "{say}: {}", run.code);
            assert!(run.stderr.contains(&format!("v.vcf, line 9: {say}\nhint: ")), "{say}: {}", run.stderr);
        }
    }
    let vcf = folder.write("v.vcf", format!("{HEAD}{eight}\tFORMAT\ta\tb\n{sampled}"));
    assert_eq!(variants(&vcf, &fasta, &[]).code, 0);
}

#[test]
fn contigs_are_compared_before_the_first_record() {
    let (folder, fasta) = desk();
    let body = snv(2000, "PASS\tDP=3");
    let text = HEAD.replace("length=5000", "length=5001").replace("length=4000", "length=400");
    let run = variants(&folder.write("v.vcf", format!("{text}{COLUMNS}\n{body}")), &fasta, &[]);
    let say = "contigs have other lengths in the header of";
    assert!(run.code == 0 && run.stderr.contains(say), "{}", run.stderr);
    assert!(run.stderr.contains("c (5,001 and 5,000 bases), d (400 and 4,000 bases)"), "{}", run.stderr);
    let none = HEAD.replace("ID=c,", "ID=chrX,").replace("ID=d,", "ID=chrd,");
    let run = variants(&folder.write("v.vcf", format!("{none}{COLUMNS}\n{body}")), &fasta, &[]);
    assert!(run.code == 1 && run.stdout.is_empty());
    assert!(run.stderr.contains("v.vcf: none of the contigs in its header is in"), "{}", run.stderr);
    assert!(run.stderr.contains(": chrX, chrd\nhint: "), "{}", run.stderr);
}

#[test]
fn headers_and_samples_that_no_reader_understands_are_refused() {
    let (folder, fasta) = desk();
    let record = snv(2000, "PASS\tDP=3");
    let with = |line: &str| HEAD.replace("##contig=<ID=d", &format!("{line}\n##contig=<ID=d")) + COLUMNS;
    let run = |text: String, more: &[&str]| variants(&folder.write("v.vcf", text), &fasta, more);
    let comment = run(format!("{}\n{record}", with("#comment")), &[]);
    assert_eq!(comment.code, 1);
    assert!(comment.stderr.contains("v.vcf, line 3 of the header: it does not begin with ##"), "{}", comment.stderr);
    for line in ["##contig=<ID=e,lengthv3000>", "##INFO=<ID=X,Number=1,Type=Integer,Desc ription=\"d\">"] {
        let text = format!("{}\n{record}", with(line));
        assert_eq!(run(text.clone(), &[]).code, 0, "{line}");
        let binary = run(text, &["-O", "b"]);
        assert_eq!(binary.code, 1, "{line}");
        assert!(binary.stderr.contains("v.vcf, line 3 of the header: in "), "{}", binary.stderr);
        assert!(binary.stderr.contains("should be KEY=VALUE"), "{}", binary.stderr);
    }
    let sampled = snv(2000, "PASS\tDP=3\tGT\t0/1\t0/1:3");
    let samples = run(format!("{HEAD}{COLUMNS}\tFORMAT\ta\tb\n{sampled}"), &[]);
    assert_eq!(samples.code, 1);
    let say = "v.vcf, line 10: sample 2 has 2 values, but FORMAT names 1 fields";
    assert!(samples.stderr.contains(say), "{}", samples.stderr);
}
