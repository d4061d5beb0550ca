// Whom pseudonyms stand for, for who has the keys: decisions of one person. Takes epoch keys and
// seeds; gives yes or no.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "log/entry.h"
#include "log/keys.h"
#include "log/read.h"

namespace ringfence {

/// The names of the epochs a key file still has, made when they are needed.
class EpochTable {
 public:
  /// Times in epochs after `last_epoch` are nobody's: no writer of ours can have been there.
  EpochTable(const LogKeys& keys, uint32_t last_epoch) : keys_(keys), last_epoch_(last_epoch) {}
  /// nullptr: its key was destroyed, or is not there yet.
  const EpochNames* Find(uint32_t epoch);

 private:
  const LogKeys keys_;
  const uint32_t last_epoch_;
  std::map<uint32_t, std::unique_ptr<EpochNames>> epochs_;
};

/// Decisions about somebody. A person may have been unknown at first: all secrets count.
class PartyMatcher {
 public:
  /// Ids of secrets must outlive it. An empty list: anybody.
  PartyMatcher(const LogKeys& keys, uint32_t last_epoch, std::vector<PartySecret> callers,
               std::vector<PartySecret> callees)
      : table_(keys, last_epoch), callers_(std::move(callers)), callees_(std::move(callees)) {}
  ~PartyMatcher();
  bool Matches(const Entry& decision);

 private:
  struct Day {
    bool known = false;
    std::vector<Pseudonym> callers, callees;
  };
  EpochTable table_;
  std::vector<PartySecret> callers_, callees_;
  std::map<uint32_t, Day> days_;
};

}  // namespace ringfence
