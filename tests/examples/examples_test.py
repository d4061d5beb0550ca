"""Drives examples/embed and examples/signalling: what each side is told, word for word."""
import argparse
import os
import socket
import subprocess
import sys
import tempfile
import unittest

ARGS = None

REFUSED = '{"told":"unavailable","path":null,"sip":480,"retry_after":null}'


class Embed(unittest.TestCase):
    def test_prints_three_decisions(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "new.db")
            out = subprocess.run([ARGS.embed, path], capture_output=True, text=True, timeout=20)
            self.assertEqual((out.returncode, out.stderr), (0, ""))
            self.assertEqual(
                out.stdout,
                "alice -> bob: ring, because of followed; the caller's side gets "
                '{"told":"ringing","path":null,"sip":180,"retry_after":null}\n'
                f"mallory -> bob: refuse, because of blocked; the caller's side gets {REFUSED}\n"
                f"carol -> bob: refuse, because of otherwise; the caller's side gets {REFUSED}\n",
            )

    def test_says_how_to_call_it(self):
        out = subprocess.run([ARGS.embed], capture_output=True, text=True, timeout=20)
        self.assertEqual((out.returncode, out.stderr), (2, "usage: embed FILE.db\n"))


class Phone:
    """One user's connection."""

    def __init__(self, port, user):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.lines = self.socket.makefile("r", encoding="utf-8", newline="\n")
        assert self.say("LOGIN " + user) == "OK"

    def say(self, line):
        self.socket.sendall((line + "\n").encode())
        return self.hear()

    def hear(self):
        return self.lines.readline().rstrip("\n")


class Signalling(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "server.db")
        subprocess.run([ARGS.embed, path], check=True, capture_output=True, timeout=20)
        self.server = subprocess.Popen(
            [ARGS.signalling, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        first = self.server.stdout.readline()
        self.assertTrue(first.startswith("listening on "), first)
        self.port = int(first.split()[2])

    def tearDown(self):
        self.server.kill()
        self.server.communicate(timeout=10)
        self.folder.cleanup()

    def test_call_block_and_what_each_side_learns(self):
        alice, bob, carol = (Phone(self.port, user) for user in ("alice", "bob", "carol"))
        self.assertEqual(alice.say("CALL bob"), "CALLING")
        self.assertEqual(bob.hear(), "RING alice")
        self.assertEqual(carol.say("CALL bob"), "REFUSED " + REFUSED)
        self.assertEqual(bob.hear(), "MISSED carol otherwise")
        # A block ends what is ringing, and looks to alice like any other refusal.
        self.assertEqual(bob.say("BLOCK alice"), "OK")
        self.assertEqual(bob.hear(), "ENDED alice")
        self.assertEqual(alice.hear(), "ENDED bob")
        self.assertEqual(alice.say("CALL bob"), "REFUSED " + REFUSED)
        self.assertEqual(bob.hear(), "MISSED alice blocked")
        self.assertEqual(bob.say("FOLLOW carol"), "OK")
        self.assertEqual(carol.say("CALL bob"), "CALLING")
        self.assertEqual(alice.say("CALL nobody-here"), "REFUSED " + REFUSED)

    def test_bad_lines_are_answered(self):
        alice = Phone(self.port, "alice")
        self.assertEqual(alice.say("HELLO"), "ERROR expected COMMAND USER")
        self.assertEqual(alice.say("DANCE bob"), "ERROR unknown command")
        self.assertEqual(alice.say("BLOCK alice")[:6], "ERROR ")
        self.assertEqual(alice.say("CALL " + "x" * 300)[:6], "ERROR ")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--embed", required=True)
    parser.add_argument("--signalling", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest, verbosity=2)
