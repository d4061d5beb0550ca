// Shadow evaluations against the reference evaluator: what was recorded beside each decision is
// what the tried policy says of the same facts, it is reproduced, and its report is the sum of
// that. And a replay under the tried policy never says anything else than what was recorded of it.
#include <doctest/doctest.h>

#include <iostream>

#include "differential/replay_check.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr int kLogs = 12;
constexpr int kQuestions = 20;

struct Seen {
  uint64_t same = 0, changed = 0, foretold = 0, compared = 0, left_open = 0;
};

reference::Answer AnswerOf(const Catalog& catalog, const KnownPolicy& policy, const Logged& entry) {
  reference::Assignment named;
  for (const FactId id : policy.named) named[id] = entry.facts.at(id);
  return reference::Decide(catalog, policy.document, named);
}

/// Outcomes that are the same to both parties and have two names. Where one of them was reached by
/// facts that were unavailable, it matters to a call that there are two; to a replay that tries the
/// values of facts it does not have, it does not.
bool HasTwins(const Document& document) {
  std::set<Observable> seen;
  for (const Outcome& outcome : document.outcomes) {
    reference::Answer answer;
    answer.outcome = outcome.name;
    if (!seen.insert(ObservableOf(document, answer)).second) return true;
  }
  return false;
}

void CheckEntry(const Catalog& catalog, const ReplayLog& log, const KnownPolicy& tried,
                const Logged& entry, ReplayChanges* changes, Seen* seen) {
  const reference::Answer answer = AnswerOf(catalog, tried, entry);
  const Observable was = ObservableOf(log.policies()[entry.policy].document, entry.answer);
  const Observable now = ObservableOf(tried.document, answer);
  ReplayOptions options;
  options.mode = ReplayMode::kShadow;
  options.from_ns = entry.time_ns;
  options.to_ns = entry.time_ns + 1;
  const ReplayReport shadow = log.Run(options);  // without any key
  REQUIRE(shadow.entries == 1);
  REQUIRE(shadow.shadow == 1);
  REQUIRE(shadow.reproduced == (was == now ? 1 : 0));
  REQUIRE(shadow.changed == (was == now ? 0 : 1));
  REQUIRE(shadow.flows.size() == 1);
  CHECK(shadow.flows[0].from == entry.answer.outcome);
  CHECK(shadow.flows[0].to == answer.outcome);
  REQUIRE(shadow.new_rules.size() >= 1);
  for (const ReplayRule& rule : shadow.new_rules) {
    CHECK(rule.entries == (rule.id == answer.rule ? 1 : 0));
  }
  AddTo(shadow.changes, changes);
  (was == now ? seen->same : seen->changed) += 1;

  options.secrets = log.WithKeys().secrets;
  options.mode = ReplayMode::kWhatIf;
  options.policy = tried.policy;
  options.proofs = false;
  const ReplayReport what_if = log.Run(options);
  REQUIRE(what_if.entries == 1);
  seen->left_open += what_if.indeterminate;
  if (what_if.indeterminate == 1) return;
  ++seen->foretold;
  if (HasTwins(tried.document)) return;
  ++seen->compared;
  CHECK(what_if.reproduced == shadow.reproduced);
  CHECK(what_if.changes == shadow.changes);
  CHECK(what_if.flows[0].to_effect == shadow.flows[0].to_effect);
}

TEST_CASE("shadow evaluations") {
  const Catalog& catalog = Catalog::Standard();
  Random random(Seed());
  Seen seen;
  for (int i = 0; i < kLogs; ++i) {
    PolicyShape shape;
    shape.facts = PickFacts(catalog, 3 + random.Below(7), random);
    shape.max_rules = 8;
    shape.max_leaves = 4;
    shape.max_decisions = 2;
    std::vector<KnownPolicy> policies;
    while (policies.size() < 3) {
      std::optional<KnownPolicy> known = MakeKnown(catalog, RandomDocument(catalog, shape, random));
      if (known.has_value()) policies.push_back(*std::move(known));
    }
    const KnownPolicy tried = policies.back();
    policies.pop_back();
    const FactId known = catalog.Find("callee.known").value();
    if (std::count(shape.facts.begin(), shape.facts.end(), known) == 0) {
      shape.facts.push_back(known);
    }
    ReplayLog log(catalog, shape.facts, policies, random);
    log.Try(tried);
    log.Record(kQuestions, random.Percent(40) ? 0 : static_cast<unsigned>(random.Below(30)),
               LogOptions::Collect::kRead);
    const uint64_t decisions = log.entries().size();
    const ReplayReport report = log.Run(log.WithKeys());
    CHECK(report.entries == 2 * decisions);
    CHECK(report.reproduced == 2 * decisions);
    CHECK(report.shadow == decisions);
    ReplayChanges changes;
    for (const Logged& entry : log.entries()) {
      INFO(log.Context(entry) << "tried:\n" << DumpDocument(catalog, tried.document));
      CheckEntry(catalog, log, tried, entry, &changes, &seen);
    }
    ReplayOptions options;
    options.mode = ReplayMode::kShadow;
    const ReplayReport all = log.Run(options);
    CHECK(all.entries == decisions);
    CHECK(all.covered() == decisions);
    CHECK(all.changes == changes);
    options = log.WithKeys();
    options.mode = ReplayMode::kWhatIf;
    options.policy = tried.policy;
    CHECK(log.Run(options).entries == decisions);
  }
  std::cout << "shadow: " << seen.same << " the same, " << seen.changed << " changed; a replay had "
            << seen.foretold << " of them, and left " << seen.left_open << " open\n";
  for (const uint64_t count : {seen.same, seen.changed, seen.compared, seen.left_open}) {
    CHECK(count > 0);
  }
}

}  // namespace
}  // namespace ringfence::differential
