//! ONNX Runtime, loaded at run time: the only file that knows it.
//!
//! The library is looked for in `ORT_DYLIB_PATH`, beside the program, in the Python environment the program was
//! installed into or that is active, and in the conda environment. Nothing is ever downloaded.

use std::{
    borrow::Cow,
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use ort::{
    environment::Environment,
    memory::{AllocationDevice, Allocator, AllocatorType, MemoryInfo, MemoryType},
    session::{Session, SessionInputValue, builder::GraphOptimizationLevel},
    value::{DynValue, Tensor, TensorElementType, TensorRef, ValueType},
};

use super::{
    Model,
    change::{ChangeModel, ChangePorts},
    decoder::{CachePorts, Decoder, last_of, reordered},
    network::{Port, Ports},
};
use crate::{
    batch::Data,
    error::{Error, Result},
};

/// Where a network runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// The processor.
    Cpu,
    /// A CUDA device, by number.
    Cuda(i32),
}

impl std::fmt::Display for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

/// The loaded library.
pub struct Runtime {
    environment: Environment,
    /// File it came from.
    pub path: PathBuf,
    /// Version, such as `1.31.1`.
    pub version: String,
    /// Files that came before it and could not be used, and why.
    pub passed_over: Vec<String>,
}

static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();

/// Loads the library, once. The error is one line: what was looked for and where.
pub fn runtime() -> Result<&'static Runtime, String> {
    RUNTIME.get_or_init(load).as_ref().map_err(Clone::clone)
}

fn load() -> Result<Runtime, String> {
    if let Some(path) = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()).map(PathBuf::from)
        && !path.is_file()
    {
        return Err(format!("ORT_DYLIB_PATH is {}: no such file", path.display()));
    }
    let mut passed_over = Vec::new();
    let Some((path, builder)) = first_that_loads(candidates(), &mut passed_over, |path| ort::init_from(path)) else {
        return Err(if passed_over.is_empty() {
            "ONNX Runtime was not found (ORT_DYLIB_PATH, beside the program, Python and conda environments)".into()
        } else {
            passed_over.join("; ")
        });
    };
    // The library stays loaded from here on: there is no other one to try.
    let environment = builder
        .with_name("genogloss")
        .with_telemetry(false)
        .build()
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let version = version_of(&path).unwrap_or_else(|| "unknown version".into());
    for problem in &passed_over {
        tracing::info!("ONNX Runtime {version} of {} is taken: {problem}", path.display());
    }
    Ok(Runtime { environment, path, version, passed_over })
}

/// The first file that loads, by its real name: one of another architecture, or too old, or damaged, is followed by the next.
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
                // Some messages of the loader name the file, some do not.
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

/// `libonnxruntime.so.1.31.1` is version 1.31.1; without one in the name, the build information has the branch.
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

