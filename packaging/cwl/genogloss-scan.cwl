cwlVersion: v1.2
class: CommandLineTool
label: Score windows along the contigs of a genome (genogloss scan)
doc: |
  Writes BED, TSV or bedGraph, by the name of the output. With a shard, only the windows of that part; genogloss-merge.cwl joins the parts.

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

baseCommand: [genogloss, scan]
arguments:
  - { prefix: --output, valueFrom: $(inputs.output_name) }

inputs:
  genome:
    type: File
    label: Genome (FASTA)
    inputBinding: { position: 1 }
    secondaryFiles:
      - { pattern: .fai, required: false }
      - { pattern: .gzi, required: false }
  model:
    type: ["null", string, Directory]
    label: A model's name (genogloss models list), an exact task (exact:gc), or a model folder
    inputBinding: { prefix: --model }
  regions:
    type: File?
    label: BED file of regions
    inputBinding: { prefix: --regions-file }
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
    default: elements.bed.gz

outputs:
  elements:
    type: File
    outputBinding: { glob: $(inputs.output_name) }
    secondaryFiles:
      - { pattern: .tbi, required: false }
      - { pattern: .csi, required: false }
      - .manifest.json
