"""examples/verify_log.py on a small log and on tampered copies of it, as its users call it.

Usage: verify_log_test.py SOURCE_FOLDER. Needs the command openssl; nothing else is not Python.
"""
import os
import subprocess
import sys
import tempfile
import unittest

import make_log
import tampering

SOURCE = None
SHADOW = make_log.SHADOW
SMALL = {"decisions": 2000, "months": 2, "seed": 5, "sealed": 0, "checkpoint_every": 200}
# The rest of the table is the full test's: each costs a run of the verifier.
QUICK = ("a bit of an entry", "a bit of a stored leaf hash", "a bit of a stored upper hash",
         "the last entry cut off", "two entries swapped", "rolled back to an older state",
         "a decision left out, signed with the stolen key", "a blob removed",
         "the month before changed, with the stolen key", "signed with another key")


def verify(*arguments):
    script = os.path.join(SOURCE, "examples", "verify_log.py")
    return subprocess.run([sys.executable, "-B", script, *arguments], capture_output=True,
                          text=True, timeout=60, check=False)


class VerifyLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.log = os.path.join(cls.folder.name, "log")
        world = make_log.make(cls.log, **SMALL)
        cls.case = tampering.Case(cls.log, world.key.seed)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def kept(self, note):
        path = os.path.join(self.folder.name, "kept")
        with open(path, "w", encoding="utf-8") as file:
            file.write(note)
        return path

    def test_accepts_what_is_whole(self):
        for trusted in (), ("--trusted", self.kept(self.case.older)):
            out = verify(self.log, *trusted)
            self.assertEqual((out.returncode, out.stderr), (0, ""), out.stdout)
            self.assertIn("2000 decision", out.stdout)
            self.assertIn("250 shadow", out.stdout)
            self.assertIn("all of it holds", out.stdout)

    def test_refuses_what_is_not(self):
        by_name = {one.name: one for one in tampering.TAMPERINGS}
        for number, name in enumerate(QUICK):
            with self.subTest(name):
                one = by_name[name]
                copy = tampering.Copy(self.case, os.path.join(self.folder.name, f"copy{number}"))
                one.apply(copy)
                out = verify(copy.log)
                self.assertEqual(out.stderr, "")
                self.assertEqual(out.returncode, int(tampering.LOG in one.seen_by), out.stdout)
                if one.kept:
                    out = verify(copy.log, "--trusted", self.kept(getattr(self.case, one.kept)))
                    self.assertEqual((out.returncode, out.stderr), (1, ""), out.stdout)
                    self.assertNotIn("all of it holds", out.stdout)

    def test_names_the_place(self):
        copy = tampering.Copy(self.case, os.path.join(self.folder.name, "place"))
        tampering.flip_leaf(copy)
        out = verify(copy.log)
        self.assertIn(f"{self.case.month} {self.case.victim}: leaf: ", out.stdout)
        self.assertIn("1 findings", out.stdout)

    def test_accepts_entries_no_checkpoint_covers_yet(self):
        log = os.path.join(self.folder.name, "open")
        make_log.make(log, decisions=300, sealed=0, beyond=5, checkpoint_every=100)
        out = verify(log)
        self.assertEqual((out.returncode, out.stderr), (0, ""), out.stdout)
        self.assertIn("300 decision", out.stdout)

    def test_a_hole_is_refused_where_nothing_can_fill_it(self):
        """In the opening that has not ended, what is missing may be on its way to the log."""
        boots = [int.from_bytes(entry[14:16], "big") for entry in self.case.entries]
        cases = (boots[-1], True, 1), (boots[-1], False, 0), (boots[1], False, 1)
        for boot, closed, code in cases:
            with self.subTest(boot=boot, closed=closed):
                copy = tampering.Copy(self.case, os.path.join(self.folder.name,
                                                              f"hole{boot}{closed}"))
                entries = list(self.case.entries)
                at = next(index for index, entry in enumerate(entries)
                          if entry[1] == 3 and boots[index] == boot
                          and not entries[index + 1][3] & SHADOW)
                entries[at] = tampering.heartbeat_instead(entries[at])
                copy.rebuild(entries, self.case.key)
                if not closed:
                    os.remove(os.path.join(copy.log, "state", "clean"))
                out = verify(copy.log)
                self.assertEqual((out.returncode, out.stderr), (code, ""), out.stdout)
                if code:
                    self.assertIn("sequence: ", out.stdout)

    def test_a_shadow_without_its_decision_is_refused(self):
        copy = tampering.Copy(self.case, os.path.join(self.folder.name, "alone"))
        entries = list(self.case.entries)
        at = next(index for index, entry in enumerate(entries)
                  if entry[1] == 3 and entry[3] & SHADOW and entries[index - 1][1] == 3)
        entries[at - 1] = tampering.heartbeat_instead(entries[at - 1])
        copy.rebuild(entries, self.case.key)
        os.remove(os.path.join(copy.log, "state", "clean"))
        out = verify(copy.log)
        self.assertEqual((out.returncode, out.stderr), (1, ""), out.stdout)
        self.assertIn(f"{self.case.month} {at}: shadow: ", out.stdout)

    def test_prints_an_entry(self):
        out = verify(self.log, "--entry", str(self.case.victim))
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        self.assertIn("kind: decision\n", out.stdout)
        request_id = self.case.entries[self.case.victim][34:50].hex()
        self.assertIn(f"request_id: {request_id}\n", out.stdout)
        out = verify(self.log, "--entry", "0", "--month", "2026-11")
        self.assertIn("kind: genesis\n", out.stdout)

    def test_exit_code_of_wrong_use(self):
        for arguments in ((), (self.log, "--entry", "123456"), (self.log, "--entry", "x"),
                          (os.path.join(self.folder.name, "nothing"),), (self.log, "--what")):
            out = verify(*arguments)
            self.assertEqual((out.returncode, out.stdout), (2, ""), arguments)
            self.assertIn("usage: ", out.stderr)
        out = verify("--help")
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        self.assertIn("verify_log.py LOG --trusted", out.stdout)

    def test_stays_readable(self):
        with open(os.path.join(SOURCE, "examples", "verify_log.py"), encoding="utf-8") as file:
            self.assertLessEqual(len(file.readlines()), 250)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    SOURCE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
