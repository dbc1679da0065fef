//! Putting shards together: what they say of themselves must fit, and their lines, records and values follow one another.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Map, Value};

use crate::{
    error::{Error, Result, describe, guard},
    genome::{Contigs, Interval},
    number::Digits,
    output::{
        Indexed, Output, OutputSettings, Sealed,
        bigwig::BigWig,
        manifest::Manifest,
        names::{self, Named, Writes},
        order::Waiting,
        place_of_line,
    },
    read::{self, Format, Input, read_frame, read_line_and_end, sam_header::Header, variants::Variants},
    vcf::bcf::dictionary::{Dictionary, read_header},
};
use crate::{
    session::stored,
    shards::{ShardReport, edges::Edge},
};

/// The manifest's name in a folder of tracks.
pub const TRACKS_MANIFEST: &str = "genogloss.manifest.json";

/// A shard's output, and what its manifest says.
pub struct Part {
    /// The file, or the folder of tracks.
    pub path: PathBuf,
    /// The whole manifest.
    pub manifest: Map<String, Value>,
    /// What it says of the shard.
    pub shard: ShardReport,
}

impl Part {
    /// Reads the manifest beside a file, or in a folder.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(Error::input(path.display(), "no such file or folder"));
        }
        let beside = if path.is_dir() { path.join(TRACKS_MANIFEST) } else { Manifest::path(path) };
        if !beside.exists() {
            let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(
                Error::read(&beside, &gone).with_hint("every shard needs the manifest that was written with it")
            );
        }
        let mut manifest = stored::manifest(&beside)?;
        let shard = manifest
            .remove("shard")
            .ok_or_else(|| Error::input(path.display(), "is no shard: it was written without --shard"))?;
        let shard = stored::shard(&shard.to_string())
            .map_err(|why| Error::input(beside.display(), format!("no shard's manifest: {why}")))?;
        Ok(Self { path: path.into(), manifest, shard })
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    /// Lines or records the manifest speaks of.
    fn rows(&self) -> u64 {
        self.manifest.get("counts").and_then(|c| c.get("rows")).and_then(Value::as_u64).unwrap_or(0)
    }

    /// The bigWig files its manifest speaks of; all must be there.
    fn tracks(&self) -> Result<Vec<String>> {
        let listed = self.manifest.get("tracks").and_then(Value::as_array);
        let listed = listed.ok_or_else(|| Error::input(self.place(), "its manifest speaks of no tracks"))?;
        let names: Vec<String> = listed.iter().filter_map(|name| Some(name.as_str()?.to_string())).collect();
        let linked = |name: &&String| fs::symlink_metadata(self.path.join(name)).is_ok_and(|about| about.is_symlink());
        if let Some(name) = names.iter().find(linked) {
            return Err(Error::input(
                self.place(),
                format!("{name} is a link, and a shard's tracks are files of its own"),
            ));
        }
        match names.iter().find(|name| !self.path.join(name).is_file()) {
            Some(name) => Err(Error::input(self.place(), format!("{name} is missing, of which its manifest speaks"))
                .with_hint("run this shard again")),
            None => Ok(names),
        }
    }

    fn setting(&self, name: &str) -> Option<&str> {
        self.manifest.get("settings")?.get(name)?.as_str()
    }
}

/// What must be the same in all shards.
const COMMON: [(&str, &[&str]); 3] = [
    ("model", &["name", "version", "sha256", "card_sha256", "engine", "engine_version"]),
    ("version", &[]),
    ("settings", &[]),
];

