//! The manifest: what ran, on what, and what came of it. JSON, beside each output (`OUTPUT.manifest.json`).

use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

use crate::{
    address::without_secrets,
    counts::Counts,
    error::{Error, Result},
    model::engine::EngineReport,
    pipeline::Timings,
    read::{InputReport, Sample, beside::with_ending, fasta::ContigReport, lossy, source::Source},
    shards::ShardReport,
};

/// Name, version and digest of the model that ran.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ModelReport {
    /// Name in its card, or `exact:…`.
    pub name: String,
    /// Version in its card.
    pub version: String,
    /// sha256 of the network.
    pub sha256: Option<String>,
    /// sha256 of the card.
    pub card_sha256: Option<String>,
    /// Licence of the weights.
    pub license: String,
    /// What ran it.
    #[serde(flatten)]
    pub engine: EngineReport,
}

/// A FASTA file that was used by place.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReferenceReport {
    /// As the user wrote it.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// Of a shard: a sample of the file.
    #[serde(flatten)]
    pub sample: Option<Sample>,
    /// The contigs that were used.
    pub contigs: Vec<ContigReport>,
}

/// The options that answers and lines depend on, by name, in order. Not among them: where outputs go, threads, shards.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Settings(serde_json::Map<String, serde_json::Value>);

impl Settings {
    /// Those of a command.
    pub(crate) fn new(command: &str) -> Self {
        let mut settings = Self(serde_json::Map::new());
        settings.put("command", command);
        settings
    }

    /// Adds one.
    pub(crate) fn put(&mut self, name: &str, value: impl Serialize) {
        // Options are texts and numbers: they are all JSON.
        let mut value = serde_json::to_value(value).unwrap_or_default();
        if let serde_json::Value::String(text) = &mut value {
            *text = without_secrets(text).into_owned();
        }
        self.0.insert(name.into(), value);
    }

    /// Notes that the output is Parquet, where no other setting says its format.
    pub(crate) fn put_parquet(&mut self) {
        if !["format", "output_type"].iter().any(|name| self.0.contains_key(*name)) {
            self.put("format", "parquet");
        }
    }

    /// All that say something, as text.
    pub(crate) fn told(&self) -> impl Iterator<Item = (&str, String)> {
        self.0
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_string)))
    }
}

/// sha256 of a file.
pub(crate) fn digest(path: &Path) -> Result<String> {
    use sha2::{Digest, Sha256};
    let failed = |error: std::io::Error| Error::read(path, &error);
    let mut file = std::io::BufReader::with_capacity(1 << 20, Source::open(path).map_err(failed)?);
    let mut hash = Sha256::new();
    loop {
        let bytes = std::io::BufRead::fill_buf(&mut file).map_err(failed)?;
        if bytes.is_empty() {
            break;
        }
        hash.update(bytes);
        let count = bytes.len();
        std::io::BufRead::consume(&mut file, count);
    }
    Ok(crate::digest::hex(&hash.finalize()))
}

/// The machine.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Host {
    /// Its name.
    pub name: String,
    /// System and processor: `linux x86_64`.
    pub system: String,
    /// Cores this process may use.
    pub cores: usize,
}

impl Host {
    /// This machine.
    pub(crate) fn this() -> Self {
        Self {
            name: gethostname::gethostname().to_string_lossy().into_owned(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// The whole manifest.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Manifest {
    /// `genogloss`.
    pub program: &'static str,
    /// Of the program.
    pub version: &'static str,
    /// The command line.
    pub command: Vec<String>,
    /// When the run ended, seconds since 1970-01-01 UTC.
    pub finished_unix: u64,
    /// The model.
    pub model: ModelReport,
    /// Where it ran.
    pub host: Host,
    /// Threads asked for.
    pub threads: usize,
    /// Inputs that were read from start to end or in part.
    pub inputs: Vec<InputReport>,
    /// The reference, with the MD5 (SAM's M5) of its contigs.
    pub reference: Option<ReferenceReport>,
    /// The output.
    #[serde(serialize_with = "lossy")]
    pub output: PathBuf,
    /// Options that answers and lines depend on.
    pub settings: Settings,
    /// The bigWig files that were written; a track without a value is none. Absent where no tracks were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracks: Option<Vec<String>>,
    /// Which part of a run this is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardReport>,
    /// What was counted.
    pub counts: Counts,
    /// Seconds each stage was busy.
    pub seconds: Timings,
    /// The most memory the process had, where the system says so (Linux).
    pub peak_memory_bytes: Option<u64>,
    /// Processor time of the process so far, of all its threads, in seconds (Unix).
    pub cpu_seconds: Option<f64>,
}

/// Processor time of this process so far, user and system, of all its threads.
#[cfg(unix)]
pub(crate) fn cpu_seconds() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
    Some((seconds * 1e3).round() / 1e3)
}

/// Processor time of this process: not known on this system.
#[cfg(not(unix))]
pub(crate) fn cpu_seconds() -> Option<f64> {
    None
}

/// The process's largest resident size so far: `VmHWM` of proc(5).
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1024)
}

impl Manifest {
    /// The command line, without the secret parts of addresses.
    pub(crate) fn command() -> Vec<String> {
        std::env::args_os().map(|word| without_secrets(&word.to_string_lossy()).into_owned()).collect()
    }

    /// Seconds since 1970.
    pub(crate) fn now() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
    }

    /// Where the manifest of an output belongs.
    pub(crate) fn path(output: &Path) -> PathBuf {
        with_ending(output, "manifest.json")
    }

    /// Writes it down, piece by piece: of a million contigs it is long.
    pub(crate) fn write(&self, mut out: &mut dyn std::io::Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")
    }
}
