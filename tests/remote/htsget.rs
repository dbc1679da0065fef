//! htsget: tickets with data in them and elsewhere, headers, ranges, checksums, refusals.

use std::sync::Arc;

use super::{
    bases, fasta, reads_addresses,
    server::{Reply, Server, file},
    with,
};
use crate::support::{Folder, shell, succeed, tools_available};

/// A BAM file of 2,000 reads; its bytes, and its path.
fn reads(folder: &Folder) -> (Vec<u8>, String) {
    let one = bases(110_000, 5);
    folder.write("g.fa", fasta(&[("HLA-A*01", &one)]));
    let mut sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:HLA-A*01\tLN:110000\n".to_string();
    for start in (0..100_000).step_by(50) {
        sam += &format!("r{start}\t0\tHLA-A*01\t{}\t60\t100M\t*\t0\t0\t{}\t*\n", start + 1, &one[start..start + 100]);
    }
    folder.write("in.sam", sam);
    shell(&format!("cd {}; samtools view --no-PG -b -o a.bam in.sam; samtools index a.bam", folder.root().display()));
    (std::fs::read(folder.path("a.bam")).expect("a BAM file"), folder.path("a.bam"))
}

fn base64(bytes: &[u8]) -> String {
    let folder = Folder::new();
    let path = folder.write("bytes", bytes);
    shell(&format!("base64 -w 0 {path}"))
}

#[test]
fn a_ticket_s_parts_are_one_file() {
    if !reads_addresses() || !tools_available(&["samtools", "base64", "md5sum"]) {
        return;
    }
    let folder = Folder::new();
    let (bytes, path) = reads(&folder);
    let expected = succeed(&["reads", &path, "-m", "exact:gc", "--quiet"]);
    let md5 = shell(&format!("md5sum {path} | cut -c 1-32")).trim().to_string();
    // The first bytes in the ticket, the middle by a range of a larger file, the end without a range.
    let (first, second) = (bytes.len() / 3, bytes.len() / 3 * 2);
    let (inline, larger) = (base64(&bytes[..first]), [&[0; 500][..], &bytes, &[0; 500]].concat());
    let last = bytes[second..].to_vec();
    for (md5, good) in [(md5.clone(), true), ("0".repeat(32), false)] {
        let (larger, last) = (larger.clone(), last.clone());
        let data = Arc::new(Server::new(move |request| {
            if request.headers.get("authorization").map(String::as_str) != Some("Bearer verysecret") {
                return Reply::of(403, "no");
            }
            match request.path() {
                "/larger" => file(request, &larger, "l"),
                _ => file(request, &last, "e"),
            }
        }));
        let ticket = format!(
            r#"{{"htsget":{{"format":"BAM","md5":"{md5}","urls":[
                {{"url":"data:application/vnd.ga4gh.bam;base64,{inline}","class":"header"}},
                {{"url":"{}","headers":{{"Authorization":"Bearer verysecret","Range":"bytes={}-{}"}},"class":"body"}},
                {{"url":"{}","headers":{{"Authorization":"Bearer verysecret"}},"class":"body"}}]}}}}"#,
            data.url("larger?key=verysecret"),
            500 + first,
            499 + second,
            data.url("last"),
        );
        let server = Server::new(move |_| Reply::of(200, ticket.clone()));
        let url = server.url("reads/one").replace("http://", "htsget+http://");
        let output = folder.path("gc.tsv");
        let run = with(&folder, &[], &["reads", &url, "-m", "exact:gc", "-o", &output]);
        assert!(!run.stderr.contains("verysecret"), "{}", run.stderr);
        if good {
            run.good();
            assert_eq!(folder.read("gc.tsv"), expected);
            assert!(data.log().iter().all(|(request, _)| {
                request.range().is_none_or(|(from, to)| {
                    request.path() != "/larger" || (from >= 500 + first as u64 && to < 500 + second as u64)
                })
            }));
        } else {
            let said = run.error(1);
            assert!(said.contains("the MD5 of the data is"), "{said}");
        }
    }
}

