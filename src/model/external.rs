//! Weights in files beside a network (ONNX' external data, which PyTorch writes by default).
//!
//! A network names such a file by a path, which may be any. Here it must be the name of a file in the folder that the card lists with its
//! digest, so that nothing outside of the folder is read and nothing in it that was changed.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    card::Card,
    engine::{DataFile, NetworkFile},
    protobuf::{self, Message, next_field},
};
use crate::error::{Error, Result};

/// A tensor's `data_location` and `external_data` (onnx.proto), and the `raw_data` that they stand for.
const LOCATION: u64 = 14;
const EXTERNAL: u64 = 13;
const RAW: u64 = 9;

/// Where the values of a tensor are.
#[derive(Default)]
struct Place {
    file: String,
    offset: usize,
    /// To the end of the file, if there is none.
    length: Option<usize>,
}

/// The place of a tensor's values, if they are in another file.
fn place(mut tensor: &[u8]) -> Result<Option<Place>, String> {
    let (mut external, mut place) = (false, Place::default());
    while !tensor.is_empty() {
        let field = next_field(&mut tensor)?;
        match field.number {
            LOCATION => external = field.varint == 1,
            EXTERNAL if field.is_bytes => {
                let (key, value) = entry(field.value)?;
                let number =
                    || value.parse::<usize>().map_err(|_| format!("its external data has the {key} \"{value}\""));
                match key {
                    "location" => place.file = value.into(),
                    "offset" => place.offset = number()?,
                    "length" => place.length = Some(number()?),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    Ok(external.then_some(place))
}

/// Key and value of an entry.
fn entry(mut bytes: &[u8]) -> Result<(&str, &str), String> {
    let (mut key, mut value) = ("", "");
    while !bytes.is_empty() {
        let field = next_field(&mut bytes)?;
        let text = std::str::from_utf8(field.value).map_err(|_| "its external data is not named by UTF-8 text")?;
        match field.number {
            1 => key = text,
            2 => value = text,
            _ => {}
        }
    }
    Ok((key, value))
}

/// Calls `each` with every tensor of a message.
fn tensors(
    mut bytes: &[u8],
    message: Message,
    each: &mut dyn FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    if message == Message::Tensor {
        return each(bytes);
    }
    while !bytes.is_empty() {
        let field = next_field(&mut bytes)?;
        if field.is_bytes
            && let Some(inner) = message.field(field.number)
        {
            tensors(field.value, inner, each)?;
        }
    }
    Ok(())
}

/// The files that a network names, and how many bytes of each it reads.
pub(super) fn named(network: &[u8]) -> Result<BTreeMap<String, u64>, String> {
    protobuf::check(network)?;
    let mut files = BTreeMap::new();
    tensors(network, Message::Model, &mut |tensor| {
        if let Some(Place { file, offset, length }) = place(tensor)? {
            let end: &mut u64 = files.entry(file).or_default();
            *end = (*end).max((offset as u64).saturating_add(length.unwrap_or(0) as u64));
        }
        Ok(())
    })?;
    Ok(files)
}

/// Bytes of a file with weights.
fn len_of(network: &NetworkFile, name: &str) -> Option<u64> {
    match &network.on_disk {
        Some(on_disk) => on_disk.files.iter().find(|(path, ..)| path.ends_with(name)).map(|(_, len, _)| *len),
        None => network.data.iter().find(|data| data.name == name).map(|data| data.bytes.len() as u64),
    }
}

/// Refuses a network that names a file which the card does not list. The files that it does not name are let go.
pub(super) fn check(file: &mut NetworkFile, card: &Card) -> Result<()> {
    let names = named(&file.bytes).map_err(|problem| Error::model(&file.place, problem))?;
    for (name, &end) in &names {
        let wrong = |problem: String| Err(Error::model(&file.place, problem));
        if name.contains(['/', '\\']) || name.starts_with('.') || name.is_empty() {
            return wrong(format!("its weights are in \"{name}\", which is not the name of a file in the folder"));
        }
        if !card.files.data.contains(name) {
            let hint = format!("add `data: [{name}]` and its sha256 to `files` in the card");
            return wrong(format!("its weights are in {name}, which the card does not list"))
                .map_err(|error| error.with_hint(hint));
        }
        if let Some(len) = len_of(file, name).filter(|len| *len < end) {
            return wrong(format!("{name} has {len} bytes, fewer than the {end} that the network reads of it"));
        }
    }
    file.data.retain(|data| names.contains_key(&data.name));
    Ok(())
}

/// The network with all weights inside, for an engine that reads one file.
pub(super) fn inlined(file: NetworkFile) -> Result<Cow<'static, [u8]>> {
    if file.data.is_empty() {
        return Ok(file.bytes);
    }
    let mut out = Vec::with_capacity(file.bytes.len() + file.data.iter().map(|data| data.bytes.len()).sum::<usize>());
    copy(&file.bytes, Message::Model, &file.data, &mut out).map_err(|problem| Error::model(&file.place, problem))?;
    Ok(out.into())
}

/// Appends a message in which tensors hold their values.
fn copy(mut bytes: &[u8], message: Message, data: &[DataFile], out: &mut Vec<u8>) -> Result<(), String> {
    let external = if message == Message::Tensor { place(bytes)? } else { None };
    while !bytes.is_empty() {
        let field = next_field(&mut bytes)?;
        match message.field(field.number).filter(|_| field.is_bytes) {
            _ if external.is_some() && [LOCATION, EXTERNAL, RAW].contains(&field.number) => {}
            Some(Message::Leaf) | None => out.extend_from_slice(field.all),
            Some(inner) => {
                let mut value = Vec::new();
                copy(field.value, inner, data, &mut value)?;
                append(field.number, &value, out);
            }
        }
    }
    if let Some(place) = external {
        append(RAW, values(&place, data)?, out);
    }
    Ok(())
}

fn values<'a>(place: &Place, data: &'a [DataFile]) -> Result<&'a [u8], String> {
    let Place { file, offset, length } = place;
    let bytes = data.iter().find(|data| data.name == *file).map(|data| &data.bytes[..]);
    let bytes = bytes.ok_or_else(|| format!("its weights are in {file}, which was not read"))?;
    let rest = bytes.get(*offset..);
    let part = match length {
        Some(length) => rest.and_then(|rest| rest.get(..*length)),
        None => rest,
    };
    part.ok_or_else(|| format!("{file} has {} bytes, fewer than the network reads of it", bytes.len()))
}

fn append(field: u64, value: &[u8], out: &mut Vec<u8>) {
    let mut number = |mut number: u64| {
        while number >= 0x80 {
            out.push(number as u8 | 0x80);
            number >>= 7;
        }
        out.push(number as u8);
    };
    number(field << 3 | 2);
    number(value.len() as u64);
    out.extend_from_slice(value);
}
