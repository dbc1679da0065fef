//! Options that the user gave, and those among them that cannot apply: they are refused, in one place, and never ignored.

use clap::{ArgMatches, Command, parser::ValueSource};

use crate::error::{Error, Result};

/// Options on the command line whose value is not the default one: their identifiers, and how messages call them.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    changed: Vec<(String, String)>,
    /// Identifiers of all options on the command line, those with their default value too.
    all: Vec<String>,
}

/// Options that cannot apply in a case.
pub(super) struct NotFor<'a> {
    /// Whether this is the case.
    pub when: bool,
    /// Their identifiers.
    pub options: &'a [&'a str],
    /// What they are for, or why they cannot apply: follows the option's name.
    pub why: &'a str,
    /// What to do; may be empty.
    pub hint: &'a str,
}

impl Given {
    /// Of the command that is run, the innermost one. `command` is built.
    pub(super) fn of(mut matches: &ArgMatches, mut command: &Command) -> Self {
        while let Some((name, inner)) = matches.subcommand()
            && let Some(found) = command.find_subcommand(name)
        {
            (matches, command) = (inner, found);
        }
        let (mut given, mut all) = (Vec::new(), Vec::new());
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            if matches.try_contains_id(id).is_err() || matches.value_source(id) != Some(ValueSource::CommandLine) {
                continue;
            }
            all.push(id.to_string());
            let values = matches.get_raw(id).into_iter().flatten();
            let defaults = argument.get_default_values();
            if !defaults.is_empty() && values.eq(defaults.iter().map(|value| value.as_os_str())) {
                continue;
            }
            let long = argument.get_long().map(|long| format!("--{long}"));
            let short = argument.get_short().map(|short| format!("-{short}"));
            let shown = match (short, long) {
                (Some(short), Some(long)) => format!("{short} ({long})"),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => id.to_uppercase(),
            };
            given.push((id.to_string(), shown));
        }
        Self { changed: given, all }
    }

    /// Whether an option is on the command line, with whatever value.
    pub(super) fn is_explicit(&self, id: &str) -> bool {
        self.all.iter().any(|given| given == id)
    }

    /// All that are given.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.changed.iter().map(|(id, _)| id.as_str())
    }

    /// Refuses the first option that cannot apply.
    pub(super) fn check(&self, rules: &[NotFor<'_>]) -> Result<()> {
        for rule in rules.iter().filter(|rule| rule.when) {
            if let Some((_, shown)) = self.changed.iter().find(|(id, _)| rule.options.contains(&id.as_str())) {
                let error = Error::usage(format!("{shown} {}", rule.why));
                return Err(if rule.hint.is_empty() { error } else { error.with_hint(rule.hint) });
            }
        }
        Ok(())
    }
}

/// Why an option is not for functions (exact:TASK).
pub(super) const NO_NETWORK: &str = "applies to networks: an exact task is a function that runs on the CPU";

/// Rules that hold for all runs that can be gone on with.
pub(super) fn checkpoint(resume: bool) -> NotFor<'static> {
    NotFor { when: !resume, options: &["checkpoint"], why: "needs --resume", hint: "--resume" }
}

/// An index is for lines with places in a file that is compressed in blocks. `indexable`: this output is one.
pub(super) fn index(indexable: bool, why: &'static str) -> NotFor<'static> {
    NotFor { when: !indexable, options: &["index"], why, hint: "omit --index" }
}

/// Why there is no index of an output that is not a BGZF file.
pub(super) const NOT_BGZF: &str = "needs an output in BGZF: a file whose name ends in .gz or .bgz";
