//! The cache of scores by windows.

use super::{SLICE, TRACK, bytes, sample};
use crate::support::{Folder, genogloss, shell};

#[test]
fn a_cache_gives_the_same_bytes_without_running_a_window() {
    let folder = Folder::new();
    let file = folder.write("s.vcf", sample("s", 1, 80));
    let cache = folder.path("cache");
    let counts = || -> serde_json::Value {
        let manifest: serde_json::Value = serde_json::from_str(&folder.read("x.vcf.manifest.json")).expect("JSON");
        manifest["counts"].clone()
    };
    // Each of these has other answers for the same alleles.
    let models: [&[&str]; 5] = [
        TRACK,
        &["-m", "tests/models/track", "-t", "1", "--compare", "sum"],
        &["-m", "tests/models/track", "-t", "1", "--column", "coverage"],
        &["-m", "core-promoter", "-t", "1"],
        &["-m", "exact:gc", "-t", "1"],
    ];
    for model in models {
        let fixed = [&[file.as_str(), "-f", SLICE], model].concat();
        let plain = bytes(&folder, "x.vcf", &fixed);
        let usual = counts();
        assert!(usual.get("cache").is_none());
        let with = [fixed.as_slice(), &["--cache", &cache]].concat();
        assert!(bytes(&folder, "x.vcf", &with) == plain, "{model:?}");
        let cold = counts();
        assert_eq!((&cold["cache"]["hits"], &cold["windows"]), (&0.into(), &usual["windows"]), "{model:?}");
        assert!(bytes(&folder, "x.vcf", &with) == plain, "{model:?}");
        let warm = counts();
        assert_eq!(warm["cache"]["hits"], cold["cache"]["misses"], "{model:?}");
        assert_eq!((&warm["cache"]["misses"], &warm["windows"]), (&0.into(), &0.into()), "{model:?}");
        assert_eq!((&warm["scored"], &warm["scores"]), (&usual["scored"], &usual["scores"]), "{model:?}");
    }
}

#[test]
fn a_cache_tells_models_and_sequences_apart() {
    let folder = Folder::new();
    let file = folder.write("s.vcf", sample("s", 1, 30));
    let (cache, model, fasta) = (folder.path("cache"), folder.path("other"), folder.path("other.fa"));
    // The same network with another card; and a reference with another base here and there, where no record lies.
    shell(&format!(
        "cp -r tests/models/track {model}; sed -i 's/^strand: average/strand: max/; /^self_test/d' {model}/card.yaml"
    ));
    let places: Vec<usize> =
        folder.read("s.vcf").lines().filter_map(|line| line.split('\t').nth(1)?.parse().ok()).collect();
    let mut bases = super::slice().into_bytes();
    for at in (0..3000).step_by(7).filter(|at| !places.iter().any(|place| (*place - 1..*place + 3).contains(at))) {
        bases[at] = if bases[at] == b'A' { b'C' } else { b'A' };
    }
    std::fs::write(&fasta, format!(">{}\n{}\n", super::CONTIG, String::from_utf8(bases).expect("bases")))
        .expect("written");
    let mut all = Vec::new();
    for (fasta, model) in [(SLICE, "tests/models/track"), (&fasta, "tests/models/track"), (SLICE, model.as_str())] {
        let fixed = [file.as_str(), "-f", fasta, "-m", model, "-t", "1"];
        let plain = bytes(&folder, "x.vcf", &fixed);
        assert!(bytes(&folder, "y.vcf", &[&fixed[..], &["--cache", &cache]].concat()) == plain, "{fasta} {model}");
        all.push(super::records(&String::from_utf8(plain).expect("text")));
    }
    assert!(all[0] != all[1] && all[0] != all[2]);
}

#[test]
fn several_processes_share_a_cache() {
    let folder = Folder::new();
    let file = folder.write("s.vcf", sample("s", 2, 60));
    let plain = bytes(&folder, "x.vcf", &[&[file.as_str(), "-f", SLICE], TRACK].concat());
    let cache = folder.path("cache");
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..3)
            .map(|number| {
                let (out, file, cache) = (folder.path(&format!("p{number}.vcf")), &file, &cache);
                scope.spawn(move || {
                    let fixed = ["variants", file, "-f", SLICE, "--cache", cache, "-o", &out];
                    genogloss(&[&fixed, TRACK].concat()).good();
                    std::fs::read(out).expect("the output")
                })
            })
            .collect();
        for run in runs {
            assert!(run.join().expect("a run") == plain);
        }
    });
}
