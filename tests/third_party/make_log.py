#!/usr/bin/env python3
"""Makes a decision log from its description alone, for what must read logs.

Takes a folder that does not exist and how much to put there; gives a whole log, properly closed,
with entries of every kind, losses, a crash, and one kind nobody knows yet.

Usage: make_log.py FOLDER [--decisions N] [--months N] [--seed N] [--sealed N] [--beyond N]
                          [--checkpoint-every N] [--secrets FILE]
"""
import argparse
import calendar
import json
import os
import random
import struct
import sys
import time

from log_format import Month, SigningKey, crc32c, mac, openssl, sha256

GENESIS, POLICY, DECISION, BOOT, GAP, CLOCK, ERASURE = 1, 2, 3, 4, 5, 6, 7
SEAL, REPLAY, KEYCOMMIT, ACCESS, DETAIL, FROM_THE_FUTURE = 9, 10, 11, 12, 13, 77

EFFECTS = ("refuse", "ring", "silence", "screen", "voicemail")
CLOCK_UNSYNCHRONISED, FAILURE_MODE, EMERGENCY, SHADOW, NOT_ALL, DURABLE = 1, 2, 4, 8, 16, 32
EPOCH_KEY, DETAIL_SHIFT = 128, 8

NAME = "log.example/ring/n7"
FIRST_MONTH = (2026, 11)


