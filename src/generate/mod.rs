//! Answers of a language model, token by token: greedy, by beam search or by sampling, restricted to a form, many prompts at once.
//!
//! Prompts of similar length run together, padded on the left to a multiple of 32 tokens, and every call has as many rows as the card
//! says (padded with empty ones). So the answer to a prompt depends neither on the prompts beside it nor on their number. Memory is
//! rows × context: the cache of one call.
//!
//! [`form`] restricts an answer to a form: at every step only tokens that can still lead to an answer of that form are allowed, so an
//! answer is a label, a number or a sequence if the task asks for one.

pub(crate) mod form;

use std::sync::{Arc, atomic::Ordering};

use crate::{
    error::{Error, Result},
    interrupt::INTERRUPTED,
    model::engine::Decoder,
    tokenize::text::Text,
};
use form::{Form, State};

/// Prompts are padded to a multiple of this many tokens.
const BUCKET: usize = 32;

/// How the next token is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Strategy {
    /// The most probable one.
    Greedy,
    /// The most probable answer among this many kept at every step. [2, 64]
    Beam(usize),
    /// A token drawn at random.
    Sample(Sampling),
}

impl Strategy {
    /// Rows per prompt.
    fn beams(self) -> usize {
        if let Self::Beam(beams) = self { beams } else { 1 }
    }
}

/// How tokens are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sampling {
    /// Logits are divided by this: below 1, probable tokens are drawn more often; above 1, less often. (0, 10]
    pub temperature: f32,
    /// Only this many of the most probable tokens; 0: all.
    pub top_k: usize,
    /// Seed of the random numbers: the same seed gives the same answer to the same prompt.
    pub seed: u64,
}

/// One prompt.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Its tokens.
    pub ids: Vec<i64>,
    /// The form of the answer; `None`: any.
    pub form: Option<Arc<Form>>,
    /// Largest number of tokens of the answer.
    pub max_tokens: usize,
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Generated {
    /// Its tokens, without the one that ends it.
    pub ids: Vec<usize>,
    /// Natural logarithm of its probability among all answers of its form, its end included.
    pub log_probability: f64,
    /// It is complete; false if the limit of tokens cut it off.
    pub ended: bool,
}

/// A model that writes answers.
pub(crate) struct Generator {
    decoder: Box<dyn Decoder>,
    text: Arc<Text>,
    rows: usize,
    context: usize,
    padding: i64,
}

/// A row of a call: an answer that is being written.
struct Row {
    request: usize,
    state: State,
    answer: Generated,
    done: bool,
    chance: Chance,
}

impl Generator {
    /// `rows`: rows of every call; `context`: largest number of tokens of prompt and answer together.
    pub(crate) fn new(decoder: Box<dyn Decoder>, text: Arc<Text>, rows: usize, context: usize, padding: i64) -> Self {
        Self { decoder, text, rows, context, padding }
    }

    /// Answers all requests, in their order. A prompt that fills the context gets an empty answer.
    pub(crate) fn answer(&mut self, requests: &[Request], strategy: Strategy) -> Result<Vec<Generated>> {
        let mut order: Vec<usize> = (0..requests.len()).filter(|&index| !requests[index].ids.is_empty()).collect();
        let bucket = |index: usize| requests[index].ids.len().div_ceil(BUCKET);
        order.sort_by_key(|&index| bucket(index));
        let prompts = (self.rows / strategy.beams()).max(1);
        let mut answers = vec![Generated::default(); requests.len()];
        for same in order.chunk_by(|&a, &b| bucket(a) == bucket(b)) {
            for group in same.chunks(prompts) {
                self.call(requests, group, prompts, strategy, &mut answers)?;
            }
        }
        Ok(answers)
    }

