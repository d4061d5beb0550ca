#!/usr/bin/env python3
"""What transcripts cannot show: terminals, pipes held open, kills, signals, hostile bytes, help.

Usage: behaviour_test.py --tool RINGFENCE. Python 3 standard library only.
"""

import argparse
import json
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TIMEOUT_S = 60
TOOL = None


class CliTest(unittest.TestCase):
    """Each test has a directory of its own with RINGFENCE_DB naming world.db in it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.env = {key: value for key, value in os.environ.items()
                    if key not in ("NO_COLOR", "TERM")}
        self.env["RINGFENCE_DB"] = self.path("world.db")

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_tool(self, *args, stdin=b"", **kwargs):
        return subprocess.run([TOOL, *args], input=stdin, capture_output=True, cwd=self.folder,
                              env=self.env, timeout=TIMEOUT_S, **kwargs)

    def good(self, *args, stdin=b""):
        done = self.run_tool(*args, stdin=stdin)
        self.assertEqual((done.returncode, done.stderr), (0, b""), args)
        return done.stdout.decode()

    def as_somebody_else(self):
        """For run_tool: root may write everything, so somebody else has to ask."""
        if os.geteuid() != 0:
            return {}
        try:
            if self.run_tool("--version", user=65534).returncode == 0:
                return {"user": 65534}
        except PermissionError:
            pass
        self.skipTest("the tool lies where only root can run it")

    def make_world(self):
        self.good("init")
        self.good("relate", "bob", "follows", "alice")
        self.good("relate", "bob", "blocks", "mallory")

    def hold_open(self, *args):
        process = subprocess.Popen([TOOL, "check", "--questions", "-", *args], cwd=self.folder,
                                   env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)

        def end():
            process.kill()
            process.wait(TIMEOUT_S)
            for stream in (process.stdin, process.stdout, process.stderr):
                stream.close()

        self.addCleanup(end)
        return process

    def ask(self, process, line):
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
        ready = select.select([process.stdout], [], [], TIMEOUT_S)[0]
        self.assertTrue(ready, f"no answer to {line!r} before the next line is written")
        return os.read(process.stdout.fileno(), 65536).decode()

    def on_terminal(self, *args, env=None, stdin_terminal=True):
        """Exit code and everything printed with all three streams on a terminal."""
        master, slave = pty.openpty()
        environment = {**self.env, "TERM": "xterm", **(env or {})}
        process = subprocess.Popen([TOOL, *args], cwd=self.folder, env=environment,
                                   stdin=slave if stdin_terminal else subprocess.DEVNULL,
                                   stdout=slave, stderr=slave)
        os.close(slave)
        text = b""
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            if not select.select([master], [], [], 0.2)[0]:
                continue
            try:
                part = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            text += part
        os.close(master)
        return process.wait(TIMEOUT_S), text


class Help(CliTest):
    def commands(self):
        listing = self.good("--help").split("COMMANDS\n")[1].split("\n\n")[0]
        names = [re.split(r"\s{2,}", line.strip())[0] for line in listing.splitlines()]
        self.assertGreaterEqual(len(names), 22)
        return names

    def test_every_command_has_a_whole_page(self):
        for name in self.commands():
            page = self.good(*name.split(), "--help")
            for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "EXIT STATUS",
                            "OPTIONS OF EVERY COMMAND"):
                self.assertRegex(page, rf"(?m)^{section}", name)
            self.assertIn(f"    ringfence {name}", page)
            for code in (0, 2, 3):
                self.assertRegex(page.split("EXIT STATUS")[1], rf"(?m)^    {code}   ", name)
            for line in page.splitlines():
                if not re.search(r"[{/|]|ringfence", line):
                    self.assertLessEqual(len(line), 80, line)

    def test_options_of_a_synopsis_are_described(self):
        for name in self.commands():
            page = self.good(*name.split(), "--help")
            synopsis = page.split("SYNOPSIS\n")[1].split("\n\n")[0]
            described = set(re.findall(r"(?m)^    (?:-\w, )?(--[a-z-]+)", page))
            self.assertEqual(set(re.findall(r"--[a-z-]+", synopsis)) - described, set(), name)

    def test_help_needs_neither_arguments_nor_a_database(self):
        self.env.pop("RINGFENCE_DB")
        for name in self.commands():
            self.assertEqual(self.good(*name.split(), "-h"), self.good("--help", *name.split()))


class Terminal(CliTest):
    def test_colours_only_where_they_are_wanted(self):
        self.make_world()
        ask = ("check", "--caller", "alice", "--callee", "bob")
        self.assertNotIn("\x1b", self.good(*ask))
        self.assertIn("\x1b[32m", self.good(*ask, "--color", "always"))
        self.assertIn(b"\x1b[32mring", self.on_terminal(*ask)[1])
        self.assertNotIn(b"\x1b", self.on_terminal(*ask, "--color=never")[1])
        self.assertNotIn(b"\x1b", self.on_terminal(*ask, env={"NO_COLOR": "1"})[1])
        self.assertNotIn(b"\x1b", self.on_terminal(*ask, env={"TERM": "dumb"})[1])

    def test_the_deciding_rule_is_highlighted(self):
        self.make_world()
        code, text = self.on_terminal("explain", "--caller", "alice", "--callee", "bob")
        self.assertEqual(code, 0)
        bold = re.findall(rb"\x1b\[1m([^\x1b]*)\x1b", text)
        self.assertEqual(len(bold), 1)
        self.assertRegex(bold[0], rb"^-> +followed +yes ")

    def test_forgetting_wants_a_yes(self):
        self.make_world()
        code, text = self.on_terminal("user", "forget", "alice")
        self.assertEqual(code, 2)
        self.assertIn(b"say --yes", text)
        self.good("user", "show", "alice")
        code, text = self.on_terminal("user", "forget", "alice", "--yes")
        self.assertEqual(code, 0)
        self.assertIn(b"alice: forgotten, with relations to 1 user, purged", text)
        self.assertEqual(self.run_tool("user", "show", "alice").returncode, 2)

    def test_progress_is_drawn_and_cleared(self):
        self.good("init")
        with open(self.path("follows.tsv"), "w", encoding="utf-8") as stream:
            stream.write("subject\tobject\n")
            for i in range(150000):
                stream.write(f"user{i % 5000}\tother{i // 5000}\n")
        code, text = self.on_terminal("import", "follows", "follows.tsv")
        self.assertEqual(code, 0)
        self.assertRegex(text, rb"\r\S*follows.tsv \[=*> *\] +\d+%  [\d,]+ lines  [\d,]+/s  "
                               rb"\d+:\d\d left\x1b\[K")
        self.assertTrue(text.endswith(b"\r\x1b[Kimported 150,000 rows (revision 2)\r\n"),
                        text[-99:])
        for quiet in (("-q",), ()):
            master_only = ("--db", "other.db")
            self.run_tool("init", *master_only)
            done = self.run_tool("import", "follows", "follows.tsv", *master_only, *quiet)
            self.assertEqual(done.stderr, b"")

    def test_no_hostile_byte_reaches_a_terminal(self):
        self.good("init")
        hostile = ["a\u009b31mb", "rtl\u202eevil", "zero\u200bwidth", "tag\U000e0041", "nl\u2028x"]
        rows = "subject\tobject\n" + "".join(f"{name}\tbob\n" for name in hostile)
        done = self.run_tool("import", "follows", "-", "--skip-bad", stdin=rows.encode())
        self.assertEqual(done.returncode, 0)
        kept = self.good("export", "follows").splitlines()[1:]
        self.assertGreaterEqual(len(kept), 4)
        for args in (("export", "follows"), ("export", "follows", "--json"), ("relations", "bob"),
                     ("relations", "bob", "--json"), ("user", "export", "bob"),
                     ("check", "--caller", hostile[1], "--callee", "bob"),
                     ("explain", "--caller", hostile[1], "--callee", "bob", "--color=never"),
                     ("user", "show", "rtl\u202eunknown"), ("check", "--caller", "x\u202e")):
            text = self.on_terminal(*args, env={"NO_COLOR": "1"})[1].decode()
            bad = [c for c in text if c not in "\r\n\t" and (ord(c) < 32 or c in
                   "\u009b\u202e\u200b\u2028\U000e0041\x7f")]
            self.assertEqual(bad, [], args)


class Pipes(CliTest):
    def test_each_line_is_answered_at_the_newest_revision_and_policy(self):
        self.make_world()
        process = self.hold_open("--json")
        question = '{"caller":"alice","callee":"bob"}'
        first = json.loads(self.ask(process, question))
        self.assertEqual((first["effect"], first["policy"]["name"]), ("ring", "default"))
        self.good("user", "set", "bob", "calls_enabled=false")
        second = json.loads(self.ask(process, question))
        self.assertEqual((second["effect"], second["rule"]), ("refuse", "calls-off"))
        self.assertGreater(second["revision"], first["revision"])
        self.good("user", "unset", "bob", "calls_enabled")
        self.good("policy", "activate", "x-2024")
        third = json.loads(self.ask(process, question))
        self.assertEqual((third["policy"]["name"], third["rule"]), ("x-2024", "no-message"))
        self.assertIs(third["policy"]["in_force"], True)
        broken = json.loads(self.ask(process, "{"))
        self.assertEqual(broken["error"]["line"], 4)
        process.stdin.close()
        self.assertEqual(process.wait(TIMEOUT_S), 2)

    def test_text_answers_are_one_line_each(self):
        self.make_world()
        process = self.hold_open()
        process.stdin.write(b"caller\tcallee\n")
        self.assertEqual(self.ask(process, "alice\tbob"),
                         "alice\tbob\tring\tfollowed\tringing\t-\n")
        self.assertEqual(self.ask(process, "alice"),
                         "error\tline 3: expected 2 cells, found 1\n")
        self.assertEqual(self.ask(process, "mallory\tbob"),
                         "mallory\tbob\trefuse\tblocked\tunavailable\t-\n")
        process.stdin.close()
        self.assertEqual(process.wait(TIMEOUT_S), 2)

    def test_the_policy_of_an_option_stays(self):
        self.make_world()
        process = self.hold_open("--json", "--policy", "default")
        self.good("policy", "activate", "x-2024")
        answer = json.loads(self.ask(process, '{"caller":"alice","callee":"bob"}'))
        self.assertEqual((answer["policy"]["name"], answer["effect"]), ("default", "ring"))
        self.assertIs(answer["policy"]["in_force"], False)
        process.stdin.close()
        self.assertEqual(process.wait(TIMEOUT_S), 0)

    def test_long_lines_are_errors_and_the_next_line_is_answered(self):
        self.make_world()
        lines = ["caller\tcallee", "x" * 200000 + "\tbob", "alice\tbob", "y" * 65537, "alice\tbob"]
        done = self.run_tool("check", "--questions", "-", stdin="\n".join(lines).encode())
        self.assertEqual(done.stdout.decode().splitlines(),
                         ["error\tline 2: the line is too long",
                          "alice\tbob\tring\tfollowed\tringing\t-",
                          "error\tline 4: the line is too long",
                          "alice\tbob\tring\tfollowed\tringing\t-"])
        self.assertEqual(done.returncode, 2)

    def test_output_that_cannot_be_written(self):
        self.make_world()
        with open("/dev/full", "wb") as full:
            for args in (("rules",), ("export", "follows"), ("--help",),
                         ("check", "--caller", "alice", "--callee", "bob")):
                done = subprocess.run([TOOL, *args], env=self.env, stdin=subprocess.DEVNULL,
                                      stdout=full, stderr=subprocess.PIPE, timeout=TIMEOUT_S)
                self.assertEqual(done.returncode, 3, args)

    def test_callers_of_the_examples(self):
        self.make_world()
        callers = [[sys.executable, os.path.join(ROOT, "examples", "check_loop.py")]]
        lua = shutil.which("lua5.4") or shutil.which("lua")
        if lua:
            callers.append([lua, os.path.join(ROOT, "examples", "check_loop.lua")])
        for caller in callers:
            done = subprocess.run([*caller, TOOL, "alice", "bob", "nobody", "bob"], env=self.env,
                                  capture_output=True, text=True, timeout=TIMEOUT_S)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual([line.split() for line in done.stdout.splitlines()],
                             [["bob", "ring", "followed"], ["nobody", "refuse", "unknown_callee"],
                              ["bob", "ring", "followed"]])

    def test_the_callers_are_short(self):
        for name in ("check_loop.py", "check_loop.lua"):
            with open(os.path.join(ROOT, "examples", name), encoding="utf-8") as stream:
                self.assertLessEqual(len(stream.readlines()), 15, name)


class Imports(CliTest):
    def test_a_killed_import_leaves_nothing(self):
        self.good("init")
        self.good("relate", "bob", "follows", "alice")
        process = subprocess.Popen([TOOL, "import", "follows", "-"], env=self.env,
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        process.stdin.write(b"subject\tobject\n")
        for i in range(100000):
            process.stdin.write(b"u%d\tv%d\n" % (i % 977, i // 977))
        process.stdin.flush()
        process.kill()
        process.wait(TIMEOUT_S)
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        self.assertEqual(self.good("export", "follows"), "subject\tobject\nbob\talice\n")
        self.assertIn("healthy", self.good("doctor"))
        self.assertEqual(self.run_tool("user", "show", "u1").returncode, 2)

    def test_an_acknowledged_write_survives_a_kill(self):
        self.good("init")
        process = subprocess.Popen([TOOL, "import", "follows", "-"], env=self.env,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write(b"subject\tobject\nbob\talice\n")
        process.stdin.close()
        self.assertEqual(process.stdout.read(), b"imported 1 row (revision 2)\n")
        process.stdout.close()
        process.kill()
        process.wait(TIMEOUT_S)
        self.assertEqual(self.good("export", "follows"), "subject\tobject\nbob\talice\n")

    def test_a_full_disk_applies_nothing(self):
        self.good("init")
        rows = "subject\tobject\n" + "".join(f"u{i}\tv{i}\n" for i in range(200000))
        limit = os.path.getsize(self.path("world.db")) + 400000

        def limit_files():
            import resource
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        done = self.run_tool("import", "follows", "-", stdin=rows.encode(),
                             preexec_fn=limit_files)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(b"nothing was imported", done.stderr)
        self.assertEqual(self.good("export", "follows"), "subject\tobject\n")

    def test_input_of_any_bytes(self):
        self.good("init")
        for data in (b"\0" * 100, b"\xff\xfe\x00a\n", b"subject\tobject\n\0\t\0\n", b"\n\n\n",
                     b"subject\tobject\n" + bytes(range(256)), b"subject\tobject\na\tb",
                     b"user\n" + b"\"" * 3000):
            for what in ("follows", "users"):
                done = self.run_tool("import", what, "-", stdin=data)
                self.assertIn(done.returncode, (0, 2), done.stderr)
                self.assertNotRegex(done.stderr, rb"[\x00-\x09\x0b-\x1f\x7f-\xff]")
        for data in (b"\0", b"{\0}", b"\xff", b"{\"caller\":\"\xff\",\"callee\":\"b\"}",
                     b"[" * 5000, b"{\"call\":" * 3000, b"caller\tcallee\n\xff\tb\n",
                     b"{\"caller\":1e999}"):
            done = self.run_tool("check", "--questions", "-", stdin=data)
            self.assertEqual(done.returncode, 2, data[:20])
            self.assertNotRegex(done.stdout + done.stderr, rb"[\x00-\x08\x0b-\x1f\x7f-\xff]")

    def test_ids_in_one_form_only_do_not_warn(self):
        self.good("init")
        self.good("import", "users", "-", stdin="user\njosé\nzoë\nK\n".encode())


class Environment(CliTest):
    def test_a_read_only_database_answers_and_is_not_written(self):
        self.make_world()
        server = sqlite3.connect(self.path("world.db"))  # as a server holds it: -wal and -shm exist
        server.execute("SELECT count(*) FROM users").fetchone()
        for name in os.listdir(self.folder):
            os.chmod(self.path(name), 0o444)
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)
        other = self.as_somebody_else()
        for args, code in ((("check", "--caller", "alice", "--callee", "bob"), 0),
                           (("check", "--caller", "mallory", "--callee", "bob"), 1),
                           (("export", "follows"), 0), (("policy", "show"), 0), (("doctor",), 0),
                           (("relate", "a", "follows", "b"), 3), (("policy", "rollback"), 3),
                           (("user", "forget", "bob"), 3)):
            done = self.run_tool(*args, **other)
            self.assertEqual(done.returncode, code, (args, done.stderr))
        server.close()

    def test_a_locked_database(self):
        self.make_world()
        other = sqlite3.connect(self.path("world.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.assertIn("followed", self.good("check", "--caller", "alice", "--callee", "bob"))
        done = self.run_tool("relate", "bob", "follows", "carol")
        self.assertEqual(done.returncode, 3)
        self.assertTrue(done.stderr.startswith(b"ringfence: "), done.stderr)
        other.execute("ROLLBACK")
        other.close()
        self.good("relate", "bob", "follows", "carol")

    def test_a_newer_schema_is_named(self):
        self.make_world()
        other = sqlite3.connect(self.path("world.db"), isolation_level=None)
        other.execute("PRAGMA user_version = 999")
        other.execute("UPDATE meta SET min_reader = 999, min_writer = 999")
        other.close()
        for args in (("check", "--caller", "alice", "--callee", "bob"), ("doctor",), ("migrate",)):
            done = self.run_tool(*args)
            self.assertEqual((done.returncode, done.stdout), (3, b""))
            self.assertIn(b"999", done.stderr)

    def test_a_truncated_database(self):
        self.make_world()
        size = os.path.getsize(self.path("world.db"))
        for cut in (0, 50, 100, 4096, size // 2, size - 1):
            shutil.copy(self.path("world.db"), self.path("cut.db"))
            os.truncate(self.path("cut.db"), cut)
            for args in (("check", "--caller", "alice", "--callee", "bob"), ("doctor",),
                         ("export", "follows"), ("policy", "show")):
                done = self.run_tool("--db", self.path("cut.db"), *args)
                self.assertIn(done.returncode, (0, 1, 2, 3), (cut, args, done.stderr))
                if args[0] == "check" and done.returncode == 0:
                    self.assertIn(b"followed", done.stdout)  # the cut took nothing that is read

    def test_json_of_every_command_is_json(self):
        self.make_world()
        for args in (("rules",), ("rules", "default"), ("compile", "default"),
                     ("compile", "default", "--dump", "program"), ("lint", "default"),
                     ("test", os.path.join(ROOT, "rules")), ("doctor",), ("migrate",),
                     ("doctor", "--purge"), ("policy", "show"), ("policy", "history"),
                     ("policy", "activate", "x-2024"), ("policy", "rollback"),
                     ("user", "set", "bob", "premium=true"), ("user", "unset", "bob", "premium"),
                     ("user", "show", "bob"), ("user", "export", "bob"), ("relations", "bob"),
                     ("relate", "bob", "follows", "dave"), ("unrelate", "bob", "follows", "dave"),
                     ("export", "follows"), ("export", "users"), ("user", "forget", "dave"),
                     ("check", "--caller", "alice", "--callee", "bob"),
                     ("explain", "--caller", "alice", "--callee", "bob"),
                     ("init", "--db", self.path("new.db"))):
            for line in self.good(*args, "--json").splitlines():
                self.assertIsInstance(json.loads(line), dict, args)


def main():
    global TOOL
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    args, rest = parser.parse_known_args()
    TOOL = os.path.abspath(args.tool)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
