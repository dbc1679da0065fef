//! A model folder: a directory on disk, or a folder that is built into the program.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use super::{
    card::Card,
    engine::{DataFile, NetworkFile, OnDisk},
    external,
};
use crate::{
    digest::{sha256, sha256_of},
    error::{Error, Result},
};

/// Largest card that is read, in bytes.
const MAX_CARD: u64 = 1 << 20;
/// Largest file of a folder that is read: 4 GiB.
const MAX_FILE: u64 = 4 << 30;

/// Bytes of a network and its weights from which on an engine reads them from their files, if it can: with copies in memory, 300 MB take
/// three times as much for a moment.
const LARGE: u64 = 16 << 20;

/// Files of a folder that is built into the program: name and content.
pub(crate) type Files = &'static [(&'static str, &'static [u8])];

/// A model's files.
#[derive(Clone, Debug)]
pub(crate) enum Folder {
    /// On disk.
    Disk(PathBuf),
    /// Built into the program: its name and files.
    BuiltIn(&'static str, Files),
}

impl Folder {
    /// Its name in messages.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Disk(path) => path.display().to_string(),
            Self::BuiltIn(name, _) => format!("{name} (built in)"),
        }
    }

    /// The name of one of its files in messages.
    pub(crate) fn file_place(&self, file: &str) -> String {
        match self {
            Self::Disk(path) => path.join(file).display().to_string(),
            Self::BuiltIn(..) => self.place(),
        }
    }

    /// The bytes of a file. The card has checked its name: no folder, no `..`. A link out of the folder is refused.
    pub(crate) fn bytes(&self, file: &str) -> Result<Cow<'static, [u8]>> {
        match self {
            Self::BuiltIn(_, files) => match files.iter().find(|(name, _)| *name == file) {
                Some((_, bytes)) => Ok(Cow::Borrowed(bytes)),
                None => Err(Error::model(self.place(), format!("{file} is missing"))),
            },
            Self::Disk(folder) => {
                let path = self.path(folder, file)?;
                fs::read(&path).map(Cow::Owned).map_err(|error| Error::read(&path, &error))
            }
        }
    }

    /// The path of a file that can be read.
    fn path(&self, folder: &Path, file: &str) -> Result<PathBuf> {
        let limit = if file == "card.yaml" { MAX_CARD } else { MAX_FILE };
        let path = inside(folder, file)?;
        let about = fs::metadata(&path).map_err(|error| Error::read(&path, &error))?;
        if !about.is_file() {
            return Err(Error::model(self.place(), format!("{file} is not a file")));
        }
        let size = about.len();
        if size > limit {
            let problem = format!("{file} is too large ({size} bytes; the limit is {limit})");
            return Err(Error::model(self.place(), problem));
        }
        Ok(path)
    }

    /// A text file.
    pub(crate) fn text(&self, file: &str) -> Result<String> {
        String::from_utf8(self.bytes(file)?.into_owned())
            .map_err(|_| Error::model(self.place(), format!("{file} is not UTF-8 text")))
    }

    /// The text of the self-test. Its digest is compared if the card has one.
    pub(crate) fn self_test(&self, card: &Card, file: &str) -> Result<String> {
        if !card.files.sha256.contains_key(file) {
            return self.text(file);
        }
        self.verified_text(card, file)
    }

    /// A text file whose sha256 is that of the card.
    fn verified_text(&self, card: &Card, file: &str) -> Result<String> {
        String::from_utf8(self.verified(card, file)?.into_owned())
            .map_err(|_| Error::model(self.place(), format!("{file} is not UTF-8 text")))
    }

    /// Reads and checks the card.
    pub(crate) fn card(&self) -> Result<Card> {
        let place = format!("{}/card.yaml", self.place());
        Card::parse_in(&self.text("card.yaml")?, &place, |card, file| self.verified_text(card, file))
    }

    /// The bytes of a network and its weights, if it is one that engines which read files read from its file.
    pub(super) fn large_bytes(&self, card: &Card, file: &str) -> Option<u64> {
        Some(self.large(card, file)?.files.iter().map(|(_, len, _)| len).sum())
    }

    /// A network of the card. `reads_files`: it is for an engine that reads large ones from their files.
    pub(super) fn network(&self, card: &Card, file: &str, reads_files: bool) -> Result<NetworkFile> {
        if let Some(network) = self.large(card, file).filter(|_| reads_files) {
            return self.network_on_disk(card, file, network);
        }
        let data = card.files.data.iter().map(|file| {
            let bytes = self.verified(card, file)?;
            Ok(DataFile { name: file.clone(), bytes: bytes.into_owned().into() })
        });
        let data = data.collect::<Result<Vec<_>>>()?;
        let bytes = self.verified(card, file)?;
        let mut network = NetworkFile { place: self.file_place(file), bytes, data, on_disk: None };
        external::check(&mut network, card)?;
        Ok(network)
    }

    /// A network and its weights on disk, if they are large. Links are those that [`inside`] allows.
    fn large(&self, card: &Card, file: &str) -> Option<OnDisk> {
        let Self::Disk(folder) = self else { return None };
        let mut files = Vec::new();
        for name in std::iter::once(file).chain(card.files.data.iter().map(String::as_str)) {
            let path = folder.join(name);
            let real = inside(folder, name).ok()?;
            let about = fs::metadata(real).ok().filter(fs::Metadata::is_file)?;
            files.push((path, about.len(), about.modified().ok()));
        }
        let total: u64 = files.iter().map(|(_, len, _)| len).sum();
        (total >= LARGE && files.iter().all(|(_, len, _)| *len <= MAX_FILE))
            .then(|| OnDisk { path: folder.join(file), files })
    }

    /// A large network, whose weights are read only to compute their digests.
    fn network_on_disk(&self, card: &Card, file: &str, on_disk: OnDisk) -> Result<NetworkFile> {
        card.files.data.iter().try_for_each(|name| self.verify(card, name))?;
        let data = card.files.data.iter().map(|name| DataFile { name: name.clone(), bytes: [].into() }).collect();
        let bytes = self.verified(card, file)?;
        let mut network = NetworkFile { place: self.file_place(file), bytes, data, on_disk: Some(on_disk) };
        external::check(&mut network, card)?;
        network.bytes = Cow::Borrowed(&[]);
        Ok(network)
    }

    /// Compares a file's sha256 with that of the card, without keeping its bytes.
    pub(super) fn verify(&self, card: &Card, file: &str) -> Result<()> {
        let Self::Disk(folder) = self else { return self.verified(card, file).map(|_| ()) };
        let path = self.path(folder, file)?;
        let read = fs::File::open(&path).and_then(|mut file| sha256_of(&mut file));
        self.compare(card, file, &read.map_err(|error| Error::read(&path, &error))?)
    }

    /// The bytes of a file whose sha256 is that of the card.
    pub(crate) fn verified(&self, card: &Card, file: &str) -> Result<Cow<'static, [u8]>> {
        let bytes = self.bytes(file)?;
        self.compare(card, file, &sha256(&bytes))?;
        Ok(bytes)
    }

    /// Compares the sha256 of a file with that of the card.
    fn compare(&self, card: &Card, file: &str, found: &str) -> Result<()> {
        let expected = card.files.sha256.get(file).map(String::as_str).unwrap_or_default();
        if found.eq_ignore_ascii_case(expected) {
            return Ok(());
        }
        Err(Error::model(
            self.place(),
            format!("{file} has another checksum than in the card (sha256 {found}, expected {expected})"),
        )
        .with_hint("the download is damaged, or the file was changed: download the folder again, or correct the card"))
    }
}

/// The files of a hub's cache, if the folder is a snapshot in one: `models--NAME/snapshots/REVISION` has links to `models--NAME/blobs`.
fn blobs(home: &Path) -> Option<PathBuf> {
    let snapshots = home.parent().filter(|parent| parent.file_name().is_some_and(|name| name == "snapshots"))?;
    Some(snapshots.parent()?.join("blobs"))
}

/// The canonical path of `folder/file`. A link out of the folder is refused, but for those within the cache of a hub.
fn inside(folder: &Path, file: &str) -> Result<PathBuf> {
    let path = folder.join(file);
    let real = fs::canonicalize(&path).map_err(|error| Error::read(&path, &error))?;
    let home = fs::canonicalize(folder).map_err(|error| Error::read(folder, &error))?;
    if real.starts_with(&home) || blobs(&home).is_some_and(|blobs| real.starts_with(blobs)) {
        Ok(real)
    } else {
        Err(Error::model(folder.display(), format!("{file} is a link to a file outside of the folder")))
    }
}
