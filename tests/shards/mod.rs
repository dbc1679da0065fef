//! Shards put together are the run they were cut from, to the last byte.

mod by_index;
mod planned;
mod refusals;
mod whole;

use std::fs;

use crate::support::{Folder, succeed};

const SLICE: &str = "tests/data/chr20_slice.fa";

/// Three contigs, the second shorter than a window of most models, and one of N.
fn genome(folder: &Folder) -> String {
    let slice = fs::read_to_string(SLICE).expect("the slice");
    let bases: String = slice.lines().filter(|line| !line.starts_with('>')).collect();
    let mut text = String::new();
    for (name, sequence) in [("c1", &bases[..31_000]), ("c2", &bases[31_000..31_040]), ("c3", &bases[40_000..60_500])] {
        text.push_str(&format!(">{name}\n"));
        for line in sequence.as_bytes().chunks(70) {
            text.push_str(&format!("{}\n", String::from_utf8_lossy(line)));
        }
    }
    text.push_str(&format!(">c4\n{}\n", "N".repeat(3000)));
    let path = folder.path("genome.fa");
    fs::write(&path, text).expect("written");
    path
}

/// Runs words separated by blanks, quietly.
fn run(command: &str) -> String {
    succeed(&command.split(' ').chain(["--quiet"]).collect::<Vec<_>>())
}
