cwlVersion: v1.2
class: Workflow
label: Score variants in parallel parts
doc: Divides the calls into shards of equal cost, scores each, and merges them. The content of the output is that of one run.

requirements:
  ScatterFeatureRequirement: {}
  StepInputExpressionRequirement: {}
  InlineJavascriptRequirement: {}

inputs:
  calls:
    type: File
    secondaryFiles:
      - { pattern: .tbi, required: false }
      - { pattern: .csi, required: false }
  reference:
    type: File
    secondaryFiles:
      - { pattern: .fai, required: false }
      - { pattern: .gzi, required: false }
  model: ["null", string, Directory]
  genes: File?
  shards: { type: int, default: 4 }
  threads: { type: int, default: 1 }
  args: { type: "string[]", default: [] }
  output_name: { type: string, default: scored.vcf.gz }

steps:
  plan:
    run: genogloss-plan.cwl
    in:
      input: calls
      reference: reference
      model: model
      shards: shards
    out: [parts]
  score:
    run: genogloss-variants.cwl
    scatter: shard
    in:
      calls: calls
      reference: reference
      model: model
      genes: genes
      shard: plan/parts
      threads: threads
      args: args
      output_name: { valueFrom: "$(inputs.shard.nameroot).vcf.gz" }
    out: [scored]
  merge:
    run: genogloss-merge.cwl
    in:
      parts: score/scored
      output_name: output_name
    out: [merged]

outputs:
  scored:
    type: File
    outputSource: merge/merged
