//! Models that write answers: both engines agree with the reference, and what does not fit together is refused.

use crate::support::{Folder, genogloss, read_repository, root, succeed};

const MODEL: &str = "tests/models/decoder";

#[test]
fn both_engines_answer_as_pytorch_does() {
    // The self-test was written with ONNX Runtime in Python and compared with PyTorch there.
    // The other is a Llama of transformers, exported by optimum, with the answers of transformers itself.
    for model in [MODEL, "tests/models/llama"] {
        let said = succeed(&["models", "check", model]);
        assert!(said.contains("rten") && said.contains("5 prompts of the self-test"), "{said}");
        if std::env::var_os("ORT_DYLIB_PATH").is_some() {
            assert!(said.contains("ONNX Runtime"), "{said}");
        }
    }
}

#[test]
fn a_tokenizer_that_is_not_the_networks_is_refused() {
    let folder = Folder::new();
    let copy = |name: &str| std::fs::copy(root().join(MODEL).join(name), folder.path(name)).expect("copied");
    ["model.onnx", "self_test.tsv"].iter().for_each(|name| {
        copy(name);
    });
    let tokenizer = read_repository(&format!("{MODEL}/tokenizer.json"));
    let mut about: serde_json::Value = serde_json::from_str(&tokenizer).expect("JSON");
    let vocabulary = about["model"]["vocab"].as_object_mut().expect("a vocabulary");
    for more in 0..64 {
        vocabulary.insert(format!("more{more}"), (1000 + more).into());
    }
    folder.write("tokenizer.json", about.to_string());
    let digest = |name: &str| {
        use sha2::Digest;
        let digest = sha2::Sha256::digest(std::fs::read(folder.path(name)).expect("read"));
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let card = read_repository(&format!("{MODEL}/card.yaml"));
    let old = card.lines().find_map(|line| line.trim().strip_prefix("tokenizer.json: ")).expect("a digest").to_string();
    folder.write("card.yaml", card.replace(&old, &digest("tokenizer.json")));
    let model = folder.path("");
    let run = genogloss(&["ask", "symbol=A, gene description =", "-m", &model]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("its tokenizer has") && run.stderr.contains("hint: "), "{}", run.stderr);
}
