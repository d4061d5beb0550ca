"""Runs the README's console blocks, in order and in one folder: they must print what they show.
Of what differs from run to run (transcripts.VARIABLE) only the kind has to be the same.

Usage: readme_test.py --tool RINGFENCE
"""
import argparse
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))
import transcripts  # noqa: E402  (a script beside us, not a package)


def shapes(lines):
    return [transcripts.normal(line, transcripts.VARIABLE) for line in lines]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    tool = os.path.abspath(parser.parse_args().tool)
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as stream:
        blocks = re.findall(r"^```console\n(.*?)^```$", stream.read(), re.MULTILINE | re.DOTALL)
    commands = 0
    failed = 0
    exported = {}
    with tempfile.TemporaryDirectory() as folder:
        for step in transcripts.parse("\n".join(blocks)):
            if step.command is None:
                continue
            commands += 1
            actual = transcripts.run(step.command, folder, tool, exported)
            if shapes(actual) != shapes(step.lines):
                failed += 1
                print(f"$ {step.command}\nthe README shows:", *step.lines, sep="\n")
                print("the tool prints:", *actual, sep="\n")
    print(f"{commands} commands of the README, {failed} failed")
    return 1 if failed or commands == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
