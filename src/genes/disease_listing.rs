//! The table of diseases: identifiers, names, groups and members, and the genes that sources relate to them.

use std::collections::BTreeSet;

use super::{
    base::Base,
    claims::GeneClaim,
    columns,
    lookup::{Lookup, LookupRequest, cell, optional_cell},
    records::Disease,
    text_lines::TextLines,
};
use crate::{
    error::{Error, Result},
    output::manifest::Settings,
    read,
    skip::Skip,
};

/// Lists the diseases of `names`, or those of the input, one name per line: a line for each fact. A name that means none or several is an
/// error, after the lines of the others are written.
pub(crate) fn list_diseases(request: LookupRequest<'_>, names: &[String]) -> Result<()> {
    let (base, input) = (request.base, request.input);
    let mut settings = Settings::new("genes disease");
    settings.put("diseases", names);
    let mut names = names.to_vec();
    let mut report = None;
    if let Some(path) = input {
        let mut lines = TextLines::open(path, "a list of diseases")?;
        while let Some(line) = lines.next()? {
            // OMIM marks numbers with #, so a comment is a # and a blank.
            let name = line.trim();
            if !name.is_empty() && name != "#" && !name.starts_with("# ") {
                names.push(name.into());
            }
        }
        report = Some(lines.report());
    }
    let place = input.map_or("the command line".into(), read::place);
    let mut table = Lookup::begin(request, 1, settings, columns::DISEASE_FACTS)?;
    let mut failed = Vec::new();
    for name in &names {
        match base.disease(name)? {
            Ok(records) => {
                let id = optional_cell(records.iter().find_map(|one| one.accession.as_deref()));
                for line in facts(base, &records)? {
                    table.line(&format!("{}\t{id}\t{}\t{line}\n", cell(name), cell(&records[0].name)))?;
                }
                table.answered(None);
            }
            Err(why) => {
                failed.push(why.to_string());
                table.answered(Some(Skip::UnknownName));
            }
        }
    }
    table.finish(report)?;
    let Some((last, others)) = failed.split_last() else { return Ok(()) };
    for one in others {
        tracing::warn!("{one}");
    }
    Err(Error::input(place, last.clone()).with_hint("identifiers (OMIM:154700, ORPHA:558) are never ambiguous"))
}

/// The facts of a disease: kind, value and source of each.
fn facts(base: &Base, records: &[Disease]) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut fact = |kind: &str, value: &str, source: Option<i64>| {
        let source = source.map_or(".".into(), |id| base.source(id).label());
        lines.push(format!("{kind}\t{}\t{source}", cell(value)));
    };
    for (id, source) in base.identifiers(records)? {
        fact("identifier", &id, Some(source));
    }
    let mut seen = BTreeSet::new();
    for (name, source) in base.names_of_disease(records)? {
        if seen.insert(name.to_lowercase()) {
            fact("name", &name, Some(source));
        }
    }
    for one in records {
        if let Some(text) = base.definition(one) {
            fact("definition", text, Some(one.source));
        }
    }
    let label = |entity: i64| -> Result<String> {
        let first = base.records_of(entity)?.into_iter().next();
        Ok(first.map_or(String::new(), |one| match one.accession {
            Some(id) => format!("{id} {}", one.name),
            None => one.name,
        }))
    };
    for (entity, source) in base.parents(records)? {
        fact("group", &label(entity)?, Some(source));
    }
    let scope = base.scope(records)?;
    if !scope.members.is_empty() {
        fact("members", &scope.members.len().to_string(), None);
    }
    for member in &scope.members {
        fact("member", &label(member.entity)?, None);
    }
    let members = scope.members.iter().map(|one| one.entity).collect();
    for GeneClaim { symbol, about, .. } in base.genes_claimed(records, &members)? {
        // Panels of one source are one source.
        let sources = about.pair.statements.iter().map(|one| base.source(one.relation.source).label());
        let sources: Vec<String> = sources.collect::<BTreeSet<_>>().into_iter().collect();
        let against = about.pair.contradicted().map(|(claim, who)| format!("; {} by {who}", claim.word()));
        let against = against.unwrap_or_default();
        lines.push(format!("gene\t{symbol}: {}{against}\t{}", about.pair.claim.word(), sources.join("; ")));
    }
    Ok(lines)
}
