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
  const Slot& slot = slots_[IndexOf(handle)];
  return slot.handle == handle && slot.day == day_ ? &slot.names : nullptr;
}

const NameCache::Names* NameCache::Put(int64_t handle, const Hash& seed) {
  DCHECK(handle > 0);
  Slot& slot = slots_[IndexOf(handle)];
  PartySecret party;
  party.kind = PartySecret::Kind::kKnown;
  party.seed = seed;
  slot = {handle, day_, Compute(party)};
  Wipe(party.seed);
  return &slot.names;
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
  Wipe({reinterpret_cast<uint8_t*>(slots_.data()), slots_.size() * sizeof(Slot)});
}

}  // namespace ringfence
