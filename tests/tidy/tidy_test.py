#!/usr/bin/env python3
"""Shows that each check of tidy.py can fail, and that none of them fails on a clean tree.

Builds small trees in a temporary directory; each bad one breaks one rule and must be found at the
place given. Exits 1 when a check stays silent or speaks up without reason.
"""

import os
import tempfile
import unittest

import tidy

ASSERTING = "// Shows assertions.\n" + "void F(int a) {\n  CHECK(a);\n}\n" * 5

CLEAN = {
    "engine/README.md": "## Tour\n\n- `base/` first.\n\n- `store/` then. Public: `status.h`.\n\n"
                        "- `eval/` last.\n",
    "engine/include/ringfence/status.h": "// Status.\n#include <ringfence/export.h>\n"
                                         "#include <string>\n",
    "engine/base/text.cc": "// Text.\n#include <rapidjson/reader.h>\nint F() { return 1'000; }\n",
    "engine/store/open.cc": '// Opens.\n#include <sqlite3.h>\n#include "base/text.h"\n',
    "engine/eval/walk.cc": ASSERTING,
    "tests/data.tsv": "a\tb\n",
    "README.md": "long " * 50 + "\n",
}


def long_function(head, lines):
    return "// File.\n" + head + " {\n" + "  Step();\n" * (lines - 2) + "}\n"


# name: (path, content, line of the finding, part of its text)
BAD = {
    "direction": ("engine/base/a.cc", '// A.\n#include "facts/frame.h"\n', 2, "may not include"),
    "direction of the tool": ("engine/cli/a.cc", '// A.\n#include "base/json.h"\n', 2,
                              "may not include base/"),
    "direction of store": ("engine/store/a.cc", '// A.\n#include "eval/walk.h"\n', 2,
                           "may not include eval/"),
    "unknown folder": ("engine/helpers/a.cc", "// A.\n", 1, "not in the direction table"),
    "relative include": ("engine/base/a.cc", '// A.\n#include "text.h"\n', 2, "engine root"),
    "upward include": ("engine/base/a.cc", '// A.\n#include "../base/text.h"\n', 2, "engine root"),
    "public header, inner": ("engine/include/ringfence/status.h",
                             '// A.\n#include "base/text.h"\n', 2, "a public header includes"),
    "public header, foreign": ("engine/include/ringfence/status.h",
                               "// A.\n#include <boost/any.hpp>\n", 2, "a public header includes"),
    "public header, comments": ("engine/include/ringfence/status.h",
                                "// A.\n" + "int F();\n" * 20 + "// B.\n" * 10, 1,
                                "11 of 31 lines have a comment"),
    "public header, listed": ("engine/include/ringfence/other.h", "// A.\n", None,
                              "other.h is a public header"),
    "folder without paragraph": ("engine/facts/a.cc", "// A.\n", None, "starts with facts/"),
    "sqlite3.h": ("engine/base/a.cc", "// A.\n#include <sqlite3.h>\n", 2, "private to"),
    "sqlite3.h in a test": ("tests/a.cc", "// A.\n#include <sqlite3.h>\n", 2, "private to"),
    "rapidjson": ("engine/store/a.cc", '// A.\n#include "rapidjson/reader.h"\n', 2, "private to"),
    "example": ("examples/a.cc", '// A.\n#include "api/engine.h"\n', 2, "may not include"),
    "reference": ("tests/reference/a.cc", '// A.\n#include "eval/walk.h"\n', 2, "may not include"),
    "file length": ("engine/base/a.cc", "// A.\n" * 601, 601, "601 lines"),
    "example length": ("examples/embed/main.cc", "// A.\n" * 61, 61, "61 lines"),
    "script length": ("tests/run", "#!/bin/sh\n" * 601, 601, "601 lines"),
    "function": ("engine/base/a.cc", long_function("int F(int a)", 71), 2, "71 lines"),
    "method": ("engine/base/a.cc", "// A.\nclass A : public B {\n public:\n"
               + long_function("A() : a_{1}, b_(2)", 71)[9:] + "};\n", 4, "71 lines"),
    "test case": ("tests/a.cc", long_function('TEST_CASE("{ a")', 71), 2, "71 lines"),
    "nested": ("engine/base/a.cc", "// A.\nnamespace {\n"
               + long_function("std::vector<int> F() noexcept", 80)[9:] + "}\n", 3, "80 lines"),
    "columns": ("engine/base/a.cc", "// " + "a" * 98 + "\n", 1, "101 columns"),
    "columns of a script": (".ci/run", "#!/bin/sh\n# " + "a" * 99 + "\n", 2, "101 columns"),
    "columns of CMake": ("cmake/a.cmake", "# " + "a" * 99 + "\n", 1, "101 columns"),
    "tab": ("engine/base/a.cc", "// A.\n\tint a;\n", 2, "a tab"),
    "opening comment": ("engine/base/a.cc", "#include <string>\n", 1, "opens with"),
    "assertions": ("engine/eval/b.cc", "// A.\n" + "int a;\n" * 400, None, "5 assertions in"),
    "synonym": ("README.md", "a\nthe ver" + "dicts\n", 2, "decision"),
    "machine path": ("README.md", "see /wo" + "rk/main\n", 1, "machine"),
    "unfinished": ("tests/a.py", "# TO" + "DO: more\n", 1, "unfinished"),
    "issue number": ("README.md", "fixes issue" + " 12\n", 1, "issue number"),
    "registry": (".ci/run", "#!/bin/sh\ncurl https://py" + "pi.org/simple\n", 2, "registry"),
}


def write_tree(root, tree):
    for path, content in tree.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as stream:
            stream.write(content)


def findings(tree):
    with tempfile.TemporaryDirectory() as root:
        write_tree(root, tree)
        return tidy.findings(root)[0]


class TidyTest(unittest.TestCase):

    def test_clean_tree(self):
        self.assertEqual(findings(CLEAN), [])

    def test_each_bad_snippet_is_found(self):
        for name, (path, content, line, text) in BAD.items():
            with self.subTest(name):
                found = findings({**CLEAN, path: content})
                hits = [f for f in found if text in f[2] and
                        (line is None or (f[0], f[1]) == (path, line))]
                self.assertTrue(hits, f"not found; found were {found}")

    def test_folders_that_include_each_other(self):
        tree = {**CLEAN, "engine/base/a.cc": '// A.\n#include "store/b.h"\n'}
        texts = [text for _, _, text in findings(tree)]
        self.assertIn("engine/base and engine/store include each other", texts)

    def test_what_is_just_allowed(self):
        tree = {**CLEAN,
                "engine/base/a.cc": long_function("int F(int a)", 70),
                "engine/base/b.cc": "// A.\n" * 600,
                "engine/base/c.cc": "// " + "a" * 97 + "\n",
                "engine/base/d.cc": '// A.\n#include "rapidjson/reader.h"\n',
                "tests/reference/a_test.cc": '// A.\n#include "eval/walk.h"\n'}
        self.assertEqual(findings(tree), [])

    def test_tables_and_classes_are_not_functions(self):
        rows = "    {1, F(2)},\n" * 80
        tree = {**CLEAN,
                "engine/base/a.cc": "// A.\nconst Row kRows[] = {\n" + rows + "};\n",
                "engine/base/b.cc": "// A.\nstruct alignas(8) A {\n" + "  int a;\n" * 80 + "};\n",
                "engine/base/c.cc": '// A.\nconst char* kText = R"(int F() {\n' + "\n" * 80
                                    + '})";\n'}
        self.assertEqual(findings(tree), [])


if __name__ == "__main__":
    unittest.main()
