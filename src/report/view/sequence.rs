//! The bases around the calls.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use super::windows::Windows;
use crate::{
    error::{Error, Result},
    genome::Interval,
    read::reference::Genome,
    report::run::Run,
};

/// Bases of the stretches as FASTA, with the places in the names as igv.js reads them: `>chr:1-100 @len=5000`. Stretches are cut at the
/// ends of their contigs. The inner error says why there are none; a file that the user named must fit.
pub(super) fn fetch(
    run: &Run,
    windows: &mut Windows,
    given: Option<&Path>,
) -> Result<std::result::Result<String, String>> {
    let Some(path) = given.map(Path::to_path_buf).or_else(|| find(run)) else {
        return Ok(Err("The FASTA file of the run is not where its manifest says, so the calls are not shown beside the sequence: genogloss report -f FASTA names it.".into()));
    };
    match slices(run, &path, windows) {
        Ok(fasta) => Ok(Ok(fasta)),
        Err(error) if given.is_some() => Err(error),
        Err(error) => {
            tracing::warn!("the calls are not shown beside the sequence: {error}");
            Ok(Err(format!("The calls are not shown beside the sequence: {error}.")))
        }
    }
}

/// The FASTA file of the manifest: from here, or beside the output.
fn find(run: &Run) -> Option<PathBuf> {
    let written = PathBuf::from(run.get(&["reference", "path"]).as_str()?);
    let beside = run.output.as_ref()?.with_file_name(written.file_name()?);
    [written, beside].into_iter().find(|path| path.is_file())
}

fn slices(run: &Run, path: &Path, windows: &mut Windows) -> Result<String> {
    let place = path.display();
    let Some(mut reference) = Genome::new(path).into_reference()? else {
        return Err(Error::input(place, "it cannot be read by place")
            .with_hint("a plain or BGZF FASTA file with lines of one length can: bgzip, then samtools faidx"));
    };
    let lengths = run.contigs();
    let mut fasta = String::new();
    for (contig, all) in windows.iter_mut() {
        let known = lengths.iter().find(|(name, _)| name == contig).map(|(_, length)| *length);
        let found = reference.contigs().get(contig).map(|found| found.len);
        let (Some(number), Some(length)) = (reference.contigs().id(contig), found) else {
            return Err(Error::input(place, format!("contig \"{contig}\" of {} is not in it", run.name)));
        };
        if known.is_some_and(|known| known != length) {
            let why = format!("contig \"{contig}\" has another length than in {}: it is another assembly", run.name);
            return Err(Error::input(place, why));
        }
        all.retain(|window| window.start < length);
        for window in all {
            *window = Interval::new(window.start, window.end.min(length));
            let mut bases = Vec::new();
            reference.fetch(number, *window, &mut bases)?;
            let _ = writeln!(
                fasta,
                ">{contig}:{}-{} @len={length}\n{}",
                window.one_based_start(),
                window.end,
                String::from_utf8_lossy(&bases)
            );
        }
    }
    Ok(fasta)
}
