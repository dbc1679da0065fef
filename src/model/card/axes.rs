//! Axes of inputs and outputs, by name, in the order of the network: `[rows, channels, 1, bases]`.
//!
//! An axis of length 1 does not change where a value lies, so that all that counts in memory is the order of the others.

use serde::Deserialize;

/// An axis in a card: a word, or 1.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Number(u64),
    Word(String),
}

/// A list of axes, or a word for a usual one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Usual(String),
    List(Vec<Named>),
}

/// Reads axes: `usual` are the words for usual lists.
fn parse<T: Copy + PartialEq>(written: Written, usual: &[(&str, &[T])], axes: &[(&str, T)]) -> Result<Vec<T>, String> {
    let list = match written {
        Written::Usual(word) => {
            let found = usual.iter().find(|(name, _)| *name == word);
            let names = || usual.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            return found
                .map(|(_, axes)| axes.to_vec())
                .ok_or_else(|| format!("unknown layout `{word}`, expected a list of axes, or one of {}", names()));
        }
        Written::List(list) => list,
    };
    let mut found: Vec<T> = Vec::new();
    for name in list {
        let name = match name {
            Named::Number(number) => number.to_string(),
            Named::Word(word) => word,
        };
        let Some(&(_, axis)) = axes.iter().find(|(word, _)| *word == name) else {
            let names: Vec<&str> = axes.iter().map(|(word, _)| *word).collect();
            return Err(format!("unknown axis `{name}` in layout, expected one of {}", names.join(", ")));
        };
        if name != "1" && found.contains(&axis) {
            return Err(format!("layout has the axis {name} twice"));
        }
        found.push(axis);
    }
    match found.first() == axes.first().map(|(_, rows)| rows) {
        true if found.len() <= 8 => Ok(found),
        true => Err("layout has more than 8 axes".into()),
        false => Err("layout must begin with rows".into()),
    }
}

/// An axis of the sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InputAxis {
    Rows,
    /// Bases or tokens.
    Bases,
    Channels,
    One,
}

/// Axes of the sequence.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "Written")]
pub(crate) struct InputAxes(Vec<InputAxis>);

impl TryFrom<Written> for InputAxes {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        use InputAxis::{Bases, Channels, One, Rows};
        let usual: [(&str, &[InputAxis]); 3] = [
            ("channels-first", &[Rows, Channels, Bases]),
            ("channels-last", &[Rows, Bases, Channels]),
            ("tokens", &[Rows, Bases]),
        ];
        let axes = [("rows", Rows), ("bases", Bases), ("tokens", Bases), ("channels", Channels), ("1", One)];
        let axes = parse(written, &usual, &axes)?;
        match axes.contains(&Bases) {
            true => Ok(Self(axes)),
            false => Err("layout of the input needs the axis bases (or tokens)".into()),
        }
    }
}

impl InputAxes {
    /// Whether there is an axis of channels.
    pub(crate) fn has_channels(&self) -> bool {
        self.0.contains(&InputAxis::Channels)
    }

    /// Whether the channels of a base lie far apart: all bases of one channel come before those of the next.
    pub(crate) fn channels_first(&self) -> bool {
        let place = |axis| self.0.iter().position(|&own| own == axis);
        place(InputAxis::Channels).is_some_and(|channels| Some(channels) < place(InputAxis::Bases))
    }

    /// The axes are exactly (rows, channels, bases).
    pub(crate) fn is_channels_first(&self) -> bool {
        self.0 == [InputAxis::Rows, InputAxis::Channels, InputAxis::Bases]
    }

    /// The axes are exactly (rows, tokens).
    pub(crate) fn is_tokens(&self) -> bool {
        self.0 == [InputAxis::Rows, InputAxis::Bases]
    }

    /// Lengths of the axes. `one`: the length 1.
    pub(crate) fn lengths<T: Copy>(&self, rows: T, bases: T, channels: T, one: T) -> Vec<T> {
        let length = |axis: &InputAxis| match axis {
            InputAxis::Rows => rows,
            InputAxis::Bases => bases,
            InputAxis::Channels => channels,
            InputAxis::One => one,
        };
        self.0.iter().map(length).collect()
    }
}

/// An axis of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OutputAxis {
    Rows,
    Bins,
    Labels,
    /// Alternatives of a label at a bin.
    Classes,
    One,
}

/// Axes of an output.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "Written")]
pub(crate) struct OutputAxes {
    axes: Vec<OutputAxis>,
    /// Written as a word, which is for tracks only.
    is_word: bool,
}

