#!/usr/bin/env python3
"""What transcripts cannot show of lint and fmt: SARIF as its readers want it, and our own files.

Usage: lint_fmt_test.py --tool RINGFENCE. Python 3 standard library only. The demands on a log are
those of SARIF 2.1.0 (OASIS) on what is in ours, and of code hosts that take uploads of it; each is
broken once below, and must be missed.
"""

import argparse
import copy
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOL = None
LONGEST = 1024  # characters of a description that code hosts show
LEVELS = ("none", "note", "warning", "error")


def run(*words, cwd=ROOT):
    return subprocess.run([TOOL, *words], cwd=cwd, capture_output=True, text=True, timeout=60,
                          encoding="utf-8", check=False)


def is_text(message):
    return isinstance(message.get("text"), str) and 0 < len(message["text"]) <= LONGEST


def rule_faults(rules):
    """What is wrong with the rules of a driver."""
    if len({rule.get("id") for rule in rules}) != len(rules):
        yield "two rules have one id"
    for rule in rules:
        if not rule.get("id"):
            yield "a rule without id"
        for key in ("shortDescription", "fullDescription", "help"):
            if not is_text(rule.get(key, {})):
                yield f"{rule.get('id')}: {key}"
        if rule.get("defaultConfiguration", {}).get("level") not in LEVELS:
            yield f"{rule.get('id')}: level"


def region_faults(region):
    numbers = [region.get(key) for key in ("startLine", "startColumn", "endLine", "endColumn")]
    if not all(isinstance(number, int) and number >= 1 for number in numbers):
        yield f"{region} has no whole place"
    elif numbers[2:] < numbers[:2]:
        yield f"{region} ends before it begins"


def result_faults(result, rules):
    index = result.get("ruleIndex", -1)
    if not 0 <= index < len(rules) or rules[index].get("id") != result.get("ruleId"):
        yield f"ruleId {result.get('ruleId')} is not that of rule {index}"
    if result.get("level") not in LEVELS:
        yield "level"
    if not is_text(result.get("message", {})):
        yield "message"
    if len(result.get("locations", ())) != 1:
        yield "no location"
        return
    place = result["locations"][0].get("physicalLocation", {})
    uri = place.get("artifactLocation", {}).get("uri", "")
    if not uri or " " in uri or not uri.isascii():
        yield f"uri {uri}"
    yield from region_faults(place.get("region", {}))


def faults(log):
    """What is wrong with a SARIF log of one run."""
    if log.get("version") != "2.1.0" or not log.get("$schema", "").endswith("2.1.0.json"):
        yield "version"
    if len(log.get("runs", ())) != 1:
        yield "not one run"
        return
    one = log["runs"][0]
    driver = one.get("tool", {}).get("driver", {})
    if not driver.get("name"):
        yield "the tool has no name"
    if one.get("columnKind") != "utf16CodeUnits":
        yield "columnKind"
    if not isinstance(one.get("results"), list):
        yield "no results"
        return
    for invocation in one.get("invocations", ({},)):
        if not isinstance(invocation.get("executionSuccessful"), bool):
            yield "executionSuccessful"
    rules = driver.get("rules", [])
    yield from rule_faults(rules)
    for result in one["results"]:
        yield from result_faults(result, rules)


def change(path, value):
    """A function that puts `value` at `path` of a log, or takes away what is there (None)."""

    def apply(log):
        for key in path[:-1]:
            log = log[key]
        if value is None:
            del log[path[-1]]
        else:
            log[path[-1]] = value

    return apply


RUN = ("runs", 0)
RESULT = RUN + ("results", 0)
REGION = RESULT + ("locations", 0, "physicalLocation", "region")
BROKEN = [
    (("version",), "2.0.0"), (("$schema",), None), (("runs",), []), (RUN + ("columnKind",), None),
    (RUN + ("tool", "driver", "name"), ""), (RUN + ("results",), None),
    (RUN + ("tool", "driver", "rules", 1, "id"), "json"),
    (RUN + ("tool", "driver", "rules", 1, "help"), None),
    (RUN + ("tool", "driver", "rules", 1, "fullDescription", "text"), "x" * 1025),
    (RUN + ("tool", "driver", "rules", 1, "defaultConfiguration"), None),
    (RUN + ("invocations", 0, "executionSuccessful"), None),
    (RESULT + ("ruleIndex",), 3), (RESULT + ("level",), "bad"), (RESULT + ("message",), {}),
    (RESULT + ("locations",), []), (REGION + ("startLine",), 0), (REGION + ("endLine",), None),
    (REGION + ("endColumn",), 1),
    (RESULT + ("locations", 0, "physicalLocation", "artifactLocation", "uri"), "a b.json"),
]


