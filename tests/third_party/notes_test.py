"""Signed notes: golang.org/x/mod and our parser must accept and refuse the same ones.

Usage: notes_test.py --build FOLDER --note_check PROGRAM [--count N] [--seed N]
"""
import argparse
import collections
import os
import subprocess
import sys

import go_build


def run(*command, data=None):
    out = subprocess.run(command, input=data, capture_output=True, timeout=120, check=False)
    if out.returncode or out.stderr:
        sys.exit(f"{command}: exit code {out.returncode}: {out.stderr.decode(errors='replace')}")
    return out.stdout


def records(data):
    while data:
        length, _, data = data.partition(b"\n")
        yield data[:int(length)]
        data = data[int(length):]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--note_check", required=True)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("RINGFENCE_SEED", "1")))
    args = parser.parse_args()
    if go_build.missing():
        sys.exit("notes_test: missing: " + "; ".join(go_build.missing()))
    program = go_build.build("notes", args.build)
    print(f"seed {args.seed}: repeat with --seed={args.seed}")
    made = run(program, "-make", str(args.count), "-seed", str(args.seed))
    notes = list(records(made))[1:]
    theirs = run(program, data=made).decode().splitlines()
    ours = run(args.note_check, data=made).decode().splitlines()
    if not len(notes) == len(theirs) == len(ours) == args.count:
        sys.exit(f"{len(notes)} notes, {len(theirs)} and {len(ours)} answers")
    differ = [number for number in range(args.count) if theirs[number] != ours[number]]
    for number in differ[:10]:
        print(f"note {number}: x/mod {theirs[number]}, we {ours[number]}: {notes[number]!r}")
    answers = collections.Counter(theirs)
    print(f"{args.count} notes, {dict(answers)}, {len(differ)} differ")
    # Each of the three answers must occur often, or the notes do not test much.
    rare = len(answers) != 3 or min(answers.values()) < args.count // 20
    return 1 if differ or rare else 0


if __name__ == "__main__":
    sys.exit(main())
