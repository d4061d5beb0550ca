// Entries: what a reader refuses, limits of fields, and the sealed facts.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <utility>

#include "base/sha256.h"
#include "log/crc32c.h"
#include "log/entry.h"
#include "unit/allocations.h"
#include "unit/death.h"
#include "unit/hex_bytes.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr uint64_t kMax48 = (uint64_t{1} << 48) - 1;

class Random {
 public:
  uint64_t Next() { return engine_(); }
  void Fill(std::span<uint8_t> out) {
    for (uint8_t& byte : out) byte = static_cast<uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_{Seed()};
};

Entry RandomDecision(Random* random) {
  Entry entry;
  entry.header.flags = static_cast<uint16_t>(random->Next());
  entry.header.time_ns = random->Next();
  entry.header.seq = random->Next() & kMax48;
  entry.header.policy_ref = random->Next() & kMax48;
  entry.header.rule = static_cast<uint16_t>(random->Next());
  random->Fill(entry.decision.request_id);
  random->Fill(entry.decision.caller);
  random->Fill(entry.decision.callee);
  random->Fill(entry.decision.sealed_facts);
  random->Fill(entry.decision.sealed_states);
  entry.decision.revision = random->Next();
  return entry;
}

FactsRecord RandomFacts(Random* random) {
  FactsRecord facts;
  for (uint32_t& word : facts.words) word = static_cast<uint32_t>(random->Next());
  facts.read_digest = static_cast<uint32_t>(random->Next());
  for (int group = 0; group < kGroupCount; ++group) {
    facts.states.Set(static_cast<Group>(group), static_cast<GroupState>(random->Next() % 4));
  }
  facts.host = static_cast<GroupSet>(random->Next() % (1u << kGroupCount));
  return facts;
}

bool Same(const FactsRecord& one, const FactsRecord& other) {
  return one.words == other.words && one.read_digest == other.read_digest &&
         one.states == other.states && one.host == other.host;
}

TEST_CASE("entries: every flipped bit is noticed") {
  Random random;
  EntryBytes bytes;
  EncodeEntry(RandomDecision(&random), &bytes);
  REQUIRE(HasEntryCrc(bytes));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    CAPTURE(bit);
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
    REQUIRE_FALSE(HasEntryCrc(bytes));
    const Result<Entry> decoded = DecodeEntry(bytes);
    REQUIRE_FALSE(decoded.ok());
    REQUIRE(decoded.status().code() == StatusCode::kCorrupt);
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
  }
  CHECK(DecodeEntry(bytes).ok());
}

TEST_CASE("entries: without a checksum, and headers whatever version and checksum are") {
  Random random;
  const Entry entry = RandomDecision(&random);
  EntryBytes whole, bare;
  EncodeEntry(entry, &whole);
  bare.fill(0xEE);
  EncodeWithoutCrc(entry, &bare);
  CHECK(ToHex(Bytes(bare).subspan(kEntryBytes - 4)) == "eeeeeeee");
  CHECK_FALSE(HasEntryCrc(bare));
  PutEntryCrc(&bare);
  CHECK(bare == whole);
  bare[0] = 7;
  bare[kEntryBytes - 1] ^= 1;
  const EntryHeader header = DecodeHeader(bare);
  CHECK(header.version == 7);
  CHECK(header.time_ns == entry.header.time_ns);
  CHECK(header.seq == entry.header.seq);
  CHECK(header.rule == entry.header.rule);
}

TEST_CASE("entries: nothing written into an empty file is an entry") {
  CHECK_FALSE(DecodeEntry(EntryBytes{}).ok());
  EntryBytes ones;
  ones.fill(0xFF);
  CHECK_FALSE(DecodeEntry(ones).ok());
}

TEST_CASE("entries: another version is refused even where its checksum fits") {
  Random random;
  EntryBytes bytes;
  EncodeEntry(RandomDecision(&random), &bytes);
  for (const uint8_t version : {uint8_t{0}, uint8_t{2}, uint8_t{255}}) {
    bytes[0] = version;
    PutEntryCrc(&bytes);
    REQUIRE(HasEntryCrc(bytes));
    CHECK(DecodeEntry(bytes).status().message() ==
          "an entry of version " + std::to_string(version) + ", expected 1");
  }
}

