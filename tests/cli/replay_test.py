#!/usr/bin/env python3
"""`ringfence replay` and `ringfence at` where transcripts do not reach: forged logs, terminals,
two processes, every gate's exit code.

Usage: replay_test.py --tool RINGFENCE. Python 3 standard library and the `openssl` command only.
"""

import glob
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import time
import unittest

import behaviour_test as base
import log_test

sys.path.insert(0, os.path.join(base.ROOT, "tests", "third_party"))
import log_format  # noqa: E402  (the format a second time, which signs logs of any contents)

NAME = "example.com/ring/n7"
GAP = 5
RULE_AT, OUTCOME_AT, EFFECT_AT = 32, 170, 28
RING = 1

COUNTS = ("entries coverage reproduced changed gained lost kind indeterminate not_replayable "
          "sealed maybe_gained maybe_lost shadow other_rule simulated burn_in").split()
OTHERS = ("log mode verified policy coverage_percent indeterminate_by_fact "
          "not_replayable_by_reason attempts burn_in_by_reason first last divergences flows "
          "old_rules new_rules callers callees first_change last_change top_callees top_callers "
          "examples period_seconds periods policies policy_periods notes gates").split()


class ReplayTest(log_test.LogTest):
    """With a world and a log of some decisions, and the keys to their facts in case.keys."""

    def setUp(self):
        super().setUp()
        questions = b"caller\tcallee\nalice\tbob\nmallory\tbob\nbob\talice\ncarol\tbob\n"
        self.good("check", "--questions", "-", "--shadow", "x-2024", stdin=questions)
        self.good("log", "keys", "--from", "-1d", "--to", "2200-01-01", "--output", "case.keys")

    def report(self, *args, code=0):
        done = self.run_tool("replay", "--json", *args)
        self.assertEqual((done.returncode, done.stderr), (code, b""), args)
        self.assertEqual(done.stdout.count(b"\n"), 1)
        return json.loads(done.stdout)

    def forge(self, change=lambda index, entry: None, appended=()):
        """The log as the holder of its key could have written it: other entries, signed anew."""
        folder = glob.glob(self.path("n7/20*"))[0]
        with open(self.path("n7.keys"), encoding="ascii") as stream:
            seed = bytes.fromhex(re.search("signing ([0-9a-f]{64})", stream.read()).group(1))
        month = log_format.Month(NAME, os.path.basename(folder), log_format.SigningKey(seed))
        for index, entry in enumerate(log_format.read_entries(folder)):
            body = bytearray(entry[:178])
            change(index, body)
            month.add_bytes(bytes(body) + struct.pack(">I", log_format.crc32c(body)))
        for kind, time_ns, payload in appended:
            month.add(kind, time_ns, 1, payload, writer=1)
        month.checkpoint()
        month.write(self.path("n7"))

    def decision_of(self, rule):
        return next(entry for entry in self.entries("decision")
                    if entry["rule"] == rule and not entry["shadow"])


