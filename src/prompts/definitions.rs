//! Answers that follow from a definition: exact functions of a sequence, and values of the prompt.

use crate::{
    exact::{self, GeneticCode, Letters},
    prompts::{grammar::Prompt, tasks::Task},
};

/// Whether a definition answers the task.
pub(super) fn is_defined(task: Task) -> bool {
    matches!(
        task,
        Task::GcContent
            | Task::Reverse
            | Task::Complement
            | Task::ReverseComplement
            | Task::Protein
            | Task::BackTranslation
            | Task::Transcription
            | Task::Length
            | Task::OpenReadingFrame
            | Task::Reading
    )
}

/// The answer; `None` if no base is known, or the task has no definition.
pub(super) fn defined(prompt: &Prompt) -> Option<String> {
    let bases = prompt.bases().unwrap_or_default().as_bytes();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Some(match prompt.task {
        Task::GcContent => format!("{:.3}", exact::gc_fraction(bases)?),
        Task::Reverse => text(exact::reverse(bases)),
        Task::Complement => text(exact::complement(bases)),
        Task::ReverseComplement => text(exact::reverse_complement(bases)),
        Task::Protein => exact::translate(bases, GeneticCode::STANDARD, Letters::Three),
        Task::BackTranslation => exact::back_translate(prompt.residues()?, GeneticCode::STANDARD)?,
        Task::Transcription => prompt.bases()?.replace('T', "U").replace('t', "u"),
        Task::Length => prompt.bases()?.len().to_string(),
        Task::OpenReadingFrame => {
            if exact::is_open_reading_frame(bases, GeneticCode::STANDARD) {
                "True".into()
            } else {
                "False".into()
            }
        }
        Task::Reading => prompt.value(prompt.key.as_deref()?)?.to_string(),
        _ => return None,
    })
}
