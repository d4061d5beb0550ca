// Entries to bytes and back, by the tables of schema/decision_log.md.
#include "log/entry.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <string>

#include "base/check.h"
#include "log/big_endian.h"
#include "log/crc32c.h"

namespace ringfence {
namespace {

constexpr size_t kCrcOffset = 178;
constexpr size_t kSealedFactsOffset = 82;
constexpr size_t kSealedStatesOffset = 173;
constexpr uint64_t kMax48 = (uint64_t{1} << 48) - 1;

constexpr size_t kFrameBytes = kFrameBits / 8;
constexpr size_t kZeroOffset = kFrameBytes + 4;  // of the facts in clear: behind the read digest
constexpr int kHostShift = 2 * kGroupCount;
constexpr int kStateBits = kHostShift + kGroupCount;
static_assert(kFrameBytes + 8 == sizeof(DecisionFields::sealed_facts));
static_assert(kStateBits == 33);

// Writes fields one after the other.
class Writer {
 public:
  explicit Writer(std::span<uint8_t> out) : out_(out) {}
  template <size_t kBytes>
  void Put(uint64_t value) {
    StoreBig<kBytes>(value, Take(kBytes).data());
  }
  void PutBytes(Bytes bytes) { std::copy(bytes.begin(), bytes.end(), Take(bytes.size()).begin()); }
  void PutRestZero() { std::fill(out_.begin(), out_.end(), uint8_t{0}); }
  size_t left() const { return out_.size(); }

 private:
  std::span<uint8_t> Take(size_t size) {
    DCHECK(size <= out_.size());
    const std::span<uint8_t> taken = out_.first(size);
    out_ = out_.subspan(size);
    return taken;
  }
  std::span<uint8_t> out_;
};

class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}
  template <size_t kBytes, class T>
  void Get(T* value) {
    *value = static_cast<T>(LoadBig<kBytes>(Take(kBytes).data()));
  }
  void GetBytes(std::span<uint8_t> out) {
    const Bytes taken = Take(out.size());
    std::copy(taken.begin(), taken.end(), out.begin());
  }
  size_t left() const { return bytes_.size(); }

 private:
  Bytes Take(size_t size) {
    DCHECK(size <= bytes_.size());
    const Bytes taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  Bytes bytes_;
};

void PutHeader(const EntryHeader& header, Writer* out) {
  CHECK(header.seq <= kMax48 && header.policy_ref <= kMax48);
  out->Put<1>(header.version);
  out->Put<1>(static_cast<uint8_t>(header.kind));
  out->Put<2>(header.flags);
  out->Put<8>(header.time_ns);
  out->Put<2>(header.writer);
  out->Put<2>(header.boot);
  out->Put<6>(header.seq);
  out->Put<6>(header.policy_ref);
  out->Put<1>(header.effect);
  out->Put<1>(header.facts_schema);
  out->Put<2>(header.reason);
  out->Put<2>(header.rule);
}

void GetHeader(Reader* in, EntryHeader* header) {
  in->Get<1>(&header->version);
  in->Get<1>(&header->kind);
  in->Get<2>(&header->flags);
  in->Get<8>(&header->time_ns);
  in->Get<2>(&header->writer);
  in->Get<2>(&header->boot);
  in->Get<6>(&header->seq);
  in->Get<6>(&header->policy_ref);
  in->Get<1>(&header->effect);
  in->Get<1>(&header->facts_schema);
  in->Get<2>(&header->reason);
  in->Get<2>(&header->rule);
}

void PutDecision(const DecisionFields& fields, Writer* out) {
  out->PutBytes(fields.request_id);
  out->PutBytes(fields.caller);
  out->PutBytes(fields.callee);
  out->PutBytes(fields.sealed_facts);
  out->Put<8>(fields.revision);
  out->Put<1>(fields.outcome);
  out->Put<1>(fields.path);
  out->Put<1>(fields.basis);
  out->PutBytes(fields.sealed_states);
}

void GetDecision(Reader* in, DecisionFields* fields) {
  in->GetBytes(fields->request_id);
  in->GetBytes(fields->caller);
  in->GetBytes(fields->callee);
  in->GetBytes(fields->sealed_facts);
  in->Get<8>(&fields->revision);
  in->Get<1>(&fields->outcome);
  in->Get<1>(&fields->path);
  in->Get<1>(&fields->basis);
  in->GetBytes(fields->sealed_states);
}

// Bit b of a frame is bit b mod 8 of byte b div 8, whatever this machine's order of bytes.
void PutWords(const FactWords& words, uint8_t* out) {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(out, words.data(), kFrameBytes);
    return;
  }
  for (size_t i = 0; i < kFrameBytes; ++i) {
    out[i] = static_cast<uint8_t>(words[i / 4] >> (8 * (i % 4)));
  }
}

