// Replay against the reference evaluator: random policies, random questions, a real engine and its
// log. Recorded decisions are reproduced without a difference; of other policies, every entry and
// every sum of the report is what trying all values of missing facts gives.
//   differential_replay [--seed=N] [--logs N]
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "differential/replay_log.h"
#include "differential/replay_model.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr double kMaxWorlds = 3000;
constexpr int kPolicies = 3;  ///< that decide, and as many others
constexpr int kQuestions = 10;

struct Tally {
  uint64_t logs = 0, entries = 0, compared = 0, too_many_worlds = 0;
  uint64_t reproduced = 0, changed = 0, indeterminate = 0, missing_but_settled = 0;
  ReplayChanges changes;
};

/// What the report about one entry must say.
void CheckAlone(const Catalog& catalog, const ReplayLog& log, const Logged& entry,
                const KnownPolicy& other, const Possible& possible, const ReplayReport& report,
                Tally* tally) {
  const Document& from = log.policies()[entry.policy].document;
  const Observable was = ObservableOf(from, entry.answer);
  REQUIRE(report.entries == 1);
  const bool was_through = was.effect != Effect::kRefuse;
  ++tally->compared;
  if (possible.observables.size() > 1) {
    ++tally->indeterminate;
    REQUIRE(report.indeterminate == 1);
    REQUIRE(report.indeterminate_by_fact.size() == 1);
    const std::string& named = report.indeterminate_by_fact[0].reason;
    CHECK(std::any_of(possible.missing.begin(), possible.missing.end(),
                      [&](FactId id) { return catalog.fact(id).name == named; }));
    CHECK(report.maybe_gained == (!was_through && (possible.effects & ~1) != 0 ? 1 : 0));
    CHECK(report.maybe_lost == (was_through && (possible.effects & 1) != 0 ? 1 : 0));
    CHECK(report.flows.empty());
    return;
  }
  tally->missing_but_settled += possible.missing.empty() ? 0 : 1;
  const Observable& now = *possible.observables.begin();
  REQUIRE(report.indeterminate == 0);
  CHECK(report.maybe_gained + report.maybe_lost == 0);
  const bool same = was == now;
  REQUIRE(report.reproduced == (same ? 1 : 0));
  REQUIRE(report.changed == (same ? 0 : 1));
  const bool now_through = now.effect != Effect::kRefuse;
  ReplayChanges changes;
  if (!same) {
    changes.gained = !was_through && now_through ? 1 : 0;
    changes.lost = was_through && !now_through ? 1 : 0;
    changes.kind = was_through == now_through ? 1 : 0;
  }
  AddTo(changes, &tally->changes);
  (same ? tally->reproduced : tally->changed) += 1;
  CHECK(report.changes == changes);
  REQUIRE(report.flows.size() == 1);
  const ReplayFlow& flow = report.flows[0];
  CHECK(flow.from == entry.answer.outcome);
  CHECK(flow.from_effect == was.effect);
  CHECK(flow.to_effect == now.effect);
  CHECK(flow.changes == changes);
  std::string rule;
  for (const ReplayRule& each : report.new_rules) {
    if (each.entries == 1) rule = each.id;
  }
  CHECK(possible.rules.contains({rule, flow.to}));
  CHECK(report.new_rules.size() == other.document.decisions[0].floor.size() +
                                       other.document.decisions[0].rules.size() + 3);
  REQUIRE(report.old_rules.size() == 1);
  CHECK(report.old_rules[0].id == entry.answer.rule);
  CHECK(report.other_rule == (same && rule != entry.answer.rule ? 1 : 0));
  REQUIRE(report.examples.size() == (same ? 0 : 1));
  if (same) return;
  const ReplayExample& example = report.examples[0];
  CHECK(example.month == entry.month);
  CHECK(example.index == entry.index);
  CHECK(example.time_ns == entry.time_ns);
  CHECK(example.was.outcome == entry.answer.outcome);
  CHECK(example.was.rule == entry.answer.rule);
  CHECK(example.was.path == was.path);
  CHECK(example.was.basis == entry.answer.basis);
  CHECK(example.now.outcome == flow.to);
  CHECK(example.now.rule == rule);
  CHECK(example.now.path == now.path);
  CHECK(example.change == (changes.gained != 0 ? "gained" : changes.lost != 0 ? "lost" : "kind"));
  for (const std::string& text : example.facts) {
    const size_t equals = text.rfind('=');
    REQUIRE(equals != std::string::npos);
    const Result<FactId> id = catalog.Find(text.substr(0, equals));
    REQUIRE(id.ok());
    REQUIRE(entry.facts.contains(*id));
    CHECK(entry.Has(catalog.fact(*id)));
    const std::optional<FactCode> code = entry.facts.at(*id);
    const std::string value = text.substr(equals + 1);
    // A code that is out of range is what was recorded, and unavailable to every policy.
    const bool unavailable = value == "unavailable" || value == "corrupt";
    CHECK((code.has_value() ? value == catalog.FormatValue(*id, *code) : unavailable));
  }
}

