cwlVersion: v1.2
class: CommandLineTool
label: Score reads (genogloss reads)
doc: |
  Writes TSV, or BAM with tags, by the name of the output. With a shard, only the reads of that part; genogloss-merge.cwl joins the parts.

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

baseCommand: [genogloss, reads]
arguments:
  - { prefix: --output, valueFrom: $(inputs.output_name) }

inputs:
  reads:
    type: File
    label: BAM, CRAM, SAM, FASTQ or FASTA
    inputBinding: { position: 1 }
    secondaryFiles:
      - { pattern: .bai, required: false }
      - { pattern: .csi, required: false }
      - { pattern: .crai, required: false }
  reference:
    type: File?
    label: Reference genome (FASTA), for CRAM
    inputBinding: { prefix: --reference }
    secondaryFiles:
      - { pattern: .fai, required: false }
      - { pattern: .gzi, required: false }
  model:
    type: ["null", string, Directory]
    label: A model's name (genogloss models list), an exact task (exact:gc), or a model folder
    inputBinding: { prefix: --model }
  shard:
    type: File?
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
    default: reads.tsv.gz

outputs:
  scored:
    type: File
    outputBinding: { glob: $(inputs.output_name) }
    secondaryFiles:
      - .manifest.json