void GetWords(const uint8_t* bytes, FactWords* words) {
  words->fill(0);
  for (size_t i = 0; i < kFrameBytes; ++i) {
    (*words)[i / 4] |= uint32_t{bytes[i]} << (8 * (i % 4));
  }
}

bool AllZero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

std::array<uint8_t, 16> SealCounter(Bytes request_id, uint8_t detail) {
  CHECK(detail <= 3);
  std::array<uint8_t, 16> counter{};
  std::copy_n(request_id.begin(), 12, counter.begin());
  counter[12] = detail;
  return counter;
}

}  // namespace

std::string_view ToString(EntryKind kind) {
  switch (kind) {
    case EntryKind::kGenesis:
      return "genesis";
    case EntryKind::kPolicy:
      return "policy";
    case EntryKind::kDecision:
      return "decision";
    case EntryKind::kBoot:
      return "boot";
    case EntryKind::kGap:
      return "gap";
    case EntryKind::kClock:
      return "clock";
    case EntryKind::kErasure:
      return "erasure";
    case EntryKind::kSeal:
      return "seal";
    case EntryKind::kReplay:
      return "replay";
    case EntryKind::kKeyCommit:
      return "keycommit";
    case EntryKind::kAccess:
      return "access";
    case EntryKind::kDetail:
      return "detail";
  }
  return "unknown";
}

bool IsKnownKind(uint8_t kind) { return ToString(static_cast<EntryKind>(kind)) != "unknown"; }

void EncodeEntry(const Entry& entry, EntryBytes* out) {
  EncodeWithoutCrc(entry, out);
  PutEntryCrc(out);
}

void EncodeWithoutCrc(const Entry& entry, EntryBytes* out) {
  if (HasDecisionFields(entry.header.kind)) {
    return EncodeWithoutCrc(entry.header, entry.decision, out);
  }
  CHECK(entry.header.version == kEntryVersion);
  Writer writer(std::span<uint8_t>{*out}.first(kCrcOffset));
  PutHeader(entry.header, &writer);
  DCHECK(writer.left() == kCrcOffset - kEntryPayloadOffset);
  writer.PutBytes(entry.payload);
  writer.PutRestZero();
}

void EncodeWithoutCrc(const EntryHeader& header, const DecisionFields& fields, EntryBytes* out) {
  CHECK(header.version == kEntryVersion);
  DCHECK(HasDecisionFields(header.kind));
  Writer writer(std::span<uint8_t>{*out}.first(kCrcOffset));
  PutHeader(header, &writer);
  DCHECK(writer.left() == kCrcOffset - kEntryPayloadOffset);
  PutDecision(fields, &writer);
  DCHECK(writer.left() == 0);
}

void PutEntryCrc(EntryBytes* bytes) {
  StoreBig<4>(Crc32c(Bytes(*bytes).first(kCrcOffset)), bytes->data() + kCrcOffset);
}

bool HasEntryCrc(std::span<const uint8_t, kEntryBytes> bytes) {
  return LoadBig<4>(bytes.data() + kCrcOffset) == Crc32c(bytes.first(kCrcOffset));
}

EntryHeader DecodeHeader(std::span<const uint8_t, kEntryBytes> bytes) {
  EntryHeader header;
  Reader reader(bytes);
  GetHeader(&reader, &header);
  return header;
}

Result<Entry> DecodeEntry(std::span<const uint8_t, kEntryBytes> bytes) {
  if (bytes[0] != kEntryVersion) {
    return Status(StatusCode::kCorrupt, "an entry of version " + std::to_string(bytes[0]) +
                                            ", expected " + std::to_string(kEntryVersion));
  }
  if (!HasEntryCrc(bytes)) {
    return Status(StatusCode::kCorrupt, "an entry's checksum does not fit its contents");
  }
  Entry entry;
  Reader reader(bytes);
  GetHeader(&reader, &entry.header);
  DCHECK(reader.left() == kEntryBytes - kEntryPayloadOffset);
  if (HasDecisionFields(entry.header.kind)) {
    GetDecision(&reader, &entry.decision);
  } else {
    reader.GetBytes(entry.payload);
  }
  return entry;
}

