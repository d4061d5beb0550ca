"""Verifies decision logs with tools that are not ours, then tampered copies of them.

Usage: third_party_test.py --source FOLDER --build FOLDER --tool RINGFENCE [--decisions N]
Two logs: one the engine wrote, and one written from the format's description alone. All tools, and
`ringfence log verify`, read each of --decisions; smaller ones are tampered with, because each copy
is read by all. --build is a folder that has node_modules; programs in Go are built there.

Which tool verifies what is in README.md. A tool that is missing fails the test.
"""
import argparse
import base64
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import engine_log
import go_build
import log_format
import make_log
import tampering
from tampering import ENGINE, LOG, NOTE, PROOF, TREE

ARGS = None
PACKAGES = {"node": "nodejs", "openssl": "openssl"}
HERE = os.path.dirname(os.path.abspath(__file__))


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False,
                          **options)


def require_tools():
    missing = [f"the command {name} (Debian: {package})" for name, package in PACKAGES.items()
               if not shutil.which(name)]
    missing += go_build.missing()
    for package in "@sigstore/verify", "kaitai-struct", "kaitai-struct-compiler", "yaml":
        if not os.path.isdir(os.path.join(ARGS.build, "node_modules", package)):
            missing.append(f"{package} in {ARGS.build}/node_modules (npm ci)")
    if missing:
        sys.exit("third_party_test: missing: " + "; ".join(missing))


class Verifiers:
    """Each method says whether a tool accepts a log: (accepts, what it printed)."""

    def __init__(self, case, folder):
        self.case = case
        self.go = go_build.build("verify", ARGS.build)
        self.proof, self.vkey = (os.path.join(folder, name) for name in ("kept.tlog-proof", "vkey"))
        month = os.path.join(case.log, case.month)
        log_format.replace(self.proof, log_format.tlog_proof(month, case.victim).encode())
        shutil.copy(os.path.join(month, "log.vkey"), self.vkey)
        self.all = {LOG: self.whole_log, TREE: self.months, PROOF: self.proven_entry,
                    NOTE: self.checkpoint, ENGINE: self.engine}

    @staticmethod
    def answer(out):
        if out.returncode not in (0, 1):
            raise RuntimeError(f"{out.args}: exit code {out.returncode}\n{out.stdout}{out.stderr}")
        return out.returncode == 0, out.stdout + out.stderr

    def whole_log(self, log, kept=None):
        script = os.path.join(ARGS.source, "examples", "verify_log.py")
        trusted = ["--trusted", kept] if kept else []
        return self.answer(run(sys.executable, "-B", script, log, *trusted))

    def engine(self, log, kept=None):
        trusted = ["--trusted", kept] if kept else []
        return self.answer(run(ARGS.tool, "log", "verify", "--log", log, *trusted))

    def months(self, log, kept=None):
        accepts, texts = True, ""
        for month in tampering.months(log):
            trusted = ["-trusted", kept] if kept and month == self.case.month else []
            one, text = self.answer(run(self.go, *trusted, os.path.join(log, month)))
            accepts, texts = accepts and one, texts + text
        return accepts, texts

    def prove(self, proof, vkey, entry):
        return self.answer(run("node", os.path.join(HERE, "verify_proof.cjs"), ARGS.build, proof,
                               vkey, entry))

    def proven_entry(self, log):
        """The proof somebody kept, and the entry as it is in this log."""
        entries = log_format.read_entries(os.path.join(log, self.case.month))
        with tempfile.NamedTemporaryFile() as file:
            file.write(entries[self.case.victim])
            file.flush()
            return self.prove(self.proof, self.vkey, file.name)

    def checkpoint(self, log):
        """The newest checkpoint under the key in its folder, with no other program than openssl."""
        folder = os.path.join(log, self.case.month)
        with open(os.path.join(folder, "checkpoint"), encoding="utf-8") as file:
            text, _, line = file.read().rpartition("\n\n")
        with open(os.path.join(folder, "log.vkey"), encoding="utf-8") as file:
            key = base64.b64decode(file.read().split("+", 2)[2])
        with tempfile.TemporaryDirectory() as files:
            for name, data in (("text", text.encode() + b"\n"),
                               ("signature", base64.b64decode(line.split(" ")[2])[4:]),
                               ("key", bytes.fromhex("302a300506032b6570032100") + key[1:])):
                log_format.replace(os.path.join(files, name), data)
            return self.answer(run("openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER",
                                   "-inkey", "key", "-rawin", "-in", "text", "-sigfile",
                                   "signature", cwd=files))