def place(text, region):
    """The part of a text a region of one line names, columns counted in UTF-16 code units."""
    line = text.split("\n")[region["startLine"] - 1].encode("utf-16-le")
    return line[2 * (region["startColumn"] - 1):2 * (region["endColumn"] - 1)].decode("utf-16-le")


class Sarif(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.dir)

    def write(self, name, text):
        os.makedirs(os.path.dirname(os.path.join(self.dir, name)), exist_ok=True)
        with open(os.path.join(self.dir, name), "w", encoding="utf-8") as file:
            file.write(text)

    def log(self, *names, code):
        done = run("lint", *names, "--format", "sarif", cwd=self.dir)
        self.assertEqual(done.returncode, code, done.stderr)
        log = json.loads(done.stdout)
        self.assertEqual(list(faults(log)), [])
        return log

    def draft(self, when, otherwise="refuse"):
        return ('{ "policy": "p", "catalog": 1, "unknown_callee": "refuse",\n"decisions": {"ring": '
                '{ "rules": [ { "id": "a", /* \u00e9\U0001F600 */ "when": "' + when +
                '", "then": "ring" } ],\n"otherwise": "' + otherwise +
                '", "on_unavailable": "refuse" } } }')

    def test_every_sort_of_finding_has_its_place(self):
        golden = os.path.join(ROOT, "tests/golden/diagnostics")
        names = sorted(glob.glob(os.path.join(golden, "*.json")))
        done = run("lint", *names, "--format", "sarif")
        self.assertEqual(done.returncode, 2)
        log = json.loads(done.stdout)
        self.assertEqual(list(faults(log)), [])
        results = log["runs"][0]["results"]
        found = {result["ruleId"] for result in results}
        self.assertLessEqual({"condition", "policy"}, found)
        uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                for result in results}
        self.assertGreater(len(uris), 20)
        self.assertTrue(all(uri.startswith("file:///") for uri in uris))

    def test_columns_are_utf_16(self):
        text = self.draft("callee.known \u00e9 callee.kown && caller.kown")
        self.write("a.json", text)
        text_two = self.draft("callee.kown && caller.kown")
        self.write("b c/\u00fc.json", text_two)
        log = self.log("a.json", "./b c/\u00fc.json", code=2)
        results = log["runs"][0]["results"]
        regions = [result["locations"][0]["physicalLocation"]["region"] for result in results]
        self.assertEqual(place(text, regions[0]), "\u00e9")
        self.assertEqual([place(text_two, region) for region in regions[1:]],
                         ["callee.kown", "caller.kown"])
        self.assertEqual(results[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
                         "b%20c/%C3%BC.json")

    def test_warnings_and_nothing(self):
        self.write("a.json", self.draft("callee.known", "ring"))
        result, = self.log("a.json", code=1)["runs"][0]["results"]
        self.assertEqual((result["ruleId"], result["level"]), ("rings-without-rule", "warning"))
        self.assertEqual(self.log("default", code=0)["runs"][0]["results"], [])

    def test_about_a_whole_file_and_about_none(self):
        self.write("empty.json", "")
        log = self.log("empty.json", "./gone.json", code=2)
        result, = log["runs"][0]["results"]
        self.assertEqual(result["ruleId"], "json")
        invocation, = log["runs"][0]["invocations"]
        self.assertFalse(invocation["executionSuccessful"])
        self.assertEqual(len(invocation["toolExecutionNotifications"]), 1)

    def test_what_is_demanded_can_be_missed(self):
        self.write("a.json", self.draft("callee.kown"))
        good = self.log("a.json", code=2)
        for path, value in BROKEN:
            log = copy.deepcopy(good)
            change(path, value)(log)
            self.assertNotEqual(list(faults(log)), [], path)


class OurFiles(unittest.TestCase):
    def test_all_are_laid_out(self):
        files = sorted(glob.glob(os.path.join(ROOT, "rules/*/*.json")))
        self.assertGreater(len(files), 50)
        done = run("fmt", "--check", *files)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        folder = os.path.join(ROOT, "examples/extension")
        files = sorted(glob.glob(os.path.join(folder, "*.json")))
        self.assertEqual(len(files), 3)
        done = run("fmt", "--check", *files, "--catalog-extension",
                   os.path.join(folder, "catalog-extension.json"))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_one_that_is_not_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(ROOT, "rules/default/cases.json"), encoding="utf-8") as file:
                text = file.read()
            path = os.path.join(folder, "cases.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace('": ', '":', 1))
            done = run("fmt", "--check", path)
            self.assertEqual((done.returncode, done.stdout), (1, path + "\n"))
            self.assertEqual(run("fmt", "-q", path).returncode, 0)
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), text)
            self.assertEqual(os.listdir(folder), ["cases.json"])


def main():
    global TOOL
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    arguments, rest = parser.parse_known_args()
    TOOL = os.path.abspath(arguments.tool)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