uint32_t ReadDigest(const Layout& layout, const FactSet& tested) {
  FactWords first_bits{};
  for (size_t word = 0; word < std::size(tested.words); ++word) {
    for (uint64_t bits = tested.words[word]; bits != 0; bits &= bits - 1) {
      const size_t id = word * 64 + static_cast<size_t>(std::countr_zero(bits));
      DCHECK(id < layout.catalog.size());
      const FactPlace& place = layout.places[id];
      first_bits[place.word] |= uint32_t{1} << place.shift;
    }
  }
  std::array<uint8_t, kFrameBytes> bytes;
  PutWords(first_bits, bytes.data());
  return Crc32c(bytes);
}

void PackFacts(const FactsRecord& facts, std::array<uint8_t, 80>* facts_field,
               std::array<uint8_t, 5>* states_field) {
  CHECK(facts.host >> kGroupCount == 0);
  PutWords(facts.words, facts_field->data());
  StoreBig<4>(facts.read_digest, facts_field->data() + kFrameBytes);
  StoreBig<4>(0, facts_field->data() + kZeroOffset);
  const uint64_t states = uint64_t{facts.host} << kHostShift | facts.states.bits();
  DCHECK(states >> kStateBits == 0);
  StoreBig<5>(states, states_field->data());
}

bool UnpackFacts(const std::array<uint8_t, 80>& facts_field,
                 const std::array<uint8_t, 5>& states_field, FactsRecord* facts) {
  const uint64_t states = LoadBig<5>(states_field.data());
  if (!AllZero(Bytes(facts_field).subspan(kZeroOffset)) || states >> kStateBits != 0) return false;
  GetWords(facts_field.data(), &facts->words);
  facts->read_digest = static_cast<uint32_t>(LoadBig<4>(facts_field.data() + kFrameBytes));
  facts->host = static_cast<GroupSet>(states >> kHostShift);
  facts->states = GroupStates(static_cast<uint32_t>(states & ((1u << kHostShift) - 1)));
  return true;
}

void PackMask(const FactWords& mask, std::array<uint8_t, 80>* field) {
  PutWords(mask, field->data());
  StoreBig<8>(0, field->data() + kFrameBytes);
}

bool UnpackMask(const std::array<uint8_t, 80>& field, FactWords* mask) {
  if (!AllZero(Bytes(field).subspan(kFrameBytes))) return false;
  GetWords(field.data(), mask);
  return true;
}

namespace {

/// Both fields in one piece: for so few bytes a second call of the cipher would cost a fifth more.
void ApplyTo(CtrCipher* cipher, const Hash& facts_key, const std::array<uint8_t, 16>& counter,
             std::span<uint8_t> facts, std::span<uint8_t> states) {
  std::array<uint8_t, sizeof(DecisionFields::sealed_facts) + sizeof(DecisionFields::sealed_states)>
      joined;
  DCHECK(facts.size() + states.size() == joined.size());
  std::copy(states.begin(), states.end(), std::copy(facts.begin(), facts.end(), joined.begin()));
  cipher->Apply(facts_key, counter, joined);
  std::copy_n(joined.begin(), facts.size(), facts.begin());
  std::copy(joined.begin() + static_cast<ptrdiff_t>(facts.size()), joined.end(), states.begin());
}

}  // namespace

void ApplySeal(CtrCipher* cipher, const Hash& facts_key, uint8_t detail, DecisionFields* fields) {
  ApplyTo(cipher, facts_key, SealCounter(fields->request_id, detail), fields->sealed_facts,
          fields->sealed_states);
}

void ApplySealToBytes(CtrCipher* cipher, const Hash& facts_key, uint8_t detail, EntryBytes* bytes) {
  DCHECK(HasDecisionFields(static_cast<EntryKind>((*bytes)[1])));
  const std::span<uint8_t> all(*bytes);
  ApplyTo(cipher, facts_key, SealCounter(all.subspan(kEntryPayloadOffset), detail),
          all.subspan(kSealedFactsOffset, sizeof(DecisionFields::sealed_facts)),
          all.subspan(kSealedStatesOffset, sizeof(DecisionFields::sealed_states)));
}

// --- Payloads. The fields of each kind stand once, for both directions; the result is the kind.

