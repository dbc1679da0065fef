//! Numbers as text: scores and counts.

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Digits {
    /// Probabilities and shares, from 0 to 1, and their differences: six decimals, in a bigWig three.
    #[default]
    Decimals,
    /// Log-likelihoods, whose small differences count: as many digits as tell the number from all others of 32 bits.
    All,
    /// All else, which may be small or large: six significant digits, in a bigWig all that 32 bits hold.
    Significant,
}

/// A score as text. What is not finite has no text: it is `.`, and is never handed on as a score ([`crate::model::Form::scores`]).
pub(crate) fn write_score(score: f32, digits: Digits, out: &mut Vec<u8>) {
    match digits {
        _ if !score.is_finite() => out.push(b'.'),
        Digits::Decimals => write_decimals(score, out),
        Digits::All => write_all(score + 0.0, out),
        // -0 is 0.
        Digits::Significant => write_significant(score + 0.0, out),
    }
}

/// A number in the fewest digits that tell it from all others of 32 bits: `-1.3862944`, `1e-7`.
fn write_all(number: f32, out: &mut Vec<u8>) {
    let size = number.abs();
    let text = if size == 0.0 || (1e-5..1e9).contains(&size) { number.to_string() } else { format!("{number:e}") };
    out.extend_from_slice(text.as_bytes());
}

/// A number in six significant digits, as htslib (`kputd`) and, but for halves, C's `%.6g` write it: `29.5`, `1e-05`, `3.40282e+38`.
pub(crate) fn write_significant(number: f32, out: &mut Vec<u8>) {
    let number = f64::from(number);
    if number.is_nan() {
        out.extend_from_slice(if number.is_sign_negative() { b"-nan" } else { b"nan" });
        return;
    }
    if number.is_sign_negative() {
        out.push(b'-');
    }
    let number = number.abs();
    if number == 0.0 {
        out.push(b'0');
    } else if number.is_infinite() {
        out.extend_from_slice(b"inf");
    } else if (0.0001..=999_999.0).contains(&number) {
        // Ten decimals, and half of what is the last of six digits: halves go up, as in htslib.
        let mut half = 5;
        let mut bound = 0.001;
        while number >= bound && half < 5_000_000_000 {
            half *= 10;
            bound *= 10.0;
        }
        let scaled = (number * 1e10) as u64 + half;
        let mut digits = Vec::with_capacity(20);
        write_integer(scaled, &mut digits);
        let whole = digits.len().saturating_sub(10);
        if whole == 0 {
            out.extend_from_slice(b"0.");
            out.extend(std::iter::repeat_n(b'0', 10 - digits.len()));
            digits.truncate(6);
            let kept = digits.len() - digits.iter().rev().take_while(|&&digit| digit == b'0').count();
            out.extend_from_slice(&digits[..kept]);
        } else {
            out.extend_from_slice(&digits[..whole]);
            let fraction = &digits[whole..6.max(whole)];
            let kept = fraction.len() - fraction.iter().rev().take_while(|&&digit| digit == b'0').count();
            if kept > 0 {
                out.push(b'.');
                out.extend_from_slice(&fraction[..kept]);
            }
        }
    } else {
        let text = format!("{number:.5e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let text = match exponent {
            // Just outside of what is written without an exponent, and rounded into it.
            -4 => "0.0001".into(),
            5 => format!("{number:.0}"),
            ..0 => format!("{digits}e-{:02}", -exponent),
            _ => format!("{digits}e+{exponent:02}"),
        };
        out.extend_from_slice(text.as_bytes());
    }
}

/// Six decimals, `-0.000000` is `0.000000`.
fn write_decimals(score: f32, out: &mut Vec<u8>) {
    let scaled = (f64::from(score) * 1e6).round();
    if scaled.abs() >= 9e15 {
        // Too large for fixed decimals in an integer; such numbers come from regression heads only.
        out.extend_from_slice(format!("{score:e}").as_bytes());
        return;
    }
    if scaled < 0.0 {
        out.push(b'-');
    }
    let units = scaled.abs() as u64;
    write_integer(units / 1_000_000, out);
    out.push(b'.');
    let mut fraction = units % 1_000_000;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (fraction % 10) as u8;
        fraction /= 10;
    }
    out.extend_from_slice(&digits);
}

/// A whole number as text. Formatting is more than half of the writing of a track; this is twice as fast as `write!`.
pub(crate) fn write_integer(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_six_decimals_and_no_negative_zero() {
        for (score, say) in [
            (0.5, "0.500000"),
            (-0.0, "0.000000"),
            (-1e-9, "0.000000"),
            (1.0, "1.000000"),
            (-12.345_678, "-12.345678"),
            (1234567.0, "1234567.000000"),
        ] {
            let mut text = Vec::new();
            write_score(score, Digits::Decimals, &mut text);
            assert_eq!(String::from_utf8_lossy(&text), say);
        }
    }

    #[test]
    fn a_log_likelihood_has_all_digits_of_32_bits() {
        for (score, say) in [
            (-1.386_294_4, "-1.3862944"),
            (-1234.5, "-1234.5"),
            (0.0, "0"),
            (-0.0, "0"),
            (1e-7, "1e-7"),
            (-3e12, "-3e12"),
        ] {
            let mut text = Vec::new();
            write_score(score, Digits::All, &mut text);
            assert_eq!(String::from_utf8_lossy(&text), say);
            assert_eq!(String::from_utf8_lossy(&text).parse(), Ok(score));
        }
    }

    #[test]
    fn what_is_no_probability_has_six_significant_digits() {
        // Python: format(x, '.6g')
        for (score, say) in [
            (6.123_457e-7, "6.12346e-07"),
            (6e-7, "6e-07"),
            (0.004, "0.004"),
            (-0.0, "0"),
            (-12.345_678, "-12.3457"),
            (1_234_567.0, "1.23457e+06"),
            (0.1, "0.1"),
            (1e-38, "1e-38"),
        ] {
            let mut text = Vec::new();
            write_score(score, Digits::Significant, &mut text);
            assert_eq!(String::from_utf8_lossy(&text), say);
        }
    }
}
