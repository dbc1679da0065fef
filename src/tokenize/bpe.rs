//! Byte-pair encoding, and any other tokenizer that a `tokenizer.json` can describe.

use tokenizers::PostProcessor;

use super::{Tokenizer, broken};
use crate::{
    batch::Token,
    error::{Error, Result},
    model::{card::Card, folder::Folder},
};

pub(super) struct Bpe {
    tokenizer: tokenizers::Tokenizer,
    model: String,
}

impl Bpe {
    pub(super) fn new(card: &Card, folder: &Folder) -> Result<Self> {
        let file = card.files.tokenizer.as_deref().unwrap_or_default();
        let mut tokenizer = super::library(&folder.verified(card, file)?)
            .map_err(|error| broken(folder, file, format!("it is not a tokenizer: {error}")))?;
        // A tokenizer that truncates or pads rows would change answers silently: only the card may truncate.
        let cut = card.input.cut().map(|max_length| tokenizers::TruncationParams { max_length, ..Default::default() });
        tokenizer.with_truncation(cut).map_err(|error| broken(folder, file, error))?;
        // The tokens that are added to every row (at its start and its end) count.
        let added = tokenizer.get_post_processor().map_or(0, |post| post.added_tokens(false));
        super::check_room(card, folder, added)?;
        tokenizer.with_padding(None);
        Ok(Self { tokenizer, model: card.name.clone() })
    }

    fn failed(&self, error: impl std::fmt::Display) -> Error {
        Error::model(&self.model, format!("tokenizer: {error}"))
    }
}

/// The text of bases: upper case, U as T.
fn text(bases: &[u8]) -> String {
    String::from_utf8_lossy(bases).to_ascii_uppercase().replace('U', "T")
}

impl Tokenizer for Bpe {
    fn encode(&self, bases: &[u8], ids: &mut Vec<i64>) -> Result<()> {
        let encoding = self.tokenizer.encode_fast(text(bases), true).map_err(|error| self.failed(error))?;
        ids.extend(encoding.get_ids().iter().map(|&id| i64::from(id)));
        Ok(())
    }

    fn tokens(&self, bases: &[u8], tokens: &mut Vec<Token>) -> Result<()> {
        let encoding = self.tokenizer.encode(text(bases), true).map_err(|error| self.failed(error))?;
        let special = encoding.get_special_tokens_mask();
        let all = encoding.get_ids().iter().zip(encoding.get_offsets()).zip(special);
        tokens.extend(all.map(|((&id, &(start, end)), &special)| Token {
            id: i64::from(id),
            start,
            len: if special == 0 { end.saturating_sub(start) } else { 0 },
            known: true,
        }));
        Ok(())
    }

    fn is_slow(&self) -> bool {
        true
    }
}
