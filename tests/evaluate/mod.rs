//! `genogloss evaluate`: figures that can be counted by hand from the program's other outputs, and bad input.

mod places;
mod scored;

use std::collections::BTreeMap;

const SLICE: &str = "tests/data/chr20_slice.fa";

/// (set, figure) → value, low, high.
fn figures(text: &str) -> BTreeMap<(String, String), [f64; 3]> {
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let number = |i: usize| cells[i].parse().unwrap_or(f64::NAN);
            ((cells[0].into(), cells[1].into()), [number(2), number(3), number(4)])
        })
        .collect()
}

/// Sequences of `span` bases from the slice.
fn sequences(span: usize, count: usize) -> Vec<String> {
    let text = std::fs::read_to_string(SLICE).expect("the slice");
    let bases: String = text.lines().skip(1).collect();
    (0..count).map(|i| bases[i * 331..i * 331 + span].to_ascii_uppercase()).collect()
}
