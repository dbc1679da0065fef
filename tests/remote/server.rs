//! A server of HTTP on this machine: files with range requests, and everything that can go wrong.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// A request that came.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// With its query.
    pub target: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
}

impl Request {
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The first and the last byte that are asked for.
    pub(super) fn range(&self) -> Option<(u64, u64)> {
        let (first, last) = self.headers.get("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse().ok()?, last.parse().unwrap_or(u64::MAX)))
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The connection is closed after so many bytes of the body.
    pub cut: Option<usize>,
    /// Nothing is sent for so long.
    pub silence: Duration,
    /// The body is sent without its length.
    pub chunked: bool,
}

impl Reply {
    pub(super) fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), cut: None, silence: Duration::ZERO, chunked: false }
    }

    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.into(), value.to_string()));
        self
    }
}

/// What a server of files answers.
pub(super) fn file(request: &Request, bytes: &[u8], etag: &str) -> Reply {
    let length = bytes.len() as u64;
    let reply = match request.range() {
        Some((first, _)) if first >= length => Reply::of(416, "").with("Content-Range", format!("bytes */{length}")),
        Some((first, last)) => {
            let last = last.min(length - 1);
            Reply::of(206, &bytes[first as usize..=last as usize])
                .with("Content-Range", format!("bytes {first}-{last}/{length}"))
        }
        None => Reply::of(200, bytes),
    };
    reply.with("ETag", format!("\"{etag}\""))
}

/// A request, and the bytes of the body that were sent for it.
pub(super) type Logged = (Request, u64);

pub(super) struct Server {
    address: String,
    log: Arc<Mutex<Vec<Logged>>>,
}

impl Server {
    /// Answers requests until the test process ends.
    pub(super) fn new(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (log, answer) = (Arc::<Mutex<Vec<Logged>>>::default(), Arc::new(answer));
        let shared = Arc::clone(&log);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                thread::spawn(move || talk(stream, &*answer, &log));
            }
        });
        Self { address, log }
    }

    /// Of the files of a folder, whose entity tags are their names.
    pub(super) fn of_folder(folder: &std::path::Path) -> Self {
        let folder = folder.to_path_buf();
        Self::new(move |request| {
            let name = request.path().trim_start_matches('/');
            match std::fs::read(folder.join(name)) {
                Ok(bytes) => file(request, &bytes, name),
                Err(_) => Reply::of(404, "not here"),
            }
        })
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    pub(super) fn host(&self) -> &str {
        &self.address
    }

    /// The requests so far.
    pub(super) fn log(&self) -> Vec<Logged> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of requests whose path ends so, and the bytes that were sent for them.
    pub(super) fn sent(&self, ending: &str) -> (usize, u64) {
        let log = self.log();
        let found = log.iter().filter(|(request, _)| request.path().ends_with(ending));
        found.fold((0, 0), |(count, bytes), (_, sent)| (count + 1, bytes + sent))
    }
}

fn talk(stream: TcpStream, answer: &(dyn Fn(&Request) -> Reply + Send + Sync), log: &Mutex<Vec<Logged>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let target = line.split(' ').nth(1)?.to_string();
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_string());
        }
        let request = Request { target, headers };
        let reply = answer(&request);
        let sent = &reply.body[..reply.cut.unwrap_or(reply.body.len()).min(reply.body.len())];
        log.lock().unwrap_or_else(PoisonError::into_inner).push((request, sent.len() as u64));
        thread::sleep(reply.silence);
        let mut head = format!("HTTP/1.1 {} answer\r\n", reply.status);
        match reply.chunked {
            true => head += "Transfer-Encoding: chunked\r\n",
            false => head += &format!("Content-Length: {}\r\n", reply.body.len()),
        }
        for (name, value) in &reply.headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
        if reply.chunked {
            write!(stream, "{:x}\r\n", sent.len()).ok()?;
        }
        stream.write_all(sent).ok()?;
        if reply.chunked && reply.cut.is_none() {
            stream.write_all(b"\r\n0\r\n\r\n").ok()?;
        }
        stream.flush().ok()?;
        if reply.cut.is_some() {
            return None;
        }
    }
}
