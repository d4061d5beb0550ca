// A log of decisions a test knows everything about: made by a real engine under several policies,
// about random worlds. Gives, for each entry, what was asked and which facts the log has.
#pragma once

#include <ringfence/engine.h>
#include <ringfence/replay.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "differential/asked.h"
#include "facts/frame.h"
#include "unit/log_clock.h"

namespace ringfence::differential {

/// A policy as the engine and as the reference evaluator have it.
struct KnownPolicy {
  Document document;
  Policy policy;
  std::vector<FactId> named;
  /// By `ring` and `path`, which are recorded; other decisions are not.
  std::vector<FactId> answering;
};
/// nullopt: its diagram is over budget.
std::optional<KnownPolicy> MakeKnown(const Catalog& catalog, const Document& drawn);

/// One decision of the log.
struct Logged {
  size_t policy = 0;  ///< position among the log's
  reference::Assignment facts;
  FactSet carried;           ///< of `facts`
  GroupSet groups = 0;       ///< collected whole, whatever became of it
  reference::Answer answer;  ///< the engine's, which is the reference's
  /// What a replay would call the first difference between the two; empty: none.
  std::string differs;
  uint32_t read_digest = 0;  ///< of the facts the engine looked at
  Pseudonym caller{}, callee{};
  uint64_t time_ns = 0;
  std::string month;
  uint64_t index = 0;  ///< in its month

  /// Whether the log has the fact: its value, or that it was unavailable.
  bool Has(const FactInfo& fact) const {
    return fact.group == Group::kCall || carried.Contains(fact.id) ||
           (groups & Bit(fact.group)) != 0;
  }
};

class ReplayLog {
 public:
  /// `facts`: what questions give values to.
  ReplayLog(const Catalog& catalog, std::vector<FactId> facts, std::vector<KnownPolicy> policies,
            Random& random);

  /// Asks `count` questions of each policy in turn, a moment apart; between them the log is closed
  /// and opened again, and days pass.
  void Record(int count, unsigned trouble_percent, LogOptions::Collect collect);

  /// A policy that is tried beside the others from then on: an entry of its own behind each
  /// decision.
  void Try(const KnownPolicy& shadow) { shadow_ = shadow; }
  /// For an engine that is wrong on purpose: entries say where.
  void AllowDifferences() { allow_differences_ = true; }

  ReplayReport Run(const ReplayOptions& options) const;
  ReplayOptions WithKeys() const;
  std::string Context(const Logged& entry) const;

  const std::vector<Logged>& entries() const { return entries_; }
  const std::vector<KnownPolicy>& policies() const { return policies_; }
  const ClockedLog& log() const { return log_; }
  const Store& store() const { return store_; }

 private:
  void Ask(Reader& reader, AssignmentSource& host, unsigned trouble_percent, bool collect_all);
  void FindEntries();

  const Catalog& catalog_;
  Layout layout_;
  const std::vector<FactId> facts_;
  const std::vector<KnownPolicy> policies_;
  Random& random_;
  World world_;
  Asker asker_;
  Store store_;
  ClockedLog log_;
  size_t policy_ = 0;
  bool allow_differences_ = false;
  std::optional<KnownPolicy> shadow_;
  std::vector<Logged> entries_;
  std::vector<RequestId> receipts_;
};

}  // namespace ringfence::differential