/// Files that may be the library, best first.
fn candidates() -> Vec<PathBuf> {
    if let Some(path) = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) {
        return vec![PathBuf::from(path)];
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

/// Libraries that were installed together with a program in this folder: by hand, by conda, by pip.
fn around(folder: &Path) -> Vec<PathBuf> {
    let mut found = libraries(folder);
    found.extend(libraries(&folder.join("../lib")));
    found.extend(python(&folder.join("..")));
    // `pip install --target DIR` puts programs into DIR/bin and packages into DIR.
    found.extend(libraries(&folder.join("../onnxruntime/capi")));
    found
}

/// Libraries of an environment that is active.
fn within(prefix: &Path) -> Vec<PathBuf> {
    let mut found = python(prefix);
    found.extend(libraries(&prefix.join("lib")));
    found
}

/// ONNX Runtime libraries in a folder: the one with a version in its name first.
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

/// The version in a file's name, for comparison: 1.31.1 is newer than 1.9.0, and one without a version comes last.
fn numbers(path: &Path) -> Vec<u64> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// The library of the `onnxruntime` wheel in a Python prefix. Fedora has compiled packages in `lib64`, and Debian calls the
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

/// A network in ONNX Runtime.
pub struct OrtModel {
    session: Session,
    rows: Option<usize>,
    name: String,
    ports: Ports,
}

impl OrtModel {
    /// Loads a network. One thread inside; a device that is asked for and not there is an error.
    pub fn load(name: &str, bytes: &[u8], device: Device, ports: &Ports) -> Result<Self> {
        let session = open(name, bytes, device, ports, true)?;
        let rows = ports_of(&session).rows();
        Ok(Self { session, rows, name: name.into(), ports: ports.clone() })
    }
}

/// A session of a network whose inputs and outputs are those of the card.
///
/// `arena`: the session keeps the memory it has once taken, and plans of it, which is faster for small and like calls. Stretches are large and
/// of every length, and each session would keep the most that any of them took: ten sessions of SpliceAI 740 MB instead of
/// 200, and no faster.
fn open(name: &str, bytes: &[u8], device: Device, ports: &Ports, arena: bool) -> Result<Session> {
    let runtime = runtime().map_err(|problem| missing(name, &problem))?;
    let say = |error: String| Error::model(name, short(&error));
    let session = (|| -> Result<Session, String> {
        let mut builder = Session::builder(&runtime.environment)
            .map_err(|e| e.to_string())?
            .with_optimization_level(GraphOptimizationLevel::All)
            .map_err(|e| e.to_string())?
            .with_intra_threads(1)
            .map_err(|e| e.to_string())?
            .with_inter_threads(1)
            .map_err(|e| e.to_string())?
            .with_intra_op_spinning(false)
            .map_err(|e| e.to_string())?
            // Errors are returned as well; a run that is interrupted would print those of its last calls.
            .with_log_level(ort::logging::LogLevel::Fatal)
            .map_err(|e| e.to_string())?;
        if let Device::Cuda(number) = device {
            let cuda = ort::ep::CUDA::default().with_device_id(number).with_tf32(false).build().error_on_failure();
            builder = builder
                .with_execution_providers([cuda])
                .map_err(|e| format!("device cuda:{number} cannot be used: {e}"))?;
        }
        if !arena {
            let cpu = ort::ep::CPU::default().with_arena_allocator(false).build();
            builder = builder.with_execution_providers([cpu]).map_err(|e| e.to_string())?;
            // A plan of the memory is kept for every shape that comes, and here nearly every call has its own.
            builder = builder.with_memory_pattern(false).map_err(|e| e.to_string())?;
        }
        builder.commit_from_memory(bytes).map_err(|e| e.to_string())
    })()
    .map_err(|error| match device {
        Device::Cpu => say(error),
        Device::Cuda(_) => say(error).with_hint(format!(
            "this needs an NVIDIA GPU, its driver, CUDA and the GPU build of ONNX Runtime (PyPI onnxruntime-gpu); found {}",
            runtime.path.display()
        )),
    })?;
    ports.compare(name, &ports_of(&session))?;
    Ok(session)
}

fn ports_of(session: &Session) -> Ports {
    Ports {
        inputs: session.inputs().iter().map(|o| port(o.name(), o.dtype())).collect(),
        outputs: session.outputs().iter().map(|o| port(o.name(), o.dtype())).collect(),
    }
}

/// ONNX Runtime was asked for and is not there.
pub fn missing(name: &str, problem: &str) -> Error {
    Error::model(name, problem.to_string())
        .with_hint("pip install onnxruntime into the active Python environment, or set ORT_DYLIB_PATH to the library; or use --engine rten, which needs nothing")
}

fn port(name: &str, dtype: &ValueType) -> Port {
    let shape = dtype.tensor_shape().map(|shape| shape.iter().map(|&d| usize::try_from(d).ok()).collect());
    let kind = match dtype.tensor_type() {
        Some(TensorElementType::Float32) => "f32",
        Some(TensorElementType::Int64) => "i64",
        Some(TensorElementType::Int32) => "i32",
        Some(TensorElementType::Uint8) => "u8",
        Some(TensorElementType::Float64) => "f64",
        Some(TensorElementType::Float16) => "f16",
        Some(TensorElementType::Bfloat16) => "bf16",
        Some(TensorElementType::Int8) => "i8",
        Some(TensorElementType::Bool) => "bool",
        _ => "another type",
    };
    Port { name: name.into(), kind: kind.into(), shape }
}

/// ONNX Runtime's messages begin with file names and line numbers of its own; one line is kept.
fn short(error: &str) -> String {
    let line = error.lines().next().unwrap_or("unknown error").trim();
    let line = line.rsplit_once("] ").map_or(line, |(_, rest)| if rest.is_empty() { line } else { rest });
    let (operator, line) = line.split_once(" Status Message: ").map_or(("", line), |(before, rest)| (before, rest));
    let line =
        format!("{operator}{}{}", if operator.is_empty() { "" } else { ": " }, without_source(line).unwrap_or(line));
    line.chars().take(400).collect()
}

/// `/…/model.cc:256 onnxruntime::Model::Model(…) What is wrong`: what is wrong.
fn without_source(line: &str) -> Option<&str> {
    let (place, rest) = line.split_once(' ')?;
    let (file, number) = place.rsplit_once(':')?;
    if !(file.ends_with(".cc") || file.ends_with(".h")) || number.parse::<u32>().is_err() {
        return None;
    }
    let mut depth = 0;
    for (at, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return Some(rest[at + 1..].trim_start()).filter(|rest| !rest.is_empty());
        }
    }
    None
}

