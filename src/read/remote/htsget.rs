//! htsget 1.3 (GA4GH): a server answers with a ticket, a list of addresses whose bytes, one after the other, are a file: the whole one,
//! or its header and the records of a region (and perhaps others near it).

use std::{
    collections::VecDeque,
    fmt::{self, Write},
    io::{self, Read},
    path::Path,
};

use base64::Engine;
use md5::{Digest, Md5};
use serde::Deserialize;

use super::{
    http::{self, tried},
    reader::Remote,
    signature::percent,
};
use crate::{digest::hex, genome::Interval};

/// The longest ticket that is read, in bytes.
const LONGEST_TICKET: u64 = 256 << 20;

/// The bytes that a ticket stands for.
pub(crate) struct Ticket {
    parts: VecDeque<Part>,
    /// The MD5 of all bytes, if the ticket has it, and that of those which were read.
    md5: Option<(String, Md5)>,
}

enum Part {
    /// In the ticket itself.
    Held(io::Cursor<Vec<u8>>),
    /// On a server.
    Remote(Box<Remote>),
}

#[derive(Deserialize)]
struct Answer {
    htsget: Given,
}

#[derive(Deserialize)]
struct Given {
    urls: Vec<GivenPart>,
    md5: Option<String>,
}

#[derive(Deserialize)]
struct GivenPart {
    url: String,
    #[serde(default)]
    headers: serde_json::Map<String, serde_json::Value>,
}

impl Ticket {
    /// Asks for a ticket, for all of a file, or for the records that overlap an interval of a contig.
    pub(crate) fn open(path: &Path, region: Option<(&str, Interval)>) -> io::Result<Self> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "the address is not valid (htsget://HOST/PATH)");
        let text = path.to_str().ok_or_else(invalid)?;
        let (scheme, rest) = text.split_once("://").ok_or_else(invalid)?;
        let is_plain = scheme.eq_ignore_ascii_case("htsget+http");
        let rest = rest.split('#').next().unwrap_or_default();
        let mut url = format!("{}://{rest}", if is_plain { "http" } else { "https" });
        if let Some((contig, Interval { start, end })) = region {
            let joint = if rest.contains('?') { '&' } else { '?' };
            let _ = write!(url, "{joint}referenceName={}&start={start}&end={end}", percent(contig, b""));
        }
        let mut headers: Vec<(String, String)> =
            vec![("Accept".into(), "application/vnd.ga4gh.htsget.v1.3.0+json, application/json".into())];
        headers.extend(token(is_plain)?.map(|token| ("Authorization".into(), format!("Bearer {token}"))));
        let bytes = tried(|| {
            let mut reply = http::get(&url, &headers, None)?;
            let (bytes, failure) = http::read_body(&mut reply.body, LONGEST_TICKET);
            failure.map_or(Ok(bytes), Err)
        })?;
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> io::Result<Self> {
        let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, format!("not an htsget ticket: {why}"));
        let answer: Answer = serde_json::from_slice(bytes).map_err(|error| invalid(error.to_string()))?;
        let Given { urls, md5 } = answer.htsget;
        if urls.is_empty() {
            return Err(invalid("it has no addresses".into()));
        }
        let parts =
            urls.into_iter().map(|part| part.open().map_err(|why| invalid(why.into()))).collect::<Result<_, _>>()?;
        Ok(Self { parts, md5: md5.map(|md5| (md5.to_ascii_lowercase(), Md5::new())) })
    }
}

impl GivenPart {
    fn open(self) -> Result<Part, &'static str> {
        if let Some(data) = self.url.strip_prefix("data:") {
            let (kind, text) = data.split_once(',').ok_or("a data address has no comma")?;
            if !kind.ends_with(";base64") {
                return Err("a data address is not in base64");
            }
            let text = text.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(text.as_bytes())
                .map_err(|_| "a data address is not valid base64")?;
            return Ok(Part::Held(io::Cursor::new(bytes)));
        }
        if !self.url.starts_with("http://") && !self.url.starts_with("https://") {
            return Err("an address is none of https, http and data");
        }
        let (mut headers, mut start, mut end) = (Vec::new(), 0, u64::MAX);
        for (name, value) in self.headers {
            let value = value.as_str().ok_or("a header is not text")?;
            if name.eq_ignore_ascii_case("range") {
                let range = value.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'));
                let parse = |text: &str| text.trim().parse::<u64>().ok();
                (start, end) = match range.map(|(first, last)| (parse(first), last.trim().is_empty(), parse(last))) {
                    Some((Some(first), true, _)) => (first, u64::MAX),
                    Some((Some(first), false, Some(last))) if last >= first => (first, last.saturating_add(1)),
                    _ => return Err("a Range header is not bytes=FIRST-LAST"),
                };
            } else {
                headers.push((name, value.to_string()));
            }
        }
        Ok(Part::Remote(Box::new(Remote::part(&self.url, headers, start, end))))
    }
}

