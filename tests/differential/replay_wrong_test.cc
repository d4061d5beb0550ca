// A build whose evaluator is wrong in one place (CMakeLists.txt says in which) is caught by replay
// at the first entry it affects, and at no other: whether it made the log, or replays one that the
// right build has made. What it affects, the reference evaluator says.
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "contract/temporary_folder.h"
#include "differential/replay_twin.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

/// What the right build prints.
std::vector<std::string> AskRightBuild(const std::string& argument, uint64_t seed) {
  const std::string command =
      std::string(RINGFENCE_RIGHT) + " --seed=" + std::to_string(seed) + " " + argument;
  std::FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> buffer;
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
  REQUIRE_MESSAGE(pclose(pipe) == 0, text);
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct Place {
  std::string month;
  uint64_t index = 0;
  std::string stage;
  bool operator==(const Place&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Place& place) {
  return out << place.month << "/" << place.index << ": " << place.stage;
}

std::vector<Place> Places(const std::vector<std::string>& lines) {
  std::vector<Place> places;
  for (const std::string& line : lines) {
    std::istringstream stream(line);
    Place place;
    std::string word;
    if (!(stream >> word >> place.month >> place.index) || word != "diverges") continue;
    std::getline(stream >> std::ws, place.stage);
    places.push_back(place);
  }
  return places;
}

std::vector<Place> Places(const ReplayReport& report) {
  std::vector<Place> places;
  places.reserve(report.divergences.size());
  for (const ReplayDivergence& each : report.divergences) {
    places.push_back({each.month, each.index, each.stage});
  }
  return places;
}

/// Entries at which this build goes wrong: another answer than the reference evaluator's, or the
/// same one after looking at other facts than the right build.
std::vector<Place> Affected(const ReplayLog& log, const std::vector<std::string>& right) {
  std::vector<Place> places;
  size_t at = 0;
  for (const std::string& line : right) {
    std::istringstream stream(line);
    std::string word;
    Place place;
    uint32_t read_digest = 0;
    if (!(stream >> word >> place.month >> place.index >> read_digest) || word != "entry") continue;
    REQUIRE(at < log.entries().size());
    const Logged& ours = log.entries()[at++];
    REQUIRE(ours.month == place.month);
    REQUIRE(ours.index == place.index);
    place.stage = ours.differs;
    if (place.stage.empty() && ours.read_digest != read_digest) place.stage = "facts read";
    if (!place.stage.empty()) places.push_back(place);
  }
  REQUIRE(at == log.entries().size());
  return places;
}

TEST_CASE("a wrong evaluator is caught at the first entry it affects") {
  uint64_t affected_logs = 0;
  // A build that is wrong in few cases needs some luck to meet one.
  for (uint64_t logs = 0; logs < 4 || (affected_logs == 0 && logs < 30); ++logs) {
    const uint64_t seed = Seed() + logs;
    const TemporaryFolder of_right, of_wrong;
    Random random(seed);
    const std::unique_ptr<ReplayLog> ours = MakeTwin(random);
    HandOver(*ours, of_wrong.path());
    const std::vector<Place> affected =
        Affected(*ours, AskRightBuild("--log " + of_right.path(), seed));
    const ReplayReport report = ReplayHandedOver(of_right.path());
    const std::vector<Place> here = Places(report);
    const std::vector<Place> there = Places(AskRightBuild("--replay " + of_wrong.path(), seed));
    CHECK(report.changed == affected.size());
    CHECK(report.reproduced == report.entries - affected.size());
    CHECK(report.entries == ours->entries().size());
    REQUIRE(here.size() == std::min<size_t>(affected.size(), kMaxDiagnostics));
    REQUIRE(there.size() == here.size());
    for (size_t i = 0; i < here.size(); ++i) {
      CHECK(here[i] == affected[i]);
      CHECK(there[i] == affected[i]);
    }
    affected_logs += affected.empty() ? 0 : 1;
    std::cout << affected.size() << " of " << report.entries << " entries affected";
    if (!here.empty()) {
      std::cout << ", the first " << here[0];
    }
    std::cout << "\n";
  }
  CHECK(affected_logs > 0);
}

}  // namespace
}  // namespace ringfence::differential
