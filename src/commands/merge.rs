//! `genogloss merge`: shards become one output.

use std::path::{Path, PathBuf};

use super::given::{self, Given};
use crate::{
    error::{Error, Result},
    genome::interval::commas,
    output::{IndexKind, Indexed, OutputSettings, check_targets, manifest::Manifest, names},
    shards::merge::{self, Part, TRACKS_MANIFEST},
};

/// Merge the shards of a run: the content is that of one run.
///
/// Give the outputs of all shards, in order; each needs the manifest that was written beside it. Folders of bigWig tracks
/// (--bigwig) are merged in the same way. Shards that are missing, repeated, out of order, cut short or of another
/// run are refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  for i in 1 2 3 4; do genogloss scan genome.fa --shard $i/4 -o part$i.bed.gz; done
  genogloss merge part1.bed.gz part2.bed.gz part3.bed.gz part4.bed.gz -o elements.bed.gz
  genogloss merge tracks1 tracks2 -o tracks")]
pub(super) struct Options {
    /// Outputs of the shards, in order of the shards.
    #[arg(required = true, value_name = "SHARD")]
    shards: Vec<PathBuf>,
    /// Output file; .gz or .bgz: BGZF with an index. Default, and for `-`: standard output. For tracks: a folder.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Index beside a BGZF output. Default: csi if a contig is longer than 512 Mb, else tbi.
    #[arg(long, value_enum)]
    index: Option<IndexKind>,
    /// Manifest (JSON). Default: OUTPUT.manifest.json; none for standard output.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
}

pub(super) fn run(options: &Options, given: &Given) -> Result<()> {
    let folders = options.shards.iter().filter(|path| path.is_dir()).count();
    if folders != 0 && folders != options.shards.len() {
        return Err(Error::usage("files and folders of tracks are merged separately: give one kind only"));
    }
    let inputs: Vec<&Path> = options.shards.iter().map(PathBuf::as_path).collect();
    if folders == 0 {
        check_targets(&inputs, options.output.as_deref(), options.manifest.as_deref(), &[])?;
    }
    let parts = options.shards.iter().map(|path| Part::open(path)).collect::<Result<Vec<_>>>()?;
    merge::check(&parts)?;
    let file = options.output.as_deref().filter(|path| *path != Path::new("-"));
    given.check(&[
        given::index(folders == 0, "needs lines with positions on contigs, and these are folders of tracks"),
        given::index(merge::is_indexed(&parts, file), "needs scans or variants in BGZF, whose records have positions"),
    ])?;
    let merged = if folders > 0 {
        names::refuse(file, "a folder of tracks")?;
        let Some(folder) = file else {
            return Err(Error::usage("tracks are merged into a folder").with_hint("-o tracks"));
        };
        if inputs.iter().any(|path| path.canonicalize().ok() == folder.canonicalize().ok() && folder.exists()) {
            return Err(Error::usage(format!("{} is the output, and also an input", folder.display())));
        }
        merge::tracks(&parts, folder)?
    } else {
        let settings = OutputSettings {
            path: options.output.clone(),
            indexed: Indexed::No,
            kind: options.index,
            longest: merge::longest(&parts),
            bgzf: false,
            input: parts[0].path.display().to_string(),
            resume: None,
        };
        merge::files(&parts, &settings)?
    };
    let target = options.manifest.clone().or_else(|| {
        let file = file.filter(|path| folders > 0 || !path.exists() || path.is_file())?;
        Some(if folders > 0 { file.join(TRACKS_MANIFEST) } else { Manifest::path(file) })
    });
    let mut sealed = merged.sealed;
    if let Some(target) = target {
        let text = merge::manifest(&parts, file.unwrap_or(Path::new("-")), merged.rows)?;
        sealed = sealed.with_first(&target, text.as_bytes())?;
    }
    sealed.commit()?;
    tracing::info!("done: {} shards, {} rows", parts.len(), commas(merged.rows));
    Ok(())
}
