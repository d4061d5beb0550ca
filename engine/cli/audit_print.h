// An audit as the tool prints it: sections for people, one object for programs.
// Takes a LogAudit; gives text.
#pragma once

#include <ringfence/audit.h>

#include <string>

#include "cli/output.h"

namespace ringfence::cli {

std::string AuditText(const Output& out, const LogAudit& audit);

/// One object on a line.
std::string AuditJson(const LogAudit& audit);

}  // namespace ringfence::cli
