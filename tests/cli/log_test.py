#!/usr/bin/env python3
"""The log commands where transcripts do not reach: terminals, signals, two processes, hostile logs.

Usage: log_test.py --tool RINGFENCE. Python 3 standard library and the `openssl` command only.
"""

import base64
import csv
import glob
import hashlib
import io
import json
import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import time
import unittest

import behaviour_test as base

sys.path.insert(0, os.path.join(base.ROOT, "tests", "third_party"))
import log_format  # noqa: E402  (the format a second time, which makes logs of any contents)
import make_log  # noqa: E402

# So many decisions that verifying them takes a while everywhere.
MANY = 400000


class LogTest(base.CliTest):
    """With a world, and a log in n7."""

    def setUp(self):
        super().setUp()
        self.env["RINGFENCE_LOG"] = self.path("n7")
        self.make_world()
        self.good("log", "init", "--name", "example.com/ring/n7")

    def lines(self, *args):
        return [json.loads(line) for line in self.good(*args, "--json").splitlines()]

    def entries(self, kind):
        return self.lines("log", "show", "--kind", kind)

    def files(self):
        """Every file of the log with its contents' hash."""
        found = {}
        for folder, _, names in os.walk(self.path("n7")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as stream:
                    found[os.path.join(folder, name)] = hashlib.sha256(stream.read()).digest()
        return found

    def make_many(self):
        questions = b"caller\tcallee\n" + b"alice\tbob\nmallory\tbob\n" * (MANY // 2)
        answers = self.good("check", "--questions", "-", stdin=questions).splitlines()
        self.assertEqual(len(answers), MANY)

    def decide_on(self, process, count):
        for _ in range(count):
            self.assertIn("\tring\tfollowed\t", self.ask(process, "alice\tbob"))


class LongWork(LogTest):
    def verify_stopped_in_the_middle(self):
        """The process, and the terminal its standard error is."""
        master, slave = pty.openpty()
        process = subprocess.Popen([base.TOOL, "log", "verify", "--threads", "1"],
                                   env={**self.env, "TERM": "xterm"}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        self.addCleanup(process.stdout.close)
        self.addCleanup(os.close, master)
        time.sleep(0.03)
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        return process, master

    def test_verify_draws_its_progress_and_may_be_interrupted(self):
        self.make_many()
        before = self.files()
        process, terminal = self.verify_stopped_in_the_middle()
        time.sleep(0.15)  # a bar is drawn once in a tenth of a second
        process.send_signal(signal.SIGCONT)
        out = process.stdout.read().decode()
        self.assertEqual(process.wait(base.TIMEOUT_S), 0, out)
        self.assertTrue(out.endswith("all of it holds\n"), out)
        self.assertRegex(out, rf"decisions +{MANY:,}\n")
        drawn = os.read(terminal, 65536) if select.select([terminal], [], [], 0)[0] else b""
        self.assertRegex(drawn, rb"\rverify \[=*> *\] +\d+%  [\d,]+ entries  [\d,]+/s  "
                                rb"\d+:\d\d left\x1b\[K")
        self.assertTrue(drawn.endswith(b"\r\x1b[K"), drawn[-20:])

        process, _ = self.verify_stopped_in_the_middle()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        self.assertEqual(process.stdout.read(), b"")
        self.assertEqual(process.wait(base.TIMEOUT_S), -signal.SIGINT)
        self.assertEqual(self.files(), before)
        stats = self.lines("log", "stats")[0]
        self.assertEqual((stats["decisions"], stats["effects"]),
                         (MANY, {"refuse": MANY // 2, "ring": MANY // 2}))
        self.assertTrue(216 <= stats["bytes_per_decision"] < 230, stats["bytes_per_decision"])

    def test_a_full_disk_is_told_and_counted(self):
        limit = (64 << 20) + 4096  # the ballast fits, the entries of all decisions do not

        def limit_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        questions = b"caller\tcallee\n" + b"alice\tbob\nmallory\tbob\n" * (MANY // 2)
        done = self.run_tool("check", "--questions", "-", stdin=questions, preexec_fn=limit_files)
        self.assertEqual(done.returncode, 3, done.stderr)
        answers = done.stdout.decode().splitlines()
        self.assertEqual(len(answers), MANY)
        self.assertTrue(answers[-1].endswith("\t-"), answers[-1])
        self.good("check", "--caller", "alice", "--callee", "bob")
        verified = self.lines("log", "verify")[0]
        self.assertTrue(verified["holds"], verified["findings"])
        self.assertGreater(verified["not_recorded"], 0)
        self.assertEqual(verified["decisions"] + verified["not_recorded"], MANY + 1)

    def test_no_progress_where_nobody_looks(self):
        self.good("check", "--caller", "alice", "--callee", "bob")
        for args in (("log", "verify"), ("log", "tiles", "www"), ("log", "stats")):
            self.good(*args)  # nothing on standard error


class TwoProcesses(LogTest):
    def test_what_is_asked_while_a_server_has_the_log(self):
        process = self.hold_open()
        process.stdin.write(b"caller\tcallee\n")
        self.decide_on(process, 3)
        # A second writer is refused, and writes nothing.
        done = self.run_tool("check", "--caller", "alice", "--callee", "bob")
        self.assertEqual((done.returncode, done.stdout), (3, b""))
        self.assertRegex(done.stderr, rb"^ringfence: .*n7.*\n$")
        # Reading goes on, of what is signed so far.
        self.wait_for_decisions(3)
        self.assertIn("all of it holds", self.good("log", "verify"))
        # What must be logged waits in the database.
        out = self.good("user", "forget", "mallory")
        self.assertRegex(out, r"\ncase [0-9a-f]{32}: the ERASURE entry waits in the database ")
        forgotten = re.search("case ([0-9a-f]{32})", out).group(1)
        exported = self.lines("log", "keys", "--from", "-1d", "--to", "2200-01-01", "--output",
                              self.path("case.keys"))[0]
        self.assertIs(exported["logged"], False)
        self.assertIn("callee.follows(caller)=true",
                      self.good("log", "show", "--facts", self.path("case.keys")))
        out = self.good("replay", "--record")
        self.assertRegex(out, r"\nreport [0-9a-f]{64} waits in the database ")
        reported = re.search("report ([0-9a-f]{64})", out).group(1)
        # Without the database it could only be written by who has the log open.
        database = self.env.pop("RINGFENCE_DB")
        done = self.run_tool("replay", "--record")
        self.env["RINGFENCE_DB"] = database
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"recording the report", done.stderr)
        # The server writes it, at the latest when it ends.
        self.decide_on(process, 1)
        process.stdin.close()
        self.assertEqual(process.wait(base.TIMEOUT_S), 0)
        self.assertEqual([entry["fields"]["case_id"] for entry in self.entries("erasure")],
                         [forgotten])
        self.assertEqual([entry["fields"]["case_id"] for entry in self.entries("access")],
                         [exported["case_id"]])
        self.assertEqual(len(self.entries("keycommit")), 1)
        replays = self.entries("replay")
        self.assertEqual([entry["fields"]["blob"] for entry in replays], [reported])
        report = self.good("log", "show", "--index", str(replays[0]["index"]), "--report")
        self.assertEqual(hashlib.sha256(report.encode()).hexdigest(), reported)
        self.assertIn("all of it holds", self.good("log", "verify"))
        self.assertEqual(len(self.entries("decision")), 4)

    def wait_for_decisions(self, count):
        """Until a checkpoint covers them, which takes a second."""
        deadline = time.monotonic() + base.TIMEOUT_S
        while len(self.entries("decision")) < count:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def test_a_killed_server_loses_nothing_it_answered(self):
        process = self.hold_open()
        process.stdin.write(b"caller\tcallee\n")
        self.decide_on(process, 50)
        process.kill()
        process.wait(base.TIMEOUT_S)
        self.good("check", "--caller", "alice", "--callee", "bob")
        self.assertEqual(len(self.entries("decision")), 51)
        verified = self.lines("log", "verify")[0]
        self.assertEqual((verified["holds"], verified["unclean_boots"], verified["gaps"]),
                         (True, 1, 0))

    def test_a_receipt_leads_to_its_entry(self):
        answer = self.lines("check", "--caller", "alice", "--callee", "bob")[0]
        entry = self.entries("decision")[0]
        self.assertEqual(entry["request_id"], answer["receipt"])
        self.good("log", "prove", str(entry["index"]), "--entry", "e", "--output", "p")
        with open(self.path("e"), "rb") as stream:
            data = stream.read()
        self.assertEqual(hashlib.sha256(b"\0" + data).hexdigest(), entry["leaf_hash"])
        self.assertEqual(data[34:50].hex(), answer["receipt"])


class Folders(LogTest):
    def test_a_folder_that_cannot_be_read(self):
        self.good("check", "--caller", "alice", "--callee", "bob")
        other = self.as_somebody_else()
        for name in os.listdir(self.folder):
            os.chmod(self.path(name), 0o644 if name.startswith("world") else 0o755)
        os.chmod(self.folder, 0o755)
        month = glob.glob(self.path("n7/20*"))[0]
        os.chmod(month, 0)
        self.addCleanup(os.chmod, month, 0o755)
        self.env.pop("RINGFENCE_DB")
        for args in (("log", "verify"), ("log", "show"), ("log", "stats"), ("log", "prove", "0"),
                     ("log", "export", "--format", "csv"), ("log", "tiles", "/nowhere")):
            done = self.run_tool(*args, **other)
            self.assertEqual((done.returncode, done.stdout), (3, b""), (args, done.stderr))
            self.assertIn(b"Permission denied", done.stderr, args)
        os.chmod(month, 0o755)
        # Readable, but not its key file, and not to be written.
        os.chmod(self.path("n7.keys"), 0o600)
        self.assertEqual(self.run_tool("log", "verify", **other).returncode, 0)
        done = self.run_tool("check", "--caller", "a", "--callee", "b", "--without-db", **other)
        self.assertEqual((done.returncode, done.stdout), (3, b""), done.stderr)
        self.assertIn(b"Permission denied", done.stderr)

    def test_output_that_cannot_be_written(self):
        self.good("check", "--caller", "alice", "--callee", "bob")
        with open("/dev/full", "wb") as full:
            for args in (("log", "verify"), ("log", "show"), ("log", "export", "--format", "csv"),
                         ("log", "prove", "0"), ("log", "stats")):
                done = subprocess.run([base.TOOL, *args], env=self.env, stdout=full,
                                      stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      timeout=base.TIMEOUT_S)
                self.assertEqual(done.returncode, 3, args)

    def test_json_of_every_command_is_json(self):
        self.good("check", "--caller", "alice", "--callee", "bob")
        for args in (("log", "verify"), ("log", "show"), ("log", "stats"), ("log", "prove", "3"),
                     ("log", "export", "--format", "ndjson"), ("log", "tiles", "www"),
                     ("log", "keys", "--from", "-1d", "--to", "2200-01-01", "--output", "k"),
                     ("log", "prune", "--yes"), ("user", "forget", "bob"),
                     ("log", "init", "--name", "a", "--log", "other")):
            for line in self.good(*args, "--json").splitlines():
                self.assertIsInstance(json.loads(line), dict, args)


class Witnesses(LogTest):
    def witness(self, name, text):
        """A verifier key, and its cosignature/v1 line over a checkpoint's text."""
        key = log_format.SigningKey(hashlib.sha256(name.encode()).digest())
        now = int(time.time())
        key_id = hashlib.sha256(name.encode() + b"\n\x04" + key.public).digest()[:4]
        signature = key.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
        line = base64.b64encode(key_id + struct.pack(">Q", now) + signature).decode()
        vkey = base64.b64encode(b"\4" + key.public).decode()
        return f"{name}+{key_id.hex()}+{vkey}", f"— {name} {line}\n"

    def test_a_cosignature_is_verified_kept_and_counted(self):
        self.good("check", "--caller", "alice", "--callee", "bob")
        with open(glob.glob(self.path("n7/20*/checkpoint"))[0], encoding="utf-8") as stream:
            text = stream.read().split("\n\n")[0] + "\n"
        vkey, line = self.witness("witness.example", text)
        other_vkey, _ = self.witness("other.example", text)
        _, elsewhere = self.witness("witness.example", text.replace("n7", "n8"))
        before = self.files()
        for args, data in (((other_vkey,), line), ((vkey,), elsewhere),
                           ((vkey,), line + line), ((vkey,), line[:40] + "\n"), ((vkey,), "")):
            done = self.run_tool("log", "add-cosignature", "--witness", *args, stdin=data.encode())
            self.assertEqual((done.returncode, done.stdout), (2, b""), (data, done.stderr))
        self.assertEqual(self.files(), before)
        with open(self.path("answer"), "w", encoding="utf-8") as stream:
            stream.write(line)
        self.assertEqual(self.lines("log", "add-cosignature", "answer", "--witness", vkey)[0]
                         ["added"], True)
        verified = self.lines("log", "verify", "--witness", vkey, other_vkey)[0]
        self.assertEqual((verified["holds"], verified["cosignatures"]), (True, 1))
        self.assertEqual(self.lines("log", "verify")[0]["cosignatures"], 0)


class Foreign(base.CliTest):
    """Logs that somebody else's program made, in good and in bad faith."""

    def setUp(self):
        super().setUp()
        self.env.pop("RINGFENCE_DB")
        self.env["RINGFENCE_LOG"] = self.path("log")

    def test_two_months_of_another_implementation(self):
        make_log.make(self.path("log"), decisions=300, months=2, sealed=0)
        verified = json.loads(self.good("log", "verify", "--json"))
        self.assertEqual((verified["months"], verified["decisions"], verified["gaps"],
                          verified["unknown_kinds"]), (2, 300, 4, 2))
        stats = json.loads(self.good("log", "stats", "--json"))
        self.assertEqual((stats["decisions"], stats["gaps"], stats["not_recorded"]),
                         (300, 4, verified["not_recorded"]))
        first, second = (month["month"] for month in stats["months"])
        self.assertEqual(self.good("log", "show").count("log.example/ring/n7/20"), 2)
        genesis = self.good("log", "show", "--kind", "genesis")
        name = "log.example/ring/n7"
        self.assertEqual(re.findall(r"(?m)^ *(\d+|log\S+)", genesis),
                         [f"{name}/{first}", "0", f"{name}/{second}", "0"])
        for month, origin in ((None, second), (first, first), (second, second)):
            args = ("--month", month) if month else ()
            self.assertIn(f"log.example/ring/n7/{origin}\n",
                          self.good("log", "show", "--index", "5", *args))
            self.assertIn(f"\n\nlog.example/ring/n7/{origin}\n",
                          self.good("log", "prove", "5", *args))
        begins = self.good("log", "show", "--from", f"{second}-01", "--limit", "1")
        self.assertIn(f"{second}-01T00:00:00.", begins)
        ends = self.good("log", "show", "--to", f"{second}-01", "--tail", "1")
        self.assertIn("seal       cause=end of the month", ends)

    def test_names_in_bad_faith(self):
        hostile = ["=HYPERLINK(\"x\",\"y\")", "@SUM(A1)", "-2+3\u202e", "+1,\"\n2", "\t\x1b[31mred"]

        class World(make_log.World):
            def __init__(self, *args):
                super().__init__(*args)
                for policy in self.policies:
                    policy["rules"] = hostile

        honest, make_log.World = make_log.World, World
        self.addCleanup(setattr, make_log, "World", honest)
        make_log.make(self.path("log"), decisions=60, sealed=0)
        table = self.good("log", "export", "--format", "csv")
        rows = list(csv.reader(io.StringIO(table)))
        self.assertEqual({len(row) for row in rows}, {22})
        rules = {row[rows[0].index("rule")] for row in rows[1:]}
        self.assertEqual(rules - {""}, {"'" + name for name in hostile})
        for row in rows:
            for cell in row:
                self.assertNotRegex(cell, r"^[=+\-@\t\r]")
        shown = {json.loads(line).get("rule") for line in self.good("log", "show", "--json")
                 .splitlines()}
        self.assertLessEqual(set(hostile), shown)
        for args in (("log", "show"), ("log", "show", "--index", "9"), ("log", "stats"),
                     ("log", "export", "--format", "csv"), ("log", "verify")):
            text = self.on_terminal(*args, env={"NO_COLOR": "1"})[1].decode()
            text = re.sub(r"\r[^\n]*\x1b\[K", "", text)  # a progress bar
            bad = [c for c in text if c not in "\r\n\t" and (ord(c) < 32 or c in "\u202e\x7f")]
            self.assertEqual(bad, [], args)


if __name__ == "__main__":
    base.main()
