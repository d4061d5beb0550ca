// Counted events into rows of the store: sorted by row, so that each is read and written once.
#include "api/attempt_rows.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "derived/pair_calls.h"
#include "derived/recent.h"

namespace ringfence {
namespace {

/// One event in one row. An attempt is in two: that of the other direction says when it was.
struct Entry {
  RowKind row;
  int64_t a, b;
  CallEvent event;  ///< in kPairCalls
  uint64_t user;    ///< in kCallees and kPreviews
  EventId id;

  auto Row() const { return std::tuple(row, a, b); }
};

class EventWriter {
 public:
  EventWriter(StoreTransaction* transaction, int64_t now_ms)
      : transaction_(*transaction), now_ms_(now_ms) {}

  Status Write(std::span<const PendingEvent> events) {
    for (const PendingEvent& event : events) {
      if (Status status = Expand(event); !status.ok()) return status;
    }
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& x, const Entry& y) { return x.Row() < y.Row(); });
    for (auto first = entries_.begin(); first != entries_.end();) {
      const auto last = std::find_if(
          first, entries_.end(), [&](const Entry& entry) { return entry.Row() != first->Row(); });
      if (Status status = WriteRow({first, last}); !status.ok()) return status;
      first = last;
    }
    return Status();
  }

 private:
  Status Exists(int64_t user, bool* exists) {
    const auto [found, is_new] = exists_.try_emplace(user, false);
    if (is_new) {
      std::string name;
      if (Status status = transaction_.NameOf(user, &name); !status.ok()) return status;
      found->second = !name.empty();
    }
    *exists = found->second;
    return Status();
  }

  void AddPair(CallEvent event, int64_t callee, int64_t caller, EventId id) {
    entries_.push_back({RowKind::kPairCalls, callee, caller, event, 0, id});
  }

  Status Expand(const PendingEvent& event) {
    const bool has_pair = !HasUserKeys(event.kind) && event.kind != PendingKind::kUnknownCall;
    bool exists = false;
    if (Status status = Exists(event.a, &exists); !status.ok() || !exists) return status;
    if (has_pair) {
      if (Status status = Exists(event.b, &exists); !status.ok() || !exists) return status;
    }
    const auto user = static_cast<uint64_t>(event.b);
    switch (event.kind) {
      case PendingKind::kAttempt:
        AddPair(CallEvent::kAttempt, event.a, event.b, event.id);
        AddPair(CallEvent::kCalled, event.b, event.a, event.id);
        break;
      case PendingKind::kConnected:
        AddPair(CallEvent::kConnected, event.a, event.b, event.id);
        break;
      case PendingKind::kUnanswered:
        AddPair(CallEvent::kUnanswered, event.a, event.b, event.id);
        break;
      case PendingKind::kUnknownCall:
        entries_.push_back({RowKind::kUnknownCalls, event.a, 0, {}, 0, event.id});
        break;
      case PendingKind::kCallee:
        entries_.push_back({RowKind::kCallees, event.a, 0, {}, user, event.id});
        break;
      case PendingKind::kPreview:
        entries_.push_back({RowKind::kPreviews, event.a, 0, {}, user, event.id});
        break;
    }
    return Status();
  }

  Status WriteRow(std::span<const Entry> entries) {
    switch (entries.front().row) {
      case RowKind::kPairCalls:
        return Merge<PairCalls>(entries, [&](const Entry& entry, PairCalls* calls) {
          calls->Add(entry.event, entry.id, now_ms_);
        });
      case RowKind::kUnknownCalls:
        return Merge<UnknownCalls>(entries, [&](const Entry& entry, UnknownCalls* unknown) {
          unknown->calls.Add(entry.id, now_ms_);
        });
      default:
        return Merge<RecentUsers>(entries, [&](const Entry& entry, RecentUsers* users) {
          users->Add(entry.user, entry.id, now_ms_);
        });
    }
  }

  template <class Row, class AddEntry>
  Status Merge(std::span<const Entry> entries, const AddEntry& add) {
    const auto [kind, a, b] = entries.front().Row();
    std::string bytes;
    if (Status status = transaction_.GetRow(kind, a, b, &bytes); !status.ok()) return status;
    Row row;
    if (!bytes.empty() && !Row::Unpack(AsBytes(bytes), &row)) return Status();
    for (const Entry& entry : entries) add(entry, &row);
    row.Prune(now_ms_);
    if (row.empty()) return bytes.empty() ? Status() : transaction_.DeleteRow(kind, a, b);
    return transaction_.PutRow(kind, a, b, row.Pack(), row.ExpiresS(now_ms_));
  }

  StoreTransaction& transaction_;
  const int64_t now_ms_;
  std::unordered_map<int64_t, bool> exists_;
  std::vector<Entry> entries_;
};

}  // namespace

Status WriteEvents(std::span<const PendingEvent> events, int64_t now_ms,
                   StoreTransaction* transaction) {
  return EventWriter(transaction, now_ms).Write(events);
}

}  // namespace ringfence
