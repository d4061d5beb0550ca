// Reports that no log has.
#include "reports/fake_reports.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ringfence::reports_test {
namespace {

constexpr uint64_t kSecondNs = 1000000000;
constexpr uint64_t kHourS = 3600;
constexpr uint64_t kNovember = 1793491200 * kSecondNs;  // 2026-11-01T00:00:00Z

/// Numbers that look random and are the same each time.
class Numbers {
 public:
  uint64_t Below(uint64_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 33) % bound;
  }
  std::string Hex(size_t digits) {
    std::string text;
    while (text.size() < digits) text += "0123456789abcdef"[Below(16)];
    return text;
  }

 private:
  uint64_t state_ = 42;
};

/// A proof as long as real ones are.
std::string FakeProof(Numbers* numbers) {
  std::string proof = "c2sp.org/tlog-proof@v1\nindex 4711\n";
  for (int i = 0; i < 20; ++i) proof += numbers->Hex(43) + "=\n";
  return proof + "\nexample.com/ring/n7/2026-11\n1048576\n" + numbers->Hex(43) +
         "=\n\n— example.com/ring/n7/2026-11 " + numbers->Hex(90) + "==\n";
}

struct Shape {
  size_t periods = 0;
  uint64_t width_s = kHourS;
  size_t examples = 0;
};

/// Periods with days and nights, as calls have them, and changes that begin after a third.
void AddPeriods(Numbers* numbers, const Shape& shape, ReplayReport* report) {
  report->width_s = shape.width_s;
  for (size_t i = 0; i < shape.periods; ++i) {
    const uint64_t hour = (kNovember / kSecondNs + i * shape.width_s) / kHourS % 24;
    const uint64_t busy = hour < 6 ? 4 + hour : 60 + 10 * std::min(hour - 6, 24 - hour);
    if (i % 41 == 40) continue;  // without decisions
    ReplayPeriod period;
    period.from_ns = kNovember + i * shape.width_s * kSecondNs;
    for (size_t effect = 0; effect < period.was.size(); ++effect) {
      constexpr uint64_t kWeights[] = {9, 30, 4, 3, 5};
      period.was[effect] = busy * kWeights[effect] + numbers->Below(busy * kWeights[effect] / 3);
    }
    period.now = period.was;
    if (i > shape.periods / 3) {
      period.changes = {numbers->Below(busy), busy * 2 + numbers->Below(busy * 2),
                        numbers->Below(busy / 2 + 1)};
      period.now[0] += period.changes.lost;
      period.now[0] -= std::min(period.now[0], period.changes.gained);
      period.now[1] += period.changes.gained;
      period.now[1] -= std::min(period.now[1], period.changes.lost);
    }
    for (size_t effect = 0; effect < period.was.size(); ++effect) {
      report->entries += period.was[effect];
    }
    report->changes.gained += period.changes.gained;
    report->changes.lost += period.changes.lost;
    report->changes.kind += period.changes.kind;
    report->periods.push_back(period);
  }
  if (report->periods.empty()) return;
  report->first_ns = report->periods.front().from_ns;
  report->last_ns = report->periods.back().from_ns + shape.width_s * kSecondNs - 1;
  report->first_change_ns = report->first_ns + (report->last_ns - report->first_ns) / 3;
  report->last_change_ns = report->last_ns;
}

void AddBins(ReplayReport* report) {
  report->changed = report->changes.all();
  report->indeterminate = report->entries / 157;
  report->not_replayable = report->entries / 211;
  report->sealed = report->entries / 997;
  report->reproduced = report->entries - report->changed - report->indeterminate -
                       report->not_replayable - report->sealed;
  report->other_rule = report->reproduced / 50;
  const uint64_t contact = report->indeterminate * 2 / 3;
  report->indeterminate_by_fact = {{"callee.contact(caller)", contact},
                                   {"caller.verified", report->indeterminate - contact}};
  const uint64_t gap = report->not_replayable / 4;
  const uint64_t missing = report->not_replayable / 8;
  report->not_replayable_by_reason = {{"erased", report->not_replayable - gap - missing},
                                      {"gap", gap},
                                      {"policy_missing", missing}};
  report->maybe_gained = report->indeterminate / 3;
  report->maybe_lost = report->indeterminate / 2;
}