#[test]
fn tickets_that_are_refused_or_fall_short() {
    if !reads_addresses() {
        return;
    }
    let folder = Folder::new();
    let score = |server: &Server, variables: &[(&str, &str)]| {
        let url = server.url("reads/one").replace("http://", "htsget+http://");
        with(&folder, variables, &["reads", &url, "-m", "exact:gc"])
    };
    let server = Server::new(|_| Reply::of(404, r#"{"htsget":{"error":"NotFound","message":"no such id"}}"#));
    let said = score(&server, &[]).error(1);
    assert!(said.contains("/reads/one: the server answered 404 (not found): NotFound, no such id"), "{said}");
    assert_eq!(server.log().len(), 1);
    assert!(server.log()[0].0.headers["accept"].contains("vnd.ga4gh.htsget"));
    let server = Server::new(|_| Reply::of(200, "<html>"));
    assert!(score(&server, &[]).error(1).contains("not an htsget ticket"));
    // A part that is shorter than its range.
    let data = Server::new(|request| file(request, b"@HD\tVN:1.6\n", "e"));
    let ticket =
        format!(r#"{{"htsget":{{"urls":[{{"url":"{}","headers":{{"Range":"bytes=0-99"}}}}]}}}}"#, data.url("part"));
    let server = Server::new(move |_| Reply::of(200, ticket.clone()));
    let said = score(&server, &[]).error(1);
    assert!(said.contains("a part of it ends at byte 11, and should end at byte 100"), "{said}");
    // The token of a file goes to the server of tickets.
    let token = folder.write("token", "{\"access_token\": \"verysecret\"}");
    let server = Server::new(|request| match request.headers.get("authorization").map(String::as_str) {
        Some("Bearer verysecret") => Reply::of(404, "{}"),
        _ => Reply::of(401, "{}"),
    });
    let plain = ("HTS_ALLOW_UNENCRYPTED_AUTHORIZATION_HEADER", "I understand the risks");
    assert!(score(&server, &[("HTS_AUTH_LOCATION", &token)]).error(1).contains("401"), "not by plain HTTP");
    assert!(score(&server, &[("HTS_AUTH_LOCATION", &token), plain]).error(1).contains("404"));
}

#[test]
fn regions_are_asked_for_and_each_read_is_taken_once() {
    if !reads_addresses() || !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let (_, path) = reads(&folder);
    // As a server does it: whole blocks, so that records around the region come along.
    let local = path.clone();
    let data = Server::new(move |request| {
        let region = request.path().trim_start_matches('/').replace('_', ":");
        shell(&format!("samtools view -b -o {local}.part {local} '{{HLA-A*01}}:{region}'"));
        file(request, &std::fs::read(format!("{local}.part")).expect("a part"), "e")
    });
    let (url, whole) = (data.url(""), Server::of_folder(folder.root()));
    let all = whole.url("a.bam");
    let server = Server::new(move |request| {
        let query = request.target.split_once('?').map_or("", |(_, query)| query);
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        let part = match (value("referenceName"), value("start"), value("end")) {
            (Some("HLA-A%2A01"), Some(start), Some(end)) => {
                let (start, end): (u64, u64) = (start.parse().expect("a number"), end.parse().expect("a number"));
                format!("{url}{}-{}", start.saturating_sub(5000) + 1, end + 5000)
            }
            (None, None, None) => all.clone(),
            other => return Reply::of(400, format!("{other:?}")),
        };
        Reply::of(200, format!(r#"{{"htsget":{{"urls":[{{"url":"{part}"}}]}}}}"#))
    });
    let remote = server.url("reads/one?format=BAM").replace("http://", "htsget+http://");
    for regions in
        [&["-r", "{HLA-A*01}:50,001-50,400"][..], &["-r", "{HLA-A*01}:20,001-20,020", "-r", "{HLA-A*01}:20,041-20,060"]]
    {
        let score = |reads: &str| {
            with(&folder, &[], &[&["reads", reads, "-m", "exact:gc", "--quiet"], regions].concat()).good().stdout
        };
        let local = score(&path);
        assert_eq!(score(&remote), local);
        assert!(local.lines().count() > 2, "{local}");
    }
    let size = std::fs::metadata(&path).expect("a file").len();
    assert!(whole.sent("a.bam").1 <= 4 * size.min(64 << 10), "only the header is read of the whole file");
}
