// Every field of a report. See replay_dump.h.
#include "unit/replay_dump.h"

#include <string_view>

namespace ringfence {
namespace {

class Dump {
 public:
  Dump& Line(std::string_view name) {
    if (!text_.empty()) text_ += '\n';
    text_ += name;
    return *this;
  }
  Dump& operator<<(std::string_view value) {
    text_ += " '";
    text_ += value;
    text_ += '\'';
    return *this;
  }
  Dump& operator<<(uint64_t value) {
    text_ += ' ' + std::to_string(value);
    return *this;
  }
  Dump& operator<<(const ReplayChanges& changes) {
    text_ += " (+" + std::to_string(changes.gained) + " -" + std::to_string(changes.lost) + " ~" +
             std::to_string(changes.kind) + ")";
    return *this;
  }
  Dump& operator<<(const ReplayAnswer& answer) {
    return *this << ToString(answer.effect) << answer.outcome << answer.rule << answer.path
                 << ToString(answer.basis);
  }
  std::string Finish() { return std::move(text_) + "\n"; }

 private:
  std::string text_;
};

void DumpCounts(const ReplayReport& report, Dump* out) {
  out->Line("log") << report.log << static_cast<uint64_t>(report.mode);
  out->Line("policy") << report.policy_name << report.policy_digest;
  out->Line("entries") << report.entries;
  out->Line("reproduced") << report.reproduced << report.other_rule;
  out->Line("changed") << report.changed << report.changes;
  out->Line("indeterminate") << report.indeterminate << report.maybe_gained << report.maybe_lost;
  out->Line("not replayable") << report.not_replayable;
  out->Line("sealed") << report.sealed;
  out->Line("shadow") << report.shadow;
  if (report.attempts == ReplayAttempts::kSimulated) {
    out->Line("simulated") << report.simulated << report.burn_in();
    for (const ReplayReason& each : report.burn_in_by_reason) {
      out->Line("burn-in") << each.reason << each.entries;
    }
  }
  for (const ReplayReason& each : report.indeterminate_by_fact) {
    out->Line("open") << each.reason << each.entries;
  }
  for (const ReplayReason& each : report.not_replayable_by_reason) {
    out->Line("why") << each.reason << each.entries;
  }
  for (const ReplayDivergence& each : report.divergences) {
    out->Line("diverges") << each.month << each.index << each.stage << each.recorded
                          << each.derived;
  }
}

void DumpChanges(const ReplayReport& report, Dump* out) {
  for (const ReplayFlow& flow : report.flows) {
    out->Line("flow") << flow.from << flow.to << ToString(flow.from_effect)
                      << ToString(flow.to_effect) << flow.entries << flow.changes;
  }
  for (const ReplayRule& rule : report.old_rules) {
    out->Line("old rule") << rule.id << rule.entries << rule.changes;
  }
  for (const ReplayRule& rule : report.new_rules) {
    out->Line("new rule") << rule.id << rule.entries << rule.changes;
  }
  out->Line("callers") << report.callers.count << uint64_t{report.callers.exact};
  out->Line("callees") << report.callees.count << uint64_t{report.callees.exact};
  out->Line("changes") << report.first_change_ns << report.last_change_ns;
  for (const ReplayMover& mover : report.top_callees) {
    out->Line("top callee") << mover.pseudonym << mover.changes << mover.at_most_missed;
  }
  for (const ReplayMover& mover : report.top_callers) {
    out->Line("top caller") << mover.pseudonym << mover.changes << mover.at_most_missed;
  }
  for (const ReplayExample& example : report.examples) {
    out->Line("example") << example.month << example.index << example.time_ns << example.request_id
                         << example.caller << example.callee << example.change;
    out->Line("  was") << example.was;
    out->Line("  now") << example.now;
    for (const std::string& fact : example.facts) out->Line("  fact") << fact;
    if (!example.proof.empty()) out->Line("  proof") << example.proof;
  }
}

void DumpTimes(const ReplayReport& report, Dump* out) {
  out->Line("width") << report.width_s;
  for (const ReplayPeriod& period : report.periods) {
    out->Line("period") << period.from_ns;
    for (const uint64_t count : period.was) *out << count;
    *out << "->";
    for (const uint64_t count : period.now) *out << count;
    *out << period.changes;
  }
  out->Line("times") << report.first_ns << report.last_ns;
  for (const ReplayPolicyUse& use : report.policies) {
    out->Line("use") << use.name << use.digest << use.decisions << use.first_ns << use.last_ns
                     << uint64_t{use.shadow};
  }
  for (const ReplayPolicyPeriod& period : report.policy_periods) {
    out->Line("under") << period.digest << period.from_ns << period.to_ns << period.decisions;
  }
  for (const std::string& note : report.notes) out->Line("note") << note;
}

}  // namespace

std::string DumpReport(const ReplayReport& report) {
  Dump out;
  DumpCounts(report, &out);
  DumpChanges(report, &out);
  DumpTimes(report, &out);
  return out.Finish();
}

}  // namespace ringfence
