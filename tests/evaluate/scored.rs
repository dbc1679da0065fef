//! Figures of scored variants, as scikit-learn and SciPy compute them.

use std::collections::BTreeMap;

use super::{SLICE, sequences};
use crate::support::{Folder, genogloss, succeed as run};

/// Score → the cells of its line, by the header's names.
fn scored(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut lines = text.lines().map(|line| line.split('\t').map(String::from).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    lines.map(|cells| (cells[0].clone(), header.iter().cloned().zip(cells).collect())).collect()
}

/// n, positives, missing, and the three figures of a score.
fn judged(text: &str, score: &str) -> [String; 6] {
    let line = &scored(text)[score];
    ["n", "positives", "missing", "auroc", "auprc", "spearman"].map(|name| line[name].clone())
}

const TABLE: &str = "tests/data/scored_variants.tsv";

/// All figures are scikit-learn's and scipy's: tests/reference/scored_variants.py prints them.
#[test]
fn scores_of_variants_have_the_figures_of_scikit_learn_and_scipy() {
    let evaluate = |arguments: &[&str]| {
        run(&[&["evaluate", "variants", TABLE, "--bootstrap", "0", "--quiet"], arguments].concat())
    };
    let cut = ["--label-column", "effect", "--positive", "<=-0.4"];
    let text = evaluate(&[&cut[..], &["--score", "smooth", "--score", "steps"]].concat());
    assert_eq!(judged(&text, "smooth"), ["400", "82", "0", "0.835864", "0.606748", "-0.613972"]);
    assert_eq!(judged(&text, "steps"), ["400", "82", "0", "0.880810", "0.646336", "-0.383915"]);
    // Signs: of scores, and of effects.
    let text = evaluate(&[&cut[..], &["--score", "smooth", "--absolute"]].concat());
    assert_eq!(judged(&text, "smooth"), ["400", "82", "0", "0.731976", "0.463674", "-0.237375"]);
    let text = evaluate(&["--label-column", "effect", "--positive", ">=0.4", "--absolute-label", "--score", "steps"]);
    assert_eq!(judged(&text, "steps"), ["400", "96", "0", "0.883104", "0.711388", "0.683056"]);
    // A score that is not everywhere: all are judged on the rows that have it, unless told otherwise.
    let three = [&cut[..], &["--score", "smooth", "--score", "steps", "--score", "holes"]].concat();
    let text = evaluate(&three);
    assert_eq!(judged(&text, "smooth"), ["351", "72", "0", "0.821884", "0.589464", "-0.618115"]);
    assert_eq!(judged(&text, "steps"), ["351", "72", "0", "0.880575", "0.651339", "-0.368649"]);
    assert_eq!(judged(&text, "holes"), ["351", "72", "49", "0.821734", "0.585604", "-0.618447"]);
    let text = evaluate(&[&three[..], &["--own-rows"]].concat());
    assert_eq!(judged(&text, "smooth"), ["400", "82", "0", "0.835864", "0.606748", "-0.613972"]);
    assert_eq!(judged(&text, "holes"), ["351", "72", "49", "0.821734", "0.585604", "-0.618447"]);
    let text = evaluate(&[&three[..], &["--missing", "zero"]].concat());
    assert_eq!(judged(&text, "smooth"), ["400", "82", "0", "0.835864", "0.606748", "-0.613972"]);
    assert_eq!(judged(&text, "holes"), ["400", "82", "49", "0.793412", "0.549435", "-0.569956"]);
    // A class has no rank correlation, an effect without a cut no classes.
    let text = evaluate(&["--score", "smooth"]);
    assert_eq!(judged(&text, "smooth"), ["400", "82", "0", "0.835864", "0.606748", "."]);
    let text = evaluate(&["--score", "smooth", "--label-column", "effect"]);
    assert_eq!(judged(&text, "smooth"), ["400", ".", "0", ".", ".", "-0.613972"]);
    // All columns of numbers but the label and the variant's own.
    let names: Vec<String> = scored(&evaluate(&[])).into_keys().collect();
    assert_eq!(names, ["effect", "holes", "smooth", "steps"]);
}

#[test]
fn edge_cases_of_scores_are_those_of_scikit_learn() {
    let folder = Folder::new();
    for (name, scores, auroc, auprc) in [
        ("all tied", ["1", "1", "1", "1", "1", "1"], "0.500000", "0.333333"),
        ("perfect", ["0", "0", "0", "1", "0", "2"], "1.000000", "1.000000"),
        ("upside down", ["3", "3", "3", "1", "3", "0"], "0.000000", "0.266667"),
        ("tie at the top", ["0", "5", "5", "5", "1", "2"], "0.625000", "0.416667"),
        // Numbers that 32 bits cannot tell apart.
        (
            "nearly equal",
            ["0.1", "0.12345678901", "0.1", "0.12345678902", "0.1", "0.12345678903"],
            "1.000000",
            "1.000000",
        ),
        ("both zeros", ["-0", "0", "-1", "0", "-2", "1"], "0.875000", "0.750000"),
    ] {
        let lines: String = scores.iter().zip([0, 0, 0, 1, 0, 1]).map(|(s, l)| format!("{s},{l}\n")).collect();
        let table = folder.write("a.csv", format!("score,label\n{lines}"));
        let text = run(&["evaluate", "variants", &table, "--quiet", "--bootstrap", "0"]);
        assert_eq!(judged(&text, "score"), ["6", "2", "0", auroc, auprc, "."], "{name}");
    }
    let table = folder.write("one.csv", "label\tscore\nfalse\t.9\nTRUE\t.8\nno\t.8\n0\t1e-1\n");
    let text = run(&["evaluate", "variants", &table, "--quiet", "--bootstrap", "0"]);
    assert_eq!(judged(&text, "score"), ["4", "1", "0", "0.500000", "0.333333", "."]);
}

#[test]
fn intervals_of_scores_repeat_and_are_those_of_a_bootstrap() {
    let all = ["evaluate", "variants", TABLE, "--label-column", "effect", "--positive", "<=-0.4", "--quiet"];
    let more = ["--score", "smooth", "--score", "steps", "--versus", "smooth", "--bootstrap", "2000"];
    let text = run(&[&all[..], &more].concat());
    assert_eq!(text, run(&[&all[..], &more, &["-t", "1"]].concat()));
    assert_ne!(text, run(&[&all[..], &more, &["--seed", "2"]].concat()));
    let lines = scored(&text);
    // numpy's, of 4,000 replicates.
    for (score, figure, low, high) in [
        ("smooth", "auroc", 0.7871, 0.8820),
        ("smooth", "auprc", 0.4922, 0.7138),
        ("smooth", "spearman", -0.6744, -0.5407),
        ("steps - smooth", "auprc", -0.0870, 0.1609),
    ] {
        let number = |end: &str| lines[score][&format!("{figure}_{end}")].parse::<f64>().expect("a number");
        assert!((number("low") - low).abs() < 0.012, "{score} {figure} {} {low}", number("low"));
        assert!((number("high") - high).abs() < 0.012, "{score} {figure} {} {high}", number("high"));
    }
    let value = |score: &str| lines[score]["auprc"].parse::<f64>().expect("a number");
    assert!((value("steps - smooth") - (value("steps") - value("smooth"))).abs() < 2e-6);
}

/// The variants of the table as VCF, each with one field of its scores.
fn as_vcf(contig: &str) -> String {
    let mut text = String::from(
        "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n\
         ##INFO=<ID=GG_DELTA_smooth,Number=A,Type=Float,Description=\"x\">\n\
         ##INFO=<ID=steps,Number=1,Type=Float,Description=\"x\">\n\
         ##INFO=<ID=EFFECT,Number=A,Type=Float,Description=\"x\">\n\
         ##INFO=<ID=GENE,Number=1,Type=String,Description=\"x\">\n\
         ##INFO=<ID=SpliceAI,Number=.,Type=String,Description=\"SpliceAIv1.3.1 variant annotation. These include delta \
         scores (DS) and delta positions (DP) for acceptor gain (AG), acceptor loss (AL), donor gain (DG), and donor loss (DL). \
         Format: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
    );
    for line in std::fs::read_to_string(crate::support::root().join(TABLE)).expect("the table").lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [_, pos, reference, alternate, effect, _, smooth, steps, holes] = cells[..] else { panic!("{line}") };
        let gene = match holes {
            "NA" => String::new(),
            // SpliceAI's scores are at least 0: the largest of four, of two genes, and another allele's.
            _ => format!(
                ";SpliceAI={alternate}|A|0.00|0.01|{}|0.00|1|2|3|4,{alternate}|B|.|.|.|.|.|.|.|.,N|C|9|9|9|9|1|2|3|4",
                holes.trim_start_matches('-')
            ),
        };
        text.push_str(&format!(
            "{contig}\t{pos}\t.\t{reference}\t{alternate},T\t.\t.\tGG_DELTA_smooth={smooth},.;steps={steps};EFFECT={effect},.{gene}\n"
        ));
    }
    text
}

