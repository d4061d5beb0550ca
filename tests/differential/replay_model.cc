// Worlds and sums. See replay_model.h.
#include "differential/replay_model.h"

#include <algorithm>
#include <functional>

#include "base/sha256.h"

namespace ringfence::differential {
namespace {

/// Every code of a fact that may lead elsewhere than another.
std::vector<FactCode> CodesOf(const FactInfo& fact, const Document& document) {
  std::set<FactCode> codes;
  const FactCode shift = fact.can_be_unset ? 1 : 0;
  if (fact.type != FactType::kInt) {
    for (FactCode code = 0; code < fact.code_count(); ++code) codes.insert(code);
    return {codes.begin(), codes.end()};
  }
  if (shift != 0) codes.insert(0);
  std::vector<int64_t> numbers = {fact.lowest, fact.highest};
  for (const int64_t constant : ConstantsOf(document, fact.id)) {
    for (const int64_t step : {-1, 0, 1}) numbers.push_back(constant + step);
  }
  for (int64_t number : numbers) {
    number = std::clamp(number, fact.lowest, fact.highest);
    codes.insert(static_cast<FactCode>(number - fact.lowest) + shift);
  }
  return {codes.begin(), codes.end()};
}

const Outcome& OutcomeOf(const Document& document, const std::string& name) {
  for (const Outcome& outcome : document.outcomes) {
    if (outcome.name == name) return outcome;
  }
  FAIL("no outcome '" << name << "'");
  return document.outcomes[0];
}

uint8_t BitOf(Effect effect) { return static_cast<uint8_t>(1u << static_cast<unsigned>(effect)); }

}  // namespace

std::string PathOf(const reference::Answer& answer) {
  for (const reference::ExtraAnswer& extra : answer.extras) {
    if (extra.name == "path") return extra.value;
  }
  return "";
}

Observable ObservableOf(const Document& document, const reference::Answer& answer) {
  const Outcome& outcome = OutcomeOf(document, answer.outcome);
  return {outcome.effect,        outcome.signal, outcome.record, outcome.sip_status,
          outcome.retry_after_s, outcome.told,   PathOf(answer)};
}

std::optional<Possible> EveryAnswer(const Catalog& catalog, const KnownPolicy& policy,
                                    const Logged& entry, double most_worlds) {
  Possible possible;
  reference::Assignment world;
  std::vector<FactId> open;
  for (const FactId id : policy.named) world[id] = entry.facts.at(id);
  for (const FactId id : policy.answering) {
    const std::optional<FactCode> code = entry.facts.at(id);
    if (!entry.Has(catalog.fact(id))) possible.missing.push_back(id);
    if (!entry.Has(catalog.fact(id)) || !code.has_value()) open.push_back(id);
  }
  for (const auto& [id, code] : world) {
    const bool other = std::count(policy.answering.begin(), policy.answering.end(), id) == 0;
    if (other && !code.has_value()) open.push_back(id);  // the evaluator tries these too
  }
  if (WorldCount(catalog, policy.document, open) > most_worlds) return std::nullopt;
  const std::function<void(size_t)> enumerate = [&](size_t depth) {
    if (depth < possible.missing.size()) {
      const FactId id = possible.missing[depth];
      for (const FactCode code : CodesOf(catalog.fact(id), policy.document)) {
        world[id] = code;
        enumerate(depth + 1);
      }
      return;
    }
    const reference::Answer answer = reference::Decide(catalog, policy.document, world);
    possible.observables.insert(ObservableOf(policy.document, answer));
    possible.rules.insert({answer.rule, answer.outcome});
    possible.effects = static_cast<uint8_t>(possible.effects | BitOf(answer.effect));
  };
  enumerate(0);
  return possible;
}

void WhatIfSums::Add(const Logged& entry, const ReplayReport& alone) {
  ++entries;
  reproduced += alone.reproduced;
  changed += alone.changed;
  indeterminate += alone.indeterminate;
  other_rule += alone.other_rule;
  maybe_gained += alone.maybe_gained;
  maybe_lost += alone.maybe_lost;
  AddTo(alone.changes, &changes);
  for (const ReplayReason& reason : alone.indeterminate_by_fact) {
    indeterminate_by_fact[reason.reason] += reason.entries;
  }
  for (const ReplayFlow& flow : alone.flows) {
    auto& [count, its_changes] = flows[{flow.from, flow.to, flow.from_effect, flow.to_effect}];
    count += flow.entries;
    AddTo(flow.changes, &its_changes);
  }
  const auto add_rules = [](const std::vector<ReplayRule>& rules, auto* sums) {
    for (const ReplayRule& rule : rules) {
      if (rule.entries == 0) continue;
      auto& [count, its_changes] = (*sums)[rule.id];
      count += rule.entries;
      AddTo(rule.changes, &its_changes);
    }
  };
  add_rules(alone.old_rules, &old_rules);
  add_rules(alone.new_rules, &new_rules);
  if (alone.changed == 0) return;
  if (entry.caller != Pseudonym{}) AddTo(alone.changes, &callers[ToHex(entry.caller)]);
  AddTo(alone.changes, &callees[ToHex(entry.callee)]);
  if (first_change_ns == 0) first_change_ns = entry.time_ns;
  last_change_ns = entry.time_ns;
}

void WhatIfSums::CheckParties(const std::map<std::string, ReplayChanges>& parties,
                              const ReplayDistinct& distinct,
                              const std::vector<ReplayMover>& top) const {
  CHECK(distinct.exact);
  CHECK(distinct.count == parties.size());
  std::vector<std::pair<std::string, ReplayChanges>> sorted(parties.begin(), parties.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.all() > b.second.all(); });
  REQUIRE(top.size() == std::min<size_t>(10, sorted.size()));
  for (size_t i = 0; i < top.size(); ++i) {
    CHECK(top[i].pseudonym == sorted[i].first);
    CHECK(top[i].changes == sorted[i].second);
    CHECK(top[i].at_most_missed == 0);
  }
}

