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

SeedKeys::~SeedKeys() {
  for (Hash& seed : seeds_) Wipe(seed);
}

std::optional<Hash> SeedKeys::Find(const Entry& decision) {
  const uint32_t epoch = EpochOf(decision.header.time_ns);
  const EpochNames* const names = table_.Find(epoch);
  if (names == nullptr) return std::nullopt;
  if ((decision.header.flags & entry_flags::kEpochKey) != 0) return names->FactsKey({});
  const auto known = [&](size_t seed) {
    return PartySecret{PartySecret::Kind::kKnown, seeds_[seed], {}};
  };
  const auto [at, missing] = callees_.try_emplace(epoch);
  std::vector<Callee>& callees = at->second;
  const auto before = [](const Callee& a, const Callee& b) { return a.pseudonym < b.pseudonym; };
  if (missing) {
    callees.reserve(seeds_.size());
    for (size_t i = 0; i < seeds_.size(); ++i) callees.push_back({names->Callee(known(i)), i});
    std::sort(callees.begin(), callees.end(), before);
  }
  DCHECK(callees.size() == seeds_.size());
  const Callee wanted{decision.decision.callee, 0};
  const auto found = std::lower_bound(callees.begin(), callees.end(), wanted, before);
  if (found == callees.end() || found->pseudonym != wanted.pseudonym) return std::nullopt;
  DCHECK(found->seed < seeds_.size());
  return names->FactsKey(known(found->seed));
}

}  // namespace ringfence
