//! Orphanet's packets as rows: each row is one packet, a JSON text; from a tar archive of many, or from a file that is one.

use std::io::{self, BufRead, Read};

use csv::StringRecord;

use super::Opened;
use crate::{
    error::{Error, Result, describe},
    genes::sources::TableKind,
};

/// Largest packet, in bytes.
const LARGEST: u64 = 64 << 20;

/// What a packet has, and no other file.
const MARK: &str = "\"Orphapacket\"";

/// Whether a file that begins with these bytes is a tar archive (POSIX.1-1988, ustar: `magic` at byte 257).
pub(super) fn is_archive(start: &[u8]) -> bool {
    start.get(257..262) == Some(b"ustar")
}

/// Whether a file that begins with these bytes is one packet.
pub(super) fn is_packet(start: &[u8]) -> bool {
    String::from_utf8_lossy(start).contains(MARK)
}

/// Opens an archive of packets.
pub(super) fn open_archive(mut reader: Box<dyn BufRead + Send>, place: &str) -> Result<Opened> {
    let Some(first) = next_packet(&mut reader, place)? else {
        return Err(Error::input(place, "it is a tar archive without Orphanet's packets (files that end in .json)"));
    };
    let place = place.to_string();
    let lead = release_of(&first);
    let mut ready = Some(first);
    let rows = std::iter::from_fn(move || {
        let packet = match ready.take() {
            Some(packet) => Some(packet),
            None => match next_packet(&mut reader, &place) {
                Ok(packet) => packet,
                Err(error) => return Some(Err(error)),
            },
        };
        packet.map(|text| Ok(StringRecord::from(vec![text])))
    });
    Ok(Opened { kind: TableKind::OrphanetPackets, lead, columns: vec!["packet".into()], rows: Box::new(rows) })
}

/// Opens a file that is one packet.
pub(super) fn open_packet(reader: Box<dyn BufRead + Send>, place: &str) -> Result<Opened> {
    let mut text = String::new();
    let count = reader.take(LARGEST + 1).read_to_string(&mut text);
    if count.map_err(|error| Error::input(place, describe(&error)))? as u64 > LARGEST {
        return Err(Error::input(place, "the packet is larger than 64 MiB"));
    }
    let lead = release_of(&text);
    let rows = std::iter::once(Ok(StringRecord::from(vec![text])));
    Ok(Opened { kind: TableKind::OrphanetPackets, lead, columns: vec!["packet".into()], rows: Box::new(rows) })
}

/// The day on which a packet was made, as tables give their release.
fn release_of(packet: &str) -> Vec<String> {
    let date = packet.split("\"creationDate\"").nth(1).and_then(|rest| rest.split('"').nth(1));
    let day = date.and_then(|date| date.split_whitespace().next());
    day.map(|day| vec![format!("#version: {day}")]).unwrap_or_default()
}

/// The next packet of an archive; `None` at its end.
///
/// The library reads an archive with all its entries borrowed from it, so each entry is read as the first of what is left.
fn next_packet(reader: &mut Box<dyn BufRead + Send>, place: &str) -> Result<Option<String>> {
    let wrong = |error: &io::Error| Error::input(place, format!("the tar archive is damaged: {}", describe(error)));
    loop {
        let (size, packet) = {
            let mut archive = tar::Archive::new(&mut *reader);
            let mut entries = archive.entries().map_err(|error| wrong(&error))?;
            let Some(entry) = entries.next() else { break };
            let entry = entry.map_err(|error| wrong(&error))?;
            let path = entry.path().map(|path| path.display().to_string()).unwrap_or_default();
            let (size, is_file) = (entry.size(), entry.header().entry_type().is_file());
            if size > LARGEST {
                return Err(Error::input(place, format!("{path} in it is larger than 64 MiB")));
            }
            let mut bytes = Vec::new();
            entry.take(LARGEST).read_to_end(&mut bytes).map_err(|error| wrong(&error))?;
            if bytes.len() as u64 != size {
                return Err(Error::input(place, format!("the tar archive is cut off in {path}")));
            }
            let is_packet = is_file && path.ends_with(".json");
            let text = String::from_utf8(bytes);
            (size, if is_packet { Some((path, text)) } else { None })
        };
        // Entries fill whole blocks of 512 bytes.
        let rest = size.next_multiple_of(512) - size;
        io::copy(&mut reader.by_ref().take(rest), &mut io::sink()).map_err(|error| wrong(&error))?;
        match packet {
            Some((path, Err(_))) => return Err(Error::input(place, format!("{path} in it is not UTF-8 text"))),
            Some((path, Ok(text))) if !text.contains(MARK) => {
                return Err(Error::input(place, format!("{path} in it is not one of Orphanet's packets")));
            }
            Some((_, Ok(text))) => return Ok(Some(text)),
            None => {}
        }
    }
    // What follows the last entry is read too: the file's checksum is of all of it.
    io::copy(reader, &mut io::sink()).map_err(|error| wrong(&error))?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, text) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, path, text.as_bytes()).expect("appended");
        }
        builder.into_inner().expect("an archive")
    }

    fn rows(bytes: Vec<u8>) -> Result<(Vec<String>, Vec<String>)> {
        assert!(is_archive(&bytes));
        let opened = open_archive(Box::new(io::Cursor::new(bytes)), "made up")?;
        let rows: Result<Vec<String>> =
            opened.rows.map(|row| Ok(row?.get(0).unwrap_or_default().to_string())).collect();
        Ok((opened.lead, rows?))
    }

    #[test]
    fn packets_come_one_by_one() {
        let long = format!("json/{}.json", "x".repeat(150));
        let packet = |n: usize| {
            format!("{{\"Orphapacket\":{{\"creationDate\":\"2025-12-0{n} 10:00\",\"x\":\"{}\"}}}}", "y".repeat(500 * n))
        };
        let (one, two) = (packet(1), packet(2));
        let bytes = archive(&[("README.md", "none"), ("json/1.json", &one), (&long, &two)]);
        let (lead, all) = rows(bytes.clone()).expect("rows");
        assert_eq!((lead, all), (vec!["#version: 2025-12-01".to_string()], vec![one, two]));
        let cut = rows(bytes[..bytes.len() - 2500].to_vec()).expect_err("cut off");
        assert!(cut.to_string().contains("archive"), "{cut}");
        for (files, why) in
            [(vec![("a.txt", "b")], "without Orphanet's packets"), (vec![("a.json", "{}")], "a.json in it is not one")]
        {
            let error = rows(archive(&files)).expect_err("refused");
            assert!(error.to_string().contains(why), "{error}");
        }
    }
}
