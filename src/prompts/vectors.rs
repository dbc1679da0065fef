//! `genogloss ask --vectors`: prompts and names as vectors, the mean of a language model's hidden states.

use std::sync::Arc;

use super::{
    columns::VECTORS,
    grammar::Prompt,
    input::{PromptInput, PromptRecord},
    panel::LanguageModel,
    run::{RunSettings, begin},
};
use crate::{
    batch::{Encoded, Rows},
    counts::InputCounts,
    error::{Error, Result},
    generate::Generator,
    head::Shape,
    model::{Answerer, Answers, card::HiddenRule, decoder, engine::no_hidden, registry},
    output::{
        column::{FieldKind, commented_header},
        manifest::ModelReport,
        parquet::{Field, fixed_fields},
    },
    pipeline::{self, Feed, Located, Outcome},
    session::{
        self, Layout, OutputWriter, ReadSummary, Request, Sink,
        load::{EngineSettings, announce, limit_threads},
    },
    shards::territory::{RECORDS, Territory, Watch},
    skip::Skip,
    tokenize::text::Text,
};

/// Prompts that are gathered before a session reads them.
const PROMPTS_PER_BATCH: usize = 256;

/// Writes the vector of each prompt.
pub(crate) fn write_vectors(
    request: Request,
    prompts: PromptInput,
    model: &str,
    engine: &EngineSettings,
    settings: RunSettings,
) -> Result<()> {
    let folder = registry::find(model, engine.models_dir.as_ref())?;
    let language = LanguageModel::open(folder, engine.accept_license)?;
    let LanguageModel { folder, card, rule, text } = &language;
    let HiddenRule { width, .. } = rule.hidden.as_ref().ok_or_else(|| no_hidden(&card.name))?;
    announce();
    let threads = limit_threads(settings.threads);
    let (decoders, report) = decoder::load(folder, card, engine.engine, engine.device, threads)?;
    let rows = card.run.call_rows(None, None);
    let session = |decoder| {
        let generator = Generator::new(decoder, Arc::clone(text), rows, rule.context, card.input.padding_id);
        Box::new(VectorSession { generator, text: Arc::clone(text), width: *width }) as Box<dyn Answerer>
    };
    let sessions = decoders.into_iter().map(session).collect();
    let report = ModelReport {
        name: card.name.clone(),
        version: card.version.clone(),
        sha256: card.networks_digest(),
        card_sha256: Some(card.sha256.clone()),
        license: card.license.clone(),
        engine: report,
    };
    let batch_rows = settings.batch_rows.min(PROMPTS_PER_BATCH);
    let run = begin(request, &prompts, report, threads, settings)?;
    let layout = Layout { fields: fields(*width), ..Layout::table(prompts.source.place(), VECTORS) };
    let output = run.create(&layout, commented_header(VECTORS).as_bytes())?;
    let counts = run.counts(std::iter::empty());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pipeline = pipeline::Settings {
        encoder: None,
        batch_rows,
        group: rows,
        shape: Shape { bins: 1, columns: *width },
        computed: *width,
        pool: Arc::new(pool.map_err(|error| Error::Internal(format!("threads: {error}")))?),
    };
    let territory = run.territory().cloned();
    let reader = VectorReader { prompts, text: Arc::clone(text), context: rule.context, width: *width, territory };
    run.run_sessions(&pipeline, sessions, reader, OutputWriter { output, counts })
}

/// The columns, where vectors have so many numbers.
fn fields(width: usize) -> Vec<Field> {
    let mut fields = fixed_fields(VECTORS);
    fields.iter_mut().filter(|field| field.name == "vector").for_each(|field| field.kind = FieldKind::Numbers(width));
    fields
}

/// A language model that reads prompts.
struct VectorSession {
    generator: Generator,
    text: Arc<Text>,
    width: usize,
}

impl Answerer for VectorSession {
    fn answer(&mut self, rows: &Rows, _: Option<&Encoded>) -> Result<Answers> {
        let ids = |row| self.text.encode(&String::from_utf8_lossy(rows.row(row)));
        let prompts = (0..rows.count()).map(ids).collect::<Result<Vec<_>>>()?;
        let scores = self.generator.vectors(&prompts, self.width)?.concat();
        Ok(Answers { scores, ..Answers::default() })
    }
}

/// A prompt whose vector is written.
struct Query {
    id: String,
    /// What the model reads.
    prompt: String,
    tokens: usize,
    /// Numbers of its vector.
    width: usize,
}

impl Located for Query {
    fn place(&self) -> String {
        format!("prompt {}", self.id)
    }
}

/// Reads the prompts of one run.
struct VectorReader {
    prompts: PromptInput,
    text: Arc<Text>,
    /// Most tokens of a prompt.
    context: usize,
    /// Numbers of a vector.
    width: usize,
    /// The part of the prompts that this run is for; `None`: all.
    territory: Option<Territory>,
}

impl session::Source for VectorReader {
    type Query = Query;

    fn read(self, mut done: u64, feed: &mut Feed<'_, Query>) -> Result<ReadSummary> {
        let Self { prompts, text, context, width, territory } = self;
        let (mut counts, mut number, mut watch) = (InputCounts::default(), 0u64, Watch::default());
        let place = prompts.source.place();
        let (input, contigs) = prompts.read(&mut |record| {
            if let Some(own) = &territory {
                number += 1;
                if !watch.own(own, Some((RECORDS, number - 1)), &place)? {
                    return Ok(());
                }
            }
            counts.records_in += 1;
            counts.queries += 1;
            if done > 0 {
                done -= 1;
                return Ok(());
            }
            send(record, &text, (context, width), feed)
        })?;
        Ok(ReadSummary { counts, inputs: input.into_iter().collect(), contigs })
    }
}

/// Sends a prompt to the sessions, or to the writer if it is too long.
fn send(record: PromptRecord, text: &Text, (context, width): (usize, usize), feed: &mut Feed<'_, Query>) -> Result<()> {
    let prompt = Prompt::parse(&record.text).map_or(record.text, |prompt| prompt.canonical());
    let ids = text.encode(&prompt)?.len();
    let tokens = ids - usize::from(text.has_begin());
    let query = Query { id: record.id, prompt, tokens, width };
    match tokens {
        0 => feed.skip(query, Skip::NoSequence),
        _ if ids > context => feed.skip(query, Skip::TooLong),
        _ => {
            let bytes = query.prompt.clone().into_bytes();
            feed.query(query, |rows| {
                rows.push(&bytes);
                Ok(())
            })
        }
    }
}

impl Sink<Query> for OutputWriter {
    fn write(&mut self, query: Query, outcome: Outcome<'_>) -> Result<()> {
        let Query { id, prompt, tokens, width } = &query;
        let skipped = outcome.skipped();
        let clean = |text: &str| text.replace(|letter: char| letter.is_control(), " ");
        let mut line = format!("{}\t{}\t{tokens}", clean(id), clean(prompt));
        match &outcome {
            // The shortest text that is the same number of 32 bits.
            Outcome::Answered(answers) => answers.scores(0).iter().for_each(|value| line += &format!("\t{value}")),
            Outcome::Skipped(_) => line += &"\t.".repeat(*width),
        }
        line += &format!("\t{}\n", skipped.map_or(".", Skip::word));
        self.counts.query_written(skipped);
        self.counts.rows += 1;
        self.output.write_all(line.as_bytes())
    }
}