/// Refuses shards that are not all of one run, each once and in order.
pub fn check(parts: &[Part]) -> Result<()> {
    let Some(first) = parts.first() else { return Err(Error::usage("there is nothing to put together")) };
    for part in parts {
        let differ = |what: &str, theirs: &Value, ours: &Value| {
            Error::input(
                part.place(),
                format!("is a shard of another run: {what} is {theirs}, and {ours} in {}", first.place()),
            )
        };
        for (key, fields) in COMMON {
            let (ours, theirs) =
                (first.manifest.get(key).unwrap_or(&Value::Null), part.manifest.get(key).unwrap_or(&Value::Null));
            match (ours, theirs) {
                (Value::Object(ours), Value::Object(theirs)) => {
                    let names: Vec<&str> = if fields.is_empty() {
                        ours.keys().chain(theirs.keys()).map(String::as_str).collect()
                    } else {
                        fields.to_vec()
                    };
                    for name in names {
                        let (a, b) = (ours.get(name).unwrap_or(&Value::Null), theirs.get(name).unwrap_or(&Value::Null));
                        if a != b {
                            return Err(differ(&format!("{key}.{name}"), b, a));
                        }
                    }
                }
                (ours, theirs) if ours != theirs => return Err(differ(key, theirs, ours)),
                _ => {}
            }
        }
        if let (Some(ours), Some(theirs)) = (inputs(first), inputs(part))
            && ours != theirs
        {
            return Err(Error::input(part.place(), format!("is a shard of another input than {}", first.place())));
        }
        if part.shard.count != first.shard.count {
            return Err(Error::input(
                part.place(),
                format!("is one of {} shards, and {} one of {}", part.shard.count, first.place(), first.shard.count),
            ));
        }
        if part.shard.plan != first.shard.plan {
            return Err(Error::input(
                part.place(),
                format!("is cut by another plan, or of another genome, than {}", first.place()),
            ));
        }
    }
    contigs_agree(parts)?;
    let count = first.shard.count;
    let mut places: HashMap<u32, &Part> = HashMap::new();
    for part in parts {
        if let Some(before) = places.insert(part.shard.index, part) {
            return Err(Error::input(
                part.place(),
                format!("shard {}/{count} is there twice: also {}", part.shard.index, before.place()),
            ));
        }
    }
    let missing: Vec<String> = (1..=count).filter(|i| !places.contains_key(i)).map(|i| i.to_string()).collect();
    if !missing.is_empty() {
        let shown = missing.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
        let more = if missing.len() > 10 { format!(" and {} more", missing.len() - 10) } else { String::new() };
        let s = if missing.len() == 1 { "" } else { "s" };
        return Err(Error::usage(format!("shard{s} {shown}{more} of {count} missing")));
    }
    if let Some(pair) = parts.windows(2).find(|pair| pair[0].shard.index > pair[1].shard.index) {
        return Err(Error::usage(format!(
            "shards must be given in order: {} ({}/{count}) comes before {} ({}/{count})",
            pair[0].place(),
            pair[0].shard.index,
            pair[1].place(),
            pair[1].shard.index
        ))
        .with_hint("ls -v sorts numbers in names"));
    }
    Ok(())
}

/// Digests of the inputs, where they were read from start to end.
fn inputs(part: &Part) -> Option<Vec<&str>> {
    let all = part.manifest.get("inputs")?.as_array()?;
    let digests: Vec<&str> = all.iter().filter_map(|i| i.get("sha256")?.as_str()).collect();
    (!digests.is_empty() && digests.len() == all.len()).then_some(digests)
}

/// Contigs of one name have one length and, where it is known, one MD5.
fn contigs_agree(parts: &[Part]) -> Result<()> {
    let mut seen: HashMap<&str, (&Value, Option<&str>, &Part)> = HashMap::new();
    for part in parts {
        for contig in part_contigs(part) {
            let Some(name) = contig.get("name").and_then(Value::as_str) else { continue };
            let (len, md5) = (contig.get("length").unwrap_or(&Value::Null), contig.get("md5").and_then(Value::as_str));
            match seen.get(name) {
                Some((len_there, md5_there, other)) => {
                    if len != *len_there || md5.zip(*md5_there).is_some_and(|(a, b)| a != b) {
                        return Err(Error::input(
                            part.place(),
                            format!("contig \"{name}\" is another sequence than in {}", other.place()),
                        ));
                    }
                }
                None => {
                    seen.insert(name, (len, md5, part));
                }
            }
        }
    }
    Ok(())
}

fn part_contigs(part: &Part) -> &[Value] {
    let contigs = part.manifest.get("reference").and_then(|r| r.get("contigs")).and_then(Value::as_array);
    contigs.map_or(&[], Vec::as_slice)
}

/// Length of the longest contig that the shards' manifests tell of.
pub fn longest(parts: &[Part]) -> u64 {
    let lengths = parts.iter().flat_map(part_contigs).filter_map(|contig| contig.get("length")?.as_u64());
    lengths.max().unwrap_or(0)
}

/// Rows that were written, and files without their names yet.
pub struct Merged {
    /// Lines or records.
    pub rows: u64,
    /// To be named.
    pub sealed: Sealed,
}

