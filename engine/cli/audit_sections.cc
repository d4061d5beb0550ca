// The words of an audit. See audit_sections.h.
#include "cli/audit_sections.h"

#include <algorithm>
#include <array>

#include "cli/diff_words.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

using Question = AuditQuestion;

constexpr size_t kDigestInItem = 32;  // an id fits, of a digest its first half

/// What each question is in words, whatever the answer.
struct Words {
  std::string_view id, title;
  std::vector<std::string> checked, limits;
};

const std::array<Words, kAuditQuestions>& AllWords() {
  static const std::array<Words, kAuditQuestions> words = {{
      {"missing",
       "Is anything missing?",
       {"Decisions are numbered as they are made: each number is in the log, or counted by a GAP "
        "entry.",
        "Months follow each other, and each ends as the next one says."},
       {"The process that numbers decisions is believed: what it never counted is not found.",
        "Entries after the newest checkpoint can still be cut off unseen."}},
      {"changed",
       "Was anything changed?",
       {"Every entry was hashed again and compared with leaf hashes, tiles, roots and every "
        "checkpoint ever signed.",
        "What was given from outside the log (keys, checkpoints, witnesses, the database) was "
        "compared with it."},
       {"Whoever has the log's key file can rewrite everything younger than the newest checkpoint "
        "that somebody else holds.",
        "The log says what was decided, not that the engine was the one that should decide."}},
      {"policies",
       "Under which policies was it decided?",
       {"Each decision names a POLICY entry before it; the policy's text is in the log, and has "
        "the digest the entry says."},
       {"Who put a policy in force, and why, is not in the log: the database keeps it."}},
      {"reproduced",
       "Does every decision follow from its facts?",
       {"Every decision whose facts can be opened was decided again by the recorded policy: "
        "effect, outcome, path, basis, rule and the facts that were read were compared."},
       {"Facts are what the engine saw, not what was true.",
        "What was erased or not recorded is not decided again."}},
      {"readers",
       "Who read what is sealed?",
       {"Exports of facts keys leave ACCESS entries, and KEYCOMMIT entries that bind the keys: "
        "their numbers were compared."},
       {"Whoever has both the database and the log's key file can open facts without a trace.",
        "What became of an exported file is not in the log."}},
      {"clock",
       "Is the clock right?",
       {"Times go back, by more than a second, only where a CLOCK entry says that the clock was "
        "set."},
       {"That the clock agreed with the world's is not in the log: cosignatures of witnesses "
        "carry times of their own.",
        "The order of entries is their index, not their time."}},
      {"erasures",
       "Were erasures done?",
       {"Each erasure leaves an ERASURE entry under a random case id; decisions of who was erased "
        "must not open any more."},
       {"Copies of the database and files of exported keys from before an erasure open what was "
        "erased.",
        "The log does not say whom an erasure was about: compare case ids with the requests."}},
      {"outages",
       "Was the log down, and what happened to calls then?",
       {"GAP entries count decisions that were made and not recorded; BOOT entries say how the "
        "writer before them ended."},
       {"While the log takes nothing, calls are decided as `when_full` says: they stand, or are "
        "refused. The log does not say which.",
        "Whether calls were tried while no process ran is not in the log."}},
  }};
  return words;
}