    /// The mean of the hidden states of each prompt's own tokens, after the one that begins every prompt; `width` numbers. A prompt without
    /// tokens of its own has not-a-number.
    pub(crate) fn vectors(&mut self, prompts: &[Vec<i64>], width: usize) -> Result<Vec<Vec<f32>>> {
        let requests: Vec<Request> =
            prompts.iter().map(|ids| Request { ids: ids.clone(), form: None, max_tokens: 0 }).collect();
        let begin = usize::from(self.text.has_begin());
        let bucket = |index: usize| prompts[index].len().div_ceil(BUCKET);
        let mut order: Vec<usize> = (0..prompts.len()).filter(|&index| prompts[index].len() > begin).collect();
        order.sort_by_key(|&index| bucket(index));
        let mut vectors = vec![vec![f32::NAN; width]; prompts.len()];
        for same in order.chunk_by(|&a, &b| bucket(a) == bucket(b)) {
            for group in same.chunks(self.rows) {
                if INTERRUPTED.load(Ordering::Relaxed) {
                    return Err(Error::Interrupted);
                }
                let rows: Vec<Row> =
                    (0..self.rows).map(|place| Row::first(place, &requests, group, Strategy::Greedy)).collect();
                let input = StepInput::of_prompts(&rows, &requests, group.len(), self.padding);
                let mut states = Vec::new();
                self.decoder.start(self.rows)?;
                self.decoder.hidden(&input.ids, &input.positions, &input.mask.concat(), &mut states)?;
                let tokens = input.mask[0].len();
                if states.len() != self.rows * tokens * width {
                    let found = states.len() / (self.rows * tokens).max(1);
                    let problem = format!("its hidden states have {found} numbers a token, and its card says {width}");
                    return Err(Error::model(self.text.model(), problem));
                }
                // Padding is on the left, so the prompt's own tokens are the last ones.
                for (row, &index) in states.chunks_exact(tokens * width).zip(group) {
                    let own = prompts[index].len() - begin;
                    vectors[index] = mean(&row[(tokens - own) * width..], width);
                }
            }
        }
        Ok(vectors)
    }

    /// Answers the requests of `group` in one call, which has room for `prompts` of them.
    fn call(
        &mut self,
        requests: &[Request],
        group: &[usize],
        prompts: usize,
        strategy: Strategy,
        answers: &mut [Generated],
    ) -> Result<()> {
        let beams = strategy.beams();
        let count = prompts * beams;
        let mut rows: Vec<Row> = (0..count).map(|place| Row::first(place, requests, group, strategy)).collect();
        let mut input = StepInput::of_prompts(&rows, requests, group.len() * beams, self.padding);
        self.decoder.start(count)?;
        let (text, context) = (Arc::clone(&self.text), self.context);
        let limit = |row: &Row| {
            let request = &requests[row.request];
            request.max_tokens.min(context.saturating_sub(request.ids.len()))
        };
        let mut logits = Vec::new();
        while rows.iter().any(|row| !row.done) {
            let vocabulary = self.step(&input, count, &mut logits)?;
            let choices: Vec<Option<usize>> = match strategy {
                Strategy::Beam(_) => {
                    let chosen = beam_step(&mut rows, &logits, vocabulary, beams, &text);
                    let from: Vec<usize> = chosen.iter().map(|(from, _)| *from).collect();
                    self.decoder.reorder(&from)?;
                    input.mask = from.iter().map(|&row| input.mask[row].clone()).collect();
                    chosen.into_iter().map(|(_, token)| token).collect()
                }
                _ => rows
                    .iter_mut()
                    .zip(logits.chunks_exact(vocabulary))
                    .map(|(row, logits)| if row.done { None } else { row.next(logits, &text) })
                    .collect(),
            };
            for (row, choice) in rows.iter_mut().zip(&choices) {
                row.done |= choice.is_none() || row.answer.ids.len() >= limit(row);
            }
            input.advance(&choices, self.padding);
        }
        for (beams, &request) in rows.chunks(beams).zip(group) {
            // Beams are in order, best first; one that was cut off is not an answer if another ended.
            let best = beams.iter().find(|row| row.answer.ended).unwrap_or(&beams[0]);
            answers[request] = best.answer.clone();
        }
        Ok(())
    }

    /// Runs the network once for all `count` rows; returns the number of logits of a row.
    fn step(&mut self, input: &StepInput, count: usize, logits: &mut Vec<f32>) -> Result<usize> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        logits.clear();
        self.decoder.step(&input.ids, &input.positions, &input.mask.concat(), logits)?;
        let vocabulary = logits.len() / count;
        if vocabulary < self.text.size() {
            let size = self.text.size();
            let problem = format!("its tokenizer has {size} tokens, its network answers for {vocabulary}");
            return Err(Error::model(self.text.model(), problem)
                .with_hint("tokenizer.json and the network are not of the same model"));
        }
        Ok(vocabulary)
    }
}

/// What the network reads in one step.
struct StepInput {
    /// Tokens of all rows.
    ids: Vec<i64>,
    /// Their positions.
    positions: Vec<i64>,
    /// For each row, whether each token read so far counts (1) or is padding (0).
    mask: Vec<Vec<i64>>,
}

