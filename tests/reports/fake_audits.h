// Audits that no log has. Takes nothing; gives audits by name, the same ones each time.
#pragma once

#include <ringfence/audit.h>

#include <string>
#include <vector>

namespace ringfence::reports_test {

struct NamedAudit {
  std::string name;  ///< of the page's file, without ".html"
  LogAudit audit;
};

std::vector<NamedAudit> FakeAudits();

}  // namespace ringfence::reports_test
