//! OBO files (OBO flat file format 1.4) as rows of one line each. Which ontology a file holds is known by its header, or by its first term.

use std::io::BufRead;

use csv::StringRecord;

use super::Opened;
use crate::{
    error::{Error, Result, describe},
    genes::sources::TableKind,
    read,
};

/// The ontologies that are read: how files name them, the prefix of their identifiers, and the table.
const ONTOLOGIES: [(&str, &str, TableKind); 2] =
    [("hp", "HP", TableKind::Ontology), ("mondo", "MONDO", TableKind::Mondo)];

/// Lines in which the first term is looked for.
const HEADER: usize = 10_000;

/// Whether a file that begins with these bytes is an OBO file.
pub(super) fn is_obo(start: &[u8]) -> bool {
    start.trim_ascii_start().starts_with(b"format-version:")
}

/// Opens an OBO file of HPO or MONDO.
pub(super) fn open(mut reader: Box<dyn BufRead + Send>, place: &str) -> Result<Opened> {
    let place = place.to_string();
    let mut header: Vec<String> = Vec::new();
    let (mut named, mut first) = (None, None);
    let mut line = Vec::new();
    while first.is_none() && header.len() < HEADER {
        let Some(text) = next_line(&mut reader, &mut line, &place)? else { break };
        if let Some(name) = text.strip_prefix("ontology:") {
            named = Some(name.trim().to_string());
        } else if let Some(id) = text.strip_prefix("id:") {
            first = id.trim().split_once(':').map(|(prefix, _)| prefix.to_string());
        }
        header.push(text);
    }
    let Some(prefix) = first else {
        return Err(Error::input(place, "it is an OBO file without a term"));
    };
    // http://purl.obolibrary.org/obo/mondo.owl, mondo/subsets/… and mondo name the same ontology.
    let named = named.unwrap_or_default().to_ascii_lowercase();
    let file = named.rsplit("/obo/").next().unwrap_or_default();
    let name = file.split(['/', '.']).next().unwrap_or_default();
    let is = |one: &&(&str, &str, TableKind)| if name.is_empty() { one.1 == prefix } else { one.0 == name };
    let Some((_, _, kind)) = ONTOLOGIES.iter().find(is) else {
        let name = if name.is_empty() { prefix.as_str() } else { name };
        let problem =
            format!("it is an OBO file of {name:?}, and those of HPO (hp.obo) and MONDO (mondo.obo) are read");
        return Err(Error::input(place, problem));
    };
    let mut ready = header.into_iter();
    let rows = std::iter::from_fn(move || {
        let text = match ready.next() {
            Some(text) => Ok(Some(text)),
            None => next_line(&mut reader, &mut line, &place),
        };
        Some(Ok(StringRecord::from(vec![match text {
            Ok(Some(text)) => text,
            Ok(None) => return None,
            Err(error) => return Some(Err(error)),
        }])))
    });
    Ok(Opened { kind: *kind, lead: Vec::new(), columns: vec!["line".into()], rows: Box::new(rows) })
}

/// The next line without its end; `None` at the end of the file.
fn next_line(reader: &mut dyn BufRead, line: &mut Vec<u8>, place: &str) -> Result<Option<String>> {
    let more = read::read_line(reader, line).map_err(|error| Error::input(place, describe(&error)))?;
    Ok(more.then(|| String::from_utf8_lossy(line).trim_end().to_string()))
}