/// "0:12:07.250"; days where there are any.
std::string LengthText(uint64_t length_ns) {
  const uint64_t ms = length_ns / 1'000'000;
  const uint64_t days = ms / 86'400'000;
  const auto two = [](uint64_t number) {
    return Cat({number < 10 ? "0" : "", std::to_string(number)});
  };
  std::string rest = std::to_string(ms % 1000);
  rest.insert(0, 3 - rest.size(), '0');
  const std::string time = Cat({std::to_string(ms / 3'600'000 % 24), ":", two(ms / 60'000 % 60),
                                ":", two(ms / 1000 % 60), ".", rest});
  return days == 0 ? time : Cat({Count(days, "day", "days"), " ", time});
}

std::string FieldsText(const LogEntry& entry) {
  std::string text;
  for (const LogField& field : entry.fields) {
    if (field.name == "monotonic_ns") continue;
    const bool cut = field.value.size() > kDigestInItem;
    text += Cat({text.empty() ? "" : " ", field.name, "=",
                 std::string_view(field.value).substr(0, kDigestInItem), cut ? ".." : ""});
  }
  return text;
}

class SectionWriter {
 public:
  SectionWriter(const LogAudit& audit, Question question) : audit_(audit) {
    const Words& words = AllWords()[static_cast<size_t>(question)];
    const AuditAnswer& answer = audit.answers[static_cast<size_t>(question)];
    section_.id = words.id;
    section_.title = words.title;
    section_.checked = words.checked;
    section_.limits = words.limits;
    section_.outcome = answer.outcome;
    section_.reasons = answer.reasons;
    section_.findings = answer.findings;
  }

  AuditSection Take() { return std::move(section_); }

  void Missing();
  void Changed();
  void Policies();
  void Reproduced();
  void Readers();
  void Clock();
  void Erasures();
  void Outages();

 private:
  void Say(std::string name, std::string value) {
    section_.evidence.emplace_back(std::move(name), std::move(value));
  }
  void Say(std::string name, uint64_t number) { Say(std::move(name), Thousands(number)); }
  void List(std::string name, const AuditEntries& entries);
  const LogVerification& seen() const { return audit_.verification; }

  const LogAudit& audit_;
  AuditSection section_;
};

void SectionWriter::List(std::string name, const AuditEntries& entries) {
  if (entries.count == 0) return;
  AuditListing listing;
  listing.name = std::move(name);
  listing.count = entries.count;
  for (const LogEntry& entry : entries.first) {
    listing.items.push_back({entry.month, entry.index, entry.time_ns, FieldsText(entry)});
  }
  section_.listings.push_back(std::move(listing));
}

void SectionWriter::Missing() {
  Say("months", seen().months);
  if (audit_.begins_later) {
    Say("before them", Cat({"months that were pruned; the retention is ",
                            Count(audit_.retention_days, "day", "days")}));
  }
  Say("entries", seen().entries);
  Say("not signed yet", seen().beyond);
  Say("decisions", seen().decisions);
  Say("not recorded", seen().not_recorded);
  if (audit_.durable > 0) Say("answered when on disk", audit_.durable);
  if (seen().entries > 0) {
    Say("first", TimeNsText(seen().first_time_ns));
    Say("last", TimeNsText(seen().last_time_ns));
  }
  if (audit_.more_unread + audit_.unread.size() > 0) {
    Say("not readable", audit_.more_unread + audit_.unread.size());
  }
}

void SectionWriter::Changed() {
  std::string anchors;
  for (const std::string& anchor : audit_.anchors) {
    anchors += Cat({anchors.empty() ? "" : ", ", anchor});
  }
  Say("compared with", anchors.empty() ? "nothing outside the log" : anchors);
  Say("checkpoints", seen().checkpoints);
  Say("cosignatures", seen().cosignatures);
  for (const LogReader::Month& month : audit_.months) {
    Say("month", Cat({month.month, ", ", Count(month.entries, "entry", "entries")}));
    Say("key", month.vkey);
  }
}

void SectionWriter::Policies() {
  if (!audit_.replay) return List("policies", audit_.policies);
  const ReplayReport& report = *audit_.replay;
  for (const ReplayPolicyUse& use : report.policies) {
    Say("policy", Cat({use.name.empty() ? "unknown" : use.name, ", ",
                       Count(use.decisions, "decision", "decisions"),
                       use.shadow ? ", in the shadow of another" : ""}));
    Say("digest", use.digest);
  }
  for (const AuditPolicyChange& change : audit_.policy_changes) {
    if (!change.diff) {
      Say("change", Cat({TimeNsText(change.time_ns), "  cannot be compared: ", change.error}));
      continue;
    }
    Say("change", Cat({TimeNsText(change.time_ns), "  ", change.diff->old_name, " -> ",
                       change.diff->new_name, ": ", DiffSentence(*change.diff)}));
  }
  AuditListing listing;
  listing.name = "in force";
  listing.count = report.policy_periods.size();
  for (const ReplayPolicyPeriod& period : report.policy_periods) {
    // Not an entry, but a stretch of them.
    listing.items.push_back({"", 0, period.from_ns,
                             Cat({"to ", TimeNsText(period.to_ns), "  ",
                                  std::string_view(period.digest).substr(0, kDigestInItem), "..  ",
                                  Count(period.decisions, "decision", "decisions")})});
  }
  if (!listing.items.empty()) section_.listings.push_back(std::move(listing));
}

void SectionWriter::Reproduced() {
  if (audit_.replay) {
    const ReplayReport& report = *audit_.replay;
    Say("decisions", report.entries);
    Say("reproduced", report.reproduced);
    Say("divergent", report.changed);
    Say("indeterminate", report.indeterminate);
    Say("sealed", report.sealed);
    if (audit_.shadow > 0) Say("shadow evaluations", audit_.shadow);
    for (const ReplayReason& bin : report.not_replayable_by_reason) {
      Say("not replayable", Cat({Thousands(bin.entries), " ", bin.reason}));
    }
    AuditListing listing;
    listing.name = "divergences";
    listing.count = report.changed;
    for (const ReplayDivergence& divergence : report.divergences) {
      listing.items.push_back(
          {divergence.month, divergence.index, 0,
           Cat({divergence.stage, ": recorded ", ToString(divergence.recorded.effect), " by ",
                divergence.recorded.rule, ", derived ", ToString(divergence.derived.effect), " by ",
                divergence.derived.rule})});
    }
    if (!listing.items.empty()) section_.listings.push_back(std::move(listing));
    for (const std::string& note : report.notes) Say("note", note);
  }
  List("replays before", audit_.replays);
}

void SectionWriter::Readers() {
  Say("keys exported", audit_.exported_keys);
  Say("keys bound", audit_.committed_keys);
  List("exports", audit_.accesses);
  List("commitments", audit_.key_commits);
}

void SectionWriter::Clock() {
  Say("steps", audit_.clocks.count);
  Say("heartbeats", audit_.heartbeats);
  Say("longest silence", LengthText(audit_.longest_silence_ns));
  Say("decisions in doubt", audit_.unsynchronised);
  List("steps", audit_.clocks);
}

void SectionWriter::Erasures() {
  Say("erasures", audit_.erasures.count);
  if (audit_.replay) {
    uint64_t erased = 0;
    for (const ReplayReason& bin : audit_.replay->not_replayable_by_reason) {
      if (bin.reason == "erased") erased = bin.entries;
    }
    Say("decisions erased", erased);
  }
  List("erasures", audit_.erasures);
}

void SectionWriter::Outages() {
  for (const AuditCause& cause : audit_.causes) {
    Say("not recorded", Cat({Thousands(cause.decisions), " ", cause.cause}));
  }
  if (audit_.unread_parties > 0) Say("party not looked up", audit_.unread_parties);
  const AuditOutages& outages = audit_.outages;
  Say("starts", audit_.boots.count);
  Say("after a crash", seen().unclean_boots);
  Say("down", Cat({LengthText(outages.total_ns), " in all, at most ",
                   LengthText(outages.longest_ns), " at once"}));
  List("gaps", audit_.gaps);
  AuditListing listing;
  listing.name = "starts";
  listing.count = outages.count;
  for (const AuditOutage& outage : outages.first) {
    listing.items.push_back(
        {outage.month, outage.index, outage.to_ns,
         Cat({"after ", LengthText(outage.to_ns - outage.from_ns), ", ",
              outage.clean ? "closed properly" : "not closed", ", rings ", outage.rings})});
  }
  if (!listing.items.empty()) section_.listings.push_back(std::move(listing));
}

}  // namespace