/// Refuses a name of another format than that of the shards.
fn check_name(parts: &[Part], output: Option<&Path>) -> Result<()> {
    let first = &parts[0];
    let command = first.setting("command").unwrap_or_default();
    let can: &[Named] = match (first.setting("output_type"), first.setting("format").filter(|_| command != "variants"))
    {
        (Some("bcf"), _) => &[Named::Bcf],
        (Some(_), _) => &[Named::Vcf],
        (_, Some("bam")) => &[Named::Bam],
        (_, Some("bed")) => &[Named::Bed],
        (_, Some("bedgraph")) => &[Named::Bedgraph],
        // Intervals with columns added are both.
        _ if command == "genes annotate" => &[Named::Tsv, Named::Bed],
        _ => &[Named::Tsv],
    };
    let writes = |&named: &Named| match named {
        Named::Bam | Named::Bcf => Writes::plain((), named),
        _ => Writes::text((), named),
    };
    let can: Vec<Writes<()>> = can.iter().map(writes).collect();
    names::decide(output, None, (), &can).map_err(|error| match error {
        Error::Usage { message, hint } => {
            let more = if first.setting("output_type").is_some() {
                "; bcftools view turns VCF and BCF into one another"
            } else {
                ""
            };
            let message = format!("{message}: the shards are {}", can[0].named.word());
            Error::Usage { message, hint: hint.map(|hint| hint + more) }
        }

        other => other,
    })
}

/// Whether the output of these shards has an index.
pub fn is_indexed(parts: &[Part], output: Option<&Path>) -> bool {
    let bgzf = names::is_compressed(output);
    match parts[0].setting("output_type") {
        Some("bcf") => output.is_some(),
        Some(_) => bgzf,
        None => bgzf && parts[0].setting("command") == Some("scan"),
    }
}

/// Files of lines or of reads, in order.
pub fn files(parts: &[Part], settings: &OutputSettings) -> Result<Merged> {
    let command = parts[0].setting("command").unwrap_or_default().to_string();
    let reads = command == "reads" && parts[0].setting("format") == Some("bam");
    // Of variants, whatever wrote them.
    let variants = parts[0].setting("output_type");
    let bcf = variants == Some("bcf");
    check_name(parts, settings.file())?;
    let settings = OutputSettings {
        indexed: match command.as_str() {
            "scan" => Indexed::Bed,
            _ if bcf => Indexed::Bcf(Variants::open(&parts[0].path)?.dictionary()?.contig_count()),
            _ if variants.is_some() => Indexed::Vcf,
            _ => Indexed::No,
        },
        bgzf: reads || bcf,
        ..settings.clone()
    };
    let output = Output::create(&settings)?;
    let (rows, output) = match (reads, bcf) {
        (true, _) => records(parts, output)?,
        (_, true) => frames(parts, output)?,
        _ => Lines::new(output, &settings).all(parts)?,
    };
    Ok(Merged { rows, sealed: output.seal()? })
}

fn complete(part: &Part, found: u64) -> Result<()> {
    if found == part.rows() {
        return Ok(());
    }
    Err(Error::input(
        part.place(),
        format!("holds {found} lines or records, and its manifest says {}: it was cut or changed", part.rows()),
    )
    .with_hint("run this shard again"))
}

/// BAM: one header, then all records, as they are.
fn records(parts: &[Part], mut output: Output) -> Result<(u64, Output)> {
    let (mut header, mut total) = (Vec::new(), 0);
    for (index, part) in parts.iter().enumerate() {
        let mut input = read::open(&part.path)?;
        input.expect(&[Format::Bam], "BAM")?;
        let failed = |error: std::io::Error| Error::input(part.place(), describe(&error));
        let own = Header::copy_bam(&mut input.reader, &part.place())?;
        if index == 0 {
            header = own;
            output.write_all(&header)?;
        } else if header != own {
            return Err(Error::input(part.place(), format!("its header differs from that of {}", parts[0].place())));
        }
        let mut count = 0;
        while let Some(frame) = read_frame(&mut input.reader, 1).map_err(failed)? {
            output.write_all(&frame)?;
            count += 1;
        }
        complete(part, count)?;
        total += count;
    }
    Ok((total, output))
}

