//! The tokenizer agrees with Python's, and nothing but the prompt decides an answer.

use std::{path::PathBuf, sync::Arc};

use super::{form::Form, *};
use crate::{
    model::{card::Card, decoder, device::Device, engines::EngineChoice, folder::Folder, rten::Rten},
    tokenize::text::Text,
};

/// The repository's root. Asked for at run time: a build kept in a cache may come from another checkout.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

const MODEL: &str = "tests/models/decoder";

fn opened() -> (Folder, Card, Arc<Text>) {
    let folder = Folder::Disk(root().join(MODEL));
    let card = folder.card().expect("a card");
    let text = Text::new(&card, card.generate.as_ref().expect("generate"), &folder).expect("a tokenizer");
    (folder, card, Arc::new(text))
}

fn generator(rows: usize) -> (Generator, Arc<Text>) {
    let (folder, card, text) = opened();
    let (mut decoders, _) =
        decoder::load(&folder, &card, EngineChoice::Named(&Rten), Device::Cpu, 1).expect("a decoder");
    let rule = card.generate.as_ref().expect("generate");
    let decoder = decoders.pop().expect("one");
    (Generator::new(decoder, Arc::clone(&text), rows, rule.context, card.input.padding_id), text)
}

fn unescaped(text: &str) -> String {
    text.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r").replace("\\0", "\0").replace("\\\\", "\\")
}

/// Prompts of many lengths.
fn prompts() -> Vec<String> {
    (0..23).map(|n| format!("symbol=RPL{n}P{}, {}, gene description=", n * 7, "ACGTTGCAAT".repeat(n))).collect()
}

fn requests(text: &Text, form: Option<&Arc<Form>>, max_tokens: usize) -> Vec<Request> {
    let ids = |prompt: &String| text.encode(prompt).expect("ids");
    prompts().iter().map(|prompt| Request { ids: ids(prompt), form: form.cloned(), max_tokens }).collect()
}

#[test]
fn token_ids_are_those_of_python_and_decoding_gives_the_text_back() {
    let (_, _, text) = opened();
    let table = std::fs::read_to_string(root().join("tests/reference/tokens.tsv")).expect("the table");
    let mut count = 0;
    for line in table.lines().skip(1) {
        let (prompt, ids) = line.rsplit_once('\t').expect("two columns");
        let prompt = unescaped(prompt);
        let expected: Vec<i64> = ids.split_whitespace().map(|id| id.parse().expect("an id")).collect();
        let found = text.encode(&prompt).expect("ids");
        assert_eq!(found[1..], expected, "{prompt:?}");
        assert_eq!(text.decode(found.iter().map(|&id| id as usize)), prompt);
        count += 1;
    }
    assert!(count > 200, "{count} texts");
}

#[test]
fn any_text_comes_back_from_its_tokens() {
    let (_, _, text) = opened();
    // A small linear congruential generator: every run asks the same texts.
    let mut state = 12345u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let parts = [
        "ACGTACGTAC",
        "GATTACA",
        "Ala",
        "___",
        "Tyr",
        "12",
        ", ",
        "=",
        " ",
        "donor site",
        "é",
        "\u{1F9EC}",
        "</s>",
        "\n",
        "N",
        "x",
    ];
    for _ in 0..2000 {
        let prompt: String = (0..next(30)).map(|_| parts[next(parts.len() as u64) as usize]).collect();
        let ids = text.encode(&prompt).expect("ids");
        assert_eq!(text.decode(ids.into_iter().map(|id| id as usize)), prompt);
    }
}

#[test]
fn an_answer_depends_on_its_prompt_alone() {
    for strategy in
        [Strategy::Greedy, Strategy::Beam(3), Strategy::Sample(Sampling { temperature: 0.8, top_k: 20, seed: 7 })]
    {
        let (mut generator, text) = generator(6);
        let all = requests(&text, None, 12);
        let together = generator.answer(&all, strategy).expect("answers");
        let apart: Vec<Generated> = all
            .iter()
            .flat_map(|one| generator.answer(std::slice::from_ref(one), strategy).expect("an answer"))
            .collect();
        assert_eq!(together, apart, "{strategy:?}");
        let mut turned: Vec<Request> = all.iter().rev().cloned().collect();
        turned.truncate(11);
        let back = generator.answer(&turned, strategy).expect("answers");
        assert!(back.iter().eq(together.iter().rev().take(11)), "{strategy:?}");
    }
}