impl TryFrom<Written> for OutputAxes {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        use OutputAxis::{Bins, Classes, Labels, One, Rows};
        let is_word = matches!(written, Written::Usual(_));
        let usual: [(&str, &[OutputAxis]); 2] =
            [("channels-last", &[Rows, Bins, Labels]), ("channels-first", &[Rows, Labels, Bins])];
        let axes = [("rows", Rows), ("bins", Bins), ("labels", Labels), ("classes", Classes), ("1", One)];
        Ok(Self { axes: parse(written, &usual, &axes)?, is_word })
    }
}

/// How far apart the values of a row are that differ by one in an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strides {
    /// From bin to bin.
    pub bin: usize,
    /// From label to label.
    pub label: usize,
    /// From class to class.
    pub class: usize,
}

impl OutputAxes {
    /// The axes of a head that does not list its own, or names them by a word.
    pub(crate) fn of(written: Option<&Self>, is_track: bool) -> Self {
        use OutputAxis::{Bins, Labels, Rows};
        match written {
            Some(axes) if is_track || !axes.is_word => axes.clone(),
            _ => Self { axes: if is_track { vec![Rows, Bins, Labels] } else { vec![Rows, Labels] }, is_word: false },
        }
    }

    /// Whether a score is for a bin, not for the whole core.
    pub(crate) fn has_bins(&self) -> bool {
        self.axes.contains(&OutputAxis::Bins)
    }

    /// Whether there is an axis of labels.
    pub(crate) fn has_labels(&self) -> bool {
        self.axes.contains(&OutputAxis::Labels)
    }

    /// Whether there is an axis of classes.
    pub(crate) fn has_classes(&self) -> bool {
        self.axes.contains(&OutputAxis::Classes)
    }

    /// Lengths of the axes; `None` for one of any length.
    pub(crate) fn lengths(&self, bins: Option<usize>, labels: usize, classes: usize) -> Vec<Option<usize>> {
        let length = |axis: &OutputAxis| match axis {
            OutputAxis::Rows => None,
            OutputAxis::Bins => bins,
            OutputAxis::Labels => Some(labels),
            OutputAxis::Classes => Some(classes),
            OutputAxis::One => Some(1),
        };
        self.axes.iter().map(length).collect()
    }

    /// Where the values of a row lie.
    pub(crate) fn strides(&self, bins: usize, labels: usize, classes: usize) -> Strides {
        let (mut strides, mut step) = (Strides::default(), 1);
        for axis in self.axes.iter().rev() {
            match axis {
                OutputAxis::Bins => (strides.bin, step) = (step, step * bins),
                OutputAxis::Labels => (strides.label, step) = (step, step * labels),
                OutputAxis::Classes => (strides.class, step) = (step, step * classes),
                OutputAxis::Rows | OutputAxis::One => {}
            }
        }
        strides
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(text: &str) -> Result<OutputAxes, String> {
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn values_lie_where_the_order_of_the_axes_says() {
        for (axes, strides) in [
            ("[rows, bins, labels]", (3, 1, 0)),
            ("channels-first", (1, 5, 0)),
            ("[rows, labels, 1, bins, 1]", (1, 5, 0)),
            ("[rows, bins, labels, classes]", (6, 2, 1)),
            ("[rows, classes, labels, bins]", (1, 5, 15)),
            ("[rows, labels]", (0, 1, 0)),
            ("[rows]", (0, 0, 0)),
        ] {
            let found = output(axes).expect(axes).strides(5, 3, 2);
            assert_eq!((found.bin, found.label, found.class), strides, "{axes}");
        }
        assert_eq!(output("[rows, bins, 1]").expect("axes").lengths(Some(5), 3, 2), [None, Some(5), Some(1)]);
    }

    #[test]
    fn axes_that_cannot_be_are_refused() {
        for (axes, say) in [
            ("[bins, rows]", "must begin with rows"),
            ("[rows, bins, bins]", "the axis bins twice"),
            ("[rows, channels]", "unknown axis `channels`"),
            ("rows", "unknown layout `rows`"),
            ("[rows, 2]", "unknown axis `2`"),
            ("[]", "must begin with rows"),
        ] {
            let problem = output(axes).expect_err(axes);
            assert!(problem.contains(say), "{problem}");
        }
        let input = |text: &str| serde_saphyr::from_str::<InputAxes>(text).map_err(|error| error.to_string());
        assert!(input("[rows, channels]").expect_err("no bases").contains("needs the axis bases"));
        let axes = input("[rows, channels, 1, bases]").expect("axes");
        assert_eq!(axes.lengths(2, 9, 4, 1), [2, 4, 1, 9]);
        assert!(axes.channels_first() && !input("[rows, bases, 1, channels]").expect("axes").channels_first());
    }
}