namespace {

struct PutFields {
  Writer out;
  template <size_t kBytes, class T>
  void Number(T* value) {
    out.Put<kBytes>(static_cast<uint64_t>(*value));
  }
  void Raw(std::span<uint8_t> bytes) { out.PutBytes(bytes); }
};

struct GetFields {
  Reader in;
  template <size_t kBytes, class T>
  void Number(T* value) {
    in.Get<kBytes>(value);
  }
  void Raw(std::span<uint8_t> bytes) { in.GetBytes(bytes); }
};

template <class Io>
EntryKind Fields(Io* io, GenesisPayload* payload) {
  io->Raw(payload->blob);
  return EntryKind::kGenesis;
}

template <class Io>
EntryKind Fields(Io* io, PolicyPayload* payload) {
  io->Raw(payload->blob);
  io->Raw(payload->digest);
  io->template Number<8>(&payload->number);
  return EntryKind::kPolicy;
}

template <class Io>
EntryKind Fields(Io* io, BootPayload* payload) {
  io->template Number<2>(&payload->previous_boot);
  io->template Number<1>(&payload->clean);
  io->template Number<1>(&payload->rings);
  io->template Number<4>(&payload->recovered);
  io->template Number<8>(&payload->cut_bytes);
  io->template Number<8>(&payload->highest_seq);
  io->template Number<8>(&payload->monotonic_ns);
  io->Raw(payload->version);
  return EntryKind::kBoot;
}

template <class Io>
EntryKind Fields(Io* io, GapPayload* payload) {
  io->template Number<8>(&payload->count);
  io->template Number<8>(&payload->first_seq);
  io->template Number<8>(&payload->last_seq);
  io->template Number<8>(&payload->first_time_ns);
  io->template Number<8>(&payload->last_time_ns);
  io->template Number<1>(&payload->cause);
  io->template Number<2>(&payload->boot);
  return EntryKind::kGap;
}

template <class Io>
EntryKind Fields(Io* io, ClockPayload* payload) {
  io->template Number<1>(&payload->event);
  io->template Number<8>(&payload->step_ns);
  io->template Number<8>(&payload->monotonic_ns);
  return EntryKind::kClock;
}

template <class Io>
EntryKind Fields(Io* io, ErasurePayload* payload) {
  io->Raw(payload->case_id);
  io->template Number<8>(&payload->time_s);
  return EntryKind::kErasure;
}

template <class Io>
EntryKind Fields(Io* io, SealPayload* payload) {
  io->template Number<1>(&payload->cause);
  return EntryKind::kSeal;
}

template <class Io>
EntryKind Fields(Io* io, ReplayPayload* payload) {
  io->Raw(payload->blob);
  return EntryKind::kReplay;
}

template <class Io>
EntryKind Fields(Io* io, KeyCommitPayload* payload) {
  io->template Number<4>(&payload->epoch);
  io->template Number<8>(&payload->keys);
  io->Raw(payload->root);
  return EntryKind::kKeyCommit;
}

template <class Io>
EntryKind Fields(Io* io, AccessPayload* payload) {
  io->template Number<1>(&payload->what);
  io->template Number<4>(&payload->first_epoch);
  io->template Number<4>(&payload->last_epoch);
  io->template Number<8>(&payload->keys);
  io->Raw(payload->case_id);
  return EntryKind::kAccess;
}

template <class Payload>
void PutPayload(Payload payload, Entry* entry) {
  entry->payload.fill(0);
  PutFields io{Writer(entry->payload)};
  entry->header.kind = Fields(&io, &payload);
}

template <class Payload>
void GetPayload(const Entry& entry, Payload* payload) {
  GetFields io{Reader(entry.payload)};
  const EntryKind kind = Fields(&io, payload);
  DCHECK(kind == entry.header.kind);
  static_cast<void>(kind);
}

}  // namespace

void Put(const GenesisPayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Put(const PolicyPayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Put(const BootPayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Put(const GapPayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Put(const ClockPayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Put(const ErasurePayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Put(const SealPayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Put(const ReplayPayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Put(const KeyCommitPayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Put(const AccessPayload& payload, Entry* entry) { PutPayload(payload, entry); }
void Get(const Entry& entry, GenesisPayload* payload) { GetPayload(entry, payload); }
void Get(const Entry& entry, PolicyPayload* payload) { GetPayload(entry, payload); }
void Get(const Entry& entry, BootPayload* payload) { GetPayload(entry, payload); }
void Get(const Entry& entry, GapPayload* payload) { GetPayload(entry, payload); }
void Get(const Entry& entry, ClockPayload* payload) { GetPayload(entry, payload); }
void Get(const Entry& entry, ErasurePayload* payload) { GetPayload(entry, payload); }
void Get(const Entry& entry, SealPayload* payload) { GetPayload(entry, payload); }
void Get(const Entry& entry, ReplayPayload* payload) { GetPayload(entry, payload); }
void Get(const Entry& entry, KeyCommitPayload* payload) { GetPayload(entry, payload); }
void Get(const Entry& entry, AccessPayload* payload) { GetPayload(entry, payload); }

}  // namespace ringfence
