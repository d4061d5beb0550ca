// Entry by entry. See replay_check.h.
#include "differential/replay_check.h"

#include <algorithm>

namespace ringfence::differential {
namespace {

constexpr double kMaxWorlds = 3000;

/// An example names facts the log has, and what they were.
void CheckFacts(const Catalog& catalog, const Logged& entry, const ReplayExample& example) {
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

/// What the report about one entry must say.
void CheckAlone(const Catalog& catalog, const ReplayLog& log, const Logged& entry,
                const KnownPolicy& other, const Possible& possible, const ReplayReport& report,
                WhatIfTally* tally) {
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
  CHECK(report.new_rules.size() ==
        other.document.decisions[0].floor.size() + other.document.decisions[0].rules.size() + 3);
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
  CheckFacts(catalog, entry, example);
}

}  // namespace

std::string WhatIfTally::Text() const {
  const auto number = [](uint64_t value) { return std::to_string(value); };
  return number(compared) + " answers: " + number(reproduced) + " the same, " + number(changed) +
         " changed (gained " + number(changes.gained) + ", lost " + number(changes.lost) +
         ", kind " + number(changes.kind) + "), " + number(indeterminate) + " indeterminate; " +
         number(missing_but_settled) + " settled though facts were missing; " +
         number(too_many_worlds) + " with too many worlds to try";
}

std::vector<ReplayReport> CheckWhatIf(const Catalog& catalog, const ReplayLog& log,
                                      const KnownPolicy& other, int threads, WhatIfTally* tally) {
  ReplayOptions options = log.WithKeys();
  options.mode = ReplayMode::kWhatIf;
  options.policy = other.policy;
  options.proofs = false;
  options.threads = threads;
  WhatIfSums sums;
  std::vector<ReplayReport> reports;
  for (const Logged& entry : log.entries()) {
    options.from_ns = entry.time_ns;
    options.to_ns = entry.time_ns + 1;
    reports.push_back(log.Run(options));
    sums.Add(entry, reports.back());
    const std::optional<Possible> possible = EveryAnswer(catalog, other, entry, kMaxWorlds);
    if (!possible.has_value()) {
      ++tally->too_many_worlds;
      continue;
    }
    INFO(log.Context(entry) << "other policy:\n" << DumpDocument(catalog, other.document));
    CheckAlone(catalog, log, entry, other, *possible, reports.back(), tally);
  }
  options.from_ns = 0;
  options.to_ns = UINT64_MAX;
  options.proofs = true;
  const ReplayReport report = log.Run(options);
  sums.Check(other, report);
  CheckTimes(log, report);
  for (const ReplayExample& example : report.examples) CHECK(!example.proof.empty());
  return reports;
}

}  // namespace ringfence::differential
