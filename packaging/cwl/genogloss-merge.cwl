cwlVersion: v1.2
class: CommandLineTool
label: Merge the shards of a run (genogloss merge)
doc: The shards in order, each with its manifest. The content is that of one run.

requirements:
  ResourceRequirement:
    coresMin: 1
    ramMin: 1024
  InlineJavascriptRequirement: {}
hints:
  DockerRequirement:
    dockerPull: quay.io/biocontainers/genogloss:0.1.0--0
  SoftwareRequirement:
    packages:
      genogloss:
        specs: [https://bio.tools/genogloss]
        version: ["0.1.0"]

baseCommand: [genogloss, merge]
arguments:
  - { prefix: --output, valueFrom: $(inputs.output_name) }

inputs:
  parts:
    type: File[]
    inputBinding: { position: 1 }
    secondaryFiles:
      - .manifest.json
  output_name:
    type: string

outputs:
  merged:
    type: File
    outputBinding: { glob: $(inputs.output_name) }
    secondaryFiles:
      - { pattern: .tbi, required: false }
      - { pattern: .csi, required: false }
      - { pattern: .bai, required: false }
      - .manifest.json
