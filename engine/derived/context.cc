// The system's clock; which derived facts a catalog has.
#include "derived/context.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "facts/frame.h"

namespace ringfence {
namespace {

/// `name`: as a list of the callee tests it.
TestedPlace PlaceOf(const Catalog& catalog, std::string_view name, bool owner_is_callee) {
  TestedPlace place;
  const Result<FactId> found = catalog.Find(name);
  if (!found.ok()) return place;
  const FactInfo& fact = catalog.fact(owner_is_callee ? *found : catalog.fact(*found).reverse);
  const auto block = kGroupBlocks[static_cast<size_t>(fact.group)];
  place.exists = true;
  place.is_known = fact.entry == "known";
  place.can_be_unset = fact.can_be_unset;
  place.word = static_cast<uint16_t>(fact.first_bit / 32 - block.first_word);
  place.shift = static_cast<uint8_t>(fact.first_bit % 32);
  place.mask = (uint32_t{1} << fact.width_bits) - 1;
  place.group = fact.group;
  place.id = fact.id;
  place.other_half = fact.symmetric ? fact.reverse : fact.id;
  place.count = fact.code_count();
  place.absent = fact.absent_code + (fact.can_be_unset ? 1 : 0);
  place.empty = place.is_known ? 1 : fact.can_be_unset ? 0 : fact.absent_code;
  place.when_unset = fact.default_code;
  const auto match = std::find(fact.members.begin(), fact.members.end(), "match");
  place.wanted = match == fact.members.end() ? place.count
                                             : static_cast<FactCode>(match - fact.members.begin());
  return place;
}

TestedPlaces PlacesOf(const Catalog& catalog, bool owner_is_callee) {
  // In the order of TestedFact.
  constexpr std::array<std::string_view, kTestedFacts> kNames = {"caller.known",
                                                                 "caller.verified",
                                                                 "caller.bot",
                                                                 "callee.follows(caller)",
                                                                 "caller.follows(callee)",
                                                                 "callee.friend(caller)",
                                                                 "callee.favorite(caller)",
                                                                 "callee.added(caller)",
                                                                 "callee.subscription(caller)",
                                                                 "callee.contact(caller)"};
  TestedPlaces places;
  std::transform(kNames.begin(), kNames.end(), places.begin(),
                 [&](std::string_view name) { return PlaceOf(catalog, name, owner_is_callee); });
  return places;
}

}  // namespace

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

DerivedIds::DerivedIds(const Catalog& catalog)
    : tested_by_callee(PlacesOf(catalog, true)), tested_by_caller(PlacesOf(catalog, false)) {
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
  find("callee.known", &callee_known);
  find("caller.known", &caller_known);
}

}  // namespace ringfence
