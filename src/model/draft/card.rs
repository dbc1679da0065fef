//! The text of a first card: what a network's inputs and outputs say, and marks where they say nothing.

use std::fmt::Write;

use super::{
    network::{Axis, Tensor},
    tokens::Tokens,
    words::{quoted, word},
};

/// Labels that are written into the card; more are written into a file.
pub(super) const LISTED: usize = 20;

/// Bases of a window, where the network reads rows of any length.
const SPAN: usize = 1000;

/// A first card.
pub(super) struct Draft {
    /// Its text, but for name and checksums.
    pub body: String,
    /// The labels of a file `labels.txt`, if there are many.
    pub labels: Option<usize>,
    /// Whether the network reads ids, and its tokens are needed.
    pub is_ids: bool,
}

/// How the sequence is given.
enum Sequence<'a> {
    /// One-hot, with this layout.
    OneHot(&'a Tensor, String),
    /// Ids.
    Ids(&'a Tensor),
}

/// The place of the channels: an axis of four (or five) numbers after the rows.
fn channels(tensor: &Tensor) -> Option<usize> {
    (1..tensor.axes.len()).find(|&at| matches!(tensor.axes[at].len(), Some(4 | 5)))
}

fn sequence<'a>(inputs: &'a [Tensor]) -> Option<Sequence<'a>> {
    let one_hot = |tensor: &'a Tensor| {
        let place = channels(tensor).filter(|_| (3..=4).contains(&tensor.axes.len()))?;
        let layout = match (tensor.axes.len(), place) {
            (3, 1) => "channels-first".to_string(),
            (3, _) => "channels-last".to_string(),
            _ => {
                let name = |at: usize| match &tensor.axes[at] {
                    _ if at == 0 => "rows",
                    _ if at == place => "channels",
                    Axis::Fixed(1) => "1",
                    _ => "bases",
                };
                format!("[{}]", (0..tensor.axes.len()).map(name).collect::<Vec<_>>().join(", "))
            }
        };
        Some(Sequence::OneHot(tensor, layout))
    };
    let ids =
        |tensor: &&Tensor| tensor.axes.len() == 2 && !is_mask(tensor) && !is_types(tensor) && !is_positions(tensor);
    let named = inputs.iter().find(|tensor| ids(tensor) && tensor.name.contains("ids"));
    inputs.iter().find_map(one_hot).or_else(|| named.or_else(|| inputs.iter().find(ids)).map(Sequence::Ids))
}

fn is_mask(tensor: &Tensor) -> bool {
    tensor.name.contains("mask")
}

fn is_types(tensor: &Tensor) -> bool {
    tensor.name.contains("type")
}

fn is_positions(tensor: &Tensor) -> bool {
    tensor.name.contains("position")
}

/// The card of a network with these inputs and outputs, and the tokens beside it. The error says why there is none.
pub(super) fn draft(inputs: &[Tensor], outputs: &[Tensor], tokens: Option<&Tokens>) -> Result<Draft, String> {
    let Some(sequence) = sequence(inputs) else {
        let all: Vec<String> = inputs.iter().map(|input| format!("{} {}", input.name, input.shape())).collect();
        return Err(format!(
            "no input looks like a sequence, (rows, 4, bases), (rows, bases, 4) or (rows, tokens): it has {}",
            all.join(", ")
        ));
    };
    if outputs.is_empty() {
        return Err("it has no outputs".into());
    }
    let (tensor, span) = match &sequence {
        Sequence::OneHot(tensor, _) => {
            let place = channels(tensor).unwrap_or(1);
            let bases = (1..tensor.axes.len()).filter(|&at| at != place).filter_map(|at| tensor.axes[at].len()).max();
            (*tensor, bases.filter(|&len| len > 1))
        }
        Sequence::Ids(tensor) => {
            let bases = |len| tokens.map_or(len, |tokens| tokens.bases(len));
            (*tensor, tensor.axes[1].len().map(bases))
        }
    };
    let is_ids = matches!(sequence, Sequence::Ids(_));
    let mut draft = Draft { body: String::new(), labels: None, is_ids };
    let hidden = outputs.iter().find(|output| is_ids && output.axes.len() == 3);
    let kind = match hidden {
        Some(output) if output.name.contains("logits") => match tokens {
            Some(tokens) if tokens.mask().is_none() => "likelihood",
            _ => "masked",
        },
        Some(_) => "embed",
        None if outputs.iter().any(|output| classes(output).is_some() || output.axes.len() == 3 && !is_ids) => "track",
        None if outputs.iter().all(|output| width(output) == 1) => "regress",
        None => "classify",
    };
    let meant = match kind {
        "masked" | "likelihood" => "? masked, or likelihood (a causal language model), or embed",
        "embed" => "? embed, or masked or likelihood, if the output are logits over a vocabulary",
        "track" => "a score for every bin",
        _ => "? classify (probabilities) or regress (numbers)",
    };
    let out = &mut draft.body;
    let _ = writeln!(out, "kind: {kind}   # {meant}");
    input(out, &sequence, inputs, (tensor, tokens));
    let core = core(outputs, span.unwrap_or(SPAN));
    let may_be_short = inputs.iter().any(is_mask) || tokens.is_some_and(|tokens| tokens.key() == "tokenizer");
    window(out, span, core, is_ids.then_some(may_be_short));
    match (kind, hidden) {
        ("masked" | "likelihood", Some(output)) => {
            let _ = writeln!(out, "language:\n  output: {}   # {}", quoted(&output.name), output.shape());
            if kind == "masked" {
                let (id, mark) = match tokens.and_then(Tokens::mask) {
                    Some(id) => (id, "of [MASK] or <mask>; remove it for kind likelihood"),
                    None => (0, "? the id of [MASK] or <mask>; remove it for kind likelihood"),
                };
                let _ = writeln!(out, "  mask_id: {id}   # {mark}");
            }
        }
        ("embed", Some(output)) => {
            let width = output.axes[2].len().map_or("1   # ? numbers of a vector".into(), |width| width.to_string());
            let _ =
                writeln!(out, "embed:\n  output: {}   # {}\n  width: {width}", quoted(&output.name), output.shape());
            let _ = writeln!(out, "  pool: mean   # ? mean, bases, first, last");
        }
        _ => heads(&mut draft, outputs, kind == "track", core),
    }
    let _ = writeln!(draft.body, "strand: forward   # ? forward, average or max: of both strands");
    Ok(draft)
}

