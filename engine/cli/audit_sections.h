// An audit as people read it: a section for each question, whatever it is printed as.
// Takes a LogAudit; gives titles, outcomes, evidence and limits in words. Nothing is printable yet:
// who prints escapes for terminal, JSON or HTML.
#pragma once

#include <ringfence/audit.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::cli {

/// Entries that are evidence: the first of them by month and index.
struct AuditListing {
  std::string name;    ///< "gaps"
  uint64_t count = 0;  ///< more than `entries` where there are too many
  struct Item {
    std::string month;
    uint64_t index = 0;
    uint64_t time_ns = 0;
    std::string text;
  };
  std::vector<Item> items;
};

struct AuditSection {
  std::string id;     ///< "missing", "changed", ...: in JSON, and as an anchor
  std::string title;  ///< "Is anything missing?"
  AuditOutcome outcome = AuditOutcome::kHolds;
  std::vector<std::string> checked;  ///< what was looked at; a sentence each
  std::vector<std::string> reasons;  ///< why it does not hold
  std::vector<LogFinding> findings;
  std::vector<std::pair<std::string, std::string>> evidence;  ///< name, value
  std::vector<AuditListing> listings;                         ///< those without entries left out
  std::vector<std::string> limits;                            ///< what it does not prove
};

/// In the order of AuditQuestion.
std::vector<AuditSection> AuditSections(const LogAudit& audit);

/// "holds: 6, fails: 0, cannot be told: 2"
std::string AuditSummary(const LogAudit& audit);

}  // namespace ringfence::cli
