//! Requests by HTTP: one agent for the process, a bounded number of tries, and failures in one line.
//!
//! ureq and rustls are pure Rust, so that packages need no libcurl and no OpenSSL of the system. Proxies come from HTTPS_PROXY,
//! HTTP_PROXY and NO_PROXY, and certificates from SSL_CERT_FILE, as curl has them.

use std::{
    io::{self, Read},
    sync::OnceLock,
    time::Duration,
};

use base64::Engine;
use ureq::{
    Agent, BodyReader,
    http::{HeaderMap, StatusCode, header},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

/// How often something is asked for, at most.
pub(super) const TRIES: u32 = 4;

/// The first pause between two tries; each further one is four times as long.
const PAUSE: Duration = Duration::from_millis(250);

/// The longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The environment variable with the seconds that a server may be silent.
const TIMEOUT: &str = "GENOGLOSS_REMOTE_TIMEOUT";

/// Seconds that a server may be silent, where [`TIMEOUT`] is not set.
const SECONDS: u64 = 30;

/// Why a try failed.
pub(super) struct Failure {
    error: io::Error,
    /// Whether another try may succeed.
    again: bool,
    /// How long the server asks to wait.
    wait: Option<Duration>,
    /// The region of AWS that the server names.
    region: Option<String>,
}

impl Failure {
    /// Another try fails, too.
    pub(super) fn fatal(kind: io::ErrorKind, why: impl Into<String>) -> Self {
        let why: String = why.into();
        io::Error::new(kind, why).into()
    }

    /// Another try may succeed.
    pub(super) fn transient(why: impl Into<String>) -> Self {
        let why: String = why.into();
        Self { again: true, ..io::Error::other(why).into() }
    }

    /// The region of AWS that the bucket is in, where the server says that it is another.
    pub(super) fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self { error, again: false, wait: None, region: None }
    }
}

/// Tries until there is an answer, [`TRIES`] times at most, with growing pauses.
pub(super) fn tried<T>(mut attempt: impl FnMut() -> Result<T, Failure>) -> io::Result<T> {
    let mut pause = PAUSE;
    for count in 1.. {
        match attempt() {
            Ok(answer) => return Ok(answer),
            Err(failure) if failure.again && count < TRIES => {
                // A thousand shards that begin at once must not come back at once.
                let wait = pause.mul_f64(0.75 + 0.5 * fastrand::f64());
                let wait = failure.wait.map_or(wait, |asked| asked.clamp(wait, LONGEST_PAUSE));
                tracing::debug!("{}; trying again in {:.1} s", failure.error, wait.as_secs_f64());
                std::thread::sleep(wait);
                pause *= 4;
            }
            Err(Failure { error, again: true, .. }) => {
                return Err(io::Error::new(error.kind(), format!("{error} (tried {TRIES} times)")));
            }
            Err(failure) => return Err(failure.error),
        }
    }
    unreachable!("the last try returns")
}

/// Seconds that a server may be silent.
fn seconds() -> io::Result<u64> {
    match std::env::var(TIMEOUT).ok().as_deref().map(str::trim) {
        None | Some("") => Ok(SECONDS),
        Some(text) => match text.parse() {
            Ok(seconds @ 1..=86_400) => Ok(seconds),
            _ => Err(io::Error::other(format!("{TIMEOUT}={text}: give whole seconds, from 1 to 86400"))),
        },
    }
}

/// The certificates of SSL_CERT_FILE; those of Mozilla without.
fn certificates() -> io::Result<RootCerts> {
    let Some(path) = std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) else {
        return Ok(RootCerts::WebPki);
    };
    let failed = |why: String| io::Error::other(format!("SSL_CERT_FILE={}: {why}", path.display()));
    let bytes = std::fs::read(&path).map_err(|error| failed(error.to_string()))?;
    let found: Vec<Certificate<'static>> = parse_pem(&bytes)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(failed("there are no certificates in it (PEM)".into())) } else { Ok(found.into()) }
}

