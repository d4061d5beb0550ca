// See facts_keys.h.
#include "log/facts_keys.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "log/parallel.h"

namespace ringfence {

EpochFactsKeys::EpochFactsKeys(uint32_t epoch, std::vector<FactsKey> keys)
    : epoch_(epoch), keys_(std::move(keys)) {
  const auto before = [](const FactsKey& a, const FactsKey& b) { return a.callee < b.callee; };
  if (!std::is_sorted(keys_.begin(), keys_.end(), before)) {
    std::sort(keys_.begin(), keys_.end(), before);
  }
  CHECK(keys_.size() < UINT32_MAX / 4);
  slots_.resize(std::bit_ceil(2 * keys_.size() + 1));
  DCHECK(std::has_single_bit(slots_.size()) && slots_.size() > keys_.size());
  for (size_t i = 0; i < keys_.size(); ++i) {
    uint64_t slot = SlotOf(keys_[i].callee);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

EpochFactsKeys::~EpochFactsKeys() {
  for (FactsKey& key : keys_) Wipe(key.key);
}

uint64_t EpochFactsKeys::SlotOf(const Pseudonym& callee) const {
  // Pseudonyms are outputs of a MAC: any bits of them are a hash.
  uint64_t bits = 0;
  std::memcpy(&bits, callee.data(), sizeof bits);
  return bits & (slots_.size() - 1);
}

const Hash* EpochFactsKeys::Find(const Pseudonym& callee) const {
  for (uint64_t slot = SlotOf(callee); slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const FactsKey& key = keys_[slots_[slot] - 1];
    if (key.callee == callee) return &key.key;
  }
  return nullptr;
}

const Hash* EpochFactsKeys::KeyOf(const Entry& decision) const {
  DCHECK(EpochOf(decision.header.time_ns) == epoch_);
  const bool epochs_own = (decision.header.flags & entry_flags::kEpochKey) != 0;
  return Find(epochs_own ? Pseudonym{} : decision.decision.callee);
}

const Hash* FactsKeyRing::KeyOf(const Entry& decision) {
  const EpochFactsKeys* const epoch = Find(EpochOf(decision.header.time_ns));
  return epoch == nullptr ? nullptr : epoch->KeyOf(decision);
}

Hash EpochFactsKeys::Root() const {
  TreeHasher hasher;
  return FactsKeysRoot(&hasher, keys_);
}

ExportedKeyRing::ExportedKeyRing(FactsKeyFile file) {
  for (size_t first = 0; first < file.keys.size();) {
    const uint32_t epoch = file.keys[first].epoch;
    size_t last = first;
    while (last < file.keys.size() && file.keys[last].epoch == epoch) ++last;
    const auto at = file.keys.begin() + static_cast<ptrdiff_t>(first);
    const auto end = file.keys.begin() + static_cast<ptrdiff_t>(last);
    epochs_.emplace(epoch, std::make_unique<EpochFactsKeys>(epoch, std::vector<FactsKey>(at, end)));
    first = last;
  }
  for (FactsKey& key : file.keys) Wipe(key.key);
}

const EpochFactsKeys* ExportedKeyRing::Find(uint32_t epoch) {
  const auto found = epochs_.find(epoch);
  return found == epochs_.end() ? nullptr : found->second.get();
}

std::vector<uint32_t> ExportedKeyRing::Epochs() const {
  std::vector<uint32_t> epochs;
  epochs.reserve(epochs_.size());
  for (const auto& [epoch, keys] : epochs_) epochs.push_back(epoch);
  return epochs;
}

SeedKeyRing::~SeedKeyRing() {
  for (Hash& seed : seeds_) Wipe(seed);
}

const EpochFactsKeys* SeedKeyRing::Find(uint32_t epoch) {
  DCHECK(threads_ > 0);
  if (epoch < keys_.first_epoch || epoch > last_epoch_) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<EpochFactsKeys>& found = epochs_[epoch];
  if (found != nullptr) return found.get();
  Result<Hash> epoch_key = keys_.EpochKey(epoch);
  if (!epoch_key.ok()) return nullptr;
  std::vector<FactsKey> keys(seeds_.size() + 1);
  keys.back() = {epoch, Pseudonym{}, EpochNames(*epoch_key, epoch).FactsKey({})};
  const auto threads = static_cast<size_t>(threads_);
  RunThreads(threads_, [&](int thread) {
    const EpochNames names(*epoch_key, epoch);
    const size_t first = seeds_.size() * static_cast<size_t>(thread) / threads;
    const size_t end = seeds_.size() * static_cast<size_t>(thread + 1) / threads;
    for (size_t i = first; i < end; ++i) {
      const PartySecret party{PartySecret::Kind::kKnown, seeds_[i], {}};
      keys[i] = {epoch, names.Callee(party), names.FactsKey(party)};
    }
  });
  Wipe(*epoch_key);
  found = std::make_unique<EpochFactsKeys>(epoch, std::move(keys));
  return found.get();
}

}  // namespace ringfence
