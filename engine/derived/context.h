// What derived facts are read with, besides rows: the time, time zones, attempts on their way to
// the store. One of an engine, shared by its Readers' sessions.
#pragma once

#include <ringfence/catalog.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace ringfence {

class PendingCalls;

struct DerivedContext {
  std::function<int64_t()> now_ms;              ///< Unix time; never empty
  std::shared_ptr<const PendingCalls> pending;  ///< attempts; null: none are counted here
};

/// The system's clock and nothing else.
std::shared_ptr<const DerivedContext> SystemContext();

/// Ids of derived facts; those a catalog does not have are empty.
struct DerivedIds {
  explicit DerivedIds(const Catalog& catalog);

  std::optional<FactId> list, subscribed_list, caller_list, quiet;                 // kList
  std::optional<FactId> grant, requests_24h, requests_7d;                          // kGrant
  std::optional<FactId> since_attempt_ms, attempts_1h, unanswered, connected_24h;  // kAttempts
  std::optional<FactId> since_called_d, unknown_calls_1h, callees_1h, previews_1h;
  std::optional<FactId> local_minute, local_weekday, quiet_hours;  // kTime
};

}  // namespace ringfence