TEST_CASE("entries: kinds, those of a newer version included") {
  int known = 0;
  for (int kind = 0; kind < 256; ++kind) {
    EntryBytes bytes{1, static_cast<uint8_t>(kind)};
    bytes[40] = 7;
    PutEntryCrc(&bytes);
    const Result<Entry> entry = DecodeEntry(bytes);
    REQUIRE(entry.ok());
    const bool is_known = IsKnownKind(static_cast<uint8_t>(kind));
    known += is_known ? 1 : 0;
    CHECK((ToString(entry->header.kind) != "unknown") == is_known);
    const bool decision = kind == 3 || kind == 13;
    CHECK(HasDecisionFields(entry->header.kind) == decision);
    CHECK((decision ? entry->decision.request_id[6] : entry->payload[6]) == 7);
  }
  CHECK(known == 12);
  CHECK_FALSE(IsKnownKind(0));
  CHECK_FALSE(IsKnownKind(8));
  CHECK_FALSE(IsKnownKind(14));
}

TEST_CASE("entries: seq and policy_ref have 48 bits") {
  Entry entry;
  entry.header.seq = kMax48;
  entry.header.policy_ref = kMax48;
  EntryBytes bytes;
  EncodeEntry(entry, &bytes);
  const Result<Entry> decoded = DecodeEntry(bytes);
  REQUIRE(decoded.ok());
  CHECK(decoded->header.seq == kMax48);
  CHECK(decoded->header.policy_ref == kMax48);
  for (uint64_t EntryHeader::*field : {&EntryHeader::seq, &EntryHeader::policy_ref}) {
    Entry larger = entry;
    larger.header.*field = kMax48 + 1;
    CHECK(AbortText([&] { EncodeEntry(larger, &bytes); }).find("CHECK failed") !=
          std::string::npos);
  }
}

TEST_CASE("facts: packed as the format says") {
  FactsRecord facts;
  for (uint32_t i = 0; i < facts.words.size(); ++i) facts.words[i] = 0x01020304u * (i + 1);
  facts.read_digest = 0xDEADBEEF;
  for (int group = 0; group < kGroupCount; ++group) {
    facts.states.Set(static_cast<Group>(group), static_cast<GroupState>(group % 4));
  }
  facts.host = 0x5A5;
  DecisionFields fields;
  fields.request_id = HexArray<16>("101112131415161718191a1b1c1d1e1f");
  PackFacts(facts, &fields.sealed_facts, &fields.sealed_states);
  CHECK(ToHex(fields.sealed_facts) ==
        "04030201080604020c090603100c0804140f0a0518120c061c150e0720181008"
        "241b1209281e140a2c21160b3024180c34271a0d382a1c0e3c2d1e0f40302010"
        "4433221148362412deadbeef00000000");
  CHECK(ToHex(fields.sealed_states) == "016964e4e4");
  // openssl enc -aes-256-ctr, key 00 01 ... 1f, counter 10 11 ... 1b 02 00 00 00.
  Hash key;
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<uint8_t>(i);
  CtrCipher cipher;
  ApplySeal(&cipher, key, 2, &fields);
  CHECK(ToHex(fields.sealed_facts) ==
        "623a000dabed35ab51c0262f102ad95f020439686b282343141ef65c0a489f1f"
        "4b975dc3f76b079993ce6098e908a2b9b866d09ff13275b3856be51acdfaeb93"
        "d56db6d5176bb35b143750205977c101");
  CHECK(ToHex(fields.sealed_states) == "2451a99425");
}

