#!/usr/bin/env python3
"""Verifies a decision log (schema/decision_log.md) with nothing but Python and `openssl`.
  verify_log.py LOG                    everything: hashes, roots, signatures, policies, losses
  verify_log.py LOG --key VKEY         with the key of any month that you were given, not the log's
  verify_log.py LOG --trusted old.txt  besides, that the log continues a checkpoint that was kept
  verify_log.py LOG --entry 17         prints an entry, decoded; --month 2026-11 if not the newest
Exit code: 0 all of it holds; 1 something does not, each a line; 2 usage, or no log; 3 no openssl.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
from base64 import b64decode, b64encode

HEADER = ("version:B kind_number:B flags:H time_ns:Q writer:H boot:H seq:6s policy_ref:6s "
          "effect:B facts_schema:B reason:H rule:H ")
CALL = ("request_id:16s caller:16s callee:16s sealed_facts:80s revision:Q outcome:B path:B "
        "basis:B sealed_states:5s")
KINDS = {1: ("genesis", "blob:32s"), 2: ("policy", "blob:32s digest:32s number:Q"),
         3: ("decision", CALL), 13: ("detail", CALL), 10: ("replay", "blob:32s"),
         4: ("boot", "previous_boot:H clean:B rings:B recovered:I cut_bytes:Q highest_seq:Q "
                     "monotonic_ns:Q engine:32s"), 7: ("erasure", "case_id:16s time_s:Q"),
         5: ("gap", "count:Q first_seq:Q last_seq:Q first_time_ns:Q last_time_ns:Q cause:B "
                    "of_boot:H"), 6: ("clock", "event:B step_ns:q monotonic_ns:Q"),
         9: ("seal", "cause:B"), 11: ("keycommit", "epoch:I keys:Q root:32s"),
         12: ("access", "what:B first_epoch:I last_epoch:I keys:Q case_id:16s")}
CRC_TABLE = list(range(256))
for _ in range(8):
    CRC_TABLE = [crc >> 1 ^ (0x82F63B78 if crc & 1 else 0) for crc in CRC_TABLE]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def decode(entry):
    """The fields of an entry's 182 bytes, by name."""
    kind, payload = KINDS.get(entry[1], ("unknown", "payload:144s"))
    names, codes = zip(*(field.split(":") for field in (HEADER + payload).split()))
    values = dict(zip(names, struct.unpack_from(">" + "".join(codes), entry)), kind=kind)
    return {**values, "seq": int.from_bytes(values["seq"], "big"),
            "policy_ref": int.from_bytes(values["policy_ref"], "big")}


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Tree:
    """An RFC 6962 tree that grows: the perfect subtrees of its right edge, the largest first."""
    def __init__(self):
        self.edge, self.size = [], 0

    def add(self, leaf):
        """Yields (level, hash) of each tile of 256 that has become full."""
        node, height = leaf, 0
        while self.size >> height & 1:
            node, height = sha256(b"\1", self.edge.pop(), node), height + 1
            if height % 8 == 0:
                yield height // 8, node
        self.edge.append(node)
        self.size += 1

    def root(self):
        node = self.edge[-1] if self.edge else sha256()
        for left in reversed(self.edge[:-1]):
            node = sha256(b"\1", left, node)
        return node


def open_note(note, vkey):
    """Size and root of a checkpoint; None if this verifier key has not signed it."""
    try:
        text, _, below = note.rpartition("\n\n")
        origin, size, root = text.split("\n")[:3]
        name, key_id, key = vkey.split("+", 2)
        head, key = (int(size), b64decode(root)), b64decode(key)
        lines = [line.split(" ") for line in below.split("\n") if line.startswith(f"— {name} ")]
        signatures = [b64decode(line[2]) for line in lines]
        signature = [data[4:] for data in signatures if data[:4].hex() == key_id][0]
        if origin != name or sha256(name.encode(), b"\n", key)[:4].hex() != key_id or key[0] != 1:
            return None
    except (ValueError, IndexError):
        return None
    with tempfile.TemporaryDirectory() as folder:
        public = bytes.fromhex("302a300506032b6570032100") + key[1:]  # SubjectPublicKeyInfo
        for file, data in (("key", public), ("text", text.encode() + b"\n"), ("sig", signature)):
            pathlib.Path(folder, file).write_bytes(data)
        verify = "pkeyutl -verify -rawin -pubin -keyform DER -inkey key -in text -sigfile sig"
        openssl = subprocess.run(["openssl", *verify.split()], cwd=folder, capture_output=True)
    return None if openssl.returncode else head


