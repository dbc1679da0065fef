//! Plots of an evaluation: precision and recall, receiver operating characteristic, reliability. Drawn as SVG by `plotters`.

use plotters::prelude::*;

use super::{
    metrics::Point,
    sets::{ScoreCurve, SetMetrics},
};

/// A line of a plot: its name and its points.
pub(super) type Line = (String, Vec<(f64, f64)>);

/// One plot with axes from 0 to 1.
pub(crate) struct Plot {
    /// Heading.
    pub title: String,
    /// Name of the horizontal axis.
    pub x: String,
    /// Name of the vertical axis.
    pub y: String,
    /// A dashed line from corner to corner: random scores, or perfect calibration.
    pub diagonal: bool,
    /// Curves.
    pub lines: Vec<Line>,
}

/// From the points of a ranking and the sizes of its two sides to a line.
type CurveOf<'a> = &'a dyn Fn(&[Point], u64, u64) -> Vec<(f64, f64)>;

/// The plots of one set: precision and recall; with `operating`, true against false positive rate; `reliability` of
/// probabilities, where there is one.
pub(crate) fn plots(set: &SetMetrics, operating: bool, reliability: Option<Vec<Line>>) -> Vec<Plot> {
    let lines = |curve: CurveOf<'_>| {
        set.curves
            .iter()
            .map(|ScoreCurve { name, ranking, .. }| {
                let (positives, negatives) = ranking.sizes();
                (name.clone(), curve(&ranking.curve(), positives, negatives))
            })
            .collect()
    };
    let mut plots = vec![Plot {
        title: "Precision and recall".into(),
        x: "recall".into(),
        y: "precision".into(),
        diagonal: false,
        lines: lines(&|points, positives, _| precision_recall(points, positives)),
    }];
    if operating {
        // Not for places of a genome: nearly all bins are negative there, and the curve is next to the axis.
        plots.push(Plot {
            title: "Receiver operating characteristic".into(),
            x: "false positive rate".into(),
            y: "true positive rate".into(),
            diagonal: true,
            lines: lines(&receiver_operating),
        });
    }
    plots.extend(reliability.map(|lines| Plot {
        title: "Reliability".into(),
        x: "probability".into(),
        y: "fraction correct".into(),
        diagonal: true,
        lines,
    }));
    plots
}

/// Precision against recall.
fn precision_recall(points: &[Point], positives: u64) -> Vec<(f64, f64)> {
    thin(points)
        .map(|p| {
            let called = (p.true_positives + p.false_positives) as f64;
            (p.true_positives as f64 / positives as f64, p.true_positives as f64 / called)
        })
        .collect()
}

/// True against false positive rate.
fn receiver_operating(points: &[Point], positives: u64, negatives: u64) -> Vec<(f64, f64)> {
    std::iter::once((0.0, 0.0))
        .chain(
            thin(points)
                .map(|p| (p.false_positives as f64 / negatives as f64, p.true_positives as f64 / positives as f64)),
        )
        .collect()
}

/// About 500 of the points at most; the last one always.
fn thin(points: &[Point]) -> impl Iterator<Item = &Point> {
    let step = points.len().div_ceil(500).max(1);
    let last = points.len().saturating_sub(1);
    points.iter().enumerate().filter(move |(i, _)| i % step == 0 || *i == last).map(|(_, p)| p)
}

/// The plot as an SVG element.
pub(crate) fn draw(plot: &Plot) -> std::result::Result<String, String> {
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
