//! Finding and loading the library.
//!
//! It is searched for in `ORT_DYLIB_PATH`, beside the program, in the Python environment into which the program was installed or that
//! is active, and in the conda environment. For an NVIDIA GPU only builds for GPUs count (`cuda`), so that one of them is taken even where
//! one for CPUs comes first, as in a conda environment with the package onnxruntime-gpu. Nothing is ever downloaded.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use ort::environment::Environment;

use super::cuda;
use crate::model::{device::Device, engine::NotFound};

/// The loaded library.
pub(crate) struct Runtime {
    pub(super) environment: Environment,
    /// Its file.
    pub path: PathBuf,
    /// Its version, such as `1.31.1`.
    pub version: String,
    /// Files that were tried before it, and why they cannot be used.
    pub passed_over: Vec<String>,
}

static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();

/// Loads the library, once: the device of the first call decides which. The error is one line: what was searched for and where.
pub(crate) fn runtime(device: Device) -> Result<&'static Runtime, String> {
    RUNTIME.get_or_init(|| load(device)).as_ref().map_err(Clone::clone)
}

/// The error of a model that needs the library.
pub(super) fn not_found(problem: String, device: Device) -> NotFound {
    let hint = match device {
        Device::Cpu => {
            "pip install onnxruntime into the active Python environment, or set ORT_DYLIB_PATH to the library; or use --engine rten, the built-in engine"
        }
        Device::Cuda(_) => cuda::hint(&problem),
    };
    NotFound { problem, hint, was_named: named_by_user().is_some() }
}

/// The file that the user names, if any.
fn named_by_user() -> Option<PathBuf> {
    env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn load(device: Device) -> Result<Runtime, String> {
    if let Some(path) = named_by_user()
        && !path.is_file()
    {
        return Err(format!("ORT_DYLIB_PATH is {}: no such file", path.display()));
    }
    let mut passed_over = Vec::new();
    let mut files = candidates();
    if let Device::Cuda(_) = device {
        let builds = cuda::builds_for_gpus(files.clone());
        if builds.is_empty() {
            return Err(cuda::no_build_for_gpus(&files));
        }
        files = builds;
    }
    let Some((path, builder)) = first_that_loads(files, &mut passed_over, |path| ort::init_from(path)) else {
        return Err(if passed_over.is_empty() {
            "ONNX Runtime was not found (ORT_DYLIB_PATH, beside the program, Python and conda environments)".into()
        } else {
            passed_over.join("; ")
        });
    };
    // The library stays loaded from here on: no other one can be tried.
    if let Device::Cuda(_) = device {
        cuda::load_libraries(&path)?;
    }
    let environment = builder
        .with_name("genogloss")
        .with_telemetry(false)
        .build()
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let version = version_of(&path).unwrap_or_else(|| "unknown version".into());
    for problem in &passed_over {
        tracing::info!("using ONNX Runtime {version} of {}: {problem}", path.display());
    }
    Ok(Runtime { environment, path, version, passed_over })
}

/// The first file that loads, by its canonical path. A file of another architecture, or too old, or damaged, is passed over.
fn first_that_loads<T, E: std::fmt::Display>(
    files: Vec<PathBuf>,
    passed_over: &mut Vec<String>,
    load: impl Fn(&Path) -> Result<T, E>,
) -> Option<(PathBuf, T)> {
    let mut seen = std::collections::HashSet::new();
    for file in files {
        let file = fs::canonicalize(&file).unwrap_or(file);
        if !file.is_file() || !seen.insert(file.clone()) {
            continue;
        }
        match load(&file) {
            Ok(loaded) => return Some((file, loaded)),
            Err(error) => {
                let (place, error) = (file.display().to_string(), error.to_string());
                // Some messages of the loader contain the file's name, some do not.
                let problem = error.lines().next().unwrap_or("cannot be loaded");
                passed_over.push(if problem.contains(&place) {
                    problem.into()
                } else {
                    format!("{place} cannot be loaded: {problem}")
                });
            }
        }
    }
    None
}

/// `libonnxruntime.so.1.31.1` is version 1.31.1; where the name has no version, the build information has the branch.
fn version_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let after = name
        .split_once(".so.")
        .map(|(_, v)| v)
        .or_else(|| name.strip_prefix("libonnxruntime.")?.strip_suffix(".dylib"));
    match after {
        Some(version) if version.contains('.') => Some(version.into()),
        _ => ort::info()
            .split("git-branch=")
            .nth(1)
            .and_then(|rest| rest.split(',').next())
            .map(|b| b.trim_start_matches("rel-").to_string()),
    }
}

