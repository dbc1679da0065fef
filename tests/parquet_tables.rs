//! Tables that are Parquet by their names: the rows are those of the text, and the columns have types.

use crate::{
    genes::made,
    parquet::{python, read},
    resume::{genome, killed_within, tidy},
    support::{Folder, genogloss, succeed},
};

const SLICE: &str = "tests/data/chr20_slice.fa";

/// Whether cells are the same texts, or the same numbers of 64 bits.
fn assert_same(rows: &[Vec<String>], table: &str, what: &str) {
    let lines: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert!(!lines.is_empty() && rows.len() == lines.len(), "{what}: {rows:?}");
    for (row, line) in rows.iter().zip(&lines) {
        assert_eq!(row.len(), line.len(), "{what}");
        for (cell, wanted) in row.iter().zip(line) {
            let numbers = (cell.parse::<f64>(), wanted.parse::<f64>());
            assert!(
                cell == wanted || matches!(numbers, (Ok(one), Ok(other)) if one == other),
                "{what}: {cell} {wanted}"
            );
        }
    }
}

/// Labelled windows of the slice.
fn labelled(folder: &Folder) -> String {
    let text = std::fs::read_to_string(SLICE).expect("the slice");
    let bases: String = text.lines().skip(1).collect();
    let rows: String = (0..40).map(|i| format!("{},{}\n", &bases[i * 331..i * 331 + 70], i % 2)).collect();
    folder.write("labelled.csv", format!("sequence,label\n{rows}"))
}

#[test]
fn tables_of_genes_prompts_and_evaluations_have_types() {
    let Some(python) = python() else { return };
    let (folder, base) = made();
    let gtf = folder.write("genes.gtf", "15\te\tgene\t1001\t2000\t.\t-\t.\tgene_id \"E\"; gene_name \"FBN1\";\n");
    let bed = folder.write("some.bed", "15\t900\t1100\tpeak\t0.5\t+\n15\t5000\t5100\t.\t.\t-\n");
    let pairs = folder.write("pairs.tsv", "gene\tdisease\nFBN1\tMarfan syndrome\nFBN2\tMarfan syndrome\nNONE\tx\n");
    let cases = folder.write("cases.tsv", "id\tterms\tgene\nplain\tHP:0001166,HP:0001083\tFBN1\n");
    let asked = folder.write("prompts.tsv", "prompt\tanswer\nAGCAGCC, GC content =\t0.714\n");
    let sequences = labelled(&folder);
    let ranked = "rank:double\tgene:string\thgnc:string\tscore:double\t";
    let related = "answer:string\tclaim:string\tprobability:double\tbasis:string\tevidence:string\ttext.names:double";
    let figures = "set:string\tfigure:string\tvalue:double\tlow:double\thigh:double";
    for (line, types) in [
        (
            vec!["genes", "-b", &base, "show", "FBN1"],
            "asked:string\tgene:string\tfact:string\tvalue:string\tsource:string",
        ),
        (vec!["genes", "-b", &base, "diseases", "FBN1", "FBN2"], "reference:string"),
        (vec!["genes", "-b", &base, "disease", "Marfan syndrome"], "disease_id:string"),
        (vec!["genes", "-b", &base, "phenotypes", "FBN1"], "frequency:string"),
        (vec!["genes", "-b", &base, "rank", "--hpo", "HP:0001166"], ranked),
        (vec!["genes", "-b", &base, "relate", "-i", &pairs, "--measures"], related),
        (
            vec!["genes", "-b", &base, "annotate", &bed, "--genes", &gtf],
            "contig:string\tstart:int64\tend:int64\tname:string",
        ),
        (
            vec!["ask", "-b", &base, "AGC, GC content =", "gene=FBN1, diseases =", "what"],
            "answer:string\tconfidence:double",
        ),
        (vec!["evaluate", "ask", &asked], "prompts:int64\tanswered:int64\texact:double"),
        (vec!["evaluate", "rank", &cases, "-b", &base, "--bootstrap", "20"], "gene_low:double\tgene_high:double"),
        (vec!["evaluate", "core-promoter", &sequences, "--head", "promoter", "--bootstrap", "20"], figures),
        (
            vec![
                "evaluate",
                "variants",
                "tests/data/scored_variants.tsv",
                "--label-column",
                "effect",
                "--bootstrap",
                "0",
            ],
            "n:int64",
        ),
        (vec!["scan", SLICE, "-m", "exact:orf"], "frame:int64\tlength:int64\tcomplete:string"),
    ] {
        let what = line.join(" ");
        let path = folder.path("table.parquet");
        let options: &[&str] = if line[0] == "scan" { &["-O", "tsv", "--quiet"] } else { &["--quiet"] };
        let table = genogloss(&[&line[..], options].concat()).stdout;
        let run = genogloss(&[&line[..], &["-o", &path, "--quiet"]].concat());
        assert!(run.stderr.lines().all(|line| line.contains("WARN")), "{what}: {}", run.stderr);
        let (columns, groups, rows) = read(&python, &path);
        assert!(groups.ends_with("\tZSTD") && columns.contains(types), "{what}: {columns}");
        let names: Vec<&str> = columns.split('\t').map(|field| field.split(':').next().expect("a name")).collect();
        assert_eq!(names.join("\t"), table.lines().next().expect("a header").trim_start_matches('#'), "{what}");
        assert_same(&rows, &table, &what);
        let manifest = folder.read("table.parquet.manifest.json");
        assert!(manifest.contains("\"format\": \"parquet\""), "{what}: {manifest}");
    }
}

