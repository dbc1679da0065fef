//! Variants of another reference.

use super::{COLUMNS, HEAD, desk, mismatching, skips, snv, variants};
use crate::support::{shell, succeed, tools_available};

#[test]
fn a_share_of_mismatches_that_is_no_accident_ends_the_run() {
    let (folder, fasta) = desk();
    let run = |count, nth, more: &[&str]| variants(&folder.write("v.vcf", mismatching(count, nth)), &fasta, more);
    let many = run(300, 5, &[]);
    assert_eq!(many.code, 1);
    let say = "v.vcf: the REF of 29 of 145 records differs from";
    assert!(
        many.stderr.contains(say) && many.stderr.contains("does it belong to another assembly?"),
        "{}",
        many.stderr
    );
    assert!(many.stderr.contains("--max-ref-mismatch 1 accepts any number"), "{}", many.stderr);
    for (count, nth, more, code) in [
        (300, 5, &["--max-ref-mismatch", "0.2"][..], 0),
        (300, 5, &["--max-ref-mismatch", "1"], 0),
        (300, 10, &[], 0),
        (300, 10, &["--max-ref-mismatch", "0.05"], 1),
        (50, 3, &[], 1),
        (50, 6, &[], 0),
        (9, 1, &[], 0),
    ] {
        let run = run(count, nth, more);
        assert_eq!(run.code, code, "{count} {nth}: {}", run.stderr);
        // What is borne is said once, with its share.
        assert_eq!(run.stderr.matches("differs from").count(), 1, "{}", run.stderr);
        if code == 0 {
            let found = skips(&run.stdout).iter().filter(|skip| *skip == "reference_mismatch").count();
            let share = format!("REF of {found} of {count} records differs from");
            assert!(found == count / nth && run.stderr.contains(&share), "{}", run.stderr);
        }
    }
    assert!(!run(50, 51, &[]).stderr.contains("differs from"));
    assert_eq!(run(50, 51, &["--max-ref-mismatch", "1.5"]).code, 2);
    // A shard judges its own records.
    let vcf = folder.write("v.vcf", mismatching(300, 5));
    for shard in ["1/2", "2/2"] {
        let run = variants(&vcf, &fasta, &["--shard", shard]);
        let none = skips(&run.stdout).is_empty() && run.code == 0;
        assert!(run.code == 1 || none, "{shard}: {}", run.stderr);
    }
}

#[test]
fn a_run_that_goes_on_counts_what_was_done_before() {
    let (folder, fasta) = desk();
    // The first two thirds match; the limit is passed among the others.
    let mut text = mismatching(360, 361);
    text.push_str(&mismatching(400, 1).lines().skip(9 + 360).map(|line| format!("{line}\n")).collect::<String>());
    let vcf = folder.write("v.vcf", text);
    let (out, whole) = (folder.path("out.vcf"), folder.path("whole.vcf"));
    let going_on = ["-o", &out, "--resume", "--checkpoint", "0"];
    let first = variants(&vcf, &fasta, &[&going_on[..], &["--max-ref-mismatch", "0.05"]].concat());
    let again = variants(&vcf, &fasta, &[&going_on[..], &["--max-ref-mismatch", "0.05"]].concat());
    for run in [first, again] {
        let say = "the REF of 38 of 398 records differs from";
        assert!(run.code == 1 && run.stderr.contains(say), "{}", run.stderr);
    }
    let run = variants(&vcf, &fasta, &[&going_on[..], &["--max-ref-mismatch", "1"]].concat());
    assert!(run.code == 0 && run.stderr.contains("the REF of 40 of 400 records differs from"), "{}", run.stderr);
    assert_eq!(variants(&vcf, &fasta, &["-o", &whole, "--max-ref-mismatch", "1"]).code, 0);
    assert_eq!(folder.read("out.vcf"), folder.read("whole.vcf"));
}