impl Model for OrtModel {
    fn rows(&self) -> Option<usize> {
        self.rows
    }

    fn run(&mut self, shape: &[usize], input: Data<'_>, mask: Option<&[i64]>) -> Result<Vec<Vec<f32>>> {
        let name = &self.name;
        let say = |error: ort::Error| Error::model(name, format!("ONNX Runtime: {}", short(&error.to_string())));
        let tensor: SessionInputValue<'_> = match input {
            Data::F32(values) => TensorRef::from_array_view((shape, values)).map_err(say)?.into(),
            Data::I64(values) => TensorRef::from_array_view((shape, values)).map_err(say)?.into(),
            Data::I32(values) => TensorRef::from_array_view((shape, values)).map_err(say)?.into(),
            Data::U8(values) => TensorRef::from_array_view((shape, values)).map_err(say)?.into(),
        };
        let zeros;
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> =
            vec![(Cow::Borrowed(self.ports.inputs[0].name.as_str()), tensor)];
        if let Some(mask) = mask {
            inputs.push((
                Cow::Borrowed(self.ports.inputs[1].name.as_str()),
                TensorRef::from_array_view((shape, mask)).map_err(say)?.into(),
            ));
        }
        if let Some(types) = self.ports.types() {
            zeros = vec![0i64; shape.iter().product()];
            inputs.push((
                Cow::Borrowed(types),
                TensorRef::from_array_view((shape, zeros.as_slice())).map_err(say)?.into(),
            ));
        }
        let outputs = self.session.run(inputs).map_err(say)?;
        self.ports
            .outputs
            .iter()
            .map(|port| {
                let (_, values) = outputs[port.name.as_str()].try_extract_tensor::<f32>().map_err(say)?;
                Ok(values.to_vec())
            })
            .collect()
    }
}

/// The two networks of a member in ONNX Runtime. What the first one's layers said stays in its memory.
pub struct OrtChange {
    stretch: Session,
    change: Session,
    names: [String; 2],
    input: String,
    heads: Vec<String>,
    states: Vec<(String, DynValue)>,
    state_names: Vec<String>,
}

impl OrtChange {
    /// Loads both. One thread inside; a device that is asked for and not there is an error.
    pub fn load(names: &[String; 2], bytes: [&[u8]; 2], device: Device, ports: &ChangePorts) -> Result<Self> {
        let name = |port: &Port| port.name.clone();
        Ok(Self {
            stretch: open(&names[0], bytes[0], device, &ports.stretch, false)?,
            change: open(&names[1], bytes[1], device, &ports.change, false)?,
            names: names.clone(),
            input: ports.stretch.inputs[0].name.clone(),
            heads: ports.change.outputs.iter().map(name).collect(),
            state_names: ports.stretch.outputs[ports.heads..].iter().map(name).collect(),
            states: Vec::new(),
        })
    }
}

