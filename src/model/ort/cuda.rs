//! The parts of ONNX Runtime that a run on an NVIDIA GPU needs.
//!
//! A build for GPUs has a second file, the CUDA provider, beside the library. The provider is linked against libraries of CUDA; some of
//! them, cuDNN for one, it opens only when a network needs them. The system's loader finds those of a system-wide installation and of
//! `LD_LIBRARY_PATH`. It does not find those of NVIDIA's Python packages (`nvidia/*/lib` beside the package `onnxruntime`) nor those of
//! a conda environment: these are loaded here by their path, before the provider asks for them by name.

use std::{
    collections::HashSet,
    env,
    error::Error,
    fs::{self, File},
    path::{Path, PathBuf},
};

use elf::{ElfStream, abi::DT_NEEDED, endian::AnyEndian};

/// The file beside the library of a build for NVIDIA GPUs.
pub(super) const PROVIDER: &str = "libonnxruntime_providers_cuda.so";
/// The driver's own library: no package has it.
const DRIVER: &str = "libcuda.so.1";
/// Libraries that the provider opens when a network needs them, by the beginning of their names.
const OPENED_LATER: [&str; 3] = ["libcudnn.so.", "libcufft.so.", "libnvrtc.so."];

/// What to do about a problem of this file.
pub(super) fn hint(problem: &str) -> &'static str {
    if problem.starts_with(DRIVER) {
        return "nvidia-smi must list a GPU where genogloss runs; or omit --device cuda";
    }
    "pip install 'onnxruntime-gpu[cuda,cudnn]' into the Python or conda environment of genogloss (after pip uninstall onnxruntime: both packages have the same files); or omit --device cuda"
}

/// The provider's file, beside a library.
pub(super) fn provider(library: &Path) -> PathBuf {
    library.with_file_name(PROVIDER)
}

/// Those of the libraries that have the provider beside them, in the same order.
pub(super) fn builds_for_gpus(libraries: Vec<PathBuf>) -> Vec<PathBuf> {
    let has_provider = |library: &PathBuf| {
        // A link to the library can be elsewhere than the provider.
        let library = fs::canonicalize(library).unwrap_or_else(|_| library.clone());
        provider(&library).is_file()
    };
    libraries.into_iter().filter(has_provider).collect()
}

/// Why none of these libraries runs on a GPU, in one line.
pub(super) fn no_build_for_gpus(libraries: &[PathBuf]) -> String {
    let mut seen = HashSet::new();
    let real = |library: &PathBuf| fs::canonicalize(library).ok().filter(|path| path.is_file());
    let places: Vec<String> = libraries
        .iter()
        .filter_map(real)
        .filter(|library| seen.insert(library.clone()))
        .map(|library| library.display().to_string())
        .collect();
    match places.as_slice() {
        [] => {
            "no GPU build of ONNX Runtime was found (ORT_DYLIB_PATH, beside the program, Python and conda environments)"
                .into()
        }
        places => format!("no GPU build of ONNX Runtime: {PROVIDER} is not beside {}", places.join(" nor beside ")),
    }
}

/// Loads the libraries of CUDA that the provider of this library needs. Where they cannot be loaded: which, and why, in one line.
///
/// One that the loader finds in `LD_LIBRARY_PATH`, which the user has set, is left to it.
pub(super) fn load_libraries(library: &Path) -> Result<(), String> {
    load_from(&folders(library), &provider(library), &|path| {
        // The loader's own message is the source.
        ort::util::preload_dylib(path)
            .map_err(|error| error.source().map_or_else(|| error.to_string(), ToString::to_string))
    })
}

fn load_from(folders: &[PathBuf], provider: &Path, load: &dyn Fn(&Path) -> Result<(), String>) -> Result<(), String> {
    let mut waiting: Vec<String> = needed(provider)?.into_iter().filter(|name| is_of_cuda(name)).collect();
    // Some need others of the list: whatever loads is loaded, until nothing more does.
    loop {
        let before = waiting.len();
        let mut problems = Vec::new();
        for name in std::mem::take(&mut waiting) {
            if let Err(problem) = load_one(&name, folders, load) {
                waiting.push(name.clone());
                problems.push((name, problem));
            }
        }
        if waiting.is_empty() {
            break;
        }
        if waiting.len() == before {
            return Err(explain(&problems, provider));
        }
    }
    for name in opened_later(folders) {
        if let Err(problem) = load_one(&name, folders, load) {
            tracing::info!("{name} cannot be loaded: {problem}");
        }
    }
    Ok(())
}

/// Others are never loaded by their path: a second libstdc++ beside the one that is loaded would be a mistake.
fn is_of_cuda(name: &str) -> bool {
    name.starts_with("libcu") || name.starts_with("libnv")
}

fn load_one(name: &str, folders: &[PathBuf], load: &dyn Fn(&Path) -> Result<(), String>) -> Result<(), String> {
    let path = folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    match path {
        Some(path) if !in_library_path(name) => load(&path),
        _ => load(Path::new(name)),
    }
}