#[test]
fn records_on_a_contig_that_the_reference_lacks_end_the_run_or_come_out_with_that_reason() {
    let (folder, fasta) = desk();
    let head = HEAD.replace("##INFO=<ID=DP", "##contig=<ID=decoy,length=900>\n##INFO=<ID=DP");
    let body = snv(2000, "PASS\tDP=3");
    let plain = folder.write("v.vcf", format!("{head}{COLUMNS}\n{body}decoy\t5\t.\tA\tC,<DEL>\t.\t.\t.\n"));
    let run = variants(&plain, &fasta, &[]);
    assert!(run.code == 1 && run.stderr.contains("v.vcf, record 2: contig \"decoy\" is not in"), "{}", run.stderr);
    assert!(run.stderr.contains("WARN a contig of the header of") && run.stderr.contains(": decoy;"), "{}", run.stderr);
    assert!(run.stderr.contains("--missing-contigs skip writes such records without scores"), "{}", run.stderr);
    let skip = ["--missing-contigs", "skip", "--quiet"];
    let skipped = variants(&plain, &fasta, &skip);
    assert_eq!(skipped.code, 0, "{}", skipped.stderr);
    assert_eq!(skips(&skipped.stdout), [".", "contig_not_in_reference,contig_not_in_reference"]);
    // Shards are the same together.
    let parts: Vec<String> = (1..=2)
        .map(|part| {
            let out = folder.path(&format!("part{part}.vcf"));
            let shard = format!("{part}/2");
            let run = variants(&plain, &fasta, &[&skip[..], &["--shard", &shard, "-o", &out]].concat());
            assert_eq!(run.code, 0, "{}", run.stderr);
            out
        })
        .collect();
    assert_eq!(succeed(&["merge", "--quiet", &parts[0], &parts[1]]), skipped.stdout);
    if !tools_available(&["bcftools", "bgzip", "tabix"]) {
        return;
    }
    // An index tells beforehand, and so does one that knows of no record there.
    let (packed, binary) = (folder.path("v.vcf.gz"), folder.path("v.bcf"));
    shell(&format!("bgzip -c {plain} > {packed}; bcftools view -Ob -o {binary} {plain} 2> /dev/null"));
    for (index, file) in [("tabix -f", &packed), ("rm -f *.tbi; tabix -f -C", &packed), ("bcftools index -f", &binary)]
    {
        shell(&format!("cd {}; {index} {file}", folder.path("")));
        let run = variants(file, &fasta, &[]);
        assert!(run.code == 1 && run.stdout.is_empty(), "{index}");
        let say = "contig \"decoy\" is not in";
        assert!(run.stderr.contains(say) && run.stderr.contains("has records on it"), "{}", run.stderr);
        assert_eq!(variants(file, &fasta, &skip).code, 0);
    }
    let fine = folder.write("fine.vcf", format!("{head}{COLUMNS}\n{body}"));
    shell(&format!("bgzip {fine}; tabix {fine}.gz"));
    let run = variants(&format!("{fine}.gz"), &fasta, &["--quiet"]);
    assert!(run.code == 0 && run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn a_share_of_mismatches_does_not_depend_on_which_come_first() {
    let (folder, fasta) = desk();
    // 25 of 300, which is below one in ten; 11 of them among the first 100.
    let (good, bad) = (mismatching(300, 301), mismatching(300, 1));
    let mismatches = |at: usize| if at < 100 { at.is_multiple_of(9) && at < 97 } else { at.is_multiple_of(14) };
    let head = good.lines().take_while(|line| line.starts_with('#')).count();
    let lines = good.lines().zip(bad.lines()).enumerate();
    let text: String = lines
        .map(|(at, (good, bad))| format!("{}\n", if at >= head && mismatches(at - head) { bad } else { good }))
        .collect();
    let run = variants(&folder.write("v.vcf", text), &fasta, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("the REF of 25 of 300 records differs from"), "{}", run.stderr);
}
