// Replay against the reference evaluator: random policies, random questions, a real engine and its
// log. Recorded decisions are reproduced without a difference; of other policies, every entry and
// every sum of the report is what trying all values of missing facts gives.
//   differential_replay [--seed=N] [--logs N]
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "differential/replay_check.h"
#include "differential/replay_log.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr int kPolicies = 3;  ///< that decide, and as many others
constexpr int kQuestions = 10;

struct Tally {
  uint64_t logs = 0, entries = 0;
  WhatIfTally compared;
};

class Comparison {
 public:
  Comparison() : catalog_(Catalog::Standard()), random_(Seed()) {}

  void OneLog() {
    PolicyShape shape;
    shape.facts = PickFacts(catalog_, 3 + random_.Below(7), random_);
    shape.max_rules = 8;
    shape.max_leaves = 4;
    shape.max_decisions = 4;  // what is neither `ring` nor `path` is not recorded, but read
    std::vector<KnownPolicy> recorded, others;
    while (recorded.size() < kPolicies) Draw(shape, &recorded);
    while (others.size() < kPolicies) Draw(shape, &others);
    std::vector<FactId> facts = shape.facts;
    const FactId known = catalog_.Find("callee.known").value();
    if (std::count(facts.begin(), facts.end(), known) == 0) facts.push_back(known);
    ReplayLog log(catalog_, facts, recorded, random_);
    const unsigned trouble = random_.Percent(40) ? 0 : static_cast<unsigned>(random_.Below(40));
    log.Record(kQuestions, trouble,
               random_.Percent(30) ? LogOptions::Collect::kAll : LogOptions::Collect::kRead);
    if (log.entries().empty()) return;
    ++tally.logs;
    tally.entries += log.entries().size();
    Reproduce(log);
    others.push_back(recorded[random_.Below(recorded.size())]);
    for (const KnownPolicy& other : others) {
      CheckWhatIf(catalog_, log, other, 1 + static_cast<int>(random_.Below(3)), &tally.compared);
    }
  }

  Tally tally;

 private:
  void Draw(const PolicyShape& shape, std::vector<KnownPolicy>* policies) {
    std::optional<KnownPolicy> known =
        MakeKnown(catalog_, RandomDocument(catalog_, shape, random_));
    if (known.has_value()) policies->push_back(*std::move(known));
  }

  void Reproduce(const ReplayLog& log) {
    ReplayOptions options = log.WithKeys();
    options.threads = 1 + static_cast<int>(random_.Below(3));
    const ReplayReport report = log.Run(options);
    for (const ReplayDivergence& divergence : report.divergences) {
      FAIL_CHECK(divergence.month << "/" << divergence.index << ": " << divergence.stage);
    }
    REQUIRE(report.entries == log.entries().size());
    REQUIRE(report.reproduced == report.entries);
    CheckTimes(log, report);
    // Without keys nothing is known, and nothing is claimed.
    const ReplayReport sealed = log.Run({});
    CHECK(sealed.entries == log.entries().size());
    CHECK(sealed.sealed == sealed.entries);
  }

  const Catalog& catalog_;
  Random random_;
};

TEST_CASE("random policies, recorded, replayed, and others in their place") {
  const std::string count = Argument("logs").value_or("24");
  const uint64_t logs = std::strtoull(count.c_str(), nullptr, 10);
  Comparison comparison;
  for (uint64_t i = 0; i < logs; ++i) comparison.OneLog();
  std::cout << "replay: " << comparison.tally.logs << " logs of " << comparison.tally.entries
            << " decisions; of other policies " << comparison.tally.compared.Text() << "\n";
  // The test must have seen what it is for.
  const WhatIfTally& tally = comparison.tally.compared;
  CHECK(tally.too_many_worlds * 5 < tally.compared);
  for (const uint64_t seen :
       {tally.reproduced, tally.changed, tally.indeterminate, tally.missing_but_settled,
        tally.changes.gained, tally.changes.lost, tally.changes.kind}) {
    CHECK(seen * 100 > tally.compared);
  }
}

}  // namespace
}  // namespace ringfence::differential