/// BCF: the same.
fn frames(parts: &[Part], mut output: Output) -> Result<(u64, Output)> {
    let (mut header, mut names, mut total) = (Vec::new(), Dictionary::default(), 0);
    for (index, part) in parts.iter().enumerate() {
        let mut input = read::open(&part.path)?;
        input.expect(&[Format::Bcf], "BCF")?;
        let failed = |error: std::io::Error| Error::input(part.place(), describe(&error));
        let wrong = |why: String| Error::input(part.place(), why);
        let (own, lines) = read_header(&mut input.reader).map_err(failed)?;
        if index == 0 {
            names = Dictionary::parse(lines.iter().map(Vec::as_slice)).map_err(wrong)?;
            output.write_all(&own)?;
            header = own;
        } else if header != own {
            return Err(Error::input(part.place(), format!("its header differs from that of {}", parts[0].place())));
        }
        let mut count = 0;
        while let Some(frame) = read_frame(&mut input.reader, 2).map_err(failed)? {
            output.write_frame(&names, &frame)?.map_err(wrong)?;
            count += 1;
        }
        complete(part, count)?;
        total += count;
    }
    Ok((total, output))
}

/// Lines of a table on their way out. Elements that were cut are joined, and keep back what begins after them.
struct Lines {
    output: Output,
    indexed: Indexed,
    rows: u64,
    header: Option<Vec<u8>>,
    /// Elements that may go on in the next shard.
    open: Vec<Edge>,
    /// Lines that begin after an open element, or are one that is complete.
    held: Waiting<String>,
}

/// What a shard has of elements that were cut.
struct Cut {
    /// Their lines, as the shard wrote them.
    lines: HashSet<Vec<u8>>,
    /// The shard's contigs, and their places in order.
    contigs: HashMap<String, usize>,
    /// Those that have not been reached yet, in order.
    upcoming: VecDeque<Edge>,
    gap: u64,
}

impl Cut {
    fn rank(&self, contig: &str) -> usize {
        self.contigs.get(contig).copied().unwrap_or(usize::MAX)
    }
}

impl Lines {
    fn new(output: Output, settings: &OutputSettings) -> Self {
        Self { output, indexed: settings.indexed, rows: 0, header: None, open: Vec::new(), held: Waiting::default() }
    }

    fn all(mut self, parts: &[Part]) -> Result<(u64, Output)> {
        for part in parts {
            self.part(part)?;
        }
        self.close(None)?;
        self.release()?;
        Ok((self.rows, self.output))
    }

    fn part(&mut self, part: &Part) -> Result<()> {
        let gap = part.shard.gap.unwrap_or(0);
        let edges = &part.shard.edges;
        let mut cut = Cut {
            lines: edges.iter().filter(|e| e.written).map(|e| e.element.line()).collect(),
            contigs: part.shard.territory.iter().enumerate().map(|(at, (contig, ..))| (contig.clone(), at)).collect(),
            upcoming: VecDeque::new(),
            gap,
        };
        let mut upcoming = edges.clone();
        upcoming.sort_by_key(|edge| (cut.rank(&edge.element.contig), edge.element.start));
        cut.upcoming = upcoming.into();
        if let Some((contig, start, _)) = part.shard.territory.first() {
            self.close(Some((contig, *start, gap)))?;
        }
        let count = match read::open_if_any(&part.path)? {
            Some(mut input) => self.lines(part, &mut input, &mut cut)?,
            None => 0,
        };
        for edge in cut.upcoming.drain(..) {
            self.open(edge, gap)?;
        }
        complete(part, count)
    }

    /// An element that was cut is reached: it is the next piece of an open one, or the first of its own.
    fn open(&mut self, edge: Edge, gap: u64) -> Result<()> {
        self.close(Some((&edge.element.contig, edge.element.start, gap)))?;
        match self.open.iter_mut().find(|open| open.element.reaches(&edge.element, gap)) {
            Some(open) => open.join(&edge),
            None => self.open.push(edge),
        }
        Ok(())
    }