fn input(out: &mut String, sequence: &Sequence<'_>, inputs: &[Tensor], (tensor, tokens): (&Tensor, Option<&Tokens>)) {
    out.push_str("input:\n");
    let layout = match (sequence, tokens) {
        (Sequence::OneHot(_, layout), _) => {
            out.push_str("  encoding: one-hot\n");
            layout
        }
        (Sequence::Ids(_), Some(tokens)) => {
            tokens.encoding(out);
            "tokens"
        }
        (Sequence::Ids(_), None) => {
            out.push_str("  encoding: base   # ? base, bytes, kmer (files: vocabulary) or bpe (files: tokenizer)\n");
            "tokens"
        }
    };
    let _ = writeln!(out, "  tensor: {}\n  layout: {layout}   # {}", quoted(&tensor.name), tensor.shape());
    let _ = writeln!(out, "  dtype: {}", tensor.dtype.unwrap_or("f32   # ? the network's type is in no card"));
    match sequence {
        Sequence::OneHot(tensor, _) => {
            let five = channels(tensor).is_some_and(|at| tensor.axes[at].len() == Some(5));
            let (order, unknown) = if five { ("ACGTN", "token") } else { ("ACGT", "zeros") };
            let _ = writeln!(out, "  order: {order}   # ? the order of the channels");
            let _ =
                writeln!(out, "  unknown: {unknown}   # ? N: zeros, uniform (0.25), token (a fifth channel) or skip");
        }
        Sequence::Ids(_) => {
            let _ = writeln!(out, "  unknown: token   # ? N: token (an id of its own) or skip");
            tokens.inspect(|tokens| tokens.padding(out));
        }
    }
    let others: Vec<&Tensor> = inputs.iter().filter(|other| other.name != tensor.name).collect();
    let is_ids = matches!(sequence, Sequence::Ids(_));
    for other in others.iter().filter(|other| is_ids && is_mask(other)) {
        let _ = writeln!(out, "  mask: {}", quoted(&other.name));
    }
    for other in others.iter().filter(|other| is_ids && is_types(other)) {
        let _ = writeln!(out, "  types: {}", quoted(&other.name));
    }
    let rest: Vec<&&Tensor> = others.iter().filter(|other| !is_ids || !is_mask(other) && !is_types(other)).collect();
    if rest.is_empty() {
        return;
    }
    let _ = writeln!(out, "  others:   # ? what each further input holds: constant, positions or reverse-complement");
    for other in rest {
        if is_positions(other) {
            let _ = writeln!(out, "    - {{tensor: {}, holds: positions}}", quoted(&other.name));
        } else if other.axes.len() == tensor.axes.len() && other.axes == tensor.axes {
            let _ = writeln!(out, "    - {{tensor: {}, holds: reverse-complement}}", quoted(&other.name));
        } else {
            let shape: Vec<String> =
                other.axes.iter().skip(1).map(|axis| axis.len().unwrap_or(1).to_string()).collect();
            let shape = shape.join(", ");
            let _ =
                writeln!(out, "    - {{tensor: {}, holds: constant, value: 0, shape: [{shape}]}}", quoted(&other.name));
        }
    }
}

