// The audit of a decision log: what an auditor asks, and what the log answers. Takes a log, and
// what the auditor was given beside it (checkpoints, keys); gives answers with their evidence.
#pragma once

#include <ringfence/diff.h>
#include <ringfence/export.h>
#include <ringfence/log.h>
#include <ringfence/replay.h>
#include <ringfence/status.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

struct LogAuditOptions {
  /// Always of the whole log. Without `keys`, `trusted`, `store` and cosignatures of `witnesses`,
  /// nothing outside the log speaks for it, and nobody can tell whether it was rewritten.
  LogVerifyOptions verify;
  /// What is replayed and listed.
  uint64_t from_ns = 0;
  uint64_t to_ns = UINT64_MAX;  ///< exclusive
  /// Facts are opened with these to decide again; without any that cannot be told.
  LogSecrets secrets;
  size_t max_entries = 20;  ///< kept of each kind; all are counted
};

/// What an auditor asks, in this order.
enum class AuditQuestion : uint8_t {
  kMissing,     ///< is every decision in the log, or counted as not recorded?
  kChanged,     ///< is the log what was signed?
  kPolicies,    ///< is every decision under a policy whose text is in the log?
  kReproduced,  ///< does each follow from its facts and its policy?
  kReaders,     ///< are exports of keys logged, and the keys bound?
  kClock,       ///< does time go back only where the log says so?
  kErasures,    ///< is it logged who was erased, and can they be read no more?
  kOutages,     ///< is it known what happened while the log was down?
};
inline constexpr size_t kAuditQuestions = 8;

enum class AuditOutcome : uint8_t { kHolds, kFails, kCannotTell };
/// "holds", "fails", "cannot be told"
RINGFENCE_API std::string_view ToString(AuditOutcome outcome);

struct AuditAnswer {
  AuditQuestion question = AuditQuestion::kMissing;
  AuditOutcome outcome = AuditOutcome::kHolds;
  std::vector<std::string> reasons;  ///< why it does not hold; one sentence each
  std::vector<LogFinding> findings;  ///< those of the verification that this is about
};

/// Entries of one kind: how many, and the first `max_entries`.
struct AuditEntries {
  uint64_t count = 0;
  std::vector<LogEntry> first;
};

/// A time in which nothing was recorded: from the last entry before a BOOT to that BOOT.
struct AuditOutage {
  std::string month;  ///< of the BOOT
  uint64_t index = 0;
  uint64_t from_ns = 0, to_ns = 0;
  bool clean = true;  ///< the writer before had been closed
  std::string rings;  ///< "none needed", "recovered", "lost"
  uint64_t boot = 0;  ///< its number
};

struct AuditOutages {
  uint64_t count = 0;
  uint64_t total_ns = 0, longest_ns = 0;
  std::vector<AuditOutage> first;
};

/// One policy in force after another, and what that changed for people.
struct AuditPolicyChange {
  uint64_t time_ns = 0;  ///< of the first decision under the new one
  std::string from, to;  ///< digests, as ReplayReport::policy_periods has them
  std::optional<PolicyDiff> diff;
  std::string error;  ///< why there is no diff: a text is missing, the vocabularies differ, ...
};

/// Decisions that GAP entries count, by cause: "overload", "disk full", ...
struct AuditCause {
  std::string cause;
  uint64_t decisions = 0;
};

struct LogAudit {
  std::string log;  ///< its name
  uint64_t from_ns = 0, to_ns = UINT64_MAX;
  uint32_t retention_days = 0;
  LogVerification verification;
  /// What speaks for the log that its folder does not hold: "the database", "1 verifier key", ...
  std::vector<std::string> anchors;
  std::vector<LogReader::Month> months;  ///< those whose checkpoint can be read
  bool begins_later = false;             ///< its first months were pruned
  // Of the whole log: keys that KEYCOMMIT entries bind, and that ACCESS entries say were exported.
  uint64_t committed_keys = 0, exported_keys = 0;
  /// Missing where it could not be done; `replay_error` says why.
  std::optional<ReplayReport> replay;
  std::string replay_error;
  /// Between the periods of `replay`, the first `max_entries`.
  std::vector<AuditPolicyChange> policy_changes;

  // Entries of the time asked for, in the log's order.
  AuditEntries policies, boots, gaps, erasures, seals, replays, key_commits, accesses;
  AuditEntries clocks;  ///< but for heartbeats
  uint64_t heartbeats = 0;
  AuditOutages outages;
  uint64_t lost_rings = 0;          ///< power failures that took what was in memory
  uint64_t longest_silence_ns = 0;  ///< between two entries of one boot
  std::vector<AuditCause> causes;
  // Decisions of that time, by flag.
  uint64_t unsynchronised = 0;  ///< while the clock was behind what the log had seen
  uint64_t unread_parties = 0;  ///< somebody could not be looked up
  uint64_t durable = 0;         ///< the answer waited for the disk
  uint64_t shadow = 0;
  /// What could not be read: damaged entries, months without a signed checkpoint. At most
  /// kMaxDiagnostics; `more_unread` counts the rest.
  std::vector<LogFinding> unread;
  uint64_t more_unread = 0;

  std::array<AuditAnswer, kAuditQuestions> answers;
  /// Every answer is kHolds.
  bool holds() const {
    for (const AuditAnswer& answer : answers) {
      if (answer.outcome != AuditOutcome::kHolds) return false;
    }
    return true;
  }
};

/// Verifies, reads, replays. A Status only for what keeps it from looking: kIo, keys of another
/// log. A log that does not hold is audited as far as it can be read; where it was changed, no
/// other answer is kHolds. Never writes, may run while the log is written. Memory does not grow
/// with the log. Thread-safe.
RINGFENCE_API Result<LogAudit> Audit(const LogReader& log, const LogAuditOptions& options);

}  // namespace ringfence
