//! Columns of answers to prompts.

use crate::output::column::{Column, ColumnTable, DOUBLE, INTEGER, column};

/// The table of answers.
pub(crate) const ANSWERS: &[Column] = &[
    column(
        &["id"],
        "id of the prompt: from the column id of the table, the name of the record, or the number of the line or argument",
    ),
    column(&["task"], "name of the task; . if unknown"),
    column(&["answer"], "the answer; . if there is none, or where the answer is that there is nothing"),
    column(
        &["confidence"],
        "1 for exact answers and for what sources state; for relations, the probability of the answer (unknown: that they are related); for classifiers, the probability of the answer; for the language model, that of the whole answer among all of its form; 4 decimals",
    )
    .of(DOUBLE),
    column(&["how"], "exact, knowledge base, or the name and version of the model that answered"),
    column(&["reason"], "reason why there is no answer, and what to do; . if there is an answer"),
    column(
        &["evidence"],
        "what an answer about genes is based on: sources, or estimate: and the evidence that was weighed and what it adds to the log odds; language model: a guess, no source; otherwise .",
    ),
    column(
        &["understood"],
        "the prompt that a plain sentence was understood as; . where the line is a prompt, or is not understood",
    ),
];

/// The table of vectors. The type of `vector` follows from the model.
pub(crate) const VECTORS: &[Column] = &[
    column(&["id"], "as in the table of answers"),
    column(&["prompt"], "the text that the model read: the prompt in its standard form, or the line as it is"),
    column(&["tokens"], "its tokens, without the one that begins every prompt").of(INTEGER),
    column(
        &["vector"],
        "mean over these tokens of the hidden states after the last layer, as a list of 32-bit floats; missing if there is none",
    ),
    column(&["skip"], "reason why there is no vector; missing if there is one"),
];

/// All formats.
pub(crate) const TABLES: &[ColumnTable] = &[
    ColumnTable { format: "tsv, parquet", columns: ANSWERS },
    ColumnTable { format: "parquet --vectors", columns: VECTORS },
];
