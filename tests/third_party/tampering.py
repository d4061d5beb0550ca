"""What somebody may do to a decision log, and who sees it.

Each Tampering changes a copy of a whole log (the newest month, unless it says otherwise) and names
the verifiers that must refuse the copy: by itself, and with a checkpoint that somebody kept. Those
not named must accept it, so that the table is what is true and not what is hoped.
"""
import os
import re
import shutil

from log_format import (Month, SigningKey, crc32c, read_entries, read_notes, replace, size_of,
                        write_notes)

LOG = "verify_log.py"      # the whole log: hashes, signatures, months, policies, numbers
TREE = "verify.go"         # month by month: hashes, signatures, proofs
PROOF = "@sigstore/verify"  # one entry, by a proof that was kept, against the entry that is there
NOTE = "openssl"           # the newest checkpoint's signature
ENGINE = "ringfence"       # `ringfence log verify`


def months(log):
    return sorted(name for name in os.listdir(log) if re.fullmatch(r"\d{4}-\d\d", name))


def copy(log, to):
    """A copy that shares the bytes on disk; what is changed is written anew."""
    for folder, _, names in os.walk(log):
        target = os.path.join(to, os.path.relpath(folder, log))
        os.makedirs(target)
        for name in names:
            try:
                os.link(os.path.join(folder, name), os.path.join(target, name))
            except OSError:
                shutil.copy(os.path.join(folder, name), os.path.join(target, name))