class ReadByAll:
    """What holds of any log. Subclasses say where it comes from."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.source, cls.case, cls.verifiers, cls.kept = cls.make("big", ARGS.decisions)

    @classmethod
    def make(cls, name, decisions):
        """A log, and the verifiers and kept checkpoints that belong to it."""
        folder = os.path.join(cls.folder.name, name)
        os.mkdir(folder)
        source, seed = cls.write_log(folder, decisions)
        case, kept = tampering.Case(os.path.join(folder, "log"), seed), {}
        for which in "older", "newest":
            kept[which] = os.path.join(folder, which)
            log_format.replace(kept[which], getattr(case, which).encode())
        return source, case, Verifiers(case, folder), kept

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_all_accept_the_log(self):
        for name, verify in self.verifiers.all.items():
            with self.subTest(name):
                accepts, text = verify(self.case.log)
                self.assertTrue(accepts, text)
        for kept in self.kept.values():
            for name in tampering.EVERYBODY:
                accepts, text = self.verifiers.all[name](self.case.log, kept)
                self.assertTrue(accepts, text)
        # Tiles of tiles of tiles exist from 65,536 entries on: not in the smaller log.
        copy = tampering.Copy(self.case, self.path("level2"))
        copy.edit("level2", lambda data: tampering.flip(data, 7))
        for name in tampering.EVERYBODY:
            self.assertFalse(self.verifiers.all[name](copy.log)[0], name)

    @staticmethod
    def answers(verifiers, kept, one, log):
        """What every tool says of a tampered copy: {tool: refuses}, and with a kept checkpoint."""
        copy = tampering.Copy(verifiers.case, log)
        one.apply(copy)
        alone, texts, with_kept = {}, "", {}
        for name, verify in verifiers.all.items():
            accepts, text = verify(copy.log)
            alone[name], texts = not accepts, texts + f"{name}: {text}"
        for name in tampering.EVERYBODY if one.kept else ():
            accepts, text = verifiers.all[name](copy.log, kept[one.kept])
            with_kept[name], texts = not accepts, texts + f"{name}, kept: {text}"
        shutil.rmtree(copy.log)
        return alone, with_kept, texts

    def test_who_sees_what(self):
        _, case, verifiers, kept = self.make("small", min(ARGS.decisions, 12000))
        count = len(tampering.months(case.log))
        ones = [one for one in tampering.TAMPERINGS if one.months_needed <= count]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda number: self.answers(
                verifiers, kept, ones[number], self.path(f"copy{number}")), range(len(ones))))
        print()
        for one, (alone, with_kept, texts) in zip(ones, results):
            seen, seen_with_kept = ({name for name, refuses in answers.items() if refuses}
                                    for answers in (alone, with_kept))
            print(f"{one.name}: refused by", ", ".join(sorted(seen)) or "nobody", end="")
            print(f"; with a kept checkpoint by {', '.join(sorted(seen_with_kept))}"
                  if one.kept else "")
            with self.subTest(one.name):
                self.assertEqual(seen, one.seen_by, texts)
                self.assertEqual(seen_with_kept, one.seen_with_kept, texts)

    def test_the_engine_proves_what_we_prove(self):
        proof, entry = self.path("engine.tlog-proof"), self.path("engine.entry")
        out = run(ARGS.tool, "log", "prove", str(self.case.victim), "--log", self.case.log,
                  "--output", proof, "--entry", entry)
        self.assertEqual(out.returncode, 0, out.stderr)
        with open(proof, encoding="utf-8") as ours, open(self.verifiers.proof,
                                                         encoding="utf-8") as expected:
            self.assertEqual(ours.read(), expected.read())
        self.assertTrue(self.verifiers.prove(proof, self.verifiers.vkey, entry)[0])

    def test_proofs_that_are_wrong(self):
        with open(self.verifiers.proof, encoding="utf-8") as file:
            proof = file.read()
        lines = proof.split("\n")
        end = lines.index("")
        changes = {
            "another index": ["index 1" if line.startswith("index") else line for line in lines],
            "another size": [str(self.case.size - 1) if line == str(self.case.size) else line
                             for line in lines],
            "another hash": lines[:2] + [base64.b64encode(bytes(32)).decode()] + lines[3:],
            "a hash too many": lines[:end] + lines[end - 1:],
            "a hash too few": lines[:end - 1] + lines[end:],
            "no checkpoint": lines[:end + 1],
            "another root": lines[:end + 3] + [base64.b64encode(bytes(32)).decode()]
                            + lines[end + 4:],
            "no signature": lines[:-2] + [""],
        }
        entry = self.path("entry")
        log_format.replace(entry, self.case.entries[self.case.victim])
        self.assertTrue(self.verifiers.prove(self.verifiers.proof, self.verifiers.vkey, entry)[0])
        for name, changed in changes.items():
            with self.subTest(name):
                path = self.path("wrong.tlog-proof")
                log_format.replace(path, "\n".join(changed).encode())
                accepts, text = self.verifiers.prove(path, self.verifiers.vkey, entry)
                self.assertFalse(accepts)
                self.assertIn("refused: ", text)
        for name, data in (("a byte more", self.case.entries[self.case.victim] + b"\0"),
                           ("another byte", b"\2" + self.case.entries[self.case.victim][1:])):
            with self.subTest(name):
                log_format.replace(entry, data)
                self.assertFalse(self.verifiers.prove(self.verifiers.proof, self.verifiers.vkey,
                                                      entry)[0])

    def test_tiles_as_c2sp_clients_ask_for_them(self):
        tiles = self.path("tiles")
        month = os.path.join(self.case.log, self.case.month)
        out = run(ARGS.tool, "log", "tiles", tiles, "--log", self.case.log)
        self.assertEqual(out.returncode, 0, out.stderr)
        expected = self.path("expected-tiles")
        log_format.write_tiles(month, expected)
        out = run("diff", "-r", "-q", "--exclude=log.vkey", expected, tiles)
        self.assertEqual((out.returncode, out.stdout), (0, ""))
        shutil.copy(os.path.join(month, "log.vkey"), tiles)
        out = run(self.verifiers.go, tiles)
        self.assertEqual(out.returncode, 0, out.stdout)
        number, width = divmod(self.case.size >> 8, 256)
        path = os.path.join(tiles, "tile", "1", log_format.tile_path(number, width))
        with open(path, "rb") as file:
            data = bytearray(file.read())
        data[-1] ^= 1
        log_format.replace(path, bytes(data))
        self.assertEqual(run(self.verifiers.go, tiles).returncode, 1)

    def kaitai(self, path, *what):
        out = run("node", os.path.join(HERE, "kaitai_reader.cjs"), ARGS.build,
                  os.path.join(ARGS.source, "schema", "decision_log.ksy"), path, *what)
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        return [json.loads(line) for line in out.stdout.splitlines()]

    def test_kaitai_reads_every_field_as_we_do(self):
        sys.path.insert(0, os.path.join(ARGS.source, "examples"))
        import verify_log  # pylint: disable=import-outside-toplevel
        flags = ["clock_unsynchronised", "failure_mode", "emergency", "shadow", "not_all_collected",
                 "durable", "party_unread", "epoch_key"]
        kinds = set()
        for month in tampering.months(self.case.log):
            folder = os.path.join(self.case.log, month)
            theirs = self.kaitai(os.path.join(folder, "seg", "0000000000.ent"))
            entries = log_format.read_entries(folder)
            self.assertEqual(len(theirs), len(entries))
            for entry, read in zip(entries, theirs):
                ours = verify_log.decode(entry)
                kinds.add(ours.pop("kind"))
                ours["kind"], ours["length"] = ours.pop("kind_number"), 182
                ours["crc32c"] = int.from_bytes(entry[178:], "big")
                bits = ours["flags"]
                ours["flags"] = {name: str(bits >> bit & 1) for bit, name in enumerate(flags)}
                ours["flags"].update(details=str(bits >> 8 & 3), reserved=str(bits >> 10))
                if "basis" in ours:
                    bits = ours["basis"]
                    ours["basis"] = {"ring": str(bits & 3), "path": str(bits >> 2 & 3),
                                     "reserved": str(bits >> 4)}
                shown = {name: value.hex() if isinstance(value, bytes) else
                         value if isinstance(value, dict) else str(value)
                         for name, value in ours.items()}
                self.assertEqual(read, shown)
        self.assertEqual(kinds | {"gap"}, self.KINDS | {"gap"})  # the engine's may have some

    def test_the_engine_shows_what_is_there(self):
        sys.path.insert(0, os.path.join(ARGS.source, "examples"))
        import verify_log  # pylint: disable=import-outside-toplevel
        for month in tampering.months(self.case.log):
            out = run(ARGS.tool, "log", "show", "--json", "--month", month, "--log", self.case.log)
            self.assertEqual((out.returncode, out.stderr), (0, ""))
            shown = [json.loads(line) for line in out.stdout.splitlines()]
            entries = enumerate(log_format.read_entries(os.path.join(self.case.log, month)))
            entries = [(index, entry) for index, entry in entries if entry[1] != make_log.DETAIL]
            self.assertEqual(len(shown), len(entries))
            for one, (index, entry) in zip(shown, entries):
                ours = verify_log.decode(entry)
                for name in "kind", "writer", "boot", "seq":
                    self.assertEqual(one[name], ours[name])
                self.assertEqual(one["index"], index)
                self.assertEqual(one["leaf_hash"], log_format.sha256(b"\0" + entry).hex())
                if ours["kind"] == "decision":
                    for name in "request_id", "caller", "callee":
                        self.assertEqual(one[name] or "0" * 32, ours[name].hex())
                    self.assertEqual(one["revision"], ours["revision"])
                    self.assertEqual(one["policy"], ours["policy_ref"])
                    self.assertEqual(one["effect"], make_log.EFFECTS[ours["effect"]])


class FromDescription(ReadByAll, unittest.TestCase):
    """A log that make_log.py wrote: two months, entries of every kind and of one nobody knows."""

    KINDS = {"genesis", "policy", "decision", "boot", "gap", "clock", "erasure", "seal", "replay",
             "keycommit", "access", "detail", "unknown"}

    @staticmethod
    def write_log(folder, decisions):
        world = make_log.make(os.path.join(folder, "log"), decisions=decisions, months=2, seed=11,
                              sealed=8, checkpoint_every=decisions // 12)
        return world, world.key.seed

    def test_kaitai_reads_facts_that_were_opened(self):
        sealed = [one for one in self.source.sealed if one["clear"][144 + 8:] != "0" * 18]
        self.assertGreater(len(sealed), 2)
        path = self.path("facts")
        opened = []
        for one in sealed:
            entries = log_format.read_entries(os.path.join(self.case.log, one["month"]))
            entry = entries[one["index"]]
            opened.append(log_format.openssl(
                "enc", "-d", "-aes-256-ctr", "-K", one["key"], "-iv",
                entry[34:46].hex() + "00000000", data=entry[82:162] + entry[173:178]))
        log_format.replace(path, b"".join(opened))
        for one, read in zip(sealed, self.kaitai(path, "facts")):
            clear = bytes.fromhex(one["clear"])
            bits = int.from_bytes(clear[80:], "big")
            self.assertEqual(read["values"], clear[:72].hex())
            self.assertEqual(read["read_digest"], str(int.from_bytes(clear[72:76], "big")))
            self.assertEqual(read["host"], str(bits >> 22))
            self.assertEqual(read["states"], [str(bits >> 2 * g & 3) for g in range(10, -1, -1)])


class FromEngine(ReadByAll, unittest.TestCase):
    """A log the engine wrote, each opening a run of `ringfence check`."""

    KINDS = {"genesis", "policy", "decision", "boot"}

    @staticmethod
    def write_log(folder, decisions):
        source = engine_log.EngineLog(ARGS.tool, folder, decisions)
        return source, source.signing_seed

    def decisions(self):
        """(entry, its time, the tool's answer) of each decision."""
        for month in tampering.months(self.case.log):
            for entry in log_format.read_entries(os.path.join(self.case.log, month)):
                if entry[1] == make_log.DECISION and not entry[3] & make_log.SHADOW:
                    answer = self.source.answers[entry[34:50].hex()]
                    yield entry, int.from_bytes(entry[4:12], "big"), answer

    def not_recorded(self):
        """Decisions that GAP entries count: the rings of a busy machine may overflow."""
        entries = [entry for month in tampering.months(self.case.log)
                   for entry in log_format.read_entries(os.path.join(self.case.log, month))]
        trying = {entry[14:16] for entry in entries
                  if entry[1] == make_log.DECISION and entry[3] & make_log.SHADOW}
        # With its shadow a decision counts for two.
        return sum(int.from_bytes(entry[34:42], "big") // (2 if entry[75:77] in trying else 1)
                   for entry in entries if entry[1] == make_log.GAP)

    def test_half_of_the_openings_tried_a_policy(self):
        shadows, decisions = 0, 0
        for month in tampering.months(self.case.log):
            before = None
            for entry in log_format.read_entries(os.path.join(self.case.log, month)):
                if entry[1] == make_log.DECISION and entry[3] & make_log.SHADOW:
                    shadows += 1
                    self.assertEqual(entry[4:16], before[4:16])  # time, writer, boot
                    self.assertEqual(int.from_bytes(entry[16:22], "big"),
                                     int.from_bytes(before[16:22], "big") + 1)
                    self.assertNotEqual(entry[34:46], before[34:46])
                    self.assertEqual(entry[50:82], before[50:82])
                    self.assertEqual(entry[162:170], before[162:170])
                elif entry[1] == make_log.DECISION:
                    decisions += 1
                    before = entry
        self.assertGreater(shadows, decisions // 3)

    def test_every_answer_is_there_under_its_pseudonyms(self):
        seen, seeds = set(), self.source.seeds
        self.assertEqual(len(seeds), engine_log.USERS)
        names = {}
        for entry, time_ns, answer in self.decisions():
            seen.add(answer["receipt"])
            day = time_ns // 10**9 // 86400
            for key, derive in (("caller", self.source.caller), ("callee", self.source.callee)):
                if (key, answer[key], day) not in names:
                    names[key, answer[key], day] = derive(answer[key], time_ns)
            self.assertEqual(entry[50:66], names["caller", answer["caller"], day])
            self.assertEqual(entry[66:82], names["callee", answer["callee"], day])
            self.assertEqual(make_log.EFFECTS[entry[28]], answer["effect"])
            self.assertEqual(int.from_bytes(entry[162:170], "big"), answer["revision"])
            self.assertEqual(entry[3] >> 7, int(answer["callee"] not in seeds))
        self.assertLessEqual(seen, set(self.source.answers))
        self.assertEqual(len(self.source.answers) - len(seen), self.not_recorded())

    def test_facts_open_with_the_keys_of_the_description(self):
        places = {}
        with open(os.path.join(ARGS.source, "tests/golden/catalog_bits.txt"),
                  encoding="utf-8") as file:
            for line in file:
                if not line.startswith("#"):
                    name, word, first, _ = line.split()
                    places[name] = int(word) * 32 + int(first)
        chosen = list(self.decisions())[:600:10]
        self.assertGreater(len({answer["callee"] for _, _, answer in chosen}), 5)
        opened = [self.source.facts(answer["callee"], time_ns, entry)
                  for entry, time_ns, answer in chosen]
        path = self.path("opened")
        log_format.replace(path, b"".join(opened))
        follows = 0
        for (_, _, answer), read in zip(chosen, self.kaitai(path, "facts")):
            tested = [places[name] for name in answer["facts_read"]]
            self.assertEqual(read["read_digest"], str(make_log.read_digest(tested)), answer)
            states = dict(zip(reversed(engine_log.GROUPS), read["states"]))
            for group in answer["groups_read"]:
                self.assertIn(states[group], ("1", "3"), (group, answer))
            if "callee.follows(caller)" in answer["facts_read"]:
                bit = places["callee.follows(caller)"]
                value = bytes.fromhex(read["values"])[bit // 8] >> bit % 8 & 1
                expected = (answer["caller"], answer["callee"]) == ("user2", "user1")
                self.assertEqual(value, int(expected), answer)
                follows += value
        self.assertGreater(follows, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--source", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--decisions", type=int, default=140000)
    ARGS, rest = parser.parse_known_args()
    ARGS.tool, ARGS.build = os.path.abspath(ARGS.tool), os.path.abspath(ARGS.build)
    require_tools()
    unittest.main(argv=sys.argv[:1] + rest, verbosity=2)
