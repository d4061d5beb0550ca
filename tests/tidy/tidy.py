#!/usr/bin/env python3
"""Checks the rules of this tree that no formatter and no compiler checks.

Usage: tidy.py [ROOT]. Takes a source tree; prints each finding as file:line: text and exits 1 if
there is any, else 0. Python 3 standard library only. tidy_test.py shows that each check can fail.
"""

import os
import re
import sys

from cpp_source import blank_literals, function_spans

# engine/README.md explains this table; api may include every stage, all may include the public
# headers, and the tool sees nothing but those.
STAGES = ["base", "facts", "policy", "program", "compile", "eval", "cases", "analyze", "contacts",
          "derived", "log", "replay", "store", "api"]
DIRECTION = {
    "base": [],
    "facts": ["base"],
    "policy": ["base", "facts"],
    "program": ["base", "facts"],
    "compile": ["base", "facts", "policy", "program"],
    "eval": ["base", "facts", "program"],
    "cases": ["base", "facts", "policy", "program", "compile", "eval"],
    "analyze": ["base", "facts", "policy", "program", "compile", "eval", "cases"],
    "contacts": ["base"],
    "derived": ["base", "facts"],
    "log": ["base", "facts"],
    "replay": ["base", "facts", "program", "eval", "log"],
    "store": ["base", "facts", "contacts", "derived"],
    "zones": [],
    "api": STAGES,
    "cli": [],
}
# Headers of other projects, and the folders that may know them.
PRIVATE_HEADERS = {
    "sqlite3.h": ("engine/store/", "tests/bench/"),  # the benchmark's baseline is bare SQLite
    "rapidjson/": ("engine/base/", "engine/cli/"),
    "sodium": ("engine/contacts/", "tests/bench/"),  # a bare scalar multiplication is a baseline
    # The test puts itself before the parser and counts.
    "phonenumbers/": ("engine/contacts/client/", "tests/unit/contacts_client_bound.cc"),
    "idn2.h": ("engine/contacts/client/",),
    "cctz/": ("engine/zones/",),
    "openssl/": ("engine/log/", "tests/bench/"),  # bare hashing is a baseline
}

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 70
MAX_COLUMNS = 100
# Promises made to readers of the examples.
FILE_LINES = {"examples/embed/main.cc": 60, "examples/signalling/main.cc": 200}

MIN_COMMENT_SHARE = 0.40
# A shorter header (export macros, an umbrella) has too few lines for a share to mean anything.
MIN_HEADER_LINES = 30
MIN_ASSERTIONS_PER_1000 = 15
ASSERTING_STAGES = ["program", "compile", "eval", "log", "replay"]

# Written in two halves, so that this file does not contain what it forbids.
FORBIDDEN = [
    (re.compile("ver" + "dict", re.I), "the word is 'decision'"),
    (re.compile(r"(?<![\w.])/(wo" + "rk|ro" + "ot)/"), "a path of somebody's machine"),
    (re.compile(r"(?<![\w.])/tmp" + "/b-"), "a path of somebody's machine"),
    (re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b"), "unfinished work: do it or leave it out"),
    (re.compile(r"\bissue" + r"[ -]?#?\d+\b", re.I), "an issue number: say what it was about"),
    (re.compile("(py" + "pi\\.org|registry\\.npm" + "js|crates" + "\\.io|deb\\.deb" + "ian)"),
     "the host of a package registry"),
]

SKIPPED_FOLDERS = re.compile(r"^(\.git|\.cache|__pycache__|build|build-.*)$")
C_HEADERS = ("stddef.h", "stdint.h")  # of the public header that is C
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
ASSERTION = re.compile(r"\bD?CHECK(_MSG)?\(")


class SourceFile:
    """One file of the tree: its path from the root and its lines."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), "rb") as stream:
            data = stream.read()
        self.binary = b"\0" in data
        self.lines = data.decode("utf-8", errors="replace").splitlines()

    def is_cpp(self):
        return self.path.endswith((".cc", ".h"))

    def is_code(self):
        name = os.path.basename(self.path)
        if self.is_cpp() or name == "CMakeLists.txt":
            return True
        if name.endswith((".py", ".cmake", ".cmake.in", ".sh", ".lua")):
            return True
        return "." not in name and bool(self.lines) and self.lines[0].startswith("#!")

    def is_public_header(self):
        return self.path.startswith("engine/include/ringfence/") and self.path.endswith(".h")

    def stage(self):
        """The folder below engine/, or None."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "engine" and len(parts) > 2 else None

    def includes(self):
        """(line number, is quoted, name) of each include."""
        for number, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1) == '"', match.group(2)


def load(root):
    files = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not SKIPPED_FOLDERS.match(f))
        for name in sorted(names):
            path = os.path.join(folder, name)
            # A worktree's .git is a file that names a place on this machine.
            if name != ".git" and os.path.isfile(path) and not os.path.islink(path):
                files.append(SourceFile(root, os.path.relpath(path, root)))
    return files


def check_words(file):
    if file.binary:
        return
    for number, line in enumerate(file.lines, 1):
        for pattern, why in FORBIDDEN:
            match = pattern.search(line)
            if match:
                yield number, f"'{match.group(0)}': {why}"


def check_shape(file):
    if not file.is_code():
        return
    limit = FILE_LINES.get(file.path, MAX_FILE_LINES)
    if len(file.lines) > limit:
        yield limit + 1, f"{len(file.lines)} lines: a file has at most {limit}"
    for number, line in enumerate(file.lines, 1):
        if len(line) > MAX_COLUMNS:
            yield number, f"{len(line)} columns: a line has at most {MAX_COLUMNS}"
        if "\t" in line:
            yield number, "a tab: indent with spaces, write \\t in strings"


