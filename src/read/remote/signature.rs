//! AWS Signature Version 4 of a request that reads an object of S3, in its headers:
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>. Crates that sign bring in a URL parser with the
//! tables of ICU, twenty-five crates for these forty lines.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::digest::{hex, sha256};

/// Keys of AWS.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) id: String,
    pub(super) secret: String,
    /// Of keys for a limited time.
    pub(super) token: Option<String>,
}

/// Where a request goes.
pub(super) struct Place<'a> {
    /// With the port, if it is not that of the scheme.
    pub(super) host: &'a str,
    /// As it is sent.
    pub(super) path: &'a str,
    pub(super) region: &'a str,
}

/// The headers of a request without a query and without a body. `now`: seconds since 1970.
pub(super) fn headers(keys: &Keys, place: &Place<'_>, now: u64) -> Vec<(String, String)> {
    let (date, time) = utc(now);
    let (stamp, nothing) = (format!("{date}T{time}Z"), sha256(b""));
    let mut headers =
        vec![("x-amz-content-sha256".to_string(), nothing.clone()), ("x-amz-date".to_string(), stamp.clone())];
    headers.extend(keys.token.iter().map(|token| ("x-amz-security-token".to_string(), token.clone())));
    // They are sorted by name.
    let names = headers.iter().fold("host".to_string(), |all, (name, _)| all + ";" + name);
    let mut request = format!("GET\n{}\n\nhost:{}\n", place.path, place.host);
    for (name, value) in &headers {
        let _ = writeln!(request, "{name}:{}", value.trim());
    }
    let _ = write!(request, "\n{names}\n{nothing}");
    let scope = format!("{date}/{}/s3/aws4_request", place.region);
    let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", sha256(request.as_bytes()));
    let mut key = format!("AWS4{}", keys.secret).into_bytes();
    for part in scope.split('/') {
        key = hmac(&key, part.as_bytes()).to_vec();
    }
    let signature = hex(&hmac(&key, text.as_bytes()));
    let credential = format!("{}/{scope}", keys.id);
    headers.push((
        "authorization".into(),
        format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"),
    ));
    headers
}

/// HMAC with SHA-256 (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut padded = [0u8; BLOCK];
    if key.len() > BLOCK {
        padded[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(padded.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

/// The date and the time of seconds since 1970: `20130524` and `000000`.
fn utc(seconds: u64) -> (String, String) {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Eras of 400 years that begin on the first of March (Howard Hinnant, chrono-compatible low-level date algorithms).
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    (
        format!("{:04}{month:02}{of_month:02}", era * 400 + year),
        format!("{:02}{:02}{:02}", rest / 3600, rest / 60 % 60, rest % 60),
    )
}

/// A text as a part of an address: all but letters, digits, `-._~` and the bytes of `kept` as `%41`.
pub(super) fn percent(text: &str, kept: &[u8]) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_of_rfc_4231() {
        // Test cases 2 and 6.
        let first = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&first), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(&long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn dates() {
        // date -u -d @SECONDS +%Y%m%d%H%M%S
        for (seconds, expected) in [
            (0, "19700101000000"),
            (951_782_399, "20000228235959"),
            (951_782_400, "20000229000000"),
            (1_369_353_600, "20130524000000"),
            (4_107_542_399, "21000228235959"),
            (4_107_542_400, "21000301000000"),
        ] {
            let (date, time) = utc(seconds);
            assert_eq!(date + &time, expected);
        }
    }

    #[test]
    fn paths_are_written_as_s3_signs_them() {
        assert_eq!(percent("a b/c+d~é?=.bam", b"/"), "a%20b/c%2Bd~%C3%A9%3F%3D.bam");
        assert_eq!(percent("HLA-A*01:01", b""), "HLA-A%2A01%3A01");
    }
}