impl StepInput {
    /// The prompts of all rows, padded on the left. Rows from `used` on fill the call.
    fn of_prompts(rows: &[Row], requests: &[Request], used: usize, padding: i64) -> Self {
        let longest = requests[rows[0].request].ids.len().div_ceil(BUCKET) * BUCKET;
        let (mut ids, mut positions, mut mask) = (Vec::new(), Vec::new(), Vec::new());
        for (place, row) in rows.iter().enumerate() {
            let prompt = &requests[row.request].ids;
            // A row that fills the call reads one token: some networks give not-a-number for a row without tokens.
            let prompt = if place < used { &prompt[..] } else { &prompt[..1] };
            let gap = longest - prompt.len();
            ids.extend(std::iter::repeat_n(padding, gap).chain(prompt.iter().copied()));
            positions.extend(std::iter::repeat_n(0, gap).chain(0..prompt.len() as i64));
            mask.push([vec![0i64; gap], vec![1; prompt.len()]].concat());
        }
        Self { ids, positions, mask }
    }

    /// The tokens that were chosen; padding for a row without one.
    fn advance(&mut self, choices: &[Option<usize>], padding: i64) {
        self.ids.clear();
        self.positions.clear();
        for (choice, seen) in choices.iter().zip(&mut self.mask) {
            self.ids.push(choice.map_or(padding, |token| token as i64));
            self.positions.push(seen.iter().sum::<i64>());
            seen.push(i64::from(choice.is_some()));
        }
    }
}

impl Row {
    /// The row at `place` of a call for the requests of `group`, before its first token.
    fn first(place: usize, requests: &[Request], group: &[usize], strategy: Strategy) -> Self {
        let beams = strategy.beams();
        let request = group.get(place / beams).copied().unwrap_or(group[0]);
        let fills = place / beams >= group.len();
        let mut answer = Generated::default();
        // All beams of a prompt begin alike: only the first is continued.
        if !place.is_multiple_of(beams) {
            answer.log_probability = f64::NEG_INFINITY;
        }
        let Request { form, ids, .. } = &requests[request];
        Self { request, state: State::new(form.clone()), answer, done: fills, chance: Chance::new(strategy, ids) }
    }

    /// Chooses and adds the next token; `None` if the answer ends.
    fn next(&mut self, logits: &[f32], text: &Text) -> Option<usize> {
        let allowed = self.state.allowed(text);
        let total = log_total(logits, allowed.as_deref());
        let token = match &mut self.chance.0 {
            Some((sampling, random)) => sample(logits, allowed.as_deref(), *sampling, random),
            None => best(logits, allowed.as_deref()),
        };
        self.take(token, f64::from(logits[token]) - total, text)
    }

    fn take(&mut self, token: usize, log_probability: f64, text: &Text) -> Option<usize> {
        self.answer.log_probability += log_probability;
        if text.stop().contains(&token) {
            self.answer.ended = true;
            self.done = true;
            return None;
        }
        self.answer.ids.push(token);
        self.state.advance(text.bytes(token).unwrap_or_default());
        Some(token)
    }
}

/// The mean of vectors of `width` numbers, which follow one another.
fn mean(values: &[f32], width: usize) -> Vec<f32> {
    let count = (values.len() / width) as f64;
    let sum = |column: usize| values.iter().skip(column).step_by(width).map(|&value| f64::from(value)).sum::<f64>();
    (0..width).map(|column| (sum(column) / count) as f32).collect()
}

/// Logarithm of the sum of exp(logit) over the allowed tokens.
fn log_total(logits: &[f32], allowed: Option<&[bool]>) -> f64 {
    let may = |token: usize| allowed.is_none_or(|allowed| allowed.get(token).copied().unwrap_or(false));
    let values = || logits.iter().enumerate().filter(|(token, _)| may(*token)).map(|(_, &value)| f64::from(value));
    let largest = values().fold(f64::NEG_INFINITY, f64::max);
    largest + values().map(|value| (value - largest).exp()).sum::<f64>().ln()
}

/// The allowed token with the largest logit; the first of equals.
fn best(logits: &[f32], allowed: Option<&[bool]>) -> usize {
    let may = |token: usize| allowed.is_none_or(|allowed| allowed.get(token).copied().unwrap_or(false));
    let mut best = None;
    for (token, &value) in logits.iter().enumerate() {
        if may(token) && best.is_none_or(|(_, most)| value > most) {
            best = Some((token, value));
        }
    }
    best.map_or(0, |(token, _)| token)
}