#[test]
fn curves_and_ranks_are_parquet_by_their_names() {
    let Some(python) = python() else { return };
    let (folder, base) = made();
    let cases = folder.write("cases.tsv", "id\tterms\tgene\nplain\tHP:0001166\tFBN1\nother\tHP:0001083\tFBN2\n");
    let sequences = labelled(&folder);
    let judged = ["evaluate", "core-promoter", &sequences, "--head", "promoter", "--bootstrap", "0", "--quiet"];
    let ranked = ["evaluate", "rank", &cases, "-b", &base, "--bootstrap", "0", "--quiet"];
    for (line, option, types) in [
        (&judged[..], "--curve", "threshold:double\ttrue_positives:int64\tfalse_positives:int64\tprecision:double"),
        (&ranked[..], "--ranks", "case:string\tgene:string\trank:double\trank_without_paper:double\tlisted:string"),
    ] {
        let (text, typed) = (folder.path("beside.tsv"), folder.path("beside.parquet"));
        for path in [&text, &typed] {
            succeed(&[line, &[option, path]].concat());
        }
        let (columns, _, rows) = read(&python, &typed);
        assert!(columns.contains(types), "{columns}");
        assert_same(&rows, &folder.read("beside.tsv"), option);
    }
}

#[test]
fn shards_of_such_tables_are_merged_and_what_has_no_columns_is_refused() {
    let Some(python) = python() else { return };
    let (folder, base) = made();
    let bed: String = (0..7).map(|i| format!("15\t{}\t{}\n", 100 * i, 100 * i + 50)).collect();
    let bed = folder.write("some.bed", bed);
    let gtf = folder.write("genes.gtf", "15\te\tgene\t101\t500\t.\t-\t.\tgene_id \"E\"; gene_name \"FBN1\";\n");
    let prompts: String = (1..9).map(|i| format!("{}C, GC content =\n", "A".repeat(i))).collect();
    let prompts = folder.write("prompts.txt", prompts);
    for line in [
        vec!["genes", "-b", &base, "annotate", &bed, "--genes", &gtf, "--quiet"],
        vec!["ask", "-b", &base, "-i", &prompts, "--quiet"],
    ] {
        let (whole, merged) = (folder.path("whole.parquet"), folder.path("merged.parquet"));
        succeed(&[&line[..], &["-o", &whole]].concat());
        let parts = [folder.path("1.parquet"), folder.path("2.parquet")];
        for (part, shard) in parts.iter().zip(["1/2", "2/2"]) {
            succeed(&[&line[..], &["-o", part, "--shard", shard, "--resume"]].concat());
        }
        succeed(&["merge", &parts[0], &parts[1], "-o", &merged, "--quiet"]);
        let (one, other) = (read(&python, &whole), read(&python, &merged));
        assert_eq!((&one.0, &one.2), (&other.0, &other.2));
        assert!(one.2.len() >= 7, "{one:?}");
    }
    let run = genogloss(&["sites", "x.vcf", "-o", &folder.path("sites.parquet")]);
    assert!(run.error(2).contains("Parquet"), "{}", run.stderr);
    let run = genogloss(&["ask", "AGC, GC content =", "-o", &folder.path("answers.parquet.gz")]);
    assert!(run.error(2).contains("Parquet in BGZF"), "{}", run.stderr);
}

/// Shards of Parquet tables are killed and gone on with; merged, they have the rows of one run, by pyarrow and by DuckDB.
#[test]
fn parquet_tables_are_gone_on_with() {
    let Some(python) = python() else { return };
    let folder = Folder::new();
    let genome = genome(&folder, 12);
    let slice = std::fs::read_to_string(SLICE).expect("the slice");
    let bases: String = slice.lines().filter(|line| !line.starts_with('>')).collect();
    let mut vcf = "##fileformat=VCFv4.2\n##contig=<ID=c0>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n".to_string();
    for at in (0..bases.len() - 200).step_by(5) {
        vcf.push_str(&format!("c0\t{}\t.\t{}\tG,<DEL>\t.\t.\t.\n", at + 1, &bases[at..at + 2]));
    }
    let vcf = folder.write("v.vcf", vcf);
    let mut kills = 0;
    for (name, command) in [
        ("scan", format!("scan {genome} -m exact:gc --window 20")),
        ("variants", format!("variants {vcf} -f {genome} -m exact:gc")),
    ] {
        let run = |out: &str, more: &str| -> Vec<String> {
            format!("{command} -t 1 --quiet -o {out}{more}").split(' ').map(String::from).collect()
        };
        let whole = folder.path(&format!("{name}.parquet"));
        succeed(&run(&whole, "").iter().map(String::as_str).collect::<Vec<_>>());
        let parts: Vec<String> = (1..=2).map(|part| folder.path(&format!("{name}{part}.parquet"))).collect();
        for (number, part) in parts.iter().enumerate() {
            let line = run(part, &format!(" --shard {}/2", number + 1));
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            kills += killed_within(250.0, &line, 12, &["-KILL", "-TERM"], number as u64);
        }
        let merged = folder.path(&format!("{name}.merged.parquet"));
        succeed(&["merge", &parts[0], &parts[1], "-o", &merged, "--quiet"]);
        let (one, other) = (read(&python, &whole), read(&python, &merged));
        assert!(one.2.len() > 15_000, "{} rows", one.2.len());
        assert!(one.0 == other.0 && one.2 == other.2, "{name}: the rows differ");
        tidy(&folder);
    }
    assert!(kills > 0, "no run was killed");
}
