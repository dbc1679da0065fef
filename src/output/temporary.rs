//! Names of files that are not complete yet. A file gets a random name that is made anew, or, where a later run must find it
//! again, a hidden name beside its output that no link and no other user can have prepared.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::error::{Error, Result};

/// A file being written: its bytes go to a temporary name until [`Sealed::commit`].
pub(super) struct TemporaryFile {
    /// `None`: a device or a pipe, which is written to as it is.
    pub(super) temporary: Option<PathBuf>,
    pub(super) target: PathBuf,
    /// It stays when the run fails: the next one goes on with it.
    pub(super) kept: bool,
}

/// A hidden file beside an output: `.OUTPUT.genogloss-WHAT`.
pub(crate) fn hidden(output: &Path, what: &str) -> PathBuf {
    hidden_beside(&fs::canonicalize(output).unwrap_or_else(|_| output.to_path_buf()), what)
}

/// The same of a name that is not looked behind, if it is a link.
fn hidden_beside(output: &Path, what: &str) -> PathBuf {
    let name = output.file_name().unwrap_or_default().to_string_lossy().into_owned();
    output.with_file_name(format!(".{name}.genogloss-{what}"))
}

/// Opens a file of a fixed hidden name for reading and writing, and makes it if it is not there. What is there must be this
/// user's regular file, with no second name: what another process has prepared is refused, not followed.
pub(crate) fn open_hidden(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match options.clone().create_new(true).open(path) {
        Ok(file) => return Ok(file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    open_own(path, &options)
}

/// The same for a file that is only read, and must be there.
pub(crate) fn read_hidden(path: &Path) -> io::Result<File> {
    open_own(path, OpenOptions::new().read(true))
}

fn open_own(path: &Path, options: &OpenOptions) -> io::Result<File> {
    let refused = |why: &str| {
        let why = format!("was not written by a run of this user ({why}): check the file, and remove it");
        Err(io::Error::new(io::ErrorKind::InvalidInput, why))
    };
    let named = fs::symlink_metadata(path)?;
    if !named.is_file() {
        return refused(if named.is_symlink() { "a link" } else { "not a regular file" });
    }
    let file = options.open(path)?;
    if let Some(why) = foreign(path, &file, &named)? { refused(why) } else { Ok(file) }
}

#[cfg(unix)]
fn foreign(path: &Path, file: &File, named: &fs::Metadata) -> io::Result<Option<&'static str>> {
    use std::os::unix::fs::MetadataExt;
    let held = file.metadata()?;
    if (held.dev(), held.ino()) != (named.dev(), named.ino()) {
        return Ok(Some("it was replaced while it was opened"));
    }
    if held.nlink() != 1 {
        return Ok(Some("it has another name too"));
    }
    // Whose files are made here is asked of the file system: on a network it need not be this process's user.
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let own = tempfile::tempfile_in(folder)?.metadata()?.uid();
    Ok((held.uid() != own).then_some("it belongs to another user"))
}

#[cfg(not(unix))]
fn foreign(_: &Path, _: &File, _: &fs::Metadata) -> io::Result<Option<&'static str>> {
    Ok(None)
}

/// Makes a new name in a file's folder last. Some file systems cannot sync a folder; the name itself is there.
pub(crate) fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(if folder == Path::new("") { Path::new(".") } else { folder })
    {
        let _ = folder.sync_all();
    }
}

impl TemporaryFile {
    /// `kept`: the hidden name it has until it is complete, and keeps when the run fails.
    pub(super) fn begin(target: &Path, kept: Option<&str>) -> Result<(Self, File)> {
        // A device or a named pipe is written to as it is; a link is followed, so that it stays a link: the user has named it.
        Self::begin_at(fs::canonicalize(target).unwrap_or_else(|_| target.to_path_buf()), kept)
    }

    /// The same for a file whose name the program has made: a link of that name is replaced, never followed.
    pub(super) fn begin_beside(target: &Path, kept: Option<&str>) -> Result<(Self, File)> {
        if target.is_symlink() {
            let folder = fs::canonicalize(folder_of(target)).unwrap_or_else(|_| folder_of(target));
            return Self::begin_at(folder.join(target.file_name().unwrap_or_default()), kept);
        }
        Self::begin(target, kept)
    }