#[test]
fn batches_of_other_sizes_say_the_same() {
    let answers = |rows| {
        let (mut generator, text) = generator(rows);
        generator.answer(&requests(&text, None, 10), Strategy::Greedy).expect("answers")
    };
    let expected = answers(1);
    for rows in [2, 5, 16, 64] {
        for (one, other) in expected.iter().zip(answers(rows)) {
            assert_eq!(one.ids, other.ids, "{rows} rows");
            assert!((one.log_probability - other.log_probability).abs() < 1e-3, "{rows} rows");
        }
    }
}

#[test]
fn more_beams_never_find_less() {
    let best = |strategy| {
        let (mut generator, text) = generator(8);
        generator.answer(&requests(&text, None, 6), strategy).expect("answers")
    };
    let (greedy, beams) = (best(Strategy::Greedy), best(Strategy::Beam(8)));
    let better = greedy.iter().zip(&beams).filter(|(a, b)| b.log_probability > a.log_probability + 1e-6).count();
    let worse = greedy.iter().zip(&beams).filter(|(a, b)| b.log_probability < a.log_probability - 1e-3).count();
    // Beam search may lose the greedy answer on the way, but seldom does.
    assert!(better > 5 && worse < 3, "{better} better, {worse} worse");
}

#[test]
fn answers_have_the_form_that_is_asked_for() {
    for (pattern, check) in [
        (r"0\.[0-9]{3}|1\.000", (|t: &str| t.len() == 5 && t.parse::<f64>().is_ok()) as fn(&str) -> bool),
        ("donor site|acceptor site|non-splice site", |t| t.ends_with(" site")),
        ("[ACGT]{17}", |t| t.len() == 17 && t.bytes().all(|b| b"ACGT".contains(&b))),
        ("(?:Ala|Tyr|Gln){1,3}", |t| t.len() % 3 == 0 && (3..=9).contains(&t.len())),
    ] {
        for strategy in
            [Strategy::Greedy, Strategy::Beam(4), Strategy::Sample(Sampling { temperature: 3.0, top_k: 0, seed: 1 })]
        {
            let (mut generator, text) = generator(8);
            let form = Arc::new(Form::new(pattern).expect("a form"));
            for said in generator.answer(&requests(&text, Some(&form), 40), strategy).expect("answers") {
                let answer = text.decode(said.ids.iter().copied());
                assert!(said.ended && check(&answer), "{pattern}, {strategy:?}: {answer:?}");
                assert!(said.log_probability <= 1e-9 && said.log_probability.is_finite());
            }
        }
    }
}

#[test]
fn the_limit_of_tokens_and_the_context_end_an_answer() {
    let (mut generator, text) = generator(4);
    let all = requests(&text, None, 3);
    assert!(generator.answer(&all, Strategy::Greedy).expect("answers").iter().all(|said| said.ids.len() <= 3));
    let long = Request { ids: text.encode(&"ACG".repeat(63)).expect("ids"), form: None, max_tokens: 100 };
    let room = 192 - long.ids.len();
    assert!(generator.answer(&[long], Strategy::Greedy).expect("an answer")[0].ids.len() <= room);
}

#[test]
fn the_best_of_equals_is_the_first_and_forbidden_ones_are_not_seen() {
    let logits = [1.0, 3.0, 3.0, 9.0];
    let allowed = [true, true, true, false];
    assert_eq!((best(&logits, Some(&allowed)), best(&logits, None)), (1, 3));
    assert_eq!(ranked(&logits, Some(&allowed), 2), [1, 2]);
    let total = log_total(&logits[..2], None);
    assert!((total - (1f64.exp() + 3f64.exp()).ln()).abs() < 1e-12);
}

#[test]
fn chance_is_a_matter_of_seed_and_prompt() {
    let draws = |seed, ids: &[i64]| {
        let sampling = Sampling { temperature: 1.0, top_k: 0, seed };
        let Some((_, mut random)) = Chance::new(Strategy::Sample(sampling), ids).0 else { panic!("chance") };
        (0..200).map(|_| sample(&[0.0, 0.0, f32::NEG_INFINITY], None, sampling, &mut random)).collect::<Vec<_>>()
    };
    assert_eq!(draws(1, &[5, 6]), draws(1, &[5, 6]));
    assert_ne!(draws(1, &[5, 6]), draws(2, &[5, 6]));
    assert_ne!(draws(1, &[5, 6]), draws(1, &[5, 7]));
    let ones = draws(3, &[1]).into_iter().filter(|&token| token == 1).count();
    assert!((60..140).contains(&ones) && !draws(3, &[1]).contains(&2), "{ones} of 200");
}
