//! `genogloss genes annotate`: which genes of the annotation, and which of them a variant touches.

use super::made;
use crate::support::{genogloss, shell, succeed, tools_available};

/// Lines of genes (contig, first base, gene_id, gene_name), each of 51 bases.
fn gtf(genes: &[(&str, u32, &str, &str)]) -> String {
    let line = |(contig, start, id, name): &(&str, u32, &str, &str)| {
        let name = if name.is_empty() { String::new() } else { format!(" gene_name \"{name}\";") };
        format!("{contig}\tx\tgene\t{start}\t{}\t.\t+\t.\tgene_id \"{id}\";{name}\n", start + 50)
    };
    genes.iter().map(line).collect()
}

#[test]
fn local_identifiers_are_no_names_of_genes() {
    let (folder, base) = made();
    // MASS, FBN and MFS1 are names of FBN1, DA9 is an alias of two genes.
    let genes = [
        ("1", 100, "MASS", "FBN2", "FBN2"),
        ("1", 300, "g2", "FBN1", "FBN1"),
        ("1", 500, "FBN", "TGFB2", "TGFB2"),
        ("1", 700, "1", "MFS1", "FBN1"),
        ("1", 900, "mass", "", "mass"),
        ("1", 1100, "FBN2", "", "FBN2"),
        ("1", 1300, "ENSG00000138829.7", "FBN1", "FBN2"),
        ("1", 1500, "HGNC:3603", "whatever", "FBN1"),
        ("1", 1700, "ENSG99999999999", "FBN1", "FBN1"),
        ("1", 1900, "ENSG99999999998", "MASS", "MASS"),
        ("1", 2100, "ENSMUSG00000027204", "Fbn1", "Fbn1"),
        ("1", 2300, "g9", "DA9", "DA9"),
        ("1", 2500, "MSTRG.1", "ENSG00000166147.12", "FBN1"),
    ];
    let lines: Vec<(&str, u32, &str, &str)> = genes.iter().map(|(c, at, id, name, _)| (*c, *at, *id, *name)).collect();
    let annotation = folder.write("genes.gtf", gtf(&lines));
    let bed: String = genes.iter().map(|(contig, at, ..)| format!("{contig}\t{at}\t{}\n", at + 5)).collect();
    let run = genogloss(&["genes", "-b", &base, "annotate", &folder.write("i.bed", bed), "--genes", &annotation]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows: Vec<Vec<&str>> = run.stdout.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    for (row, (_, _, id, name, symbol)) in rows.iter().zip(&genes) {
        assert_eq!(row[3], *symbol, "{id} {name}");
        assert_eq!(row[4] == ".", ["mass", "MASS", "Fbn1", "DA9"].contains(symbol), "{id} {name}: {row:?}");
    }
    for say in [
        "of 1 genes, the identifier and the name are those of two genes; the identifier was followed (the first: ENSG00000138829.7 is FBN2, and FBN1 is FBN1)",
        "1 genes have a name of several genes, and were not looked up (the first: DA9 is FBN2 or TGFB2)",
        "1 genes are of another species than the knowledge base, and were not looked up (the first: ENSMUSG00000027204)",
        "4 genes of the annotation are not in the knowledge base",
    ] {
        assert!(run.stderr.contains(say), "{say}: {}", run.stderr);
    }
    // NCBI's GFF3 and HGNC's own attribute.
    let gff =
        "##gff-version 3\n1\tx\tgene\t100\t150\t.\t+\t.\tID=gene-TGFB2;Name=TGFB2;Dbxref=GeneID:2201,HGNC:HGNC:3604\n";
    let bed = folder.write("one.bed", "1\t100\t110\n");
    let run = genogloss(&["genes", "-b", &base, "annotate", &bed, "--genes", &folder.write("genes.gff3", gff)]);
    assert!(run.stdout.contains("\tFBN2\tHGNC:3604\t"), "{}", run.stdout);
    assert!(run.stderr.contains("HGNC:HGNC:3604 is FBN2, and TGFB2 is TGFB2"), "{}", run.stderr);
}

const HEADER: &str = "##fileformat=VCFv4.4
##contig=<ID=1,length=100000>
##contig=<ID=2,length=100000>
##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">
##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"l\">
##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"t\">
##INFO=<ID=CHR2,Number=1,Type=String,Description=\"c\">
##INFO=<ID=POS2,Number=1,Type=Integer,Description=\"p\">
##ALT=<ID=DEL,Description=\"d\">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
";

/// REF, ALT, INFO of a record at 1:1,000, and the genes that it touches. FBN1 is at 1:1,101-1,151, TGFB2 at 1:1,501-1,551, FBN2 at
/// 2:2,000-2,050.
const RECORDS: &[(&str, &str, &str, &str)] = &[
    ("N", "<DEL>", "SVLEN=200", "FBN1"),
    ("N", "<DEL>", "SVLEN=-100", ""),
    ("N", "<DEL>", "SVLEN=-101", "FBN1"),
    ("N", "<DEL>", "END=1600", "FBN1 TGFB2"),
    ("N", "<DEL>", "END=1200;SVLEN=-900", "FBN1"),
    ("N", "<DEL>", "END=1600;SVLEN=50", "FBN1 TGFB2"),
    ("N", "<DEL>,<DUP>", "SVLEN=20,600", "FBN1 TGFB2"),
    ("N", "<INV>", "SVLEN=200", "FBN1"),
    ("N", "<CNV>", "SVLEN=200", "FBN1"),
    ("N", "<INS>", "SVLEN=2000", ""),
    ("N", "<DEL>", "SVTYPE=DEL", ""),
    ("N", "N[2:2000[", "SVTYPE=BND", "FBN2"),
    ("N", "]2:2051]N", "SVTYPE=BND", ""),
    ("N", "N]1:1151],N[2:2010[", "SVTYPE=BND", "FBN1 FBN2"),
    ("N", "N[1:1101[", "SVTYPE=BND", "FBN1"),
    ("N", "N.", "SVTYPE=BND", ""),
    ("N", "<TRA>", "SVTYPE=TRA;CHR2=2;END=2001", "FBN2"),
    ("N", "<BND>", "SVTYPE=BND;END=1600;CHR2=2;POS2=2001", "FBN2"),
    ("N", "N[2:x[", "SVTYPE=BND", ""),
    ("A", "*", ".", ""),
    ("A", "<*>", "END=1120", "FBN1"),
    ("A", ".", ".", ""),
];

#[test]
fn structural_variants_have_the_genes_at_all_their_places() {
    let (folder, base) = made();
    let genes = [("1", 1101, "g1", "FBN1"), ("1", 1501, "g2", "TGFB2"), ("2", 2000, "g3", "FBN2")];
    let annotation = folder.write("genes.gtf", gtf(&genes));
    let record = |(reference, alternates, info, _): &(&str, &str, &str, &str)| {
        format!("1\t1000\t.\t{reference}\t{alternates}\t.\t.\t{info}\n")
    };
    let body: String = RECORDS.iter().map(record).collect();
    let vcf = folder.write("calls.vcf", format!("{HEADER}{body}"));
    let mut inputs = vec![(vcf.clone(), "v")];
    if tools_available(&["bcftools"]) {
        let binary = folder.path("calls.bcf");
        shell(&format!("bcftools view --no-version -Ob -o {binary} {vcf}"));
        inputs.extend([(binary.clone(), "v"), (binary, "b")]);
    }
    for (input, kind) in inputs {
        let out = folder.path("out");
        let run =
            genogloss(&["genes", "-b", &base, "annotate", &input, "--genes", &annotation, "-O", kind, "-o", &out]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let text = if kind == "v" { folder.read("out") } else { shell(&format!("bcftools view {out}")) };
        let found: Vec<String> = text
            .lines()
            .filter(|line| line.starts_with("1\t"))
            .map(|line| {
                let info = line.split('\t').nth(7).expect("INFO");
                let value = info.split(';').find_map(|field| field.strip_prefix("GG_GENES=")).unwrap_or_default();
                let symbols = value.split(',').map(|gene| gene.split('|').next().unwrap_or_default());
                symbols.collect::<Vec<_>>().join(" ")
            })
            .collect();
        assert_eq!(found.len(), RECORDS.len());
        for (found, (_, alternates, info, genes)) in found.iter().zip(RECORDS) {
            assert_eq!(found, genes, "{input} to {kind}: {alternates} {info}");
        }
        for say in [
            "2 records end at another base by END than by SVLEN; END was followed (the first: 1:1,000 with END 1,200 and SVLEN up to 1,900)",
            "1 records have a symbolic allele without END and SVLEN: the genes are those at POS alone (the first: 1:1,000)",
            "1 records have an ALT with brackets that is no breakend: the genes are those at POS alone (the first: 1:1,000)",
        ] {
            assert!(run.stderr.contains(say), "{say}: {}", run.stderr);
        }
    }
}

#[test]
fn the_other_end_of_a_breakend_has_the_names_of_the_annotation() {
    let (folder, base) = made();
    let annotation = folder.write("genes.gtf", gtf(&[("chr2", 2000, "g3", "FBN2")]));
    let vcf = folder.write("calls.vcf", format!("{HEADER}1\t1000\t.\tN\tN[2:2000[\t.\t.\tSVTYPE=BND\n"));
    let arguments = ["genes", "-b", &base, "annotate", &vcf, "--genes", &annotation];
    let run = genogloss(&arguments);
    assert!(run.code == 1 && run.stderr.contains("record 1: contig \"2\" is not in"), "{}", run.stderr);
    let aliases = folder.write("aliases.tsv", "2\tchr2\n");
    let text = succeed(&[&arguments[..], &["--contig-aliases", &aliases]].concat());
    assert!(text.contains("GG_GENES=FBN2|HGNC:3604|"), "{text}");
}

#[test]
fn genes_without_a_line_of_their_own_are_read_beside_those_with_one() {
    let (folder, base) = made();
    let record = |kind: &str, start: u32, end: u32, id: &str, name: &str| {
        format!("1\tx\t{kind}\t{start}\t{end}\t.\t+\t.\tgene_id \"{id}\"; gene_name \"{name}\";\n")
    };
    let of_one = [record("transcript", 100, 200, "a", "FBN1"), record("exon", 100, 120, "a", "FBN1")].concat();
    // Its own line is what counts, also after its transcripts.
    let of_two = [record("transcript", 500, 900, "b", "FBN2"), record("gene", 500, 600, "b", "FBN2")].concat();
    let bed = folder.write("i.bed", "1\t150\t160\n1\t550\t560\n1\t800\t810\n");
    for (name, lines) in [("before.gtf", format!("{of_one}{of_two}")), ("after.gtf", format!("{of_two}{of_one}"))] {
        let annotation = folder.write(name, lines);
        let text = succeed(&["genes", "-b", &base, "annotate", &bed, "--genes", &annotation, "--quiet"]);
        let genes: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split('\t').nth(3)).collect();
        assert_eq!(genes, ["FBN1", "FBN2", "."], "{name}: {text}");
    }
}

/// A line of GFF3: type, start, end, attributes.
type Line = (&'static str, u32, u32, &'static str);

fn gff(lines: &[Line]) -> String {
    let line = |(kind, start, end, attributes): &Line| format!("1\tx\t{kind}\t{start}\t{end}\t.\t+\t.\t{attributes}\n");
    format!("##gff-version 3\n{}", lines.iter().map(line).collect::<String>())
}

/// As publishers and programs write transcripts of FBN1 at 101-300 (two, of exons 101-120 and 201-300, and 151-250), without the gene.
const TRANSCRIPTS: [(&str, &[Line]); 6] = [
    (
        "Ensembl",
        &[
            (
                "mRNA",
                101,
                300,
                "ID=transcript:ENST00000316623;Parent=gene:ENSG00000166147;Name=FBN1-201;biotype=protein_coding",
            ),
            (
                "exon",
                101,
                120,
                "Parent=transcript:ENST00000316623;Name=ENSE00001116378;constitutive=0;exon_id=ENSE00001116378",
            ),
            (
                "exon",
                201,
                300,
                "Parent=transcript:ENST00000316623;Name=ENSE00001116379;constitutive=0;exon_id=ENSE00001116379",
            ),
            (
                "lnc_RNA",
                151,
                250,
                "ID=transcript:ENST00000561429;Parent=gene:ENSG00000166147;Name=FBN1-205;biotype=retained_intron",
            ),
            ("exon", 151, 250, "Parent=transcript:ENST00000561429;Name=ENSE00002573212;exon_id=ENSE00002573212"),
        ],
    ),
    (
        "NCBI",
        &[
            (
                "mRNA",
                101,
                300,
                "ID=rna-NM_000138.5;Parent=gene-FBN1;Dbxref=GeneID:2200,Genbank:NM_000138.5,HGNC:HGNC:3603,MIM:134797;Name=NM_000138.5;gbkey=mRNA;gene=FBN1;product=fibrillin 1",
            ),
            (
                "exon",
                101,
                120,
                "ID=exon-NM_000138.5-1;Parent=rna-NM_000138.5;Dbxref=GeneID:2200,Genbank:NM_000138.5;gbkey=mRNA;gene=FBN1",
            ),
            (
                "exon",
                201,
                300,
                "ID=exon-NM_000138.5-2;Parent=rna-NM_000138.5;Dbxref=GeneID:2200,Genbank:NM_000138.5;gbkey=mRNA;gene=FBN1",
            ),
            (
                "transcript",
                151,
                250,
                "ID=rna-XR_931862.4;Parent=gene-FBN1;Dbxref=GeneID:2200,Genbank:XR_931862.4;Name=XR_931862.4;gbkey=misc_RNA;gene=FBN1",
            ),
            (
                "exon",
                151,
                250,
                "ID=exon-XR_931862.4-1;Parent=rna-XR_931862.4;Dbxref=GeneID:2200,Genbank:XR_931862.4;gene=FBN1",
            ),
        ],
    ),
    (
        "GENCODE",
        &[
            (
                "transcript",
                101,
                300,
                "ID=ENST00000316623.10;Parent=ENSG00000166147.15;gene_id=ENSG00000166147.15;transcript_id=ENST00000316623.10;gene_type=protein_coding;gene_name=FBN1;transcript_name=FBN1-201;hgnc_id=HGNC:3603",
            ),
            (
                "exon",
                101,
                120,
                "ID=exon:ENST00000316623.10:1;Parent=ENST00000316623.10;gene_id=ENSG00000166147.15;gene_name=FBN1",
            ),
            (
                "exon",
                201,
                300,
                "ID=exon:ENST00000316623.10:2;Parent=ENST00000316623.10;gene_id=ENSG00000166147.15;gene_name=FBN1",
            ),
            (
                "transcript",
                151,
                250,
                "ID=ENST00000561429.1;Parent=ENSG00000166147.15;gene_id=ENSG00000166147.15;gene_name=FBN1",
            ),
            (
                "exon",
                151,
                250,
                "ID=exon:ENST00000561429.1:1;Parent=ENST00000561429.1;gene_id=ENSG00000166147.15;gene_name=FBN1",
            ),
        ],
    ),
    (
        "gffread",
        &[
            ("transcript", 101, 300, "ID=ENST00000316623.10;geneID=ENSG00000166147.15;gene_name=FBN1"),
            ("exon", 101, 120, "Parent=ENST00000316623.10"),
            ("exon", 201, 300, "Parent=ENST00000316623.10"),
            ("transcript", 151, 250, "ID=ENST00000561429.1;geneID=ENSG00000166147.15;gene_name=FBN1"),
            ("exon", 151, 250, "Parent=ENST00000561429.1"),
        ],
    ),
    (
        "exons of GENCODE",
        &[
            (
                "exon",
                101,
                120,
                "ID=exon:ENST00000316623.10:1;Parent=ENST00000316623.10;gene_id=ENSG00000166147.15;gene_name=FBN1",
            ),
            (
                "exon",
                201,
                300,
                "ID=exon:ENST00000316623.10:2;Parent=ENST00000316623.10;gene_id=ENSG00000166147.15;gene_name=FBN1",
            ),
            (
                "exon",
                151,
                250,
                "ID=exon:ENST00000561429.1:1;Parent=ENST00000561429.1;gene_id=ENSG00000166147.15;gene_name=FBN1",
            ),
        ],
    ),
    (
        "exons before their transcripts",
        &[
            ("exon", 151, 250, "Parent=t2"),
            ("exon", 101, 120, "Parent=t1"),
            ("exon", 201, 300, "Parent=t1"),
            ("mRNA", 101, 300, "ID=t1;Parent=g1;gene=FBN1"),
            ("mRNA", 151, 250, "ID=t2;Parent=g1;gene=FBN1"),
        ],
    ),
];

#[test]
fn genes_of_gff3_that_have_only_transcripts_are_read() {
    let (folder, base) = made();
    let bed = folder
        .write("i.bed", "1\t90\t100\n1\t100\t101\n1\t130\t131\n1\t299\t310\n1\t300\t310\n1\t550\t560\n1\t800\t810\n");
    let found = |name: &str, annotation: &str| -> Vec<String> {
        let annotation = folder.write("genes.gff3", annotation);
        let text = succeed(&["genes", "-b", &base, "annotate", &bed, "--genes", &annotation, "--quiet"]);
        assert!(text.lines().skip(1).all(|line| line.contains("FBN1") == line.contains("HGNC:3603")), "{name}: {text}");
        text.lines().skip(1).filter_map(|line| line.split('\t').nth(3)).map(str::to_string).collect()
    };
    // Another gene has a line of its own, which alone says where it is, before or after its transcript.
    let gene = ("gene", 501, 600, "ID=gene-FBN2;Dbxref=GeneID:2201,HGNC:HGNC:3604;Name=FBN2;gene=FBN2");
    let transcript = ("mRNA", 501, 900, "ID=rna-2;Parent=gene-FBN2;gene=FBN2");
    // What is neither gene, transcript nor exon has no gene.
    let others = [
        ("region", 1, 2000, "ID=1:1..2000;Name=1;gbkey=Src"),
        ("biological_region", 90, 95, "logic_name=cpg"),
        ("cDNA_match", 90, 95, "ID=match1;Target=NM_1 1 5"),
        ("match_part", 90, 95, "ID=part1;Parent=match2"),
        ("CDS", 90, 95, "ID=cds1;Parent=rna-9"),
    ];
    for (name, lines) in TRANSCRIPTS {
        assert_eq!(found(name, &gff(lines)), [".", "FBN1", "FBN1", "FBN1", ".", ".", "."], "{name}");
        for own in [[gene, transcript], [transcript, gene]] {
            let text = gff(&[&others[..], lines, &own].concat());
            assert_eq!(found(name, &text), [".", "FBN1", "FBN1", "FBN1", ".", "FBN2", "."], "{name}: {text}");
        }
    }
    // With nothing but such features there are no genes.
    let annotation = folder.write("none.gff3", gff(&others));
    let run = genogloss(&["genes", "-b", &base, "annotate", &bed, "--genes", &annotation]);
    assert!(run.code == 1 && run.stderr.contains("it holds no genes"), "{}", run.stderr);
}
