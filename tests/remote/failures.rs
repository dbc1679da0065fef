//! Servers that fail: a clear line, a bounded number of tries, and no secret in it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    bases, fasta, reads_addresses,
    server::{Reply, Request, Server, file},
    with,
};
use crate::support::{Folder, genogloss, succeed};

/// The tries for one thing.
const TRIES: usize = 4;

/// A FASTA file of 300 kB.
fn genome() -> Vec<u8> {
    fasta(&[("c", &bases(300_000, 3))]).into_bytes()
}

/// Scans an address, which must fail; the error line and its hint.
fn refused(url: &str, variables: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    let output = folder.path("gc.tsv");
    let run = with(&folder, variables, &["scan", url, "-m", "exact:gc", "-o", &output, "--quiet"]);
    let said = run.error(1);
    assert_eq!(folder.names(), Vec::<String>::new(), "{said}");
    assert!(!run.stderr.contains("verysecret"), "{}", run.stderr);
    said
}

#[test]
fn refusals_are_final_and_say_why() {
    if !reads_addresses() {
        return;
    }
    for (status, words) in [
        (404, "the server answered 404 (not found)"),
        (410, "the server answered 410 (gone)"),
        (403, "the server answered 403 (forbidden); the address may have expired"),
        (401, "the server answered 401 (unauthorized)"),
        (400, "the server answered 400 (bad request)"),
        (501, "the server answered 501 (not implemented)"),
    ] {
        let server = Server::new(move |_| Reply::of(status, "no"));
        let url = server.url("a.fa?X-Amz-Signature=verysecret");
        let said = refused(&url, &[]);
        assert!(said.starts_with(&format!("error: {}?…: {words}", server.url("a.fa"))), "{said}");
        assert_eq!(server.log().len(), 1, "one try: {:?}", server.log());
    }
}

#[test]
fn what_may_pass_is_tried_again_and_not_for_ever() {
    if !reads_addresses() {
        return;
    }
    let whole = genome();
    let folder = Folder::new();
    let expected = succeed(&["scan", &folder.write("g.fa", &whole), "-m", "exact:gc", "--quiet"]);
    // Every second request fails.
    for failing in [
        |_: &Request, _: &[u8]| Reply::of(503, "busy").with("Retry-After", 0),
        |request: &Request, bytes: &[u8]| Reply { cut: Some(0), ..file(request, bytes, "e") },
        |request: &Request, bytes: &[u8]| Reply { cut: Some(1000), ..file(request, bytes, "e") },
    ] {
        let (count, bytes) = (AtomicUsize::new(0), whole.clone());
        let server = Server::new(move |request| match count.fetch_add(1, Ordering::SeqCst) % 2 {
            0 => failing(request, &bytes),
            _ => file(request, &bytes, "e"),
        });
        let run = with(&folder, &[], &["scan", &server.url("g.fa"), "-m", "exact:gc", "--quiet"]).good();
        assert_eq!(run.stdout, expected);
    }
    let server = Server::new(|_| Reply::of(503, "busy"));
    let said = refused(&server.url("a.fa"), &[]);
    assert!(said.contains("the server answered 503 (service unavailable) (tried 4 times)"), "{said}");
    assert_eq!(server.log().len(), TRIES);
    // Nobody listens on this port.
    let said = refused("http://127.0.0.1:1/a.fa", &[]);
    assert!(said.contains("the server refused the connection (tried 4 times)"), "{said}");
}

#[test]
fn a_file_that_ends_early_is_an_error() {
    if !reads_addresses() {
        return;
    }
    let bytes = genome();
    // The server says that there are 300 kB, and has 200.
    let server = Server::new(move |request| {
        let reply = file(request, &bytes, "e");
        let first = request.range().map_or(0, |(first, _)| first as usize);
        let left = 200_000usize.saturating_sub(first);
        if left < reply.body.len() { Reply { cut: Some(left), ..reply } } else { reply }
    });
    let said = refused(&server.url("a.fa"), &[]);
    assert!(said.contains("the server closed the connection too early (tried 4 times)"), "{said}");
    assert!(server.log().len() < 12, "{}", server.log().len());
    // Without range requests nothing can be asked for again.
    let long = fasta(&[("c", &"ACGT".repeat(9 << 20))]).into_bytes();
    let server = Server::new(move |_| Reply { cut: Some(35 << 20), ..Reply::of(200, long.clone()) });
    let said = refused(&server.url("a.fa"), &[]);
    assert!(said.contains("the server closed the connection"), "{said}");
}

