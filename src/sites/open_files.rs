//! How many files this process may have open.

use crate::{
    error::{Error, Result},
    genome::interval::commas,
};

/// Files that are open beside the inputs: the output, its index, libraries, standard streams.
const OTHERS: u64 = 32;

/// Raises the limit of open files for `count` inputs, as far as the system allows; an error if that is not far enough.
#[cfg(unix)]
pub(super) fn allow(count: usize) -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let needed = count as u64 + OTHERS;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let wanted = maximum.map_or(needed, |maximum| maximum.min(needed));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    if raised.is_ok() && wanted >= needed {
        return Ok(());
    }
    let most = maximum.or(current).unwrap_or_default();
    let message =
        format!("{} files are too many to be open at once: the limit is {}", commas(count as u64), commas(most));
    Err(Error::usage(message).with_hint(format!(
        "raise it (ulimit -n {needed}), or merge in two steps: the outputs of genogloss sites are inputs of genogloss sites, and the result is the same"
    )))
}

/// Other systems say so when a file is opened.
#[cfg(not(unix))]
pub(super) fn allow(_: usize) -> Result<()> {
    Ok(())
}