class Reports(ReplayTest):
    def test_every_member_is_there_and_the_sum_is_right(self):
        for args in ((), ("--policy", "x-2024"), ("--policy", "default"), ("--shadow",),
                     ("--from", "2200-01-01"), ("--no-verify",)):
            report = self.report(*args)
            self.assertEqual(set(report), {*COUNTS, *OTHERS}, args)
            for name in COUNTS:
                self.assertIs(type(report[name]), int, (name, args))
            self.assertEqual(report["entries"], sum(report[name] for name in (
                "reproduced", "changed", "indeterminate", "not_replayable", "sealed")), args)
            self.assertEqual(report["coverage"], report["reproduced"] + report["changed"], args)
            self.assertEqual(report["verified"], "--no-verify" not in args)
        self.assertEqual(self.report()["entries"], 8)
        self.assertEqual(self.report("--policy", "x-2024")["entries"], 4)

    def test_what_the_shadow_said_is_what_if(self):
        """x-2024 stood beside each decision, and decides again from what was collected."""
        shadow, again = self.report("--shadow"), self.report("--policy", "x-2024")
        self.assertGreater(shadow["changed"], 0)
        for name in ("entries", "reproduced", "changed", "gained", "lost", "kind", "flows"):
            self.assertEqual(shadow[name], again[name], name)

    def test_the_number_of_threads_changes_nothing(self):
        for mode in ((), ("--policy", "x-2024"), ("--shadow",)):
            one = self.report(*mode, "--threads", "1")
            for threads in ("2", "7"):
                self.assertEqual(self.report(*mode, "--threads", threads), one)

    def test_facts_are_shown_to_who_was_given_keys(self):
        seeds = self.report("--policy", "x-2024")["examples"]
        keys = self.report("--policy", "x-2024", "--facts", "case.keys")["examples"]
        self.assertEqual([example["facts"] for example in seeds], [[]] * len(seeds))
        self.assertIn("callee.follows(caller)=true", keys[0]["facts"])
        for example in keys:
            example["facts"] = []
        self.assertEqual(seeds, keys)

    def test_a_proof_is_that_of_log_prove(self):
        for example in self.report("--policy", "x-2024")["examples"]:
            proof = self.good("log", "prove", str(example["index"]))
            self.assertEqual(example["proof"], proof)

    def test_time_zone_and_locale_change_no_byte(self):
        for mode in ((), ("--policy", "x-2024"), ("--shadow",)):
            args = ("replay", "--json", "--facts", "case.keys", *mode)
            outputs = set()
            for place in ({}, {"TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8"},
                          {"TZ": "XYZ-14:37", "LC_ALL": "tr_TR.UTF-8"},
                          {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"}):
                self.env = {**self.env, **place}
                outputs.add(self.run_tool(*args).stdout)
            self.assertEqual(len(outputs), 1, mode)

    def test_replaying_writes_nothing(self):
        before = self.files()
        for mode in ((), ("--policy", "x-2024"), ("--shadow",)):
            self.report(*mode)
        self.good("at", "--time", "-1d", "--caller", "alice", "--callee", "bob")
        self.assertEqual(self.files(), before)


class ExitCodes(ReplayTest):
    def test_every_gate(self):
        lost = self.report("--policy", "x-2024")["lost"]
        self.assertGreater(lost, 0)
        what_if = ("--policy", "x-2024")
        for code, args in (
                (0, what_if),
                (0, (*what_if, "--max-lost", str(lost))),
                (1, (*what_if, "--max-lost", str(lost - 1))),
                (0, (*what_if, "--max-gained", "0", "--max-lost", str(lost))),
                (1, (*what_if, "--max-gained", "0", "--max-lost", str(lost - 1))),
                (0, (*what_if, "--min-coverage", "100")),
                (1, (*what_if, "--min-coverage", "100", "--max-lost", "0")),
                (0, ("--shadow", "--max-lost", str(lost))),
                (1, ("--shadow", "--max-lost", str(lost - 1))),
                (0, ("--min-coverage", "100")),
                (0, ("--db", "")),  # nothing was decided, which the output says
                (1, ("--db", "", "--min-coverage", "0.0001")),
                (0, ("--db", "", "--min-coverage", "0")),
                (0, ("--db", "", *what_if)),
                (1, ("--db", "", *what_if, "--max-gained", "1000000")),
                (1, ("--db", "", *what_if, "--max-lost", "1000000"))):
            done = self.run_tool("replay", *args)
            self.assertEqual((done.returncode, done.stderr), (code, b""), args)
            holds = [gate["holds"] for gate in self.report(*args, code=code)["gates"]]
            self.assertEqual(all(holds), code == 0, args)
            self.assertEqual(done.stdout.count(b"\ngate --"), len(holds), args)

    def test_no_keys_do_not_look_like_success(self):
        text = self.good("replay", "--db", "")
        self.assertIn("\nnothing could be decided: no keys (--facts FILE, or --db FILE", text)
        self.assertNotIn("every decision follows", text)
        # Keys, but of somebody nobody called.
        with open(self.path("case.keys"), encoding="ascii") as stream:
            lines = stream.read().splitlines()[:4]
        lines[3] = "f" * 32 + lines[3][32:]
        contents = "".join(line + "\n" for line in lines)
        contents += f"sum {log_format.sha256(contents.encode())[:16].hex()}\n"
        with open(self.path("other.keys"), "w", encoding="ascii") as stream:
            stream.write(contents)
        text = self.good("replay", "--facts", "other.keys")
        self.assertIn("\nnothing could be decided: the keys given open none of the facts\n", text)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            for args in (("replay",), ("replay", "--json"),
                         ("at", "--time", "-1d", "--caller", "alice", "--callee", "bob")):
                done = subprocess.run([base.TOOL, *args], env=self.env, stdout=full,
                                      stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      cwd=self.folder, timeout=base.TIMEOUT_S)
                self.assertEqual(done.returncode, 3, args)


class Forged(ReplayTest):
    def test_an_answer_that_does_not_follow_from_its_facts(self):
        blocked, followed = self.decision_of("blocked"), self.decision_of("followed")
        entry = log_format.read_entries(glob.glob(self.path("n7/20*"))[0])[followed["index"]]

        def let_through(index, body):
            if index == blocked["index"]:
                for at in (EFFECT_AT, RULE_AT, RULE_AT + 1, OUTCOME_AT):
                    body[at] = entry[at]

        before = self.report()
        self.assertEqual((before["changed"], before["divergences"]), (0, []))
        self.forge(let_through)
        # Signed by the log's own key: verification alone finds nothing, the database's copy does.
        self.good("--db", "", "log", "verify")
        done = self.run_tool("replay")
        self.assertEqual((done.returncode, done.stderr), (1, b""))
        self.assertTrue(done.stdout.startswith(b"wrong: "), done.stdout)
        self.assertTrue(done.stdout.endswith(b"\nnothing was replayed\n"), done.stdout)

        report = self.report("--db", "", "--facts", "case.keys", code=1)
        self.assertEqual((report["changed"], report["reproduced"]), (1, 7))
        found = report["divergences"][0]
        self.assertEqual((found["index"], found["stage"], found["recorded"]["rule"],
                          found["derived"]["rule"], found["derived"]["effect"]),
                         (blocked["index"], "effect", "followed", "blocked", "refuse"))
        done = self.run_tool("replay", "--db", "", "--facts", "case.keys")
        self.assertEqual(done.returncode, 1)
        text = done.stdout.decode()
        self.assertIn(f"entry {blocked['index']}, effect\n  recorded  ring by followed\n"
                      "  derived   private (refuse) by blocked\n", text)
        self.assertTrue(text.endswith("1 decision does not follow from facts and policy as "
                                      "recorded\n"), text)
        # What another policy would have done is not asked of it.
        report = self.report("--db", "", "--facts", "case.keys", "--policy", "default")
        self.assertEqual(report["not_replayable_by_reason"], {"diverges": 1})

    def test_a_rule_that_another_one_stands_for(self):
        index = self.decision_of("otherwise")["index"]

        def other_rule(at, body):
            if at == index:
                body[RULE_AT + 1] -= 1

        self.forge(other_rule)
        report = self.report("--db", "", "--facts", "case.keys", code=1)
        self.assertEqual([one["stage"] for one in report["divergences"]], ["rule"])

    def test_what_could_not_be_recorded_is_told(self):
        time_ns = 1_500_000_000 * 10**9  # 2017-07-14T02:40:00Z
        gap = struct.pack(">QQQQQBH", 7, 100, 106, time_ns, time_ns + 10**9, 1, 1)
        self.forge(appended=[(GAP, time_ns + 2 * 10**9, gap)])
        ask = ("at", "--caller", "alice", "--callee", "bob", "--json", "--time")
        for when, count in (("2017-07-14T02:40Z", 7), ("2017-07-14T02:40:01Z", 7),
                            ("2017-07-14T02:40:02Z", 0), ("2017-07-14T02:39:59.9Z", 0)):
            done = self.run_tool(*ask, when)
            self.assertEqual((done.returncode, done.stderr), (1, b""), when)
            self.assertEqual(json.loads(done.stdout)["not_recorded"], count, when)
        done = self.run_tool("at", "--caller", "alice", "--callee", "bob", "--time", "2017-07-14")
        self.assertIn(b"\n  gaps of that time count 7 decisions of anybody", done.stdout)
        report = self.report("--no-verify")
        self.assertEqual(report["not_replayable_by_reason"], {"gap": 7})
        self.assertEqual(report["entries"], 8 + 7)


class LongWork(log_test.LogTest):
    def run_haltingly(self, *args):
        """What it prints, and what appears on the terminal that its standard error is. It is
        stopped again and again, so that every part of its work takes as long as a bar needs."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        with open(self.path("out"), "wb") as out:
            process = subprocess.Popen([base.TOOL, *args], env={**self.env, "TERM": "xterm"},
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=slave)
        os.close(slave)
        self.addCleanup(process.kill)
        while process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.11)
            process.send_signal(signal.SIGCONT)
            time.sleep(0.01)
        self.assertEqual(process.returncode, 0)
        drawn = b""
        while select.select([master], [], [], 0)[0]:
            try:
                drawn += os.read(master, 65536)
            except OSError:  # the other side is closed
                break
        with open(self.path("out"), "rb") as stream:
            return stream.read(), drawn

    def test_progress_of_both_parts_on_a_terminal(self):
        self.make_many()
        out, printed = self.run_haltingly("replay", "--threads", "1")
        self.assertRegex(printed, rb"\rverify \[=*> *\] +\d+%  [\d,]+ entries")
        self.assertRegex(printed, rb"\rreplay \[=*> *\] +\d+%  [\d,]+ entries")
        self.assertTrue(printed.endswith(b"\r\x1b[K"), printed[-20:])
        self.assertTrue(out.endswith(b"\nevery decision follows from its facts and its policy\n"))
        done = self.run_tool("replay", "-q")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        shown = self.run_tool("replay", "--policy", "x-2024", "--json")
        report = json.loads(shown.stdout)
        self.assertEqual((report["entries"], report["coverage"]), (log_test.MANY,) * 2)
        self.assertTrue(0 < len(report["examples"]) <= 60)
        for most in (0, 1):
            shown = self.run_tool("replay", "--policy", "x-2024", "--examples", str(most), "--json")
            self.assertEqual(len(json.loads(shown.stdout)["examples"]), most)


class TwoProcesses(ReplayTest):
    def test_while_a_server_has_the_log(self):
        process = self.hold_open()
        process.stdin.write(b"caller\tcallee\n")
        self.decide_on(process, 3)
        report = self.report()
        self.assertGreaterEqual(report["entries"], 8)
        self.assertEqual(report["coverage"], report["entries"])
        self.good("at", "--time", "-1d", "--caller", "alice", "--callee", "bob")
        process.stdin.close()
        self.assertEqual(process.wait(base.TIMEOUT_S), 0)
        self.assertEqual(self.report()["entries"], 8 + 3)


if __name__ == "__main__":
    base.main()
