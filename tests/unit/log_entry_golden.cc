// Golden bytes of an entry of each kind. The expected digits were written by twenty lines of Python
// from the tables of schema/decision_log.md, not by the code they test.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "base/sha256.h"
#include "log/entry.h"
#include "unit/hex_bytes.h"

namespace ringfence {
namespace {

// Bytes first, first + 1, ...
template <size_t N>
std::array<uint8_t, N> Counting(uint8_t first) {
  std::array<uint8_t, N> out;
  for (size_t i = 0; i < N; ++i) out[i] = static_cast<uint8_t>(first + i);
  return out;
}

EntryHeader GoldenHeader() {
  EntryHeader header;
  header.flags = 0x0107;
  header.time_ns = 0x18f2a3b4c5d6e7f8;
  header.writer = 0x1234;
  header.boot = 0x0056;
  header.seq = 0xa1b2c3d4e5f6;
  header.policy_ref = 0x010203040506;
  header.effect = 3;
  header.facts_schema = 9;
  header.reason = 0x0a0b;
  header.rule = 0x0c0d;
  return header;
}

DecisionFields GoldenDecision() {
  DecisionFields fields;
  fields.request_id = Counting<16>(0x10);
  fields.caller = Counting<16>(0x20);
  fields.callee = Counting<16>(0x30);
  fields.sealed_facts = Counting<80>(0x80);
  fields.revision = 0x5152535455565758;
  fields.outcome = 6;
  fields.path = 2;
  fields.basis = 9;
  fields.sealed_states = Counting<5>(0xe0);
  return fields;
}

Entry GoldenEntry(std::string_view kind) {
  Entry entry;
  entry.header = GoldenHeader();
  const auto put = [&entry](const auto& payload) { Put(payload, &entry); };
  if (kind == "genesis") put(GenesisPayload{Counting<32>(0x40)});
  if (kind == "policy") {
    put(PolicyPayload{Counting<32>(0x40), Counting<32>(0x80), 0x1122334455667788});
  }
  if (kind == "boot") {
    put(BootPayload{0x55, true, RingsState::kLost, 0x01020304, 0x1112131415161718,
                    0x2122232425262728, 0x3132333435363738, Counting<32>(0x60)});
  }
  if (kind == "gap") {
    put(GapPayload{3, 0x1112131415161718, 0x2122232425262728, 0x3132333435363738,
                   0x4142434445464748, GapCause::kKilled, 0x54});
  }
  if (kind == "clock") put(ClockPayload{ClockEvent::kBack, -1500000000, 0x3132333435363738});
  if (kind == "erasure") put(ErasurePayload{Counting<16>(0x70), 0x65432101});
  if (kind == "seal") put(SealPayload{SealCause::kDemand});
  if (kind == "replay") put(ReplayPayload{Counting<32>(0x90)});
  if (kind == "keycommit") put(KeyCommitPayload{0x297, 0xabcdef, Counting<32>(0xa0)});
  if (kind == "access") put(AccessPayload{1, 0x295, 0x297, 0xabcdef, Counting<16>(0xb0)});
  if (kind == "decision" || kind == "detail") {
    entry.header.kind = kind == "detail" ? EntryKind::kDetail : EntryKind::kDecision;
    entry.decision = GoldenDecision();
  }
  return entry;
}

constexpr std::string_view kHeaderHex =
    "010718f2a3b4c5d6e7f812340056a1b2c3d4e5f601020304050603090a0b0c0d";

struct Golden {
  std::string_view name;
  std::string_view kind;
  std::string_view contents;  // from byte 34 on; zeros follow
  std::string_view crc;
};
constexpr Golden kGolden[] = {
    {"genesis", "01", "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f",
     "d3d3e4d3"},
    {"policy", "02",
     "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
     "1122334455667788",
     "6115cecf"},
    {"decision", "03",
     "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
     "303132333435363738393a3b3c3d3e3f808182838485868788898a8b8c8d8e8f"
     "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
     "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
     "5152535455565758060209e0e1e2e3e4",
     "b91ce0e5"},
    {"boot", "04",
     "0055010201020304111213141516171821222324252627283132333435363738"
     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f",
     "01fb8309"},
    {"gap", "05",
     "0000000000000003111213141516171821222324252627283132333435363738"
     "4142434445464748040054",
     "2c757495"},
    {"clock", "06", "03ffffffffa697d1003132333435363738", "aec6a81d"},
    {"erasure", "07", "707172737475767778797a7b7c7d7e7f0000000065432101", "6f418cd7"},
    {"seal", "09", "02", "703e8e67"},
    {"replay", "0a", "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
     "1f206a47"},
    {"keycommit", "0b",
     "000002970000000000abcdefa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3"
     "b4b5b6b7b8b9babbbcbdbebf",
     "587347bb"},
    {"access", "0c",
     "0100000295000002970000000000abcdefb0b1b2b3b4b5b6b7b8b9babbbcbdbe"
     "bf",
     "2d906a7f"},
    {"detail", "0d",
     "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
     "303132333435363738393a3b3c3d3e3f808182838485868788898a8b8c8d8e8f"
     "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
     "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
     "5152535455565758060209e0e1e2e3e4",
     "4bcf5bde"},
};

std::string GoldenHex(const Golden& golden) {
  std::string hex = "01" + std::string(golden.kind) + std::string(kHeaderHex);
  hex += golden.contents;
  hex.resize(2 * (kEntryBytes - 4), '0');
  return hex.append(golden.crc);
}

TEST_CASE("entries: each kind has the bytes the format says") {
  for (const Golden& golden : kGolden) {
    CAPTURE(golden.name);
    EntryBytes bytes;
    EncodeEntry(GoldenEntry(golden.name), &bytes);
    CHECK(ToHex(bytes) == GoldenHex(golden));
    const Result<Entry> decoded = DecodeEntry(HexArray<kEntryBytes>(GoldenHex(golden)));
    REQUIRE(decoded.ok());
    CHECK(ToString(decoded->header.kind) == golden.name);
    EntryBytes again;
    EncodeEntry(*decoded, &again);
    CHECK(ToHex(again) == GoldenHex(golden));
  }
}

template <class Payload>
Payload Read(std::string_view name) {
  for (const Golden& golden : kGolden) {
    if (golden.name != name) continue;
    const Result<Entry> entry = DecodeEntry(HexArray<kEntryBytes>(GoldenHex(golden)));
    Payload payload;
    Get(entry.value(), &payload);
    return payload;
  }
  FAIL("no golden entry " << name);
  return {};
}

TEST_CASE("entries: header and decision are read as they were written") {
  const Entry entry = DecodeEntry(HexArray<kEntryBytes>(GoldenHex(kGolden[2]))).value();
  const EntryHeader expected = GoldenHeader();
  CHECK(entry.header.version == 1);
  CHECK(entry.header.kind == EntryKind::kDecision);
  CHECK(entry.header.flags == expected.flags);
  CHECK(entry.header.time_ns == expected.time_ns);
  CHECK(entry.header.writer == expected.writer);
  CHECK(entry.header.boot == expected.boot);
  CHECK(entry.header.seq == expected.seq);
  CHECK(entry.header.policy_ref == expected.policy_ref);
  CHECK(entry.header.effect == expected.effect);
  CHECK(entry.header.facts_schema == expected.facts_schema);
  CHECK(entry.header.reason == expected.reason);
  CHECK(entry.header.rule == expected.rule);
  const DecisionFields fields = GoldenDecision();
  CHECK(entry.decision.request_id == fields.request_id);
  CHECK(entry.decision.caller == fields.caller);
  CHECK(entry.decision.callee == fields.callee);
  CHECK(entry.decision.sealed_facts == fields.sealed_facts);
  CHECK(entry.decision.revision == fields.revision);
  CHECK(entry.decision.outcome == fields.outcome);
  CHECK(entry.decision.path == fields.path);
  CHECK(entry.decision.basis == fields.basis);
  CHECK(entry.decision.sealed_states == fields.sealed_states);
}

TEST_CASE("entries: payloads that name blobs and keys are read as they were written") {
  CHECK(Read<GenesisPayload>("genesis").blob == Counting<32>(0x40));
  CHECK(Read<PolicyPayload>("policy").blob == Counting<32>(0x40));
  CHECK(Read<PolicyPayload>("policy").digest == Counting<32>(0x80));
  CHECK(Read<PolicyPayload>("policy").number == 0x1122334455667788);
  CHECK(Read<ErasurePayload>("erasure").case_id == Counting<16>(0x70));
  CHECK(Read<ErasurePayload>("erasure").time_s == 0x65432101);
  CHECK(Read<SealPayload>("seal").cause == SealCause::kDemand);
  CHECK(Read<ReplayPayload>("replay").blob == Counting<32>(0x90));
  const auto commit = Read<KeyCommitPayload>("keycommit");
  CHECK(commit.epoch == 0x297);
  CHECK(commit.keys == 0xabcdef);
  CHECK(commit.root == Counting<32>(0xa0));
  const auto access = Read<AccessPayload>("access");
  CHECK(access.what == 1);
  CHECK(access.first_epoch == 0x295);
  CHECK(access.last_epoch == 0x297);
  CHECK(access.keys == 0xabcdef);
  CHECK(access.case_id == Counting<16>(0xb0));
}

TEST_CASE("entries: payloads about the writer are read as they were written") {
  const auto boot = Read<BootPayload>("boot");
  CHECK(boot.previous_boot == 0x55);
  CHECK(boot.clean);
  CHECK(boot.rings == RingsState::kLost);
  CHECK(boot.recovered == 0x01020304);
  CHECK(boot.cut_bytes == 0x1112131415161718);
  CHECK(boot.highest_seq == 0x2122232425262728);
  CHECK(boot.monotonic_ns == 0x3132333435363738);
  CHECK(boot.version == Counting<32>(0x60));
  const auto gap = Read<GapPayload>("gap");
  CHECK(gap.count == 3);
  CHECK(gap.first_seq == 0x1112131415161718);
  CHECK(gap.last_seq == 0x2122232425262728);
  CHECK(gap.first_time_ns == 0x3132333435363738);
  CHECK(gap.last_time_ns == 0x4142434445464748);
  CHECK(gap.cause == GapCause::kKilled);
  CHECK(gap.boot == 0x54);
  const auto clock = Read<ClockPayload>("clock");
  CHECK(clock.event == ClockEvent::kBack);
  CHECK(clock.step_ns == -1500000000);
  CHECK(clock.monotonic_ns == 0x3132333435363738);
}

TEST_CASE("entries: a payload leaves nothing of the one before") {
  Entry entry = GoldenEntry("policy");
  Put(SealPayload{SealCause::kMonth}, &entry);
  CHECK(entry.header.kind == EntryKind::kSeal);
  CHECK(entry.payload == HexArray<kEntryPayloadBytes>("01"));
}

}  // namespace
}  // namespace ringfence
