//! A checksum of some bytes of a file, for files of which only a part is read.

use std::{
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::source::{Source, is_file};
use crate::digest::hex;

/// Stretches of a file that are read, evenly from its first to its last bytes, and the bytes of each. On a server each is a request.
const STRETCHES: u64 = 8;
const STRETCH: u64 = 64 << 10;

/// What is known of a file without reading all of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sample {
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of its length (8 bytes, little-endian) and of stretches of it.
    pub sample_sha256: String,
    /// The entity tag of a file on a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// Reads the stretches of a file; `None` for what is not a file.
pub(crate) fn sample(path: &Path) -> io::Result<Option<Sample>> {
    if !is_file(path) {
        return Ok(None);
    }
    let file = Source::open(path)?;
    let etag = file.version().and_then(|version| version.etag);
    let Some(size) = file.known_length() else { return Ok(None) };
    Ok(Some(Sample { size, sample_sha256: of(file, size)?, etag }))
}

fn of(mut file: impl Read + Seek, length: u64) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(length.to_le_bytes());
    let mut bytes = Vec::new();
    for (start, end) in stretches(length) {
        file.seek(SeekFrom::Start(start))?;
        bytes.resize((end - start) as usize, 0);
        file.read_exact(&mut bytes)?;
        hash.update(&bytes);
    }
    Ok(hex(&hash.finalize()))
}

/// Where the stretches begin and end. A short file is one.
fn stretches(length: u64) -> Vec<(u64, u64)> {
    if length <= STRETCHES * STRETCH {
        return vec![(0, length)];
    }
    let last = length - STRETCH;
    let start = |number: u64| (u128::from(last) * u128::from(number) / u128::from(STRETCHES - 1)) as u64;
    (0..STRETCHES).map(|number| (start(number), start(number) + STRETCH)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_spread_over_the_file_and_its_checksum_is_that_of_other_programs() {
        assert_eq!(stretches(0), [(0, 0)]);
        assert_eq!(stretches(524_288), [(0, 524_288)]);
        let of_7 = stretches(7 * 1_000_000 + 65_536);
        assert_eq!(of_7, (0..8).map(|k| (k * 1_000_000, k * 1_000_000 + 65_536)).collect::<Vec<_>>());
        assert_eq!(stretches(u64::MAX).last(), Some(&(u64::MAX - 65_536, u64::MAX)));
        // python3: hashlib.sha256((4).to_bytes(8, "little") + b"ACGT").hexdigest()
        let expected = "cbf9912b69e58a68cb8999614529bc691274d70e81fdcf24b6625b287026bfea";
        assert_eq!(of(io::Cursor::new(b"ACGT"), 4).expect("bytes"), expected);
        let bytes: Vec<u8> = (0..600_000u32).map(|at| (at % 251) as u8).collect();
        // b = bytes(i % 251 for i in range(600_000)); f = [534_464 * k // 7 for k in range(8)]
        // hashlib.sha256((600_000).to_bytes(8, "little") + b"".join(b[i:i + 65_536] for i in f)).hexdigest()
        let expected = "2a468d1bafa437540878586adc7ffdb58679ba1b9aa6ad1fce49a81fc1fe5a3e";
        assert_eq!(of(io::Cursor::new(bytes), 600_000).expect("bytes"), expected);
    }
}
