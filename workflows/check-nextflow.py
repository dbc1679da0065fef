#!/usr/bin/env python3
"""Checks what the Nextflow engine does not: that the modules' meta.yml files say what main.nf does, that their environments and tests
are complete, and that the schemas of the parameters have what nextflow.config has.

    python workflows/check-nextflow.py [NEXTFLOW_FOLDER]

Needs PyYAML and jsonschema. Prints a line for each fault, and ends with 1 if there is one.
"""
import json, re, sys
from pathlib import Path

import jsonschema, yaml

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "nextflow")
KINDS = ["map", "file", "directory", "string", "integer", "float", "boolean", "list", "eval"]
ELEMENT = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": {
        "type": "object",
        "required": ["type", "description"],
        "additionalProperties": False,
        "properties": {
            "type": {"enum": KINDS},
            "description": {"type": "string", "minLength": 5},
            "pattern": {"type": "string"},
            "ontologies": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^https?://"}}},
        },
    },
}
CHANNEL = {"oneOf": [ELEMENT, {"type": "array", "minItems": 1, "items": ELEMENT}]}
OUTPUTS = {"type": "object", "additionalProperties": {"type": "array", "minItems": 1, "items": CHANNEL}}
META = {
    "type": "object",
    "required": ["name", "description", "keywords", "tools", "input", "output", "topics", "authors", "maintainers"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string", "minLength": 10},
        "keywords": {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "string"}},
        "tools": {"type": "array", "minItems": 1, "items": {"type": "object", "additionalProperties": {"type": "object", "required": ["description", "licence"]}}},
        "input": {"type": "array", "items": CHANNEL},
        "output": OUTPUTS,
        "topics": OUTPUTS,
        "authors": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^@"}},
        "maintainers": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^@"}},
    },
}
ENVIRONMENT = {
    "type": "object",
    "required": ["channels", "dependencies"],
    "additionalProperties": False,
    "properties": {
        "channels": {"const": ["conda-forge", "bioconda"]},
        "dependencies": {
            "type": "array",
            "items": {
                "oneOf": [
                    {"type": "string", "pattern": "^(bioconda|conda-forge)::[a-z0-9-]+=[0-9.]+$"},
                    {"type": "object", "required": ["pip"], "properties": {"pip": {"type": "array", "items": {"type": "string", "pattern": "^[a-z-]+(\\[[a-z,]+\\])?==[0-9.]+$"}}}},
                ]
            },
        },
    },
}
faults = []


def check(schema, document, where):
    """Faults of a document by a schema."""
    for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
        faults.append(f"{where}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")


def arguments(text):
    """The arguments of val(…), path(…) and eval(…) in a line, without options such as stageAs."""
    found = []
    for match in re.finditer(r"\b(val|path|eval)(?:\(| )", text):
        rest = text[match.end():]
        quoted = re.match(r"""(["'])(.*?)(?<!\\)\1""", rest)
        found.append((match.group(1), quoted.group(2) if quoted else re.match(r"\w+", rest).group(0)))
    return found


def names(channel):
    return [next(iter(element)) for element in (channel if isinstance(channel, list) else [channel])]


