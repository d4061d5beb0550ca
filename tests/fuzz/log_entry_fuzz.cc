// Any bytes as an entry: refused, or what is read from it writes the same bytes again. Most bytes
// have no right checksum, so they are tried once as they come and once with version and checksum
// put right.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "log/entry.h"

namespace ringfence {
namespace {

constexpr size_t kPayloadEnd = kEntryPayloadOffset + kEntryPayloadBytes;
constexpr size_t kCrcOffset = kEntryBytes - 4;

void Require(bool condition) {
  if (!condition) std::abort();
}

// What Get reads, Put writes so that Get reads it again. Bytes without a meaning are lost.
template <class Payload>
void CheckPayload(const Entry& entry) {
  Payload payload;
  Get(entry, &payload);
  Entry once = entry, twice = entry;
  Put(payload, &once);
  Require(once.header.kind == entry.header.kind);
  Get(once, &payload);
  Put(payload, &twice);
  Require(once.payload == twice.payload);
}

void CheckPayloadOfKind(const Entry& entry) {
  switch (entry.header.kind) {
    case EntryKind::kGenesis:
      return CheckPayload<GenesisPayload>(entry);
    case EntryKind::kPolicy:
      return CheckPayload<PolicyPayload>(entry);
    case EntryKind::kBoot:
      return CheckPayload<BootPayload>(entry);
    case EntryKind::kGap:
      return CheckPayload<GapPayload>(entry);
    case EntryKind::kClock:
      return CheckPayload<ClockPayload>(entry);
    case EntryKind::kErasure:
      return CheckPayload<ErasurePayload>(entry);
    case EntryKind::kSeal:
      return CheckPayload<SealPayload>(entry);
    case EntryKind::kReplay:
      return CheckPayload<ReplayPayload>(entry);
    case EntryKind::kKeyCommit:
      return CheckPayload<KeyCommitPayload>(entry);
    case EntryKind::kAccess:
      return CheckPayload<AccessPayload>(entry);
    case EntryKind::kDecision:
    case EntryKind::kDetail:
      break;
  }
}

void CheckFacts(const DecisionFields& fields) {
  FactsRecord facts;
  std::array<uint8_t, 80> values{};
  std::array<uint8_t, 5> states{};
  if (UnpackFacts(fields.sealed_facts, fields.sealed_states, &facts)) {
    PackFacts(facts, &values, &states);
    Require(values == fields.sealed_facts && states == fields.sealed_states);
  }
  FactWords mask{};
  if (UnpackMask(fields.sealed_facts, &mask)) {
    PackMask(mask, &values);
    Require(values == fields.sealed_facts);
  }
}

void Check(const EntryBytes& bytes) {
  const Result<Entry> entry = DecodeEntry(bytes);
  Require(entry.ok() == (bytes[0] == kEntryVersion && HasEntryCrc(bytes)));
  if (!entry.ok()) return;
  EntryBytes again;
  EncodeEntry(*entry, &again);
  if (HasDecisionFields(entry->header.kind)) {
    Require(again == bytes);
    return CheckFacts(entry->decision);
  }
  Require(std::equal(bytes.begin(), bytes.begin() + kPayloadEnd, again.begin()));
  const bool rest_is_zero = std::all_of(bytes.begin() + kPayloadEnd, bytes.begin() + kCrcOffset,
                                        [](uint8_t byte) { return byte == 0; });
  Require((again == bytes) == rest_is_zero);
  CheckPayloadOfKind(*entry);
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringfence;
  EntryBytes bytes{};
  std::copy_n(data, std::min(size, bytes.size()), bytes.begin());
  Check(bytes);
  bytes[0] = kEntryVersion;
  PutEntryCrc(&bytes);
  Check(bytes);
  return 0;
}
