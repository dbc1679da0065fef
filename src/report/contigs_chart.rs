//! The chart of calls or scores along the contigs.

use std::fmt::Write;

use super::{
    along::{Along, Line},
    show::{Axis, bases, color},
};
use crate::{genome::interval::commas, histogram::Histogram, html::escape};

/// Left end of the lanes: names are left of it.
const LEFT: f64 = 150.0;
/// Width of the longest contig.
const WIDTH: f64 = 900.0;
/// Height of a lane.
const LANE: f64 = 17.0;

/// One lane for each contig and score, on one axis: contigs begin at 0 and have one scale. `scores` give the colours.
pub(super) fn chart(along: &Along, scores: &[(String, Histogram)]) -> String {
    let colors = colors(along, scores);
    let longest = along.contigs.iter().map(|(_, length)| *length).max().unwrap_or(1) as f64;
    let mut y = 0.0;
    let mut body = String::new();
    for (id, (contig, length)) in along.contigs.iter().enumerate() {
        y += 20.0;
        let _ = write!(
            body,
            "<text class=\"name\" x=\"{LEFT}\" y=\"{:.0}\">{} <tspan fill=\"var(--soft)\">{}</tspan></text>",
            y - 6.0,
            escape(contig),
            bases(*length)
        );
        let lane = Lane { width: (WIDTH * *length as f64 / longest).max(1.0), bin: WIDTH * along.bin as f64 / longest };
        for (line, color) in along.lines.iter().zip(&colors) {
            lane.draw(line, id, y, color, &mut body);
            y += LANE;
        }
    }
    y += 14.0;
    let axis = Axis { left: LEFT, width: WIDTH, end: longest, y: [y - 12.0, y - 6.0, y + 6.0] };
    axis.draw(&mut body, |at| if at == 0.0 { "0".into() } else { bases(at as u64) });
    let more = match along.more {
        0 => String::new(),
        more => {
            format!(
                " The {} longest contigs are shown; {} more are not shown.",
                along.contigs.len(),
                commas(more as u64)
            )
        }
    };
    format!(
        "<h3>Along the contigs <span class=\"soft\">({} in bins of {}, each line scaled to its highest bin; heights are square roots)</span></h3>\
         <div class=\"scroll\"><svg viewBox=\"0 0 {:.0} {:.0}\" style=\"min-width:640px\" role=\"img\">{body}</svg></div><p class=\"soft\">{more}</p>\n",
        along.what,
        bases(along.bin),
        LEFT + WIDTH + 40.0,
        y + 12.0
    )
}

/// A score has one colour on the page, also where a format does not allow all letters of its name.
fn colors(along: &Along, scores: &[(String, Histogram)]) -> Vec<&'static str> {
    let plain = |name: &str| name.replace(['-', '.'], "_");
    let number = |name: &str| scores.iter().position(|(score, _)| plain(score) == plain(name));
    along.lines.iter().enumerate().map(|(at, line)| color(number(&line.name).unwrap_or(at))).collect()
}

/// A lane of one contig.
struct Lane {
    width: f64,
    /// Width of a bin.
    bin: f64,
}

impl Lane {
    fn draw(&self, line: &Line, contig: usize, y: f64, color: &str, body: &mut String) {
        let (width, largest) = (self.width, line.largest());
        let _ = write!(
            body,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text><rect class=\"lane\" x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"{:.0}\"/>",
            LEFT - 8.0,
            y + LANE - 6.0,
            escape(&line.name),
            LANE - 3.0
        );
        let mut path = String::new();
        for (at, value) in line.values[contig].iter().enumerate().filter(|(_, value)| **value > 0.0 && largest > 0.0) {
            // With a square root small values can be seen.
            let size = (LANE - 3.0) * (value / largest).sqrt();
            let from = LEFT + at as f64 * self.bin;
            let to = (from + self.bin).min(LEFT + width);
            let _ = write!(path, "M{from:.1} {:.1}H{to:.1}V{:.1}H{from:.1}z", y + LANE - 3.0, y + LANE - 3.0 - size);
        }
        if !path.is_empty() {
            let _ = write!(body, "<path d=\"{path}\" fill=\"{color}\"/>");
        }
    }
}
