// A replay's report as JSON.
#include "cli/replay_json.h"

#include "cli/json_out.h"
#include "cli/log_time.h"

namespace ringfence::cli {
namespace {

void WriteTime(JsonOut& json, std::string_view key, uint64_t time_ns) {
  json.Key(key).TextOrNull(time_ns == 0 ? "" : TimeNsText(time_ns));
}

void WriteChanges(JsonOut& json, const ReplayChanges& changes) {
  json.Key("gained").Number(changes.gained).Key("lost").Number(changes.lost);
  json.Key("kind").Number(changes.kind);
}

void WriteReasons(JsonOut& json, std::string_view key, const std::vector<ReplayReason>& reasons) {
  json.Key(key).Object();
  for (const ReplayReason& one : reasons) json.Key(one.reason).Number(one.entries);
  json.EndObject();
}

void WriteAnswer(JsonOut& json, std::string_view key, const ReplayAnswer& answer) {
  json.Key(key).Object().Key("effect").Text(ToString(answer.effect));
  json.Key("outcome").Text(answer.outcome).Key("rule").Text(answer.rule);
  json.Key("path").TextOrNull(answer.path).Key("basis").Text(ToString(answer.basis));
  json.EndObject();
}

void WriteCounts(JsonOut& json, const ReplayReport& report) {
  json.Key("entries").Number(report.entries).Key("coverage").Number(report.covered());
  json.Key("coverage_percent").Real(CoveragePercent(report));
  json.Key("reproduced").Number(report.reproduced).Key("changed").Number(report.changed);
  WriteChanges(json, report.changes);
  json.Key("indeterminate").Number(report.indeterminate);
  json.Key("not_replayable").Number(report.not_replayable).Key("sealed").Number(report.sealed);
  json.Key("maybe_gained").Number(report.maybe_gained);
  json.Key("maybe_lost").Number(report.maybe_lost).Key("shadow").Number(report.shadow);
  json.Key("other_rule").Number(report.other_rule);
  WriteReasons(json, "indeterminate_by_fact", report.indeterminate_by_fact);
  WriteReasons(json, "not_replayable_by_reason", report.not_replayable_by_reason);
  const bool simulated = report.attempts == ReplayAttempts::kSimulated;
  json.Key("attempts").Text(simulated ? "simulated" : "recorded");
  json.Key("simulated").Number(report.simulated).Key("burn_in").Number(report.burn_in());
  WriteReasons(json, "burn_in_by_reason", report.burn_in_by_reason);
}

void WriteDivergences(JsonOut& json, const std::vector<ReplayDivergence>& divergences) {
  json.Key("divergences").Array();
  for (const ReplayDivergence& one : divergences) {
    json.Object().Key("month").Text(one.month).Key("index").Number(one.index);
    json.Key("stage").Text(one.stage);
    WriteAnswer(json, "recorded", one.recorded);
    WriteAnswer(json, "derived", one.derived);
    json.EndObject();
  }
  json.EndArray();
}

void WriteFlows(JsonOut& json, const std::vector<ReplayFlow>& flows) {
  json.Key("flows").Array();
  for (const ReplayFlow& flow : flows) {
    json.Object().Key("from").Text(flow.from).Key("from_effect").Text(ToString(flow.from_effect));
    json.Key("to").Text(flow.to).Key("to_effect").Text(ToString(flow.to_effect));
    json.Key("entries").Number(flow.entries);
    WriteChanges(json, flow.changes);
    json.EndObject();
  }
  json.EndArray();
}

void WriteRules(JsonOut& json, std::string_view key, const std::vector<ReplayRule>& rules) {
  json.Key(key).Array();
  for (const ReplayRule& rule : rules) {
    json.Object().Key("id").Text(rule.id).Key("entries").Number(rule.entries);
    WriteChanges(json, rule.changes);
    json.EndObject();
  }
  json.EndArray();
}

void WriteDistinct(JsonOut& json, std::string_view key, const ReplayDistinct& distinct) {
  json.Key(key).Object().Key("count").Number(distinct.count);
  json.Key("exact").Bool(distinct.exact).EndObject();
}

void WriteMovers(JsonOut& json, std::string_view key, const std::vector<ReplayMover>& movers) {
  json.Key(key).Array();
  for (const ReplayMover& mover : movers) {
    json.Object().Key("pseudonym").Text(mover.pseudonym);
    WriteChanges(json, mover.changes);
    json.Key("at_most_missed").Number(mover.at_most_missed).EndObject();
  }
  json.EndArray();
}

void WriteExamples(JsonOut& json, const std::vector<ReplayExample>& examples) {
  json.Key("examples").Array();
  for (const ReplayExample& example : examples) {
    json.Object().Key("month").Text(example.month).Key("index").Number(example.index);
    json.Key("time").Text(TimeNsText(example.time_ns)).Key("change").Text(example.change);
    json.Key("request_id").Text(example.request_id).Key("caller").Text(example.caller);
    json.Key("callee").Text(example.callee);
    WriteAnswer(json, "was", example.was);
    WriteAnswer(json, "now", example.now);
    json.Key("facts").Array();
    for (const std::string& fact : example.facts) json.Text(fact);
    json.EndArray().Key("proof").TextOrNull(example.proof).EndObject();
  }
  json.EndArray();
}

void WriteEffects(JsonOut& json, std::string_view key, const std::array<uint64_t, 5>& effects) {
  json.Key(key).Object();
  for (size_t i = 0; i < effects.size(); ++i) {
    json.Key(ToString(static_cast<Effect>(i))).Number(effects[i]);
  }
  json.EndObject();
}

void WritePeriods(JsonOut& json, const ReplayReport& report) {
  json.Key("period_seconds").Number(report.width_s).Key("periods").Array();
  for (const ReplayPeriod& period : report.periods) {
    json.Object().Key("from").Text(TimeNsText(period.from_ns));
    WriteEffects(json, "was", period.was);
    WriteEffects(json, "now", period.now);
    WriteChanges(json, period.changes);
    json.EndObject();
  }
  json.EndArray();
}

void WritePolicies(JsonOut& json, const ReplayReport& report) {
  json.Key("policies").Array();
  for (const ReplayPolicyUse& use : report.policies) {
    json.Object().Key("name").TextOrNull(use.name).Key("digest").Text(use.digest);
    json.Key("decisions").Number(use.decisions).Key("shadow").Bool(use.shadow);
    WriteTime(json, "first", use.first_ns);
    WriteTime(json, "last", use.last_ns);
    json.EndObject();
  }
  json.EndArray().Key("policy_periods").Array();
  for (const ReplayPolicyPeriod& period : report.policy_periods) {
    json.Object().Key("digest").Text(period.digest);
    WriteTime(json, "from", period.from_ns);
    WriteTime(json, "to", period.to_ns);
    json.Key("decisions").Number(period.decisions).EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string_view ModeName(ReplayMode mode) {
  switch (mode) {
    case ReplayMode::kReproduce:
      return "reproduce";
    case ReplayMode::kWhatIf:
      return "what_if";
    case ReplayMode::kShadow:
      return "shadow";
  }
  return "reproduce";
}

void WriteGates(JsonOut& json, const std::vector<GateResult>& gates) {
  json.Key("gates").Array();
  for (const GateResult& gate : gates) {
    const auto number = [&](std::string_view key, double value) {
      json.Key(key);
      gate.percent ? json.Real(value) : json.Number(static_cast<uint64_t>(value));
    };
    json.Object().Key("gate").Text(gate.name);
    number("limit", gate.limit);
    gate.blind ? static_cast<void>(json.Key("value").Null()) : number("value", gate.value);
    json.Key("holds").Bool(gate.holds).EndObject();
  }
  json.EndArray();
}

std::string ReplayJson(const ReplayReport& report, bool verified,
                       const std::vector<GateResult>& gates) {
  JsonOut json;
  json.Object().Key("log").Text(report.log).Key("mode").Text(ModeName(report.mode));
  json.Key("verified").Bool(verified).Key("policy");
  if (report.mode == ReplayMode::kWhatIf) {
    json.Object().Key("name").Text(report.policy_name);
    json.Key("digest").Text(report.policy_digest).EndObject();
  } else {
    json.Null();
  }
  WriteCounts(json, report);
  WriteTime(json, "first", report.first_ns);
  WriteTime(json, "last", report.last_ns);
  WriteDivergences(json, report.divergences);
  WriteFlows(json, report.flows);
  WriteRules(json, "old_rules", report.old_rules);
  WriteRules(json, "new_rules", report.new_rules);
  WriteDistinct(json, "callers", report.callers);
  WriteDistinct(json, "callees", report.callees);
  WriteTime(json, "first_change", report.first_change_ns);
  WriteTime(json, "last_change", report.last_change_ns);
  WriteMovers(json, "top_callees", report.top_callees);
  WriteMovers(json, "top_callers", report.top_callers);
  WriteExamples(json, report.examples);
  WritePeriods(json, report);
  WritePolicies(json, report);
  json.Key("notes").Array();
  for (const std::string& note : report.notes) json.Text(note);
  json.EndArray();
  WriteGates(json, gates);
  json.EndObject();
  return json.Line();
}

std::string_view ReplayJsonMembers() {
  return "entries, coverage (how many could be decided again: reproduced and changed), "
         "coverage_percent, reproduced, changed, gained, lost, kind, indeterminate, "
         "not_replayable, sealed, maybe_gained and maybe_lost (of the indeterminate ones), shadow, "
         "other_rule; indeterminate_by_fact and not_replayable_by_reason (names and numbers); "
         "attempts (recorded or simulated), simulated (decisions that asked about these), burn_in "
         "and burn_in_by_reason (of these); "
         "log, mode, verified, policy, first, last, divergences, flows (the outcome matrix), "
         "old_rules, new_rules, callers, callees, first_change, last_change, top_callees, "
         "top_callers, examples (with facts and proofs), period_seconds, periods, policies, "
         "policy_periods, notes, gates";
}

}  // namespace ringfence::cli
