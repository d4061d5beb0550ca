"""A decision log made by the engine, and what its description says must be in it.

Takes the tool; gives a log of several openings, each a run of `ringfence check`, what the tool
answered, and keys and pseudonyms derived from the key file and the database a second time.
"""
import json
import os
import sqlite3
import struct
import subprocess

from log_format import mac, openssl

NAME = "log.example/ring/n1"
USERS = 40  # with an account; callers and callees beyond these have none
GROUPS = ["call", "callee", "caller", "pair", "cohort", "contact", "caller_contact", "list",
          "grant", "attempts", "time"]


class EngineLog:
    def __init__(self, tool, folder, decisions, openings=4):
        self.tool = tool
        self.log, self.keys, self.db = (os.path.join(folder, name)
                                        for name in ("log", "log.keys", "world.db"))
        self.answers = {}  # by receipt, which is the request id
        self.run("init", "--quiet")
        for number in range(USERS):
            self.run("user", "set", f"user{number}", "calls_enabled=true", "--quiet")
        self.run("relate", "user1", "follows", "user2", "--quiet")
        self.run("relate", "user3", "blocks", "user2", "--quiet")
        self.run("log", "init", "--name", NAME, "--quiet")
        for opening in range(openings):
            self.decide(folder, opening, decisions // openings)
        with open(self.keys, encoding="utf-8") as file:
            lines = [line.split() for line in file]
        self.signing_seed = next(bytes.fromhex(line[1]) for line in lines if line[0] == "signing")
        self.first_epoch, self.first_key = next((int(line[1]), bytes.fromhex(line[2]))
                                                for line in lines if line[0] == "epoch")
        with sqlite3.connect(self.db) as db:
            self.seeds = dict(db.execute(
                "SELECT users.name, seed FROM log_seeds JOIN users ON users.id = log_seeds.user"))
        db.close()

    def run(self, *command):
        out = subprocess.run([self.tool, *command, "--db", self.db, "--log", self.log, "--log-keys",
                              self.keys], capture_output=True, text=True, timeout=300, check=False)
        if out.returncode not in (0, 1):
            raise RuntimeError(f"{command}: exit code {out.returncode}: {out.stderr}")
        return out.stdout

    def decide(self, folder, opening, count):
        path = os.path.join(folder, "questions")
        with open(path, "w", encoding="utf-8") as file:
            for at in range(count):
                caller, callee = at % (USERS + 5), (at // 7 + opening) % (USERS + 3)
                if at % 50 == 0:
                    caller, callee = 2, 1 + at // 50 % 3
                print(json.dumps({"caller": f"user{caller}", "callee": f"user{callee}"}), file=file)
        # Every other opening tries a policy.
        shadow = ["--shadow", "x-2024"] if opening % 2 else []
        for line in self.run("check", "--questions", path, "--json", *shadow).splitlines():
            answer = json.loads(line)
            self.answers[answer["receipt"]] = answer

    # --- "Keys and pseudonyms" of the description.

    def epoch_key(self, epoch):
        key = self.first_key
        for _ in range(epoch - self.first_epoch):
            key = mac(key, b"ringfence next epoch")
        return key

    def party(self, name):
        return b"\1" + self.seeds[name] if name in self.seeds else b"\2" + name.encode()

    def callee(self, name, time_ns):
        epoch = time_ns // 10**9 // 86400 // 30
        return mac(mac(self.epoch_key(epoch), b"ringfence callee"), self.party(name))[:16]

    def caller(self, name, time_ns):
        day = time_ns // 10**9 // 86400
        base = mac(self.epoch_key(day // 30), b"ringfence caller", struct.pack(">I", day))
        return mac(base, self.party(name))[:16]

    def facts(self, name, time_ns, entry):
        """The 85 bytes of a decision in clear."""
        epoch = time_ns // 10**9 // 86400 // 30
        party = self.party(name) if name in self.seeds else b"\3"
        key = mac(mac(self.epoch_key(epoch), b"ringfence facts"), party)
        return openssl("enc", "-d", "-aes-256-ctr", "-K", key.hex(), "-iv",
                       entry[34:46].hex() + "00000000", data=entry[82:162] + entry[173:178])
