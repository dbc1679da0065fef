//! Checks of FORMAT and the samples, which are otherwise copied as they came.

/// The first sample with more values than FORMAT has names, in the columns from FORMAT on: its number from 1, its count of
/// values, and the count of names.
pub(crate) fn surplus_values(columns: &[u8]) -> Option<(usize, usize, usize)> {
    // Large cohorts often have genotypes alone: one search then shows that there is nothing to count.
    memchr::memchr(b':', columns)?;
    let mut fields = None;
    let (mut sample, mut values) = (0, 1);
    for end in memchr::memchr2_iter(b':', b'\t', columns).map(|at| columns[at]).chain([b'\t']) {
        if end == b':' {
            values += 1;
            continue;
        }
        match fields {
            None => fields = Some(values),
            Some(fields) if values > fields => return Some((sample, values, fields)),
            Some(_) => {}
        }
        (sample, values) = (sample + 1, 1);
    }
    None
}

/// The first sample with an invalid genotype, in the columns from FORMAT on: its number from 1, and its genotype.
pub(crate) fn invalid_genotype(columns: &[u8]) -> Option<(usize, &[u8])> {
    let mut columns = columns.split(|&b| b == b'\t');
    let place = columns.next()?.split(|&b| b == b':').position(|name| name == b"GT")?;
    columns.enumerate().find_map(|(at, sample)| {
        let value = if place == 0 {
            &sample[..memchr::memchr(b':', sample).unwrap_or(sample.len())]
        } else {
            // The last values of a sample may be missing.
            sample.split(|&b| b == b':').nth(place)?
        };
        (!is_genotype(value)).then_some((at + 1, value))
    })
}

/// Whether a sample carries an alternate allele, by the columns from FORMAT on; also true where there are no genotypes to tell it by.
pub(crate) fn is_carried(columns: &[u8]) -> bool {
    let mut columns = columns.split(|&b| b == b'\t');
    let names = columns.next().unwrap_or_default();
    let Some(place) = names.split(|&b| b == b':').position(|name| name == b"GT") else { return true };
    let carries = |sample: &[u8]| {
        let genotype = sample.split(|&b| b == b':').nth(place).unwrap_or_default();
        genotype.iter().any(|byte| matches!(byte, b'1'..=b'9'))
    };
    let mut samples = columns.peekable();
    samples.peek().is_none() || samples.any(carries)
}

/// Whether a text is a genotype: numbers of alleles or `.`, separated by `/` or `|` (VCF 4.4, section 1.6.2), which may also stand
/// before the first allele since VCF 4.4.
fn is_genotype(value: &[u8]) -> bool {
    let value = match value {
        [b'/' | b'|', rest @ ..] => rest,
        value => value,
    };
    // Whether an allele may end here, and whether a digit may follow.
    let (mut whole, mut more) = (false, true);
    for &byte in value {
        (whole, more) = match byte {
            b'0'..=b'9' if more => (true, true),
            b'.' if more && !whole => (true, false),
            b'/' | b'|' if whole => (false, true),
            _ => return false,
        };
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_no_more_values_than_format_has_names() {
        assert_eq!(surplus_values(b"GT:GQ\t0/1:3\t0/1"), None);
        assert_eq!(surplus_values(b"GT:GQ\t0/1:3\t0/1:3:4"), Some((2, 3, 2)));
        assert_eq!(surplus_values(b"GT"), None);
    }

    #[test]
    fn a_sample_carries_an_alternate_allele() {
        for carried in ["", "GT", "GQ\t7", "GT:GQ\t0/0:3\t0|1:3", "GT\t1", "GT\t./2", "GQ:GT\t3\t3:10/0"] {
            assert!(is_carried(carried.as_bytes()), "{carried}");
        }
        for not in ["GT\t0/0", "GT:GQ\t./.:12\t0|0:1", "GT\t.", "GQ:GT\t11:0\t1"] {
            assert!(!is_carried(not.as_bytes()), "{not}");
        }
    }

    #[test]
    fn genotypes_are_numbers_of_alleles() {
        for good in ["0/1", "0|1", ".", "./.", "1", "0/1/2", "|0/1", "/1", "10|.", "0/."] {
            assert!(is_genotype(good.as_bytes()), "{good}");
        }
        for bad in ["", "x/y", "0/", "/", "0//1", "1.", ".1", "0/-1", "||0", "0 1"] {
            assert!(!is_genotype(bad.as_bytes()), "{bad}");
        }
        assert_eq!(invalid_genotype(b"GT:GQ\t0/1:3\tx/y:3"), Some((2, &b"x/y"[..])));
        assert_eq!(invalid_genotype(b"GQ:GT\t3:0/1\t3:a\t3"), Some((2, &b"a"[..])));
        assert_eq!(invalid_genotype(b"GQ\tx"), None);
        assert_eq!(invalid_genotype(b""), None);
    }
}
