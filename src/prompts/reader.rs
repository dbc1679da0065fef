//! The reading side of `genogloss ask`: prompts are parsed, routed, and handed to the sessions.

use std::sync::Arc;

use super::{
    Refusal,
    grammar::Prompt,
    input::{PromptRecord, Source, Template},
    panel::Panel,
};
use crate::{
    counts::Counts,
    error::Result,
    pipeline::{Feed, Located},
    read::{InputReport, fasta::ContigReport},
    shards::territory::{RECORDS, Territory, Watch},
};

/// A prompt whose answer is written: its identifier, its task, and how it is answered or why it is not.
pub(crate) struct Query {
    pub(super) id: String,
    /// The task and its key; `.` if the prompt could not be parsed.
    pub(super) task: String,
    /// Name and version of what answers.
    pub(super) how: String,
    pub(super) refusal: Option<Refusal>,
}

impl Located for Query {
    fn place(&self) -> String {
        format!("prompt {}", self.id)
    }
}

/// Reads the prompts of one run.
pub(crate) struct PromptReader {
    /// Where they come from.
    pub(crate) source: Source,
    /// What is appended to sequences.
    pub(crate) template: Template,
    /// Who answers.
    pub(crate) panel: Arc<Panel>,
    /// The part of the prompts that this run answers; `None`: all.
    pub(crate) territory: Option<Territory>,
    /// Prompts that an earlier run has answered.
    pub(crate) done: u64,
}

/// What was read.
#[derive(Default)]
pub(crate) struct PromptsRead {
    /// Prompts and their bases.
    pub(crate) counts: Counts,
    /// The file of prompts, if there is one.
    pub(crate) input: Option<InputReport>,
    /// Contigs of the FASTA file that were used.
    pub(crate) contigs: Vec<ContigReport>,
}

impl PromptReader {
    /// Sends every prompt of this run to the sessions, or to the writer if it is refused.
    pub(crate) fn send_all(mut self, feed: &mut Feed<'_, Query>) -> Result<PromptsRead> {
        let (mut counts, mut number, mut watch) = (Counts::default(), 0u64, Watch::default());
        let place = self.source.place();
        let (input, contigs) = self.source.read(&self.template, &mut |record| {
            if let Some(own) = &self.territory {
                number += 1;
                if !watch.own(own, Some((RECORDS, number - 1)), &place)? {
                    return Ok(());
                }
            }
            counts.records_in += 1;
            counts.queries += 1;
            let parsed = Prompt::parse(&record.text);
            counts.bases += parsed.as_ref().ok().and_then(Prompt::bases).map_or(0, |bases| bases.len() as u64);
            if self.done > 0 {
                self.done -= 1;
                return Ok(());
            }
            send(&self.panel, record, parsed, feed)
        })?;
        Ok(PromptsRead { counts, input, contigs })
    }
}

fn send(
    panel: &Panel,
    record: PromptRecord,
    parsed: Result<Prompt, Refusal>,
    feed: &mut Feed<'_, Query>,
) -> Result<()> {
    let PromptRecord { id, text } = record;
    let task = parsed.as_ref().map_or_else(|_| ".".to_string(), Prompt::task_name);
    let routed = match parsed {
        Ok(prompt) => panel.route(&prompt)?.map(|means| (prompt, means)),
        Err(refusal) => Err(refusal),
    };
    match routed {
        Ok((prompt, means)) => {
            let query = Query { id, task, how: panel.how(&means)?, refusal: None };
            panel.keep(&text, prompt, means);
            feed.query(query, |rows| {
                rows.push(text.as_bytes());
                Ok(())
            })
        }
        Err(refusal) => {
            let skip = refusal.skip;
            feed.skip(Query { id, task, how: ".".into(), refusal: Some(refusal) }, skip)
        }
    }
}
