//! Reduced networks of published model families: the card says their inputs and outputs without a change of their graphs, and the scores are
//! those that tests/reference/make_families.py computes in its own way.

use std::fs;

use sha2::{Digest, Sha256};

use crate::support::{Folder, Run, copy_of_model, genogloss, ort_available, root, succeed};

fn engines() -> Vec<&'static str> {
    if ort_available() { vec!["ort", "rten"] } else { vec!["rten"] }
}

fn names() -> Vec<String> {
    let folder = fs::read_dir(root().join("tests/models/families")).expect("the families");
    folder.map(|entry| entry.expect("a family").file_name().into_string().expect("a name")).collect()
}

#[test]
fn every_family_equals_its_own_code_on_both_engines() {
    let names = names();
    assert!(names.len() >= 30, "{}", names.len());
    for name in names {
        for engine in engines() {
            let run = genogloss(&["models", "check", &format!("tests/models/families/{name}"), "--engine", engine]);
            assert_eq!(run.code, 0, "{name} {engine}: {}", run.stderr);
            assert!(run.stdout.contains("sequences of the self-test, largest difference"), "{name}: {}", run.stdout);
            assert!(run.stdout.contains("windows, alone and together"), "{name}: {}", run.stdout);
        }
    }
}

/// A copy of a family's folder, with another card.
fn copied(name: &str, change: impl FnOnce(String) -> String) -> Folder {
    copy_of_model(&format!("tests/models/families/{name}"), change)
}

fn checked(folder: &Folder, engine: &str) -> Run {
    genogloss(&["models", "check", &folder.path(""), "--engine", engine])
}

#[test]
fn weights_beside_the_network_are_those_of_the_card() {
    for engine in engines() {
        let hidden = copied("external", |card| {
            let start = card.find(", model.onnx.data: ").expect("the digest");
            card.replace("  data: [model.onnx.data]\n", "").replace(&card[start..start + 83], "")
        });
        let error = checked(&hidden, engine).error(1);
        assert!(error.contains("its weights are in model.onnx.data, which the card does not list"), "{error}");
        assert!(error.contains("add `data: [model.onnx.data]`"), "{error}");

        let changed = copied("external", |card| card);
        let mut data = fs::read(changed.path("model.onnx.data")).expect("weights");
        data[5] ^= 1;
        changed.write("model.onnx.data", &data);
        let error = checked(&changed, engine).error(1);
        assert!(error.contains("model.onnx.data has another checksum than in the card"), "{error}");

        let outside = copied("external", |card| card.replace("data: [model", "data: [../model"));
        let error = checked(&outside, engine).error(1);
        assert!(error.contains("\"../model.onnx.data\" is not the name of a file in the folder"), "{error}");
    }
}

/// Networks over 16 MB are read by ONNX Runtime from their files.
#[test]
fn a_large_network_has_the_scores_of_a_small_one_and_its_digests_are_compared() {
    let hex = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut data = fs::read(root().join("tests/models/families/external/model.onnx.data")).expect("weights");
    let known = hex(&data);
    let short = copied("external", |card| card.replace(&known, &hex(&data[..data.len() - 1])));
    short.write("model.onnx.data", &data[..data.len() - 1]);
    for engine in engines() {
        let (len, words) = (data.len(), "that the network reads of it");
        let error = checked(&short, engine).error(1);
        assert!(
            error.contains(&format!("model.onnx.data has {} bytes, fewer than the {len} {words}", len - 1)),
            "{error}"
        );
    }
    // The network reads the beginning of the file only.
    data.resize(20 << 20, 0);
    let large = copied("external", |card| card.replace(&known, &hex(&data)));
    large.write("model.onnx.data", &data);
    for engine in engines() {
        let run = checked(&large, engine).good();
        assert!(run.stdout.contains("sequences of the self-test, largest difference"), "{}", run.stdout);
    }
    data[5] ^= 1;
    large.write("model.onnx.data", &data);
    for engine in engines() {
        let error = checked(&large, engine).error(1);
        assert!(error.contains("model.onnx.data has another checksum than in the card"), "{error}");
    }
}

