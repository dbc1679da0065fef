//! Blocks of files on servers that are kept in memory, because headers and indices are read more than once. All files share one budget.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The most bytes of blocks that are kept, of all files together. Readers hold the block that they are at, too: see [`longest`].
const BUDGET: usize = 32 << 20;

/// The length of the first block after a seek. Each further block is twice as long as the one before, up to [`longest`].
pub(super) const FIRST: u64 = 64 << 10;

/// The longest block.
pub(super) const LONGEST: u64 = 8 << 20;

/// Bytes of a file from a place on.
pub(super) struct Block {
    pub(super) start: u64,
    pub(super) bytes: Vec<u8>,
}

impl Block {
    pub(super) fn new(start: u64, mut bytes: Vec<u8>) -> Arc<Self> {
        bytes.shrink_to_fit();
        Arc::new(Self { start, bytes })
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    pub(super) fn contains(&self, at: u64) -> bool {
        (self.start..self.end()).contains(&at)
    }
}

/// The number of a file.
pub(super) type Number = u64;

/// A number that no other file has.
pub(super) fn number() -> Number {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The blocks, with the numbers of their files. Those used last are at the end.
#[derive(Default)]
pub(super) struct Kept {
    blocks: VecDeque<(Number, Arc<Block>)>,
    bytes: usize,
}

/// The blocks of this process.
pub(super) fn kept() -> MutexGuard<'static, Kept> {
    static KEPT: Mutex<Kept> = Mutex::new(Kept { blocks: VecDeque::new(), bytes: 0 });
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    /// Keeps a block; those that were not used for the longest time go.
    pub(super) fn keep(&mut self, file: Number, block: Arc<Block>) {
        self.bytes += block.bytes.len();
        self.blocks.push_back((file, block));
        while self.bytes > BUDGET
            && let Some((_, oldest)) = self.blocks.pop_front()
        {
            self.bytes -= oldest.bytes.len();
        }
    }

    /// A block of a file that contains a byte.
    pub(super) fn find(&mut self, file: Number, at: u64) -> Option<Arc<Block>> {
        let place = self.blocks.iter().rposition(|(own, block)| *own == file && block.contains(at))?;
        let found = self.blocks.remove(place)?;
        let block = Arc::clone(&found.1);
        self.blocks.push_back(found);
        Some(block)
    }

    /// Forgets a file.
    pub(super) fn forget(&mut self, file: Number) {
        self.blocks.retain(|(own, _)| *own != file);
        self.bytes = self.blocks.iter().map(|(_, block)| block.bytes.len()).sum();
    }
}

/// The number of readers.
static READERS: AtomicU64 = AtomicU64::new(0);

/// Counts a reader for as long as it lives.
pub(super) struct Counted(());

impl Counted {
    pub(super) fn new() -> Self {
        READERS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        READERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The longest block for now: the blocks that readers hold take half of the budget together, unless there are hundreds of readers.
pub(super) fn longest() -> u64 {
    longest_of(READERS.load(Ordering::Relaxed))
}

fn longest_of(readers: u64) -> u64 {
    (BUDGET as u64 / 2 / readers.max(1)).clamp(FIRST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_share_one_budget_and_what_was_used_last_stays() {
        let mut kept = Kept::default();
        let megabyte = |start: u64| Block::new(start << 20, vec![0; 1 << 20]);
        for file in 0..20 {
            for start in 0..10 {
                kept.keep(file, megabyte(start));
                assert!(kept.find(0, 5).is_some(), "it is used all the time");
            }
        }
        let sum = |kept: &Kept| kept.blocks.iter().map(|(_, block)| block.bytes.len()).sum::<usize>();
        assert_eq!((sum(&kept), kept.bytes), (BUDGET, BUDGET));
        assert!(kept.find(19, (10 << 20) - 1).is_some() && kept.find(19, 10 << 20).is_none());
        assert!(kept.find(1, 0).is_none() && kept.find(0, 1 << 20).is_none());
        kept.forget(19);
        assert!(kept.find(19, 5).is_none() && sum(&kept) == kept.bytes && kept.bytes < BUDGET);
        // A file that is longer than the budget is not kept.
        kept.keep(1, Block::new(0, vec![0; BUDGET + 1]));
        assert_eq!((sum(&kept), kept.bytes), (0, 0));
    }

    #[test]
    fn many_readers_have_shorter_blocks() {
        assert_eq!([1, 2, 4, 1000].map(longest_of), [LONGEST, LONGEST, LONGEST / 2, FIRST]);
        assert!(20 * longest_of(20) <= BUDGET as u64 / 2);
    }
}