    fn lines(&mut self, part: &Part, input: &mut Input, cut: &mut Cut) -> Result<u64> {
        let failed = |error: std::io::Error| Error::input(part.place(), describe(&error));
        let (mut line, mut count) = (Vec::new(), 0u64);
        let mut header = Vec::new();
        loop {
            let ended = read_line_and_end(&mut input.reader, &mut line).map_err(failed)?;
            if ended == Some(false) {
                return Err(Error::input(part.place(), "its last line has no end: it was cut off")
                    .with_hint("run this shard again"));
            }
            let more = ended.is_some();
            if more && count == 0 && line.first() == Some(&b'#') {
                header.extend_from_slice(&line);
                header.push(b'\n');
                continue;
            }
            if count == 0 {
                match &self.header {
                    Some(first) if *first != header => {
                        return Err(Error::input(part.place(), "its header differs from that of the first shard"));
                    }
                    Some(_) => {}
                    None => {
                        self.output.write_all(&header)?;
                        self.header = Some(std::mem::take(&mut header));
                    }
                }
            }
            if !more {
                break;
            }
            count += 1;
            line.push(b'\n');
            if !cut.lines.contains(&line) {
                self.line(part, &line, cut)?;
            }
        }
        Ok(count)
    }

    fn line(&mut self, part: &Part, line: &[u8], cut: &mut Cut) -> Result<()> {
        let nothing_cut = self.open.is_empty() && self.held.is_empty() && cut.upcoming.is_empty();
        if !self.output.is_indexed() && nothing_cut {
            self.rows += 1;
            return self.output.write_all(line);
        }
        let place = if self.indexed == Indexed::No { None } else { place_of_line(self.indexed, line) };
        let Some((contig, interval)) = place else {
            if self.indexed != Indexed::No {
                return Err(Error::input(
                    part.place(),
                    format!("a line has no place: {}", String::from_utf8_lossy(line).trim_end()),
                ));
            }
            self.rows += 1;
            return self.output.write_all(line);
        };
        if nothing_cut {
            self.rows += 1;
            return self.output.write_record(contig, interval, line);
        }
        let contig = contig.to_string();
        let rank = cut.rank(&contig);
        while let Some(edge) = cut.upcoming.front()
            && (cut.rank(&edge.element.contig), edge.element.start) <= (rank, interval.start)
        {
            if let Some(edge) = cut.upcoming.pop_front() {
                self.open(edge, cut.gap)?;
            }
        }
        self.close(Some((&contig, interval.start, cut.gap)))?;
        self.held.add(&contig, interval, line.to_vec(), contig.clone());
        self.release()
    }

    /// What nothing can be joined to any more, now that lines begin at a place (all, without one), becomes a line.
    fn close(&mut self, at: Option<(&str, u64, u64)>) -> Result<()> {
        let (open, done): (Vec<Edge>, Vec<Edge>) = std::mem::take(&mut self.open).into_iter().partition(|edge| {
            at.is_some_and(|(contig, start, gap)| {
                edge.element.contig == contig && start <= edge.element.end.saturating_add(gap)
            })
        });
        self.open = open;
        for Edge { element, .. } in done.into_iter().filter(|edge| edge.written) {
            self.held.add(&element.contig, element.interval(), element.line(), element.contig.clone());
        }
        if at.is_some() && self.open.is_empty() { self.release() } else { Ok(()) }
    }

    /// Writes held lines in order, as far as no open element begins earlier.
    fn release(&mut self) -> Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let earliest = self.open.iter().map(|edge| (edge.element.contig.as_str(), edge.element.start));
        let earliest = earliest.min_by_key(|(_, start)| *start);
        while let Some((interval, line, contig)) = self.held.next_before(earliest) {
            self.rows += 1;
            self.output.write_record(&contig, interval, &line)?;
        }
        Ok(())
    }
}

