//! Networks whose answer is a vector: the states of the last layer, of a whole window or of each base.

use super::{
    answer::{Answerer, Answers},
    card::{Card, EmbedRule, Per, Pool},
    encoded_rows::{EncodedRows, join_strands, located},
    engine::WindowModel,
    inputs::{self, CallInput},
};
use crate::{
    batch::{Encoded, Input, Rows, Token},
    error::{Error, Result},
    head::Heads,
    tokenize::Packer,
};

/// Answers batches with vectors.
pub(super) struct EmbedNetwork {
    /// Their vectors are averaged.
    members: Vec<Box<dyn WindowModel>>,
    heads: Heads,
    card: Card,
    rule: EmbedRule,
    packer: Packer,
}

impl EmbedNetwork {
    /// From a checked card of kind embed.
    pub(super) fn new(card: &Card, rule: &EmbedRule, members: Vec<Box<dyn WindowModel>>) -> Self {
        Self { members, heads: Heads::new(card), card: card.clone(), rule: rule.clone(), packer: Packer::new(card, 1) }
    }

    /// Adds the vectors of a row to `out`: `states` are those of its tokens, or one that is pooled already.
    ///
    /// METHOD: a mean is over all tokens that are no padding, with the special ones, as the examples of DNABERT-2 and Nucleotide Transformer
    /// compute it; `bases` leaves the special ones out.
    fn add(&self, states: &[f32], tokens: &[Token], share: f64, out: &mut [f64]) {
        let width = self.rule.width;
        let state = |token: usize| &states[token * width..(token + 1) * width];
        let mut add = |state: &[f32], share: f64, place: usize| {
            let out = out[place * width..].iter_mut();
            out.zip(state).for_each(|(sum, &value)| *sum += f64::from(value) * share);
        };
        if self.rule.per == Per::Base {
            let left = self.card.window.left() as usize;
            let core = left..left + self.card.window.core as usize;
            let own = tokens.iter().enumerate().filter(|(_, token)| token.len > 0 && core.contains(&token.start));
            return own.for_each(|(at, token)| add(state(at), share, token.start - left));
        }
        let mean = |wanted: &dyn Fn(&Token) -> bool| {
            tokens.iter().enumerate().filter(|(_, token)| wanted(token)).map(|(at, _)| at).collect::<Vec<usize>>()
        };
        let pooled: Vec<usize> = match self.rule.pool {
            Pool::Mean => mean(&|_| true),
            Pool::Bases => mean(&|token| token.len > 0),
            Pool::First | Pool::None => vec![0],
            Pool::Last => vec![tokens.len().saturating_sub(1)],
        };
        pooled.iter().for_each(|&token| add(state(token), share / pooled.len() as f64, 0));
    }

    /// Values of a token, or of a row, in the output of a call.
    fn check(&self, values: usize, call_rows: usize, len: usize) -> Result<usize> {
        let places = if self.rule.pool == Pool::None { 1 } else { len };
        let width = self.rule.width;
        match values == call_rows * places * width {
            true => Ok(places * width),
            false => Err(Error::model(
                &self.card.name,
                format!(
                    "its output has {values} values for {call_rows} rows; by the card it has {places} × {width} for each"
                ),
            )),
        }
    }
}

impl Answerer for EmbedNetwork {
    fn answer(&mut self, rows: &Rows, encoded: Option<&Encoded>) -> Result<Answers> {
        let encoded =
            encoded.ok_or_else(|| Error::Internal("a batch reached a network without being encoded".into()))?;
        self.packer.call_rows = encoded.call_rows;
        let encoded_rows = EncodedRows::of(&self.card, rows, self.heads.shape().columns);
        let ids: Vec<Vec<i64>> =
            encoded.tokens.iter().map(|tokens| tokens.iter().map(|token| token.id).collect()).collect();
        let lens: Vec<usize> = ids.iter().map(Vec::len).collect();
        let packed = self.packer.pack(&lens, |row| &ids[row]);
        let mut sums = vec![0.0; encoded_rows.scores()];
        let share = 1.0 / self.members.len().max(1) as f64;
        for call in &packed.calls {
            let inputs = inputs::of_call(&self.card, &packed, call);
            let inputs: Vec<Input<'_>> = inputs.iter().map(CallInput::as_input).collect();
            for member in 0..self.members.len() {
                let run = self.members[member].run(&inputs);
                let outputs = run.map_err(|error| located(&self.card, error, call, encoded_rows.strands()))?;
                let states = outputs.first().map_or(&[][..], Vec::as_slice);
                let of_row = self.check(states.len(), packed.call_rows, call.len)?;
                for (place, &row) in call.rows.iter().enumerate() {
                    let tokens = &encoded.tokens[row];
                    let skipped = if self.rule.pool == Pool::None {
                        0
                    } else {
                        self.packer.before(tokens.len(), call.len) * self.rule.width
                    };
                    let states = &states[place * of_row + skipped..(place + 1) * of_row];
                    self.add(states, tokens, share, &mut sums[encoded_rows.range(row)]);
                }
            }
        }
        let scores = sums.into_iter().map(|sum| sum as f32).collect();
        Ok(join_strands(&self.heads, scores, &encoded_rows))
    }
}
