#!/usr/bin/env python3
"""The map in rules/README.md from conformance cases to cases is the one the cases' refs make, and
its table names the groups of facts that each set's rules ask about.

Usage: conformance_test.py ROOT [--write]. A case whose ref begins "conformance 58; ..." is listed
under 58. Exits 1 and prints what differs; --write puts the map there. Standard library only.
"""

import glob
import json
import os
import re
import sys

FACT = re.compile(r"\b(?:callee|caller)\.\w+(?:\((?:callee|caller)\))?")
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


def groups(root, name):
    """The groups a set's rules ask about beyond accounts, relations and the call, as the table has
    them: "contact, list" or "-"."""
    with open(os.path.join(root, "schema", "catalog.json"), encoding="utf-8") as stream:
        derived = {fact["name"]: fact["group"] for fact in json.load(stream)["derived"]}
    with open(os.path.join(root, "rules", name, "policy.json"), encoding="utf-8") as stream:
        asked = FACT.findall(json.dumps(json.load(stream)["decisions"]))
    named = {derived[fact] for fact in asked if fact in derived}
    order = list(dict.fromkeys(derived.values()))
    return ", ".join(sorted(named, key=order.index)) or "-"


def wrong_groups(root, names, text):
    """[(set, what the last column of the second table says, what it should)]."""
    shown = dict(re.findall(r"^\| ([a-z0-9-]+) \|(?:[^|\n]*\|){7} ([^|\n]*) \|$", text, re.M))
    return [(name, shown.get(name), groups(root, name)) for name in sorted(names)
            if shown.get(name) != groups(root, name)]


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
    wrong = wrong_groups(root, sets, before)
    for name, said, asked in wrong:
        print(f"rules/README.md: the groups of {name} are {asked}, not {said}")
    print(f"{len(found)} pairs of number and set, {len(sets)} sets")
    return 1 if missing or stray or unlisted or wrong or shown != expected or not found else 0


if __name__ == "__main__":
    sys.exit(main())