    fn begin_at(target: PathBuf, kept: Option<&str>) -> Result<(Self, File)> {
        let failed = |error: &io::Error| Error::write(target.display(), error);
        if target.is_dir() && !target.is_symlink() {
            return Err(Error::Output {
                place: target.display().to_string(),
                message: "is a folder, not a file".into(),
                hint: None,
                source: None,
            });
        }
        if target.exists() && !target.is_file() && !target.is_symlink() {
            let file = OpenOptions::new().write(true).open(&target).map_err(|e| failed(&e))?;
            return Ok((Self { temporary: None, target, kept: false }, file));
        }
        let folder = folder_of(&target);
        if !folder.is_dir() {
            return Err(Error::Output {
                place: target.display().to_string(),
                message: format!("the folder {} does not exist", folder.display()),
                hint: Some(format!("mkdir -p {}", folder.display())),
                source: None,
            });
        }
        if let Some(what) = kept {
            let temporary = hidden_beside(&target, what);
            let file = open_hidden(&temporary).map_err(|e| Error::write(temporary.display(), &e))?;
            file.set_len(0).map_err(|e| failed(&e))?;
            return Ok((Self { temporary: Some(temporary), target, kept: true }, file));
        }
        let (temporary, file) = random_name(&target, "tmp", new_file).map_err(|e| failed(&e))?;
        Ok((Self { temporary: Some(temporary), target, kept: false }, file))
    }

    /// Gives it another hidden name.
    pub(super) fn call(&mut self, what: &str) -> Result<()> {
        let Some(temporary) = &mut self.temporary else { return Ok(()) };
        let name = hidden_beside(&self.target, what);
        fs::rename(&*temporary, &name).map_err(|error| Error::write(self.target.display(), &error))?;
        sync_folder(&name);
        *temporary = name;
        Ok(())
    }

    pub(super) fn sync(&self, file: &File) -> Result<()> {
        if self.temporary.is_none() {
            return Ok(());
        }
        file.sync_all().map_err(|error| Error::write(self.target.display(), &error))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.as_ref().filter(|_| !self.kept) {
            let _ = fs::remove_file(temporary);
            forget(temporary);
        }
    }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_path_buf()
}

fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// `.NAME.genogloss-RANDOM.ENDING` beside a file, made by `make`, which must refuse a name that is taken. It is removed when the
/// program is stopped by a signal.
fn random_name<T>(target: &Path, ending: &str, make: impl FnMut(&Path) -> io::Result<T>) -> io::Result<(PathBuf, T)> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let made = tempfile::Builder::new()
        .prefix(&format!(".{name}.genogloss-"))
        .suffix(&format!(".{ending}"))
        .rand_bytes(10)
        .make_in(folder_of(target), make)?;
    let (made, path) = made.into_parts();
    let path = path.keep().map_err(|error| error.error)?;
    unfinished().push(path.clone());
    Ok((path, made))
}

/// A folder of a random name, only for this user, that is removed with all that is in it when it is dropped, and when the program
/// is stopped by a signal.
pub(crate) struct TemporaryFolder(tempfile::TempDir);

impl TemporaryFolder {
    /// In a folder; its name begins with `prefix`.
    pub(crate) fn make_in(folder: &Path, prefix: &str) -> Result<Self> {
        let made = tempfile::Builder::new().prefix(prefix).rand_bytes(10).tempdir_in(folder);
        let made = made.map_err(|error| Error::write(folder.display(), &error))?;
        unfinished().push(made.path().to_path_buf());
        Ok(Self(made))
    }

    /// It stays.
    pub(crate) fn keep(&mut self) {
        self.0.disable_cleanup(true);
        forget(self.0.path());
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        forget(self.0.path());
    }
}

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn forget(path: &Path) {
    unfinished().retain(|other| other != path);
}

