//! What is run through the layers together, a sequence and its changes: their rows of each value, and where these are kept.

use crate::{network::Value, rows::View};

/// What is run through the layers: the sequence itself, or a change of it. Positions are those of what is read.
pub(crate) struct Part {
    /// Answers [first, last) are asked for.
    pub(crate) answers: [i64; 2],
    /// For a change: [at, after) are new, and from `after` on positions are `shift` less than those of the sequence.
    pub(crate) change: Option<(i64, i64, i64)>,
    /// Distance of the places where segments begin and end; 0 for one segment.
    pub(crate) period: i64,
}

impl Part {
    /// The rows of a value that are computed: what the answers need, and the change reaches.
    pub(crate) fn rows(&self, value: &Value) -> [i64; 2] {
        let needed = [self.answers[0] - value.needed[0], self.answers[1] + value.needed[1]];
        match self.change {
            None => needed,
            Some((at, after, _)) => {
                let first = needed[0].max(at - value.reached[0]);
                [first, needed[1].min(after + value.reached[1]).max(first)]
            }
        }
    }

    /// Whether other segments use the same filters.
    pub(crate) fn shares_filters(&self) -> bool {
        self.change.is_some() || self.period > 0
    }

    /// [`Self::rows`], cut where segments begin and end.
    pub(crate) fn segments(&self, value: &Value) -> Vec<[i64; 2]> {
        let [first, last] = self.rows(value);
        let mut cuts = vec![first, last];
        if self.period > 0 {
            let from_first = (1..).map(|n| first + n * self.period).take_while(|cut| *cut < last);
            let from_last = (1..).map(|n| last - n * self.period).take_while(|cut| *cut > first);
            cuts.extend(from_first.chain(from_last));
            cuts.sort_unstable();
            cuts.dedup();
        }
        cuts.windows(2).map(|cut| [cut[0], cut[1]]).filter(|[first, last]| first < last).collect()
    }
}

/// Where the rows of a value are: the sequence in a buffer of its own, the changes one after the other in another.
pub(crate) struct Layout {
    pub(crate) rows: Vec<[i64; 2]>,
    pub(crate) starts: Vec<i64>,
}

impl Layout {
    pub(crate) fn of(value: &Value, parts: &[&Part]) -> Self {
        let rows: Vec<[i64; 2]> = parts.iter().map(|part| part.rows(value)).collect();
        // The sequence and the first change begin their buffers.
        let mut starts = vec![0, 0];
        for [first, last] in &rows[1..] {
            starts.push(starts[starts.len() - 1] + last - first);
        }
        Self { rows, starts }
    }

    /// Rows of a part.
    pub(crate) fn len(&self, index: usize) -> usize {
        let [first, last] = self.rows[index];
        (last - first) as usize
    }

    /// What a layer reads of part `index`; the first part is the sequence.
    pub(crate) fn view<'a>(
        &self,
        index: usize,
        part: &Part,
        width: usize,
        [sequence, changes]: [&'a [f32]; 2],
    ) -> View<'a> {
        let around = &sequence[..self.len(0) * width];
        let own = match index {
            0 => around,
            _ => &changes[self.starts[index] as usize * width..][..self.len(index) * width],
        };
        let [first, last] = self.rows[index];
        let shift = part.change.map_or(0, |(_, _, shift)| shift);
        View { own, first, last, around, around_first: self.rows[0][0], shift, width }
    }
}
