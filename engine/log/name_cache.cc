// See name_cache.h.
#include "log/name_cache.h"

#include <utility>

#include "base/check.h"

namespace ringfence {

Status NameCache::SetTime(uint64_t time_ns) {
  const uint32_t day = DayOf(time_ns);
  if (names_.has_value() && day == day_) return Status();
  const uint32_t epoch = EpochOf(time_ns);
  if (!names_.has_value() || names_->epoch() != epoch) {
    names_.reset();
    Result<Hash> key = keys_.EpochKey(epoch);
    if (!key.ok()) return key.status();
    names_.emplace(*key, epoch);
    Wipe(*key);
  }
  day_ = day;
  return Status();
}

const NameCache::Names* NameCache::Find(int64_t handle) const {
  const Set& set = sets_[IndexOf(handle)];
  for (size_t way = 0; way < kWays; ++way) {
    if (set.handles[way] == handle && set.days[way] == day_) return &set.names[way];
  }
  return nullptr;
}

const NameCache::Names* NameCache::Put(int64_t handle, const Hash& seed) {
  DCHECK(handle > 0 && names_.has_value());
  Set& set = sets_[IndexOf(handle)];
  const size_t way = set.next++ % kWays;
  PartySecret party;
  party.kind = PartySecret::Kind::kKnown;
  party.seed = seed;
  set.handles[way] = handle;
  set.days[way] = day_;
  set.names[way] = Compute(party);
  Wipe(party.seed);
  return &set.names[way];
}

NameCache::Names NameCache::OfUnknown(std::string_view id) const {
  PartySecret party;
  party.kind = PartySecret::Kind::kUnknown;
  party.id = id;
  return Compute(party);
}

NameCache::Names NameCache::Compute(const PartySecret& party) const {
  CHECK(names_.has_value());
  return {names_->Callee(party), names_->Caller(party, day_), names_->FactsKey(party)};
}

void NameCache::Clear() {
  Wipe({reinterpret_cast<uint8_t*>(sets_.data()), sets_.size() * sizeof(Set)});
}

}  // namespace ringfence