/// The allowed tokens by logit, largest first; of equals the first.
fn ranked(logits: &[f32], allowed: Option<&[bool]>, most: usize) -> Vec<usize> {
    let may = |token: usize| allowed.is_none_or(|allowed| allowed.get(token).copied().unwrap_or(false));
    let mut tokens: Vec<usize> = (0..logits.len()).filter(|&token| may(token)).collect();
    let by_logit = |a: &usize, b: &usize| logits[*b].total_cmp(&logits[*a]).then(a.cmp(b));
    if most < tokens.len() {
        tokens.select_nth_unstable_by(most, by_logit);
        tokens.truncate(most);
    }
    tokens.sort_unstable_by(by_logit);
    tokens
}

fn sample(logits: &[f32], allowed: Option<&[bool]>, sampling: Sampling, random: &mut Random) -> usize {
    let most = if sampling.top_k == 0 { usize::MAX } else { sampling.top_k };
    let tokens = ranked(logits, allowed, most);
    let weight = |token: usize| (f64::from(logits[token] - logits[tokens[0]]) / f64::from(sampling.temperature)).exp();
    let mut left = random.next() * tokens.iter().map(|&token| weight(token)).sum::<f64>();
    for &token in &tokens {
        left -= weight(token);
        if left < 0.0 {
            return token;
        }
    }
    tokens[0]
}

/// One step of all prompts' beams: for each new row, the row it continues and its token (`None`: it has ended). The beams of a prompt
/// are in order, most probable first.
fn beam_step(
    rows: &mut Vec<Row>,
    logits: &[f32],
    vocabulary: usize,
    beams: usize,
    text: &Text,
) -> Vec<(usize, Option<usize>)> {
    let mut chosen = Vec::with_capacity(rows.len());
    let mut after: Vec<Row> = Vec::with_capacity(rows.len());
    for first in (0..rows.len()).step_by(beams) {
        // (log-probability of the whole, of the token, row, token)
        let mut candidates: Vec<(f64, f64, usize, Option<usize>)> = Vec::new();
        for (place, row) in rows.iter_mut().enumerate().skip(first).take(beams) {
            let so_far = row.answer.log_probability;
            if row.done {
                candidates.push((so_far, 0.0, place, None));
            } else if so_far > f64::NEG_INFINITY {
                let logits = &logits[place * vocabulary..(place + 1) * vocabulary];
                let allowed = row.state.allowed(text);
                let total = log_total(logits, allowed.as_deref());
                for token in ranked(logits, allowed.as_deref(), beams) {
                    let gain = f64::from(logits[token]) - total;
                    candidates.push((so_far + gain, gain, place, Some(token)));
                }
            }
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.2, a.3).cmp(&(b.2, b.3))));
        let dead = (f64::NEG_INFINITY, 0.0, first, None);
        candidates.resize(candidates.len().max(beams), dead);
        for &(whole, gain, place, token) in &candidates[..beams] {
            let old = &rows[place];
            let mut row = Row {
                request: old.request,
                state: old.state.clone(),
                answer: old.answer.clone(),
                done: old.done,
                chance: Chance(None),
            };
            let mut next = None;
            if whole == f64::NEG_INFINITY {
                row.answer.log_probability = whole;
                row.done = true;
            } else if let Some(token) = token {
                next = row.take(token, gain, text);
            }
            chosen.push((place, next));
            after.push(row);
        }
        // If the best beam has ended, no other can overtake it: each further token makes the others less probable.
        let group = after.len() - beams;
        if after[group].done {
            after[group..].iter_mut().for_each(|row| row.done = true);
        }
    }
    *rows = after;
    chosen
}

/// Random numbers of a row that is sampled: they depend on the seed and the prompt, not on the prompt's place.
struct Chance(Option<(Sampling, Random)>);

impl Chance {
    fn new(strategy: Strategy, ids: &[i64]) -> Self {
        Self(match strategy {
            Strategy::Sample(sampling) => {
                let mut random = Random(sampling.seed);
                for &id in ids {
                    random.0 ^= (id as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    random.next();
                }
                Some((sampling, random))
            }
            _ => None,
        })
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014). It is written here because its numbers decide answers: those of a library may change with its
/// version.
struct Random(u64);

impl Random {
    /// The next number, from 0 up to and without 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests;
