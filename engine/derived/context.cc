// The system's clock; which derived facts a catalog has.
#include "derived/context.h"

#include <chrono>
#include <string_view>

namespace ringfence {

std::shared_ptr<const DerivedContext> SystemContext() {
  static const auto& context =
      *new std::shared_ptr<const DerivedContext>(std::make_shared<DerivedContext>(DerivedContext{
          [] {
            const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
            return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
          },
          nullptr}));
  return context;
}

DerivedIds::DerivedIds(const Catalog& catalog) {
  const auto find = [&](std::string_view name, std::optional<FactId>* id) {
    if (Result<FactId> found = catalog.Find(name); found.ok()) *id = *found;
  };
  find("callee.list(caller)", &list);
  find("callee.subscribed_list(caller)", &subscribed_list);
  find("caller.list(callee)", &caller_list);
  find("callee.quiet(caller)", &quiet);
  find("callee.grant(caller)", &grant);
  find("callee.requests_24h(caller)", &requests_24h);
  find("callee.requests_7d(caller)", &requests_7d);
  find("callee.since_attempt_ms(caller)", &since_attempt_ms);
  find("callee.attempts_1h(caller)", &attempts_1h);
  find("callee.unanswered(caller)", &unanswered);
  find("callee.connected_24h(caller)", &connected_24h);
  find("callee.since_called_d(caller)", &since_called_d);
  find("callee.unknown_calls_1h", &unknown_calls_1h);
  find("caller.callees_1h", &callees_1h);
  find("caller.previews_1h", &previews_1h);
  find("callee.local_minute", &local_minute);
  find("callee.local_weekday", &local_weekday);
  find("callee.quiet_hours", &quiet_hours);
}

}  // namespace ringfence
