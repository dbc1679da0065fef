//! The report of an evaluation as one HTML page. It loads nothing from elsewhere.
//!
//! The page is formatted by hand: it has five kinds of elements, and a template library would be a dependency for this page alone.

use super::{
    metrics::{Confusion, Metric},
    plots::{Plot, draw},
    sets::SetMetrics,
};
use crate::{
    error::{Error, Result},
    html::escape,
};

/// A table of metrics with its heading.
pub(crate) struct Table {
    /// Heading.
    pub title: String,
    /// Rows.
    pub metrics: Vec<Metric>,
}

/// What the page shows.
pub(crate) struct Page {
    /// Heading.
    pub title: String,
    /// Lines under the heading: model, file, sizes.
    pub facts: Vec<String>,
    /// Metrics, a table for each set.
    pub tables: Vec<Table>,
    /// Names of the classes, and the confusion matrix.
    pub confusion: Option<(Vec<String>, Confusion)>,
    /// Curves.
    pub plots: Vec<Plot>,
}

/// A metric with four decimals; numbers of 100 and more with one.
pub(super) fn show(value: f64) -> String {
    if !value.is_finite() {
        "not defined".into()
    } else if value.abs() >= 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.4}")
    }
}

impl Table {
    /// The metrics of a set, its sizes in the heading.
    pub(crate) fn of(set: &SetMetrics) -> Self {
        let sizes: Vec<String> = set
            .counts
            .iter()
            .filter(|(name, _)| !name.starts_with("truth:"))
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        Self { title: format!("{}: {}", set.name, sizes.join(", ")), metrics: set.metrics.clone() }
    }

    fn write(&self, html: &mut String) {
        html.push_str(&format!(
            "<h2>{}</h2>\n<table><tr><th>figure</th><th>value</th><th>95 % interval</th></tr>\n",
            escape(&self.title)
        ));
        for metric in &self.metrics {
            let interval = if metric.low.is_finite() {
                format!("{} to {}", show(metric.low), show(metric.high))
            } else {
                String::new()
            };
            html.push_str(&format!(
                "<tr><td>{}</td><td>{}</td><td>{interval}</td></tr>\n",
                escape(&metric.name),
                show(metric.value)
            ));
        }
        html.push_str("</table>\n");
    }
}

fn write_confusion(classes: &[String], confusion: &Confusion, html: &mut String) {
    html.push_str("<h2>Truth (rows) against call (columns)</h2>\n<table><tr><th></th>");
    for class in classes {
        html.push_str(&format!("<th>{}</th>", escape(class)));
    }
    html.push_str("</tr>\n");
    for (truth, class) in classes.iter().enumerate() {
        html.push_str(&format!("<tr><td>{}</td>", escape(class)));
        for called in 0..classes.len() {
            html.push_str(&format!("<td>{}</td>", confusion.at(truth, called)));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</table>\n");
}

impl Page {
    /// The whole page.
    pub(crate) fn html(&self) -> Result<String> {
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
        self.tables.iter().for_each(|table| table.write(&mut html));
        if let Some((classes, confusion)) = &self.confusion {
            write_confusion(classes, confusion, &mut html);
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
        let metric = Metric { name: "mcc".into(), value: 0.5, low: 0.4, high: 0.6 };
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
            tables: vec![Table { title: "All".into(), metrics: vec![metric] }],
            confusion: Some((vec!["no".into(), "yes".into()], Confusion::new(2, &[0, 1], &[0, 1], None))),
            plots: vec![plot],
        };
        let html = page.html().expect("a page");
        assert!(html.contains("a &lt;b&gt;") && html.contains("x &amp; y") && !html.contains("<b>"));
        assert!(html.contains("<td>mcc</td><td>0.5000</td><td>0.4000 to 0.6000</td>"));
        assert!(html.contains("<svg") && html.contains("<polyline"));
    }
}