/// One line about the libraries that do not load. That of the driver is named only where the others are there: it is a matter of the
/// machine, they are a matter of the environment.
fn explain(problems: &[(String, String)], provider: &Path) -> String {
    let (driver, others): (Vec<_>, Vec<_>) = problems.iter().partition(|(name, _)| name == DRIVER);
    let place = provider.display();
    match (others.as_slice(), driver.as_slice()) {
        ([], _) => format!(
            "{DRIVER}, the library of NVIDIA's driver, cannot be loaded: there is no driver on this machine, or a container was started without --gpus all (Docker) or --nv (Apptainer)"
        ),
        ([(name, problem), more @ ..], _) => {
            let problem = problem.lines().next().unwrap_or_default();
            let problem = problem.strip_prefix(&format!("{name}: ")).unwrap_or(problem);
            let more = match more {
                [] => String::new(),
                more => format!("; nor {}", more.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")),
            };
            format!("{name}, which {place} needs, cannot be loaded: {problem}{more}")
        }
    }
}

/// Folders of CUDA's libraries that belong to this library's environment: NVIDIA's Python packages, then `lib` of the environment.
fn folders(library: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    // …/site-packages/onnxruntime/capi/libonnxruntime.so.1.31.1
    let packages = library.ancestors().nth(3).filter(|folder| folder.join("nvidia").is_dir());
    if let Some(packages) = packages
        && let Ok(entries) = fs::read_dir(packages.join("nvidia"))
    {
        found.extend(entries.flatten().map(|entry| entry.path().join("lib")).filter(|folder| folder.is_dir()));
        found.sort();
    }
    // …/lib/libonnxruntime.so (conda), and …/lib/python3.12/site-packages/….
    let lib = |folder: &&Path| matches!(folder.file_name(), Some(name) if name == "lib" || name == "lib64");
    found.extend(library.ancestors().skip(1).find(lib).map(Path::to_path_buf));
    if let Some(conda) = env::var_os("CONDA_PREFIX").filter(|prefix| !prefix.is_empty()) {
        found.push(Path::new(&conda).join("lib"));
    }
    found
}

/// The names of the libraries that a file is linked against.
fn needed(file: &Path) -> Result<Vec<String>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let open = File::open(file).map_err(|error| failed(&error))?;
    let mut stream = ElfStream::<AnyEndian, _>::open_stream(open).map_err(|error| failed(&error))?;
    let names: Vec<usize> = match stream.dynamic().map_err(|error| failed(&error))? {
        Some(table) => {
            table.iter().filter(|entry| entry.d_tag == DT_NEEDED).map(|entry| entry.d_val() as usize).collect()
        }
        None => Vec::new(),
    };
    let Some(section) = stream.section_header_by_name(".dynstr").map_err(|error| failed(&error))?.copied() else {
        return Err(failed(&"not a shared library: it has no .dynstr"));
    };
    let strings = stream.section_data_as_strtab(&section).map_err(|error| failed(&error))?;
    names.into_iter().map(|name| strings.get(name).map(String::from).map_err(|error| failed(&error))).collect()
}

/// The libraries in these folders that the provider opens by name when a network needs them; of each, the first.
fn opened_later(folders: &[PathBuf]) -> Vec<String> {
    let mut names = Vec::new();
    for prefix in OPENED_LATER {
        let name = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).find_map(|entries| {
            // `libcudnn.so.9`, the name by which others ask for it; not `libcudnn.so.9.28.1`.
            let version = |name: &str| name.strip_prefix(prefix).is_some_and(|end| end.parse::<u32>().is_ok());
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).find(|name| version(name))
        });
        names.extend(name);
    }
    names
}

