//! The elements of an XML file that stand for records, one at a time.

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
};

use quick_xml::{Reader, events::Event};

use crate::{
    error::{Error, Result},
    read::MAX_LINE,
};

/// Elements inside of one another, at most: Orphanet's classifications have about 30 levels, of three elements each.
const DEEPEST: usize = 1000;

/// An element with all that is in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Its name.
    pub name: String,
    /// Its attribute `id`; empty if there is none.
    pub id: String,
    /// Its own text, without blanks around it.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// The first element at the end of a path; `None` if there is none.
    pub(super) fn find(&self, path: &[&str]) -> Option<&Self> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        self.children.iter().filter(|child| child.name == *first).find_map(|child| child.find(rest))
    }

    /// The text at the end of a path; empty if there is none.
    pub(super) fn text(&self, path: &[&str]) -> &str {
        self.find(path).map_or("", |element| element.text.as_str())
    }

    /// The elements called `item` inside of the one called `list`.
    pub(super) fn items<'a>(&'a self, list: &str, item: &'a str) -> impl Iterator<Item = &'a Self> {
        let list = self.find(&[list]).map_or(&[][..], |list| list.children.as_slice());
        list.iter().filter(move |child| child.name == item)
    }
}

/// An element that stands for a record.
#[derive(Debug)]
pub(super) struct Record {
    /// The element.
    pub element: Element,
    /// Number of the elements around it that are called `node`.
    pub level: usize,
}

/// Reads the elements called `name` of an XML file. Those inside of one another belong to the outermost one.
pub(super) struct Records {
    reader: Reader<Limited>,
    place: String,
    name: &'static str,
    /// Elements called this are counted for [`Record::level`].
    node: &'static str,
    path: Vec<String>,
    buffer: Vec<u8>,
    done: bool,
    /// Records that were read and given back.
    ready: VecDeque<Record>,
}

/// The root of an XML file: its name and attributes.
pub(super) type Root = (String, Vec<(String, String)>);

impl Records {
    /// Begins to read a file, to its root.
    pub(super) fn open(
        reader: Box<dyn BufRead + Send>,
        place: String,
        name: &'static str,
        node: &'static str,
    ) -> Result<(Self, Root)> {
        let mut reader = Reader::from_reader(Limited { inner: reader, left: MAX_LINE });
        reader.config_mut().expand_empty_elements = true;
        let (path, buffer, ready) = (Vec::new(), Vec::new(), VecDeque::new());
        let mut records = Self { reader, place, name, node, path, buffer, done: false, ready };
        loop {
            records.buffer.clear();
            let event = records.reader.read_event_into(&mut records.buffer);
            let event = event.map_err(|error| Error::input(&records.place, format!("it is not XML: {error}")))?;
            match event {
                Event::Start(start) => {
                    let decoder = start.decoder();
                    let text = |bytes: &[u8]| decoder.decode(bytes).map(|text| text.into_owned()).unwrap_or_default();
                    let root = text(start.name().as_ref());
                    let attributes = start.attributes().filter_map(std::result::Result::ok);
                    let attributes = attributes.map(|one| (text(one.key.as_ref()), text(&one.value))).collect();
                    records.path.push(root.clone());
                    return Ok((records, (root, attributes)));
                }
                Event::Eof => return Err(Error::input(&records.place, "it is XML without elements")),
                _ => {}
            }
        }
    }

    /// Gives a record back, which is read again.
    pub(super) fn put_back(&mut self, record: Record) {
        self.ready.push_front(record);
    }

    /// The next record; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Record>> {
        if let Some(record) = self.ready.pop_front() {
            return Ok(Some(record));
        }
        if self.done {
            return Ok(None);
        }
        let mut open: Vec<Element> = Vec::new();
        loop {
            self.buffer.clear();
            if open.is_empty() {
                self.reader.get_mut().left = MAX_LINE;
            }
            let event = self.reader.read_event_into(&mut self.buffer);
            let wrong = |what: String| {
                Error::input(&self.place, format!("it is not XML at byte {}: {what}", self.reader.buffer_position()))
            };
            match event.map_err(|error| wrong(error.to_string()))? {
                Event::Start(start) => {
                    let decoder = start.decoder();
                    let text = |bytes: &[u8]| decoder.decode(bytes).map(|text| text.into_owned());
                    let name = text(start.name().as_ref()).map_err(|error| wrong(error.to_string()))?;
                    if self.path.len() + open.len() >= DEEPEST {
                        return Err(wrong(format!("more than {DEEPEST} elements are inside of one another")));
                    }
                    if !open.is_empty() || name == self.name {
                        let id = start.try_get_attribute("id").ok().flatten();
                        let id = id.and_then(|id| text(&id.value).ok()).unwrap_or_default();
                        open.push(Element { name, id, ..Element::default() });
                    } else {
                        self.path.push(name);
                    }
                }
                Event::Text(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text.xml10_content().map_err(|error| wrong(error.to_string()))?);
                    }
                }
                Event::CData(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text.xml10_content().map_err(|error| wrong(error.to_string()))?);
                    }
                }
                Event::GeneralRef(reference) => {
                    if let Some(element) = open.last_mut() {
                        let name = reference.decode().map_err(|error| wrong(error.to_string()))?;
                        let letter = reference.resolve_char_ref().map_err(|error| wrong(error.to_string()))?;
                        match (letter, quick_xml::escape::resolve_predefined_entity(&name)) {
                            (Some(letter), _) => element.text.push(letter),
                            (None, Some(text)) => element.text.push_str(text),
                            (None, None) => return Err(wrong(format!("nothing says what &{name}; means"))),
                        }
                    }
                }
                Event::End(_) => match open.pop() {
                    Some(mut element) => {
                        element.text = element.text.trim().to_string();
                        match open.last_mut() {
                            Some(outer) => outer.children.push(element),
                            None => {
                                let level = self.path.iter().filter(|name| *name == self.node).count();
                                return Ok(Some(Record { element, level }));
                            }
                        }
                    }
                    None => {
                        self.path.pop();
                    }
                },
                Event::Eof if self.path.is_empty() && open.is_empty() => {
                    self.done = true;
                    return Ok(None);
                }
                Event::Eof => return Err(wrong("the file is cut off".into())),
                _ => {}
            }
        }
    }
}

/// A reader that fails where more than `left` bytes are read: a file that is one endless text must not fill the memory.
struct Limited {
    inner: Box<dyn BufRead + Send>,
    left: usize,
}

impl Read for Limited {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.left = self.left.saturating_sub(count);
        Ok(count)
    }
}

impl BufRead for Limited {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a record is longer than 256 MiB"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.inner.consume(count);
    }
}