TEST_CASE("facts: sealed and opened, in fields and in bytes; another key shows") {
  Random random;
  CtrCipher cipher;
  for (uint8_t round = 0; round < 200; ++round) {
    const uint8_t detail = round % 4;
    const FactsRecord facts = RandomFacts(&random);
    Entry entry = RandomDecision(&random);
    Hash key;
    random.Fill(key);
    PackFacts(facts, &entry.decision.sealed_facts, &entry.decision.sealed_states);
    EntryBytes bytes;
    EncodeEntry(entry, &bytes);
    ApplySealToBytes(&cipher, key, detail, &bytes);
    PutEntryCrc(&bytes);
    ApplySeal(&cipher, key, detail, &entry.decision);
    EntryBytes sealed;
    EncodeEntry(entry, &sealed);
    REQUIRE(bytes == sealed);

    FactsRecord opened;
    CHECK_FALSE(UnpackFacts(entry.decision.sealed_facts, entry.decision.sealed_states, &opened));
    Hash other_key = key;
    other_key[random.Next() % 32] ^= 1;
    for (const auto& [with, number] :
         {std::pair(other_key, detail), std::pair(key, static_cast<uint8_t>((detail + 1) % 4))}) {
      DecisionFields wrong = entry.decision;
      ApplySeal(&cipher, with, number, &wrong);
      REQUIRE_FALSE(UnpackFacts(wrong.sealed_facts, wrong.sealed_states, &opened));
    }
    ApplySeal(&cipher, key, detail, &entry.decision);
    REQUIRE(UnpackFacts(entry.decision.sealed_facts, entry.decision.sealed_states, &opened));
    REQUIRE(Same(opened, facts));
  }
}

TEST_CASE("facts: every one of the 39 zero bits is looked at") {
  Random random;
  std::array<uint8_t, 80> field{};
  std::array<uint8_t, 5> states{};
  PackFacts(RandomFacts(&random), &field, &states);
  FactsRecord opened;
  int refused = 0;
  const auto flip_each = [&](std::span<uint8_t> bytes) {
    for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
      refused += UnpackFacts(field, states, &opened) ? 0 : 1;
      bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
    }
  };
  flip_each(field);
  CHECK(refused == 32);
  flip_each(states);
  CHECK(refused == 39);
  REQUIRE(UnpackFacts(field, states, &opened));
}

TEST_CASE("masks of a DETAIL: 72 bytes and zeros") {
  Random random;
  const FactWords mask = RandomFacts(&random).words;
  std::array<uint8_t, 80> field;
  field.fill(0xEE);
  PackMask(mask, &field);
  FactWords opened{};
  REQUIRE(UnpackMask(field, &opened));
  CHECK(opened == mask);
  for (size_t bit = 0; bit < 64; ++bit) {
    field[72 + bit / 8] = static_cast<uint8_t>(1u << bit % 8);
    CHECK_FALSE(UnpackMask(field, &opened));
    field[72 + bit / 8] = 0;
  }
}

TEST_CASE("the read digest is the CRC of the tested facts' first bits") {
  const Catalog& catalog = Catalog::Standard();
  const Layout layout(catalog);
  std::array<uint8_t, kFrameBits / 8> none{};
  CHECK(ReadDigest(layout, {}) == Crc32c(none));
  Random random;
  for (int round = 0; round < 100; ++round) {
    FactSet tested;
    auto bytes = none;
    for (const FactInfo& fact : catalog.facts()) {
      if (random.Next() % 3 != 0) continue;
      tested.Insert(fact.id);
      uint8_t& byte = bytes[fact.first_bit / 8u];
      byte = static_cast<uint8_t>(byte | 1u << fact.first_bit % 8u);
    }
    CHECK(ReadDigest(layout, tested) == Crc32c(bytes));
  }
}

TEST_CASE("what a writer does for every entry allocates nothing") {
  Random random;
  const Entry entry = RandomDecision(&random);
  CtrCipher cipher;
  TreeHasher hasher;
  EntryBytes bytes;
  const uint64_t before = Allocations();
  EncodeEntry(entry, &bytes);
  ApplySealToBytes(&cipher, Hash{}, 0, &bytes);
  PutEntryCrc(&bytes);
  const Hash leaf = hasher.Leaf(bytes);
  const Hash node = hasher.Node(leaf, HmacSha256(leaf, {bytes}));
  const uint64_t after = Allocations();
  CHECK(after == before);
  CHECK(node != leaf);
}

}  // namespace
}  // namespace ringfence
