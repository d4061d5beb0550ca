// Facts keys of many callees, for many threads: from a file that was exported, or from seeds.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "log/entry.h"
#include "log/keys.h"

namespace ringfence {

/// The facts keys of one epoch. Immutable; wiped when destroyed. O(1).
class EpochFactsKeys {
 public:
  EpochFactsKeys(uint32_t epoch, std::vector<FactsKey> keys);
  ~EpochFactsKeys();
  /// The key of a callee; of nobody (zero): the epoch's own. nullptr: not among them.
  const Hash* Find(const Pseudonym& callee) const;
  /// The key to a decision's facts, if it was made in this epoch.
  const Hash* KeyOf(const Entry& decision) const;
  /// Of all keys, as KEYCOMMIT has it.
  Hash Root() const;
  uint32_t epoch() const { return epoch_; }

 private:
  uint32_t epoch_;
  std::vector<FactsKey> keys_;   ///< by pseudonym
  std::vector<uint32_t> slots_;  ///< 1 + position in keys_; 0: free
  uint64_t SlotOf(const Pseudonym& callee) const;
};

/// Thread-safe; what it gives lives as long as it does.
class FactsKeyRing {
 public:
  virtual ~FactsKeyRing() = default;
  /// nullptr: no key of that epoch is there.
  virtual const EpochFactsKeys* Find(uint32_t epoch) = 0;
  /// The key to a decision's facts; nullptr: it is not there.
  virtual const Hash* KeyOf(const Entry& decision);
  /// Whether a KEYCOMMIT tells which keys were there when these were exported.
  virtual bool is_exported() const = 0;
};

/// Of a file that was exported.
class ExportedKeyRing final : public FactsKeyRing {
 public:
  explicit ExportedKeyRing(FactsKeyFile file);
  const EpochFactsKeys* Find(uint32_t epoch) override;
  bool is_exported() const override { return true; }
  /// The epochs it has keys of.
  std::vector<uint32_t> Epochs() const;

 private:
  std::map<uint32_t, std::unique_ptr<EpochFactsKeys>> epochs_;
};

/// Of everybody who has a seed. An epoch's keys are computed when first asked for, by `threads`
/// threads: O(seeds).
class SeedKeyRing final : public FactsKeyRing {
 public:
  /// No epoch after `last_epoch` has any.
  SeedKeyRing(const LogKeys& keys, uint32_t last_epoch, std::vector<Hash> seeds, int threads)
      : keys_(keys), last_epoch_(last_epoch), seeds_(std::move(seeds)), threads_(threads) {}
  ~SeedKeyRing() override;
  const EpochFactsKeys* Find(uint32_t epoch) override;
  bool is_exported() const override { return false; }

 private:
  const LogKeys keys_;
  const uint32_t last_epoch_;
  std::vector<Hash> seeds_;
  const int threads_;
  std::mutex mutex_;
  std::map<uint32_t, std::unique_ptr<EpochFactsKeys>> epochs_;
};

}  // namespace ringfence