class Case:
    """A log that is verified before anything happens to it, and its signing key."""

    def __init__(self, log, signing_seed):
        self.log = log
        self.key = SigningKey(signing_seed)
        self.month = months(log)[-1]
        folder = os.path.join(log, self.month)
        self.entries = read_entries(folder)
        notes = read_notes(folder)
        self.newest = notes[-1]
        self.size = size_of(self.newest)
        older = [note for note in notes if self.size // 4 < size_of(note) < self.size]
        if not older:
            raise ValueError(f"{folder}: no checkpoint between a quarter of the month and its end")
        self.older = older[len(older) // 2]
        # A decision below the older checkpoint with another one behind it; neither is a shadow.
        self.victim = next(index for index in range(size_of(self.older) // 2, self.size)
                           if self.entries[index][1] == self.entries[index + 1][1] == 3
                           and not (self.entries[index][3] | self.entries[index + 1][3]) & 8)


class Copy:
    """A copy of a case's log that is tampered with."""

    def __init__(self, case, log):
        copy(case.log, log)
        self.case = case
        self.log = log
        self.folder = os.path.join(log, case.month)

    def edit(self, name, change):
        """Replaces a file of the month by what `change` makes of its bytes."""
        path = os.path.join(self.folder, name)
        with open(path, "rb") as file:
            data = bytearray(file.read())
        changed = change(data)
        replace(path, bytes(data if changed is None else changed))

    def segment_of(self, index, end):
        return f"seg/{index >> 22:010}.{end}", index % (1 << 22)

    def rebuild(self, entries, key=None, month=None, notes=None):
        """Writes the tree of other entries. With a key, signs it wherever it was signed before."""
        month = month or self.case.month
        folder = os.path.join(self.log, month)
        notes = notes or read_notes(folder)
        sizes = sorted({size_of(note) for note in notes})
        tree = Month(notes[0].split("\n")[0][:-len(month) - 1], month, key)
        for name in os.listdir(folder):
            if name.startswith("level"):
                os.remove(os.path.join(folder, name))
        for entry in entries:
            tree.add_bytes(entry)
            if key and tree.tree.size() in sizes and tree.tree.size() < len(entries):
                tree.checkpoint()
        tree.write_tree(self.log)
        if key:
            tree.checkpoint()
            write_notes(folder, tree.notes)
            replace(os.path.join(folder, "log.vkey"), key.vkey(tree.origin).encode() + b"\n")
        else:
            write_notes(folder, notes)


def flip(data, at):
    data[at] ^= 4


def with_crc(entry):
    return entry[:178] + crc32c(entry[:178]).to_bytes(4, "big")


def let_through(entry):
    """The same decision with another effect, and a CRC that fits."""
    return with_crc(entry[:28] + bytes([entry[28] ^ 1]) + entry[29:])


def heartbeat_instead(entry):
    """What hides a decision best: an entry in its place that has no number, so no index moves."""
    return with_crc(entry[:1] + b"\6\0\0" + entry[4:16] + bytes(6) + entry[22:28] + bytes(6)
                    + b"\1" + bytes(147))


def flip_entry(copy):
    name, at = copy.segment_of(copy.case.victim, "ent")
    copy.edit(name, lambda data: flip(data, at * 184 + 2 + 28))


def flip_leaf(copy):
    name, at = copy.segment_of(copy.case.victim, "l0")
    copy.edit(name, lambda data: flip(data, at * 32 + 5))


def flip_level(copy):
    copy.edit("level1", lambda data: flip(data, copy.case.victim // 256 * 32 + 31))


def cut_entries(copy):
    name, at = copy.segment_of(copy.case.size - 1, "ent")
    copy.edit(name, lambda data: data[:at * 184])


def cut_leaves(copy):
    name, at = copy.segment_of(copy.case.size - 1, "l0")
    copy.edit(name, lambda data: data[:at * 32])


def cut_level(copy):
    copy.edit("level1", lambda data: data[:-32])


def swap(copy):
    entries, at = list(copy.case.entries), copy.case.victim
    entries[at], entries[at + 1] = entries[at + 1], entries[at]
    copy.rebuild(entries)


def duplicate(copy):
    entries, at = list(copy.case.entries), copy.case.victim
    entries.insert(at, entries[at])
    copy.rebuild(entries)


def delete(copy):
    entries = list(copy.case.entries)
    del entries[copy.case.victim]
    copy.rebuild(entries + entries[-1:])  # as long as before


def roll_back(copy):
    notes = read_notes(copy.folder)
    notes = notes[:notes.index(copy.case.older) + 1]
    copy.rebuild(copy.case.entries[:size_of(notes[-1])], notes=notes)


def roll_back_checkpoints(copy):
    notes = read_notes(copy.folder)
    write_notes(copy.folder, notes[:notes.index(copy.case.older) + 1])


def resign_changed(copy):
    entries, at = list(copy.case.entries), copy.case.victim
    entries[at] = let_through(entries[at])
    copy.rebuild(entries, copy.case.key)


def resign_without(copy):
    entries, at = list(copy.case.entries), copy.case.victim
    entries[at] = heartbeat_instead(entries[at])
    copy.rebuild(entries, copy.case.key)


def resign_wrong_crc(copy):
    entries, at = list(copy.case.entries), copy.case.victim
    entries[at] = entries[at][:181] + bytes([entries[at][181] ^ 1])
    copy.rebuild(entries, copy.case.key)


def resign_wrong_policy(copy):
    """The decision names an entry that is no policy: the genesis entry."""
    entries, at = list(copy.case.entries), copy.case.victim
    entries[at] = with_crc(entries[at][:22] + bytes(6) + entries[at][28:])
    copy.rebuild(entries, copy.case.key)


def resign_twice(copy):
    entries, at = list(copy.case.entries), copy.case.victim
    entries[at + 1] = entries[at]
    copy.rebuild(entries, copy.case.key)


def another_key(copy):
    copy.rebuild(copy.case.entries, SigningKey(bytes(32)))


def another_size(copy):
    def change(data):
        return data.replace(b"\n%d\n" % copy.case.size, b"\n%d\n" % (copy.case.size - 1), 1)
    copy.edit("checkpoint", change)
    notes = read_notes(copy.folder)
    with open(os.path.join(copy.folder, "checkpoint"), encoding="utf-8") as file:
        write_notes(copy.folder, notes[:-1] + [file.read()])


def equivocate(copy):
    """A second checkpoint of an older size, signed, that is no prefix of this log."""
    notes = read_notes(copy.folder)
    lines = copy.case.older.split("\n")
    other = "A" if lines[2][0] != "A" else "B"
    text = f"{lines[0]}\n{lines[1]}\n{other}{lines[2][1:]}\n"
    write_notes(copy.folder, notes[:-1] + [copy.case.key.note(lines[0], text), notes[-1]])


def alter_blob(copy):
    name = sorted(os.listdir(os.path.join(copy.folder, "blobs")))[0]
    copy.edit(f"blobs/{name}", lambda data: flip(data, len(data) // 2))


def remove_blob(copy):
    name = sorted(os.listdir(os.path.join(copy.folder, "blobs")))[-1]
    os.remove(os.path.join(copy.folder, "blobs", name))


def rewrite_month_before(copy):
    before = months(copy.log)[-2]
    entries = read_entries(os.path.join(copy.log, before))
    at = next(index for index in range(len(entries) // 2, len(entries)) if entries[index][1] == 3)
    entries[at] = let_through(entries[at])
    copy.rebuild(entries, copy.case.key, before)


def remove_month_before(copy):
    """Deleted as if it had been pruned: what is left is whole."""
    shutil.rmtree(os.path.join(copy.log, months(copy.log)[-2]))


class Tampering:
    def __init__(self, name, apply, seen_by, kept=None, seen_with_kept=(), months_needed=1):
        self.name = name
        self.apply = apply
        self.seen_by = set(seen_by)
        self.kept = kept  # "older" or "newest": the checkpoint somebody kept
        self.seen_with_kept = set(seen_with_kept)
        self.months_needed = months_needed


EVERYBODY = (LOG, ENGINE, TREE)
TAMPERINGS = [
    Tampering("a bit of an entry", flip_entry, (*EVERYBODY, PROOF)),
    Tampering("a bit of a stored leaf hash", flip_leaf, EVERYBODY),
    Tampering("a bit of a stored upper hash", flip_level, EVERYBODY),
    Tampering("the last entry cut off", cut_entries, EVERYBODY),
    Tampering("the last leaf hash cut off", cut_leaves, EVERYBODY),
    Tampering("the last upper hash cut off", cut_level, EVERYBODY),
    Tampering("two entries swapped", swap, (*EVERYBODY, PROOF)),
    Tampering("an entry twice", duplicate, EVERYBODY),
    Tampering("an entry deleted", delete, (*EVERYBODY, PROOF)),
    Tampering("rolled back to an older state", roll_back, (), "newest", EVERYBODY),
    Tampering("only the checkpoints rolled back", roll_back_checkpoints, (), "newest", EVERYBODY),
    Tampering("another size in the checkpoint", another_size, (*EVERYBODY, NOTE)),
    Tampering("an entry changed, signed with the stolen key", resign_changed, (PROOF,), "older",
              EVERYBODY),
    Tampering("a decision left out, signed with the stolen key", resign_without,
              (LOG, ENGINE, PROOF), "older", EVERYBODY),
    Tampering("a CRC that is wrong, with the stolen key", resign_wrong_crc, (LOG, ENGINE, PROOF)),
    Tampering("a decision under no policy, with the stolen key", resign_wrong_policy,
              (LOG, ENGINE, PROOF)),
    Tampering("a decision twice for the next one, with the stolen key", resign_twice,
              (LOG, ENGINE)),
    Tampering("signed with another key", another_key, (), "older", EVERYBODY),
    Tampering("two checkpoints of one size, with the stolen key", equivocate, EVERYBODY),
    Tampering("a bit of a blob", alter_blob, (LOG, ENGINE)),
    Tampering("a blob removed", remove_blob, (LOG, ENGINE)),
    Tampering("the month before changed, with the stolen key", rewrite_month_before, (LOG, ENGINE),
              months_needed=2),
    Tampering("the month before removed", remove_month_before, (), months_needed=2),
]
