// Entries one after the other. See read.h.
#include "log/read.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"
#include "log/big_endian.h"

namespace ringfence {
namespace {

constexpr uint64_t kEntriesPerRead = 16384;  // 3 MiB
constexpr uint8_t kHighestEffect = static_cast<uint8_t>(Effect::kVoicemail);
// Entries of a month are earlier than its end. Where a clock was set back they may be earlier than
// its beginning, but hardly by a month.
constexpr uint64_t kLateNs = 31 * kNsPerDay;

constexpr size_t kKindAt = 1, kFlagsAt = 2, kTimeAt = 4, kEffectAt = 28;

// Entries of one month.
class MonthScan {
 public:
  MonthScan(const ReadRequest& request, std::string month)
      : request_(request),
        name_(std::move(month)),
        month_(request.files, request.log + "/" + name_),
        names_(&month_) {}

  template <class Sink>
  Result<bool> Run(const std::string& origin, const Sink& sink);

 private:
  bool Wanted(std::span<const uint8_t, kEntryBytes> bytes) const;
  Result<Entry> Decode(uint64_t index, std::span<const uint8_t> on_disk) const;

  const ReadRequest& request_;
  const std::string name_;
  MonthReader month_;
  PolicyNamesCache names_;
  std::array<Entry, 3> details_;
  size_t detail_count_ = 0;
};

bool MonthScan::Wanted(std::span<const uint8_t, kEntryBytes> bytes) const {
  const uint64_t time_ns = LoadBig<8>(&bytes[kTimeAt]);
  if (time_ns < request_.from_ns || time_ns >= request_.to_ns) return false;
  const auto kind = static_cast<EntryKind>(bytes[kKindAt]);
  if (request_.kind ? kind != *request_.kind : kind == EntryKind::kDetail) return false;
  if (request_.shadow && HasDecisionFields(kind)) {
    const bool shadow = (LoadBig<2>(&bytes[kFlagsAt]) & entry_flags::kShadow) != 0;
    if (shadow != *request_.shadow) return false;
  }
  if (!request_.effect) return true;
  return kind == EntryKind::kDecision && bytes[kEffectAt] == *request_.effect;
}

Result<Entry> MonthScan::Decode(uint64_t index, std::span<const uint8_t> on_disk) const {
  DCHECK(on_disk.size() == kEntryOnDiskBytes);
  const std::string where = "entry " + std::to_string(index) + " of " + name_ + ": ";
  if (on_disk[0] != 0 || on_disk[1] != kEntryBytes) {
    return Status(StatusCode::kCorrupt, where + "not preceded by its length, 182");
  }
  Result<Entry> entry = DecodeEntry(on_disk.subspan<2, kEntryBytes>());
  if (entry.ok()) return entry;
  return Status(StatusCode::kCorrupt, where + entry.status().message());
}

template <class Sink>
Result<bool> MonthScan::Run(const std::string& origin, const Sink& sink) {
  const Result<PublishedCheckpoint> published = ReadPublished(&month_, origin);
  if (!published.ok()) {
    if (published.status().code() == StatusCode::kNotFound) return true;
    return published.status();
  }
  const uint64_t size = published->checkpoint.size;
  std::vector<uint8_t> buffer;
  // A decision's DETAIL entries stand directly before it.
  const uint64_t start =
      request_.first_index - std::min<uint64_t>(request_.first_index, details_.size());
  for (uint64_t first = start; first < size; first += kEntriesPerRead) {
    const uint64_t count = std::min(kEntriesPerRead, size - first);
    buffer.resize(count * kEntryOnDiskBytes);
    if (Status status = month_.ReadEntries(first, count, buffer); !status.ok()) return status;
    for (uint64_t i = 0; i < count; ++i) {
      const auto on_disk =
          std::span<const uint8_t>(buffer).subspan(i * kEntryOnDiskBytes, kEntryOnDiskBytes);
      const auto bytes = on_disk.subspan<2, kEntryBytes>();
      const bool detail = bytes[kKindAt] == static_cast<uint8_t>(EntryKind::kDetail);
      const bool wanted = first + i >= request_.first_index && Wanted(bytes);
      if (wanted || detail) {
        Result<Entry> entry = Decode(first + i, on_disk);
        if (!entry.ok()) return entry.status();
        if (wanted) {
          DCHECK(detail_count_ <= details_.size());
          const RawEntry raw{name_, first + i, *entry, bytes,
                             std::span<const Entry>(details_).first(detail_count_)};
          Result<bool> more = sink(raw, &names_);
          if (!more.ok() || !*more) return more;
        }
        if (detail && detail_count_ < details_.size()) details_[detail_count_++] = *entry;
      }
      if (!detail) detail_count_ = 0;
    }
    if (request_.progress) request_.progress(first + count, size);
  }
  return true;
}

}  // namespace

Result<PublishedCheckpoint> ReadPublished(MonthReader* month, const std::string& origin) {
  Result<std::string> note = month->CheckpointNote();
  if (!note.ok()) return note.status();
  const Result<VerifierKey> key = month->Key();
  if (!key.ok()) return Status(StatusCode::kCorrupt, key.status().message());
  if (key->name != origin) {
    return Status(StatusCode::kCorrupt,
                  "the key in " + month->folder() + " is not that of '" + origin + "'");
  }
  DCHECK(key->name == origin);
  const Result<OpenedCheckpoint> opened = OpenCheckpoint(*note, *key);
  if (!opened.ok()) {
    return Status(StatusCode::kCorrupt,
                  "the checkpoint in " + month->folder() + ": " + opened.status().message());
  }
  return PublishedCheckpoint{*std::move(note), opened->checkpoint};
}

Status ReadEntries(
    const ReadRequest& request,
    const std::function<Result<bool>(const RawEntry& entry, PolicyNamesCache* names)>& sink) {
  CHECK(request.files != nullptr);
  const Result<LogDescription> description = ReadDescription(request.files, request.log);
  if (!description.ok()) return description.status();
  const Result<std::vector<std::string>> months = Months(request.files, request.log);
  if (!months.ok()) return months.status();
  for (const std::string& month : *months) {
    if (!request.month.empty() && month != request.month) continue;
    const uint64_t begins = MonthBegins(month);
    if (MonthEnds(month) <= request.from_ns) continue;
    if (begins > kLateNs && begins - kLateNs >= request.to_ns) break;
    const Result<bool> more = MonthScan(request, month).Run(OriginOf(*description, month), sink);
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  return Status();
}

LogEntry EntryTeller::Tell(const RawEntry& raw, const PolicyNames& names) {
  DCHECK(raw.details.size() <= 3);
  const EntryHeader& header = raw.entry.header;
  LogEntry out;
  out.month = raw.month;
  out.index = raw.index;
  out.kind = ToString(header.kind);
  out.flags = header.flags;
  out.time_ns = header.time_ns;
  out.writer = header.writer;
  out.boot = header.boot;
  out.seq = header.seq;
  out.leaf_hash = ToHex(hasher_.Leaf(raw.bytes));
  out.fields = FieldsOf(raw.entry);
  if (!HasDecisionFields(header.kind)) return out;
  const DecisionFields& fields = raw.entry.decision;
  out.policy_ref = header.policy_ref;
  out.request_id = ToHex(fields.request_id);
  out.caller = ToHex(fields.caller);
  out.callee = ToHex(fields.callee);
  if (header.kind != EntryKind::kDecision) return out;
  // A number no version of ours writes is nothing that rings.
  out.effect = static_cast<Effect>(header.effect <= kHighestEffect ? header.effect : 0);
  out.rule = names.Rule(header.rule);
  out.outcome = names.Outcome(fields.outcome);
  out.path = names.Path(fields.path);
  out.policy_digest = names.digest;
  out.shadow = (header.flags & entry_flags::kShadow) != 0;
  out.basis = static_cast<Basis>(std::min(fields.basis & 3, 2));
  out.revision = fields.revision;
  const Hash* const key = keys_ == nullptr ? nullptr : keys_->KeyOf(raw.entry);
  if (key == nullptr) return out;
  if (const auto facts = OpenFacts(&cipher_, *key, raw.entry, raw.details)) {
    out.facts_opened = true;
    out.facts = ListFacts(layout_, *facts);
  }
  return out;
}

}  // namespace ringfence