/// The agent, which keeps connections open.
fn agent() -> io::Result<&'static Agent> {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    if let Some(agent) = AGENT.get() {
        return Ok(agent);
    }
    let patience = Some(Duration::from_secs(seconds()?));
    let made = Agent::config_builder()
        .http_status_as_error(false)
        .user_agent(concat!("genogloss/", env!("CARGO_PKG_VERSION")))
        // A byte range must be that of the file, not of what a server makes of it.
        .accept_encoding("identity")
        .timeout_resolve(patience)
        .timeout_connect(patience)
        .timeout_recv_response(patience)
        .timeout_per_read(patience)
        .timeout_per_write(patience)
        .tls_config(TlsConfig::builder().root_certs(certificates()?).build())
        .build()
        .new_agent();
    Ok(AGENT.get_or_init(|| made))
}

/// What a server answered.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: BodyReader<'static>,
}

/// Asks for the bytes of an address, or for those of a range (the first and the last). Answers are of the status 200, 206 or 416.
pub(super) fn get(
    url: &str,
    headers: &[(String, String)],
    range: Option<(u64, u64)>,
) -> std::result::Result<Reply, Failure> {
    let mut request = agent()?.get(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if let Some((first, last)) = range {
        request = request.header(header::RANGE, format!("bytes={first}-{last}"));
    }
    let (parts, body) = request.call().map_err(explained)?.into_parts();
    let mut reply = Reply { status: parts.status, headers: parts.headers, body: body.into_reader() };
    if matches!(reply.status.as_u16(), 200 | 206 | 416) { Ok(reply) } else { Err(reply.refusal()) }
}

/// The first and the last byte, and the length of the file; `None` for what the server does not say.
type ContentRange = (Option<(u64, u64)>, Option<u64>);

impl Reply {
    /// A header, as text.
    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }

    /// The first and the last byte, and the length of the file: `bytes 0-99/1000`, `bytes 0-99/*`, `bytes */1000`.
    pub(super) fn content_range(&self) -> Option<ContentRange> {
        let (range, length) = self.header(header::CONTENT_RANGE)?.strip_prefix("bytes")?.trim().split_once('/')?;
        let range = range.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
        Some((range, length.parse().ok()))
    }

    /// The length of the body.
    pub(super) fn content_length(&self) -> Option<u64> {
        self.header(header::CONTENT_LENGTH)?.parse().ok()
    }

    /// The failure for an answer that has no data.
    fn refusal(&mut self) -> Failure {
        let (number, status) = (self.status.as_u16(), self.status);
        let reason = status.canonical_reason().unwrap_or("no reason given").to_lowercase();
        let mut why = format!("the server answered {number} ({reason})");
        if let Some(said) = self.said() {
            why.push_str(&format!(": {said}"));
        }
        let region = self.headers.get("x-amz-bucket-region").and_then(|region| region.to_str().ok());
        let failure = match number {
            404 | 410 => Failure::fatal(io::ErrorKind::NotFound, why),
            401 | 403 => {
                why.push_str("; the address may have expired, or the data may need other credentials");
                Failure::fatal(io::ErrorKind::PermissionDenied, why)
            }
            408 | 429 | 500 | 502..=504 => {
                let wait = self.header(header::RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
                Failure { wait: wait.map(Duration::from_secs), ..Failure::transient(why) }
            }
            _ => Failure::fatal(io::ErrorKind::Other, why),
        };
        Failure { region: region.map(str::to_string), ..failure }
    }

    /// What the body of a refusal says: the code of S3 (XML), the message of htsget (JSON).
    fn said(&mut self) -> Option<String> {
        let mut body = Vec::new();
        let _ = (&mut self.body).take(4096).read_to_end(&mut body);
        let text = String::from_utf8_lossy(&body);
        let between = |from: &str, to: &str| Some(text.split_once(from)?.1.split_once(to)?.0.to_string());
        between("<Code>", "</Code>").or_else(|| {
            let value: serde_json::Value = serde_json::from_str(&text).ok()?;
            let error = value.get("htsget")?;
            let part = |name: &str| error.get(name).and_then(serde_json::Value::as_str);
            match (part("error"), part("message")) {
                (Some(error), Some(message)) => Some(format!("{error}, {message}")),
                (one, other) => one.or(other).map(str::to_string),
            }
        })
    }
}

/// An address without user name and password, and the header that gives them to the server (RFC 7617).
pub(super) fn without_login(url: &str) -> (String, Option<(String, String)>) {
    let whole = || (url.to_string(), None);
    let Some((scheme, rest)) = url.split_once("://") else { return whole() };
    let host = rest.find(['/', '?']).unwrap_or(rest.len());
    let Some(at) = rest[..host].rfind('@') else { return whole() };
    let login = base64::engine::general_purpose::STANDARD.encode(decoded(&rest[..at]));
    (format!("{scheme}://{}", &rest[at + 1..]), Some(("Authorization".into(), format!("Basic {login}"))))
}

/// The bytes of a part of an address, in which some are written as `%41`.
fn decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, more @ ..] = rest {
        let code = more.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    bytes
}

