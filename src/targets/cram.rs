//! Checksums of CRAM: a fuzzer that changes a byte does not find the four that go with it.

/// The bytes, and in them the checksum of every container header and block that can be found (CRAM specification 3.1, sections 7 and 8).
pub(super) fn with_checksums(data: &[u8]) -> Vec<u8> {
    let mut bytes = data.to_vec();
    // Of version 2.1 there are none.
    if bytes.starts_with(b"CRAM\x03") {
        mend(&mut bytes);
    }
    bytes
}

/// Magic, version and the name of the file.
const DEFINITION: usize = 26;

fn mend(bytes: &mut [u8]) -> Option<()> {
    let mut at = DEFINITION;
    loop {
        let start = at;
        let length = usize::try_from(i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()?;
        at += 4;
        // Reference, start, span, records; counter and bases are longer numbers; blocks.
        for long in [false, false, false, false, true, true, false] {
            at = after_number(bytes, at, long)?;
        }
        let (landmarks, next) = number(bytes, at)?;
        at = next;
        for _ in 0..landmarks {
            at = after_number(bytes, at, false)?;
        }
        put(bytes, start, at)?;
        at += 4;
        let end = at.checked_add(length)?;
        while at < end {
            let start = at;
            // Method and kind of content.
            at = after_number(bytes, at + 2, false)?;
            let (size, next) = number(bytes, at)?;
            at = after_number(bytes, next, false)?.checked_add(size as usize)?;
            put(bytes, start, at)?;
            at += 4;
        }
    }
}

/// Puts the checksum of a stretch behind it.
fn put(bytes: &mut [u8], start: usize, end: usize) -> Option<()> {
    let mut sum = flate2::Crc::new();
    sum.update(bytes.get(start..end)?);
    bytes.get_mut(end..end.checked_add(4)?)?.copy_from_slice(&sum.sum().to_le_bytes());
    Some(())
}

/// A number of 1 to 5 bytes (ITF-8), and what follows it.
fn number(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let first = *bytes.get(at)?;
    let more = first.leading_ones().min(4) as usize;
    let rest = bytes.get(at + 1..=at + more)?;
    let value = match more {
        4 => {
            rest[..3].iter().fold(u32::from(first & 0x0f), |value, &byte| value << 8 | u32::from(byte)) << 4
                | u32::from(rest[3] & 0x0f)
        }
        _ => rest.iter().fold(u32::from(first & (0x7f >> more)), |value, &byte| value << 8 | u32::from(byte)),
    };
    Some((value, at + 1 + more))
}

/// What follows a number (ITF-8, or `long`: LTF-8).
fn after_number(bytes: &[u8], at: usize, long: bool) -> Option<usize> {
    let more = bytes.get(at)?.leading_ones().min(if long { 8 } else { 4 }) as usize;
    Some(at + 1 + more)
}
