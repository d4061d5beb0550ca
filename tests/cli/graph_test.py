#!/usr/bin/env python3
"""Drawings by the real Graphviz: SVG of every shipped rule set, of hostile texts, of what is large.

Usage: graph_test.py --tool RINGFENCE [--seed N]. Exits 77 (skipped) where `dot` is not installed.
Python 3 standard library only.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

TIMEOUT_S = 120
SKIPPED = 77
SVG = "{http://www.w3.org/2000/svg}"
TOOL = None
SEED = None

# What could end a string, a label, a tag or a line, and what XML cannot hold. Control characters do
# not come this far: a policy with one in a text does not compile.
PIECES = ['"', "\\", "\\N", "\\l", "&", "&lt;", "&#0;", "<b>", "]]>", "];", "}", "->", "\u0085",
          "\u202e", "\ufeff", "\ufffe", "\uffff", "\U0001f600", "e\u0301", "--", "<!--", "'",
          "word"]

# Bool facts to make a large diagram of.
FACTS = ["callee.follows(caller)", "caller.follows(callee)", "callee.friend(caller)",
         "callee.favorite(caller)", "callee.messaged(caller)", "callee.called(caller)",
         "callee.added(caller)", "callee.mutes(caller)", "callee.ignores(caller)",
         "callee.allow_everyone", "callee.allow_followed", "callee.allow_verified",
         "caller.verified", "caller.premium", "caller.business", "callee.minor"]


def policy_text(rules):
    return json.dumps({
        "policy": "drawn", "catalog": 1, "unknown_callee": "refuse",
        "decisions": {"ring": {"rules": rules, "otherwise": "refuse",
                               "on_unavailable": "refuse"}}})


class GraphTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def run_tool(self, *args):
        return subprocess.run([TOOL, *args], capture_output=True, cwd=self.folder,
                              timeout=TIMEOUT_S)

    def good(self, *args):
        done = self.run_tool(*args)
        self.assertEqual((done.returncode, done.stderr), (0, b""), args)
        return done.stdout

    def write(self, text):
        path = os.path.join(self.folder, "policy.json")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return path

    def check_svg(self, svg, graphs):
        """As many boxes and arrows as the drawing has: a rule once under each fact."""
        root = ElementTree.fromstring(svg)
        kinds = [group.get("class") for group in root.iter(SVG + "g")]
        boxes = sum(len(graph["nodes"]) + sum("to_rule" in edge for edge in graph["edges"])
                    + ("only_rule" in graph) for graph in graphs)
        self.assertEqual(kinds.count("node"), boxes)
        self.assertEqual(kinds.count("edge"), sum(len(graph["edges"]) for graph in graphs))
        return root

    def test_every_shipped_set(self):
        names = [line.split()[0] for line in self.good("rules").decode().splitlines()]
        self.assertGreater(len(names), 20)
        for name in names:
            with self.subTest(name):
                graphs = json.loads(self.good("graph", name, "--decision", "all", "--json"))
                svg = self.good("graph", name, "--decision", "all", "--format", "svg")
                root = self.check_svg(svg, graphs["decisions"])
                words = "\n".join(root.itertext())
                for graph in graphs["decisions"]:
                    for node in graph["nodes"]:
                        self.assertIn(node["fact"], words)
                    self.assertIn(name + ": " + graph["name"], words)

    def test_hostile_texts(self):
        rng = random.Random(SEED)
        for _ in range(40):
            reasons = ["".join(rng.choices(PIECES, k=rng.randrange(1, 12))) + "end"
                       for _ in FACTS]
            path = self.write(policy_text([
                {"id": "r%d" % i, "when": fact, "then": "ring", "reason": reason}
                for i, (fact, reason) in enumerate(zip(FACTS, reasons))]))
            graphs = json.loads(self.good("graph", path, "--json"))["decisions"]
            self.assertEqual([rule["reason"] for rule in graphs[0]["rules"]
                              if not rule["reserved"]], reasons)
            root = self.check_svg(self.good("graph", path, "--format", "svg"), graphs)
            titles = [link.get("{http://www.w3.org/1999/xlink}title", "")
                      for link in root.iter(SVG + "a")]
            for i, reason in enumerate(reasons):
                # Letter by letter, but for what is not to be printed, and U+29F5 for backslashes.
                shown = reason.replace("\\", "\u29f5") + " - "
                if reason.isascii():
                    self.assertTrue(any(title.startswith(shown) for title in titles), shown)
                self.assertTrue(any("end - " + FACTS[i] in title for title in titles), reason)

    def test_hostile_names(self):
        rng = random.Random(SEED)
        for i in range(30):
            names = ["x" + "".join(rng.choices(PIECES, k=rng.randrange(1, 8))) for _ in range(2)]
            picture = "%d.svg" % i
            done = self.run_tool("explain", "--without-db", "--policy", "default", "--caller",
                                 names[0], "--callee", names[1], "--graph", picture, "--brief")
            self.assertEqual((done.returncode, done.stderr), (1, b""))
            with open(os.path.join(self.folder, picture), "rb") as stream:
                root = ElementTree.fromstring(stream.read())
            words = [text.text for text in root.iter(SVG + "text")]
            if all(name.isascii() for name in names):
                self.assertIn("default: ring (%s -> %s)" % tuple(names), words)
            self.assertTrue(any(word.startswith("default: ring (x") for word in words), words)

    def test_a_large_diagram_is_drawn_with_a_warning(self):
        rng = random.Random(SEED)
        while True:
            rules = []
            for i in range(30):
                terms = [("!" if rng.random() < 0.5 else "") + fact
                         for fact in rng.sample(FACTS, 4)]
                rules.append({"id": "r%d" % i, "when": " && ".join(terms),
                              "then": rng.choice(["ring", "refuse"])})
            path = self.write(policy_text(rules))
            graphs = json.loads(self.good("graph", path, "--json"))["decisions"]
            nodes = len(graphs[0]["nodes"])
            if nodes > 200:
                break
        done = self.run_tool("graph", path, "--output", "large.dot")
        self.assertEqual((done.returncode, done.stderr.decode()), (
            0, "ringfence: warning: ring has {:,} nodes; beyond 200 a picture can hardly be "
               "read\n".format(nodes)))
        parsed = subprocess.run(["dot", "-Tcanon", "large.dot"], cwd=self.folder,
                                capture_output=True, timeout=TIMEOUT_S)
        self.assertEqual((parsed.returncode, parsed.stderr), (0, b""))


def main():
    global TOOL, SEED
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("RINGFENCE_SEED", "0")))
    args, rest = parser.parse_known_args()
    if shutil.which("dot") is None:
        print("skipped: the program `dot` of Graphviz is not installed")
        sys.exit(SKIPPED)
    TOOL = os.path.abspath(args.tool)
    SEED = args.seed or random.SystemRandom().randrange(1, 2 ** 32)
    print("seed %d (replay with --seed %d)" % (SEED, SEED))
    unittest.main(argv=[sys.argv[0]] + rest)


if __name__ == "__main__":
    main()
