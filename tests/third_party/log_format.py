"""The decision log's format, a second time: entries, trees, signed notes, files, proofs.

Written from schema/decision_log.md and the C2SP texts, with Python's standard library and the
`openssl` command; it shares no code with the engine, nor with examples/verify_log.py.
"""
import base64
import hashlib
import hmac
import json
import os
import struct
import subprocess
import tempfile

SEGMENT_ENTRIES = 1 << 22
TILE = 256

CRC_TABLE = []
for value in range(256):
    for _ in range(8):
        value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    CRC_TABLE.append(value)


def crc32c(data):
    crc, table = 0xFFFFFFFF, CRC_TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def sha256(data):
    return hashlib.sha256(data).digest()


def mac(key, *parts):
    return hmac.digest(key, b"".join(parts), "sha256")


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True,
                          capture_output=True).stdout


class SigningKey:
    """An Ed25519 key; the arithmetic is openssl's."""

    def __init__(self, seed):
        self.seed = seed
        self.private = bytes.fromhex("302e020100300506032b657004220420") + seed  # RFC 8410
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "key")
            replace(path, self.private)
            self.public = openssl("pkey", "-in", path, "-inform", "DER", "-pubout", "-outform",
                                  "DER")[-32:]

    def sign(self, message):
        with tempfile.TemporaryDirectory() as folder:
            key, text = os.path.join(folder, "key"), os.path.join(folder, "text")
            replace(key, self.private)
            replace(text, message)
            return openssl("pkeyutl", "-sign", "-inkey", key, "-keyform", "DER", "-rawin", "-in",
                           text)

    def id(self, name):
        return sha256(name.encode() + b"\n\x01" + self.public)[:4]

    def vkey(self, name):
        public = base64.b64encode(b"\1" + self.public).decode()
        return f"{name}+{self.id(name).hex()}+{public}"

    def note(self, name, text):
        signature = base64.b64encode(self.id(name) + self.sign(text.encode())).decode()
        return f"{text}\n— {name} {signature}\n"


class Tree:
    """RFC 6962: every perfect subtree of every height is kept."""

    def __init__(self):
        self.heights = [[]]

    def add(self, entry):
        node, height = sha256(b"\0" + entry), 0
        while True:
            if height == len(self.heights):
                self.heights.append([])
            nodes = self.heights[height]
            nodes.append(node)
            if len(nodes) % 2:
                return
            node, height = sha256(b"\1" + nodes[-2] + nodes[-1]), height + 1

    def size(self):
        return len(self.heights[0])

    def root(self):
        """Of what there is: perfect subtrees from the right, hashed together."""
        size, root = self.size(), None
        for height, nodes in enumerate(self.heights):
            if size >> height & 1:
                root = nodes[-1] if root is None else sha256(b"\1" + nodes[-1] + root)
        return sha256(b"") if root is None else root


