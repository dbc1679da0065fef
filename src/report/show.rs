//! Numbers, colours and axes of the page.

use std::fmt::Write;

use super::run::Run;
use crate::{genome::interval::commas, html::escape, progress::short};

/// Colours for readers with and without colour blindness (Okabe and Ito, 2008), without black.
const COLORS: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8f7ee7", "#b8a800"];

/// The colour of a score or host, by its number.
pub(super) fn color(index: usize) -> &'static str {
    COLORS[index % COLORS.len()]
}

/// A number with three digits; whole numbers as they are.
pub(super) fn digits(number: f64) -> String {
    match number.abs() {
        0.0 => "0".into(),
        size if size >= 1000.0 => commas(number.abs() as u64),
        size if size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        size if size >= 0.01 => {
            let text = format!("{number:.2}");
            text.trim_end_matches('0').trim_end_matches('.').to_string()
        }
        _ => format!("{number:.1e}"),
    }
}

/// A share in percent; a dash where there is no whole.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "–".into() } else { format!("{} %", digits(100.0 * part as f64 / whole as f64)) }
}

/// A duration.
pub(super) fn time(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{} ms", digits(seconds * 1e3))
    } else if seconds < 10.0 {
        format!("{} s", digits(seconds))
    } else {
        short(std::time::Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))
    }
}

/// A number of bases.
pub(super) fn bases(number: u64) -> String {
    match number {
        0..1000 => format!("{number} bp"),
        1000..1_000_000 => format!("{} kb", digits(number as f64 / 1e3)),
        _ => format!("{} Mb", digits(number as f64 / 1e6)),
    }
}

/// The peak memory of a run.
pub(super) fn megabytes(run: &Run) -> String {
    run.get(&["peak_memory_bytes"]).as_f64().map_or("–".into(), |bytes| format!("{} MB", digits(bytes / 1e6)))
}

/// Numbers that are seen first, and what they are.
pub(super) fn cards(cards: &[(String, &str)]) -> String {
    let mut html = "<div class=\"cards\">".to_string();
    for (number, what) in cards {
        let _ = write!(html, "<div class=\"card\"><b>{}</b><span>{}</span></div>", escape(number), escape(what));
    }
    html + "</div>\n"
}

/// 1, 2 or 5 times a power of ten, not less than a number.
fn nice(number: f64) -> f64 {
    let power = 10f64.powf(number.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].iter().map(|factor| factor * power).find(|step| *step >= number).unwrap_or(number)
}

/// A horizontal axis below a picture.
pub(super) struct Axis {
    /// Where 0 is.
    pub(super) left: f64,
    /// Width of the whole range.
    pub(super) width: f64,
    /// End of the range.
    pub(super) end: f64,
    /// Top and bottom of the ticks, and the base line of their labels.
    pub(super) y: [f64; 3],
}

impl Axis {
    /// Draws ticks at round numbers, about six.
    pub(super) fn draw(&self, svg: &mut String, label: impl Fn(f64) -> String) {
        let [top, bottom, text] = self.y;
        let step = nice(self.end / 6.0);
        let mut at = 0.0;
        while at <= self.end {
            let x = self.left + self.width * at / self.end;
            let _ = write!(
                svg,
                "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top:.0}\" y2=\"{bottom:.0}\"/><text x=\"{x:.1}\" y=\"{text:.0}\" text-anchor=\"middle\">{}</text>",
                label(at)
            );
            at += step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 0.004, 0.25, 12.34, 123.4, 12_345.6].map(digits);
        assert_eq!(shown, ["0", "4.0e-3", "0.25", "12.3", "123", "12,345"]);
        assert_eq!([3.0, 10.4, 70.0, 9000.0].map(nice), [5.0, 20.0, 100.0, 10_000.0]);
    }
}
