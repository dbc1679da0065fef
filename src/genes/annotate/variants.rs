//! Variants, each with the facts about its genes in an INFO field.

use super::{Facts, count_written};
use crate::{
    counts::InputCounts,
    error::{Error, Result},
    genes::schema::FORMAT,
    genome::{
        Contig, Contigs,
        interval::{commas, show_position},
    },
    output::variants::{RecordWriter, VariantFormat},
    progress::Total,
    read::{
        annotation::{Annotation, assembly_of},
        part::{Own, Part},
        regions::Aliases,
        variants::Variants,
    },
    session::{Layout, OutputWriter, ReadSummary, Request, part},
    shards::territory::{ADD_CONTIGS, Watch, no_shard},
    vcf::{
        info,
        places::{Doubt, Places},
    },
};

/// The INFO field.
const FIELD: &str = "GG_GENES";

/// Annotates all variants, in their order.
pub(crate) fn annotate(facts: Facts, request: Request, mut variants: Variants, format: VariantFormat) -> Result<()> {
    let place = variants.place().to_string();
    let longest = variants.contigs.longest();
    variants.reserve(&[FIELD], format!("remove it first: bcftools annotate -x INFO/{FIELD}"))?;
    check_assembly(&facts.annotation, &variants)?;
    check_lengths(&facts.annotation, &variants.contigs, &facts.aliases, &place)?;
    let (mut about, mut finder) = facts.into_finder();
    about.settings.put("output_type", format.word());
    about.territory = match &request.parts.shard {
        Some(choice) => {
            if let Some(why) = no_lengths(&variants.contigs) {
                return Err(Error::input(&place, why).with_hint(ADD_CONTIGS));
            }
            Some(part::of_contigs(choice, &variants.contigs, &place, "bases")?)
        }
        None => None,
    };
    let header = header(&variants, &place)?;
    let (mut records, header) = RecordWriter::new(format, &mut variants, header, false)?;
    let session = request.begin(about)?;
    let layout = Layout {
        indexed: records.indexed(),
        bgzf: Some(format.is_bgzf()),
        longest,
        input: place.clone(),
        fields: Vec::new(),
    };
    let output = session.create(&layout, &header)?;
    let writer = OutputWriter { output, counts: session.counts(std::iter::empty()) };
    let territory = session.territory().cloned();
    let own = territory
        .as_ref()
        .map(|own| -> Own<'_> { Box::new(|name| own.owned(name).ok_or_else(|| no_shard(name, &place))) });
    variants.restrict(&Part { own, ..Part::default() })?;
    let place = variants.place().to_string();
    session.run_without_model(writer, Total::Unknown, |passing| {
        let (mut counts, mut watch, mut value) = (InputCounts::default(), Watch::default(), String::new());
        let mut doubts = Doubts::default();
        let report = variants.read(|record| {
            if let Some(own) = &territory
                && !watch.own(own, Some((record.contig(), record.position)), &place)?
            {
                return Ok(());
            }
            let at = || format!("{place}, record {}", record.number);
            let Places { own, mates, doubt } = record.places();
            let mut places = vec![(finder.contig(record.contig(), &at())?, own)];
            for (contig, mate) in mates {
                places.push((finder.contig(contig, &at())?, mate));
            }
            counts.records_in += 1;
            counts.queries += 1;
            if !passing.is_new()? {
                return Ok(());
            }
            value.clear();
            doubts.add(doubt, || show_position(record.contig(), record.position));
            finder.annotator.at(&places, |_, info| add_value(&mut value, info))?;
            let OutputWriter { output, counts } = &mut passing.writer;
            records.write(&record, value.as_bytes(), output)?;
            count_written(counts);
            passing.wrote(|| show_position(record.contig(), record.position))
        })?;
        finder.warn();
        doubts.warn(&place);
        Ok(ReadSummary { counts, inputs: vec![report(), finder.report], contigs: Vec::new() })
    })
}

/// Records whose places are in doubt: how many of each kind, and the first.
#[derive(Default)]
struct Doubts {
    conflicts: (u64, String),
    without_length: (u64, String),
    unreadable: (u64, String),
}

impl Doubts {
    fn add(&mut self, doubt: Option<Doubt>, at: impl FnOnce() -> String) {
        let (of, what) = match doubt {
            None => return,
            Some(Doubt::Conflict { end, by_length }) => {
                (&mut self.conflicts, format!(" with END {} and SVLEN up to {}", commas(end), commas(by_length)))
            }
            Some(Doubt::NoLength) => (&mut self.without_length, String::new()),
            Some(Doubt::Unreadable) => (&mut self.unreadable, String::new()),
        };
        if of.0 == 0 {
            of.1 = at() + &what;
        }
        of.0 += 1;
    }

    fn warn(&self, place: &str) {
        let say = |(count, first): &(u64, String), what: &str| {
            if *count > 0 {
                tracing::warn!("{place}: {} records {what} (the first: {first})", commas(*count));
            }
        };
        say(&self.conflicts, "end at another base by END than by SVLEN; END was followed");
        say(&self.without_length, "have a symbolic allele without END and SVLEN: the genes are those at POS alone");
        say(&self.unreadable, "have an ALT with brackets that is no breakend: the genes are those at POS alone");
    }
}

/// Adds the value of a gene to the INFO field.
fn add_value(field: &mut String, info: &str) {
    if field.is_empty() {
        field.push_str(FIELD);
        field.push('=');
    } else {
        field.push(',');
    }
    field.push_str(info);
}

/// The input's header with the lines of this program.
fn header(variants: &Variants, place: &str) -> Result<Vec<u8>> {
    let lines = [
        format!("##genogloss_version={}\n", env!("CARGO_PKG_VERSION")),
        format!(
            "##INFO=<ID={FIELD},Number=.,Type=String,Description=\"Genes that the record overlaps, or that are at the other end of its breakends, with their diseases and phenotypes; items separated by &. Format: SYMBOL|HGNC|DISEASES|INHERITANCE|PHENOTYPES|EVIDENCE|CLAIMS|AGAINST\",Source=\"genogloss genes\",Version=\"{FORMAT}\">\n",
        ),
    ];
    info::with_lines(&variants.header, &lines).ok_or_else(|| Error::input(place, "the header is empty"))
}

/// Why variants cannot be divided into shards by the contigs of their header.
fn no_lengths(contigs: &Contigs) -> Option<String> {
    if contigs.iter().next().is_none() {
        return Some("its header has no ##contig lines, so it cannot be divided into shards".into());
    }
    let without = contigs.iter().find(|contig| contig.len == 0)?;
    Some(format!("its header has no length of contig \"{}\", so it cannot be divided into shards", without.name))
}

/// Refuses an annotation of another assembly than that of the input, if both files name theirs.
pub(super) fn check_assembly(annotation: &Annotation, variants: &Variants) -> Result<()> {
    let mut theirs = None;
    for line in &variants.header {
        let text = String::from_utf8_lossy(line);
        if ["##reference=", "##assembly=", "##contig="].iter().any(|start| text.starts_with(start)) {
            theirs = theirs.or(assembly_of(&text)).or(assembly_of_length(&text));
        }
    }
    match (annotation.assembly.as_deref(), theirs) {
        (Some(ours), Some(theirs)) if ours != theirs => {
            let problem = format!("it is of {ours}, and {} of {theirs}", variants.place());
            Err(Error::input(&annotation.place, problem).with_hint("use an annotation of the same assembly"))
        }
        _ => Ok(()),
    }
}

/// Refuses an annotation with a gene beyond the end of its contig.
pub(super) fn check_lengths(annotation: &Annotation, contigs: &Contigs, aliases: &Aliases, place: &str) -> Result<()> {
    for gene in &annotation.genes {
        let beyond = |contig: &Contig| contig.len > 0 && gene.interval.end > contig.len;
        let is_of = |contig: &&Contig| aliases.resolve(&contig.name) == gene.contig && beyond(contig);
        if let Some(contig) = contigs.iter().find(is_of) {
            let problem = format!(
                "{} ends at {} of contig \"{}\", which has {} bases in {place}",
                gene.name.as_deref().unwrap_or(&gene.id),
                gene.interval.end,
                gene.contig,
                contig.len
            );
            return Err(Error::input(&annotation.place, problem).with_hint("it is of another assembly"));
        }
    }
    Ok(())
}

/// The assembly by the length of its first chromosome (GRC; T2T consortium).
fn assembly_of_length(line: &str) -> Option<&'static str> {
    let first = line.contains("ID=1,") || line.contains("ID=chr1,");
    let of = |length: &str| line.contains(&format!("length={length}"));
    [("249250621", "GRCh37"), ("248956422", "GRCh38"), ("248387328", "T2T-CHM13")]
        .iter()
        .find(|(length, _)| first && of(length))
        .map(|(_, assembly)| *assembly)
}
