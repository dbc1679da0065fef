//! One page about runs, and a table of them for MultiQC.
//!
//! A [`run`] is read from its manifest. [`page`] puts together what others draw: [`facts`], [`bars`], [`histograms`], the chart of
//! the output [`along`] the contigs ([`contigs_chart`]), and the [`timeline`] of shards; [`show`] formats numbers and draws axes.

mod along;
mod bars;
mod contigs_chart;
mod facts;
mod histograms;
pub(crate) mod multiqc;
pub(crate) mod page;
pub(crate) mod run;
mod show;
pub(crate) mod timeline;
