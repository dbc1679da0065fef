//! `genogloss genes annotate`: variants and intervals get the facts of their genes.

use super::{GENES_TO_PHENOTYPE, made};
use crate::support::{genogloss, shell, succeed, tools_available};

const GTF: &str = "#!genome-build GRCh37.p13
15\tensembl\tgene\t1001\t2000\t.\t-\t.\tgene_id \"ENSG00000166147.12\"; gene_name \"FBN1\"; gene_type \"protein_coding\";
15\tensembl\texon\t1001\t1100\t.\t-\t.\tgene_id \"ENSG00000166147.12\"; gene_name \"FBN1\";
15\tensembl\tgene\t1501\t5000\t.\t+\t.\tgene_id \"ENSG00000138829\"; gene_name \"FBN2\";
15\tensembl\tgene\t3001\t3100\t.\t+\t.\tgene_id \"NOVEL.1\"; gene_name \"AC123.4\";
";

const VCF: &str = "##fileformat=VCFv4.2
##reference=file:///ref/hs37d5.fa
##contig=<ID=15,length=102531392>
##contig=<ID=16,length=90354753>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1
15\t1000\t.\tA\tC\t.\tPASS\tAF=0.5\tGT\t0/1
15\t1001\t.\tA\tC\t.\tPASS\tAF=0.5\tGT\t0/1
15\t1900\trs1\tAG\tA\t.\tPASS\t.\tGT\t0/1
15\t2500\t.\tN\t<DEL>\t.\tPASS\tEND=3050\tGT\t0/1
16\t7\t.\tA\tC\t.\tPASS\tDB\tGT\t0/1
";

