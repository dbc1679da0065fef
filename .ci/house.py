#!/usr/bin/env python3
"""Checks what keeps the source readable: no circle of imports between files of src/, no long file, commands that are options alone, and
no test that is never run.

    python3 .ci/house.py        # one line for each fault; exit code 1 if there is one

Functions of more than 100 lines are found by clippy (clippy.toml).
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
MOST_LINES_OF_A_FILE = 600
MOST_LINES_OF_COMMANDS = 3400

Module = tuple[str, ...]


def modules() -> dict[Module, Path]:
    """Every file of src/ by its module path; lib.rs and main.rs only list the others."""
    found = {}
    for file in sorted(SOURCE.rglob("*.rs")):
        path = file.relative_to(SOURCE).with_suffix("").parts
        if path not in [("lib",), ("main",)]:
            found[path[:-1] if path[-1] == "mod" else path] = file
    return found


def code(file: Path) -> str:
    """A file without comments and without the unit tests at its end."""
    text = re.sub(r"//[^\n]*", "", file.read_text())
    return re.split(r"#\[cfg\(test\)\]\s*mod \w+ \{", text)[0]


def split(tree: str) -> list[str]:
    """The parts of a list in a `use`, at the commas that are in no inner list."""
    parts, depth, begin = [], 0, 0
    for at, letter in enumerate(tree):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts.append(tree[begin:at])
            begin = at + 1
    return [part.strip() for part in [*parts, tree[begin:]] if part.strip()]


def leaves(tree: str) -> list[list[str]]:
    """The paths of a `use`: `a::{b, c::d}` is a::b and a::c::d."""
    paths = []
    for part in split(tree):
        if inner := re.fullmatch(r"([\w:]*?)(?:::)?\{(.*)\}", part, re.DOTALL):
            first = [name for name in inner[1].split("::") if name]
            paths += [first + rest for rest in leaves(inner[2])]
        else:
            paths.append([name for name in re.sub(r"\s+as\s+\w+", "", part).split("::") if name])
    return paths


def imports(module: Module, file: Path, known: dict[Module, Path]) -> set[Module]:
    """The files that a file imports from."""
    text = code(file)
    uses = re.findall(r"\buse\s+([^;]+);", text)
    paths = [path for use in uses for path in leaves(use)]
    rest = re.sub(r"\buse\s+[^;]+;", "", text)
    paths += [path.split("::") for path in re.findall(r"\b(?:crate|super|self)(?:::\w+)+", rest)]
    found = set()
    for path in paths:
        base, names = list(module), list(path)
        if names[0] == "crate":
            base, names = [], names[1:]
        elif names[0] not in ("self", "super") and (*module, names[0]) not in known:
            continue  # another crate
        while names and names[0] in ("self", "super"):
            base = base[:-1] if names[0] == "super" else base
            names = names[1:]
        target = tuple(base + names)
        while target and target not in known:
            target = target[:-1]
        if target and target != module:
            found.add(target)
    return found


def circles(edges: dict[Module, set[Module]]) -> list[list[Module]]:
    """Sets of files each of which reaches all others of its set."""

    def reached(start: Module) -> set[Module]:
        seen, waiting = set(), [start]
        while waiting:
            for target in edges.get(waiting.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return seen

    reach = {module: reached(module) for module in edges}
    found, done = [], set()
    for module in edges:
        circle = [other for other in reach[module] if module in reach[other]]
        if module not in done and len(circle) > 1:
            found.append(sorted(circle))
            done.update(circle)
    return found


def forgotten() -> list[str]:
    """Files of tests/ that no module lists: they would not be compiled, and nobody would notice."""
    faults = []
    for file in sorted((ROOT / "tests").rglob("*.rs")):
        folder = file.parent.parent if file.name == "mod.rs" else file.parent
        name = file.parent.name if file.name == "mod.rs" else file.stem
        lists = ROOT / "tests" / "main.rs" if folder == ROOT / "tests" else folder / "mod.rs"
        if file != lists and not (lists.exists() and re.search(rf"^(pub )?mod {name};", lists.read_text(), re.MULTILINE)):
            faults.append(f"{file.relative_to(ROOT)}: not a module of {lists.relative_to(ROOT)}, so it is never run")
    return faults


def main() -> int:
    """Prints every fault."""
    known = modules()
    faults = []
    for file in sorted([*SOURCE.rglob("*.rs"), *(ROOT / "tests").rglob("*.rs")]):
        lines = len(file.read_text().splitlines())
        if lines > MOST_LINES_OF_A_FILE:
            faults.append(f"{file.relative_to(ROOT)}: {lines} lines, and at most {MOST_LINES_OF_A_FILE} are allowed")
    commands = sum(len(file.read_text().splitlines()) for file in (SOURCE / "commands").rglob("*.rs"))
    if commands > MOST_LINES_OF_COMMANDS:
        faults.append(f"src/commands: {commands} lines, and at most {MOST_LINES_OF_COMMANDS} are allowed")
    edges = {module: imports(module, file, known) for module, file in known.items()}
    for circle in circles(edges):
        for module in circle:
            targets = ", ".join("::".join(target) for target in sorted(edges[module] & set(circle)))
            faults.append(f"{known[module].relative_to(ROOT)}: in a circle of imports, through {targets}")
    faults += forgotten()
    print("\n".join(faults) or "the house is in order")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
