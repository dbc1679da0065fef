//! A FASTA file that is indexed where possible, and else read from start to end.

use std::path::{Path, PathBuf};

use super::{
    super::{
        fasta,
        format::{Compression, Format},
        open, source,
    },
    by_position::Reference,
    index::Irregular,
};
use crate::{
    error::{Error, Result},
    genome::Contigs,
};

/// A FASTA file whose contigs may be needed before its bases are read. It is indexed or read from start to end once.
pub(crate) struct Genome {
    path: PathBuf,
    reference: Option<Reference>,
    contigs: Option<Contigs>,
    /// Whether it can only be read from start to end.
    is_stream: bool,
}

impl Genome {
    /// Of a file, or of standard input for `-`. Nothing is read yet.
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.into(), reference: None, contigs: None, is_stream: !source::is_file(path) }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The contigs, if the file can be indexed. gzip, xz, standard input, and files with irregular lines cannot.
    pub(crate) fn by_place(&mut self) -> Result<Option<&Contigs>> {
        if self.reference.is_none() && !self.is_stream {
            let input = open::open_even_empty(&self.path)?;
            input.expect(&[Format::Fasta, Format::Empty], "a FASTA file")?;
            let indexable =
                input.format == Format::Fasta && matches!(input.compression, Compression::None | Compression::Bgzf);
            if indexable {
                match Reference::open_if_regular(&self.path)? {
                    Ok(reference) => self.reference = Some(reference),
                    Err(Irregular(why)) => {
                        tracing::info!(
                            "{} is read from start to end, because it cannot be indexed{why}",
                            self.path.display()
                        );
                    }
                }
            }
            self.is_stream = self.reference.is_none();
        }
        Ok(self.reference.as_ref().map(Reference::contigs))
    }

    /// The contigs of any file; one that cannot be indexed is read from start to end.
    pub(crate) fn contigs(&mut self) -> Result<&Contigs> {
        if self.by_place()?.is_none() && self.contigs.is_none() {
            self.contigs = Some(fasta::read_contigs(&self.path)?);
        }
        match (&self.reference, &self.contigs) {
            (Some(reference), _) => Ok(reference.contigs()),
            (None, Some(contigs)) => Ok(contigs),
            (None, None) => Err(Error::Internal("contigs were read and are not there".into())),
        }
    }

    /// The indexed file; `None` if it cannot be indexed.
    pub(crate) fn into_reference(mut self) -> Result<Option<Reference>> {
        self.by_place()?;
        Ok(self.reference)
    }
}
