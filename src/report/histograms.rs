//! Histograms of scores.

use std::fmt::Write;

use super::{
    run::Run,
    show::{color, digits},
};
use crate::{
    genome::interval::commas,
    histogram::{Histogram, bounds},
    html::escape,
};

/// One histogram per score; empty where there is none.
pub(super) fn histograms(run: &Run) -> String {
    let scores = run.scores();
    if scores.iter().all(|(_, histogram)| histogram.bins().next().is_none()) {
        return String::new();
    }
    let what =
        if run.kind().is_scored_variants() { "Changes of the score, alternate minus reference" } else { "Scores" };
    let mut html =
        format!("<h3>{what} <span class=\"soft\">(heights are logarithms of counts)</span></h3><div class=\"small\">");
    for (index, (name, histogram)) in scores.iter().enumerate() {
        let all: u64 = histogram.bins().map(|(_, count)| count).sum();
        let _ = write!(
            html,
            "<figure>{}<figcaption>{} <span class=\"soft\">{}</span></figcaption></figure>",
            histogram_svg(histogram, color(index)),
            escape(name),
            commas(all)
        );
    }
    html + "</div>\n"
}

fn histogram_svg(histogram: &Histogram, fill: &str) -> String {
    let bins: Vec<(i32, u64)> = histogram.bins().collect();
    let (Some(first), Some(last)) = (bins.first().map(|b| b.0), bins.last().map(|b| b.0)) else { return String::new() };
    // Probabilities from 0 to 1, their changes from -1 to 1; beyond, what there is.
    let (low, high) = if first >= 0 && last < 20 {
        (0, 19)
    } else if first >= -20 && last < 20 {
        (-20, 19)
    } else {
        (first, last)
    };
    let (width, height, base) = (240.0, 110.0, 92.0);
    let step = width / f64::from(high - low + 1);
    let top = bins.iter().map(|(_, count)| (*count as f64 + 1.0).ln()).fold(1.0, f64::max);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\"><line class=\"axis\" x1=\"0\" x2=\"{width}\" y1=\"{base}\" y2=\"{base}\"/>"
    );
    for (bin, count) in &bins {
        let size = (base - 6.0) * (*count as f64 + 1.0).ln() / top;
        let (from, to) = bounds(*bin);
        let _ = write!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\"><title>{} to {}: {}</title></rect>",
            f64::from(bin - low) * step + 0.5,
            base - size,
            (step - 1.0).max(0.5),
            size,
            digits(from),
            digits(to),
            commas(*count)
        );
    }
    let (from, to) = (bounds(low).0, bounds(high).1);
    let _ = write!(
        svg,
        "<text x=\"0\" y=\"106\">{}</text><text x=\"{width}\" y=\"106\" text-anchor=\"end\">{}</text>",
        digits(from),
        digits(to)
    );
    if (low, high) == (-20, 19) {
        let _ = write!(svg, "<text x=\"{}\" y=\"106\" text-anchor=\"middle\">0</text>", width / 2.0);
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_drawn_on_the_scale_of_its_scores() {
        let draw = |scores: &[f32]| {
            let mut histogram = Histogram::default();
            scores.iter().for_each(|&score| histogram.add(score));
            histogram_svg(&histogram, "red")
        };
        let scale = |svg: &str| svg.matches("y=\"106\"").count();
        assert_eq!((scale(&draw(&[0.3])), scale(&draw(&[-0.3]))), (2, 3), "only changes have 0 in the middle");
        assert!(draw(&[0.3, 0.31, 0.9]).contains("<title>0.3 to 0.35: 2</title>"));
        assert!(draw(&[5.0]).contains("<title>4 to 8: 1</title>"));
        assert_eq!(draw(&[]), "");
    }
}
