//! Rows of channels in memory: positions one after the other, each with its channels, on cache lines.

/// Floats of a cache line; every row is filled up with zeros to a multiple of it.
pub(crate) const LINE: usize = 16;

/// Floats of a row of so many channels.
pub(crate) fn padded(channels: usize) -> usize {
    channels.next_multiple_of(LINE)
}

/// A piece of memory that begins on a cache line.
#[derive(Default)]
pub(crate) struct Buffer {
    data: Vec<f32>,
    start: usize,
}

impl Buffer {
    /// At least `len` floats; what was in it is lost.
    pub(crate) fn reserve(&mut self, len: usize) {
        if self.data.len() < len + LINE {
            // Freed first, so that the two are not in memory together.
            self.data = Vec::new();
            self.data = vec![0.0; len + LINE];
            self.start = self.data.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        }
    }

    pub(crate) fn as_slice(&self) -> &[f32] {
        self.data.get(self.start..).unwrap_or_default()
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [f32] {
        self.data.get_mut(self.start..).unwrap_or_default()
    }

    /// A copy of these values.
    pub(crate) fn of(values: &[f32]) -> Self {
        let mut buffer = Self::default();
        buffer.reserve(values.len());
        buffer.as_mut_slice()[..values.len()].copy_from_slice(values);
        buffer
    }
}

/// Rows of one value, of the sequence itself or of a changed one. Positions are those of the sequence that is read.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// Rows of positions [first, last).
    pub(crate) own: &'a [f32],
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Rows of the unchanged sequence from its position `around_first` on, for positions outside.
    pub(crate) around: &'a [f32],
    pub(crate) around_first: i64,
    /// From positions after `last` to those of the unchanged sequence.
    pub(crate) shift: i64,
    /// Floats of a row.
    pub(crate) width: usize,
}

impl<'a> View<'a> {
    /// The row of a position.
    #[inline(always)]
    pub(crate) fn row(&self, position: i64) -> &'a [f32] {
        let (rows, index) = if position < self.first {
            (self.around, position - self.around_first)
        } else if position < self.last {
            (self.own, position - self.first)
        } else {
            (self.around, position + self.shift - self.around_first)
        };
        let at = index as usize * self.width;
        &rows[at..at + self.width]
    }
}