fn in_library_path(name: &str) -> bool {
    env::var_os("LD_LIBRARY_PATH").is_some_and(|path| {
        env::split_paths(&path).any(|folder| !folder.as_os_str().is_empty() && folder.join(name).is_file())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::print_stderr, reason = "a skipped test says why")]

    use std::process::Command;

    use super::*;

    fn file(path: &Path) -> PathBuf {
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, "").expect("written");
        path.into()
    }

    #[test]
    fn a_package_for_gpus_comes_before_a_library_for_cpus() {
        let folder = tempfile::tempdir().expect("a folder");
        let conda = file(&folder.path().join("lib/libonnxruntime.so.1.31.1"));
        let wheel = file(&folder.path().join("lib/python3.12/site-packages/onnxruntime/capi/libonnxruntime.so.1.31.1"));
        let problem = no_build_for_gpus(&[conda.clone(), wheel.clone(), wheel.clone()]);
        let real = |path: &PathBuf| fs::canonicalize(path).expect("a file").display().to_string();
        assert_eq!(
            problem,
            format!(
                "no GPU build of ONNX Runtime: {PROVIDER} is not beside {} nor beside {}",
                real(&conda),
                real(&wheel)
            )
        );
        file(&provider(&wheel));
        assert_eq!(builds_for_gpus(vec![conda.clone(), wheel.clone()]), [wheel.as_path()]);
        // A link beside the program, as in some images.
        let link = folder.path().join("bin/libonnxruntime.so");
        fs::create_dir_all(folder.path().join("bin")).expect("a folder");
        std::os::unix::fs::symlink(&wheel, &link).expect("a link");
        assert_eq!(builds_for_gpus(vec![conda, link.clone()]), [link]);
    }

    #[test]
    fn libraries_are_searched_in_nvidia_s_packages_and_in_the_environment() {
        let folder = tempfile::tempdir().expect("a folder");
        let packages = folder.path().join("lib/python3.12/site-packages");
        let cudnn = file(&packages.join("nvidia/cudnn/lib/libcudnn.so.9"));
        let cuda = file(&packages.join("nvidia/cu13/lib/libcudart.so.13"));
        file(&packages.join("nvidia/cudnn/include/cudnn.h"));
        file(&packages.join("nvidia/cudnn/lib/libcudnn.so.9.28.1"));
        let found = folders(&packages.join("onnxruntime/capi/libonnxruntime.so.1.31.1"));
        let expected = [cuda, cudnn].map(|path| path.parent().expect("a parent").to_path_buf());
        assert_eq!(found[..2], expected);
        assert_eq!(found[2], folder.path().join("lib"));
        assert_eq!(opened_later(&found), ["libcudnn.so.9"]);
        assert_eq!(folders(&folder.path().join("lib/libonnxruntime.so"))[0], folder.path().join("lib"));
    }

    /// A shared library made by the C compiler, linked against others.
    fn library(path: &Path, against: &[&Path]) -> bool {
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        let name = path.file_name().expect("a name").to_str().expect("text");
        let source = path.with_extension("c");
        fs::write(&source, format!("int {}(void) {{ return 1; }}\n", name.replace(['.', '-'], "_"))).expect("written");
        let soname = format!("-Wl,-soname,{name}");
        Command::new("cc")
            .args(["-shared", "-fPIC", "-nostdlib", "-Wl,--no-as-needed", &soname, "-o"])
            .arg(path)
            .arg(&source)
            .args(against)
            .status()
            .is_ok_and(|status| status.success())
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn libraries_are_loaded_in_any_order_and_a_missing_one_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let capi = folder.path().join("lib/python3.12/site-packages/onnxruntime/capi");
        let nvidia = folder.path().join("lib/python3.12/site-packages/nvidia");
        // Names that no machine has: a library that is loaded stays loaded in this process.
        let inner = nvidia.join("cu13/lib/libcutestinner.so.13");
        let outer = nvidia.join("cublas/lib/libcutestouter.so.13");
        let gone = nvidia.join("cudnn/lib/libcutestgone.so.9");
        let provider_file = capi.join(PROVIDER);
        if !(library(&inner, &[])
            && library(&outer, &[&inner])
            && library(&gone, &[])
            && library(&provider_file, &[&outer, &inner, &gone]))
        {
            eprintln!("SKIPPED: libraries of CUDA, made by a C compiler (cc is not installed)");
            return;
        }
        let names = ["libcutestouter.so.13", "libcutestinner.so.13", "libcutestgone.so.9"];
        assert_eq!(needed(&provider_file).expect("ELF"), names);
        fs::remove_file(&gone).expect("removed");
        let problem = load_libraries(&capi.join("libonnxruntime.so.1.31.1")).expect_err("one is missing");
        let start = format!("libcutestgone.so.9, which {} needs, cannot be loaded: ", provider_file.display());
        assert!(problem.starts_with(&start) && problem.contains("No such file"), "{problem}");
        assert!(!problem.contains('\n') && !problem.contains("; nor"), "{problem}");
        // The loader itself now finds all of them by name.
        assert!(library(&gone, &[]));
        load_libraries(&capi.join("libonnxruntime.so.1.31.1")).expect("loaded");
        names.iter().for_each(|name| ort::util::preload_dylib(Path::new(name)).expect("loaded by its name"));
    }

    #[test]
    fn a_missing_driver_is_named_after_missing_libraries() {
        let problem = |names: &[&str]| {
            let problems: Vec<_> = names.iter().map(|name| (name.to_string(), format!("{name}: no"))).collect();
            explain(&problems, Path::new("/p.so"))
        };
        assert!(problem(&[DRIVER]).starts_with("libcuda.so.1, the library of NVIDIA's driver, cannot be loaded"));
        assert_eq!(
            problem(&[DRIVER, "libcublas.so.13", "libcurand.so.10"]),
            "libcublas.so.13, which /p.so needs, cannot be loaded: no; nor libcurand.so.10"
        );
    }

    #[test]
    fn a_provider_that_is_no_library_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let provider = file(&folder.path().join(PROVIDER));
        let problem = load_libraries(&folder.path().join("libonnxruntime.so")).expect_err("an empty file");
        assert!(problem.starts_with(&format!("{}: ", provider.display())), "{problem}");
    }
}