void AddFlows(ReplayReport* report) {
  const ReplayChanges& all = report->changes;
  const uint64_t same = report->reproduced;
  report->flows = {
      {"ring", "ring", Effect::kRing, Effect::kRing, same * 3 / 5, {}},
      {"private", "private", Effect::kRefuse, Effect::kRefuse, same - same * 3 / 5, {}},
      {"ring", "private", Effect::kRing, Effect::kRefuse, all.lost * 3 / 4, {}},
      {"ring", "ask-first", Effect::kRing, Effect::kRefuse, all.lost - all.lost * 3 / 4, {}},
      {"private", "ring", Effect::kRefuse, Effect::kRing, all.gained / 2, {}},
      {"private", "mailbox", Effect::kRefuse, Effect::kVoicemail, all.gained - all.gained / 2, {}},
      {"ring", "quiet", Effect::kRing, Effect::kSilence, all.kind * 2 / 3, {}},
      {"mailbox", "screened", Effect::kVoicemail, Effect::kScreen, all.kind - all.kind * 2 / 3, {}},
  };
  for (ReplayFlow& flow : report->flows) {
    if (flow.from == flow.to) continue;
    const bool was_refused = flow.from_effect == Effect::kRefuse;
    const bool is_refused = flow.to_effect == Effect::kRefuse;
    (was_refused == is_refused ? flow.changes.kind
     : was_refused             ? flow.changes.gained
                               : flow.changes.lost) = flow.entries;
  }
}

void AddRules(ReplayReport* report) {
  const uint64_t all = report->covered();
  const ReplayChanges& changes = report->changes;
  report->old_rules = {{"blocked", all / 40, {}},
                       {"calls-off", all / 15, {changes.gained / 3, 0, 0}},
                       {"contact", all / 2, {0, changes.lost, changes.kind}},
                       {"followed", all / 5, {}},
                       {"otherwise", all / 6, {changes.gained - changes.gained / 3, 0, 0}},
                       {"verified", all / 25, {}}};
  report->new_rules = {{"blocked", all / 40, {}},
                       {"emergency-services", 0, {}},
                       {"calls-off", all / 30, {}},
                       {"followed", all / 5, {0, changes.lost / 4, 0}},
                       {"verified-business-with-consent", 0, {}},
                       {"contact", all / 3, {changes.gained, 0, changes.kind}},
                       {"otherwise", all / 4, {0, changes.lost - changes.lost / 4, 0}}};
}

void AddParties(Numbers* numbers, ReplayReport* report) {
  report->callees = {1204, true};
  report->callers = {18377, false};
  for (uint64_t i = 0; i < 10; ++i) {
    report->top_callees.push_back({numbers->Hex(32), {40 - i, 310 - 17 * i, i % 3}, 0});
    report->top_callers.push_back({numbers->Hex(32), {i % 4, 120 - 9 * i, 2}, 6});
  }
}

void AddPolicies(Numbers* numbers, ReplayReport* report) {
  const uint64_t span = report->last_ns - report->first_ns;
  const std::pair<std::string, double> shares[] = {{"default", 0.42}, {"", 0.07}, {"family", 0.51}};
  uint64_t at = report->first_ns;
  for (const auto& [name, share] : shares) {
    const uint64_t to = at + static_cast<uint64_t>(share * static_cast<double>(span));
    ReplayPolicyUse use{name, numbers->Hex(64), report->entries / 3, at, to, false};
    report->policy_periods.push_back({use.digest, at, to, use.decisions});
    report->policies.push_back(std::move(use));
    at = to + 1;
  }
  report->policies.push_back({"family-strict", numbers->Hex(64), 4200, report->first_ns + span / 2,
                              report->last_ns, true});
  // An earlier policy came back for a while.
  report->policy_periods.push_back(
      {report->policies.front().digest, report->last_ns - span / 10, report->last_ns, 500});
}

void AddExamples(Numbers* numbers, size_t count, ReplayReport* report) {
  const ReplayAnswer rings{Effect::kRing, "ring", "contact", "direct", Basis::kComplete};
  const ReplayAnswer refuses{Effect::kRefuse, "private", "otherwise", "", Basis::kComplete};
  const ReplayAnswer quiet{Effect::kSilence, "quiet", "followed", "relay", Basis::kPartial};
  for (size_t i = 0; i < count; ++i) {
    ReplayExample example;
    example.month = "2026-11";
    example.index = 1000 + numbers->Below(1000000);
    example.time_ns = report->first_ns + numbers->Below(1 + 700 * kHourS) * kSecondNs;
    example.request_id = numbers->Hex(32);
    example.caller = numbers->Hex(32);
    example.callee = numbers->Hex(32);
    example.change = i % 5 == 0 ? "gained" : i % 5 == 4 ? "kind" : "lost";
    example.was = i % 5 == 0 ? refuses : rings;
    example.now = i % 5 == 0 ? rings : i % 5 == 4 ? quiet : refuses;
    example.facts = {"callee.contact(caller)=match", "callee.calls_enabled=true",
                     i % 2 == 0 ? "caller.verified=true" : "caller.verified=false",
                     "callee.blocks(caller)=false"};
    example.proof = FakeProof(numbers);
    report->examples.push_back(std::move(example));
  }
}

