//! The view of the strongest calls beside the sequence: igv.js, the bases around the calls and what the output has there, all in the page.
//!
//! [`windows`] are the stretches that can be seen; [`sequence`] fetches their bases, and [`marks`] what the output has in them.

mod marks;
mod sequence;
mod windows;

use std::{
    io::{Read as _, Write as _},
    path::Path,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde_json::json;

use self::windows::Windows;
use super::{
    run::Run,
    strongest::{Strongest, locus},
};
use crate::{error::Result, genome::Interval, html::escape};

/// igv.js with its licences, compressed: what `packaging/igv.sh` made, if the build was told of it (build.rs).
static IGV: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/igv.js.gz"));

/// Why a page has no view where [`IGV`] is empty.
const NO_IGV: &str = "This build of genogloss has no igv.js, so the calls are not shown beside the sequence.";

/// Largest size of the notices at the begin of igv.js, in bytes.
const NOTICES: usize = 16 << 10;

/// The igv.js of this build, with its version; `none` where it has none.
pub(crate) fn built_in() -> String {
    if IGV.is_empty() { "none".into() } else { notices().lines().next().unwrap_or("unknown").to_string() }
}

/// The view of one run, or why there is none.
pub(super) struct View {
    windows: Windows,
    /// What the script of the page reads, as JSON; or why there is no view.
    data: std::result::Result<String, String>,
}

impl View {
    /// Of the strongest calls of a run. `fasta` is the FASTA file that the user named; without, that of the manifest is looked for.
    pub(super) fn new(run: &Run, strongest: &Strongest, fasta: Option<&Path>) -> Result<Self> {
        let none = |why: &str| Ok(Self { windows: Windows::default(), data: Err(why.into()) });
        // A file that the user named is checked all the same.
        if IGV.is_empty() && fasta.is_none() {
            return none(NO_IGV);
        }
        let mut windows = Windows::around(strongest);
        if windows.is_empty() {
            return none("None of the strongest calls has a place that can be shown beside the sequence.");
        }
        let fasta = match sequence::fetch(run, &mut windows, fasta)? {
            Ok(fasta) => fasta,
            Err(why) => return none(&why),
        };
        if IGV.is_empty() {
            return none(NO_IGV);
        }
        let tracks = marks::of(run, &windows)?;
        let mut places = strongest.rows.iter().filter_map(|row| row.place.as_ref());
        let first = places.find(|(contig, interval)| windows.holds(contig, *interval));
        let first = first.map(|(contig, interval)| locus(contig, *interval));
        let data =
            json!({"name": run.name, "fasta": fasta, "locus": first, "contigs": windows.names(), "tracks": tracks});
        Ok(Self { windows, data: Ok(data.to_string()) })
    }

    /// Whether a place can be seen.
    pub(super) fn shows(&self, contig: &str, interval: Interval) -> bool {
        self.data.is_ok() && self.windows.holds(contig, interval)
    }

    /// The element that igv.js fills, and its data; or why there is none.
    pub(super) fn html(&self) -> String {
        match &self.data {
            Err(why) => format!("<p class=\"soft\">{}</p>\n", escape(why)),
            Ok(data) => format!(
                "<h3>Beside the sequence <span class=\"soft\">(choose a place in the table above)</span></h3>\
                 <div id=\"view\" role=\"region\" aria-label=\"Calls beside the sequence\"><p class=\"wait\">The view needs JavaScript.</p></div>\n\
                 <script type=\"text/plain\" id=\"view-data\">{}</script>\n",
                packed(data)
            ),
        }
    }

    /// igv.js, its notices and the script that starts it; to be written once, at the end of the page.
    pub(super) fn scripts(&self) -> String {
        if self.data.is_err() {
            return String::new();
        }
        let notices = notices();
        let (name, text) = notices.split_once('\n').unwrap_or(("igv.js", ""));
        format!(
            "<footer class=\"notices\"><details><summary>The view is {} (MIT licence)</summary><pre>{}</pre></details></footer>\n\
             <script type=\"text/plain\" id=\"igv-code\">{}</script>\n<script>\n{}</script>\n",
            escape(name),
            escape(text.trim()),
            BASE64_STANDARD.encode(IGV),
            include_str!("view.js")
        )
    }
}

/// The comment at the begin of igv.js: its version, then the licences.
fn notices() -> String {
    let mut start = Vec::new();
    // What was read before an error is taken: the build checked the file.
    let _ = GzDecoder::new(IGV).take(NOTICES as u64).read_to_end(&mut start);
    let text = String::from_utf8_lossy(&start);
    let comment = text.strip_prefix("/*! ").and_then(|text| text.split_once("*/"));
    comment.map_or_else(String::new, |(comment, _)| comment.to_string())
}

/// A text, compressed (gzip) and in letters (base64).
fn packed(text: &str) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail.
    let bytes = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    BASE64_STANDARD.encode(bytes.unwrap_or_default())
}
