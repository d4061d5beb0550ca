#!/usr/bin/env python3
"""Runs the transcripts beside it: commands of the tool with the output and exit code they must give.

Usage: transcripts.py --tool RINGFENCE [--write] [NAME...]

A transcript (transcripts/NAME.t) runs in a new directory, with the tool on the PATH, RINGFENCE_DB
set to world.db and WORLD naming examples/world. Its lines:

    # a comment                     kept
    $ ringfence init                run by sh; the lines after it are its output, both streams
    > a further line of the command
    text (re)                       matches as a regular expression
    [2]                             its exit code, if not 0

--write puts the real output into the transcripts, to be reviewed as a change; lines that match by
(re) are kept. Python 3 standard library only.
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


def run(command, folder, tool):
    env = {
        "PATH": os.path.dirname(tool) + ":/usr/bin:/bin",
        "RINGFENCE_DB": "world.db",
        "WORLD": os.path.join(ROOT, "examples", "world"),
        "RULES": os.path.join(ROOT, "rules"),
        "HOME": folder,
        "LC_ALL": "C.UTF-8",
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


def matches(expected, actual):
    if expected == actual:
        return True
    return expected.endswith(" (re)") and re.fullmatch(expected[:-5], actual) is not None


def merge(expected, actual):
    """The actual lines, but for those the expected ones match: shown as expected."""
    merged = []
    patterns = [line for line in expected if line.endswith(" (re)")]
    for line in actual:
        kept = next((pattern for pattern in patterns if matches(pattern, line)), None)
        merged.append(kept if kept is not None else line)
    return merged


def run_transcript(path, tool, write):
    """The differences as lines; none when everything matches."""
    with open(path, encoding="utf-8") as stream:
        steps = parse(stream.read())
    differences = []
    out = []
    commands = 0
    with tempfile.TemporaryDirectory() as folder:
        for step in steps:
            if step.command is None:
                out += ([""] if out and out[-1] else []) + step.lines
                continue
            commands += 1
            actual = run(step.command, folder, tool)
            same = len(step.lines) == len(actual) and all(map(matches, step.lines, actual))
            if not same:
                differences.append("$ " + step.command)
                differences += list(difflib.unified_diff(
                    step.lines, merge(step.lines, actual), "expected", "actual", lineterm="", n=3))
            out += ["$ " + step.command.replace("\n", "\n> ")] + merge(step.lines, actual)
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
