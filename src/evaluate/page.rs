//! The report of an evaluation as one HTML page, curves drawn as SVG by `plotters`; nothing is loaded from elsewhere.

use plotters::prelude::*;

use super::metrics::{Confusion, Figure, Point};
use crate::{
    error::{Error, Result},
    html::escape,
};

/// A line of a plot: its name and its points.
pub type Line = (String, Vec<(f64, f64)>);

/// One plot with axes from 0 to 1.
pub struct Plot {
    /// Above it.
    pub title: String,
    /// Below it.
    pub x: String,
    /// Left of it.
    pub y: String,
    /// A dashed line from corner to corner: what a coin, or perfect calibration, gives.
    pub diagonal: bool,
    /// Curves.
    pub lines: Vec<Line>,
}

/// A table of figures with its heading.
pub struct Table {
    /// Above it.
    pub title: String,
    /// Its rows.
    pub figures: Vec<Figure>,
}

/// What the page shows.
pub struct Page {
    /// Heading.
    pub title: String,
    /// Lines under the heading: model, file, sizes.
    pub facts: Vec<String>,
    /// Figures of the whole set, of unseen sequences, of each column.
    pub tables: Vec<Table>,
    /// Names of the classes, and truth against call.
    pub confusion: Option<(Vec<String>, Confusion)>,
    /// Curves.
    pub plots: Vec<Plot>,
}

/// Precision against recall.
pub fn precision_recall(points: &[Point], positives: u64) -> Vec<(f64, f64)> {
    thin(points)
        .map(|p| {
            let called = (p.true_positives + p.false_positives) as f64;
            (p.true_positives as f64 / positives as f64, p.true_positives as f64 / called)
        })
        .collect()
}

/// True against false positive rate.
pub fn receiver_operating(points: &[Point], positives: u64, negatives: u64) -> Vec<(f64, f64)> {
    std::iter::once((0.0, 0.0))
        .chain(
            thin(points)
                .map(|p| (p.false_positives as f64 / negatives as f64, p.true_positives as f64 / positives as f64)),
        )
        .collect()
}

/// At most some 500 of the points, the last one always.
fn thin(points: &[Point]) -> impl Iterator<Item = &Point> {
    let step = points.len().div_ceil(500).max(1);
    let last = points.len().saturating_sub(1);
    points.iter().enumerate().filter(move |(i, _)| i % step == 0 || *i == last).map(|(_, p)| p)
}

/// A figure in four digits; counts as they are.
pub fn show(value: f64) -> String {
    if !value.is_finite() {
        "not defined".into()
    } else if value.abs() >= 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.4}")
    }
}

fn draw(plot: &Plot) -> std::result::Result<String, String> {
    let mut svg = String::new();
    {
        let problem = |e: &dyn std::fmt::Display| e.to_string();
        let area = SVGBackend::with_string(&mut svg, (420, 360)).into_drawing_area();
        area.fill(&WHITE).map_err(|e| problem(&e))?;
        let mut chart = ChartBuilder::on(&area)
            .caption(&plot.title, ("sans-serif", 16))
            .margin(10)
            .x_label_area_size(36)
            .y_label_area_size(44)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)
            .map_err(|e| problem(&e))?;
        chart
            .configure_mesh()
            .x_desc(&plot.x)
            .y_desc(&plot.y)
            .light_line_style(TRANSPARENT)
            .draw()
            .map_err(|e| problem(&e))?;
        if plot.diagonal {
            chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], BLACK.mix(0.3))).map_err(|e| problem(&e))?;
        }
        for (index, (name, points)) in plot.lines.iter().enumerate() {
            let color = Palette99::pick(index).to_rgba();
            let series = chart
                .draw_series(LineSeries::new(points.iter().copied(), color.stroke_width(2)))
                .map_err(|e| problem(&e))?;
            if plot.lines.len() > 1 {
                series.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 12, y)], color));
            }
        }
        if plot.lines.len() > 1 {
            chart
                .configure_series_labels()
                .background_style(WHITE.mix(0.8))
                .position(SeriesLabelPosition::LowerLeft)
                .draw()
                .map_err(|e| problem(&e))?;
        }
        area.present().map_err(|e| problem(&e))?;
    }
    Ok(svg)
}

impl Page {
    /// The whole page.
    pub fn html(&self) -> Result<String> {
        let title = escape(&self.title);
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n<style>\n\
             body {{ font: 15px/1.4 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }}\n\
             table {{ border-collapse: collapse; margin: 1em 0; }} td, th {{ padding: .2em .8em; border-bottom: 1px solid #ccc; text-align: left; }}\n\
             td + td {{ text-align: right; font-variant-numeric: tabular-nums; }}\n</style></head>\n<body><h1>{title}</h1>\n"
        );
        for fact in &self.facts {
            html.push_str(&format!("<p>{}</p>\n", escape(fact)));
        }
        for table in &self.tables {
            html.push_str(&format!(
                "<h2>{}</h2>\n<table><tr><th>figure</th><th>value</th><th>95 % interval</th></tr>\n",
                escape(&table.title)
            ));
            for figure in &table.figures {
                let interval = if figure.low.is_finite() {
                    format!("{} to {}", show(figure.low), show(figure.high))
                } else {
                    String::new()
                };
                html.push_str(&format!(
                    "<tr><td>{}</td><td>{}</td><td>{interval}</td></tr>\n",
                    escape(&figure.name),
                    show(figure.value)
                ));
            }
            html.push_str("</table>\n");
        }
        if let Some((classes, table)) = &self.confusion {
            html.push_str("<h2>Truth (rows) against call (columns)</h2>\n<table><tr><th></th>");
            for class in classes {
                html.push_str(&format!("<th>{}</th>", escape(class)));
            }
            html.push_str("</tr>\n");
            for (truth, class) in classes.iter().enumerate() {
                html.push_str(&format!("<tr><td>{}</td>", escape(class)));
                for called in 0..classes.len() {
                    html.push_str(&format!("<td>{}</td>", table.at(truth, called)));
                }
                html.push_str("</tr>\n");
            }
            html.push_str("</table>\n");
        }
        for plot in &self.plots {
            html.push_str(&draw(plot).map_err(|problem| Error::Internal(format!("plot: {problem}")))?);
            html.push('\n');
        }
        html.push_str("</body></html>\n");
        Ok(html)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_figures_and_curves_and_no_foreign_markup() {
        let figure = Figure { name: "mcc".into(), value: 0.5, low: 0.4, high: 0.6 };
        let plot = Plot {
            title: "Precision and recall".into(),
            x: "recall".into(),
            y: "precision".into(),
            diagonal: false,
            lines: vec![("all".into(), vec![(0.0, 1.0), (1.0, 0.5)])],
        };
        let page = Page {
            title: "a <b>".into(),
            facts: vec!["x & y".into()],
            tables: vec![Table { title: "All".into(), figures: vec![figure] }],
            confusion: Some((vec!["no".into(), "yes".into()], Confusion::new(2, &[0, 1], &[0, 1], None))),
            plots: vec![plot],
        };
        let html = page.html().expect("a page");
        assert!(html.contains("a &lt;b&gt;") && html.contains("x &amp; y") && !html.contains("<b>"));
        assert!(html.contains("<td>mcc</td><td>0.5000</td><td>0.4000 to 0.6000</td>"));
        assert!(html.contains("<svg") && html.contains("<polyline"));
    }
}