class Month:
    """One tree and its folder. add() takes the fields of an entry; write() makes the files."""

    def __init__(self, name, month, key):
        self.origin = f"{name}/{month}"
        self.month = month
        self.key = key
        self.tree = Tree()
        self.bundle = bytearray()
        self.notes = []
        self.blobs = {}

    def add_bytes(self, entry):
        self.bundle += struct.pack(">H", len(entry)) + entry
        self.tree.add(entry)
        return self.tree.size() - 1

    def add(self, kind, time_ns, boot, payload, *, writer=7, flags=0, seq=0, policy_ref=0, effect=0,
            schema=0, reason=0, rule=0):
        body = struct.pack(">BBHQHH", 1, kind, flags, time_ns, writer, boot)
        body += seq.to_bytes(6, "big") + policy_ref.to_bytes(6, "big")
        body += struct.pack(">BBHH", effect, schema, reason, rule) + payload.ljust(144, b"\0")
        assert len(body) == 178
        return self.add_bytes(body + struct.pack(">I", crc32c(body)))

    def blob(self, document):
        data = json.dumps(document, ensure_ascii=False).encode()
        self.blobs[sha256(data).hex()] = data
        return sha256(data)

    def checkpoint(self):
        root = base64.b64encode(self.tree.root()).decode()
        text = f"{self.origin}\n{self.tree.size()}\n{root}\n"
        self.notes.append(self.key.note(self.origin, text))
        return self.notes[-1]

    def write_tree(self, log):
        """Entries, hashes and blobs; no signature."""
        files = {f"blobs/{name}": data for name, data in self.blobs.items()}
        for number in range(max(1, -(-self.tree.size() // SEGMENT_ENTRIES))):
            first, last = number * SEGMENT_ENTRIES, (number + 1) * SEGMENT_ENTRIES
            files[f"seg/{number:010}.ent"] = self.bundle[first * 184:last * 184]
            files[f"seg/{number:010}.l0"] = b"".join(self.tree.heights[0][first:last])
        for level, nodes in enumerate(self.tree.heights[8::8], 1):
            files[f"level{level}"] = b"".join(nodes)
        for name, data in files.items():
            replace(os.path.join(log, self.month, name), data)

    def write(self, log):
        self.write_tree(log)
        folder = os.path.join(log, self.month)
        replace(os.path.join(folder, "log.vkey"), self.key.vkey(self.origin).encode() + b"\n")
        write_notes(folder, self.notes)


def replace(path, data):
    """Writes a file anew: what shares its blocks through a hard link keeps the old bytes."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.replace(path + ".new", path)


def write_notes(folder, notes):
    """The last one is the newest."""
    text = "".join(f"{len(note.encode())}\n{note}" for note in notes)
    replace(os.path.join(folder, "checkpoints.ckpt"), text.encode())
    replace(os.path.join(folder, "checkpoint"), notes[-1].encode())


def read_notes(folder):
    """The notes of a month's checkpoints.ckpt."""
    with open(os.path.join(folder, "checkpoints.ckpt"), "rb") as file:
        data = file.read()
    notes = []
    while data:
        length, data = data.split(b"\n", 1)
        notes.append(data[:int(length)].decode())
        data = data[int(length):]
    return notes


def read_entries(folder):
    """The entries of a month, each 182 bytes: under a checkpoint or not."""
    entries, names = [], sorted(os.listdir(os.path.join(folder, "seg")))
    for name in (name for name in names if name.endswith(".ent")):
        with open(os.path.join(folder, "seg", name), "rb") as file:
            data = file.read()
        entries += [data[at + 2:at + 184] for at in range(0, len(data) - 183, 184)]
    return entries


def size_of(note):
    return int(note.split("\n")[1])


# --- Proofs (RFC 6962 section 2.1.1) and C2SP's paths, for tools that take these.

def tree_hash(hashes):
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + tree_hash(hashes[:left]) + tree_hash(hashes[left:]))


def audit_path(index, hashes):
    if len(hashes) == 1:
        return []
    left = 1 << (len(hashes) - 1).bit_length() - 1
    if index < left:
        return audit_path(index, hashes[:left]) + [tree_hash(hashes[left:])]
    return audit_path(index - left, hashes[left:]) + [tree_hash(hashes[:left])]


def tlog_proof(folder, index):
    """A c2sp.org/tlog-proof of an entry under the newest checkpoint."""
    note = read_notes(folder)[-1]
    leaves = [sha256(b"\0" + entry) for entry in read_entries(folder)[:size_of(note)]]
    lines = [base64.b64encode(node).decode() for node in audit_path(index, leaves)]
    return "\n".join(["c2sp.org/tlog-proof@v1", f"index {index}", *lines, "", note])


def tile_path(number, width):
    path = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        path = f"x{number % 1000:03}/{path}"
    return path if width == TILE else f"{path}.p/{width}"


def write_tiles(folder, to):
    """A month in files as C2SP tlog-tiles clients ask for them, for the newest checkpoint."""
    note = read_notes(folder)[-1]
    size, level = size_of(note), 0
    entries = read_entries(folder)[:size]
    replace(os.path.join(to, "checkpoint"), note.encode())
    with open(os.path.join(folder, "log.vkey"), "rb") as file:
        replace(os.path.join(to, "log.vkey"), file.read())
    nodes = [sha256(b"\0" + entry) for entry in entries]
    records = [b"\0\xb6" + entry for entry in entries]
    for at in range(0, size, TILE):
        bundle = records[at:at + TILE]
        replace(os.path.join(to, "tile/entries", tile_path(at // TILE, len(bundle))),
                b"".join(bundle))
    while nodes:
        tiles = [nodes[at:at + TILE] for at in range(0, len(nodes), TILE)]
        for number, tile in enumerate(tiles):
            replace(os.path.join(to, f"tile/{level}", tile_path(number, len(tile))),
                    b"".join(tile))
        nodes, level = [tree_hash(tile) for tile in tiles if len(tile) == TILE], level + 1
