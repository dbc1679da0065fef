//! Why a record could not be scored: the reasons, each with its word and its meaning.

/// Why a record, window or allele was not scored. It is still written, with this reason, and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skip {
    /// More of the window than the card allows is not A, C, G or T (N runs, mostly).
    UnknownBases,
    /// The contig or read is shorter than the model's shortest sequence.
    TooShort,
    /// The variant is nearer to the end of its contig than the model's window allows.
    ContigEnd,
    /// The record has no sequence (`*`).
    NoSequence,
    /// REF is not what the reference has there.
    ReferenceMismatch,
    /// `<DEL>`, `<INS>` and other symbolic alleles.
    SymbolicAllele,
    /// `<*>` or `<NON_REF>`: any allele that is not listed (VCF 4.4, section 5.5).
    UnspecifiedAllele,
    /// `*`: the allele is missing because of a deletion upstream.
    SpanningDeletion,
    /// A breakend.
    Breakend,
    /// There is no alternate allele (`.`), or it equals REF.
    NoAlternate,
    /// REF or ALT is longer than the card allows.
    AlleleTooLong,
    /// REF or ALT holds letters that are not A, C, G, T or N.
    NotBases,
    /// The variant lies on a contig that the reference does not have.
    ContigNotInReference,
    /// A prompt does not follow the grammar.
    BadPrompt,
    /// What a prompt asks is no task.
    UnknownTask,
    /// The sequence or prompt is longer than what the model reads.
    TooLong,
    /// The window has more tokens than the network reads.
    TooManyTokens,
    /// A gene, disease or phenotype is not known, withdrawn or obsolete, or its name has several meanings.
    UnknownName,
    /// No source of the knowledge base says it.
    NoFact,
    /// The variant lies in no gene of the annotation.
    NoGene,
    /// The output's format has no scores for such an allele.
    NotInFormat,
    /// The model answered with infinity or not-a-number.
    NotANumber,
}

impl Skip {
    /// The word written into outputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::UnknownBases => "unknown_bases",
            Self::TooShort => "too_short",
            Self::ContigEnd => "contig_end",
            Self::NoSequence => "no_sequence",
            Self::ReferenceMismatch => "reference_mismatch",
            Self::SymbolicAllele => "symbolic_allele",
            Self::UnspecifiedAllele => "unspecified_allele",
            Self::SpanningDeletion => "spanning_deletion",
            Self::Breakend => "breakend",
            Self::NoAlternate => "no_alternate",
            Self::AlleleTooLong => "allele_too_long",
            Self::NotBases => "not_bases",
            Self::ContigNotInReference => "contig_not_in_reference",
            Self::BadPrompt => "bad_prompt",
            Self::UnknownTask => "unknown_task",
            Self::TooLong => "too_long",
            Self::TooManyTokens => "too_many_tokens",
            Self::UnknownName => "unknown_name",
            Self::NoFact => "no_fact",
            Self::NoGene => "no_gene",
            Self::NotInFormat => "not_in_format",
            Self::NotANumber => "not_a_number",
        }
    }

    /// One line for `genogloss columns` and the docs.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::UnknownBases => "more of the window than the model's card allows is not A, C, G or T",
            Self::TooShort => "the sequence is shorter than the model's shortest (min_span)",
            Self::ContigEnd => "the variant is too near to the end of its contig",
            Self::NoSequence => "the record has no sequence",
            Self::ReferenceMismatch => "REF is not what the reference has at that place",
            Self::SymbolicAllele => "symbolic alleles such as <DEL> have no sequence",
            Self::UnspecifiedAllele => "<*> and <NON_REF> stand for any allele that is not listed",
            Self::SpanningDeletion => "* stands for a deletion written elsewhere",
            Self::Breakend => "breakends are not scored",
            Self::NoAlternate => "there is no alternate allele",
            Self::AlleleTooLong => "REF or ALT is longer than the model's card allows",
            Self::NotBases => "REF or ALT holds letters other than A, C, G, T and N",
            Self::ContigNotInReference => "the reference has no contig of that name (--missing-contigs skip)",
            Self::BadPrompt => "the prompt does not follow the grammar",
            Self::UnknownTask => "what the prompt asks is no task",
            Self::TooLong => "the sequence or the prompt is longer than what the model reads",
            Self::TooManyTokens => "the window has more tokens than the network reads (the card's max_tokens)",
            Self::UnknownName => {
                "the gene, disease or phenotype is not known, withdrawn or obsolete, or may be several"
            }
            Self::NoFact => "no source of the knowledge base says it",
            Self::NoGene => "the variant lies in no gene of the annotation",
            Self::NotInFormat => {
                "SpliceAI's format has no scores for alleles where both REF and ALT have several bases"
            }
            Self::NotANumber => {
                "the model answered with infinity or not-a-number, or what is compared has no such number"
            }
        }
    }

    /// Why an allele of a variant is not scored.
    pub const OF_VARIANTS: &[Self] = &[
        Self::UnknownBases,
        Self::TooManyTokens,
        Self::ContigEnd,
        Self::ReferenceMismatch,
        Self::SymbolicAllele,
        Self::UnspecifiedAllele,
        Self::SpanningDeletion,
        Self::Breakend,
        Self::NoAlternate,
        Self::AlleleTooLong,
        Self::NotBases,
        Self::ContigNotInReference,
        Self::NoGene,
        Self::NotInFormat,
        Self::NotANumber,
    ];

    /// All reasons, most common first.
    pub fn all() -> [Self; 22] {
        [
            Self::UnknownBases,
            Self::TooShort,
            Self::ContigEnd,
            Self::NoSequence,
            Self::ReferenceMismatch,
            Self::SymbolicAllele,
            Self::UnspecifiedAllele,
            Self::SpanningDeletion,
            Self::Breakend,
            Self::NoAlternate,
            Self::AlleleTooLong,
            Self::NotBases,
            Self::ContigNotInReference,
            Self::BadPrompt,
            Self::UnknownTask,
            Self::TooLong,
            Self::TooManyTokens,
            Self::UnknownName,
            Self::NoFact,
            Self::NoGene,
            Self::NotInFormat,
            Self::NotANumber,
        ]
    }
}
