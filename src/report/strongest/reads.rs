//! The called reads with the highest scores.

use std::path::Path;

use noodles::sam::alignment::record_buf::data::field::{Value, value::Array};

use super::{best::Best, found::Strongest};
use crate::{
    error::Result,
    genome::Interval,
    output::bam::{DEFAULT_PREFIX, Tags},
    read::{
        alignments::{Alignments, place_of},
        part::Part,
    },
    report::{lines::each_row, run::Run},
};

/// Columns of the table, after the place.
const COLUMNS: [(&str, bool); 5] =
    [("read", true), ("bases", false), ("best window from", false), ("call", true), ("score", false)];

/// The strongest of a table.
pub(super) fn of_table(path: &Path) -> Result<Option<Strongest>> {
    let mut best = Best::default();
    each_row(path, |names, fields| {
        let column = |name: &str| names.iter().position(|known| known == name).and_then(|at| fields.get(at)).copied();
        let Some(call) = column("call").filter(|call| *call != ".") else { return };
        let Some(shown) = column(call) else { return };
        let Ok(score) = shown.parse::<f64>() else { return };
        best.offer(score, || {
            let number = |name: &str| column(name)?.parse::<u64>().ok();
            let place = column("contig").zip(number("start").zip(number("end")));
            let place = place.map(|(contig, (start, end))| (contig.to_string(), Interval::new(start, end.max(start))));
            let text = |name: &str| column(name).unwrap_or(".").to_string();
            (place, vec![text("read"), text("length"), text("window_start"), call.into(), shown.into()])
        });
    })?;
    Ok(made(best))
}

/// The strongest of a BAM file.
pub(super) fn of_bam(run: &Run, path: &Path) -> Result<Option<Strongest>> {
    let names: Vec<String> = run.scores().into_iter().map(|(name, _)| name).collect();
    let tags = Tags::new(run.text(&["settings", "tag_prefix"]).chars().next().unwrap_or(DEFAULT_PREFIX));
    let input = Alignments::open(path, None)?;
    let header = input.header.for_decoding();
    let mut best = Best::default();
    let _ = input.read(&Part::default(), |record| {
        let data = record.data();
        if let (Some(Value::String(label)), Some(Value::Array(Array::Float(scores)))) =
            (data.get(&tags.label()), data.get(&tags.scores()))
            && let Some(&score) = names.iter().position(|name| label == name.as_str()).and_then(|at| scores.get(at))
        {
            best.offer(score.into(), || {
                let window = match data.get(&tags.window()) {
                    Some(value) => value.as_int().map_or(".".into(), |start| start.to_string()),
                    None => ".".into(),
                };
                let name = record.name().map(ToString::to_string).unwrap_or_default();
                let bases = record.sequence().len().to_string();
                (place_of(&header, &record), vec![name, bases, window, label.to_string(), score.to_string()])
            });
        }
        Ok(())
    })?;
    Ok(made(best))
}

fn made(best: Best) -> Option<Strongest> {
    let (rows, count) = best.finish();
    let columns = COLUMNS.iter().map(|(name, is_text)| ((*name).to_string(), *is_text)).collect();
    let by = "the score of the called label".into();
    (!rows.is_empty()).then_some(Strongest { what: "called reads", by, count, columns, rows })
}
