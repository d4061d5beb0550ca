// An audit as a page for people: one HTML file that needs nothing beside it.
// Takes a LogAudit; gives the file's contents. Nothing of a log is trusted to be harmless.
#pragma once

#include <ringfence/audit.h>

#include <string>

namespace ringfence::cli {

/// The answers first, then each question with its evidence and limits, then the replay. UTF-8.
std::string AuditHtml(const LogAudit& audit);

}  // namespace ringfence::cli
