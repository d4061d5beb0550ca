// What the payloads of entries that are no decisions hold, by name (schema/decision_log.md).
#include <utility>

#include "base/sha256.h"
#include "log/read.h"

namespace ringfence {
namespace {

class Fields {
 public:
  void Text(std::string_view name, std::string value) {
    list_.push_back({std::string(name), std::move(value), false});
  }
  void Hex(std::string_view name, Bytes bytes) { Text(name, ToHex(bytes)); }
  template <class T>
  void Number(std::string_view name, T value) {
    list_.push_back({std::string(name), std::to_string(value), true});
  }
  // A name by number, or the number where it has none.
  void OneOf(std::string_view name, std::initializer_list<std::string_view> names, uint8_t number) {
    const bool known = number < names.size() && !names.begin()[number].empty();
    Text(name, known ? std::string(names.begin()[number]) : "#" + std::to_string(number));
  }
  std::vector<LogField> Take() { return std::move(list_); }

 private:
  std::vector<LogField> list_;
};

void Say(const GenesisPayload& payload, Fields* out) { out->Hex("blob", payload.blob); }

void Say(const PolicyPayload& payload, Fields* out) {
  out->Hex("blob", payload.blob);
  out->Hex("digest", payload.digest);
  out->Number("number", payload.number);
}

void Say(const BootPayload& payload, Fields* out) {
  out->Number("previous_boot", payload.previous_boot);
  out->Text("closed_properly", payload.clean ? "true" : "false");
  out->OneOf("rings", {"none needed", "recovered", "lost"}, static_cast<uint8_t>(payload.rings));
  out->Number("recovered", payload.recovered);
  out->Number("cut_bytes", payload.cut_bytes);
  out->Number("highest_seq", payload.highest_seq);
  out->Number("monotonic_ns", payload.monotonic_ns);
  out->Hex("version", payload.version);
}

void Say(const GapPayload& payload, Fields* out) {
  out->Number("count", payload.count);
  out->Number("first_seq", payload.first_seq);
  out->Number("last_seq", payload.last_seq);
  out->Number("first_time_ns", payload.first_time_ns);
  out->Number("last_time_ns", payload.last_time_ns);
  out->OneOf("cause", {"", "overload", "disk full", "disk error", "killed while deciding"},
             static_cast<uint8_t>(payload.cause));
  out->Number("boot", payload.boot);
}

void Say(const ClockPayload& payload, Fields* out) {
  out->OneOf("event", {"", "heartbeat", "stepped forward", "stepped back", "behind the last entry"},
             static_cast<uint8_t>(payload.event));
  out->Number("step_ns", payload.step_ns);
  out->Number("monotonic_ns", payload.monotonic_ns);
}

void Say(const ErasurePayload& payload, Fields* out) {
  out->Hex("case_id", payload.case_id);
  out->Number("time_s", payload.time_s);
}

void Say(const SealPayload& payload, Fields* out) {
  out->OneOf("cause", {"", "end of the month", "on demand"}, static_cast<uint8_t>(payload.cause));
}

void Say(const ReplayPayload& payload, Fields* out) { out->Hex("blob", payload.blob); }

void Say(const KeyCommitPayload& payload, Fields* out) {
  out->Number("epoch", payload.epoch);
  out->Number("keys", payload.keys);
  out->Hex("root", payload.root);
}

void Say(const AccessPayload& payload, Fields* out) {
  out->OneOf("what", {"", "facts keys exported"}, payload.what);
  out->Number("first_epoch", payload.first_epoch);
  out->Number("last_epoch", payload.last_epoch);
  out->Number("keys", payload.keys);
  out->Hex("case_id", payload.case_id);
}

template <class Payload>
void SayPayload(const Entry& entry, Fields* out) {
  Payload payload;
  Get(entry, &payload);
  Say(payload, out);
}

}  // namespace

std::vector<LogField> FieldsOf(const Entry& entry) {
  Fields fields;
  switch (entry.header.kind) {
    case EntryKind::kGenesis:
      SayPayload<GenesisPayload>(entry, &fields);
      break;
    case EntryKind::kPolicy:
      SayPayload<PolicyPayload>(entry, &fields);
      break;
    case EntryKind::kDecision:
      break;
    case EntryKind::kBoot:
      SayPayload<BootPayload>(entry, &fields);
      break;
    case EntryKind::kGap:
      SayPayload<GapPayload>(entry, &fields);
      break;
    case EntryKind::kClock:
      SayPayload<ClockPayload>(entry, &fields);
      break;
    case EntryKind::kErasure:
      SayPayload<ErasurePayload>(entry, &fields);
      break;
    case EntryKind::kSeal:
      SayPayload<SealPayload>(entry, &fields);
      break;
    case EntryKind::kReplay:
      SayPayload<ReplayPayload>(entry, &fields);
      break;
    case EntryKind::kKeyCommit:
      SayPayload<KeyCommitPayload>(entry, &fields);
      break;
    case EntryKind::kAccess:
      SayPayload<AccessPayload>(entry, &fields);
      break;
    case EntryKind::kDetail:
      fields.OneOf("holds", {"", "unavailable", "collected", "host"}, entry.header.effect);
      break;
  }
  return fields.Take();
}

std::optional<EntryKind> KindOf(std::string_view name) {
  for (uint8_t number = 0; number < UINT8_MAX; ++number) {
    if (IsKnownKind(number) && ToString(static_cast<EntryKind>(number)) == name) {
      return static_cast<EntryKind>(number);
    }
  }
  return std::nullopt;
}

}  // namespace ringfence
