// What a decision log says about one pair at one time.
#include "cli/recorded.h"

#include <algorithm>

#include "cli/log_text.h"

namespace ringfence::cli {
namespace {

// The pseudonym of who has no account.
constexpr size_t kPseudonymDigits = 32;

/// Decisions about the pair, in the log's order.
Status EachOfPair(const LogReader& reader, const RecordedQuestion& question, const TimeSpan& span,
                  const std::function<void(LogEntry)>& sink, const LogProgress& progress) {
  LogFilter filter;
  filter.kind = "decision";
  filter.caller = question.caller;
  filter.callee = question.callee;
  filter.from_ns = span.from_ns;
  filter.to_ns = span.to_ns;
  const std::string nobody(kPseudonymDigits, '0');
  return reader.Each(
      filter, question.secrets,
      [&](const LogEntry& read) {
        if (question.caller.empty() && read.caller != nobody) return true;
        LogEntry entry = read;
        if (!question.shows_facts) {  // whoever opens facts leaves a trace: `log keys`
          entry.facts.clear();
          entry.facts_opened = false;
        }
        sink(std::move(entry));
        return true;
      },
      progress);
}

Status FindNearest(const LogReader& reader, const RecordedQuestion& question,
                   const LogProgress& progress, RecordedAnswer* answer) {
  const TimeSpan always{0, UINT64_MAX};
  return EachOfPair(
      reader, question, always,
      [&](LogEntry entry) {
        if (entry.shadow) return;
        std::optional<LogEntry>& before = answer->before;
        std::optional<LogEntry>& after = answer->after;
        if (entry.time_ns < question.span.from_ns) {
          if (!before || entry.time_ns >= before->time_ns) before = std::move(entry);
        } else if (!after || entry.time_ns < after->time_ns) {
          after = std::move(entry);
        }
      },
      progress);
}

Status CountGaps(const LogReader& reader, const TimeSpan& span, RecordedAnswer* answer) {
  LogFilter filter;
  filter.kind = "gap";
  return reader.Each(filter, {}, [&](const LogEntry& entry) {
    if (FieldNumber(entry, "first_time_ns") < span.to_ns &&
        FieldNumber(entry, "last_time_ns") >= span.from_ns) {
      answer->not_recorded += FieldNumber(entry, "count");
    }
    return true;
  });
}

void AddPolicy(const ReplayReport& report, const std::string& digest, uint64_t first_ns,
               uint64_t last_ns, RecordedAnswer* answer) {
  RecordedPolicy policy{"", digest, first_ns, last_ns};
  for (const ReplayPolicyUse& use : report.policies) {
    if (use.digest == digest) policy.name = use.name;
  }
  answer->policies.push_back(std::move(policy));
}

/// What the log as a whole says about policies. Comparing shadows needs no keys.
Result<ReplayReport> PolicyUse(const LogReader& reader, const TimeSpan& span,
                               const LogProgress& progress) {
  ReplayOptions options;
  options.mode = ReplayMode::kShadow;
  options.from_ns = span.from_ns;
  options.to_ns = span.to_ns;
  options.max_examples = 0;
  options.proofs = false;
  options.progress = progress;
  return Replay(reader, options);
}

Status PoliciesOfDecisions(const LogReader& reader, const RecordedQuestion& question,
                           const LogProgress& progress, RecordedAnswer* answer) {
  auto use = PolicyUse(reader, question.span, progress);
  if (!use.ok()) return use.status();
  std::vector<LogEntry> all = answer->decisions;
  all.insert(all.end(), answer->shadows.begin(), answer->shadows.end());
  for (const LogEntry& entry : all) {
    const auto same = [&](const RecordedPolicy& one) { return one.digest == entry.policy_digest; };
    if (std::any_of(answer->policies.begin(), answer->policies.end(), same)) continue;
    AddPolicy(*use, entry.policy_digest, entry.time_ns, entry.time_ns, answer);
  }
  return Status();
}

/// Decisions of anybody before and after say what was in force; between two of different policies
/// nobody can tell.
Status PoliciesAround(const LogReader& reader, const TimeSpan& span, const LogProgress& progress,
                      RecordedAnswer* answer) {
  auto use = PolicyUse(reader, {0, UINT64_MAX}, progress);
  if (!use.ok()) return use.status();
  answer->log_first_ns = use->first_ns;
  answer->log_last_ns = use->last_ns;
  const ReplayPolicyPeriod* before = nullptr;
  const ReplayPolicyPeriod* after = nullptr;
  for (const ReplayPolicyPeriod& period : use->policy_periods) {
    if (period.from_ns < span.to_ns && period.to_ns >= span.from_ns) {
      AddPolicy(*use, period.digest, period.from_ns, period.to_ns, answer);
    } else if (period.to_ns < span.from_ns) {
      if (before == nullptr || period.to_ns >= before->to_ns) before = &period;
    } else if (after == nullptr || period.from_ns < after->from_ns) {
      after = &period;
    }
  }
  if (!answer->policies.empty()) return Status();
  for (const ReplayPolicyPeriod* period : {before, after}) {
    if (period == nullptr) continue;
    AddPolicy(*use, period->digest, period->from_ns, period->to_ns, answer);
  }
  return Status();
}

}  // namespace

Result<RecordedAnswer> FindRecorded(const LogReader& reader, const RecordedQuestion& question,
                                    const LogProgress& progress) {
  RecordedAnswer answer;
  Status read = EachOfPair(
      reader, question, question.span,
      [&](LogEntry entry) {
        (entry.shadow ? answer.shadows : answer.decisions).push_back(std::move(entry));
      },
      progress);
  if (!read.ok()) return read;
  if (!answer.decisions.empty()) {
    Status named = PoliciesOfDecisions(reader, question, progress, &answer);
    if (!named.ok()) return named;
    return answer;
  }
  if (Status status = FindNearest(reader, question, progress, &answer); !status.ok()) return status;
  if (Status status = CountGaps(reader, question.span, &answer); !status.ok()) return status;
  Status named = PoliciesAround(reader, question.span, progress, &answer);
  if (!named.ok()) return named;
  return answer;
}

}  // namespace ringfence::cli
