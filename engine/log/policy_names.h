// Rules, outcomes and paths of decisions by name. Takes references to POLICY entries of a month;
// gives what their blobs say, or nothing where a blob is missing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "log/blobs.h"
#include "log/folder.h"

namespace ringfence {

struct PolicyNames {
  std::string digest;  ///< hexadecimal; empty where the blob is missing or damaged
  std::vector<std::string> rules, outcomes, paths;

  /// What a blob says whose digest was checked, or is believed.
  static PolicyNames Of(const PolicyBlob& blob, const Hash& digest);

  std::string Rule(uint16_t rule) const { return Name(rules, rule); }
  std::string Outcome(uint8_t outcome) const { return Name(outcomes, outcome); }
  std::string Path(uint8_t path) const {
    return path == 0 ? std::string() : Name(paths, path - size_t{1});
  }

  friend bool operator==(const PolicyNames&, const PolicyNames&) = default;

 private:
  static std::string Name(const std::vector<std::string>& names, size_t number) {
    return number < names.size() ? names[number] : "#" + std::to_string(number);
  }
};

/// Of one month; keeps those asked for last.
class PolicyNamesCache {
 public:
  explicit PolicyNamesCache(MonthReader* month) : month_(month) {}
  /// Good until the next call. kIo only.
  Result<const PolicyNames*> Get(uint64_t policy_ref);

 private:
  Result<PolicyNames> Read(uint64_t policy_ref);
  MonthReader* month_;
  std::map<uint64_t, PolicyNames> known_;
  uint64_t last_ref_ = UINT64_MAX;
  const PolicyNames* last_ = nullptr;
};

}  // namespace ringfence
