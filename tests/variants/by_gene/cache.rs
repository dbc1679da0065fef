//! The cache of scores.

use super::{CONTIG, Dice, GENES, MODEL, SLICE, Variant, contig, effects, made_up, variants, vcf, written};
use crate::support::{Folder, shell};

#[test]
fn a_cache_gives_the_same_bytes_without_running_the_model() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let originals = made_up(&bases, 80, &mut Dice(5));
    let records: Vec<_> = originals.iter().enumerate().map(|(n, v)| (format!("v{n}"), v.clone())).collect();
    let input = folder.write("in.vcf", vcf(CONTIG, &records));
    let cache = folder.path("cache");
    let plain = written(&folder, &input, &[]);
    let manifest = |folder: &Folder| -> serde_json::Value {
        serde_json::from_str(&folder.read("out.vcf.manifest.json")).expect("JSON")
    };
    assert!(manifest(&folder)["counts"].get("cache").is_none());
    assert_eq!(written(&folder, &input, &["--cache", &cache]), plain);
    let cold = manifest(&folder)["counts"]["cache"].clone();
    assert_eq!(cold["hits"], 0);
    assert_eq!(written(&folder, &input, &["--cache", &cache]), plain);
    let (warm, windows) =
        (manifest(&folder)["counts"]["cache"].clone(), manifest(&folder)["counts"]["windows"].clone());
    assert_eq!((&warm["hits"], &warm["misses"], windows.as_u64()), (&cold["misses"], &0.into(), Some(0)));
    // Other questions have other answers.
    for other in [&["-D", "60"][..], &["--mask"], &["--format", "spliceai"]] {
        let without = written(&folder, &input, other);
        assert_eq!(written(&folder, &input, &[other, &["--cache", &cache]].concat()), without, "{other:?}");
        assert_eq!(written(&folder, &input, &[other, &["--cache", &cache]].concat()), without, "{other:?}");
        assert_eq!(manifest(&folder)["counts"]["cache"]["misses"], 0, "{other:?}");
    }
    // Several processes at once, on a cache that is empty.
    let fresh = folder.path("fresh");
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..3)
            .map(|number| {
                let (out, input, fresh) = (folder.path(&format!("p{number}.vcf")), &input, &fresh);
                scope.spawn(move || {
                    let fixed =
                        [input.as_str(), "-f", SLICE, "--genes", GENES, "-m", MODEL, "--cache", fresh, "-o", &out];
                    variants(&fixed)
                })
            })
            .collect();
        for run in runs {
            let run = run.join().expect("a run");
            assert_eq!(run.code, 0, "{}", run.stderr);
        }
    });
    for number in 0..3 {
        assert_eq!(folder.read(&format!("p{number}.vcf")), plain);
    }
}

#[test]
fn a_cache_tells_case_apart_where_the_card_does() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let model = folder.path("masked");
    shell(&format!(
        "cp -r {MODEL} {model}; cd {model}; sed -i 's/unknown: zeros/unknown: zeros, case: mask/; /self_test/d' card.yaml"
    ));
    let mut soft = bases.clone();
    soft[51_950..51_980].make_ascii_lowercase();
    soft[51_999] = soft[51_999].to_ascii_lowercase();
    let text = |bases: Vec<u8>| format!(">{CONTIG}\n{}\n", String::from_utf8(bases).expect("bases"));
    let inserted = Variant(52_000, char::from(bases[51_999]).into(), format!("{}GATTACA", char::from(bases[51_999])));
    let input = folder.write("in.vcf", vcf(CONTIG, &[("v".into(), inserted)]));
    let (upper, lower) = (folder.write("up.fa", text(bases.clone())), folder.write("low.fa", text(soft)));
    let score = |model: &str, fasta: &str, cached: bool| {
        let cache = folder.path("cache");
        let more = if cached { vec!["--cache", &cache] } else { vec![] };
        let run = variants(&[&[input.as_str(), "-f", fasta, "--genes", GENES, "-m", model][..], &more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        effects(&run.stdout, "GG_EFFECT")
    };
    let plain = [score(&model, &upper, false), score(&model, &lower, false)];
    assert_ne!(plain[0], plain[1]);
    assert_eq!([score(&model, &upper, true), score(&model, &lower, true)], plain);
    // Where the card does not, letters of both cases are the same.
    assert_eq!(score(MODEL, &upper, true), score(MODEL, &lower, false));
}
