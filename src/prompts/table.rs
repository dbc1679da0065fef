//! The tables of `genogloss ask`: answers, and the list of tasks.

use super::{Refusal, columns::ANSWERS, reader::Query, session::INVENTED, tasks::TASKS};
use crate::{
    error::Result,
    output::column::commented_header,
    pipeline::Outcome,
    session::{OutputWriter, Sink},
    skip::Skip,
};

/// Header of the table of answers.
pub(super) fn header() -> String {
    commented_header(ANSWERS)
}

impl Sink<Query> for OutputWriter {
    fn write(&mut self, mut query: Query, outcome: Outcome<'_>) -> Result<()> {
        let skipped = match &outcome {
            // The score of an answer that was cut off is not-a-number.
            Outcome::Answered(answers) if answers.scores(0)[0].is_nan() => {
                let refusal = match answers.evidence(0) {
                    invented if invented.starts_with(INVENTED) => Refusal::new(Skip::NoFact, invented),
                    _ => {
                        let detail = "the answer was truncated at its maximum number of tokens (--max-tokens)";
                        Refusal::new(Skip::TooLong, detail)
                    }
                };
                let skip = refusal.skip;
                query.refusal = Some(refusal);
                Some(skip)
            }
            Outcome::Answered(answers) => {
                self.counts.add_scores([answers.scores(0)[0]]);
                None
            }
            Outcome::Skipped(reason) => Some(*reason),
        };
        self.counts.query_written(skipped);
        self.counts.rows += 1;
        self.output.write_all(&line(&query, &outcome))
    }
}

/// The line of a prompt.
fn line(query: &Query, outcome: &Outcome<'_>) -> Vec<u8> {
    let mut line = Vec::new();
    let mut cell = |text: &str, end: u8| {
        // A cell holds no tabs or line ends, whatever a name or an answer holds.
        let clean = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        let start = line.len();
        line.extend(clean.collect::<String>().into_bytes());
        if line.len() == start {
            line.push(b'.');
        }
        line.push(end);
    };
    cell(&query.id, b'\t');
    cell(&query.task, b'\t');
    match (outcome, &query.refusal) {
        (Outcome::Answered(answers), None) => {
            cell(answers.text(0), b'\t');
            cell(&format!("{:.4}", answers.scores(0)[0]), b'\t');
            cell(&query.how, b'\t');
            cell(".", b'\t');
            cell(answers.evidence(0), b'\t');
        }
        (_, refusal) => {
            cell(".", b'\t');
            cell(".", b'\t');
            cell(&query.how, b'\t');
            let reason = refusal.as_ref().map(|refusal| format!("{}: {}", refusal.skip.word(), refusal.detail));
            cell(&reason.unwrap_or_default(), b'\t');
            cell(".", b'\t');
        }
    }
    cell(query.understood.as_deref().unwrap_or_default(), b'\n');
    line
}

/// The table of all tasks, which is a table of prompts too.
pub(crate) fn list_of_tasks() -> String {
    let mut text = String::from("task\tother names\tanswer\tprompt\n");
    for entry in &TASKS {
        let others = if entry.aliases.is_empty() { ".".into() } else { entry.aliases.join(", ") };
        text.push_str(&format!("{}\t{others}\t{}\t{}\n", entry.name, entry.answer, entry.example()));
    }
    text
}