std::vector<AuditSection> AuditSections(const LogAudit& audit) {
  constexpr void (SectionWriter::*kWriters[kAuditQuestions])() = {
      &SectionWriter::Missing,    &SectionWriter::Changed, &SectionWriter::Policies,
      &SectionWriter::Reproduced, &SectionWriter::Readers, &SectionWriter::Clock,
      &SectionWriter::Erasures,   &SectionWriter::Outages};
  std::vector<AuditSection> sections;
  for (size_t i = 0; i < kAuditQuestions; ++i) {
    SectionWriter writer(audit, static_cast<Question>(i));
    (writer.*kWriters[i])();
    sections.push_back(writer.Take());
  }
  return sections;
}

std::string AuditSummary(const LogAudit& audit) {
  std::array<uint64_t, 3> counts{};
  for (const AuditAnswer& answer : audit.answers) ++counts[static_cast<size_t>(answer.outcome)];
  std::string text;
  for (AuditOutcome outcome :
       {AuditOutcome::kHolds, AuditOutcome::kFails, AuditOutcome::kCannotTell}) {
    text += Cat({text.empty() ? "" : ", ", ToString(outcome), ": ",
                 std::to_string(counts[static_cast<size_t>(outcome)])});
  }
  return text;
}

}  // namespace ringfence::cli
