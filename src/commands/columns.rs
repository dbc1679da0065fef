//! `genogloss columns`: what every column, INFO field and tag means.

use clap::ValueEnum;

use super::{ask, say};
use crate::{error::Result, skip::Skip};

/// Describe the columns and tags that a command writes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  genogloss columns scan\n  genogloss columns variants")]
pub struct Options {
    /// The command.
    #[arg(value_enum)]
    command: Of,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    Scan,
    Reads,
    Variants,
    Evaluate,
    Ask,
    Genes,
}

const SCAN: &str = "\
format	column	meaning
bed	contig	contig name
bed	start	first base of the bin, 0-based
bed	end	one past the last base of the bin
bed	label	label with the largest margin over its threshold; exact tasks in words: the answer
bed	score	that label's score x 1000, 0 to 1000
bed	strand	strand the scores are about; . for both
bed	(scores)	one column a score, in the order of `genogloss models show`; probabilities and shares: 6 decimals, else 6 significant digits
bed --merge	contig, start, end	the element: neighbouring bins over the threshold, 0-based half-open
bed --merge	name	score column that was called
bed --merge	score	highest score x 1000
bed --merge	strand	strand of its bins
bed --merge	max	highest score
bed --merge	mean	mean score of its bins
bed --merge	bins	how many bins
bed --merge	summit	middle of the highest bin, 0-based, from the element's start
bed exact:orf	name, score, strand	orf, 0, strand
bed exact:orf	frame, length, complete	reading frame 1 to 3; bases with both codons; complete or partial (open at a contig's end)
tsv	contig, start, end, strand	as in BED
tsv	call	label with the largest margin, if it reaches its threshold; else .
tsv	(scores)	one column a score; . where there is none
tsv	skip	why there are no scores; . where there are
bedgraph	contig, start, end, score	the score of --column; unscored positions are absent
bigwig	value	one file a score; probabilities and shares: three decimals, else as they are; unscored positions are absent
";

const READS: &str = "\
format	column	meaning
tsv	read	read name
tsv	flags	SAM flags, decimal
tsv	contig, start, end	where the read is aligned, 0-based half-open; . where it is not
tsv	mapq	mapping quality; . where it is missing
tsv	length	bases of the read (without hard-clipped ones)
tsv	windows	windows that were scored
tsv	window_start, window_end	the best window (with --each-window: this one) on the read, 0-based half-open, counted as the bases were read (--orient)
tsv	window_contig_start	the leftmost reference base that a base of that window is aligned to, 0-based; . where none is
tsv	strand	strand of the window the scores are about; . for both
tsv	call	label with the largest margin over its threshold, if it reaches it
tsv	(scores)	one column a score, digits as in a scan; . where there is none
tsv	skip	why the read (with --each-window: the window) was not scored; . where it was
bam	(tags)	with --tag-prefix X: Xs, Xl, Xw, Xk; those of an earlier run with the prefix are replaced, those of another program refused
bam	gs:B:f	scores, in the order of `genogloss models show`
bam	gl:Z	label that is called
bam	gw:i	start of the best window on the read, 0-based, as window_start
bam	gk:Z	why the read was not scored
";

const EVALUATE: &str = "\
format	column	meaning
tsv	set	all, unseen (--seen), or with -f the score or --pool that is judged
tsv	figure	accuracy, mcc, f1, precision, recall, auroc, auprc, top_k, false_per_mb …; figure:class for one of several classes; sequences, bins, skipped:reason: counts; truth:x>called:y: how often
tsv	value	of the whole set; . where it is not defined
tsv	low, high	middle 95 % of the bootstrap replicates; . where there are none
prompts	set, prompts, answered	which prompts, how many, and how many were answered; the others count as wrong
prompts	exact	share of answers that are the known one, letter by letter
prompts	macro_f1, mcc	tasks with labels: mean F1 of the classes, and Matthews correlation
prompts	mean_error, pearson	tasks with numbers: mean absolute error, and correlation
prompts	bleu_1 to bleu_4	tasks with words: BLEU of the whole set, of words, residues or bases
prompts	rouge_1, rouge_2, rouge_l	tasks with words: ROUGE F1, the mean over the prompts
prompts	how	who answered how many
variants	score	what is judged; A - B (--versus): the difference of two
variants	n, positives	variants that are judged, and those of the positive class; . where effects have no classes
variants	missing	labelled variants that do not have this score
variants	auroc, auprc	area under the ROC curve, and average precision; . without classes
variants	spearman	rank correlation with the measured effect; . for classes
variants	(figure)_low, (figure)_high	middle 95 % of the bootstrap replicates; . where there are none
curve	set, class	of which curve; of variants, set is the score
curve	threshold	everything from this score on is called
curve	true_positives, false_positives	calls that are right, and wrong
curve	precision, recall	share of calls that are right, share of the class that is called
curve	false_per_mb	wrong calls per million bases asked; . for sequences
";

const ASK: &str = "\
format	column	meaning
tsv	id	the prompt's: from the table's column id, the record's name, or the number of the line or argument
tsv	task	what was asked, by its first name; . where that is not known
tsv	answer	the answer; . where there is none, or nothing is the answer
tsv	confidence	exact, and what sources state: 1; relations: the answer's probability (unknown: that they are related); classifiers: the answer's probability; language model: that of the whole answer among all of its form; 4 decimals
tsv	how	exact, knowledge base, or the name and version of the model that answered
tsv	reason	why there is no answer, and what to do; . where there is one
tsv	evidence	what an answer about genes rests on: sources, or what was weighed and what it adds to the log odds; the model's own: a language model wrote it; else .
";

const GENES: &str = "\
command	column	meaning
all	asked	what was asked for, as it was written
all	gene	approved symbol
all	source	who says so: source and release, where that is known
show	fact	which fact: name, hgnc, ncbi_gene, ensembl, omim, uniprot, location, kind, alias, previous_symbol, summary; diseases, phenotypes: how many; found_by: how the name names the gene, if it is not its symbol
show	value	the fact
diseases	disease_id	OMIM, ORPHA, MONDO, UMLS or DECIPHER identifier; . where the source gives none
diseases	disease	its name, in the source's words
diseases	relation	how it is related, in the source's words
diseases	against	yes: the source says that it is not related
diseases	inheritance	in the source's words
diseases	reference	papers, pages
phenotypes	hpo_id	identifier of HPO
phenotypes	phenotype	its name
phenotypes	frequency	share of those who have it, as HPO writes it
phenotypes	disease_id	the disease in which the gene has it
phenotypes	disease	its name
rank	rank	place, from 1
rank	hgnc	identifier of HGNC
rank	score	mean information content of the best matches, in nats
rank	matches	for each phenotype asked for: the gene's best match and what they share, in nats
relate	about_id	identifier of the disease or phenotype; . where there is none
relate	about	its name
relate	answer	yes (probability 0.8 or more), no (0.2 or less), unknown; . where a name is refused
relate	probability	that they are related; where it was weighed: among as many related as unrelated pairs
relate	basis	stated: sources decide; weighed: evidence does; nothing: the gene or disease has no text; refused: a name is not known or means several things
relate	evidence	stated: source, what it says, of what; weighed: what each kind adds to the log odds, and what it rests on; refused: why
relate	text.names to chromosome.x	with --measures: the numbers behind the evidence (src/genes/relate.rs)
annotate	genes	BED input: genes that overlap, parted by ;
annotate	hgnc	their identifiers, parted by ;
annotate	diseases	identifier and name, parted by |, genes by ;
annotate	inheritance	modes, parted likewise
annotate	phenotypes	identifiers, parted likewise
annotate	evidence	source and what it says, parted likewise
annotate	GG_GENES	VCF input, in INFO: SYMBOL|HGNC|DISEASES|INHERITANCE|PHENOTYPES|EVIDENCE of each gene, items parted by &
";

const VARIANTS: &str = "\
format	field	meaning
all	GG_	or what --prefix says
vcf	GG_DELTA_(score)	the score's name with _ for - and .; alternate minus reference score, one value an ALT; tracks: where the difference is largest, or what --compare says
vcf	GG_REF_(score)	score of the reference there; with --compare sum and log2fold the sum; none with l2 and js
vcf	GG_ALT_(score)	score of the alternate allele there; likewise
vcf	GG_AT_(score)	tracks: where the difference is largest, in bases from POS: the first base of the bin; of an inserted base the one before it
vcf	GG_SKIP	why an allele was not scored; . where it was; absent where all were
vcf --genes	GG_EFFECT	one value for each ALT and gene: ALLELE|gene|strand|(label)_gain|(label)_loss ...|(label)_gain_at|(label)_loss_at ...; largest rise and fall of each site within --distance, 0 to 1, 4 decimals, and where: 1-based on the contig; . where --mask admits no base
vcf --genes	GG_EFFECT_MAX	the largest of them, one value an ALT; . where it was not scored
vcf --haplotypes	GG_HAPLOTYPE	one value for each ALT, gene and different phased haplotype: ALLELE|gene|neighbours|strand|...; a neighbour is first base:bases taken out>bases put in, several joined by &; numbers as in GG_EFFECT
vcf --format spliceai	SpliceAI	as spliceai 1.3.1 writes it: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL
";

pub(super) fn run(options: &Options) -> Result<()> {
    let (table, used): (&str, &[Skip]) = match options.command {
        Of::Scan => (SCAN, &[Skip::UnknownBases, Skip::TooShort, Skip::NotANumber]),
        Of::Evaluate => (EVALUATE, &[Skip::UnknownBases]),
        Of::Ask => (ASK, ask::SKIPS),
        Of::Genes => (GENES, &[]),
        Of::Reads => (READS, &[Skip::UnknownBases, Skip::TooShort, Skip::NoSequence, Skip::NotANumber]),
        Of::Variants => (VARIANTS, Skip::OF_VARIANTS),
    };
    let mut text = table.to_string();
    for skip in used {
        text.push_str(&format!("skip\t{}\t{}\n", skip.word(), skip.meaning()));
    }
    say(text.as_bytes())
}