void WhatIfSums::Check(const KnownPolicy& policy, const ReplayReport& report) const {
  CHECK(report.entries == entries);
  CHECK(report.reproduced == reproduced);
  CHECK(report.changed == changed);
  CHECK(report.indeterminate == indeterminate);
  CHECK(report.not_replayable == 0);
  CHECK(report.sealed == 0);
  CHECK(report.maybe_gained == maybe_gained);
  CHECK(report.maybe_lost == maybe_lost);
  CHECK(report.other_rule == other_rule);
  CHECK(report.changes == changes);
  CHECK(report.changes.all() == changed);
  CHECK(report.policy_name == policy.policy.name());
  CHECK(report.policy_digest == policy.policy.digest());
  std::map<std::string, uint64_t> by_fact;
  for (const ReplayReason& reason : report.indeterminate_by_fact) {
    by_fact[reason.reason] += reason.entries;
  }
  CHECK(by_fact == indeterminate_by_fact);
  REQUIRE(report.flows.size() == flows.size());
  uint64_t covered = 0;
  for (const ReplayFlow& flow : report.flows) {
    const auto found = flows.find({flow.from, flow.to, flow.from_effect, flow.to_effect});
    REQUIRE(found != flows.end());
    CHECK(found->second.first == flow.entries);
    CHECK(found->second.second == flow.changes);
    covered += flow.entries;
  }
  CHECK(covered == reproduced + changed);
  REQUIRE(report.old_rules.size() == old_rules.size());
  for (const ReplayRule& rule : report.old_rules) {
    REQUIRE(old_rules.contains(rule.id));
    CHECK(rule.entries == old_rules.at(rule.id).first);
    CHECK(rule.changes == old_rules.at(rule.id).second);
  }
  uint64_t reached = 0;
  for (const ReplayRule& rule : report.new_rules) {
    const auto found = new_rules.find(rule.id);
    CHECK(rule.entries == (found == new_rules.end() ? 0 : found->second.first));
    CHECK(rule.changes == (found == new_rules.end() ? ReplayChanges() : found->second.second));
    reached += rule.entries == 0 ? 0 : 1;
  }
  CHECK(reached == new_rules.size());
  CheckParties(callers, report.callers, report.top_callers);
  CheckParties(callees, report.callees, report.top_callees);
  CHECK(report.first_change_ns == first_change_ns);
  CHECK(report.last_change_ns == last_change_ns);
}

void CheckTimes(const ReplayLog& log, const ReplayReport& report) {
  constexpr uint64_t kNsPerS = 1'000'000'000;
  REQUIRE(report.width_s > 0);
  std::map<uint64_t, std::array<uint64_t, 5>> was;
  struct Use {
    uint64_t decisions = 0, first_ns = 0, last_ns = 0;
  };
  std::map<std::string, Use> uses;
  std::vector<std::string> order;
  for (const Logged& entry : log.entries()) {
    const uint64_t width_ns = report.width_s * kNsPerS;
    ++was[entry.time_ns / width_ns * width_ns][static_cast<size_t>(entry.answer.effect)];
    const std::string& digest = log.policies()[entry.policy].policy.digest();
    Use& use = uses[digest];
    if (use.decisions++ == 0) {
      order.push_back(digest);
      use.first_ns = entry.time_ns;
    }
    use.last_ns = entry.time_ns;
  }
  REQUIRE(report.periods.size() == was.size());
  CHECK(was.size() <= 240);
  ReplayChanges changes;
  uint64_t derived = 0;
  auto expected = was.begin();
  for (const ReplayPeriod& period : report.periods) {
    CHECK(period.from_ns == expected->first);
    CHECK(period.was == expected->second);
    AddTo(period.changes, &changes);
    for (const uint64_t count : period.now) derived += count;
    ++expected;
  }
  CHECK(changes == report.changes);
  CHECK(derived == report.covered());
  CHECK(report.first_ns == log.entries().front().time_ns);
  CHECK(report.last_ns == log.entries().back().time_ns);
  REQUIRE(report.policies.size() == order.size());
  REQUIRE(report.policy_periods.size() == order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const Use& use = uses[order[i]];
    const ReplayPolicyUse& told = report.policies[i];
    CHECK(told.digest == order[i]);
    CHECK(told.decisions == use.decisions);
    CHECK(told.first_ns == use.first_ns);
    CHECK(told.last_ns == use.last_ns);
    CHECK(!told.shadow);
    const ReplayPolicyPeriod& period = report.policy_periods[i];
    CHECK(period.digest == order[i]);
    CHECK(period.decisions == use.decisions);
    CHECK(period.from_ns == use.first_ns);
    CHECK(period.to_ns == use.last_ns);
  }
}

}  // namespace ringfence::differential
