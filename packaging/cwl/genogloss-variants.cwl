cwlVersion: v1.2
class: CommandLineTool
label: Score the reference and alternate alleles of every variant (genogloss variants)
doc: |
  Writes the input's records, in order, with the scores in INFO. With a shard, only the records of that part; genogloss-merge.cwl joins
  the parts.

requirements:
  ResourceRequirement:
    coresMin: $(inputs.threads)
    ramMin: 2048
  InlineJavascriptRequirement: {}
hints:
  DockerRequirement:
    dockerPull: quay.io/biocontainers/genogloss:0.1.0--0
  SoftwareRequirement:
    packages:
      genogloss:
        specs: [https://bio.tools/genogloss]
        version: ["0.1.0"]

baseCommand: [genogloss, variants]
arguments:
  - { prefix: --output, valueFrom: $(inputs.output_name) }

inputs:
  calls:
    type: File
    label: VCF or BCF
    doc: Plain, gzip, BGZF or xz. An index beside it is used for shards.
    inputBinding: { position: 1 }
    secondaryFiles:
      - { pattern: .tbi, required: false }
      - { pattern: .csi, required: false }
  reference:
    type: File
    label: Reference genome (FASTA)
    inputBinding: { prefix: --reference }
    secondaryFiles:
      - { pattern: .fai, required: false }
      - { pattern: .gzi, required: false }
  model:
    type: ["null", string, Directory]
    label: A model's name (genogloss models list), or a model folder
    inputBinding: { prefix: --model }
  genes:
    type: File?
    label: Genes, for splice models
    inputBinding: { prefix: --genes }
  shard:
    type: ["null", File]
    label: A part of a plan (shard_0001.bed)
    inputBinding: { prefix: --shard }
  threads:
    type: int
    default: 1
    inputBinding: { prefix: --threads }
  args:
    type: string[]
    default: []
    label: More options, one word each
    inputBinding: { position: 2 }
  output_name:
    type: string
    default: scored.vcf.gz

outputs:
  scored:
    type: File
    outputBinding: { glob: $(inputs.output_name) }
    secondaryFiles:
      - { pattern: .tbi, required: false }
      - { pattern: .csi, required: false }
      - .manifest.json
