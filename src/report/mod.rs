//! One page about runs, and a table of them for MultiQC.
//!
//! A [`run`] is read from its manifest. [`page`] puts together what others draw. For each run: [`facts`], [`bars`], [`histograms`], the
//! chart of the output [`along`] the contigs ([`contigs_chart`]), its [`strongest`] calls and their [`view`] beside the sequence, and the
//! [`timeline`] of shards. For many: the [`overview`], with those that
//! differ ([`outliers`]), [`links`] to their files, and samples that [`failed`]. [`rocrate`] has the runs as linked data. [`show`] formats numbers and draws axes.

mod along;
mod bars;
mod contigs_chart;
mod facts;
pub(crate) mod failed;
mod histograms;
mod lines;
pub(crate) mod links;
pub(crate) mod multiqc;
mod outliers;
mod overview;
pub(crate) mod page;
pub(crate) mod rocrate;
pub(crate) mod run;
mod show;
mod strongest;
pub(crate) mod timeline;
pub(crate) mod view;