/// The token for the server of tickets: that of the file HTS_AUTH_LOCATION, as in htslib. It goes over secure connections only.
fn token(is_plain: bool) -> io::Result<Option<String>> {
    let Some(path) = std::env::var_os("HTS_AUTH_LOCATION").filter(|path| !path.is_empty()) else { return Ok(None) };
    if is_plain && std::env::var_os("HTS_ALLOW_UNENCRYPTED_AUTHORIZATION_HEADER").is_none() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let why = crate::error::describe(&error);
        io::Error::new(error.kind(), format!("HTS_AUTH_LOCATION={}: {why}", path.display()))
    })?;
    // The answer of a server of tokens, or the token alone.
    let named = serde_json::from_str::<serde_json::Value>(&text)
        .ok()
        .and_then(|value| value.get("access_token")?.as_str().map(str::to_string));
    Ok(Some(named.unwrap_or(text).trim().to_string()).filter(|token| !token.is_empty()))
}

impl Read for Ticket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(part) = self.parts.front_mut() {
            let count = match part {
                Part::Held(bytes) => bytes.read(buffer)?,
                Part::Remote(remote) => {
                    let count = remote.read(buffer)?;
                    if count == 0 && !buffer.is_empty() {
                        remote.check_end()?;
                    }
                    count
                }
            };
            if count > 0 || buffer.is_empty() {
                if let Some((_, read)) = &mut self.md5 {
                    read.update(&buffer[..count]);
                }
                return Ok(count);
            }
            self.parts.pop_front();
        }
        if let Some((expected, read)) = self.md5.take() {
            let found = hex(&read.finalize());
            if expected != found {
                let why = format!("the MD5 of the data is {found}, and the ticket has {expected}");
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
        }
        Ok(0)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The addresses may hold keys.
        f.debug_struct("Ticket").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_ticket_that_are_in_it() {
        let ticket = |urls: &str, md5: &str| format!(r#"{{"htsget":{{"format":"BAM","urls":[{urls}]{md5}}}}}"#);
        let (one, two) = (r#"{"url":"data:;base64,QUI="}"#, r#"{"url":"data:application/x;base64,Qw=="}"#);
        let read = |text: String| {
            let mut all = String::new();
            Ticket::parse(text.as_bytes())?.read_to_string(&mut all).map(|_| all)
        };
        let both = format!("{one},{two}");
        assert_eq!(read(ticket(&both, "")).expect("the bytes"), "ABC");
        // printf ABC | md5sum
        assert_eq!(read(ticket(&both, r#","md5":"902fbdd2b1df0c4f70b4a5d23525e932""#)).expect("the bytes"), "ABC");
        for (bad, why) in [
            (ticket(&both, r#","md5":"902fbdd2b1df0c4f70b4a5d23525e933""#), "the MD5 of the data is"),
            (ticket("", ""), "no addresses"),
            (ticket(r#"{"url":"data:,AB"}"#, ""), "not in base64"),
            (ticket(r#"{"url":"data:;base64,A"}"#, ""), "not valid base64"),
            (ticket(r#"{"url":"ftp://h/a"}"#, ""), "none of https, http and data"),
            (ticket(r#"{"url":"https://h/a","headers":{"range":"bytes=5-4"}}"#, ""), "not bytes=FIRST-LAST"),
            ("<html>".into(), "not an htsget ticket"),
        ] {
            let error = read(bad.clone()).expect_err(&bad);
            assert!(error.to_string().contains(why), "{error}");
        }
    }
}
