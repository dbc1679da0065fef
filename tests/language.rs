//! Language models: likelihoods of windows, bases and alleles are those that tests/reference/make_language.py computes in its own way.

use crate::support::{Folder, copy_of_model, genogloss, ort_available, read_repository, succeed};

const MODELS: [&str; 6] = ["hyenadna", "evo", "gpn", "caduceus", "nucleotide-transformer", "dnabert-2"];
const CONTIG: &str = "tests/models/language/contig.fa";
const VARIANTS: &str = "tests/models/language/variants.vcf";

fn engines() -> Vec<&'static str> {
    if ort_available() { vec!["ort", "rten"] } else { vec!["rten"] }
}

fn model(name: &str) -> String {
    format!("tests/models/language/{name}")
}

/// A table beside a model, without its header.
fn table(name: &str, file: &str) -> Vec<Vec<String>> {
    let text = read_repository(&format!("{}/{file}", model(name)));
    text.lines().skip(1).map(|line| line.split('\t').map(String::from).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// One value of a field for each allele of all records: `.` where there is none.
fn values(vcf: &str, field: &str) -> Vec<String> {
    let records = vcf.lines().filter(|line| !line.starts_with('#'));
    records
        .flat_map(|record| {
            let columns: Vec<&str> = record.split('\t').collect();
            let value = columns[7].split(';').find_map(|entry| entry.strip_prefix(field)?.strip_prefix('='));
            let alleles = columns[4].split(',').count();
            match value {
                Some(value) => value.split(',').map(String::from).collect(),
                None => vec![".".to_string(); alleles],
            }
        })
        .collect()
}

#[test]
fn windows_have_the_likelihoods_of_the_family_s_own_code() {
    for (name, engine) in MODELS.iter().flat_map(|name| engines().into_iter().map(move |engine| (name, engine))) {
        let run = genogloss(&["models", "check", &model(name), "--engine", engine]);
        assert_eq!(run.code, 0, "{name} {engine}: {}", run.stderr);
        assert!(run.stdout.contains("sequences of the self-test, largest difference"), "{name}: {}", run.stdout);
    }
}

#[test]
fn alleles_have_the_ratio_of_their_likelihoods() {
    for (name, engine) in MODELS.iter().flat_map(|name| engines().into_iter().map(move |engine| (name, engine))) {
        let scored = succeed(&["variants", VARIANTS, "-f", CONTIG, "-m", &model(name), "--engine", engine, "--quiet"]);
        let [ratios, references, alternates] =
            ["DELTA", "REF", "ALT"].map(|what| values(&scored, &format!("GG_{what}_log_likelihood")));
        let reasons = values(&scored, "GG_SKIP");
        let wanted = table(name, "variants.tsv");
        assert_eq!(ratios.len(), wanted.len(), "{name}");
        let mut compared = 0;
        for (at, wanted) in wanted.iter().enumerate() {
            let place = format!("{name} {engine} {}", wanted[..3].join(" "));
            if wanted[4] == "." {
                assert_eq!((reasons[at].as_str(), ratios[at].as_str()), (wanted[3].as_str(), "."), "{place}");
                continue;
            }
            let (reference, ratio) = (number(&wanted[3]), number(&wanted[4]));
            // The sums have an error of 32-bit logits each, and their difference has it too.
            let tolerance = 1e-6 * reference.abs().max((reference + ratio).abs()).max(1.0);
            for (found, wanted) in
                [(&references[at], reference), (&ratios[at], ratio), (&alternates[at], reference + ratio)]
            {
                assert!((number(found) - wanted).abs() <= tolerance, "{place}: {found} {wanted}");
            }
            compared += 1;
        }
        assert!(compared > 40, "{name}: {compared}");
    }
}

#[test]
fn bases_of_a_scan_have_the_likelihoods_of_the_family_s_own_code() {
    for (name, engine) in ["evo", "caduceus"].iter().flat_map(|name| engines().into_iter().map(move |e| (name, e))) {
        let text = succeed(&["scan", CONTIG, "-m", &model(name), "-O", "tsv", "--engine", engine, "--quiet"]);
        let wanted = read_repository(&format!("{}/scan.tsv", model(name)));
        let lines: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
        assert_eq!(lines.len(), wanted.lines().count(), "{name}");
        let mut missing = 0;
        for (line, wanted) in lines.iter().zip(wanted.lines()) {
            if wanted == "." {
                missing += 1;
                assert_eq!((line[5], line[6]), (".", "unknown_bases"), "{name} {line:?}");
                continue;
            }
            let wanted = number(wanted);
            assert!((number(line[5]) - wanted).abs() <= 1e-6 * wanted.abs().max(1.0), "{name} {line:?} {wanted}");
        }
        assert!((20..50).contains(&missing), "{name}: {missing}");
    }
}

#[test]
fn a_likelihood_depends_on_nothing_but_its_window() {
    let folder = Folder::new();
    for name in MODELS {
        let run = |more: &[&str]| {
            let line = ["variants", VARIANTS, "-f", CONTIG, "-m", &model(name), "--quiet"];
            let scored = succeed(&[&line[..], more].concat());
            scored.lines().filter(|line| !line.starts_with("##")).map(|line| format!("{line}\n")).collect::<String>()
        };
        let cache = folder.path(name);
        let whole = run(&["-t", "2", "--cache", &cache]);
        assert_eq!(run(&["-t", "1", "--batch-rows", "3"]), whole, "{name}");
        assert_eq!(run(&["--cache", &cache]), whole, "{name}");
        let half = run(&["-r", "c:1-200"]);
        assert!(whole.starts_with(&half) && half.lines().count() > 10, "{name}");
    }
}

fn reverse_complement(bases: &str) -> String {
    let other = |base: char| match base {
        'A' => 'T',
        'C' => 'G',
        'G' => 'C',
        'T' => 'A',
        other => other,
    };
    bases.chars().rev().map(other).collect()
}

/// The strand on which a genome is written does not matter to a model that averages both, if its rows and the change have a middle base.
/// Rows of the shorter allele are filled with N, behind the bases on either strand.
#[test]
fn an_indel_has_the_ratio_of_its_reverse_complement() {
    let folder = Folder::new();
    let contig: String = read_repository(CONTIG).lines().skip(1).collect::<String>().to_uppercase();
    let mut alleles = Vec::new();
    for at in (60..contig.len() - 60).step_by(7) {
        let bases = |from: usize, to: usize| &contig[at + from..at + to];
        if contig[at - 45..at + 50].contains('N') {
            continue;
        }
        // Three bases that can be written at one place only: the change has a middle base too.
        if bases(1, 2) != "G" && bases(0, 1) != "C" {
            alleles.push((at, bases(0, 2).to_string(), format!("{}GTC{}", bases(0, 1), bases(1, 2))));
        }
        if bases(1, 2) != bases(4, 5) && bases(0, 1) != bases(3, 4) {
            alleles.push((at, bases(0, 5).to_string(), format!("{}{}", bases(0, 1), bases(4, 5))));
        }
    }
    assert!(alleles.len() > 20);
    let ratios = |name: &str, contig: &str, alleles: &[(usize, String, String)]| {
        let (fasta, vcf) = (folder.path(&format!("{name}.fa")), folder.path(&format!("{name}.vcf")));
        std::fs::write(&fasta, format!(">c\n{contig}\n")).expect("a FASTA file");
        let head = format!(
            "##fileformat=VCFv4.2\n##contig=<ID=c,length={}>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
            contig.len()
        );
        let line = |(at, one, other): &(usize, String, String)| format!("c\t{}\t.\t{one}\t{other}\t.\t.\t.\n", at + 1);
        std::fs::write(&vcf, head + &alleles.iter().map(line).collect::<String>()).expect("a VCF file");
        let scored = succeed(&["variants", &vcf, "-f", &fasta, "-m", &model("gpn"), "--engine", "rten", "--quiet"]);
        values(&scored, "GG_DELTA_log_likelihood").iter().map(|value| number(value)).collect::<Vec<f64>>()
    };
    let forward = ratios("forward", &contig, &alleles);
    let turned = |(at, one, other): &(usize, String, String)| {
        (contig.len() - at - one.len(), reverse_complement(one), reverse_complement(other))
    };
    let mut all: Vec<_> = alleles.iter().map(turned).enumerate().collect();
    all.sort_by_key(|(_, (at, ..))| *at);
    let order: Vec<usize> = all.iter().map(|(number, _)| *number).collect();
    let reverse =
        ratios("reverse", &reverse_complement(&contig), &all.into_iter().map(|(_, one)| one).collect::<Vec<_>>());
    for (found, number) in reverse.iter().zip(order) {
        let wanted = forward[number];
        assert!((found - wanted).abs() <= 1e-5 * wanted.abs().max(1.0), "{:?}: {found}, {wanted}", alleles[number]);
    }
}

/// The card of a model, changed, must be refused with this message.
fn refused(name: &str, from: &str, to: &str, say: &str) {
    let folder = copy_of_model(&model(name), |card| {
        assert!(card.contains(from), "{card}");
        card.replace(from, to)
    });
    let error = genogloss(&["models", "check", &folder.path(""), "--engine", "rten"]).error(1);
    assert!(error.contains(say), "{to}: {error}");
}

#[test]
fn cards_of_language_models_that_cannot_be_are_refused() {
    for (name, from, to, say) in [
        ("gpn", "language: {mask_id: 5}\n", "", "kind masked needs the part `language`"),
        ("gpn", "{mask_id: 5}", "{}", "kind masked needs mask_id"),
        ("gpn", "kind: masked", "kind: likelihood", "mask_id belongs to kind masked"),
        ("gpn", "kind: masked", "kind: classify", "language: belongs to kinds likelihood and masked"),
        ("gpn", "{mask_id: 5}", "{mask_id: -1}", "mask_id is -1"),
        ("gpn", "{mask_id: 5}", "{mask_id: 5, per: token}", "unknown variant `token`"),
        ("gpn", "{mask_id: 5}", "{mask_id: 5, output: answer}", "the card's output \"answer\" is not in the network"),
        ("gpn", "{mask_id: 5}", "{mask_id: 5, per: base, reduce: mean}", "reduce belongs to per: window"),
        ("gpn", "strand: average", "variants: {compare: sum}", "compare does not suit a language model"),
        (
            "gpn",
            "strand: average",
            "heads: [{name: a, output: logits, activation: identity, labels: [a]}]",
            "heads: kind masked has none",
        ),
        ("nucleotide-transformer", "{mask_id: 2}", "{mask_id: 2, per: base}", "needs a token for each base"),
        ("nucleotide-transformer", "k: 6", "k: 6, overlapping: true", "needs ids that share no bases"),
        ("dnabert-2", "types:", "max_tokens: 9, too_many_tokens: truncate, types:", "does not suit a language model"),
        ("evo", "core: 40, stride: 40", "core: 60, stride: 60", "the first base of a row has no likelihood"),
        ("evo", "language:", "variants: {distance: 8}\nlanguage:", "distance suits kind masked"),
        ("hyenadna", "fixed: false", "fixed: true, multiple: 4", "multiple"),
    ] {
        refused(name, from, to, say);
    }
}

#[test]
fn a_comparison_of_scores_does_not_suit_likelihoods() {
    let run = genogloss(&["variants", VARIANTS, "-f", CONTIG, "-m", &model("gpn"), "--compare", "sum"]);
    assert!(run.error(2).contains("gpn answers with the ratio of two likelihoods"));
    let scored = succeed(&["variants", VARIANTS, "-f", CONTIG, "-m", &model("gpn"), "--quiet"]);
    assert!(scored.contains("log-likelihood ratio (natural logarithm): alternate minus reference"), "{scored}");
    let shown = succeed(&["models", "show", &model("caduceus")]);
    assert!(shown.contains("natural logarithm, of each base; each token is predicted from all others"), "{shown}");
}

#[test]
fn what_could_hold_nothing_is_refused() {
    let (folder, likelihoods, vectors) = (Folder::new(), model("evo"), "tests/models/embed/mean");
    let scan = |model: &str, more: &[&str]| {
        genogloss(&[&["scan", CONTIG, "-m", model, "--engine", "rten", "--quiet"][..], more].concat())
    };
    let error = scan(&likelihoods, &[]).error(2);
    assert!(error.contains("this model has no score that can be called"), "{error}");
    let run = scan(&likelihoods, &["--threshold", "-6"]);
    assert!(run.code == 0 && run.stdout.lines().count() > 3, "{}", run.stderr);
    let error = scan(vectors, &["--bigwig", &folder.path("tracks")]).error(2);
    assert!(error.contains("--bigwig: this model has no score that can be called"), "{error}");
    assert_eq!(scan(vectors, &["--bigwig", &folder.path("tracks"), "--column", "embedding.d0"]).code, 0);
    let error = scan(vectors, &["-o", &folder.path("a.npy")]).error(2);
    assert!(error.contains("a.npy is a name of NumPy, which this command cannot write"), "{error}");
}
