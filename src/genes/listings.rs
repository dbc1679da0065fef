//! Tables of facts about genes: names, diseases, phenotypes; the sources of a knowledge base.

use std::collections::BTreeMap;

use super::{
    base::Base,
    claims::DiseaseClaim,
    columns,
    lookup::{Lookup, LookupRequest, cell, optional_cell},
    records::{Gene, Phenotype},
    stated::Stated,
    text_lines::TextLines,
};
use crate::{
    error::{Error, Result},
    genome::interval::commas,
    output::{column::Column, manifest::Settings},
    read,
    skip::Skip,
};

/// What is listed of each gene.
#[derive(Clone, Copy)]
pub(crate) enum Listing {
    /// Names, places and summary: one line per fact.
    Facts,
    /// Diseases, one line per source and statement.
    Diseases,
    /// Phenotypes, one line per source and disease.
    Phenotypes,
}

impl Listing {
    /// The name of the command, in the manifest.
    fn command(self) -> &'static str {
        match self {
            Self::Facts => "genes show",
            Self::Diseases => "genes diseases",
            Self::Phenotypes => "genes phenotypes",
        }
    }

    /// What the lines are, in messages.
    fn what(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Diseases => "diseases",
            Self::Phenotypes => "phenotypes",
        }
    }

    fn columns(self) -> &'static [Column] {
        match self {
            Self::Facts => columns::SHOW,
            Self::Diseases => columns::DISEASES,
            Self::Phenotypes => columns::PHENOTYPES,
        }
    }

    /// The lines of a gene without their first two columns. `how`: the kind of name that it was found by.
    fn lines(self, base: &Base, gene: &Gene, how: &str) -> Result<Vec<String>> {
        match self {
            Self::Facts => facts(base, gene, how),
            Self::Diseases => diseases(base, gene),
            Self::Phenotypes => phenotypes(base, gene),
        }
    }
}

/// Lists the genes of `names`, or those of the input, one name per line. A name that means none or several is an error, after the lines of
/// the others are written.
pub(crate) fn list(request: LookupRequest<'_>, names: &[String], listing: Listing) -> Result<()> {
    let (base, input) = (request.base, request.input);
    let mut settings = Settings::new(listing.command());
    settings.put("genes", names);
    let mut names = names.to_vec();
    let mut report = None;
    if let Some(path) = input {
        let mut lines = TextLines::open(path, "a list of genes")?;
        while let Some(line) = lines.next()? {
            let name = line.trim();
            if !name.is_empty() && !name.starts_with('#') {
                names.push(name.into());
            }
        }
        report = Some(lines.report());
    }
    let place = input.map_or("the command line".into(), read::place);
    let mut table = Lookup::begin(request, 1, settings, listing.columns())?;
    let (mut failed, mut without) = (Vec::new(), Vec::new());
    for name in &names {
        match base.gene(name)?.one(name) {
            Ok((gene, how)) => {
                let lines = listing.lines(base, &gene, &how)?;
                if lines.is_empty() {
                    without.push(gene.symbol.clone());
                }
                for line in lines {
                    table.line(&format!("{}\t{}\t{line}\n", cell(name), gene.symbol))?;
                }
                table.answered(None);
            }
            Err(why) => {
                failed.push(why);
                table.answered(Some(Skip::UnknownName));
            }
        }
    }
    table.finish(report)?;
    if let Some(first) = without.first() {
        let (count, all) = (commas(without.len() as u64), commas(names.len() as u64));
        let (none, what) = (base.filter().no_source(), listing.what());
        tracing::warn!("{count} of {all} genes have no line: {none} lists {what} of them (the first: {first})");
    }
    let Some((last, others)) = failed.split_last() else { return Ok(()) };
    for one in others {
        tracing::warn!("{one}");
    }
    Err(Error::input(place, last).with_hint("HGNC's identifiers (HGNC:1101) and Ensembl's are never ambiguous"))
}

