//! `genogloss man`: man pages, made of the same descriptions as `--help`.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Command;
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};

use crate::{
    error::{Error, Result},
    output::Sealed,
};

/// Write the man pages: one for genogloss and one for each command.
///
/// Their names are genogloss.1, genogloss-scan.1 and so on; existing ones are replaced. `man genogloss-scan` finds them
/// in ~/.local/share/man/man1 when the program is in ~/.local/bin, and in /usr/local/share/man/man1.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  genogloss man ~/.local/share/man/man1\n  genogloss man . && man ./genogloss-scan.1"
)]
pub(super) struct Options {
    /// Folder for the pages; it is made if it does not exist.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(super) fn run(options: &Options, program: Command) -> Result<()> {
    let pages = pages(program)?;
    std::fs::create_dir_all(&options.folder).map_err(|error| Error::write(options.folder.display(), &error))?;
    let count = pages.len();
    let mut sealed = Sealed::default();
    for (name, text) in pages {
        sealed = sealed.with_first(&options.folder.join(name), &text)?;
    }
    sealed.commit()?;
    tracing::info!("done: {count} pages");
    Ok(())
}

/// File name and text of every page.
fn pages(program: Command) -> Result<Vec<(String, Vec<u8>)>> {
    let mut program = program.disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    let mut waiting = vec![(program, None)];
    while let Some((command, parent)) = waiting.pop() {
        let name = command.get_display_name().unwrap_or(command.get_name()).to_string();
        waiting.extend(command.get_subcommands().map(|c| (c.clone(), Some(name.clone()))));
        let text = page(command, &name, parent.as_deref()).map_err(|e| Error::Internal(e.to_string()))?;
        pages.push((format!("{name}.1"), text));
    }
    Ok(pages)
}

/// A page with its sections in the usual order. It has no date, so that one version always writes the same pages.
fn page(mut command: Command, name: &str, parent: Option<&str>) -> io::Result<Vec<u8>> {
    let usage = command.render_usage().to_string();
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let has_subcommands = command.has_subcommands();
    // Without this, the synopsis would list every option.
    let man = Man::new(command.override_usage(usage.trim_start_matches("Usage: ").to_string()));
    let mut text = Vec::new();
    writeln!(text, ".TH {} 1 \"\" \"genogloss {}\" Genogloss", name.to_uppercase(), env!("CARGO_PKG_VERSION"))?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if has_subcommands {
        man.render_subcommands_section(&mut text)?;
    }
    closing(&after, parent).to_writer(&mut text)?;
    Ok(text)
}

/// The text that follows the options in `--help`: the examples, one per line, then the rest.
fn closing(after: &str, parent: Option<&str>) -> Roff {
    let mut roff = Roff::default();
    let mut heading = Some("NOTES");
    for paragraph in after.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        if let Some(examples) = paragraph.strip_prefix("Examples:\n") {
            roff.control("SH", ["EXAMPLES"]).control("nf", []);
            for line in examples.lines() {
                roff.text([roman(line.trim_start())]);
            }
            roff.control("fi", []);
            continue;
        }
        match heading.take() {
            Some(heading) => roff.control("SH", [heading]),
            None => roff.control("PP", []),
        };
        for line in paragraph.lines() {
            roff.text([roman(line)]);
        }
    }
    if let Some(parent) = parent {
        roff.control("SH", ["SEE ALSO"]).text([roman(format!("{parent}(1)"))]);
    }
    roff
}
