#!/usr/bin/env python3
"""Reads a page as a browser does, and prints what is in it as JSON: faults of its tags, what it would load, its tables and its links.

python3 tests/report/page.py PAGE.html
"""

import json
import sys
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "base", "col", "embed", "source", "wbr"}
# What a browser loads without being asked.
LOADS = {"src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href"}


class Page(HTMLParser):
    """Follows the tags of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.scripts = 0
        self.tables: list[list[list[str]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        names = [name for name, _ in attributes]
        if len(set(names)) != len(names):
            self.faults.append(f"{self.getpos()}: an attribute of {tag} is there twice")
        for name, value in attributes:
            if name in LOADS or (tag == "link" and name == "href") or name.startswith("on"):
                self.loads.append(f"{tag} {name}={value}")
            if name == "id":
                self.ids.append(value)
            if tag == "a" and name == "href":
                self.links.append(value)
        self.scripts += tag == "script"
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"{self.getpos()}: </{tag}> where {self.open[-1:]} is open")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "th" in self.open:
            self.tables[-1][-1][-1] += data
        if not {"script", "style"} & set(self.open):
            self.text.append(data)


def main() -> None:
    """Prints what is in the page."""
    page = Page()
    with open(sys.argv[1], encoding="utf-8") as file:
        page.feed(file.read())
    page.close()
    faults = page.faults + [f"<{tag}> is not closed" for tag in page.open]
    faults += [f"the id {name} is there twice" for name in set(page.ids) if page.ids.count(name) > 1]
    json.dump(
        {
            "faults": faults,
            "loads": page.loads,
            "links": page.links,
            "scripts": page.scripts,
            "tables": page.tables,
            "text": " ".join("".join(page.text).split()),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