def read_digest(bits):
    mask = bytearray(72)
    for bit in bits:
        mask[bit // 8] |= 1 << bit % 8
    return crc32c(mask)


class World:
    """Users, keys, a policy, and decisions about calls between users."""

    GROUPS = 11

    def __init__(self, seed, users=200):
        self.random = random.Random(seed)
        self.identity = self.random.randbytes(16)
        self.key = SigningKey(self.random.randbytes(32))
        self.writer = 7
        first = self.time_of(*FIRST_MONTH) // (86400 * 30)
        self.epoch_keys = {first: self.random.randbytes(32)}
        for epoch in range(first, first + 4):
            self.epoch_keys[epoch + 1] = mac(self.epoch_keys[epoch], b"ringfence next epoch")
        self.users = [b"\1" + self.random.randbytes(32) if self.random.random() < 0.9
                      else b"\2" + f"stranger-{number}".encode() for number in range(users)]
        self.sealed = []  # what is in the facts that are really sealed
        self.cache = {}
        catalog = '{\n  "catalog": 1\n}\n'
        policies = ['{\n  "policy": "first"\n}\n', '{\n  "policy": "second"\n}\n']
        self.policies = [{
            "policy": text,
            "digest": sha256(text.encode() + b"\n" + sha256(catalog.encode()).hex().encode()).hex(),
            "rules": ["unknown_callee", "blocked", "followed", "otherwise", "on_unavailable"],
            "outcomes": ["private", "ring", "later"], "paths": ["direct", "relay"],
            "catalog": catalog} for text in policies]

    @staticmethod
    def time_of(year, month):
        return calendar.timegm((year, month, 1, 0, 0, 0))

    def derived(self, label, user, epoch, day=b""):
        """HMAC(HMAC(K(e), label day), X)."""
        found = self.cache.get((label, user, epoch, day))
        if found is None:
            found = mac(mac(self.epoch_keys[epoch], label, day), user)
            self.cache[label, user, epoch, day] = found
        return found

    def seal(self, facts_key, request_id, detail, clear):
        counter = request_id[:12] + bytes([detail, 0, 0, 0])
        return openssl("enc", "-aes-256-ctr", "-K", facts_key.hex(), "-iv", counter.hex(),
                       data=clear)

    def facts(self):
        """85 bytes in clear: values, read mask, zeros; states of groups."""
        states = 0
        for group in range(self.GROUPS):
            states |= self.random.randrange(4) << 2 * group | self.random.randrange(2) << 22 + group
        tested = self.random.sample(range(576), 9)
        return (self.random.randbytes(72) + struct.pack(">I", read_digest(tested)) + bytes(4)
                + states.to_bytes(5, "big"))

    def decide(self, month, time_ns, boot, seq, policy_refs, really_seal):
        """A decision, and behind it what each further policy would have made of the call."""
        draw = self.random
        caller, callee = draw.choice(self.users), draw.choice(self.users)
        day = time_ns // 10**9 // 86400
        epoch = day // 30
        names = (self.derived(b"ringfence caller", caller, epoch, struct.pack(">I", day))[:16]
                 if draw.random() < 0.95 else bytes(16))
        names += self.derived(b"ringfence callee", callee, epoch)[:16]
        known = callee[:1] == b"\1"
        facts_key = self.derived(b"ringfence facts", callee if known else b"\3", epoch)
        revision, shadow = draw.randrange(1 << 40), 0
        for place, policy_ref in enumerate(policy_refs):
            self.evaluate(month, (time_ns, boot, seq + place, policy_ref),
                          shadow | (0 if known else EPOCH_KEY), names, revision, facts_key,
                          really_seal)
            shadow = SHADOW

    def evaluate(self, month, head, flags, names, revision, facts_key, really_seal):
        """One answer, sometimes with DETAIL entries before it."""
        draw = self.random
        time_ns, boot, seq, policy_ref = head
        request_id = draw.randbytes(16)
        flags |= draw.choice((0, 0, CLOCK_UNSYNCHRONISED, FAILURE_MODE, EMERGENCY, NOT_ALL,
                              DURABLE))
        details = draw.randrange(1, 4) if draw.random() < 0.03 else 0
        flags |= details << DETAIL_SHIFT
        rule = draw.randrange(5)
        common = dict(writer=self.writer, seq=seq, policy_ref=policy_ref, schema=1,
                      rule=rule, reason=draw.choice((0, 0, 0, 5)))

        def sealed(detail, clear):
            if not really_seal:
                return draw.randbytes(85)
            self.sealed.append({"month": month.month, "index": month.tree.size(),
                                "key": facts_key.hex(), "clear": clear.hex()})
            return self.seal(facts_key, request_id, detail, clear)

        outcome = draw.randrange(3)
        tail = struct.pack(">QBBB", revision, outcome, draw.randrange(3),
                           draw.randrange(3) | draw.randrange(3) << 2)
        for detail in range(1, details + 1):
            data = sealed(detail, draw.randbytes(72) + bytes(13))
            month.add(DETAIL, time_ns, boot, request_id + names + data[:80] + tail + data[80:],
                      flags=flags, effect=detail, **common)
        data = sealed(0, self.facts())
        month.add(DECISION, time_ns, boot, request_id + names + data[:80] + tail + data[80:],
                  flags=flags, effect=(0, 1, 3)[outcome], **common)


def month_name(number):
    year, month = FIRST_MONTH
    month += number
    return year + (month - 1) // 12, (month - 1) % 12 + 1


class Writer:
    """Tells the story of a log: months, two openings, losses, and one entry of every kind."""

    def __init__(self, world, every, sealed):
        self.world, self.every, self.to_seal = world, every, sealed
        self.boot, self.seq, self.now = 1, 0, 0
        self.month, self.policy_ref, self.tried_ref = None, 0, None

    def add(self, kind, payload, **fields):
        self.now += 1000
        return self.month.add(kind, self.now, self.boot, payload, writer=self.world.writer,
                              policy_ref=self.policy_ref, **fields)

    def begin_month(self, number, previous):
        year, month = month_name(number)
        self.now = self.world.time_of(year, month) * 10**9
        self.month = Month(NAME, f"{year:04}-{month:02}", self.world.key)
        self.policy_ref, self.tried_ref = 0, None
        self.add(GENESIS, self.month.blob({
            "origin": self.month.origin, "log": self.world.identity.hex(),
            "writer": self.world.writer, "retention_days": 90, "previous": previous}))

    def set_policy(self, number, tried=False):
        policy = self.world.policies[number % 2]
        if tried:
            self.tried_ref = self.month.tree.size()
        else:
            self.policy_ref = self.month.tree.size()
        self.add(POLICY, self.month.blob(policy) + bytes.fromhex(policy["digest"])
                 + struct.pack(">Q", number + 1))

    def boot_entry(self, previous, clean, rings, recovered, cut, highest):
        self.add(BOOT, struct.pack(">HBBIQQQ", previous, clean, rings, recovered, cut, highest,
                                   123456789) + sha256(b"engine 0.0"))

    def decisions(self, count):
        for _ in range(count):
            self.now += self.world.random.randrange(1, 200000)
            refs = [self.policy_ref] if self.tried_ref is None else [self.policy_ref,
                                                                     self.tried_ref]
            self.world.decide(self.month, self.now, self.boot, self.seq + 1, refs,
                              self.to_seal > 0)
            self.seq += len(refs)
            self.to_seal -= 1
            if self.seq // self.every > (self.seq - len(refs)) // self.every:
                self.month.checkpoint()

    def lose(self, count, cause, boot=None):
        """Decisions that were made and could not be recorded."""
        first = self.seq + 1
        self.seq += count
        start, self.now = self.now + 1, self.now + 5000
        return struct.pack(">QQQQQBH", count, first, self.seq, start, self.now, cause,
                           boot or self.boot)

    def crash_and_open(self):
        lost = self.lose(3, 4)
        highest, self.seq, self.boot = self.seq - 3, 0, self.boot + 1
        self.boot_entry(self.boot - 1, 0, 1, 4, 0, highest)
        self.add(GAP, lost)

    def odds_and_ends(self):
        draw, now_s = self.world.random, self.now // 10**9
        case, root = draw.randbytes(16), draw.randbytes(32)
        self.add(ERASURE, case + struct.pack(">Q", now_s))
        self.add(CLOCK, struct.pack(">BqQ", 1, 0, 5))
        self.add(CLOCK, struct.pack(">BqQ", 3, -3600 * 10**9, 6), flags=CLOCK_UNSYNCHRONISED)
        self.add(REPLAY, self.month.blob({"report": "nothing changed"}))
        epoch = now_s // 86400 // 30
        self.add(KEYCOMMIT, struct.pack(">IQ", epoch, 42) + root)
        self.add(ACCESS, struct.pack(">BIIQ", 1, epoch, epoch, 42) + case)
        self.add(FROM_THE_FUTURE, b"a kind of a newer version")

    def tell(self, decisions, months, beyond):
        """Gives the months, in order."""
        done, previous = [], None
        for number in range(months):
            self.begin_month(number, previous)
            if number == 0:
                self.boot_entry(0, 1, 0, 0, 0, 0)
            self.set_policy(0)
            part = decisions // months + (decisions % months if number == 0 else 0)
            half = part // 2
            self.decisions(half // 2)
            self.add(GAP, self.lose(7, 1))
            self.decisions(half - half // 2)
            self.crash_and_open()
            self.set_policy(1)
            self.odds_and_ends()
            self.set_policy(0, tried=True)
            self.decisions((part - half) // 4)
            self.tried_ref = None
            self.decisions(part - half - (part - half) // 4)
            if number + 1 < months:
                self.add(SEAL, b"\1")
            note = self.month.checkpoint()
            previous = {"origin": self.month.origin, "checkpoint": note}
            done.append(self.month)
        for _ in range(beyond):
            self.decisions(1)
        return done


def make(log, decisions=1000, months=1, seed=1, sealed=8, beyond=0, checkpoint_every=8192):
    """Makes the folder `log`; gives the World, which knows its keys."""
    os.makedirs(os.path.join(log, "state"))
    world = World(seed)
    writer = Writer(world, checkpoint_every, sealed)
    for month in writer.tell(decisions, months, beyond):
        month.write(log)
    description = {"ringfence_log": 1, "name": NAME,
                   "writer": world.writer, "identity": world.identity.hex(), "retention_days": 90}
    files = {"log.json": json.dumps(description, indent=2) + "\n",
             "state/boot": f"{writer.boot}\n"}
    if not beyond:
        files["state/clean"] = ""
    for name, text in files.items():
        with open(os.path.join(log, name), "w", encoding="utf-8") as file:
            file.write(text)
    return world


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder")
    parser.add_argument("--decisions", type=int, default=1000)
    parser.add_argument("--months", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sealed", type=int, default=8, help="decisions whose facts are really "
                        "sealed (one openssl process each); the others' are random bytes")
    parser.add_argument("--beyond", type=int, default=0, help="decisions after the last checkpoint")
    parser.add_argument("--checkpoint-every", type=int, default=8192)
    parser.add_argument("--secrets", help="where to write the keys and the sealed facts in clear")
    args = parser.parse_args()
    start = time.monotonic()
    world = make(args.folder, args.decisions, args.months, args.seed, args.sealed, args.beyond,
                 args.checkpoint_every)
    if args.secrets:
        with open(args.secrets, "w", encoding="utf-8") as file:
            json.dump({"identity": world.identity.hex(), "signing_seed": world.key.seed.hex(),
                       "epoch_keys": {str(e): k.hex() for e, k in world.epoch_keys.items()},
                       "users": [user.hex() for user in world.users],
                       "sealed": world.sealed}, file, indent=1)
    print(f"{args.folder}: {args.decisions} decisions in {time.monotonic() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