class Comparison {
 public:
  Comparison() : catalog_(Catalog::Standard()), random_(Seed()) {}

  void OneLog() {
    PolicyShape shape;
    shape.facts = PickFacts(catalog_, 3 + random_.Below(7), random_);
    shape.max_rules = 8;
    shape.max_leaves = 4;
    shape.max_decisions = 2;  // what is neither `ring` nor `path` is not recorded
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
    for (const KnownPolicy& other : others) WhatIf(log, other);
  }

  Tally tally;

 private:
  void Draw(const PolicyShape& shape, std::vector<KnownPolicy>* policies) {
    std::optional<KnownPolicy> known = MakeKnown(catalog_, RandomDocument(catalog_, shape, random_));
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

  void WhatIf(const ReplayLog& log, const KnownPolicy& other) {
    ReplayOptions options = log.WithKeys();
    options.mode = ReplayMode::kWhatIf;
    options.policy = other.policy;
    options.proofs = false;
    WhatIfSums sums;
    for (const Logged& entry : log.entries()) {
      options.from_ns = entry.time_ns;
      options.to_ns = entry.time_ns + 1;
      const ReplayReport alone = log.Run(options);
      sums.Add(entry, alone);
      const std::optional<Possible> possible = EveryAnswer(catalog_, other, entry, kMaxWorlds);
      if (!possible.has_value()) {
        ++tally.too_many_worlds;
        continue;
      }
      INFO(log.Context(entry) << "other policy:\n" << DumpDocument(catalog_, other.document));
      CheckAlone(catalog_, log, entry, other, *possible, alone, &tally);
    }
    options.from_ns = 0;
    options.to_ns = UINT64_MAX;
    options.threads = 1 + static_cast<int>(random_.Below(3));
    options.proofs = true;
    const ReplayReport report = log.Run(options);
    sums.Check(other, report);
    CheckTimes(log, report);
    for (const ReplayExample& example : report.examples) CHECK(!example.proof.empty());
  }

  const Catalog& catalog_;
  Random random_;
};

TEST_CASE("random policies, recorded, replayed, and others in their place") {
  const std::string count = Argument("logs").value_or("40");
  const uint64_t logs = std::strtoull(count.c_str(), nullptr, 10);
  Comparison comparison;
  for (uint64_t i = 0; i < logs; ++i) comparison.OneLog();
  const Tally& tally = comparison.tally;
  std::cout << "replay: " << tally.logs << " logs of " << tally.entries
            << " decisions; of other policies " << tally.compared << " answers: "
            << tally.reproduced << " the same, " << tally.changed << " changed (gained "
            << tally.changes.gained << ", lost " << tally.changes.lost << ", kind "
            << tally.changes.kind << "), " << tally.indeterminate << " indeterminate; "
            << tally.missing_but_settled << " settled though facts were missing; "
            << tally.too_many_worlds << " with too many worlds to try\n";
  // The test must have seen what it is for.
  CHECK(tally.too_many_worlds * 5 < tally.compared);
  for (const uint64_t seen : {tally.reproduced, tally.changed, tally.indeterminate,
                              tally.missing_but_settled, tally.changes.gained,
                              tally.changes.lost, tally.changes.kind}) {
    CHECK(seen * 100 > tally.compared);
  }
}

}  // namespace
}  // namespace ringfence::differential
