//! Bad model folders, devices and engines.

#![allow(clippy::print_stdout, reason = "what was not tried, and which case failed, is said")]

use std::{fs, path::Path, process::Command};

use super::{Desk, each, engines, noise, variants};
use crate::support::{PROGRAM, finish, root, skipped};

fn sha256(path: &Path) -> String {
    let sum = Command::new("sha256sum").arg(path).output().expect("sha256sum");
    String::from_utf8_lossy(&sum.stdout).split_whitespace().next().expect("a digest").into()
}

#[test]
fn a_model_that_is_not_there_is_an_error() {
    let desk = Desk::with_genome();
    desk.fails("scan g.fa -m nosuch -o out.bed", &["nosuch", "hint:", "genogloss models list"]);
    desk.fails("scan g.fa -m ./nosuch -o out.bed", &["./nosuch", "no such folder"]);
    fs::create_dir(desk.at("empty")).expect("a folder");
    desk.fails("scan g.fa -m ./empty -o out.bed", &["./empty", "card.yaml"]);
    desk.fails("models check ./nosuch", &["./nosuch"]);
    let before = desk.state();
    let error = desk.run("scan g.fa -m exact:nosuch -o out.bed").error(2);
    assert!(error.contains("nosuch") && error.contains("reverse-complement"), "{error}");
    assert_eq!(desk.state(), before);
}

#[test]
fn a_card_that_contradicts_its_network_is_an_error() {
    let desk = Desk::with_genome();
    let card = fs::read_to_string(root().join("models/core-promoter/card.yaml")).expect("the card");
    let digest = card.lines().find(|line| line.trim().starts_with("model.onnx:")).expect("a digest");
    let wrong: String = digest.chars().rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect::<String>()
        + if digest.ends_with('0') { "1" } else { "0" };
    let changes: [(&str, &str, &str, &[&str]); 8] = [
        ("tensor", "tensor: sequence", "tensor: onehot", &["onehot", "sequence"]),
        ("output", "output: promoter", "output: enhancer", &["enhancer", "promoter"]),
        ("span", "span: 70, core: 35", "span: 80, core: 40", &["(any, 4, 70)", "(any, 4, 80)"]),
        ("layout", "channels-first", "channels-last", &["sequence", "shape"]),
        ("labels", "labels: [promoter]", "labels: [promoter, other]", &["promoter", "shape"]),
        ("dtype", "dtype: f32", "dtype: u8", &["sequence", "u8"]),
        ("digest", digest, &wrong, &["model.onnx", "sha256", "hint:"]),
        ("mask", "unknown: zeros}", "unknown: zeros, mask: mask}", &["mask"]),
    ];
    each(changes, |(name, from, to, words)| {
        desk.model(name, |card| {
            assert!(card.contains(from), "{from}");
            card.replace(from, to)
        });
        for engine in engines() {
            if (name, engine) == ("dtype", "rten") {
                continue; // rten does not say types.
            }
            let error = desk.fails(&format!("scan g.fa -m ./{name} --engine {engine} -o out.bed"), words);
            // core-promoter is also the name of a built-in model: which folder is meant must be said.
            assert!(error.contains(&format!("./{name}")), "the folder is not named: {error}");
            desk.fails(&format!("variants v.vcf -f g.fa -m ./{name} --engine {engine} -o out.vcf"), words);
        }
    });
}

/// What is done to a card.
type Change = &'static dyn Fn(String) -> String;

#[test]
fn a_card_that_is_none_is_an_error() {
    let desk = Desk::with_genome();
    let cases: [(&str, Change, &str); 10] = [
        ("unknown-key", &|card| card.replace("kind:", "colour: red\nkind:"), "colour"),
        ("unknown-inner-key", &|card| card.replace("span: 70", "span: 70, spam: 3"), "spam"),
        ("missing-key", &|card| card.replace("kind: classify\n", ""), "kind"),
        ("rows", &|card| card.replace("rows: 16", "rows: 0"), "rows"),
        ("negative", &|card| card.replace("span: 70", "span: -70"), "invalid u64"),
        ("not-yaml", &|_| "{[".into(), "card.yaml"),
        ("empty", &|_| String::new(), "card.yaml"),
        ("nested", &|_| "[".repeat(100_000), "card.yaml"),
        (
            "laughs",
            &|_| {
                let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_string();
                (1..12).for_each(|i| {
                    text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(",")))
                });
                text
            },
            "card.yaml",
        ),
        (
            "up",
            &|card| card.replace("model: model.onnx", "model: ../g.fa").replace("    model.onnx:", "    ../g.fa:"),
            "../g.fa",
        ),
    ];
    each(cases, |(name, change, word)| {
        desk.model(name, change);
        desk.fails(&format!("scan g.fa -m ./{name} -o out.bed"), &[&format!("./{name}/card.yaml"), word]);
        let run = desk.run(&format!("models check ./{name}"));
        assert!(run.code == 1 && !run.stderr.contains("panicked"), "models check {name}: {} {}", run.code, run.stderr);
    });
    fs::write(desk.model("binary", |card| card).join("card.yaml"), noise(5000, 40)).expect("written");
    desk.fails("scan g.fa -m ./binary -o out.bed", &["./binary", "card.yaml"]);
}

