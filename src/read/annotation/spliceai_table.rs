//! The table of genes that SpliceAI reads.

use std::io::BufRead;

use super::{super::lines::read_line, feature::failed, gene_place::GenePlace};
use crate::{
    error::{Error, Result},
    genome::{Interval, Strand},
};

/// Reads the table. Its starts are 0-based, its ends are one past the last base, and lists of exons end with a comma.
pub(super) fn read(reader: &mut dyn BufRead, place: &str) -> Result<Vec<GenePlace>> {
    let (mut genes, mut line, mut number) = (Vec::new(), Vec::new(), 0u64);
    while read_line(reader, &mut line).map_err(|error| failed(place, &error))? {
        number += 1;
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let bad = |why: String| {
            Error::input(format!("{place}, line {number}"), why)
                .with_hint("columns: NAME CHROM STRAND TX_START TX_END EXON_START EXON_END, separated by tabs")
        };
        let text = std::str::from_utf8(&line).map_err(|_| bad("it is not UTF-8".into()))?;
        genes.push(gene(text).map_err(bad)?);
    }
    Ok(genes)
}

/// The gene of a line. The error is the problem.
fn gene(line: &str) -> std::result::Result<GenePlace, String> {
    let columns: Vec<&str> = line.trim_end().split('\t').collect();
    let [name, contig, strand, start, end, starts, ends] = columns.as_slice() else {
        return Err(format!("{} columns, where 7 are needed", columns.len()));
    };
    let parse = |text: &str| text.parse::<u64>().map_err(|_| format!("\"{text}\" is not a position"));
    let list = |text: &str| {
        text.split(',').filter(|one| !one.is_empty()).map(parse).collect::<std::result::Result<Vec<u64>, _>>()
    };
    let (starts, ends) = (list(starts)?, list(ends)?);
    if starts.len() != ends.len() {
        return Err(format!("{} starts and {} ends of exons", starts.len(), ends.len()));
    }
    let (start, end) = (parse(start)?, parse(end)?);
    if let Some((start, end)) = starts.iter().zip(&ends).chain([(&start, &end)]).find(|(start, end)| start >= end) {
        return Err(format!("a gene or exon begins at {start} and ends at {end}"));
    }
    let mut exons: Vec<Interval> = starts.into_iter().zip(ends).map(|(start, end)| Interval::new(start, end)).collect();
    exons.sort_unstable();
    let strand = match *strand {
        "+" => Strand::Forward,
        "-" => Strand::Reverse,
        other => return Err(format!("strand \"{other}\" is neither + nor -")),
    };
    Ok(GenePlace {
        contig: (*contig).into(),
        interval: Interval::new(start, end),
        strand,
        id: (*name).into(),
        name: Some((*name).into()),
        others: Vec::new(),
        exons,
    })
}