/// Labels of an output, or numbers of a track's bin.
fn width(output: &Tensor) -> usize {
    output.axes.iter().skip(1).filter_map(Axis::len).product()
}

/// Classes of each label, of an output (rows, bins, labels, classes).
fn classes(output: &Tensor) -> Option<usize> {
    output.axes.get(3).filter(|_| output.axes.len() == 4)?.len().filter(|&len| len > 1)
}

/// Bins of an output of a track, if their number is fixed; its labels; whether the labels come first.
fn bins(output: &Tensor) -> Option<(Option<usize>, usize, bool)> {
    let (one, other) = match output.axes.as_slice() {
        [_, one, other] => (one, other),
        [_, bins, labels, _] if classes(output).is_some() => {
            return Some((bins.len(), labels.len().unwrap_or(1), false));
        }
        _ => return None,
    };
    Some(match (one.len(), other.len()) {
        // There are more bins than labels, or nothing says which is which.
        (Some(one), Some(other)) if one >= other => (Some(one), other, false),
        (Some(one), other) => (other, one, true),
        (None, labels) => (None, labels.unwrap_or(1), false),
    })
}

/// Bases in the middle of the window that a track with one-base bins can answer for.
fn core(outputs: &[Tensor], span: usize) -> usize {
    let most = outputs.iter().filter_map(bins).filter_map(|(bins, ..)| bins).max();
    match most {
        Some(bins) if bins <= span => {
            // As many bases a bin as fit into the span.
            bins * (span / bins).max(1)
        }
        _ => span,
    }
}

/// `short`: of a network that reads ids, whether it reads rows of fewer bases as they are.
fn window(out: &mut String, span: Option<usize>, core: usize, short: Option<bool>) {
    let note = if span.is_some() { "" } else { "   # ? rows may have any length" };
    let _ = writeln!(out, "window:\n  span: {}{note}", span.unwrap_or(SPAN));
    let _ = writeln!(out, "  core: {core}   # ? bases in the middle of the span that it answers for");
    let _ = writeln!(out, "  stride: {core}");
    match short {
        Some(true) if span.is_none() => {
            let _ = writeln!(out, "  fixed: false   # ? true: shorter rows are padded with N");
            let _ = writeln!(out, "  min_span: {}   # ? shorter contigs and reads are skipped", SPAN / 10);
        }
        Some(false) if span.is_none() => {
            let _ =
                writeln!(out, "  fixed: true   # ? false: shorter rows are not padded (it needs an attention mask)");
        }
        _ => {}
    }
}

fn heads(draft: &mut Draft, outputs: &[Tensor], is_track: bool, core: usize) {
    let out = &mut draft.body;
    let _ = writeln!(out, "heads:");
    for output in outputs {
        let track = if is_track { bins(output) } else { None };
        let labels = track.map_or_else(|| width(output), |(_, labels, _)| labels);
        let _ = writeln!(out, "  - name: {}   # ? a word", word(&output.name));
        let _ = writeln!(out, "    output: {}   # {}", quoted(&output.name), output.shape());
        let _ = writeln!(out, "    activation: identity   # ? sigmoid or softmax, if the output are logits");
        match (labels > LISTED, draft.labels) {
            (true, None | Some(_)) if draft.labels.is_none_or(|known| known == labels) => {
                draft.labels = Some(labels);
                let _ = writeln!(out, "    labels_file: labels.txt   # ? a label in each line");
            }
            _ => {
                let names: Vec<String> = match labels {
                    1 => vec![word(&output.name)],
                    labels => (1..=labels).map(|number| format!("label_{number}")).collect(),
                };
                let _ = writeln!(out, "    labels: [{}]   # ?", names.join(", "));
            }
        }
        if let Some((bins, _, first)) = track {
            let width = bins.map_or(1, |bins| (core / bins).max(1));
            let _ = writeln!(out, "    bin: {width}   # {}bases of a bin", if bins.is_some() { "" } else { "? " });
            if first {
                let _ = writeln!(out, "    layout: channels-first");
            }
            if let Some(classes) = classes(output) {
                let _ = writeln!(out, "    layout: [rows, bins, labels, classes]\n    classes: {classes}");
                let _ = writeln!(out, "    class: {}   # ? the one whose value is the score, from 0", classes - 1);
            }
        } else if output.axes.len() != 2 {
            let axes: Vec<&str> = output
                .axes
                .iter()
                .enumerate()
                .map(|(at, axis)| match axis {
                    _ if at == 0 => "rows",
                    Axis::Fixed(1) => "1",
                    _ => "labels",
                })
                .collect();
            let _ = writeln!(out, "    layout: [{}]", axes.join(", "));
        } else if is_track {
            let _ =
                writeln!(out, "    layout: [rows, labels]   # ? one score of the whole core; [rows, bins] for a track");
        }
    }
}
