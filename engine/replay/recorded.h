// The policies a log was written under, compiled again. Takes references to POLICY entries; gives
// programs, or why there is none.
#pragma once

#include <ringfence/policy.h>
#include <ringfence/status.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "log/folder.h"
#include "log/policy_names.h"
#include "replay/derive.h"

namespace ringfence {

/// Why an entry cannot be decided again; in the order of their names.
enum class NotReplayable : uint8_t {
  kAlone,
  kCatalog,
  kDamaged,
  kDiverges,
  kEngine,
  kErased,
  kGap,
  kPolicyMissing,
  kWrongKey,
};
inline constexpr size_t kNotReplayableReasons = 9;
/// "alone", "catalog"...
std::string_view ToString(NotReplayable reason);

/// A program and what keeps it alive.
struct CompiledPolicy {
  ReplayProgram program;
  std::string name;  ///< of the policy
  std::shared_ptr<const void> owner;
};
/// Compiles a policy's canonical text for this engine's catalog.
using CompilePolicy = std::function<Result<CompiledPolicy>(const std::string& text)>;

/// One policy as some POLICY entry names it. Immutable.
struct RecordedPolicy {
  std::string digest;  ///< hexadecimal, of the entry; empty where there is no such entry
  PolicyNames names;   ///< empty where the blob is missing
  bool usable = false;
  NotReplayable why = NotReplayable::kPolicyMissing;  ///< where it is not usable
  CompiledPolicy compiled;
  FactSet unknown;  ///< facts its catalog did not have yet
};

/// What a log would call the parts of this policy.
PolicyNames NamesOf(const ReplayProgram& program, std::string digest);

/// What two policies answer, outcome by outcome: which are the same to both parties.
class SameAnswers {
 public:
  SameAnswers(const ReplayProgram& from, const ReplayProgram& to);
  bool Outcomes(uint8_t from, uint8_t to) const { return outcomes_[from * to_outcomes_ + to]; }
  /// 0: none, else 1 + index, as entries have it.
  bool Paths(uint8_t from, uint8_t to) const { return paths_[from * to_paths_ + to]; }

 private:
  size_t to_outcomes_, to_paths_;
  std::vector<bool> outcomes_, paths_;
};

/// All policies of a log. Thread-safe; what it gives lives as long as it does.
class RecordedPolicies {
 public:
  RecordedPolicies(LogFiles* files, std::string log, const Catalog& catalog, CompilePolicy compile)
      : files_(files), log_(std::move(log)), catalog_(catalog), compile_(std::move(compile)) {}

  /// The policy of POLICY entry `policy_ref` of a month, for a decision at `index`. Not usable
  /// (kPolicyMissing) where that entry is none, comes later, or its blob is missing or altered.
  /// kIo only.
  Result<const RecordedPolicy*> Get(const std::string& month, uint64_t policy_ref, uint64_t index);
  /// Of two that are usable.
  const SameAnswers& Compare(const RecordedPolicy* from, const RecordedPolicy* to);

 private:
  Result<std::unique_ptr<RecordedPolicy>> Read(const std::string& month, uint64_t policy_ref);
  Status ReadBlob(MonthReader* month, const Hash& hash, RecordedPolicy* policy) const;

  LogFiles* files_;
  const std::string log_;
  const Catalog catalog_;
  const CompilePolicy compile_;
  std::mutex mutex_;
  std::map<std::pair<std::string, uint64_t>, const RecordedPolicy*> by_entry_;
  /// By blob, so that a policy of every month is compiled once; those that are missing by month
  /// too. Never removed: bounded by kMostPolicies.
  std::map<std::pair<std::string, Hash>, std::unique_ptr<RecordedPolicy>> by_blob_;
  std::map<std::pair<const RecordedPolicy*, const RecordedPolicy*>, std::unique_ptr<SameAnswers>>
      compared_;
  RecordedPolicy none_;
};

}  // namespace ringfence
