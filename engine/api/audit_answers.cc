// What each question's answer is, and why. See audit_answers.h.
#include "api/audit_answers.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

namespace ringfence {
namespace {

using Question = AuditQuestion;
using Outcome = AuditOutcome;

AuditAnswer& Of(LogAudit* audit, Question question) {
  return audit->answers[static_cast<size_t>(question)];
}

/// An answer only gets worse.
void Say(AuditAnswer* answer, Outcome outcome, std::string reason) {
  if (answer->outcome != Outcome::kFails) answer->outcome = outcome;
  answer->reasons.push_back(std::move(reason));
}
void Doubt(AuditAnswer* answer, std::string reason) {
  Say(answer, Outcome::kCannotTell, std::move(reason));
}
void Fail(AuditAnswer* answer, std::string reason) {
  Say(answer, Outcome::kFails, std::move(reason));
}

std::string Decisions(uint64_t number) {
  return std::to_string(number) + (number == 1 ? " decision" : " decisions");
}

bool IsOneOf(std::string_view check, std::initializer_list<std::string_view> checks) {
  return std::find(checks.begin(), checks.end(), check) != checks.end();
}

Question About(std::string_view check) {
  if (IsOneOf(check, {"sequence", "gap", "boot", "month", "seal", "rollback"})) {
    return Question::kMissing;
  }
  if (check == "policy") return Question::kPolicies;
  return check == "clock" ? Question::kClock : Question::kChanged;
}

uint64_t Replays(const ReplayReport& report, std::string_view reason) {
  for (const ReplayReason& bin : report.not_replayable_by_reason) {
    if (bin.reason == reason) return bin.entries;
  }
  return 0;
}

void TakeVerification(LogAudit* audit) {
  for (const LogFinding& finding : audit->verification.findings) {
    AuditAnswer& answer = Of(audit, About(finding.check));
    answer.outcome = Outcome::kFails;
    answer.findings.push_back(finding);
  }
  for (const LogFinding& note : audit->verification.notes) {
    Doubt(&Of(audit, About(note.check)), note.detail);
  }
}

void AnswerChanged(const AuditMeans& means, LogAudit* audit) {
  AuditAnswer* const answer = &Of(audit, Question::kChanged);
  if (means.has_witnesses && audit->verification.cosignatures == 0) {
    Doubt(answer, "no checkpoint is cosigned by the witnesses that were named");
  }
  if (!audit->anchors.empty()) return;
  Doubt(answer,
        "nothing outside the log was given to compare it with (a verifier key, a checkpoint "
        "somebody kept, a witness, the database): it may have been written anew as a whole");
}

void AnswerPolicies(LogAudit* audit) {
  AuditAnswer* const answer = &Of(audit, Question::kPolicies);
  if (!audit->replay)
    return Doubt(answer, "the decisions could not be read: " + audit->replay_error);
  const uint64_t missing = Replays(*audit->replay, "policy_missing");
  if (missing > 0) {
    Fail(answer, Decisions(missing) + " under a policy whose text is not in the log");
  }
}

void AnswerReproduced(LogAudit* audit) {
  AuditAnswer* const answer = &Of(audit, Question::kReproduced);
  if (!audit->replay) return Doubt(answer, "nothing could be replayed: " + audit->replay_error);
  const ReplayReport& report = *audit->replay;
  if (report.changed > 0) {
    Fail(answer, Decisions(report.changed) + " come out otherwise than recorded");
  }
  if (report.sealed > 0) {
    Doubt(answer, Decisions(report.sealed) + " stay sealed: there is no key to their facts");
  }
  if (report.indeterminate > 0) {
    Doubt(answer, Decisions(report.indeterminate) + " depend on facts that were not collected");
  }
  for (const ReplayReason& bin : report.not_replayable_by_reason) {
    // Nobody can decide again what was erased, or not recorded: that is the log's promise.
    if (bin.reason == "erased" || bin.reason == "gap") continue;
    std::string text = Decisions(bin.entries) + " cannot be decided again: " + bin.reason;
    if (IsOneOf(bin.reason, {"damaged", "wrong_key", "policy_missing"})) {
      Fail(answer, std::move(text));
    } else {
      Doubt(answer, std::move(text));
    }
  }
}

void AnswerReaders(LogAudit* audit) {
  AuditAnswer* const answer = &Of(audit, Question::kReaders);
  if (audit->exported_keys <= audit->committed_keys) return;
  std::string text = "ACCESS entries say that " + std::to_string(audit->exported_keys) +
                     " keys were exported, KEYCOMMIT entries bind " +
                     std::to_string(audit->committed_keys);
  if (audit->begins_later) {
    Doubt(answer, text + "; the log's first months are gone");
  } else {
    Fail(answer, std::move(text));
  }
}

void AnswerErasures(const AuditMeans& means, LogAudit* audit) {
  AuditAnswer* const answer = &Of(audit, Question::kErasures);
  const uint64_t erased = audit->replay ? Replays(*audit->replay, "erased") : 0;
  if (audit->verification.erasures == 0) {
    if (erased == 0) return;
    return Doubt(answer, Decisions(erased) +
                             " can be opened no more, and no ERASURE entry says why: the key of "
                             "their epoch may be destroyed, or the entry in a month that is gone");
  }
  if (means.has_seeds && audit->replay) return;
  Doubt(answer,
        "without the database and the log's key file nobody can see that what was erased does not "
        "open");
}

void AnswerOutages(LogAudit* audit) {
  AuditAnswer* const answer = &Of(audit, Question::kOutages);
  uint64_t gone = 0;
  for (const AuditCause& cause : audit->causes) gone += cause.decisions;
  if (gone > 0) {
    Doubt(answer, Decisions(gone) +
                      " were made and not recorded: the log counts them, what they came to it does "
                      "not say");
  }
  if (audit->lost_rings > 0) {
    Doubt(answer,
          "what was in memory when the power failed is lost: nobody knows how many "
          "decisions that were");
  }
}

/// What was not looked at, or was changed, says nothing about anything.
void Undermine(LogAudit* audit) {
  const bool changed = Of(audit, Question::kChanged).outcome == Outcome::kFails;
  const uint64_t unread = audit->unread.size() + audit->more_unread;
  for (AuditAnswer& answer : audit->answers) {
    if (audit->verification.more_findings > 0 && answer.outcome == Outcome::kHolds) {
      Doubt(&answer, "there are more findings than are kept");
    }
    if (answer.question == Question::kChanged) continue;
    if (changed && answer.outcome == Outcome::kHolds) {
      Doubt(&answer, "the log was changed, and this answer believes what it reads");
    }
    if (unread > 0 && answer.outcome == Outcome::kHolds) {
      Doubt(&answer, "a part of the log cannot be read");
    }
    if (audit->verification.unknown_kinds > 0 && answer.outcome == Outcome::kHolds) {
      Doubt(&answer, "there are entries of kinds that this version does not know");
    }
  }
}

}  // namespace

void AnswerAudit(const AuditMeans& means, LogAudit* audit) {
  for (size_t i = 0; i < kAuditQuestions; ++i) {
    audit->answers[i] = {};
    audit->answers[i].question = static_cast<Question>(i);
  }
  TakeVerification(audit);
  AnswerChanged(means, audit);
  AnswerPolicies(audit);
  AnswerReproduced(audit);
  AnswerReaders(audit);
  AnswerErasures(means, audit);
  AnswerOutages(audit);
  Undermine(audit);
}

std::string_view ToString(AuditOutcome outcome) {
  switch (outcome) {
    case AuditOutcome::kHolds:
      return "holds";
    case AuditOutcome::kFails:
      return "fails";
    case AuditOutcome::kCannotTell:
      return "cannot be told";
  }
  return "";
}

}  // namespace ringfence