/// Folders of bigWig tracks: every track by itself, into a folder.
pub fn tracks(parts: &[Part], folder: &Path) -> Result<Merged> {
    let own = parts.iter().map(Part::tracks).collect::<Result<Vec<_>>>()?;
    let names: BTreeSet<&String> = own.iter().flatten().collect();
    fs::create_dir_all(folder).map_err(|error| Error::write(folder.display(), &error))?;
    let mut sealed = Sealed::default();
    for name in &names {
        let target = folder.join(name);
        if fs::symlink_metadata(&target).is_ok_and(|about| about.is_symlink()) {
            return Err(Error::Output {
                place: target.display().to_string(),
                message: "is a link: tracks are written into their folder, and nowhere else".into(),
                hint: Some(format!("rm {}", target.display())),
            });
        }
        let mut readers = Vec::new();
        for (part, own) in parts.iter().zip(&own) {
            if own.contains(name) {
                let path = part.path.join(name);
                readers.push((read::bigwig::open(&path)?, path));
            }
        }
        // A file knows only the contigs on which it has values.
        let mut contigs = Contigs::default();
        for (reader, _) in &readers {
            for chrom in reader.chroms() {
                contigs.push(chrom.name.clone(), chrom.length.into());
            }
        }
        // Values of the shards are rounded already.
        let mut merged = BigWig::create(&folder.join(name), &contigs, Digits::Significant, None)?;
        for contig in contigs.iter() {
            let mut begun = false;
            for (reader, path) in &mut readers {
                let failed = |why: String| Error::input(path.display(), why);
                if !reader
                    .chroms()
                    .iter()
                    .any(|chrom| chrom.name == contig.name && u64::from(chrom.length) == contig.len)
                {
                    continue;
                }
                let values =
                    guard(|| reader.get_interval(&contig.name, 0, contig.len as u32).map_err(io::Error::other));
                let mut values = values.map_err(|error| failed(error.to_string()))?;
                while let Some(value) = guard(|| values.next().transpose().map_err(io::Error::other)).transpose() {
                    let value = value.map_err(|error| failed(error.to_string()))?;
                    if !begun {
                        merged.begin(&Arc::from(contig.name.as_str()))?;
                        begun = true;
                    }
                    merged.push(Interval::new(value.start.into(), value.end.into()), value.value)?;
                }
            }
        }
        sealed = sealed.after(merged.seal()?.1);
    }
    Ok(Merged { rows: parts.iter().map(Part::rows).sum(), sealed })
}

/// One manifest of all: counts and seconds are sums.
pub fn manifest(parts: &[Part], output: &Path, rows: u64) -> Result<String> {
    let mut all = parts[0].manifest.clone();
    let command: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
    all.insert("command".into(), command.into());
    all.insert("finished_unix".into(), Manifest::now().into());
    all.insert("output".into(), output.to_string_lossy().into());
    for key in ["counts", "seconds"] {
        let mut sum = Value::Null;
        for part in parts {
            add(&mut sum, part.manifest.get(key).unwrap_or(&Value::Null));
        }
        all.insert(key.into(), sum);
    }
    if let Some(counts) = all.get_mut("counts").and_then(Value::as_object_mut) {
        counts.insert("rows".into(), rows.into());
    }
    if all.contains_key("tracks") {
        let tracks: BTreeSet<&str> = parts
            .iter()
            .filter_map(|part| part.manifest.get("tracks")?.as_array())
            .flat_map(|names| names.iter().filter_map(Value::as_str))
            .collect();
        all.insert("tracks".into(), tracks.into_iter().collect());
    }
    let peak = parts.iter().filter_map(|part| part.manifest.get("peak_memory_bytes")?.as_u64()).max();
    all.insert("peak_memory_bytes".into(), peak.into());
    let mut names = HashSet::new();
    let contigs: Vec<Value> = parts
        .iter()
        .flat_map(part_contigs)
        .filter(|contig| names.insert(contig.get("name").map(Value::to_string)))
        .cloned()
        .collect();
    if let Some(reference) = all.get_mut("reference").and_then(Value::as_object_mut) {
        reference.insert("contigs".into(), contigs.into());
    }
    let shards: Vec<Value> = parts
        .iter()
        .map(|part| {
            let mut shard = Map::new();
            shard.insert("path".into(), part.place().into());
            shard.insert("territory".into(), serde_json::to_value(&part.shard.territory).unwrap_or_default());
            for key in ["finished_unix", "host", "threads", "counts", "seconds"] {
                shard.insert(key.into(), part.manifest.get(key).cloned().unwrap_or_default());
            }
            shard.into()
        })
        .collect();
    all.insert("plan".into(), parts[0].shard.plan.clone().into());
    all.insert("shards".into(), shards.into());
    serde_json::to_string_pretty(&all)
        .map(|text| text + "\n")
        .map_err(|error| Error::Internal(format!("manifest: {error}")))
}

/// Adds numbers, also inside objects.
fn add(sum: &mut Value, other: &Value) {
    match (&mut *sum, other) {
        (Value::Object(sum), Value::Object(other)) => {
            for (key, value) in other {
                add(sum.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            *sum = match (a.as_u64(), b.as_u64()) {
                (Some(a), Some(b)) => a.saturating_add(b).into(),
                _ => (a.as_f64().unwrap_or(0.0) + b.as_f64().unwrap_or(0.0)).into(),
            }
        }
        (Value::Null, other) => *sum = other.clone(),
        _ => {}
    }
}