/// Removes what was begun and not finished: for a program that ends without returning.
pub(crate) fn remove_unfinished() {
    for path in unfinished().drain(..) {
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

/// Complete files that still lack their names.
#[derive(Default)]
#[must_use = "the files get their names in `commit`"]
pub(crate) struct Sealed {
    pub(super) files: Vec<TemporaryFile>,
    /// What is not needed any more, once they have their names.
    pub(super) leftovers: Vec<PathBuf>,
    /// Of a run that is gone on with when it fails: files have the same hidden names every time, so none is left over.
    pub(super) kept: bool,
}

impl Sealed {
    /// Adds a small file, to be named before those that are there.
    pub(crate) fn with_first(mut self, target: &Path, bytes: &[u8]) -> Result<Self> {
        self.files.insert(0, whole(target, bytes, self.kept)?);
        Ok(self)
    }

    /// The same, written piece by piece.
    pub(crate) fn with_first_from(
        mut self,
        target: &Path,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<Self> {
        let (temporary, file) = TemporaryFile::begin_beside(target, self.kept.then_some("new"))?;
        let mut out = io::BufWriter::new(&file);
        let written = write(&mut out).and_then(|()| io::Write::flush(&mut out));
        written.map_err(|error| Error::write(target.display(), &error))?;
        drop(out);
        temporary.sync(&file)?;
        self.files.insert(0, temporary);
        Ok(self)
    }

    /// A file that is written by somebody else under a name of its own, and gets its name here.
    pub(crate) fn made_by(target: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        let (temporary, _) = TemporaryFile::begin(target, None)?;
        if let Some(path) = &temporary.temporary {
            make(path)?;
            let synced = OpenOptions::new().write(true).open(path).and_then(|file| file.sync_all());
            synced.map_err(|error| Error::write(target.display(), &error))?;
        }
        Ok(Self { files: vec![temporary], ..Self::default() })
    }

    /// Adds other complete files, to be named before those that are there.
    pub(crate) fn after(mut self, others: Sealed) -> Self {
        self.files.splice(0..0, others.files);
        self.leftovers.extend(others.leftovers);
        self.kept |= others.kept;
        self
    }

    /// Gives all files their names, the output last: where it is, all that belongs to it is. Files of these names go out of the way
    /// first, the output before all: an old one is never seen beside a new index. When a name cannot be given, the old files are put
    /// back.
    pub(crate) fn commit(mut self) -> Result<()> {
        let mut set_aside = Vec::new();
        let mut named = Vec::new();
        if let Err((path, error)) = self.rename_all(&mut set_aside, &mut named) {
            let mut wrong = Vec::new();
            for (temporary, target) in named.into_iter().rev() {
                if fs::rename(&target, &temporary).is_err() {
                    wrong.push(format!("{} is new", target.display()));
                }
            }
            for (old, target) in set_aside.into_iter().rev() {
                if fs::rename(&old, &target).is_err() {
                    wrong.push(format!("the old {} is {}", target.display(), old.display()));
                }
            }
            let mut error = Error::write(path.display(), &error);
            if !wrong.is_empty() {
                error = error.with_hint(format!("not all files could be restored: {}", wrong.join("; ")));
            }
            return Err(error);
        }
        for (old, _) in set_aside {
            let _ = fs::remove_file(old);
        }
        for file in &mut self.files {
            if let Some(temporary) = file.temporary.take() {
                forget(&temporary);
                sync_folder(&file.target);
            }
        }
        for path in self.leftovers {
            let _ = fs::remove_file(path);
        }
        Ok(())
    }

    /// Takes an old file out of the way, and says what it is called now.
    fn set_aside(&self, target: &Path) -> io::Result<Option<PathBuf>> {
        if self.kept {
            let aside = hidden_beside(target, "old");
            if target.is_file() {
                fs::rename(target, &aside)?;
                return Ok(Some(aside));
            }
            // An earlier run may have been killed after it had set the file aside.
            return Ok(fs::symlink_metadata(&aside).is_ok().then_some(aside));
        }
        if !target.is_file() {
            return Ok(None);
        }
        let (aside, file) = random_name(target, "old", new_file)?;
        drop(file);
        // From here on it is the old file, which no signal may remove.
        forget(&aside);
        if let Err(error) = fs::rename(target, &aside) {
            let _ = fs::remove_file(&aside);
            return Err(error);
        }
        Ok(Some(aside))
    }

    /// Pairs are the name that a file has now, and the one that it had or was to have.
    fn rename_all(
        &self,
        set_aside: &mut Vec<(PathBuf, PathBuf)>,
        named: &mut Vec<(PathBuf, PathBuf)>,
    ) -> std::result::Result<(), (PathBuf, io::Error)> {
        let files = || self.files.iter().filter_map(|file| Some((file.temporary.as_ref()?, &file.target)));
        // One file alone takes the place of the old one in one step.
        if files().count() > 1 {
            for (_, target) in files().collect::<Vec<_>>().into_iter().rev() {
                if let Some(aside) = self.set_aside(target).map_err(|error| (target.clone(), error))? {
                    set_aside.push((aside, target.clone()));
                }
            }
        }
        for (temporary, target) in files() {
            fs::rename(temporary, target).map_err(|error| (target.clone(), error))?;
            named.push((temporary.clone(), target.clone()));
        }
        Ok(())
    }
}

/// A small file, written and synced under a temporary name.
pub(super) fn whole(target: &Path, bytes: &[u8], kept: bool) -> Result<TemporaryFile> {
    use io::Write;
    let (temporary, mut file) = TemporaryFile::begin_beside(target, kept.then_some("new"))?;
    file.write_all(bytes).map_err(|error| Error::write(target.display(), &error))?;
    temporary.sync(&file)?;
    Ok(temporary)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let all = fs::read_dir(folder).expect("the folder").flatten();
        let mut names: Vec<String> = all.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_name_that_cannot_be_given_leaves_the_old_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let (index, output) = (folder.path().join("a.bed.tbi"), folder.path().join("a.bed"));
        fs::write(&index, "old index").expect("written");
        let sealed = || {
            let output = Sealed { files: vec![whole(&output, b"new", false).expect("written")], ..Sealed::default() };
            output.with_first(&index, b"new index").expect("written")
        };
        let blocked = sealed();
        // Not a file, so it cannot be taken away.
        fs::create_dir(&output).expect("a folder");
        let error = blocked.commit().expect_err("a folder has its name").to_string();
        assert!(error.contains("a.bed: "), "{error}");
        assert_eq!(fs::read(&index).expect("the index"), b"old index");
        assert_eq!(names(folder.path()), ["a.bed", "a.bed.tbi"]);
        fs::remove_dir(&output).expect("removed");
        fs::write(&output, "old").expect("written");
        sealed().commit().expect("named");
        assert_eq!(fs::read(&index).expect("the index"), b"new index");
        assert_eq!(fs::read(&output).expect("the output"), b"new");
        assert_eq!(names(folder.path()), ["a.bed", "a.bed.tbi"]);
    }

    #[test]
    fn a_kill_between_two_names_leaves_nothing_in_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let (index, output) = (folder.path().join("a.bed.tbi"), folder.path().join("a.bed"));
        let sealed = || {
            let output = whole(&output, b"new", true).expect("written");
            Sealed { files: vec![output], kept: true, ..Sealed::default() }.with_first(&index, b"new").expect("written")
        };
        // Killed where both old files are out of the way, and where one has its new name.
        for named in [false, true] {
            for path in [&index, &output] {
                fs::write(hidden(path, "old"), "old").expect("written");
                let _ = fs::remove_file(path);
            }
            if named {
                fs::write(&index, "new").expect("written");
            }
            sealed().commit().expect("named");
            assert_eq!(fs::read(&output).expect("the output"), b"new");
            assert_eq!(names(folder.path()), ["a.bed", "a.bed.tbi"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_others_have_prepared_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (victim, path) = (folder.path().join("victim"), folder.path().join(".a.genogloss-part"));
        fs::write(&victim, "mine").expect("written");
        std::os::unix::fs::symlink(&victim, &path).expect("a link");
        let error = open_hidden(&path).expect_err("a link").to_string();
        assert!(error.contains("(a link)"), "{error}");
        assert!(read_hidden(&path).is_err());
        fs::remove_file(&path).expect("removed");
        std::os::unix::fs::symlink(folder.path().join("nothing"), &path).expect("a link to nothing");
        assert!(open_hidden(&path).is_err());
        assert!(!folder.path().join("nothing").exists());
        fs::remove_file(&path).expect("removed");
        fs::hard_link(&victim, &path).expect("a second name");
        let error = open_hidden(&path).expect_err("two names").to_string();
        assert!(error.contains("(it has another name too)"), "{error}");
        fs::remove_file(&path).expect("removed");
        drop(open_hidden(&path).expect("made"));
        drop(open_hidden(&path).expect("found again"));
        assert_eq!(fs::read(&victim).expect("the file"), b"mine");
    }

    #[test]
    fn two_files_of_one_process_have_two_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.bed");
        let (first, second) = (TemporaryFile::begin(&target, None), TemporaryFile::begin(&target, None));
        let (first, second) = (first.expect("begun").0, second.expect("begun").0);
        assert_ne!(first.temporary, second.temporary);
        drop((first, second));
        assert!(names(folder.path()).is_empty());
    }
}