#[test]
fn a_link_out_of_a_model_folder_is_not_followed() {
    let desk = Desk::with_genome();
    for (name, file) in [("network", "model.onnx"), ("card", "card.yaml")] {
        let folder = desk.model(name, |card| card);
        let outside = desk.at(format!("outside-{file}"));
        fs::rename(folder.join(file), &outside).expect("moved");
        std::os::unix::fs::symlink(&outside, folder.join(file)).expect("a link");
        desk.fails(&format!("scan g.fa -m ./{name} -o out.bed"), &[&format!("./{name}"), file, "link"]);
    }
}

#[test]
fn a_pipe_in_a_model_folder_does_not_hang_the_program() {
    let desk = Desk::with_genome();
    let folder = desk.model("pipe", |card| card);
    fs::remove_file(folder.join("model.onnx")).expect("removed");
    desk.shell("mkfifo pipe/model.onnx");
    let line = format!("timeout -s KILL 20 {PROGRAM} scan g.fa -m ./pipe -o out.bed");
    let run = finish(Command::new("bash").args(["-c", &line]).current_dir(desk.path()), b"");
    assert_ne!(run.code, 137, "it hangs");
    run.error(1);
}

#[test]
fn a_corrupt_network_is_an_error_that_names_its_file() {
    let desk = Desk::with_genome();
    let good = fs::read(root().join("models/core-promoter/model.onnx")).expect("the network");
    let damaged = {
        let mut bytes = good.clone();
        bytes[200_000..200_300].copy_from_slice(&noise(300, 41));
        bytes
    };
    let random = noise(5000, 42);
    let cases =
        [("cut", &good[..300_000]), ("damaged", &damaged), ("noise", &random), ("nothing", b""), ("text", b"hello\n")];
    each(cases, |(name, bytes)| {
        let folder = desk.model(name, |card| card);
        let network = folder.join("model.onnx");
        fs::write(&network, bytes).expect("written");
        let card = fs::read_to_string(folder.join("card.yaml")).expect("the card");
        fs::write(
            folder.join("card.yaml"),
            card.replace("6fed089cef169044fbb501abad3225609f5ba04ff87b8d04d3ed526ff3df9f40", &sha256(&network)),
        )
        .expect("written");
        for engine in engines() {
            println!("{name}, {engine}");
            let error = desk.fails(&format!("scan g.fa -m ./{name} --engine {engine} -o out.bed"), &[]);
            assert!(error.contains("model.onnx") || error.contains(&format!("./{name}")), "no file is named: {error}");
        }
        let run = desk.run(&format!("models check ./{name}"));
        assert!(run.code == 1 && !run.stderr.contains("panicked"), "models check {name}: {} {}", run.code, run.stderr);
    });
}

#[test]
fn a_card_cannot_write_lines_into_a_vcf_header() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    desk.model("evil", |card| card.replace("version: 1.0.0", "version: \"1\\n#CHROM\\tx\\\"y\""));
    let run = desk.run("variants v.vcf -f g.fa -m ./evil --engine rten");
    if run.code == 0 {
        assert_eq!(run.stdout.lines().filter(|line| line.starts_with("#CHROM")).count(), 1, "{:.900}", run.stdout);
    } else {
        assert!(run.error(1).contains("version"));
    }
}