#[test]
fn scores_of_vcf_and_bcf_are_judged_with_labels_of_a_table() {
    let folder = Folder::new();
    // ALT twice in a record with T: those have one allele.
    let text = as_vcf("chr1").replace("\tT,T\t", "\tT\t").lines().map(one_allele).collect::<String>();
    let vcf = folder.write("a.vcf", &text);
    let cut = ["--label-column", "effect", "--positive", "<=-0.4", "--bootstrap", "0", "--quiet"];
    let from = [&["--labels-from", TABLE][..], &cut].concat();
    let found =
        run(&[&["evaluate", "variants", &vcf, "--score", "GG_DELTA_smooth", "--score", "steps"], &from[..]].concat());
    assert_eq!(judged(&found, "GG_DELTA_smooth"), ["400", "82", "0", "0.835864", "0.606748", "-0.613972"]);
    assert_eq!(judged(&found, "steps"), ["400", "82", "0", "0.880810", "0.646336", "-0.383915"]);
    // Without names: what `variants` and SpliceAI write; where a score is missing, all are judged on the rest.
    let found = run(&[&["evaluate", "variants", &vcf], &from[..]].concat());
    assert_eq!(scored(&found).into_keys().collect::<Vec<_>>(), ["GG_DELTA_smooth", "SpliceAI"]);
    assert_eq!(judged(&found, "GG_DELTA_smooth"), ["351", "72", "0", "0.821884", "0.589464", "-0.618115"]);
    assert_eq!(judged(&found, "SpliceAI")[..3], ["351", "72", "49"]);
    // Labels in the same file; a score of the label's file; scores joined.
    let inside = ["--label-column", "EFFECT", "--positive", "<=-0.4", "--bootstrap", "0", "--quiet"];
    let found = run(&[&["evaluate", "variants", &vcf, "--score", "GG_DELTA_smooth"], &inside[..]].concat());
    assert_eq!(judged(&found, "GG_DELTA_smooth"), ["400", "82", "0", "0.835864", "0.606748", "-0.613972"]);
    let found = run(&[&["evaluate", "variants", &vcf, "--score", "x=smooth+steps+holes"], &from[..]].concat());
    let both = run(&[&["evaluate", "variants", TABLE, "--score", "x=smooth+steps+holes"], &cut[..]].concat());
    assert_eq!(judged(&found, "x"), judged(&both, "x"));
    if crate::support::tools_available(&["bcftools"]) {
        let bcf = folder.path("a.bcf");
        crate::support::tool("bcftools", &["view", "-Ob", "-o", &bcf, &vcf]);
        let of = |file: &str| run(&[&["evaluate", "variants", file], &from[..]].concat());
        assert_eq!(of(&bcf), of(&vcf));
    }
    // Half of the file: the other half has no score, and that is said.
    let half: String = text.lines().take(9 + 199).map(|line| format!("{line}\n")).collect();
    let half = folder.write("half.vcf", half);
    let said =
        genogloss(&["evaluate", "variants", &half, "--labels-from", TABLE, "--score", "steps", "--bootstrap", "0"]);
    assert!(said.stderr.contains("200 of 400 labelled variants are not in the file of scores"), "{}", said.stderr);
    assert!(said.stderr.contains("labelled variants without a score, of 400: steps 200"), "{}", said.stderr);
    assert_eq!(judged(&said.stdout, "steps")[..3], ["200", "42", "200"]);
}