/// Files that may be the library, in order of preference.
fn candidates() -> Vec<PathBuf> {
    if let Some(path) = named_by_user() {
        return vec![path];
    }
    let mut found = Vec::new();
    let program = env::current_exe().and_then(fs::canonicalize).ok();
    if let Some(folder) = program.as_deref().and_then(Path::parent) {
        found.extend(around(folder));
    }
    for variable in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        if let Some(prefix) = env::var_os(variable).filter(|prefix| !prefix.is_empty()) {
            found.extend(within(Path::new(&prefix)));
        }
    }
    found
}

/// Libraries that were installed together with a program in this folder: manually, by conda, or by pip.
fn around(folder: &Path) -> Vec<PathBuf> {
    let mut found = libraries(folder);
    found.extend(libraries(&folder.join("../lib")));
    found.extend(python(&folder.join("..")));
    // `pip install --target DIR` puts programs into DIR/bin and packages into DIR.
    found.extend(libraries(&folder.join("../onnxruntime/capi")));
    found
}

/// Libraries of an active environment.
fn within(prefix: &Path) -> Vec<PathBuf> {
    let mut found = python(prefix);
    found.extend(libraries(&prefix.join("lib")));
    found
}

/// ONNX Runtime libraries in a folder, the newest version first.
fn libraries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let wanted = |name: &str| {
        (name.starts_with("libonnxruntime.so") || (name.starts_with("libonnxruntime.") && name.ends_with(".dylib")))
            || name == "onnxruntime.dll"
    };
    let mut found: Vec<PathBuf> =
        entries.flatten().filter(|e| e.file_name().to_str().is_some_and(wanted)).map(|e| e.path()).collect();
    found.sort_by_key(|path| std::cmp::Reverse(numbers(path)));
    found
}

/// The version in a file's name, for comparison: 1.31.1 is newer than 1.9.0, and a name without a version comes last.
fn numbers(path: &Path) -> Vec<u64> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// Libraries of the `onnxruntime` wheel in a Python prefix. Fedora keeps compiled packages in `lib64`, and Debian calls the
/// folder of its system-wide Python `dist-packages`.
fn python(prefix: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for lib in ["lib", "lib64"] {
        let Ok(entries) = fs::read_dir(prefix.join(lib)) else { continue };
        let versions = entries.flatten().filter(|e| starts_with_python(&e.path()));
        for version in versions.map(|e| e.path()) {
            for packages in ["site-packages", "dist-packages"] {
                found.extend(libraries(&version.join(packages).join("onnxruntime/capi")));
            }
        }
    }
    // The newest library first; of two, that of the newer Python.
    let python = |path: &Path| path.ancestors().find(|folder| starts_with_python(folder)).map_or(Vec::new(), numbers);
    found.sort_by_key(|path| std::cmp::Reverse((numbers(path), python(path))));
    found
}

