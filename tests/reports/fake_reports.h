// Reports that no log has: empty, tiny, huge, hostile. Pages are made of them.
// Takes nothing; gives reports by name, the same ones each time.
#pragma once

#include <ringfence/replay.h>

#include <string>
#include <vector>

namespace ringfence::reports_test {

struct NamedReplay {
  std::string name;  ///< of the page's file, without ".html"
  ReplayReport report;
};

std::vector<NamedReplay> FakeReplays();

/// Texts that want to be markup, to change direction, or to be no text at all.
const std::vector<std::string>& HostileTexts();

}  // namespace ringfence::reports_test