def check_cpp(file):
    if not file.is_cpp():
        return
    if not file.lines or not file.lines[0].startswith(("//", "/*")):
        yield 1, "a C++ file opens with a comment: what it is for, what it takes and gives"
    for first, last in function_spans(file.lines):
        if last - first + 1 > MAX_FUNCTION_LINES:
            yield first, (f"a function of {last - first + 1} lines: "
                          f"at most {MAX_FUNCTION_LINES}")


def check_foreign_headers(file):
    if not file.is_cpp():
        return
    for number, _, name in file.includes():
        for header, homes in PRIVATE_HEADERS.items():
            if name.startswith(header) and not file.path.startswith(homes):
                yield number, f"{name} is private to {' and '.join(homes)}"


def check_public_header(file):
    if not file.is_public_header():
        return
    for number, quoted, name in file.includes():
        standard = not quoted and ("." not in name and "/" not in name or name in C_HEADERS)
        if not standard and (quoted or not name.startswith("ringfence/")):
            yield number, "a public header includes <ringfence/...> and the standard library only"
    used = [line for line in file.lines if line.strip()]
    comments = [line for line in blank_literals(file.lines, keep_comments=True) if "//" in line]
    if len(used) >= MIN_HEADER_LINES and len(comments) < MIN_COMMENT_SHARE * len(used):
        yield 1, (f"{len(comments)} of {len(used)} lines have a comment: "
                  f"a public header needs {MIN_COMMENT_SHARE:.0%}")


def check_direction(file):
    stage = file.stage()
    if not file.is_cpp() or stage is None or stage == "include":
        return
    if stage not in DIRECTION:
        yield 1, f"engine/{stage} is not in the direction table"
        return
    for number, quoted, name in file.includes():
        if not quoted or name.startswith(tuple(PRIVATE_HEADERS)):
            continue
        other = name.split("/")[0] if "/" in name else None
        if other is None or other == "..":
            yield number, f'"{name}": write includes from the engine root'
        elif other != stage and other not in DIRECTION[stage]:
            yield number, f"engine/{stage} may not include {other}/"


def check_outsiders(file):
    """Examples are hosts: they see what is installed. The reference evaluator shares no code with
    what it is compared with; a test beside it may."""
    if not file.is_cpp():
        return
    banned = []
    if file.path.startswith("examples/"):
        banned = list(DIRECTION)
    elif file.path.startswith("tests/reference/") and not file.path.endswith("_test.cc"):
        banned = ["program", "compile", "eval"]
    for number, quoted, name in file.includes():
        if quoted and name.split("/")[0] in banned:
            yield number, f"{os.path.dirname(file.path)} may not include {name}"


def check_cycles(files):
    """No two engine folders include each other, whatever the table says."""
    seen = {}
    for file in files:
        if file.is_cpp() and file.stage() in DIRECTION:
            for number, quoted, name in file.includes():
                other = name.split("/")[0]
                if quoted and other in DIRECTION and other != file.stage():
                    seen.setdefault((file.stage(), other), (file.path, number))
    for (one, other), (path, number) in sorted(seen.items()):
        if (other, one) in seen:
            yield path, number, f"engine/{one} and engine/{other} include each other"


def check_assertions(files):
    """Headers declare and assert nothing: the share is that of the .cc files."""
    for stage in ASSERTING_STAGES:
        lines = assertions = 0
        for file in files:
            if file.path.endswith(".cc") and file.stage() == stage:
                lines += len(file.lines)
                assertions += sum(len(ASSERTION.findall(line))
                                  for line in blank_literals(file.lines))
        if lines and assertions * 1000 < MIN_ASSERTIONS_PER_1000 * lines:
            yield f"engine/{stage}", 1, (f"{assertions} assertions in {lines} lines: at least "
                                         f"{MIN_ASSERTIONS_PER_1000} per 1,000")


def check_source_tour(files):
    readme = next((f for f in files if f.path == "engine/README.md"), None)
    if readme is None:
        if any(f.stage() for f in files):
            yield "engine/README.md", 1, "the engine needs its source tour"
        return
    text = "\n".join(readme.lines)
    for file in files:
        name = os.path.basename(file.path)
        if file.is_public_header() and not re.search(rf"\b{re.escape(name)}\b", text):
            yield readme.path, 1, f"{name} is a public header that is not listed"
    for stage in sorted({f.stage() for f in files if f.is_cpp()} - {None, "include"}):
        if not re.search(rf"^\W*{stage}/", text, re.M):
            yield readme.path, 1, f"no paragraph starts with {stage}/"


FILE_CHECKS = [check_words, check_shape, check_cpp, check_foreign_headers, check_public_header,
               check_direction, check_outsiders]
TREE_CHECKS = [check_cycles, check_assertions, check_source_tour]


def findings(root):
    files = load(root)
    found = []
    for file in files:
        for check in FILE_CHECKS:
            found += [(file.path, number, text) for number, text in check(file)]
    for check in TREE_CHECKS:
        found += check(files)
    return found, len(files)


def main():
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    root = sys.argv[1] if len(sys.argv) > 1 else default
    found, count = findings(root)
    for path, number, text in sorted(found):
        print(f"{path}:{number}: {text}")
    if count == 0:
        print(f"{root}: no files", file=sys.stderr)
        return 1
    print(f"{count} files, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
