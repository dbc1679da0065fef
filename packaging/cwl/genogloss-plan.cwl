cwlVersion: v1.2
class: CommandLineTool
label: Divide a run into shards of equal cost (genogloss plan)

requirements:
  ResourceRequirement:
    coresMin: 1
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

baseCommand: [genogloss, plan]
arguments:
  - { prefix: --output, valueFrom: plan }
  # Only divide: a workflow's resources are its own.
  - --no-sample

inputs:
  input:
    type: File
    label: FASTA (scan), VCF or BCF (variants), BAM, CRAM, SAM or FASTQ (reads)
    inputBinding: { position: 1 }
    secondaryFiles:
      - { pattern: .fai, required: false }
      - { pattern: .gzi, required: false }
      - { pattern: .tbi, required: false }
      - { pattern: .csi, required: false }
      - { pattern: .bai, required: false }
      - { pattern: .crai, required: false }
  reference:
    type: File?
    label: Reference genome (FASTA), for variants and CRAM
    inputBinding: { prefix: --reference }
    secondaryFiles:
      - { pattern: .fai, required: false }
      - { pattern: .gzi, required: false }
  model:
    type: ["null", string, Directory]
    inputBinding: { prefix: --model }
  shards:
    type: int
    inputBinding: { prefix: --shards }

outputs:
  parts:
    type: File[]
    # By number: not all engines return the files of a pattern in order.
    outputBinding:
      glob: plan/shard_*.bed
      outputEval: |
        ${ return self.sort(function(a, b) { return a.basename < b.basename ? -1 : 1; }); }
  plan:
    type: File
    outputBinding: { glob: plan/plan.json }