/// The values of some outputs.
fn values_of(outputs: &ort::session::SessionOutputs<'_>, names: &[String]) -> Result<Vec<Vec<f32>>, ort::Error> {
    names
        .iter()
        .map(|name| outputs[name.as_str()].try_extract_tensor::<f32>().map(|(_, values)| values.to_vec()))
        .collect()
}

impl ChangeModel for OrtChange {
    fn stretch(&mut self, bases: usize, input: &[f32]) -> Result<Vec<Vec<f32>>> {
        let name = &self.names[0];
        let say = |error: ort::Error| Error::model(name, format!("ONNX Runtime: {}", short(&error.to_string())));
        // The memory of the last stretch's states serves for this one's.
        self.states.clear();
        let tensor = TensorRef::from_array_view(([1, 4, bases], input)).map_err(say)?;
        let mut outputs = self
            .stretch
            .run(vec![(Cow::Borrowed(self.input.as_str()), SessionInputValue::from(tensor))])
            .map_err(say)?;
        let heads = values_of(&outputs, &self.heads).map_err(say)?;
        for state in &self.state_names {
            let value =
                outputs.remove(state).ok_or_else(|| Error::model(name, format!("its output {state} did not come")))?;
            self.states.push((state.clone(), value));
        }
        Ok(heads)
    }

    fn change(&mut self, bases: usize, inserted: &[f32], edit: [i64; 4]) -> Result<Vec<Vec<f32>>> {
        let name = &self.names[1];
        let say = |error: ort::Error| Error::model(name, format!("ONNX Runtime: {}", short(&error.to_string())));
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = self
            .states
            .iter()
            .map(|(name, value)| (Cow::Borrowed(name.as_str()), SessionInputValue::from(value)))
            .collect();
        let inserted = TensorRef::from_array_view(([1, 4, bases], inserted)).map_err(say)?;
        let edit = TensorRef::from_array_view(([4], edit.as_slice())).map_err(say)?;
        inputs.push((Cow::Borrowed("inserted"), inserted.into()));
        inputs.push((Cow::Borrowed("edit"), edit.into()));
        let outputs = self.change.run(inputs).map_err(say)?;
        values_of(&outputs, &self.heads).map_err(say)
    }

    fn forget(&mut self) {
        self.states.clear();
    }
}

/// A network with a key–value cache in ONNX Runtime. The cache stays where the network runs: what a step writes is bound as
/// what the next one reads.
pub struct OrtDecoder {
    session: Session,
    name: String,
    ports: CachePorts,
    cache: Vec<DynValue>,
    rows: usize,
    /// Where the cache lies, and where the logits come out.
    homes: [MemoryInfo<'static>; 2],
}

impl OrtDecoder {
    /// Loads a network. One thread inside; a device that is asked for and not there is an error.
    pub fn load(name: &str, bytes: &[u8], device: Device, ports: &CachePorts) -> Result<Self> {
        let session = open(name, bytes, device, &ports.all, true)?;
        let home = |device: Device| match device {
            Device::Cpu => MemoryInfo::new(AllocationDevice::CPU, 0, AllocatorType::Device, MemoryType::Default),
            Device::Cuda(id) => MemoryInfo::new(AllocationDevice::CUDA, id, AllocatorType::Device, MemoryType::Default),
        };
        let say = |error: ort::Error| Error::model(name, format!("ONNX Runtime: {}", short(&error.to_string())));
        let homes = [home(device).map_err(say)?, home(Device::Cpu).map_err(say)?];
        Ok(Self { session, name: name.into(), ports: ports.clone(), cache: Vec::new(), rows: 0, homes })
    }

    fn say(&self, error: &ort::Error) -> Error {
        Error::model(&self.name, format!("ONNX Runtime: {}", short(&error.to_string())))
    }