/// From 64 MB on, all threads share one session of ONNX Runtime, and what is written does not depend on their number.
#[test]
fn a_network_that_is_large_is_in_memory_once() {
    if !ort_available() {
        return;
    }
    let zeros = vec![0u8; 65 << 20];
    let digest: String = Sha256::digest(&zeros).iter().map(|byte| format!("{byte:02x}")).collect();
    let small = copied("dnabert-2", |card| card);
    let large = copied("dnabert-2", |card| {
        let card = card.replace("  model: model.onnx\n", "  model: model.onnx\n  data: [zeros]\n");
        card.replace("sha256: {", &format!("sha256: {{zeros: {digest}, "))
    });
    large.write("zeros", &zeros);
    let bases: String = (0..3000usize).map(|at| char::from(b"ACGT"[(at * at / 7 + at / 5) % 4])).collect();
    let fasta = large.write("c.fa", format!(">c\n{bases}\n"));
    let scan = |folder: &str, threads: &str| {
        let run =
            genogloss(&["scan", &fasta, "-m", folder, "--engine", "ort", "-O", "tsv", "-t", threads, "--verbose"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let sessions = run.stderr.lines().find_map(|line| line.split_once("sessions: ")).expect("their number").1;
        (sessions.split(';').next().expect("a number").to_string(), run.stdout)
    };
    let (sessions, expected) = scan(&small.path(""), "3");
    assert_eq!(sessions, "3");
    assert!(expected.lines().count() > 50, "{expected}");
    for threads in ["1", "2", "3"] {
        assert_eq!(scan(&large.path(""), threads), ("1".into(), expected.clone()), "{threads} threads");
    }
    // The same in the cache of a hub, whose snapshots are links to blobs with other names.
    let hub = Folder::new();
    let (snapshot, blobs) = (hub.root().join("models--a/snapshots/1"), hub.root().join("models--a/blobs"));
    fs::create_dir_all(&snapshot).expect("made");
    fs::create_dir_all(&blobs).expect("made");
    for (number, name) in ["card.yaml", "model.onnx", "tokenizer.json", "self_test.tsv", "zeros"].iter().enumerate() {
        fs::copy(large.path(name), blobs.join(format!("blob{number}"))).expect("copied");
        std::os::unix::fs::symlink(format!("../../blobs/blob{number}"), snapshot.join(name)).expect("a link");
    }
    assert_eq!(scan(snapshot.to_str().expect("a path"), "2"), ("1".into(), expected));
}

#[test]
fn a_snapshot_in_the_cache_of_a_hub_may_have_links_to_its_blobs() {
    let folder = Folder::new();
    let (snapshot, blobs) = (folder.root().join("models--a/snapshots/1"), folder.root().join("models--a/blobs"));
    fs::create_dir_all(&snapshot).expect("made");
    fs::create_dir_all(&blobs).expect("made");
    for entry in fs::read_dir(root().join("tests/models/families/external")).expect("a family") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name");
        fs::copy(&path, blobs.join(name)).expect("copied");
        std::os::unix::fs::symlink(std::path::Path::new("../../blobs").join(name), snapshot.join(name))
            .expect("a link");
    }
    succeed(&["models", "check", snapshot.to_str().expect("a path")]);
    // A link to any other place is not read.
    fs::remove_file(snapshot.join("model.onnx")).expect("removed");
    std::os::unix::fs::symlink(root().join("tests/models/families/external/model.onnx"), snapshot.join("model.onnx"))
        .expect("a link");
    let error = genogloss(&["models", "check", snapshot.to_str().expect("a path")]).error(1);
    assert!(error.contains("model.onnx is a link to a file outside of the folder"), "{error}");
}

#[test]
fn variants_at_the_ends_of_contigs_are_skipped_or_padded_as_the_card_says() {
    let bases: String = (0..200usize).map(|at| char::from(b"ACGT"[(at * at / 7 + at / 5) % 4])).collect();
    let scores = |variants: &str, place: usize, fasta: &str| -> String {
        let folder = copied("deepbind", |card| card.replace("self_test:", &format!("{variants}self_test:")));
        let fasta = folder.write("c.fa", format!(">c\n{fasta}\n"));
        let base = bases.as_bytes()[place] as char;
        let vcf = format!(
            "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t{}\t.\t{base}\t{}\t.\t.\t.\n",
            place + 1,
            if base == 'A' { "C" } else { "A" }
        );
        let vcf = folder.write("c.vcf", vcf);
        let scored = succeed(&["variants", &vcf, "-f", &fasta, "-m", &folder.path(""), "--quiet"]);
        scored.lines().last().and_then(|line| line.split('\t').nth(7)).expect("INFO").into()
    };
    for place in [3, 196] {
        assert!(scores("", place, &bases).contains("contig_end"));
        let padded = scores("variants: {ends: pad}\n", place, &bases);
        assert!(padded.contains("GG_DELTA_score=") && !padded.contains("GG_SKIP"), "{padded}");
    }
    // N of the contig's own are read as those past its end are.
    let folder = copied("deepbind", |card| card.replace("self_test:", "variants: {ends: pad}\nself_test:"));
    let fasta = folder.write("c.fa", format!(">short\n{bases}\n>long\n{}{bases}{}\n", "N".repeat(50), "N".repeat(50)));
    let vcf: String = [("short", 0), ("long", 50)]
        .iter()
        .flat_map(|&(contig, shift)| {
            [3usize, 196].map(|place| {
                let base = bases.as_bytes()[place] as char;
                format!(
                    "{contig}\t{}\t.\t{base}\t{}\t.\t.\t.\n",
                    place + 1 + shift,
                    if base == 'A' { "C" } else { "A" }
                )
            })
        })
        .collect();
    let vcf =
        folder.write("c.vcf", format!("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n{vcf}"));
    let scored = succeed(&["variants", &vcf, "-f", &fasta, "-m", &folder.path(""), "--quiet"]);
    let infos: Vec<&str> =
        scored.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').nth(7)).collect();
    assert_eq!(infos[..2], infos[2..]);
    assert!(infos.iter().all(|info| info.contains("GG_DELTA_score=")), "{infos:?}");
}

#[test]
fn published_labels_are_shown_and_their_names_are_columns() {
    let shown = succeed(&["models", "show", "tests/models/families/enformer"]);
    assert!(
        shown.contains("human.DNASE_cerebellum_male_adult_27_years = DNASE:cerebellum male adult (27 years)"),
        "{shown}"
    );
}

#[test]
fn both_strands_of_a_profile_change_places_in_scores_of_variants() {
    // The reverse complement of a contig has the scores of the contig, plus for minus.
    let bases: String = (0..400usize).map(|at| char::from(b"ACGT"[(at * at / 7 + at / 5) % 4])).collect();
    let turned: String = bases
        .bytes()
        .rev()
        .map(|base| char::from(b"TGCA"[b"ACGT".iter().position(|b| *b == base).expect("a base")]))
        .collect();
    let folder = Folder::new();
    let fasta = folder.write("c.fa", format!(">f\n{bases}\n>r\n{turned}\n"));
    folder.write("c.fa.fai", "f\t400\t3\t400\t401\nr\t400\t407\t400\t401\n");
    let vcf = |contig: &str, at: usize, base: &str, alternate: &str| {
        format!("{contig}\t{}\t.\t{base}\t{alternate}\t.\t.\t.\n", at + 1)
    };
    let at = 203;
    let (base, other) = (&bases[at..=at], if &bases[at..=at] == "A" { "C" } else { "A" });
    let opposite = |base: &str| ["T", "G", "C", "A"]["ACGT".find(base).expect("a base")];
    let text = "##fileformat=VCFv4.2\n##contig=<ID=f,length=400>\n##contig=<ID=r,length=400>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        .to_string() + &vcf("f", at, base, other) + &vcf("r", 399 - at, opposite(base), opposite(other));
    let vcf = folder.write("c.vcf", text);
    let scored = succeed(&["variants", &vcf, "-f", &fasta, "-m", "tests/models/families/borzoi", "--quiet"]);
    let field = |line: &str, name: &str| -> f64 {
        let start = line.find(&format!("{name}=")).unwrap_or_else(|| panic!("{name}: {line}")) + name.len() + 1;
        line[start..].split([';', '\t']).next().expect("a value").parse().expect("a number")
    };
    let lines: Vec<&str> = scored.lines().filter(|line| !line.starts_with('#')).collect();
    for (one, two) in [("plus", "minus"), ("minus", "plus"), ("dnase", "dnase")] {
        let (forward, reverse) =
            (field(lines[0], &format!("GG_DELTA_rna_{one}")), field(lines[1], &format!("GG_DELTA_rna_{two}")));
        assert!((forward - reverse).abs() < 1e-5 && forward.abs() > 1e-6, "{one}: {forward} {reverse}");
    }
}

#[test]
fn reads_have_the_scores_that_the_family_s_own_code_gives_them() {
    let mut compared = 0;
    for name in names() {
        let folder = format!("tests/models/families/{name}");
        if crate::support::read_repository(&format!("{folder}/card.yaml")).contains("kind: track") {
            continue;
        }
        let table = crate::support::read_repository(&format!("{folder}/self_test.tsv"));
        let wanted: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
        let own = Folder::new();
        let reads: String = wanted[1..].iter().map(|line| format!(">{}\n{}\n", line[0], line[1])).collect();
        let reads = own.write("reads.fa", reads);
        for engine in engines() {
            let text = succeed(&["reads", &reads, "-m", &folder, "--engine", engine, "--quiet"]);
            let found: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
            assert_eq!(found.len(), wanted.len(), "{name}");
            for (found_line, wanted_line) in found[1..].iter().zip(&wanted[1..]) {
                assert_eq!(found_line[0], wanted_line[0], "{name}");
                for (column, score) in wanted[0][2..].iter().zip(&wanted_line[2..]) {
                    let place = found[0].iter().position(|name| name == column).expect("its column");
                    if found_line[place] == "." {
                        // More than half of what the network would read is padding.
                        assert_eq!(found_line.last(), Some(&"unknown_bases"), "{name}");
                        continue;
                    }
                    let (found, wanted): (f64, f64) =
                        (found_line[place].parse().expect("a score"), score.parse().expect("a score"));
                    let tolerance = if name == "half" { 5e-4 } else { 5e-6 };
                    assert!(
                        (found - wanted).abs() <= tolerance * wanted.abs().max(1.0),
                        "{name} {column}: {found} {wanted}"
                    );
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 200, "{compared}");
}

/// Lines of a table with some of its columns only, by name; lines of comments have their first `#` in the name of the first column.
fn cut(table: &str, kept: &[&str]) -> Vec<Vec<String>> {
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    let places: Vec<usize> =
        kept.iter().map(|name| lines[0].iter().position(|own| own == name).expect("a column")).collect();
    lines.iter().map(|line| places.iter().map(|&place| line[place].to_string()).collect()).collect()
}

#[test]
fn chosen_scores_are_those_of_the_whole_table() {
    let bases: String = (0..900usize).map(|at| char::from(b"ACGT"[(at * at / 7 + at / 5) % 4])).collect();
    let folder = Folder::new();
    let fasta = folder.write("c.fa", format!(">c\n{bases}\n"));
    let model = |name: &str| format!("tests/models/families/{name}");
    for (name, patterns, wanted) in [
        ("sei", vec!["K562*CTCF*"], vec!["target.K562_CTCF_ID_12", "target.K562_CTCF_ID_15"]),
        (
            "sei",
            vec!["K562 | H3K4me1 | ID:13", "22Rv1*DNase*ID:8"],
            vec!["target.t_22Rv1_Prostate_DNase_ID_8", "target.K562_H3K4me1_ID_13"],
        ),
        (
            "enformer",
            vec!["DNASE:*", "CAGE:*"],
            vec!["human.DNASE_cerebellum_male_adult_27_years", "human.CAGE_K562_biol_rep1"],
        ),
        ("borzoi", vec!["rna.minus"], vec!["rna.minus"]),
        ("chrombpnet", vec!["logcounts"], vec!["logcounts"]),
    ] {
        let options: Vec<&str> = patterns.iter().flat_map(|pattern| ["--column", *pattern]).collect();
        for (command, before, compared) in
            [("scan", 5, ["#contig", "start", "end"]), ("reads", 13, ["#read", "length", "skip"])]
        {
            let all = succeed(&[command, &fasta, "-m", &model(name), "-O", "tsv", "--quiet"]);
            let some =
                succeed(&[&[command, &fasta, "-m", &model(name), "-O", "tsv", "--quiet"][..], &options].concat());
            let header: Vec<&str> = some.lines().next().expect("a header").split('\t').collect();
            assert_eq!(header[before..header.len() - 1], wanted, "{command} {name}");
            // The best window of a read is that of the chosen scores; the rows of a scan are the same.
            let compared = if command == "scan" { [&compared[..], &wanted].concat() } else { compared.to_vec() };
            assert_eq!(cut(&some, &compared), cut(&all, &compared), "{command} {name}");
        }
    }
    let sei = model("sei");
    let bed = succeed(&["scan", &fasta, "-m", &sei, "-O", "bed", "--column", "*DNase*", "--quiet"]);
    assert!(bed.lines().count() > 5 && bed.lines().all(|line| line.split('\t').count() == 12), "{bed}");
    let error = genogloss(&["scan", &fasta, "-m", &sei, "--column", "K563*"]).error(2);
    assert!(error.contains("--column K563*: sei has no such score"), "{error}");
}

#[test]
fn a_description_in_vcf_names_the_label_as_it_is_published() {
    let bases: String = (0..400usize).map(|at| char::from(b"ACGT"[(at * at / 7 + at / 5) % 4])).collect();
    let folder = copied("enformer", |card| card);
    let fasta = folder.write("c.fa", format!(">c\n{bases}\n"));
    let base = &bases[200..201];
    let alternate = if base == "A" { "C" } else { "A" };
    let vcf = folder.write(
        "c.vcf",
        format!(
            "##fileformat=VCFv4.2\n##contig=<ID=c,length=400>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t201\t.\t{base}\t{alternate}\t.\t.\t.\n"
        ),
    );
    let scored = succeed(&["variants", &vcf, "-f", &fasta, "-m", &folder.path(""), "--column", "DNASE*", "--quiet"]);
    let line = scored.lines().find(|line| line.contains("ID=GG_DELTA_human_DNASE_cerebellum")).expect("a line");
    assert!(line.contains("Description=\"DNASE:cerebellum male adult (27 years): sum of the alternate"), "{line}");
    assert_eq!(scored.matches("##INFO=<ID=GG_DELTA").count(), 1);
}
