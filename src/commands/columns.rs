//! `genogloss columns`: the columns, INFO fields and tags that commands write.

use clap::ValueEnum;

use super::say;
use crate::{
    error::Result,
    evaluate, genes,
    output::{
        column::ColumnTable,
        table::{self, FORMATS, TableFormat},
    },
    prompts, reads, scan,
    shards::plan,
    sites,
    skip::{Skip, Skipper},
    variants,
};

/// Describe the columns and tags that a command writes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  genogloss columns scan\n  genogloss columns variants --markdown")]
pub(super) struct Options {
    /// The command; skips: why something is not scored.
    #[arg(value_enum)]
    command: Of,
    /// Write a table in Markdown, as in docs/reference/columns.md.
    #[arg(long)]
    markdown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Of {
    Scan,
    Reads,
    Variants,
    Sites,
    Evaluate,
    Ask,
    Genes,
    Plan,
    Skips,
}

/// Stands in place of a format in rows about reasons of skips.
const SKIP: &str = "skip";

impl Of {
    /// The tables, and what tells them apart.
    fn tables(self) -> (&'static str, Vec<ColumnTable>) {
        match self {
            Self::Scan => {
                let format = |format: &TableFormat| ColumnTable { format: format.name, columns: format.columns };
                let centred = ColumnTable { format: "tsv, parquet --centre", columns: scan::centre::columns::COLUMNS };
                let others = table::columns::TABLES.iter().copied();
                ("format", FORMATS.iter().map(format).chain(others).chain([centred]).collect())
            }
            Self::Reads => ("format", reads::columns::TABLES.to_vec()),
            Self::Variants => ("format", variants::columns::TABLES.to_vec()),
            Self::Sites => ("table", sites::columns::TABLES.to_vec()),
            Self::Evaluate => ("table", evaluate::columns::TABLES.to_vec()),
            Self::Ask => ("format", prompts::columns::TABLES.to_vec()),
            Self::Genes => ("command", genes::columns::TABLES.to_vec()),
            Self::Plan => ("format", plan::TABLES.to_vec()),
            Self::Skips => ("", Vec::new()),
        }
    }

    /// The command, if it skips.
    fn skipper(self) -> Option<Skipper> {
        match self {
            Self::Scan => Some(Skipper::Scan),
            Self::Reads => Some(Skipper::Reads),
            Self::Variants => Some(Skipper::Variants),
            Self::Evaluate => Some(Skipper::Evaluate),
            Self::Ask => Some(Skipper::Ask),
            Self::Genes | Self::Sites | Self::Plan | Self::Skips => None,
        }
    }
}

pub(super) fn run(options: &Options) -> Result<()> {
    let (header, mut rows) = if options.command == Of::Skips { skips() } else { columns(options.command) };
    let text = if options.markdown {
        // On a page, the reasons have a table of their own.
        rows.retain(|[first, ..]| first != SKIP);
        markdown(&header, &rows)
    } else {
        tsv(&header, &rows)
    };
    say(text.as_bytes())
}

/// One row per column, and one per reason of skips.
fn columns(of: Of) -> ([String; 3], Vec<[String; 3]>) {
    let (first, tables) = of.tables();
    let columns = tables.iter().flat_map(|table| {
        table.columns.iter().map(|column| [table.format.into(), column.names.join(", "), column.meaning.into()])
    });
    let skips = of
        .skipper()
        .into_iter()
        .flat_map(Skip::of)
        .map(|skip| [SKIP.into(), skip.word().into(), skip.meaning().into()]);
    ([first, "column", "meaning"].map(String::from), columns.chain(skips).collect())
}

/// One row per reason, and the commands that have it.
fn skips() -> ([String; 3], Vec<[String; 3]>) {
    let row = |&skip: &Skip| {
        let has = |of: &&Of| of.skipper().is_some_and(|command| skip.commands().contains(&command));
        let name = |of: &Of| of.to_possible_value().map(|value| value.get_name().to_string());
        let commands: Vec<String> = Of::value_variants().iter().filter(has).filter_map(name).collect();
        [skip.word().into(), skip.meaning().into(), commands.join(", ")]
    };
    (["reason", "meaning", "in"].map(String::from), Skip::ALL.iter().map(row).collect())
}

fn tsv(header: &[String; 3], rows: &[[String; 3]]) -> String {
    std::iter::once(header).chain(rows).map(|row| row.join("\t") + "\n").collect()
}

/// Names are code; | would end a cell.
fn markdown(header: &[String; 3], rows: &[[String; 3]]) -> String {
    let is_name = |title: &str| matches!(title, "column" | "reason");
    let cell = |title: &String, text: &String| {
        let text = text.replace('|', "\\|");
        if is_name(title) { format!("`{}`", text.replace(", ", "`, `")) } else { text.replace('<', "\\<") }
    };
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(header.to_vec()) + "|---|---|---|\n";
    for row in rows {
        text += &line(header.iter().zip(row).map(|(title, text)| cell(title, text)).collect());
    }
    text
}
