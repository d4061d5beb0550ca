#!/usr/bin/env python3
"""Runs the transcripts beside it: commands of the tool, their output and exit code.

Usage: transcripts.py --tool RINGFENCE [--write] [NAME...]

A transcript (transcripts/NAME.t) runs in a new directory, with the tool on the PATH, RINGFENCE_DB
set to world.db and WORLD naming examples/world. Its lines:

    # a comment                     kept
    $ ringfence init                run by sh; the lines after it are its output, both streams
    $ export NAME=VALUE             holds for the commands after it too
    > a further line of the command
    [2]                             its exit code, if not 0

In the output digests (64 digits, or their first 8) read DIGEST and this tree's folder ROOT. What
differs from run to run is named by its kind: ids of 32 digits ID, times TIME (with nanoseconds
TIME.NS), lengths of time LENGTH, months MONTH, verifier keys VKEY, counts that depend on time N.
--write puts the real output into the transcripts, to be reviewed as a change. Python 3 standard
library only.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TIMEOUT_S = 60

# What differs from run to run: each kind has one shape, so that something else in its place shows.
VARIABLE = [
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"), "TIME.NS"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\b20\d\d-\d\d\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}"), "VKEY"),
    (re.compile(r"\b20\d\d-\d\d\b(?!-)"), "MONTH"),
    (re.compile(r"\b(?!0{32})[0-9a-f]{32}\b"), "ID"),
    (re.compile(r"\b(checkpoints|monotonic_ns|time_s)(\W+)\d+"), r"\1\2N"),
    (re.compile(r"(epoch\W+)\d{3}\b"), r"\1N"),  # of a log: of 30 days since 1970
    (re.compile(r"\bin \d+ seconds"), "in N seconds"),
    (re.compile(r"\b\d+:\d\d:\d\d\.\d{3}\b"), "LENGTH"),
]
# And what differs with every change of the catalog or a rule set, or of where this tree lies.
NORMAL = VARIABLE + [
    (re.compile(r"\b[0-9a-f]{64}\b|\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b"), "DIGEST"),
    (re.compile(re.escape(ROOT) + r"\b"), "ROOT"),
]


class Step:
    """One command, or (command None) lines of comment."""

    def __init__(self, command, lines):
        self.command = command
        self.lines = lines


def parse(text):
    steps = []
    for line in text.splitlines():
        last = steps[-1] if steps else None
        if line.startswith("$ "):
            steps.append(Step(line[2:], []))
        elif line.startswith("> ") and last and last.command is not None and not last.lines:
            last.command += "\n" + line[2:]
        elif line.startswith("#") or (not line and (last is None or last.command is None)):
            if last is None or last.command is not None:
                steps.append(Step(None, []))
            steps[-1].lines.append(line)
        else:
            last.lines.append(line)
    for step in steps:
        # A blank line between a command's output and the next comment or command is layout.
        while step.command is not None and step.lines and not step.lines[-1]:
            step.lines.pop()
    return steps


EXPORT = re.compile(r"export (\w+)=(\S+)$")


def run(command, folder, tool, exported):
    """The output's lines and the exit code. `exported` keeps what `export` set."""
    export = EXPORT.match(command)
    if export:
        exported[export.group(1)] = export.group(2)
    env = {
        "PATH": os.path.dirname(tool) + ":/usr/bin:/bin",
        "RINGFENCE_DB": "world.db",
        "WORLD": os.path.join(ROOT, "examples", "world"),
        "RULES": os.path.join(ROOT, "rules"),
        "HOME": folder,
        "LC_ALL": "C.UTF-8",
        **exported,
    }
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH"):
        if name in os.environ:
            env[name] = os.environ[name]
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S)
    lines = done.stdout.decode("utf-8", errors="backslashreplace").split("\n")
    if lines[-1] == "":
        lines.pop()
    if done.returncode != 0:
        lines.append(f"[{done.returncode}]")
    return lines


def normal(line, patterns=None):
    for pattern, name in patterns or NORMAL:
        line = pattern.sub(name, line)
    return line


def run_transcript(path, tool, write):
    """The differences as lines; none when everything matches."""
    with open(path, encoding="utf-8") as stream:
        steps = parse(stream.read())
    differences = []
    out = []
    commands = 0
    exported = {}
    with tempfile.TemporaryDirectory() as folder:
        for step in steps:
            if step.command is None:
                out += ([""] if out and out[-1] else []) + step.lines
                continue
            commands += 1
            actual = [normal(line) for line in run(step.command, folder, tool, exported)]
            if step.lines != actual:
                differences.append("$ " + step.command)
                differences += list(difflib.unified_diff(
                    step.lines, actual, "expected", "actual", lineterm="", n=3))
            out += ["$ " + step.command.replace("\n", "\n> ")] + actual
    if write and differences:
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("\n".join(out) + "\n")
    if commands == 0:
        differences.append("the transcript runs no command")
    return commands, differences


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    folder = os.path.join(HERE, "transcripts")
    names = args.names or sorted(name[:-2] for name in os.listdir(folder) if name.endswith(".t"))
    failed = 0
    total = 0
    for name in names:
        path = os.path.join(folder, name + ".t")
        commands, differences = run_transcript(path, os.path.abspath(args.tool), args.write)
        total += commands
        if differences:
            failed += 1
            print(f"{name}: FAILED")
            print("\n".join("  " + line for line in differences))
        else:
            print(f"{name}: {commands} commands")
    print(f"{len(names)} transcripts, {total} commands, {failed} failed")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
