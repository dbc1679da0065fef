//! Exact tasks as answerers: functions of the bases, under the same commands and outputs as networks.

use super::{
    answer::{Answerer, Answers, Form},
    card::Column,
};
use crate::{
    batch::{Encoded, Rows},
    error::Result,
    exact::{Answer, Task},
    genome::Strand,
    head::Shape,
    number::Digits,
    skip::Skip,
};

/// Answers batches with an exact task.
pub(crate) struct Exact(pub Task);

/// The layout of this task's answers.
pub(crate) fn form(task: &Task) -> Form {
    let name = task.name();
    if matches!(task, Task::GcContent) {
        let column = Column {
            partner: 0,
            title: None,
            vector: None,
            name: "gc".into(),
            head: 0,
            label: "gc".into(),
            callable: true,
            has_threshold: true,
            threshold: 0.5,
            bin: None,
            strand: None,
            digits: Digits::Decimals,
        };
        return Form {
            shape: Shape { bins: 1, columns: 1 },
            columns: vec![column],
            bin: None,
            text: None,
            unanswered: Skip::UnknownBases,
        };
    }
    Form {
        shape: Shape { bins: 1, columns: 0 },
        columns: Vec::new(),
        bin: None,
        text: Some(name.to_string().replace('-', "_")),
        unanswered: Skip::TooShort,
    }
}

impl Answerer for Exact {
    fn answer(&mut self, rows: &Rows, _: Option<&Encoded>) -> Result<Answers> {
        let mut answers = Answers { strands: vec![Strand::Forward; rows.count()], ..Answers::default() };
        for index in 0..rows.count() {
            match self.0.answer(rows.row(index)) {
                Answer::Number(number) => answers.scores.push(number as f32),
                Answer::Text(text) => answers.texts.push(text),
                Answer::Missing if matches!(self.0, Task::GcContent) => answers.scores.push(f32::NAN),
                Answer::Missing => answers.texts.push(String::new()),
            }
        }
        Ok(answers)
    }
}