fn starts_with_python(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python3"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with one empty library at `place`, and the programs' folder beside it.
    fn environment(place: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let library = folder.path().join(place);
        fs::create_dir_all(folder.path().join("bin")).expect("a folder");
        fs::create_dir_all(library.parent().expect("a parent")).expect("a folder");
        fs::write(&library, "").expect("written");
        (folder, library)
    }

    #[test]
    fn the_library_is_found_wherever_it_is_installed_with_the_program() {
        for place in [
            "bin/libonnxruntime.so",
            "lib/libonnxruntime.so.1.31.1",
            "lib/libonnxruntime.1.31.1.dylib",
            "lib/python3.14/site-packages/onnxruntime/capi/libonnxruntime.so.1.31.1",
            "lib/python3.11/dist-packages/onnxruntime/capi/libonnxruntime.so.1.31.1",
            "lib64/python3.12/site-packages/onnxruntime/capi/libonnxruntime.so.1.31.1",
            "onnxruntime/capi/libonnxruntime.so.1.31.1",
        ] {
            let (folder, library) = environment(place);
            let found: Vec<PathBuf> =
                around(&folder.path().join("bin")).iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
            assert_eq!(found, [fs::canonicalize(&library).expect("a file")], "{place}");
        }
    }

    #[test]
    fn the_library_is_found_in_an_active_environment() {
        for place in [
            "lib/libonnxruntime.so",
            "lib/libonnxruntime.so.1.31.1",
            "lib/python3.14/site-packages/onnxruntime/capi/libonnxruntime.so.1.31.1",
        ] {
            let (folder, library) = environment(place);
            assert_eq!(within(folder.path()), [library], "{place}");
        }
    }

    #[test]
    fn the_newest_library_comes_first_by_version_and_not_by_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = |path: &str| folder.path().join(path);
        for path in [
            "lib/libonnxruntime.so",
            "lib/libonnxruntime.so.1.9.0",
            "lib/libonnxruntime.so.1.31.1",
            "lib/python3.9/site-packages/onnxruntime/capi/libonnxruntime.so.1.31.1",
            "lib/python3.10/site-packages/onnxruntime/capi/libonnxruntime.so.1.31.1",
            "lib/python3.14/site-packages/onnxruntime/capi/libonnxruntime.so.1.9.0",
        ] {
            fs::create_dir_all(place(path).parent().expect("a parent")).expect("a folder");
            fs::write(place(path), "").expect("written");
        }
        let names = ["so.1.31.1", "so.1.9.0", "so"].map(|end| place(&format!("lib/libonnxruntime.{end}")));
        assert_eq!(libraries(&place("lib")), names);
        let versions = python(folder.path()).iter().map(|path| numbers(path)).collect::<Vec<_>>();
        assert_eq!(versions, [vec![1, 31, 1], vec![1, 31, 1], vec![1, 9, 0]]);
        assert!(python(folder.path())[0].starts_with(place("lib/python3.10")));
    }

    #[test]
    fn a_library_that_does_not_load_is_followed_by_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = ["libonnxruntime.so.3.0.0", "libonnxruntime.so.2.0.0", "libonnxruntime.so.1.0.0"];
        let files = files.map(|name| fs::canonicalize(folder.path()).expect("a folder").join(name));
        files.iter().for_each(|file| fs::write(file, "no library").expect("written"));
        let mut passed_over = Vec::new();
        let load = |path: &Path| if path == files[2] { Ok(7) } else { Err("file too short") };
        let found = first_that_loads(libraries(folder.path()), &mut passed_over, load);
        assert_eq!(
            found.map(|(path, loaded)| (fs::canonicalize(path).expect("a file"), loaded)),
            Some((files[2].clone(), 7))
        );
        assert_eq!(passed_over.len(), 2);
        assert!(
            passed_over[0].ends_with("libonnxruntime.so.3.0.0 cannot be loaded: file too short"),
            "{passed_over:?}"
        );
        // The loader itself is tried by a process that has no library yet: tests/bad_input/models.rs.
    }

    #[test]
    fn libraries_of_onnxruntime_s_plugins_are_not_taken_for_it() {
        for place in [
            "lib/libonnxruntime_providers_shared.so",
            "lib/python3.14/site-packages/onnxruntime/capi/libonnxruntime_providers_cuda.so",
        ] {
            let (folder, _) = environment(place);
            assert_eq!(around(&folder.path().join("bin")), [] as [PathBuf; 0], "{place}");
        }
    }
}
