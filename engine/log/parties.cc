// Pseudonyms of people by epoch and day. See parties.h.
#include "log/parties.h"

#include <algorithm>

#include "base/check.h"

namespace ringfence {

const EpochNames* EpochTable::Find(uint32_t epoch) {
  if (epoch < keys_.first_epoch || epoch > last_epoch_) return nullptr;
  std::unique_ptr<EpochNames>& names = epochs_[epoch];
  if (names == nullptr) {
    Result<Hash> key = keys_.EpochKey(epoch);
    if (!key.ok()) return nullptr;
    names = std::make_unique<EpochNames>(*key, epoch);
    Wipe(*key);
  }
  CHECK(names->epoch() == epoch);
  return names.get();
}

PartyMatcher::~PartyMatcher() {
  for (std::vector<PartySecret>* list : {&callers_, &callees_}) {
    for (PartySecret& secret : *list) Wipe(secret.seed);
  }
}

bool PartyMatcher::Matches(const Entry& decision) {
  const uint32_t number = DayOf(decision.header.time_ns);
  const EpochNames* const names = table_.Find(number / kDaysPerEpoch);
  if (names == nullptr) return false;
  Day& day = days_[number];
  if (!day.known) {
    day.known = true;
    for (const PartySecret& caller : callers_) {
      day.callers.push_back(names->Caller(caller, number));
    }
    for (const PartySecret& callee : callees_) day.callees.push_back(names->Callee(callee));
  }
  DCHECK(day.callers.size() == callers_.size() && day.callees.size() == callees_.size());
  const auto in = [](const std::vector<Pseudonym>& list, const Pseudonym& one) {
    return list.empty() || std::find(list.begin(), list.end(), one) != list.end();
  };
  return in(day.callers, decision.decision.caller) && in(day.callees, decision.decision.callee);
}

}  // namespace ringfence
