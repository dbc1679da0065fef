//! Byte-pair encoding, and anything else a `tokenizer.json` can say.

use tokenizers::PostProcessor;

use super::{Tokenizer, broken};
use crate::{
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
            .map_err(|error| broken(folder, file, format!("it is no tokenizer: {error}")))?;
        // Windows have a length of their own; a tokenizer that cuts or fills rows would change answers silently. The card may say so.
        let cut = card.input.cut().map(|max_length| tokenizers::TruncationParams { max_length, ..Default::default() });
        tokenizer.with_truncation(cut).map_err(|error| broken(folder, file, error))?;
        // What is added to every row (its beginning and its end) counts.
        let added = tokenizer.get_post_processor().map_or(0, |post| post.added_tokens(false));
        super::check_room(card, folder, added)?;
        tokenizer.with_padding(None);
        Ok(Self { tokenizer, model: card.name.clone() })
    }
}

impl Tokenizer for Bpe {
    fn encode(&self, bases: &[u8], ids: &mut Vec<i64>) -> Result<()> {
        let text = String::from_utf8_lossy(bases).to_ascii_uppercase().replace('U', "T");
        let encoding = self
            .tokenizer
            .encode_fast(text, true)
            .map_err(|error| Error::model(&self.model, format!("tokenizer: {error}")))?;
        ids.extend(encoding.get_ids().iter().map(|&id| i64::from(id)));
        Ok(())
    }

    fn is_slow(&self) -> bool {
        true
    }
}