def module(folder):
    where = folder.relative_to(ROOT)
    text = (folder / "main.nf").read_text()
    meta = yaml.safe_load((folder / "meta.yml").read_text())
    check(META, meta, where / "meta.yml")
    expected = "_".join(folder.relative_to(ROOT / "modules").parts)
    if meta["name"] != expected or f"process {expected.upper()} {{" not in text:
        faults.append(f"{where}: the module is {expected}, its meta.yml says {meta['name']}")
    section = lambda start, end: [line.strip() for line in text.split(f"    {start}:\n")[1].split(f"    {end}:\n")[0].splitlines() if line.strip()]
    inputs = [[name for _, name in arguments(line)] for line in section("input", "output")]
    if inputs != [names(channel) for channel in meta["input"]]:
        faults.append(f"{where}: inputs are {inputs} in main.nf and {[names(c) for c in meta['input']]} in meta.yml")
    outputs, topics = {}, {}
    for line in section("output", "when"):
        emit = re.search(r"emit: (\w+)", line)
        if not emit:
            faults.append(f"{where}: no emit: {line}")
            continue
        outputs[emit.group(1)] = [name for _, name in arguments(line)]
        topic = re.search(r"topic: (\w+)", line)
        if topic:
            topics[topic.group(1)] = outputs[emit.group(1)]
    for kind, here in (("output", outputs), ("topics", topics)):
        there = {name: [n for channel in channels for n in names(channel)] for name, channels in meta[kind].items()}
        if here != there:
            faults.append(f"{where}: {kind}: {here} in main.nf and {there} in meta.yml")
    environments = ["environment.yml"] + (["environment.gpu.yml"] if "task.accelerator" in text else [])
    for name in environments:
        if not (folder / name).exists() or name not in text:
            faults.append(f"{where}: {name} is missing, or main.nf does not use it")
            continue
        check(ENVIRONMENT, yaml.safe_load((folder / name).read_text()), where / name)
    for variant in ["", ".gpu"][: len(environments)]:
        test, snapshot, config = (folder / "tests" / f for f in (f"main{variant}.nf.test", f"main{variant}.nf.test.snap", f"nextflow{variant}.config"))
        missing = [f.name for f in (test, snapshot, config) if not f.exists()]
        if missing:
            faults.append(f"{where}: tests lack {', '.join(missing)}")
            continue
        cases = re.findall(r'test\("(.*?)"\)', test.read_text())
        if not any(c.endswith("stub") for c in cases) or all(c.endswith("stub") for c in cases):
            faults.append(f"{where}: {test.name} needs a stub and a real case")
        for tag in ["modules", "modules_nfcore", where.parts[-2], "/".join(where.parts[-2:])] + (["gpu"] if variant else []):
            if f'tag "{tag}"' not in test.read_text():
                faults.append(f"{where}: {test.name} lacks the tag {tag}")
        if set(json.loads(snapshot.read_text())) - set(cases):
            faults.append(f"{where}: {snapshot.name} has snapshots of tests that are not there")


def parameters():
    """nextflow.config and nextflow_schema.json have the same parameters, with the same defaults."""
    block = re.search(r"^params \{\n(.*?)^\}", (ROOT / "nextflow.config").read_text(), re.S | re.M).group(1)
    configured = {}
    for line in block.splitlines():
        name, value = map(str.strip, line.split("=", 1))
        configured[name] = None if value == "null" else json.loads(value.replace("'", '"'))
    schema = json.loads((ROOT / "nextflow_schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    known = {name: p for group in schema["$defs"].values() for name, p in group["properties"].items()}
    if {ref["$ref"] for ref in schema["allOf"]} != {f"#/$defs/{name}" for name in schema["$defs"]}:
        faults.append("nextflow_schema.json: allOf does not name every group")
    for name in sorted(configured.keys() | known.keys()):
        if name not in known or name not in configured:
            faults.append(f"--{name} is only in {'nextflow.config' if name in configured else 'nextflow_schema.json'}")
        elif configured[name] != known[name].get("default"):
            faults.append(f"--{name} is {configured[name]} in nextflow.config and {known[name].get('default')} in nextflow_schema.json")
        elif not known[name].get("description"):
            faults.append(f"--{name} has no description")
    given = {name: value for name, value in configured.items() if value is not None}
    check(schema, {**given, "input": "samples.csv"}, "the defaults")
    for wrong in ({"shards": "four"}, {"shards": -1}, {"outdir": 1}, {"model": "a/b"}):
        if jsonschema.Draft202012Validator(schema).is_valid({"input": "samples.csv", **wrong}):
            faults.append(f"nextflow_schema.json takes {wrong}")
    rows = json.loads((ROOT / "assets/schema_input.json").read_text())
    jsonschema.Draft202012Validator.check_schema(rows)
    check(rows, [{"id": "a", "kind": "scan", "file": "genome.fa"}], "assets/schema_input.json")
    if jsonschema.Draft202012Validator(rows).is_valid([{"id": "a b", "kind": "walk"}]):
        faults.append("assets/schema_input.json takes anything")


folders = sorted(path.parent for path in (ROOT / "modules/genogloss").glob("*/main.nf"))
for folder in folders:
    module(folder)
parameters()
for fault in faults:
    print(f"error: {fault}", file=sys.stderr)
print(f"check-nextflow: {len(folders)} modules, {len(faults)} faults")
sys.exit(1 if faults or not folders else 0)