/// The table of a knowledge base's sources.
pub(crate) fn sources(base: &Base) -> String {
    let mut text = String::from(
        "#source\ttable\tfile\trelease\tlicence\trows\tfacts\tgene_unknown\tphenotype_unknown\tdisease_unknown\n",
    );
    for source in base.sources() {
        let counts = source.counts.map(|count| count.to_string()).join("\t");
        let cells = [&source.name, &source.what, &source.file, &source.release, &source.licence].map(|text| cell(text));
        text.push_str(&format!("{}\t{counts}\n", cells.join("\t")));
    }
    text
}

fn facts(base: &Base, gene: &Gene, how: &str) -> Result<Vec<String>> {
    let source = |id: i64| base.source(id).label();
    let mut lines = Vec::new();
    let mut fact = |name: &str, value: Option<String>, id: i64| {
        if let Some(value) = value.filter(|value| !value.is_empty() && base.counts(id)) {
            lines.push(format!("{name}\t{}\t{}", cell(&value), source(id)));
        }
    };
    let own = gene.source;
    if how != "symbol" {
        fact("found_by", Some(how.into()), own);
    }
    fact("name", Some(gene.name.clone()), own);
    fact("hgnc", gene.hgnc.map(|id| format!("HGNC:{id}")), own);
    fact("ncbi_gene", gene.entrez.map(|id| id.to_string()), own);
    fact("ensembl", gene.ensembl.clone(), own);
    fact("omim", gene.omim.map(|id| format!("OMIM:{id}")), own);
    fact("uniprot", gene.uniprot.clone(), own);
    fact("refseq", gene.refseq.clone(), own);
    fact("location", gene.location.clone(), own);
    fact("kind", gene.kind.clone(), own);
    for (name, value, id) in base.values(gene)? {
        fact(&name, Some(value.to_string()), id);
    }
    for (name, what, id) in base.names(gene)? {
        fact(&what.replace(' ', "_"), Some(name), id);
    }
    if let Some((text, id)) = &gene.summary {
        fact("summary", Some(text.clone()), *id);
    }
    let mut counts = BTreeMap::<i64, [usize; 2]>::new();
    for disease in base.claims_of(gene.id)? {
        for one in disease.pair.own_statements(disease.entity) {
            counts.entry(one.relation.source).or_default()[0] += 1;
        }
    }
    for phenotype in base.phenotypes(gene)?.into_iter().filter(|one| one.is_abnormality) {
        counts.entry(phenotype.source).or_default()[1] += 1;
    }
    for (id, [diseases, phenotypes]) in counts {
        fact("diseases", (diseases > 0).then(|| diseases.to_string()), id);
        fact("phenotypes", (phenotypes > 0).then(|| phenotypes.to_string()), id);
    }
    Ok(lines)
}

/// Strongest claim first; of a disease the best curated statement first.
fn diseases(base: &Base, gene: &Gene) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for DiseaseClaim { entity, pair, .. } in base.claims_of(gene.id)? {
        for Stated { relation: one, .. } in pair.own_statements(entity) {
            let cells = [
                optional_cell(one.accession.as_deref()),
                cell(&one.disease),
                pair.claim.word().into(),
                optional_cell(one.relation.as_deref()),
                optional_cell(one.inheritance.as_deref()),
                optional_cell(one.reference.as_deref()),
                base.source(one.source).label(),
            ];
            lines.push(cells.join("\t"));
        }
    }
    Ok(lines)
}

/// Abnormalities alone: modes of inheritance are a column of the diseases.
fn phenotypes(base: &Base, gene: &Gene) -> Result<Vec<String>> {
    let line = |phenotype: Phenotype| {
        let (accession, disease) = phenotype.disease.clone().unzip();
        [
            format!("HP:{:07}", phenotype.term),
            cell(&phenotype.name),
            optional_cell(phenotype.frequency.as_deref()),
            optional_cell(accession.as_deref()),
            optional_cell(disease.as_deref()),
            phenotype.claim.word().into(),
            base.source(phenotype.source).label(),
        ]
        .join("\t")
    };
    Ok(base.phenotypes(gene)?.into_iter().filter(|one| one.is_abnormality).map(line).collect())
}
