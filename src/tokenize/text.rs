//! Prompts to token ids and token ids to text, by the `tokenizer.json` of a model that generates answers.
//!
//! The file has the rules: a hybrid tokenizer splits sequence, residues, numbers, labels and words each in its own way; one of
//! another language model splits everything by byte pairs. This module adds two things: the bytes of each token, so that an answer
//! can be restricted to a form while it is generated, and that a user's text never contains a special token.

use crate::{
    error::{Error, Result},
    model::{
        card::{Card, GenerateRule},
        folder::Folder,
    },
};

/// Tokenizer of a model of kind generate.
pub(crate) struct Text {
    tokenizer: tokenizers::Tokenizer,
    bytes: Vec<Option<Vec<u8>>>,
    begin: Option<i64>,
    stop: Vec<usize>,
    model: String,
}

impl Text {
    /// From a checked card and its folder.
    pub(crate) fn new(card: &Card, rule: &GenerateRule, folder: &Folder) -> Result<Self> {
        let file = card.files.tokenizer.as_deref().unwrap_or_default();
        let broken = |problem: &dyn std::fmt::Display| Error::model(folder.place(), format!("{file}: {problem}"));
        let raw = folder.verified(card, file)?;
        let mut tokenizer = super::library(&raw).map_err(|error| broken(&error))?;
        tokenizer.with_truncation(None).map_err(|error| broken(&error))?;
        tokenizer.with_padding(None);
        // `</s>` in a prompt is text, not the end token.
        tokenizer.set_encode_special_tokens(true);
        let about: serde_json::Value = serde_json::from_slice(&raw).map_err(|error| broken(&error))?;
        let spelling = Spelling::of(&about);
        let added = tokenizer.get_added_tokens_decoder();
        let size = tokenizer.get_vocab(true).values().max().map_or(0, |&most| most as usize + 1);
        let bytes = (0..size as u32)
            .map(|id| match added.get(&id) {
                Some(token) if token.special => None,
                Some(token) => Some(token.content.clone().into_bytes()),
                None => spelling.bytes(&tokenizer.id_to_token(id)?),
            })
            .collect();
        let known = |token: &String| {
            let id = tokenizer.token_to_id(token);
            id.ok_or_else(|| broken(&format!("there is no token {token}, which the card names")))
        };
        let begin = rule.begin.as_ref().map(known).transpose()?.map(i64::from);
        let stop = rule.stop.iter().map(|token| known(token).map(|id| id as usize)).collect::<Result<_>>()?;
        Ok(Self { tokenizer, bytes, begin, stop, model: card.name.clone() })
    }

    /// Ids of a prompt, after the token that starts every prompt.
    pub(crate) fn encode(&self, prompt: &str) -> Result<Vec<i64>> {
        let encoding = self
            .tokenizer
            .encode_fast(prompt, false)
            .map_err(|error| Error::model(&self.model, format!("tokenizer: {error}")))?;
        Ok(self.begin.into_iter().chain(encoding.get_ids().iter().map(|&id| i64::from(id))).collect())
    }

    /// Whether a token begins every prompt.
    pub(crate) fn has_begin(&self) -> bool {
        self.begin.is_some()
    }

    /// Text of ids, without special tokens. Bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn decode(&self, ids: impl IntoIterator<Item = usize>) -> String {
        let bytes: Vec<u8> =
            ids.into_iter().filter_map(|id| self.bytes.get(id)?.as_deref()).flatten().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The bytes of a token; `None` for special ones.
    pub(crate) fn bytes(&self, id: usize) -> Option<&[u8]> {
        self.bytes.get(id)?.as_deref()
    }

    /// Name of its model.
    pub(crate) fn model(&self) -> &str {
        &self.model
    }

    /// How many tokens there are.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Ids of the tokens that end an answer.
    pub(crate) fn stop(&self) -> &[usize] {
        &self.stop
    }
}

/// How the vocabulary of a `tokenizer.json` writes bytes.
enum Spelling {
    /// As GPT-2: every byte is one letter.
    ByteLevel,
    /// As Llama's: `▁` is a blank, `<0x0A>` a byte.
    Blanks,
}

impl Spelling {
    fn of(about: &serde_json::Value) -> Self {
        if about["decoder"].to_string().contains("\"ByteLevel\"") { Self::ByteLevel } else { Self::Blanks }
    }

    fn bytes(&self, token: &str) -> Option<Vec<u8>> {
        match self {
            Self::ByteLevel => token.chars().map(byte_of).collect(),
            Self::Blanks => {
                let hex = token.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>'));
                match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    Some(byte) => Some(vec![byte]),
                    None => Some(token.replace('▁', " ").into_bytes()),
                }
            }
        }
    }
}

/// The byte of a letter of a byte-level vocabulary: printable Latin letters are their own bytes, the other bytes are the letters
/// from U+0100 in order.
fn byte_of(letter: char) -> Option<u8> {
    let printable = |byte: u8| matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    match u32::from(letter) {
        code @ 0..=0xff => u8::try_from(code).ok().filter(|&byte| printable(byte)),
        code => (0..=255u8).filter(|&byte| !printable(byte)).nth(code.checked_sub(0x100)? as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_letter_of_its_own() {
        let bytes: std::collections::BTreeSet<u8> = (0..0x200).filter_map(char::from_u32).filter_map(byte_of).collect();
        assert_eq!(bytes.len(), 256);
        assert_eq!((byte_of('A'), byte_of('Ġ'), byte_of('Ċ')), (Some(b'A'), Some(b' '), Some(b'\n')));
    }
}