    fn tensor(&self, tokens: usize, values: Vec<f32>) -> Result<DynValue> {
        let shape = [self.rows, self.ports.heads, tokens, self.ports.head_width];
        // ONNX Runtime takes a tensor without values only from its own memory.
        let tensor = if values.is_empty() {
            Tensor::<f32>::new(&Allocator::default(), shape)
        } else {
            Tensor::from_array((shape, values))
        };
        Ok(tensor.map_err(|error| self.say(&error))?.into_dyn())
    }
}

impl Decoder for OrtDecoder {
    fn start(&mut self, rows: usize) -> Result<()> {
        self.rows = rows;
        self.cache = (0..self.ports.past.len()).map(|_| self.tensor(0, Vec::new())).collect::<Result<_>>()?;
        Ok(())
    }

    fn step(&mut self, ids: &[i64], positions: &[i64], mask: &[i64], logits: &mut Vec<f32>) -> Result<()> {
        let name = &self.name;
        let say = |error: ort::Error| Error::model(name, format!("ONNX Runtime: {}", short(&error.to_string())));
        let (new, all) = (ids.len() / self.rows, mask.len() / self.rows);
        let mut binding = self.session.create_binding().map_err(say)?;
        let whole = |values: &[i64], tokens: usize| Tensor::from_array(([self.rows, tokens], values.to_vec()));
        binding.bind_input(&self.ports.ids, &whole(ids, new).map_err(say)?).map_err(say)?;
        binding.bind_input(&self.ports.mask, &whole(mask, all).map_err(say)?).map_err(say)?;
        if let Some(name) = &self.ports.positions {
            binding.bind_input(name, &whole(positions, new).map_err(say)?).map_err(say)?;
        }
        for (name, value) in self.ports.past.iter().zip(&self.cache) {
            binding.bind_input(name, value).map_err(say)?;
        }
        binding.bind_output_to_device(&self.ports.logits, &self.homes[1]).map_err(say)?;
        for name in &self.ports.present {
            binding.bind_output_to_device(name, &self.homes[0]).map_err(say)?;
        }
        let mut outputs = self.session.run_binding(&binding).map_err(say)?;
        let (shape, values) = outputs[self.ports.logits.as_str()].try_extract_tensor::<f32>().map_err(say)?;
        last_of(values, self.rows, shape.get(1).map_or(new, |&tokens| tokens as usize), logits);
        let mut cache = Vec::with_capacity(self.cache.len());
        for present in &self.ports.present {
            let value = outputs.remove(present);
            cache.push(value.ok_or_else(|| Error::model(name, format!("its output {present} did not come")))?);
        }
        drop(outputs);
        self.cache = cache;
        Ok(())
    }

    fn reorder(&mut self, from: &[usize]) -> Result<()> {
        if from.iter().enumerate().all(|(row, &source)| row == source) {
            return Ok(());
        }
        if !self.homes[0].is_cpu_accessible() {
            return Err(Error::model(&self.name, "beam search runs on the CPU only")
                .with_hint("leave --beams away, or --device"));
        }
        let mut cache = Vec::with_capacity(self.cache.len());
        for value in &self.cache {
            let (shape, values) = value.try_extract_tensor::<f32>().map_err(|error| self.say(&error))?;
            cache.push(self.tensor(shape[2] as usize, reordered(values, self.rows, from))?);
        }
        self.cache = cache;
        Ok(())
    }
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
        // What is no library is refused by the loader itself.
        let found = first_that_loads(files.to_vec(), &mut passed_over, |path| ort::init_from(path));
        assert!(found.is_none() && passed_over.len() == 5, "{passed_over:?}");
    }

    #[test]
    fn messages_lose_the_place_in_the_source() {
        let long = "/src/core/graph/model.cc:256 onnxruntime::Model::Model(onnx::ModelProto&&, const f(int)&) Unsupported model IR version: 14";
        assert_eq!(short(long), "Unsupported model IR version: 14");
        assert_eq!(short("Got invalid dimensions for input: x (2)"), "Got invalid dimensions for input: x (2)");
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
