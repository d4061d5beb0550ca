#!/usr/bin/env python3
"""Pages of reports that no log has, read by a parser that is not ours.

Usage: pages_test.py --make_pages PROGRAM. Hostile names must arrive as text and as nothing else.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import unittest

import page_checker

ARGS = None
LARGEST = {"empty": 40000, "tiny": 60000, "what-if": 700000, "year": 500000}
LARGEST_OF_ALL = 4000000


def make_pages(folder):
    subprocess.run([ARGS.make_pages, folder], check=True, timeout=120)
    pages = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as stream:
            pages[name.removesuffix(".html")] = stream.read()
    return pages


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.pages = make_pages(folder)

    def text_of(self, name):
        return "".join(page_checker.parse(self.pages[name]).text)

    def test_every_page_is_sound(self):
        self.assertGreater(len(self.pages), 8)
        for name, data in self.pages.items():
            with self.subTest(page=name):
                self.assertEqual(page_checker.problems(data), [])

    def test_no_page_is_too_large(self):
        for name, data in self.pages.items():
            self.assertLess(len(data), LARGEST.get(name, LARGEST_OF_ALL), name)

    def test_hostile_names_are_text(self):
        text = self.text_of("hostile")
        for expected in ("</script><img src=x onerror=\"alert(1)\">",
                         "</style><script>alert(1)</script>",
                         "\" onmouseover=\"alert(1)\" x=\"",
                         "' autofocus onfocus='alert(1)",
                         "<!-- ]]> --><svg/onload=alert(1)>",
                         "&lt;b&gt; &amp;amp; &#0; &nosuch;",
                         "</bdi></td></table></details></article>",
                         "a\\u{202E}gpj.exe\\u{202C}",
                         "nul\\x00inside",
                         "\\x1B[31mred\\x7F",
                         "\\xFF\\xFE\\xC0\\xAF bytes",
                         "zero\\u{200B}width"):
            self.assertIn(expected, text)
        self.assertNotIn("W" * 200, text)
        # What every page has is all that a hostile one has.
        tags = {name: {tag for tag, _, _ in page_checker.parse(self.pages[name]).elements}
                for name in ("hostile", "what-if")}
        self.assertLessEqual(tags["hostile"], tags["what-if"])

    def test_everything_is_there_without_the_script(self):
        parser = page_checker.parse(self.pages["what-if"])
        hidden = [attributes.get("id") for _, attributes, _ in parser.elements
                  if "hidden" in attributes]
        self.assertEqual(hidden, ["filter"])
        self.assertEqual(sum(tag == "article" for tag, _, _ in parser.elements), 60)

    def test_what_is_cut_is_counted(self):
        text = self.text_of("too-much")
        for what in "rules", "pairs of outcomes", "policies", "examples", "notes":
            self.assertRegex(text, rf"… and [\d,]+ more {what}\.")
        self.assertRegex(text, r"… and [\d,]+ more reasons")

    def test_bars_cover_the_share_bar(self):
        parser = page_checker.parse(self.pages["what-if"])
        widths = []
        for tag, attributes, children in parser.finished:
            if tag == "rect" and attributes.get("height") == "26":
                widths.append(float(attributes["width"].rstrip("%")))
        self.assertEqual(len(widths), 7)
        self.assertAlmostEqual(sum(widths), 100, delta=1)


class Checker(unittest.TestCase):
    """Each check of the checker can fail."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.page = make_pages(folder)["what-if"].decode()

    def refuse(self, before, after, why):
        self.assertTrue(before in self.page, f"no {before}")
        found = page_checker.problems(self.page.replace(before, after, 1).encode())
        self.assertTrue(any(re.search(why, problem) for problem in found), found)

    def test_damaged_pages_are_refused(self):
        for before, after, why in (
                ("</section>", "", "where section is open"),
                ("<bdi>", "<img src=x>", "<img> is not among"),
                ("<h1>", "<h1 onclick=\"x\">", "attribute onclick"),
                ("<h1>", "<h1 style=\"x\">", "attribute style"),
                ("href=\"#coverage\"", "href=\"javascript:x\"", "a link to"),
                ("href=\"#coverage\"", "href=\"#cover\"", "which is not there"),
                ("<h1>", "<h1>https:", "address of the network"),
                ("</style>", " </style>", "hash of <style>"),
                ("</script>", " </script>", "hash of <script>"),
                ("default-src &#39;none&#39;", "default-src *", "does not begin"),
                ("<style>", "<style>@import \"x\";", "loads something"),
                ("<h1>", "<h1>\u202E", "U\\+202E"),
                ("<h1>", "<h1>\x07", "U\\+0007"),
                ("<h1>", "<h1><!-- x -->", "a comment"),
                ("<h1>", "<h1><br/>", "no such thing"),
                ("role=\"img\"", "role=\"x\"", "neither described nor hidden"),
                ("<caption>", "<td></td><caption>", "without caption"),
                ("id=\"notes\"", "id=\"coverage\"", "twice"),
                ("<h2>", "<h3>", "is left out|is open"),
                ("<!DOCTYPE html>", "", "doctype")):
            with self.subTest(after=after):
                self.refuse(before, after, why)
        self.assertTrue(page_checker.problems(self.page.encode() + b"\xff"))


def main():
    global ARGS
    options = argparse.ArgumentParser()
    options.add_argument("--make_pages", required=True)
    ARGS, rest = options.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
