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
pub(super) fn open(reader: Box<dyn BufRead + Send>, place: &str) -> Result<Opened> {
    let mut lines = Lines { reader, line: Vec::new(), place: place.to_string(), is_in_term: false };
    let mut header: Vec<String> = Vec::new();
    let (mut named, mut first) = (None, None);
    while first.is_none() && header.len() < HEADER {
        let Some(text) = lines.next()? else { break };
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
            None => lines.next(),
        };
        Some(Ok(StringRecord::from(vec![match text {
            Ok(Some(text)) => text,
            Ok(None) => return None,
            Err(error) => return Some(Err(error)),
        }])))
    });
    Ok(Opened { kind: *kind, lead: Vec::new(), columns: vec!["line".into()], rows: Box::new(rows) })
}

/// The lines of a file.
struct Lines {
    reader: Box<dyn BufRead + Send>,
    line: Vec<u8>,
    place: String,
    /// Whether the last line read belongs to a term.
    is_in_term: bool,
}

impl Lines {
    /// The next line without its end; `None` at the end of the file. Refuses a file whose last line has no end and belongs to a term.
    fn next(&mut self) -> Result<Option<String>> {
        let ended = read::read_line_and_end(&mut self.reader, &mut self.line)
            .map_err(|error| Error::input(&self.place, describe(&error)))?;
        let Some(ended) = ended else { return Ok(None) };
        let text = String::from_utf8_lossy(&self.line).trim_end().to_string();
        if text.starts_with('[') {
            self.is_in_term = text == "[Term]";
        }
        if !ended && self.is_in_term {
            return Err(Error::input(&self.place, format!("it ends within a term, and within a line: {text:?}"))
                .with_hint("the file may be cut off: download it again"));
        }
        Ok(Some(text))
    }
}