#[test]
fn variants_get_what_is_known_of_their_genes_and_nothing_else_changes() {
    let (folder, base) = made();
    let (gtf, vcf) = (folder.write("genes.gtf", GTF), folder.write("calls.vcf", VCF));
    let text = succeed(&["genes", "-b", &base, "annotate", "--quiet", &vcf, "--gtf", &gtf]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let before: Vec<&str> = VCF.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!((lines.len(), lines[0], lines[4]), (5, before[0], before[4]), "no gene: untouched");
    let fbn1 = "FBN1|HGNC:3603|MONDO:0007947+OMIM:154700|AD&monoallelic|HP:0001083&HP:0001166|ClinGen:Definitive&Gene2Phenotype:confirmed_(panel_DD)&HPO:associated|definitive|";
    assert_eq!(lines[1], before[1].replace("AF=0.5", &format!("AF=0.5;GG_GENES={fbn1}")));
    let fbn2 = "FBN2|HGNC:3604|Contractural_arachnodactyly%2C_congenital&Macular_degeneration%2C_early-onset&OMIM:121050|AD|HP:0001166|CGD&HPO:associated|supportive&supportive&associated|";
    assert_eq!(lines[2], before[2].replace("\t.\tGT", &format!("\tGG_GENES={fbn1},{fbn2}\tGT")));
    assert!(lines[3].contains(&format!("END=3050;GG_GENES={fbn2},AC123.4|||||||\t")), "as far as END: {}", lines[3]);
    let only = succeed(&["genes", "-b", &base, "annotate", "--quiet", &vcf, "--gtf", &gtf, "--source", "clingen"]);
    assert!(only.contains("GG_GENES=FBN1|HGNC:3603|MONDO:0007947|AD||ClinGen:Definitive|definitive|\t"), "{only}");
}

#[test]
fn modes_of_inheritance_are_no_phenotypes() {
    let (folder, _) = made();
    let phenotypes = format!("{GENES_TO_PHENOTYPE}2200\tFBN1\tHP:0000005\tMode of inheritance\t-\tOMIM:154700\n");
    let phenotypes = folder.write("more_genes_to_phenotype.txt", phenotypes);
    let [hgnc, obo, panel] = ["hgnc.txt", "hp.obo", "g2p.csv"].map(|name| folder.path(name));
    let base = folder.path("inheritance.sqlite");
    succeed(&["genes", "build", "--quiet", "-o", &base, &hgnc, &obo, &phenotypes, &panel]);
    let (gtf, bed) = (folder.write("genes.gtf", GTF), folder.write("one.bed", "15\t1000\t1001\n"));
    // Definitive is the disease by the panel, and so are its phenotypes.
    for more in [&[][..], &["--min-evidence", "definitive"]] {
        let text = succeed(&[&["genes", "-b", &base, "annotate", "--quiet", &bed, "--gtf", &gtf], more].concat());
        assert!(text.contains("\tHP:0001083|HP:0001166\t") && !text.contains("HP:0000005"), "{text}");
    }
}

#[test]
fn a_structural_variant_reaches_as_far_as_svlen_says() {
    let (folder, base) = made();
    let gtf = folder.write("genes.gtf", GTF);
    let known = "##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"l\">\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n#CHROM";
    let head: String = VCF.replace("#CHROM", known).lines().take(7).map(|line| format!("{line}\n")).collect();
    let records =
        [("<DEL>", "SVLEN=600", 1), ("<DEL>", "SVLEN=-601", 2), ("<INS>", "SVLEN=600", 0), ("<DEL>", "SVLEN=99", 0)];
    let body: String =
        records.map(|(alt, info, _)| format!("15\t900\t.\tN\t{alt}\t.\tPASS\t{info}\tGT\t0/1\n")).concat();
    let vcf = folder.write("calls.vcf", head + &body);
    let mut inputs = vec![vcf.clone()];
    if tools_available(&["bcftools"]) {
        // Older versions of htslib (1.16) do not know how far such a record reaches.
        let binary = folder.path("calls.bcf");
        shell(&format!("bcftools view --no-version -Ob -o {binary} {vcf}"));
        inputs.push(binary);
    }
    for input in inputs {
        for letter in if tools_available(&["bcftools"]) { &["v", "b"][..] } else { &["v"] } {
            let out = folder.path("out");
            succeed(&["genes", "-b", &base, "annotate", "--quiet", &input, "--gtf", &gtf, "-O", letter, "-o", &out]);
            let text = if *letter == "v" { folder.read("out") } else { shell(&format!("bcftools view {out}")) };
            let genes = |line: &str| line.matches("FBN1|").count() + line.matches("FBN2|").count();
            let found: Vec<usize> = text.lines().filter(|line| line.starts_with("15\t")).map(genes).collect();
            // FBN1 begins at base 1001, FBN2 at 1501; the deleted bases begin after POS.
            assert_eq!(found, records.map(|(_, _, count)| count), "{input} to {letter}: {text}");
        }
    }
}

#[test]
fn genes_that_are_there_already_and_half_a_vcf_are_refused() {
    let (folder, base) = made();
    let gtf = folder.write("genes.gtf", GTF);
    let refused = |input: &[u8], say: &str, hint: &str| {
        let file = folder.write("calls.vcf", input);
        let run = genogloss(&["genes", "-b", &base, "annotate", &file, "--gtf", &gtf]);
        let records = run.stdout.lines().filter(|line| !line.starts_with('#')).count();
        assert!(run.code == 1 && records == 0, "{}", run.stdout);
        assert!(run.stderr.contains(say) && run.stderr.contains(hint), "{}", run.stderr);
    };
    let undeclared = VCF.replacen("AF=0.5", "GG_GENES=old;AF=0.5", 1);
    let way_out = "hint: remove it first: bcftools annotate -x INFO/GG_GENES";
    refused(undeclared.as_bytes(), "calls.vcf, record 1: INFO field GG_GENES already exists", way_out);
    let declared = VCF.replace("#CHROM", "##INFO=<ID=GG_GENES,Number=.,Type=String,Description=\"g\">\n#CHROM");
    refused(declared.as_bytes(), "calls.vcf: INFO field GG_GENES already exists", way_out);
    // Numbers in column ID: as BED, this could be read.
    let numbered = VCF.replace("\t.\tA", "\t5000\tA").replace("\trs1\t", "\t5000\t").replace("\t.\tN", "\t5000\tN");
    let numbered = numbered.replace("##fileformat=VCFv4.2\n", "");
    let records: String =
        numbered.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    for half in [&numbered, &records] {
        refused(half.as_bytes(), "its first line is not ##fileformat=VCFv4.x", "add that line");
    }
    refused(format!("\u{feff}{VCF}").as_bytes(), "VCF that begins with a byte-order mark", "tail -c +4");
}

#[test]
fn variants_come_out_as_bcf_where_that_is_asked_for() {
    if !tools_available(&["bcftools"]) {
        return;
    }
    let (folder, base) = made();
    // Fields that the header does not know cannot be BCF.
    let known = "##INFO=<ID=AF,Number=1,Type=Float,Description=\"a\">\n##INFO=<ID=DB,Number=0,Type=Flag,Description=\"d\">\n##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n#CHROM";
    let (gtf, vcf) = (folder.write("genes.gtf", GTF), folder.write("calls.vcf", VCF.replace("#CHROM", known)));
    let (binary, text, out) = (folder.path("calls.bcf"), folder.path("out.vcf"), folder.path("out.bcf"));
    shell(&format!("bcftools view --no-version -Ob -o {binary} {vcf}"));
    let annotate = |input: &str, more: &[&str]| {
        succeed(&[&["genes", "-b", &base, "annotate", "--quiet", input, "--gtf", &gtf], more].concat())
    };
    annotate(&vcf, &["-o", &text]);
    let view = |file: &str| shell(&format!("bcftools view --no-version {file}"));
    let expected = view(&text);
    assert_eq!(expected.matches("GG_GENES=").count(), 3);
    for input in [&vcf, &binary] {
        annotate(input, &["-o", &out]);
        assert!(view(&out) == expected);
        assert_eq!(shell(&format!("bcftools index -n {out}")).trim(), "5");
    }
    let parts: Vec<String> = (1..=2).map(|shard| folder.path(&format!("part{shard}.bcf"))).collect();
    for (shard, part) in parts.iter().enumerate() {
        annotate(&binary, &["--shard", &format!("{}/2", shard + 1), "-o", part]);
    }
    let merged = folder.path("merged.bcf");
    succeed(&["merge", "--quiet", "-o", &merged, &parts[0], &parts[1]]);
    assert!(view(&merged) == expected);
    // By an index, a shard reads its part alone.
    shell(&format!(
        "bcftools index {binary}; bcftools view --no-version -Oz -o {text}.in.gz {vcf}; bcftools index -t {text}.in.gz"
    ));
    for input in [&binary, &format!("{text}.in.gz")] {
        for (shard, part) in parts.iter().enumerate() {
            annotate(input, &["--shard", &format!("{}/2", shard + 1), "-o", part]);
            let about = std::fs::read_to_string(format!("{part}.manifest.json")).expect("a manifest");
            let about: serde_json::Value = serde_json::from_str(&about).expect("JSON");
            assert!(about["inputs"][0]["sha256"].is_null(), "{about}");
        }
        succeed(&["merge", "--quiet", "-o", &merged, &parts[0], &parts[1]]);
        assert!(view(&merged) == expected);
    }
    let bed = folder.write("peaks.bed", "15\t0\t1000\n");
    let run = genogloss(&["genes", "-b", &base, "annotate", &bed, "--gtf", &gtf, "-O", "b"]);
    assert!(run.code == 2 && run.stderr.contains("-O applies to variants"), "{}", run.stderr);
}

#[test]
fn intervals_become_a_table_and_shards_add_up() {
    let (folder, base) = made();
    let gtf = folder.write("genes.gtf", GTF);
    let bed =
        folder.write("peaks.bed", "track name=x\n15\t0\t1000\ta\n15\t999\t1001\tb\n15\t1990\t3050\tc\nX\t5\t6\td\n");
    let arguments = ["genes", "-b", &base, "annotate", "--quiet", &bed, "--gtf", &gtf];
    let text = succeed(&arguments);
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(
        rows[0].join(" "),
        "#contig start end name genes hgnc diseases inheritance phenotypes evidence claims against"
    );
    assert_eq!(rows[1], ["15", "0", "1000", "a", ".", ".", ".", ".", ".", ".", ".", "."]);
    assert_eq!(
        rows[2][4..],
        [
            "FBN1",
            "HGNC:3603",
            "MONDO:0007947+OMIM:154700 Marfan syndrome",
            "AD|monoallelic",
            "HP:0001083|HP:0001166",
            "ClinGen:Definitive|Gene2Phenotype:confirmed (panel DD)|HPO:associated",
            "definitive",
            "."
        ]
    );
    assert_eq!((rows[3][4], rows[3][5]), ("FBN1;FBN2;AC123.4", "HGNC:3603;HGNC:3604;"));
    assert_eq!(rows.len(), 5);
    let parts: Vec<String> = (1..=3)
        .map(|i| {
            let part = folder.path(&format!("part{i}.tsv"));
            succeed(&[&arguments[..], &["--shard", &format!("{i}/3"), "-o", &part]].concat());
            part
        })
        .collect();
    let merged = succeed(&["merge", "--quiet", &parts[0], &parts[1], &parts[2]]);
    assert_eq!(merged, text);
}

#[test]
fn an_annotation_of_another_assembly_is_refused() {
    let (folder, base) = made();
    let vcf = folder.write("calls.vcf", VCF);
    let refused = |gtf: &str, why: &str| {
        let gtf = folder.write("other.gtf", gtf);
        let run = genogloss(&["genes", "-b", &base, "annotate", &vcf, "--gtf", &gtf]);
        assert!(run.code == 1 && run.stderr.contains(why), "{}", run.stderr);
    };
    refused(&GTF.replace("GRCh37.p13", "GRCh38.p14"), "it is of GRCh38, and");
    refused(&GTF.replace("5000", "102531400"), "FBN2 ends at 102531400 of contig \"15\", which has 102531392 bases");
    refused(&GTF.replace("15\tens", "chr15\tens"), "contig \"15\" is not in");
    refused(&GTF.replace("\t1501\t", "\tx\t"), "line 4");
    refused("15\tx\texon\t1\t2\t.\t+\t.\ttranscript_id \"t\";\n", "it holds no genes");
}

#[test]
fn what_is_refuted_is_apart_and_vcf_and_bed_have_the_same_diseases() {
    let (folder, base) = made();
    let genes = ["FBN1", "FBN2", "TGFB2"];
    let line = |(at, name): (usize, &str)| {
        format!("1\tx\tgene\t{}\t{}\t.\t+\t.\tgene_id \"g{at}\"; gene_name \"{name}\";\n", at * 100 + 1, at * 100 + 50)
    };
    let gtf = folder.write("genes.gtf", (1..).zip(genes).map(line).collect::<String>());
    let bed = folder.write("i.bed", "1\t0\t1000\n");
    let table = succeed(&["genes", "-b", &base, "annotate", "--quiet", &bed, "--genes", &gtf]);
    let row: Vec<&str> = table.lines().nth(1).expect("a row").split('\t').collect();
    let columns: Vec<Vec<&str>> = row[3..].iter().map(|column| column.split(';').collect()).collect();
    let (diseases, evidence, claims, against) = (&columns[2], &columns[5], &columns[6], &columns[7]);
    assert_eq!((diseases[2], claims[2]), ("OMIM:614816 OMIM:614816", "associated"));
    assert_eq!(against[..], ["", "", "MONDO:0007947 Marfan syndrome (ClinGen: refuted)"]);
    assert!(!evidence[2].contains("Refuted"), "{evidence:?}");
    let head = "##fileformat=VCFv4.2\n##contig=<ID=1,length=9999>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    let vcf = folder.write("calls.vcf", format!("{head}1\t1\t.\tN\t<DEL>\t.\t.\tEND=1000\n"));
    let text = succeed(&["genes", "-b", &base, "annotate", "--quiet", &vcf, "--genes", &gtf]);
    let value = text.lines().last().and_then(|line| line.split("GG_GENES=").nth(1)).expect("genes");
    let values: Vec<Vec<&str>> = value.split(',').map(|gene| gene.split('|').collect()).collect();
    assert_eq!(values[2][7], "MONDO:0007947:ClinGen:refuted");
    for (at, value) in values.iter().enumerate() {
        assert_eq!((value.len(), value[6].replace('&', "|")), (8, claims[at].into()));
        let here: Vec<&str> = diseases[at].split('|').collect();
        let there: Vec<String> = value[2].split('&').map(|one| one.replace("%2C", ",").replace('_', " ")).collect();
        assert_eq!(here.len(), there.len());
        assert!(here.iter().zip(&there).all(|(here, there)| here.starts_with(there.as_str())), "{here:?} {there:?}");
    }
}

#[test]
fn a_header_without_contigs_or_their_lengths_gives_no_shards() {
    let (folder, base) = made();
    let gtf = folder.write("genes.gtf", GTF);
    let without =
        |text: &str| VCF.lines().filter(|line| !line.contains(text)).map(|line| format!("{line}\n")).collect();
    let none: String = without("##contig");
    for (vcf, why) in [
        (none.clone(), "its header has no ##contig lines, so it cannot be divided into shards"),
        (VCF.replace("15,length=102531392", "15"), "its header has no length of contig \"15\""),
        (without("##contig=<ID=16"), "contig \"16\" is not in the header, so it belongs to no shard"),
    ] {
        let vcf = folder.write("calls.vcf", vcf);
        let run = genogloss(&["genes", "-b", &base, "annotate", &vcf, "--genes", &gtf, "--shard", "1/1"]);
        assert!(run.code == 1 && run.stderr.contains(why), "{}", run.stderr);
        assert!(run.stderr.contains("hint: shards are cut by the ##contig lines of the header"), "{}", run.stderr);
    }
    let vcf = folder.write("calls.vcf", none);
    succeed(&["genes", "-b", &base, "annotate", "--quiet", &vcf, "--genes", &gtf]);
}

#[test]
fn gff3_says_the_same_as_gtf() {
    let (folder, base) = made();
    let vcf = folder.write("calls.vcf", VCF);
    let gff = "##gff-version 3
#!genome-build GRCh37.p13
15\tensembl\tgene\t1001\t2000\t.\t-\t.\tID=gene:ENSG00000166147;Name=FBN1;gene_id=ENSG00000166147
15\tensembl\tmRNA\t1001\t2000\t.\t-\t.\tID=t1;Parent=gene:ENSG00000166147
15\tensembl\tgene\t1501\t5000\t.\t+\t.\tID=gene-FBN2;Dbxref=GeneID:2201,HGNC:HGNC:3604;Name=FBN2
15\tensembl\tncRNA_gene\t3001\t3100\t.\t+\t.\tID=gene:NOVEL;Name=AC123.4
";
    let of = |name: &str, text: &str| {
        let path = folder.write(name, text);
        succeed(&["genes", "-b", &base, "annotate", "--quiet", &vcf, "--gtf", &path])
    };
    assert_eq!(of("genes.gff3", gff), of("genes.gtf", GTF));
}

#[test]
fn every_column_is_described() {
    let (folder, base) = made();
    let (gtf, bed) = (folder.write("genes.gtf", GTF), folder.write("peaks.bed", "15\t999\t1001\tb\n"));
    let described = succeed(&["columns", "genes"]);
    let asked: [&[&str]; 6] = [
        &["show", "FBN1"],
        &["diseases", "FBN1"],
        &["phenotypes", "FBN1"],
        &["rank", "--hpo", "HP:0001166"],
        &["relate", "FBN1", "Marfan syndrome"],
        &["annotate", "--quiet", &bed, "--gtf", &gtf],
    ];
    for arguments in asked {
        let text = succeed(&[&["genes", "-b", &base], arguments].concat());
        let header = text.lines().next().expect("a header").trim_start_matches('#');
        // The input's own columns are the user's.
        for column in header.split('\t').filter(|name| !["contig", "start", "end", "name"].contains(name)) {
            let by = |command: &str| described.contains(&format!("\n{command}\t{column}\t"));
            assert!(by(arguments[0]) || by("all"), "{}: {column}", arguments[0]);
        }
    }
}

#[test]
fn empty_intervals_variants_and_annotations_are_annotated_with_nothing() {
    let (folder, base) = made();
    let nothing = folder.write("nothing", "");
    let comments = folder.write("comments", "#!genome-build x\n");
    let gtf = folder.write("g.gtf", "c\tx\tgene\t11\t90\t.\t+\t.\tgene_id \"g1\"; gene_name \"FBN1\";\n");
    let annotate = |input: &str, gtf: &str| succeed(&["genes", "-b", &base, "annotate", input, "--gtf", gtf]);
    for input in [&nothing, &comments] {
        let text = annotate(input, &gtf);
        assert!(text.starts_with("#contig\tstart\tend\tgenes\t") && text.lines().count() == 1, "{text}");
    }
    let bed = folder.write("i.bed", "c\t20\t30\tmy name\nc\t20\t20\t\n");
    let text = annotate(&bed, &gtf);
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!((rows[0][3], rows[0][4], rows[1][3], rows[1][4]), ("my name", "FBN1", "", "FBN1"), "{text}");
    for gtf in [&nothing, &comments] {
        let run = genogloss(&["genes", "-b", &base, "annotate", &bed, "--gtf", gtf]);
        assert!(run.code == 0 && run.stderr.contains("has no genes"), "{}", run.stderr);
        assert!(run.stdout.lines().skip(1).all(|line| line.ends_with("\t.\t.\t.\t.\t.\t.")), "{}", run.stdout);
    }
    let vcf = folder.write("v.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    assert!(annotate(&vcf, &gtf).ends_with("\tINFO\n"));
    let run = genogloss(&["genes", "-b", &base, "annotate", &folder.write("e.vcf", ""), "--gtf", &gtf]);
    assert!(
        run.code == 1 && run.stderr.contains("e.vcf: not variants (VCF or BCF): the file is empty"),
        "{}",
        run.stderr
    );
}