/// The failure for an error of ureq.
fn explained(error: ureq::Error) -> Failure {
    use ureq::Error as E;
    match error {
        E::Timeout(_) => {
            let seconds = seconds().unwrap_or(SECONDS);
            Failure::transient(format!("the server was silent for {seconds} s ({TIMEOUT}=SECONDS waits longer)"))
        }
        E::HostNotFound => Failure::transient("the name of the server is not known"),
        E::ConnectionFailed => Failure::transient("no connection to the server"),
        E::Io(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
                Failure::transient("the server closed the connection too early")
            }
            io::ErrorKind::ConnectionRefused => Failure::transient("the server refused the connection"),
            io::ErrorKind::InvalidData => Failure::fatal(error.kind(), format!("no secure connection: {error}")),
            _ => Failure::transient(crate::error::describe(&error)),
        },
        E::Tls(_) | E::Rustls(_) => Failure::fatal(
            io::ErrorKind::Other,
            format!("no secure connection: {error}; SSL_CERT_FILE=FILE gives other certificates"),
        ),
        E::Protocol(error) if error.to_string().contains("location header") => Failure::fatal(
            io::ErrorKind::Other,
            "the server says that it is elsewhere, and not where (for S3, AWS_REGION must be the region of the bucket)",
        ),
        E::Protocol(_) | E::BodyStalled => Failure::transient(format!("the answer is not valid HTTP: {error}")),
        E::Http(_) | E::BadUri(_) => {
            Failure::fatal(io::ErrorKind::InvalidInput, "the address is not valid (blanks are written %20)")
        }
        other => Failure::fatal(io::ErrorKind::Other, other.to_string()),
    }
}

/// Reads up to `count` bytes of a body. Returns what came, and the failure that ended it early.
pub(super) fn read_body(body: &mut impl Read, count: u64) -> (Vec<u8>, Option<Failure>) {
    let mut bytes = Vec::with_capacity(count.min(16 << 20) as usize);
    // `read_to_end` keeps what was read before an error.
    let ended = body.take(count).read_to_end(&mut bytes);
    (bytes, ended.err().map(|error| explained(error.into())))
}

/// An error of a body that is read as it comes.
pub(super) fn body_error(error: io::Error) -> io::Error {
    explained(error.into()).error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_becomes_a_header() {
        let login = |url: &str| without_login(url);
        assert_eq!(login("https://h/a@b"), ("https://h/a@b".into(), None));
        // printf 'me:p@ss' | base64
        let expected = ("Authorization".to_string(), "Basic bWU6cEBzcw==".to_string());
        assert_eq!(login("https://me:p%40ss@h:1/a?b@c"), ("https://h:1/a?b@c".into(), Some(expected)));
    }
}
