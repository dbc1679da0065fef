//! The reading side of `genogloss ask`: prompts are parsed, routed, and handed to the sessions.

use std::sync::Arc;

use super::{
    Refusal,
    grammar::Prompt,
    input::{PromptInput, PromptRecord},
    panel::{Panel, ReadLine},
};
use crate::{
    counts::InputCounts,
    error::Result,
    pipeline::{Feed, Located},
    session::{self, ReadSummary},
    shards::territory::{RECORDS, Territory, Watch},
    skip::Skip,
};

/// A prompt whose answer is written: its identifier, its task, and how it is answered or why it is not.
pub(super) struct Query {
    pub(super) id: String,
    /// The task and its key; `.` if the prompt could not be parsed.
    pub(super) task: String,
    /// Name and version of what answers.
    pub(super) how: String,
    pub(super) refusal: Option<Refusal>,
    /// The prompt that a plain sentence was understood as.
    pub(super) understood: Option<String>,
}

impl Located for Query {
    fn place(&self) -> String {
        format!("prompt {}", self.id)
    }
}

/// Reads the prompts of one run.
pub(super) struct PromptReader {
    pub(super) prompts: PromptInput,
    pub(super) panel: Arc<Panel>,
    /// The part of the prompts that this run answers; `None`: all.
    pub(super) territory: Option<Territory>,
}

impl session::Source for PromptReader {
    type Query = Query;

    fn read(self, mut done: u64, feed: &mut Feed<'_, Query>) -> Result<ReadSummary> {
        let (mut counts, mut number, mut watch) = (InputCounts::default(), 0u64, Watch::default());
        let place = self.prompts.source.place();
        let (input, contigs) = self.prompts.read(&mut |record| {
            if let Some(own) = &self.territory {
                number += 1;
                if !watch.own(own, Some((RECORDS, number - 1)), &place)? {
                    return Ok(());
                }
            }
            counts.records_in += 1;
            counts.queries += 1;
            let read = match &record.problem {
                Some(problem) => {
                    let refusal = Refusal::new(Skip::BadPrompt, problem.as_str());
                    ReadLine { parsed: Err(refusal), understood: None }
                }
                None => self.panel.read(&record.text)?,
            };
            let parsed = &read.parsed;
            counts.bases += parsed.as_ref().ok().and_then(Prompt::bases).map_or(0, |bases| bases.len() as u64);
            if done > 0 {
                done -= 1;
                return Ok(());
            }
            send(&self.panel, record, read, feed)
        })?;
        Ok(ReadSummary { counts, inputs: input.into_iter().collect(), contigs })
    }
}

/// Sends a prompt to the sessions, or to the writer if it is refused.
fn send(panel: &Panel, record: PromptRecord, read: ReadLine, feed: &mut Feed<'_, Query>) -> Result<()> {
    let ReadLine { parsed, understood } = read;
    let PromptRecord { id, text, .. } = record;
    let text = understood.clone().unwrap_or(text);
    let task = parsed.as_ref().map_or_else(|_| ".".to_string(), Prompt::task_name);
    let routed = match parsed {
        Ok(prompt) => panel.route(&prompt)?.map(|means| (prompt, means)),
        Err(refusal) => Err(refusal),
    };
    match routed {
        Ok((prompt, means)) => {
            let query = Query { id, task, how: panel.how(&means)?, refusal: None, understood };
            panel.keep(&text, prompt, means);
            feed.query(query, |rows| {
                rows.push(text.as_bytes());
                Ok(())
            })
        }
        Err(refusal) => {
            let refusal = refusal.without_long_names(&text);
            let skip = refusal.skip;
            feed.skip(Query { id, task, how: ".".into(), refusal: Some(refusal), understood }, skip)
        }
    }
}
