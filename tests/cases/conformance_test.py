#!/usr/bin/env python3
"""The map in rules/README.md from conformance cases to cases is the one the cases' refs make.

Usage: conformance_test.py ROOT [--write]. A case whose ref begins "conformance 58; ..." is listed
under 58. Exits 1 and prints what differs; --write puts the map there. Standard library only.
"""

import glob
import json
import os
import re
import sys

REF = re.compile(r"conformance (\d+)\b")
BEGIN, END = "<!-- map -->\n", "<!-- end of map -->\n"
HEAD = "| number | set | cases |\n|---|---|---|\n"


def refs(root):
    """{(number, set): [case name, ...]}, in the order of the files."""
    found = {}
    for path in sorted(glob.glob(os.path.join(root, "rules", "*", "*cases.json"))):
        name = os.path.basename(os.path.dirname(path))
        with open(path, encoding="utf-8") as stream:
            cases = json.load(stream)["cases"]
        for case in cases:
            for number in REF.findall(case.get("ref", "")):
                found.setdefault((int(number), name), []).append(case["name"])
    return found


def table(found):
    rows = [f"| {number} | {name} | {'; '.join(cases)} |\n"
            for (number, name), cases in sorted(found.items())]
    return HEAD + "".join(rows)


def main():
    root = sys.argv[1]
    path = os.path.join(root, "rules", "README.md")
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        print(f"rules/README.md: the map stands between {BEGIN!r} and {END!r}")
        return 1
    before, rest = text.split(BEGIN)
    shown, after = rest.split(END)
    found = refs(root)
    expected = table(found)
    if "--write" in sys.argv[2:]:
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(before + BEGIN + expected + END + after)
        return 0
    missing = [row for row in expected.splitlines() if row not in shown.splitlines()]
    stray = [row for row in shown.splitlines() if row not in expected.splitlines()]
    for row in missing:
        print("rules/README.md lacks:", row)
    for row in stray:
        print("rules/README.md has, and no case says so:", row)
    sets = {os.path.basename(os.path.dirname(p))
            for p in glob.glob(os.path.join(root, "rules", "*", "policy.json"))}
    unlisted = sorted(name for name in sets if f"]({name}/README.md)" not in before)
    for name in unlisted:
        print("rules/README.md has no row for the set", name)
    print(f"{len(found)} pairs of number and set, {len(sets)} sets")
    return 1 if missing or stray or unlisted or shown != expected or not found else 0


if __name__ == "__main__":
    sys.exit(main())
