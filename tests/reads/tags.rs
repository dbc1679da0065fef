//! Tags in the output, and those of an earlier run.

use super::Desk;
use crate::support::{Folder, genogloss};

#[test]
fn tags_of_an_earlier_run_are_replaced_and_those_of_others_refused() {
    let Some(desk) = Desk::new() else { return };
    let text = "@HD\tVN:1.6\nr\t4\t*\t0\t0\t*\t*\t0\t0\tGGCC\t*\tab:i:1\nshort\t4\t*\t0\t0\t*\t*\t0\t0\tG\t*\n";
    let sam = desk.folder.write("r.sam", text);
    let score = |input: &str, output: &str, options: &[&str]| {
        let base = ["reads", input, "--quiet", "--format", "bam", "-o", output];
        let run = genogloss(&[&base, options].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
    };
    let (one, two, three) = (desk.folder.path("1.bam"), desk.folder.path("2.bam"), desk.folder.path("3.bam"));
    score(&sam, &one, &["-m", "exact:gc"]);
    assert_eq!(
        desk.sh("samtools view 1.bam | cut -f 12-"),
        "ab:i:1\tgs:B:f,1\tgw:i:0\tgl:Z:gc\ngs:B:f,1\tgw:i:0\tgl:Z:gc\n"
    );
    // Too short for the other model: no score, no label and no place are left of the first.
    score(&one, &two, &["-m", "core-promoter"]);
    assert_eq!(desk.sh("samtools view 2.bam | cut -f 12-"), "ab:i:1\tgk:Z:too_short\ngk:Z:too_short\n");
    score(&two, &three, &["-m", "exact:gc", "--tag-prefix", "H"]);
    let first = desk.sh("samtools view 3.bam | cut -f 12- | head -n 1");
    assert_eq!(first, "ab:i:1\tgk:Z:too_short\tHs:B:f,1\tHw:i:0\tHl:Z:gc\n");
    let programs =
        desk.sh("samtools view -H --no-PG 3.bam | grep -o 'ID:[^\t]*\\|PP:[^\t]*\\|--tag-prefix .' | paste -s -d ' '");
    assert_eq!(
        programs.trim(),
        "ID:genogloss --tag-prefix g ID:genogloss.1 PP:genogloss --tag-prefix g ID:genogloss.2 PP:genogloss.1 --tag-prefix H"
    );
    let foreign = desk.folder.write("f.sam", text.replace("ab:i:1", "gs:i:1"));
    let run = genogloss(&["reads", &foreign, "-m", "exact:gc", "--format", "bam", "-o", &one]);
    assert!(run.code == 1 && run.stderr.contains("read r already has the tag gs"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: choose other tags (--tag-prefix x"), "{}", run.stderr);
    // A table has no tags: nothing is lost.
    assert_eq!(genogloss(&["reads", &foreign, "-m", "exact:gc"]).code, 0);
    let run = genogloss(&["reads", &sam, "-m", "exact:gc", "--tag-prefix", "H"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn a_bad_tag_is_named() {
    let folder = Folder::new();
    let file = folder.write("r.sam", "@HD\tVN:1.6\nr\t4\t*\t0\t0\t*\t*\t0\t0\tGGCC\t*\tZ0:i:x\n");
    let run = genogloss(&["reads", &file, "-m", "exact:gc"]);
    assert!(run.code == 1 && run.stderr.contains("record 1") && run.stderr.contains("Z0"), "{}", run.stderr);
}

#[test]
fn tags_of_an_earlier_run_are_taken_off_and_the_others_keep_their_order() {
    let Some(desk) = Desk::new() else { return };
    let tags = "aa:i:1\tbb:Z:x\tcc:i:3\tdd:A:c\tee:i:5";
    let text = [
        "@HD\tVN:1.6",
        "@PG\tID:genogloss\tPN:genogloss\tCL:genogloss reads --tag-prefix g",
        "r\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\tgs:i:1\taa:i:1\tbb:Z:x\tgw:i:3\tcc:i:3\tdd:A:c\tee:i:5\n",
    ]
    .join("\n");
    let file = desk.folder.write("a.sam", text);
    desk.records("noodles", &file, &[]);
    let shown = desk.sh("samtools view out.bam");
    let after: Vec<&str> = shown.trim_end().splitn(12, '\t').collect();
    assert!(after[11].starts_with(&format!("{tags}\tgs:B:f,")), "{shown}");
}
