// The right build's half of replay_wrong_*: makes a log, or replays one.
//   replay_right --seed=N --log FOLDER      a twin; prints its answers' digests, one entry a line
//   replay_right --seed=N --replay FOLDER   prints "MONTH INDEX STAGE" of each divergence
#include <doctest/doctest.h>

#include <iostream>

#include "differential/replay_twin.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

TEST_CASE("the right build") {
  const std::optional<std::string> make = Argument("log"), replay = Argument("replay");
  if (make.has_value()) {
    Random random(Seed());
    const std::unique_ptr<ReplayLog> log = MakeTwin(random);
    HandOver(*log, *make);
    for (const Logged& entry : log->entries()) {
      REQUIRE(entry.differs.empty());
      std::cout << "entry " << entry.month << " " << entry.index << " " << entry.read_digest
                << "\n";
    }
  }
  if (replay.has_value()) {
    const ReplayReport report = ReplayHandedOver(*replay);
    std::cout << "changed " << report.changed << " of " << report.entries << "\n";
    for (const ReplayDivergence& each : report.divergences) {
      std::cout << "diverges " << each.month << " " << each.index << " " << each.stage << "\n";
    }
  }
}

}  // namespace
}  // namespace ringfence::differential