/// A record with one ALT and as many values; other lines as they are.
fn one_allele(line: &str) -> String {
    let cells: Vec<&str> = line.split('\t').collect();
    if line.starts_with('#') || cells[4].contains(',') {
        return format!("{line}\n");
    }
    format!("{}\n", line.replace(",.", ""))
}

#[test]
fn page_curve_and_manifest_of_scored_variants() {
    let folder = Folder::new();
    let (out, html, curve) = (folder.path("out.tsv"), folder.path("page.html"), folder.path("curve.tsv"));
    let files = ["-o", &out, "--html", &html, "--curve", &curve];
    let asked =
        ["evaluate", "variants", TABLE, "--label-column", "effect", "--positive", "<=-0.4", "--bootstrap", "20"];
    run(&[&asked[..], &["--score", "smooth", "--score", "holes", "--absolute"], &files].concat());
    let html = folder.read("page.html");
    assert_eq!(html.matches("<svg").count(), 2, "{html}");
    for text in [
        "Receiver operating characteristic",
        "Precision and recall",
        "Positive: effect &lt;=-0.4",
        "holes: variants 351, positive 72, without this score 49",
        "All scores are evaluated on the variants that have every score.",
        "The sign of scores is ignored.",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let curve = folder.read("curve.tsv");
    let last: Vec<&str> = curve.lines().last().expect("a line").split('\t').collect();
    assert_eq!((last[0], last[3], last[4], last[6]), ("holes", "72", "279", "1.000000"));
    let manifest: serde_json::Value = serde_json::from_str(&folder.read("out.tsv.manifest.json")).expect("JSON");
    assert_eq!(manifest["settings"]["positive"], "<=-0.4");
    assert_eq!(manifest["inputs"][0]["path"], TABLE);
    assert_eq!((&manifest["counts"]["records_in"], &manifest["counts"]["scored"]), (&400.into(), &351.into()));
}

/// Columns of a table of scored variants.
const HEADER: &str = "#chrom\tpos\tref\talt\tlabel\ts\n";
/// A variant of each class.
const GOOD: &str = "#chrom\tpos\tref\talt\tlabel\ts\n1\t5\tA\tC\t1\t.2\n1\t6\tA\tC\t0\t.3\n";
/// Two records of a VCF file: one with the flag, one without.
const ONE_OF_EACH: &str = "1\t5\t.\tA\tC\t.\t.\tS=.2;L\n1\t6\t.\tA\tC\t.\t.\tS=.3\n";
/// The flag L as the label, and the score S of [`vcf_of`].
const FLAG: [&str; 4] = ["--label-column", "L", "--score", "S"];

/// A VCF file that has a score S, an unusable CLNSIG, and a flag L.
fn vcf_of(records: &str) -> String {
    format!(
        "##fileformat=VCFv4.2\n##INFO=<ID=S,Number=A,Type=Float,Description=\"x\">\n\
         ##INFO=<ID=CLNSIG,Number=.,Type=String,Description=\"x\">\n##INFO=<ID=L,Number=0,Type=Flag,Description=\"x\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n{records}"
    )
}

/// Runs, and checks that the run fails with this message and leaves nothing.
#[track_caller]
fn refused(folder: &Folder, arguments: &[&str], message: &str) {
    let out = folder.path("out.tsv");
    let run = genogloss(&[&["evaluate", "variants"], arguments, &["-o", &out]].concat());
    assert_eq!(run.code, 1, "{arguments:?}: {}", run.stderr);
    assert!(run.stderr.contains(message), "{arguments:?}: {}", run.stderr);
    assert!(run.stdout.is_empty() && !folder.names().iter().any(|n| n.starts_with("out.tsv")));
}

#[test]
fn bad_tables_of_scored_variants_are_one_clear_line() {
    let folder = Folder::new();
    let file = |name: &str, text: &str| folder.write(name, text);
    let ones = file("ones.tsv", &format!("{HEADER}1\t5\tA\tC\t1\t.2\n1\t6\tA\tC\t1\t.3\n"));
    let same = file("same.tsv", &format!("{HEADER}1\t5\tA\tC\t.5\t.2\n1\t6\tA\tC\t.5\t.3\n"));
    let nan = file("nan.tsv", &format!("## made up\n{HEADER}1\t5\tA\tC\t1\t.2\n1\t6\tA\tC\t0\tNaN\n"));
    let inf = file("inf.csv", "label,s\n1,.5\n0,-inf\n");
    let word = file("word.csv", "label,s\n1,.5\n0,high\n");
    let label = file("label.csv", "label,s\n1,.5\nbenign,.4\n");
    let short = file("short.csv", "label,s\n1,.5\n0\n");
    let empty = file("empty.csv", "label,s\n");
    let unlabelled = file("unlabelled.csv", "label,s\nNA,.5\n,.4\n");
    let words = file("words.csv", "label,name\n1,a\n0,b\n");
    let none = file("none.csv", "label,s,t\n1,.5,\n0,,.4\n");
    let twice = file("twice.tsv", &format!("{HEADER}1\t5\tA\tC\t1\t.2\n1\t6\tA\tC\t0\t.3\n1\t5\ta\tc\t0\t.2\n"));
    let place = file("place.tsv", &format!("{HEADER}1\tx\tA\tC\t1\t.2\n"));
    let good = file("good.tsv", GOOD);
    let keyless = file("keyless.csv", "label,s\n1,.5\n0,.4\n");
    for (arguments, message) in [
        (vec![ones.as_str()], "ones.tsv: the 2 labelled variants are of one class: all labels are 1"),
        (vec![&same], "same.tsv: the 2 labelled variants all have the same label, 0.5"),
        (vec![&same, "--positive", ">2"], "are of one class: none is positive with --positive"),
        (vec![&nan], "nan.tsv, line 4: s is \"NaN\": a score must be a finite number"),
        (vec![&inf], "inf.csv, line 3: s is \"-inf\": a score must be a finite number"),
        (vec![&word, "--score", "s"], "word.csv, line 3: s is \"high\": that is not a number"),
        (vec![&label], "label.csv, line 3: label label is \"benign\": that is not a number"),
        (vec![&short], "short.csv: line 3: 1 cells where the first line names 2 columns"),
        (vec![&empty], "empty.csv: it has no rows"),
        (vec![&unlabelled], "none of its 2 rows has a label"),
        (vec![&words], "no column beside the label holds numbers"),
        (vec![&none], "no labelled variant has every score"),
        (vec![&twice], "twice.tsv, line 4: 1:5 A>C occurs twice, first in line 2"),
        (vec![&place], "place.tsv, line 2: pos is \"x\": that is not a position"),
        (
            vec![&good, "--score", "gerp"],
            "there is no column \"gerp\" for a score: it has the columns chrom, pos, ref, alt, label, s",
        ),
        (
            vec![&good, "--label-column", "y"],
            "there is no column \"y\" for the label: it has the columns chrom, pos, ref, alt, label, s",
        ),
        (
            vec![&good, "--labels-from", &keyless],
            "keyless.csv: it needs columns CHROM, POS, REF and ALT: it has the columns label, s",
        ),
        (vec![&good, "--variant-columns", "chrom,hg19,ref,alt"], "there is no column \"hg19\""),
        (vec![SLICE], "not a table or a file of variants: it is FASTA"),
        (vec!["/nonexistent.tsv"], "/nonexistent.tsv: no such file"),
    ] {
        refused(&folder, &arguments, message);
    }
}

#[test]
fn bad_vcf_files_of_scored_variants_are_one_clear_line() {
    let folder = Folder::new();
    let file = |name: &str, text: &str| folder.write(name, text);
    let chr = file("chr.tsv", &format!("{HEADER}chr1\t5\tA\tC\t1\t.2\nchr1\t6\tA\tC\t0\t.3\n"));
    let shifted = file("shifted.tsv", &format!("{HEADER}1\t4\tA\tC\t1\t.2\n1\t7\tA\tC\t0\t.3\n"));
    let vcf = file("a.vcf", &vcf_of(ONE_OF_EACH));
    let values = file("values.vcf", &vcf_of("1\t5\t.\tA\tC,G\t.\t.\tS=.2;L\n1\t6\t.\tA\tC\t.\t.\tS=.3\n"));
    let infinite = file("infinite.vcf", &vcf_of("1\t5\t.\tA\tC\t.\t.\tS=.2;L\n1\t6\t.\tA\tC\t.\t.\tS=inf\n"));
    let double = file("double.vcf", &vcf_of("1\t5\t.\tA\tC\t.\t.\tS=.2;L\n1\t5\t.\tA\tG,C\t.\t.\tS=.3,.4\n"));
    for (arguments, message) in [
        (vec![&vcf, "--score", "S", "--labels-from", &chr], "chr.tsv: no variant of it is in"),
        (vec![&vcf, "--score", "S", "--labels-from", &chr], "contigs are called 1 … there and chr1 … here"),
        (vec![&vcf, "--score", "S", "--labels-from", &shifted], "its first is 1:4 A>C, there the first is 1:5 A>C"),
        (vec![&vcf, "--score", "S"], "there is no INFO field \"label\" for the label: its header has S, CLNSIG, L"),
        (
            vec![&vcf, "--score", "T", "--label-column", "L"],
            "there is no INFO field \"T\" for a score: its header has S, CLNSIG, L",
        ),
        (vec![&vcf, "--score", "CLNSIG", "--label-column", "L"], "CLNSIG does not have one number for each allele"),
        (vec![&vcf, "--score", "S", "--label-column", "CLNSIG"], "CLNSIG does not have one value for each allele"),
        (vec![&vcf, "--label-column", "L"], "no score of a known name is in it: its numbers are S"),
        ([&[values.as_str()], &FLAG[..]].concat(), "values.vcf, line 6: S has 1 values for 2 alternate alleles"),
        ([&[infinite.as_str()], &FLAG[..]].concat(), "infinite.vcf, line 7: S is \"inf\""),
        ([&[double.as_str()], &FLAG[..]].concat(), "double.vcf, line 7: 1:5 A>C occurs twice, first in line 6"),
    ] {
        refused(&folder, &arguments, message);
    }
}

#[test]
fn options_that_do_not_fit_scored_variants_are_wrong_usage() {
    let folder = Folder::new();
    let good = folder.write("good.tsv", GOOD);
    let vcf = folder.write("a.vcf", vcf_of(ONE_OF_EACH));
    for (arguments, message) in [
        (vec!["variants", &good, "--positive", "0.5"], "must be <=X, <X, >=X or >X"),
        (vec!["variants", &good, "--head", "x"], "--head does not apply to scored variants: no model runs"),
        (vec!["variants", &good, "-f", SLICE], "-f (--reference) does not apply to scored variants"),
        (vec!["variants", &good, "--versus", "x"], "--versus x: the scores are s"),
        (vec!["variants", &good, "--versus", "s", "--own-rows"], "cannot be used with"),
        (vec!["variants", &good, "--score", "s", "--score", "s"], "two scores are called s"),
        (vec!["variants", &good, "--variant-columns", "chrom,pos"], "--variant-columns takes four names"),
        (vec!["core-promoter", &good, "--absolute"], "--absolute applies to scored variants"),
        (vec!["variants", &good, "--html", &good], "is both the page and an input"),
        (vec!["variants", &vcf, "--labels-from", &good, "--html", &good], "is both the page and an input"),
    ] {
        let run = genogloss(&[&["evaluate"], &arguments[..]].concat());
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_flag_is_a_label_and_a_model_folder_may_be_called_variants() {
    let folder = Folder::new();
    let good = folder.write("good.tsv", GOOD);
    let vcf = folder.write("a.vcf", vcf_of(ONE_OF_EACH));
    let text = run(&[&["evaluate", "variants", &vcf, "--quiet", "--bootstrap", "0"], &FLAG[..]].concat());
    assert_eq!(judged(&text, "S"), ["2", "1", "0", "0.000000", "0.500000", "."]);
    let csv = folder.write("seq.csv", format!("sequence,label\n{},1\n", sequences(40, 1)[0]));
    std::os::unix::fs::symlink(crate::support::root().join("tests/models/onehot-softmax"), folder.path("variants"))
        .expect("a link");
    let run = genogloss(&["evaluate", &folder.path("variants"), &csv]);
    assert!(run.stderr.contains("must be one of acceptor, donor, neither"), "{}", run.stderr);
    let run = genogloss(&["evaluate", "variants", &good, "--models-dir", &folder.path("")]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("for a model folder of that name, give its path: ./variants"), "{}", run.stderr);
}