#[test]
fn a_device_that_is_not_there_is_an_error() {
    if Path::new("/dev/nvidia0").exists() {
        println!("not tried: this machine has a GPU");
        return;
    }
    let desk = Desk::with_genome();
    // A GPU build without a GPU: the driver is what is missing.
    desk.fails("scan g.fa --device cuda:0 -o out.bed", &["cuda", "hint:"]);
    desk.fails("scan g.fa --device cuda:0 --engine ort -o out.bed", &["cuda", "hint:"]);
    for device in ["cuda:x", "cuda:-1", "gpu", "cuda:99999999999", ""] {
        let run = finish(desk.command().args(["scan", "g.fa", "--device", device, "-o", "out.bed"]), b"");
        run.error(2);
    }
    desk.run("scan g.fa --device cuda:0 --engine rten -o out.bed").error(2);
    assert_eq!(desk.names(), ["g.fa"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_package_for_gpus_is_taken_for_a_gpu_and_a_library_for_cpus_otherwise() {
    let Some(library) = std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) else {
        println!("SKIPPED: an environment with two builds of ONNX Runtime (ORT_DYLIB_PATH is not set)");
        return;
    };
    // A conda environment: its library for CPUs, and the Python package onnxruntime-gpu, whose provider needs a library of CUDA.
    let desk = Desk::with_genome();
    let capi = desk.at("env/lib/python3.12/site-packages/onnxruntime/capi");
    let (bin, provider) = (desk.at("env/bin"), capi.join("libonnxruntime_providers_cuda.so"));
    [&bin, &capi].into_iter().for_each(|folder| std::fs::create_dir_all(folder).expect("a folder"));
    std::fs::copy(PROGRAM, bin.join("genogloss")).expect("copied");
    for folder in [&desk.at("env/lib"), &capi] {
        std::fs::copy(&library, folder.join("libonnxruntime.so.1.31.1")).expect("copied");
    }
    let run = |device: &str| {
        let mut command = std::process::Command::new(bin.join("genogloss"));
        for name in ["ORT_DYLIB_PATH", "VIRTUAL_ENV", "CONDA_PREFIX"] {
            command.env_remove(name);
        }
        command
            .current_dir(desk.at("."))
            .args(["scan", "g.fa", "--engine", "ort", "-v", "--device", device, "-o", "out.bed"]);
        finish(&mut command, b"")
    };
    let error = run("cuda").error(1);
    assert!(
        error.contains("libonnxruntime_providers_cuda.so is not beside ") && error.contains(" nor beside "),
        "{error}"
    );
    std::fs::write(&provider, "no library").expect("written");
    let error = run("cuda").error(1);
    assert!(error.contains(&format!("{}: ", std::fs::canonicalize(&provider).expect("a file").display())), "{error}");
    std::fs::remove_file(&provider).expect("removed");
    let linked = std::process::Command::new("cc")
        .args(["-shared", "-nostdlib", "-Wl,--no-as-needed,-soname,libcudnothing.so.9", "-x", "c", "/dev/null", "-o"])
        .arg(desk.at("libcudnothing.so.9"))
        .status()
        .and_then(|_| {
            std::process::Command::new("cc")
                .args(["-shared", "-nostdlib", "-Wl,--no-as-needed", "-o"])
                .args([&provider, &desk.at("libcudnothing.so.9")])
                .status()
        });
    if !linked.is_ok_and(|status| status.success()) {
        println!("SKIPPED: a missing library of CUDA (cc is not installed)");
        return;
    }
    let error = run("cuda").error(1);
    assert!(error.contains("libcudnothing.so.9, which ") && error.contains("No such file"), "{error}");
    assert!(error.contains("hint: pip install 'onnxruntime-gpu[cuda,cudnn]'"), "{error}");
    run("cpu").good();
}

#[test]
fn an_engine_that_is_not_there_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("text.so", "hello");
    let text = desk.at("text.so").display().to_string();
    each(["/nonexistent/libonnxruntime.so", &text, "/etc"], |library| {
        let run = finish(
            desk.command().env("ORT_DYLIB_PATH", library).args(["scan", "g.fa", "--engine", "ort", "-o", "out.bed"]),
            b"",
        );
        let error = run.error(1);
        assert!(error.contains(library) && error.contains("hint:"), "{library}: {error}");
    });
    assert_eq!(desk.names(), ["g.fa", "text.so"]);
}

#[test]
#[cfg(target_os = "linux")]
fn files_that_are_no_library_are_passed_over_for_the_next() {
    // In a process of its own: where the library is loaded already, the loader takes any file for it.
    let desk = Desk::with_genome();
    let names = ["libonnxruntime.so.3.0.0", "libonnxruntime.so.2.0.0", "libonnxruntime.so.1.0.0"];
    fs::create_dir_all(desk.at("env/lib")).expect("a folder");
    names.iter().for_each(|name| desk.write(&format!("env/lib/{name}"), "no library"));
    let run = |conda: &str| {
        let mut command = desk.command();
        command.env_remove("ORT_DYLIB_PATH").env("VIRTUAL_ENV", desk.at("env")).env("CONDA_PREFIX", desk.at(conda));
        finish(command.args(["scan", "g.fa", "--engine", "ort", "-o", "out.bed"]), b"")
    };
    let error = run("nothing").error(1);
    let told = |text: &str| names.iter().all(|name| text.contains(*name));
    assert!(told(&error) && error.contains("hint:"), "{error}");
    assert!(!desk.names().iter().any(|name| name.starts_with("out.bed")), "{:?}", desk.names());
    let Some(library) = std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) else {
        skipped("the next library after them (ORT_DYLIB_PATH is not set)");
        return;
    };
    std::fs::create_dir_all(desk.at("conda/lib")).expect("a folder");
    std::fs::copy(&library, desk.at("conda/lib/libonnxruntime.so.1.31.1")).expect("copied");
    let run = run("conda");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(told(&run.stderr), "{}", run.stderr);
    assert_eq!(run.stderr.matches("using ONNX Runtime").count(), names.len(), "{}", run.stderr);
}