def read(path):
    return path.read_bytes() if path.is_file() else b""


def read_notes(folder):
    """The notes of checkpoints.ckpt, each after a line with its length; a torn last one is not."""
    notes, (length, _, data) = [], read(folder / "checkpoints.ckpt").partition(b"\n")
    while length.isdigit() and len(data) >= int(length):
        notes.append(data[:int(length)].decode(errors="replace"))
        length, _, data = data[int(length):].partition(b"\n")
    return notes


class Verifier:
    """All months of a log, oldest first. What is wrong is printed and counted."""
    def __init__(self, log, trusted, key):
        self.log, self.trusted, self.findings, self.counts, self.last = log, trusted, 0, {}, ()
        self.key = key.rpartition("+")[2]  # the same in every month; "": that of the log
        self.name = json.loads(read(log / "log.json"))["name"]
        self.before = None  # the month before: origin, size, root, kind of the last entry
        self.seqs, self.gaps, self.pruned, self.policies, self.unsure = {}, [], False, {}, set()

    def wrong(self, where, what):
        self.findings += 1
        if self.findings <= 100:
            print(f"{where}: {what}")

    def month(self, month):
        """Checks the checkpoints; builds the tree anew and compares what is stored of it."""
        folder, origin = self.log / month, f"{self.name}/{month}"
        vkey = read(folder / "log.vkey").decode().strip()
        notes, newest = read_notes(folder), read(folder / "checkpoint").decode(errors="replace")
        heads = [open_note(note, vkey) for note in notes]
        kept = [open_note(note, vkey) for note in self.trusted if note.startswith(origin + "\n")]
        known = vkey.split("+")[0] == origin and vkey.endswith(self.key)
        if newest not in notes or not known or None in heads + kept:
            self.wrong(month, f"signature: a checkpoint is missing, or not signed by '{vkey}'")
        self.policies, heads, kept = {}, list(filter(None, heads)), list(filter(None, kept))
        size, tree, entry = max(heads, default=(0,))[0], Tree(), {}
        levels = [read(folder / f"level{level}") for level in range(7)]
        if max(kept, default=(0,))[0] > size:
            self.wrong(month, f"root: {size} entries are signed, but more in a trusted checkpoint")
        heads = sorted(heads + kept, reverse=True)
        self.trusted = [note for note in self.trusted if not note.startswith(origin + "\n")]
        for index in range(size):
            if index % (1 << 22) == 0:
                names = [folder / f"seg/{index >> 22:010}.{end}" for end in ("ent", "l0")]
                entries, leaves = (open(x if x.is_file() else os.devnull, "rb") for x in names)
            where, raw = f"{month} {index}", entries.read(184)
            if len(raw) < 184:
                self.wrong(where, f"entry: the file ends, but {size} entries are signed")
                break
            leaf = sha256(b"\0", raw[2:])
            if leaves.read(32) != leaf:
                self.wrong(where, "leaf: the stored hash is not the entry's")
            for level, node in tree.add(leaf):
                at = (index >> 8 * level) * 32
                if levels[level][at:at + 32] != node:
                    self.wrong(where, f"tile: level{level} lacks the hash of the tile ending here")
            while heads and heads[-1][0] == tree.size:
                if heads.pop()[1] != tree.root():
                    self.wrong(where, f"root: a checkpoint of {tree.size} entries has another")
            if raw[:3] != b"\0\xb6\1" or crc32c(raw[2:180]) != int.from_bytes(raw[180:], "big"):
                self.wrong(where, "entry: its length, version or CRC")
                continue
            entry = decode(raw[2:])
            what = "shadow" if raw[3] == 3 and entry["flags"] & 8 else entry["kind"]
            self.counts[what] = self.counts.get(what, 0) + 1
            self.entry(where, folder, origin, index, entry)
        self.before = [origin, str(tree.size), b64encode(tree.root()).decode(), entry.get("kind")]

    def entry(self, where, folder, origin, index, entry):
        """Checks what an entry refers to: blobs, the month before, its policy, its number."""
        kind = entry["kind"]
        if "blob" in entry:
            blob = read(folder / "blobs" / entry["blob"].hex())
            if sha256(blob) != entry["blob"]:
                return self.wrong(where, f"blob: {entry['blob'].hex()} is missing or altered")
        if (kind == "genesis") != (index == 0):
            self.wrong(where, "months: a month has one genesis entry, its first")
        elif kind == "genesis":
            genesis = json.loads(blob)
            previous = (genesis["previous"] or {"checkpoint": ""})["checkpoint"].split("\n")[:3]
            self.pruned |= self.before is None and genesis["previous"] is not None
            if genesis["origin"] != origin or self.before not in (None, previous + ["seal"]):
                self.wrong(where, "months: it names not this, or not the end of the one before")
        elif kind == "policy":
            policy = self.policies[index] = json.loads(blob)
            catalog = sha256(policy["catalog"].encode()).hex()
            if entry["digest"] != sha256(f"{policy['policy']}\n{catalog}".encode()):
                self.wrong(where, "policy: the digest is not the policy's")
        elif kind == "decision":
            policy = self.policies.get(entry["policy_ref"], {"rules": (), "outcomes": ()})
            if entry["rule"] >= len(policy["rules"]) or entry["outcome"] >= len(policy["outcomes"]):
                self.wrong(where, "policy: there is none, or it lacks this rule or outcome")
            seqs = self.seqs.setdefault(entry["boot"], set())
            if entry["seq"] in seqs or seqs.add(entry["seq"]):
                self.wrong(where, f"sequence: boot {entry['boot']} has had {entry['seq']} before")
            if entry["flags"] & 8 and self.last != (entry["boot"], entry["seq"] - 1, 0):
                self.wrong(where, "shadow: it does not stand behind its decision")
            self.last = entry["boot"], entry["seq"], entry["flags"] & 8
        elif kind == "gap":
            self.gaps.append(entry)
        elif kind == "boot" and entry["rings"] == 2:
            self.unsure.add(entry["previous_boot"])  # what was in memory went with the power

    def losses(self):
        """Decisions of an opening are numbered from 1; those not there must be in GAP entries."""
        boots, closed = sorted(self.seqs), (self.log / "state" / "clean").exists()
        self.unsure.update(boots[:1] if self.pruned else (), () if closed else boots[-1:])
        for boot in sorted({*self.seqs, *(gap["of_boot"] for gap in self.gaps)}):
            gaps = [gap for gap in self.gaps if gap["of_boot"] == boot]
            seqs, counted = self.seqs.get(boot, set()), sum(gap["count"] for gap in gaps)
            lost = max([0, *seqs, *(gap["last_seq"] for gap in gaps)]) - len(seqs)
            if lost < counted or lost > counted and boot not in self.unsure:
                self.wrong(f"boot {boot}", f"sequence: {lost} are missing, GAPs count {counted}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("log", type=pathlib.Path), parser.add_argument("--entry", type=int)
    parser.add_argument("--trusted", type=argparse.FileType(encoding="utf-8"), action="append")
    parser.add_argument("--month"), parser.add_argument("--key", default="")
    args = parser.parse_args()
    months = sorted(path.name for path in args.log.glob("????-??"))
    if not months or not read(args.log / "log.json"):
        parser.error(f"{args.log} is no decision log")
    if args.entry is not None:
        segment = args.log / (args.month or months[-1]) / f"seg/{args.entry >> 22:010}.ent"
        entry = read(segment)[args.entry % (1 << 22) * 184 + 2:][:182]
        if len(entry) < 182:
            parser.error(f"there is no entry {args.entry}")
        for name, value in {**decode(entry), "leaf_hash": sha256(b"\0", entry)}.items():
            print(f"{name}: {value.hex() if isinstance(value, bytes) else value}")
        return 0
    if not shutil.which("openssl"):
        parser.exit(3, "verify_log.py: the command openssl is missing\n")
    verifier = Verifier(args.log, [file.read() for file in args.trusted or ()], args.key)
    for month in months:
        verifier.month(month)
    if verifier.trusted:
        verifier.wrong("months", "there is none for a trusted checkpoint")
    verifier.losses()
    print(", ".join(f"{number} {what}" for what, number in sorted(verifier.counts.items())),
          f"{verifier.findings} findings" if verifier.findings else "all of it holds", sep="\n")
    return 1 if verifier.findings else 0

if __name__ == "__main__":
    raise SystemExit(main())
