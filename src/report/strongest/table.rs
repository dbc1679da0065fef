//! The table of the strongest calls.

use std::fmt::Write;

use super::found::Strongest;
use crate::{
    genome::{Interval, interval::commas},
    html::escape,
};

/// The table. `is_shown` says which places the view of the page can show: they become buttons.
pub(in crate::report) fn table(found: &Strongest, is_shown: impl Fn(&str, Interval) -> bool) -> String {
    let which = if found.count == 0 {
        format!("the {} strongest {}", commas(found.rows.len() as u64), found.what)
    } else if found.count > found.rows.len() as u64 {
        format!("the {} strongest of {} {}", commas(found.rows.len() as u64), commas(found.count), found.what)
    } else {
        format!("{} {}", commas(found.count), found.what)
    };
    let mut html = format!(
        "<h3>Strongest calls <span class=\"soft\">({}, by {})</span></h3><div class=\"scroll tall\"><table class=\"sortable strongest\"><thead><tr>\
         <th class=\"text\">place</th>",
        escape(&which),
        escape(&found.by)
    );
    for (name, is_text) in &found.columns {
        let _ = write!(html, "<th{}>{}</th>", class(*is_text), escape(name));
    }
    html.push_str("</tr></thead><tbody>\n");
    for row in &found.rows {
        html.push_str("<tr>");
        match &row.place {
            None => html.push_str("<td class=\"text\">–</td>"),
            Some((contig, interval)) => {
                // Sorted by contig, then by position.
                let _ = write!(html, "<td class=\"text\" data-v=\"{} {:015}\">", escape(contig), interval.start);
                let shown = escape(&shown(contig, *interval));
                if is_shown(contig, *interval) {
                    let _ = write!(
                        html,
                        "<button type=\"button\" data-locus=\"{}\">{shown}</button></td>",
                        escape(&locus(contig, *interval))
                    );
                } else {
                    let _ = write!(html, "{shown}</td>");
                }
            }
        }
        for (cell, (_, is_text)) in row.cells.iter().zip(&found.columns) {
            let _ = write!(html, "<td{}>{}</td>", class(*is_text), escape(cell));
        }
        html.push_str("</tr>\n");
    }
    html + "</tbody></table></div>\n"
}

fn class(is_text: bool) -> &'static str {
    if is_text { " class=\"text\"" } else { "" }
}

/// A place as messages have it; one base without an end.
fn shown(contig: &str, interval: Interval) -> String {
    if interval.len() == 1 { format!("{contig}:{}", commas(interval.one_based_start())) } else { interval.show(contig) }
}

/// The stretch that the view shows for a call, 1-based: the call and what is around it.
pub(in crate::report) fn locus(contig: &str, interval: Interval) -> String {
    let around = (interval.len() / 2).clamp(40, 500);
    format!("{contig}:{}-{}", interval.one_based_start().saturating_sub(around).max(1), interval.end + around)
}
