//! The form of an answer: a regular expression that every prefix of the answer can still match.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use regex_automata::{
    Anchored, MatchKind,
    dfa::{
        Automaton, StartKind,
        dense::{self, DFA},
    },
    util::{primitives::StateID, start},
};

use crate::{
    error::{Error, Result},
    tokenize::text::Text,
};

/// Largest automaton of a form, in bytes.
const LIMIT: usize = 64 << 20;

/// A regular expression that the whole answer matches.
#[derive(Debug)]
pub(crate) struct Form {
    automaton: DFA<Vec<u32>>,
    /// Tokens that may follow in a state, found when they are first needed.
    allowed: Mutex<HashMap<StateID, Arc<[bool]>>>,
}

impl Form {
    /// From a regular expression, which the whole answer must match.
    pub(crate) fn new(pattern: &str) -> Result<Self> {
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .determinize_size_limit(Some(LIMIT))
            .dfa_size_limit(Some(LIMIT));
        let automaton = dense::Builder::new()
            .configure(config)
            .build(&format!("(?:{pattern})"))
            .map_err(|error| Error::Internal(format!("form {pattern}: {error}")))?;
        Ok(Self { automaton, allowed: Mutex::default() })
    }

    /// One of these texts.
    pub(crate) fn one_of<T: AsRef<str>>(texts: &[T]) -> Result<Self> {
        let texts: Vec<String> = texts.iter().map(|text| escaped(text.as_ref())).collect();
        Self::new(&texts.join("|"))
    }

    fn start(&self) -> Option<StateID> {
        let config = start::Config::new().anchored(Anchored::Yes);
        self.automaton.start_state(&config).ok()
    }

    fn after(&self, mut state: StateID, bytes: &[u8]) -> Option<StateID> {
        for &byte in bytes {
            state = self.automaton.next_state(state, byte);
            if self.automaton.is_dead_state(state) || self.automaton.is_quit_state(state) {
                return None;
            }
        }
        // The automaton reports a match one byte late: a state that has only matched leads to the end alone.
        Some(state)
    }

    fn complete(&self, state: StateID) -> bool {
        self.automaton.is_match_state(self.automaton.next_eoi_state(state))
    }

    /// Whether a byte can follow, or the answer is complete.
    fn alive(&self, state: StateID) -> bool {
        self.complete(state)
            || (0..=255u8).any(|byte| !self.automaton.is_dead_state(self.automaton.next_state(state, byte)))
    }

    fn tokens(&self, state: StateID, text: &Text) -> Arc<[bool]> {
        let mut known = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = known.entry(state).or_insert_with(|| {
            let complete = self.complete(state);
            let may = |id: usize| match text.bytes(id) {
                _ if text.stop().contains(&id) => complete,
                Some(bytes) if !bytes.is_empty() => self.after(state, bytes).is_some_and(|next| self.alive(next)),
                _ => false,
            };
            (0..text.size()).map(may).collect()
        });
        Arc::clone(tokens)
    }
}

/// A regular expression that matches this text alone. (`regex-syntax` has the same, and is not worth a dependency of our own.)
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// The state of an answer that is being written.
#[derive(Clone, Debug)]
pub(crate) struct State {
    form: Option<(Arc<Form>, Option<StateID>)>,
}

impl State {
    /// At the beginning of an answer.
    pub(crate) fn new(form: Option<Arc<Form>>) -> Self {
        Self { form: form.map(|form| (Arc::clone(&form), form.start())) }
    }

    /// Which tokens may follow; `None`: all. If none may, the answer ends.
    pub(crate) fn allowed(&self, text: &Text) -> Option<Arc<[bool]>> {
        let (form, state) = self.form.as_ref()?;
        let tokens = state.map(|state| form.tokens(state, text));
        match tokens {
            Some(tokens) if tokens.contains(&true) => Some(tokens),
            _ => {
                let mut end = vec![false; text.size()];
                text.stop().iter().for_each(|&id| end[id] = true);
                Some(end.into())
            }
        }
    }

    /// These bytes follow.
    pub(crate) fn advance(&mut self, bytes: &[u8]) {
        if let Some((form, state)) = &mut self.form {
            *state = state.and_then(|state| form.after(state, bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(form: &Form, text: &str) -> bool {
        form.start().and_then(|state| form.after(state, text.as_bytes())).is_some_and(|state| form.complete(state))
    }

    fn may_go_on(form: &Form, text: &str) -> bool {
        form.start().and_then(|state| form.after(state, text.as_bytes())).is_some_and(|state| form.alive(state))
    }

    #[test]
    fn a_form_holds_the_whole_answer() {
        let odd = r##"<a> b>c x=1 "q" 's' .*+?()|[]{}^$#&-~\/%@!;:,`é"##;
        assert!(matches(&Form::one_of(&[odd]).expect("a form"), odd));
        let form = Form::one_of(&["donor", "donor site", "C14orf(2)"]).expect("a form");
        assert!(matches(&form, "donor") && matches(&form, "donor site") && matches(&form, "C14orf(2)"));
        assert!(!matches(&form, "donor si") && !matches(&form, "") && !matches(&form, "a donor"));
        assert!(may_go_on(&form, "donor s") && !may_go_on(&form, "donor x") && !may_go_on(&form, "donor site "));
        let number = Form::new(r"0\.[0-9]{3}|1\.000").expect("a form");
        assert!(matches(&number, "0.377") && matches(&number, "1.000"));
        assert!(!matches(&number, "0.3777") && !may_go_on(&number, "1.1") && !may_go_on(&number, "0.3777"));
        let long = Form::new("[ACGT]{1000}").expect("a form");
        assert!(matches(&long, &"ACGT".repeat(250)) && !matches(&long, &"ACGT".repeat(251)));
    }
}