ReplayReport WhatIf(const Shape& shape) {
  Numbers numbers;
  ReplayReport report;
  report.mode = ReplayMode::kWhatIf;
  report.log = "example.com/ring/n7";
  report.policy_name = "strict-evenings";
  report.policy_digest = numbers.Hex(64);
  AddPeriods(&numbers, shape, &report);
  AddBins(&report);
  AddFlows(&report);
  AddRules(&report);
  AddParties(&numbers, &report);
  AddPolicies(&numbers, &report);
  AddExamples(&numbers, shape.examples, &report);
  report.attempts = ReplayAttempts::kSimulated;
  report.simulated = 901'234;
  report.burn_in_by_reason = {{"lost", 12}, {"pseudonyms", 34'567}, {"start", 890}};
  report.shadow = 4200;
  report.notes = {"Facts of epoch 688 were opened with keys that were never committed to the log.",
                  "Rate limits count as recorded: callers who would have been refused might have "
                  "tried again, and that cannot be known."};
  return report;
}

ReplayReport Reproduce(size_t divergent) {
  ReplayReport report = WhatIf({200, kHourS, 0});
  report.mode = ReplayMode::kReproduce;
  report.attempts = ReplayAttempts::kRecorded;
  report.simulated = 0;
  report.burn_in_by_reason.clear();
  report.policy_name.clear();
  report.policy_digest.clear();
  report.reproduced += report.changed - divergent;
  report.changed = divergent;
  report.changes = {};
  for (ReplayPeriod& period : report.periods) period.changes = {};
  report.flows.clear();
  report.old_rules.clear();
  report.new_rules.clear();
  report.top_callees.clear();
  report.top_callers.clear();
  report.callees = report.callers = {};
  report.maybe_gained = report.maybe_lost = report.other_rule = 0;
  constexpr std::array kStages = {"effect", "outcome", "path", "basis", "rule", "facts read"};
  for (size_t i = 0; i < std::min<size_t>(divergent, 100); ++i) {
    report.divergences.push_back(
        {"2026-11",
         7000 + 13 * i,
         kStages[i % kStages.size()],
         {Effect::kRing, "ring", "contact", "direct", Basis::kComplete},
         {Effect::kRefuse, "private", "otherwise", "", Basis::kOnUnavailable}});
  }
  return report;
}

ReplayReport Tiny() {
  ReplayReport report;
  report.mode = ReplayMode::kWhatIf;
  report.log = "n7";
  report.policy_name = "p";
  report.policy_digest = std::string(64, '0');
  report.entries = report.changed = report.changes.gained = 1;
  report.flows = {{"no", "yes", Effect::kRefuse, Effect::kRing, 1, {1, 0, 0}}};
  report.old_rules = {{"a", 1, {1, 0, 0}}};
  report.new_rules = {{"b", 1, {1, 0, 0}}, {"c", 0, {}}};
  report.callees = report.callers = {1, true};
  report.first_ns = report.last_ns = kNovember;
  report.first_change_ns = report.last_change_ns = kNovember;
  report.width_s = 1;
  report.periods = {{kNovember, {1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {1, 0, 0}}};
  report.policies = {{"o", std::string(64, '1'), 1, kNovember, kNovember, false}};
  report.policy_periods = {{std::string(64, '1'), kNovember, kNovember, 1}};
  return report;
}

ReplayReport Huge() {
  ReplayReport report = WhatIf({20, kHourS, 3});
  constexpr uint64_t kMost = UINT64_MAX;
  report.entries = kMost;
  report.reproduced = kMost - 4;
  report.changed = report.indeterminate = report.not_replayable = report.sealed = 1;
  report.changes = {1, kMost, kMost};
  report.callees = report.callers = {kMost, false};
  report.width_s = kMost / kSecondNs;
  report.periods = {
      {0, {kMost, kMost, kMost, kMost, kMost}, {kMost, 0, 0, 0, 1}, {kMost, kMost, 1}},
      {kMost, {1, 0, 0, 0, 0}, {0, kMost, 0, 0, 0}, {0, 0, kMost}}};
  report.first_ns = report.first_change_ns = 1;
  report.last_ns = report.last_change_ns = kMost;
  for (ReplayFlow& flow : report.flows) flow.entries = flow.changes.lost = kMost;
  for (ReplayRule& rule : report.new_rules) rule.entries = rule.changes.gained = kMost;
  for (ReplayMover& mover : report.top_callers) mover.changes = {kMost, kMost, kMost};
  for (ReplayExample& example : report.examples) example.index = example.time_ns = kMost;
  report.policy_periods.front().from_ns = 0;
  report.policy_periods.back().to_ns = kMost;
  return report;
}

/// Every text of foreign origin is a hostile one, in turn.
ReplayReport Hostile() {
  ReplayReport report = WhatIf({30, kHourS, 60});
  size_t turn = 0;
  const auto spoil = [&](std::string* text) {
    *text = HostileTexts()[turn++ % HostileTexts().size()];
  };
  for (std::string* text : {&report.log, &report.policy_name, &report.policy_digest}) spoil(text);
  for (auto* reasons : {&report.indeterminate_by_fact, &report.not_replayable_by_reason}) {
    for (ReplayReason& reason : *reasons) spoil(&reason.reason);
  }
  for (ReplayFlow& flow : report.flows) {
    spoil(&flow.from);
    spoil(&flow.to);
  }
  for (auto* rules : {&report.old_rules, &report.new_rules}) {
    for (ReplayRule& rule : *rules) spoil(&rule.id);
  }
  for (auto* movers : {&report.top_callees, &report.top_callers}) {
    for (ReplayMover& mover : *movers) spoil(&mover.pseudonym);
  }
  for (ReplayPolicyUse& policy : report.policies) {
    spoil(&policy.name);
    spoil(&policy.digest);
  }
  for (size_t i = 0; i < report.policy_periods.size(); ++i) {
    report.policy_periods[i].digest = report.policies[i % 3].digest;
  }
  for (ReplayExample& example : report.examples) {
    for (std::string* text :
         {&example.month, &example.request_id, &example.caller, &example.callee, &example.change,
          &example.proof, &example.was.outcome, &example.was.rule, &example.was.path,
          &example.now.outcome, &example.now.rule, &example.now.path}) {
      spoil(text);
    }
    for (std::string& fact : example.facts) spoil(&fact);
  }
  for (std::string& note : report.notes) spoil(&note);
  return report;
}

/// More of everything than a page shows.
ReplayReport TooMuch() {
  ReplayReport report = WhatIf({30, kHourS, 400});
  Numbers numbers;
  const std::string name(1000, 'x');
  for (int i = 0; i < 5000; ++i) {
    report.new_rules.push_back({name, 1, {}});
    report.notes.push_back(name);
    report.flows.push_back({name, numbers.Hex(8), Effect::kRing, Effect::kRefuse, 1, {0, 1, 0}});
    report.policies.push_back({name, numbers.Hex(64), 1, kNovember, kNovember + 1, false});
    report.not_replayable_by_reason.push_back({name, 1});
    report.periods.push_back({report.periods.back().from_ns + kHourS * kSecondNs,
                              {1, 2, 3, 4, 5},
                              {5, 4, 3, 2, 1},
                              {1, 1, 1}});
  }
  for (ReplayExample& example : report.examples) {
    example.proof = example.was.rule = example.caller = std::string(20000, 'x');
    example.facts.assign(200, name);
  }
  return report;
}

}  // namespace

const std::vector<std::string>& HostileTexts() {
  using namespace std::string_literals;
  static const std::vector<std::string> texts = {
      "</script><img src=x onerror=\"alert(1)\">",
      "</style><script>alert(1)</script>",
      "\" onmouseover=\"alert(1)\" x=\"",
      "' autofocus onfocus='alert(1)",
      "<!-- ]]> --><svg/onload=alert(1)>",
      "&lt;b&gt; &amp;amp; &#0; &nosuch;",
      "javascript:alert(1)",
      "</bdi></td></table></details></article>",
      "a\u202Egpj.exe\u202C \u2066right\u2069 \u200Fto left",
      "\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627",
      "line\nfeed\rtab\tbell\a\x1B[31mred\x7F"s,
      "nul\0inside"s,
      "\xFF\xFE\xC0\xAF bytes that are no text \xE2\x82",
      "",
      std::string(5000, 'W'),
      "zero\u200Bwidth\uFEFF\u00AD and \U000E0041 tags",
  };
  return texts;
}

std::vector<NamedReplay> FakeReplays() {
  ReplayReport shadow = WhatIf({48, kHourS, 12});
  shadow.mode = ReplayMode::kShadow;
  shadow.attempts = ReplayAttempts::kRecorded;
  shadow.policy_name.clear();
  shadow.policy_digest.clear();
  ReplayReport nothing_covered;
  nothing_covered.entries = nothing_covered.sealed = 12;
  nothing_covered.log = "n7";
  return {{"empty", {}},
          {"sealed", nothing_covered},
          {"tiny", Tiny()},
          {"what-if", WhatIf({200, kHourS, 60})},
          {"year", WhatIf({365, 24 * kHourS, 5})},
          {"reproduce", Reproduce(0)},
          {"divergent", Reproduce(17)},
          {"shadow", shadow},
          {"huge", Huge()},
          {"hostile", Hostile()},
          {"too-much", TooMuch()}};
}

}  // namespace ringfence::reports_test