#[test]
fn a_silent_server_is_an_error_after_a_time_that_can_be_chosen() {
    if !reads_addresses() {
        return;
    }
    let server = Server::new(|_| Reply { silence: Duration::from_secs(600), ..Reply::of(200, "late") });
    let said = refused(&server.url("a.fa"), &[("GENOGLOSS_REMOTE_TIMEOUT", "1")]);
    let expected = "the server was silent for 1 s (GENOGLOSS_REMOTE_TIMEOUT=SECONDS waits longer) (tried 4 times)";
    assert!(said.contains(expected), "{said}");
    assert_eq!(server.log().len(), TRIES);
    for wrong in ["0", "-1", "1.5", "soon"] {
        let said = refused(&server.url("a.fa"), &[("GENOGLOSS_REMOTE_TIMEOUT", wrong)]);
        assert!(said.contains("give whole seconds, from 1 to 86400"), "{said}");
    }
}

#[test]
fn a_file_that_is_changed_while_it_is_read_is_an_error() {
    if !reads_addresses() {
        return;
    }
    let bytes = genome();
    let count = Arc::new(AtomicUsize::new(0));
    let server = Server::new(move |request| {
        let etag = if count.fetch_add(1, Ordering::SeqCst) < 2 { "before" } else { "after" };
        file(request, &bytes, etag)
    });
    let said = refused(&server.url("a.fa"), &[]);
    assert!(said.contains("the file was changed on the server while it was read: its ETag was \"before\""), "{said}");
}

#[test]
fn servers_without_range_requests_are_read_from_start_to_end() {
    if !reads_addresses() {
        return;
    }
    let small = genome();
    let folder = Folder::new();
    let path = folder.write("g.fa", &small);
    let expected = succeed(&["scan", &path, "-m", "exact:gc", "--quiet"]);
    for chunked in [false, true] {
        let bytes = small.clone();
        let server = Server::new(move |request| match request.path() {
            "/g.fa" => Reply { chunked, ..Reply::of(200, bytes.clone()) },
            _ => Reply::of(404, ""),
        });
        let run = with(&folder, &[], &["scan", &server.url("g.fa"), "-m", "exact:gc", "--quiet"]).good();
        assert_eq!(run.stdout, expected);
    }
    // Chunks that end early.
    let bytes = small.clone();
    let server = Server::new(move |request| match request.path() {
        "/g.fa" => Reply { chunked: true, cut: Some(5000), ..Reply::of(200, bytes.clone()) },
        _ => Reply::of(404, ""),
    });
    let said = refused(&server.url("g.fa"), &[]);
    assert!(said.contains("too early") || said.contains("not valid HTTP"), "{said}");
    // Too long for memory, and its bases are needed by place.
    let long = fasta(&[("c", &"ACGT".repeat(9 << 20))]).into_bytes();
    let fai = "c\t37748736\t3\t60\t61\n";
    let server = Server::new(move |request| match request.path() {
        "/g.fa" => Reply::of(200, long.clone()),
        _ => Reply::of(200, fai),
    });
    let calls = folder.write(
        "c.vcf",
        "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t30000001\t.\tA\tC\t.\t.\t.\nc\t101\t.\tA\tC\t.\t.\t.\n",
    );
    let run = with(&folder, &[], &["variants", &calls, "-f", &server.url("g.fa"), "-m", "exact:gc"]);
    let said = run.error(1);
    assert!(said.contains("the server does not answer range requests, which random access needs"), "{said}");
}

#[test]
fn redirects_are_followed() {
    if !reads_addresses() {
        return;
    }
    let folder = Folder::new();
    let path = folder.write("g.fa", genome());
    let store = Server::of_folder(folder.root());
    let target = store.url("g.fa?Signature=verysecret");
    let server = Server::new(move |request| match request.path() {
        "/latest" => Reply::of(302, "").with("Location", &target),
        _ => Reply::of(404, ""),
    });
    let run = with(&folder, &[], &["scan", &server.url("latest"), "-m", "exact:gc"]).good();
    assert_eq!(run.stdout, succeed(&["scan", &path, "-m", "exact:gc", "--quiet"]));
    assert!(!run.stderr.contains("verysecret"), "{}", run.stderr);
}

#[test]
fn addresses_that_cannot_be_read_or_written() {
    let folder = Folder::new();
    let path = folder.write("g.fa", ">c\nACGT\n");
    for (arguments, code, words) in [
        (
            vec!["scan", "gs://bucket/a.fa", "-m", "exact:gc"],
            1,
            "of addresses, those of https, http, s3 and htsget are read",
        ),
        (vec!["scan", &path, "-m", "exact:gc", "-o", "s3://bucket/a.tsv"], 2, "outputs are files on this machine"),
        (vec!["merge", "https://h/a.tsv", "-o", "b.tsv"], 1, "it is an address, but must be a file on this machine"),
        (vec!["report", "https://h/a.manifest.json", "-o", "b.html"], 1, "address"),
    ] {
        let said = genogloss(&arguments).error(code);
        assert!(said.contains(words), "{said}");
    }
    if reads_addresses() {
        for url in ["http://", "http://127.0.0.1:1/a b.fa", "s3://bucket"] {
            let said = refused(url, &[]);
            assert!(said.contains("the address is not valid"), "{said}");
        }
    }
}
