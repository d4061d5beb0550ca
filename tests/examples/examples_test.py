"""Drives the examples embed, signalling and contacts_client: what each side is told."""
import argparse
import json
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


class ContactsClient(unittest.TestCase):
    """The client in C against the tool, which plays the server."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.env = dict(os.environ, RINGFENCE_DB=os.path.join(self.folder.name, "world.db"),
                        RINGFENCE_KEYS=os.path.join(self.folder.name, "contacts.keys"))
        self.tool("init", "--quiet")
        self.tool("contacts", "init", "--quiet")
        self.tool("user", "set", "bob", "allow_contacts=true", "--quiet")

    def tearDown(self):
        self.folder.cleanup()

    def tool(self, *arguments, text=None):
        out = subprocess.run([ARGS.tool, *arguments], env=self.env, input=text, text=True,
                             capture_output=True, timeout=20)
        self.assertEqual((out.returncode, out.stderr), (0, ""), arguments)
        return out.stdout

    def exchange(self, book, public_key):
        """The client's elements and, after the server's answer, its exit code and output."""
        client = subprocess.Popen([ARGS.contacts_client, "US", public_key], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        client.stdin.write("".join(entry + "\n" for entry in book) + "\n")
        client.stdin.flush()
        elements = list(iter(client.stdout.readline, "\n"))
        answer = json.loads(self.tool("contacts", "evaluate", "bob", "--epoch", "1", "--json",
                                      text="".join(elements)))
        out, err = client.communicate(
            "\n".join(answer["evaluated"] + [answer["proof"], ""]), timeout=20)
        return elements, client.returncode, out.split(), err

    def test_a_book_made_on_the_device_lets_a_contact_ring(self):
        parameters = json.loads(self.tool("contacts", "params", "bob", "--json"))
        public_key = parameters["epochs"][0]["public_key"]
        elements, code, out, err = self.exchange(
            ["(415) 555-0123", "Ann@Example.com", "555-0100 ext. 7"], public_key)
        self.assertEqual((len(elements), code), (50, 0))
        self.assertEqual(err.count("skipped: "), 1)
        count, digest, tokens = int(out[0]), out[1], out[2:]
        self.assertEqual(len(tokens), count)
        upload = self.tool("contacts", "begin", "bob", "--mode", "full", "--epoch", "1", "--base",
                           "0", "--region", "US", "--entries", str(count), "--digest", digest)
        self.tool("contacts", "put", "bob", upload.strip(), "0", "--quiet", text="\n".join(tokens))
        self.tool("contacts", "commit", "bob", upload.strip())
        self.tool("contacts", "verify", "alice", "+1 415 555 0123", "--quiet")
        self.tool("contacts", "verify", "ann", "ann@example.com", "--quiet")
        for caller in ("alice", "ann"):
            out = json.loads(self.tool("check", "--caller", caller, "--callee", "bob", "--json"))
            self.assertEqual((out["effect"], out["rule"]), ("ring", "contact"))

    def sync(self, book, public_key, base):
        """A whole book from the device; its size."""
        elements, code, out, err = self.exchange(book, public_key)
        self.assertEqual((len(elements), code, err), (50, 0, ""))
        upload = self.tool("contacts", "begin", "bob", "--mode", "full", "--epoch", "1", "--base",
                           base, "--entries", out[0], "--digest", out[1]).strip()
        self.tool("contacts", "put", "bob", upload, "0", "--quiet", text="\n".join(out[2:]))
        self.tool("contacts", "commit", "bob", upload)
        return int(out[0])

    def test_an_empty_book_replaces_the_one_before_and_looks_like_it(self):
        parameters = json.loads(self.tool("contacts", "params", "bob", "--json"))
        public_key = parameters["epochs"][0]["public_key"]
        self.tool("contacts", "verify", "alice", "+1 415 555 0123", "--quiet")
        self.assertEqual(self.sync(["+14155550123"], public_key, "0"), 50)
        self.tool("check", "--caller", "alice", "--callee", "bob")
        self.assertEqual(self.sync([], public_key, "1"), 50)
        out = subprocess.run([ARGS.tool, "check", "--caller", "alice", "--callee", "bob"],
                             env=self.env, capture_output=True, timeout=20)
        self.assertEqual(out.returncode, 1)

    def test_another_key_than_announced_gives_no_tokens(self):
        # The generator: a valid public key, but not the server's.
        other = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"
        _, code, out, err = self.exchange(["+14155550123"], other)
        self.assertEqual((code, out), (1, []))
        self.assertIn("contacts_client: ", err)


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
    parser.add_argument("--contacts_client", required=True)
    parser.add_argument("--tool", required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest, verbosity=2)
