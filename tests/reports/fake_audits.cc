// Audits that no log has.
#include "reports/fake_audits.h"

#include <utility>

#include "reports/fake_reports.h"

namespace ringfence::reports_test {
namespace {

constexpr uint64_t kSecondNs = 1000000000;
constexpr uint64_t kNovember = 1793491200 * kSecondNs;  // 2026-11-01T00:00:00Z

ReplayReport Replay(std::string_view name) {
  for (auto& [its_name, report] : FakeReplays()) {
    if (its_name == name) return report;
  }
  return {};
}

AuditEntries Entries(std::string_view kind, uint64_t count, size_t shown) {
  AuditEntries entries;
  entries.count = count;
  for (size_t i = 0; i < shown; ++i) {
    LogEntry entry;
    entry.month = "2026-11";
    entry.index = 1000 * i + 7;
    entry.kind = kind;
    entry.time_ns = kNovember + i * 3600 * kSecondNs;
    entry.fields = {{"cause", "overload", false}, {"count", std::to_string(i), true}};
    entries.first.push_back(std::move(entry));
  }
  return entries;
}

LogAudit Holds() {
  LogAudit audit;
  audit.log = "example.com/ring/n7";
  audit.retention_days = 90;
  audit.verification.months = 2;
  audit.verification.entries = 1902995;
  audit.verification.decisions = 1899000;
  audit.verification.checkpoints = 4711;
  audit.verification.first_time_ns = kNovember;
  audit.verification.last_time_ns = kNovember + 30 * 86400 * kSecondNs;
  audit.anchors = {"2 verifier keys", "1 checkpoint that was kept", "the database"};
  audit.months = {
      {"2026-10", "example.com/ring/n7/2026-10", 1000000,
       "example.com/ring/n7/2026-10+5f9f3b1c+AZq0m7q8Zt1nXb1k4m3dM6n8Fq2s1v0y9x8w7u6t5s4r"},
      {"2026-11", "example.com/ring/n7/2026-11", 902995,
       "example.com/ring/n7/2026-11+0ac41d22+AZq0m7q8Zt1nXb1k4m3dM6n8Fq2s1v0y9x8w7u6t5s4r"}};
  audit.replay = Replay("reproduce");
  audit.policies = Entries("policy", 3, 3);
  audit.boots = Entries("boot", 2, 2);
  audit.gaps = Entries("gap", 41, 20);
  audit.accesses = Entries("access", 1, 1);
  audit.key_commits = Entries("keycommit", 1, 1);
  audit.clocks = Entries("clock", 1, 1);
  audit.causes = {{"overload", 1069}};
  audit.heartbeats = 12;
  audit.outages.count = 2;
  audit.outages.total_ns = 700 * kSecondNs;
  audit.outages.longest_ns = 431 * kSecondNs;
  audit.outages.first = {
      {"2026-11", 12, kNovember, kNovember + 431 * kSecondNs, true, "none needed", 4},
      {"2026-11", 9000, kNovember + 9000 * kSecondNs, kNovember + 9269 * kSecondNs, false,
       "recovered", 5}};
  for (size_t i = 0; i < kAuditQuestions; ++i) {
    audit.answers[i].question = static_cast<AuditQuestion>(i);
  }
  return audit;
}

LogAudit Fails() {
  LogAudit audit = Holds();
  audit.anchors.clear();
  audit.replay.reset();
  audit.replay_error = "there are no keys to the facts of this log";
  AuditAnswer& changed = audit.answers[static_cast<size_t>(AuditQuestion::kChanged)];
  changed.outcome = AuditOutcome::kFails;
  changed.reasons = {"2 things are not what was signed."};
  changed.findings = {{"leaf", "2026-11", 4711, "the stored hash is not that of the entry"},
                      {"root", "2026-11", std::nullopt,
                       "the tree of 902,995 entries has another "
                       "root than the checkpoint"}};
  for (const AuditQuestion question : {AuditQuestion::kReproduced, AuditQuestion::kErasures}) {
    AuditAnswer& answer = audit.answers[static_cast<size_t>(question)];
    answer.outcome = AuditOutcome::kCannotTell;
    answer.reasons = {"The log was changed, so what it says proves nothing.",
                      "No keys were given that open facts."};
  }
  audit.unread = changed.findings;
  audit.more_unread = 17;
  audit.verification.findings = changed.findings;
  return audit;
}

/// Every text of foreign origin is a hostile one, in turn.
LogAudit Hostile() {
  LogAudit audit = Fails();
  size_t turn = 0;
  const auto spoil = [&](std::string* text) {
    *text = HostileTexts()[turn++ % HostileTexts().size()];
  };
  spoil(&audit.log);
  spoil(&audit.replay_error);
  audit.anchors.resize(4);
  for (std::string& anchor : audit.anchors) spoil(&anchor);
  for (LogReader::Month& month : audit.months) {
    for (std::string* text : {&month.month, &month.origin, &month.vkey}) spoil(text);
  }
  for (AuditEntries* entries : {&audit.policies, &audit.gaps, &audit.accesses, &audit.clocks}) {
    for (LogEntry& entry : entries->first) {
      spoil(&entry.month);
      for (LogField& field : entry.fields) {
        spoil(&field.name);
        spoil(&field.value);
      }
    }
  }
  for (AuditAnswer& answer : audit.answers) {
    for (std::string& reason : answer.reasons) spoil(&reason);
    for (LogFinding& finding : answer.findings) {
      for (std::string* text : {&finding.check, &finding.month, &finding.detail}) spoil(text);
    }
  }
  for (AuditCause& cause : audit.causes) spoil(&cause.cause);
  for (AuditOutage& outage : audit.outages.first) spoil(&outage.rings);
  return audit;
}

}  // namespace

std::vector<NamedAudit> FakeAudits() {
  LogAudit shifted = Holds();
  shifted.replay = Replay("divergent");
  shifted.from_ns = kNovember;
  AuditAnswer& answer = shifted.answers[static_cast<size_t>(AuditQuestion::kReproduced)];
  answer.outcome = AuditOutcome::kFails;
  answer.reasons = {"17 decisions are derived otherwise."};
  return {{"audit-empty", {}},
          {"audit-holds", Holds()},
          {"audit-fails", Fails()},
          {"audit-divergent", shifted},
          {"audit-hostile", Hostile()}};
}

}  // namespace ringfence::reports_test
