// Names of effects, signals, records and bases; SIP statuses and told keys, as schema/README.md has
// them.
#include <doctest/doctest.h>
#include <ringfence/decision.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace ringfence {
namespace {

Signal At(int index) { return static_cast<Signal>(index); }

TEST_CASE("names") {
  CHECK(ToString(Effect::kRefuse) == "refuse");
  CHECK(ToString(Effect::kRing) == "ring");
  CHECK(ToString(Effect::kSilence) == "silence");
  CHECK(ToString(Effect::kScreen) == "screen");
  CHECK(ToString(Effect::kVoicemail) == "voicemail");
  CHECK(ToString(Record::kNothing) == "nothing");
  CHECK(ToString(Record::kMissed) == "missed");
  CHECK(ToString(Record::kMessage) == "message");
  CHECK(ToString(Basis::kComplete) == "complete");
  CHECK(ToString(Basis::kPartial) == "partial");
  CHECK(ToString(Basis::kOnUnavailable) == "on_unavailable");
  std::set<std::string_view> names;
  for (int i = 0; i < kSignalCount; ++i) CHECK(names.insert(ToString(At(i))).second);
  CHECK(ToString(Signal::kNothing) == "nothing");
  CHECK(ToString(Signal::kIdentityInvalid) == "identity_invalid");
}

TEST_CASE("SIP statuses of the standards") {
  const uint16_t expected[kSignalCount] = {0,   180, 486, 480, 603, 403, 403, 470,
                                           433, 607, 608, 403, 488, 480, 428};
  for (int i = 0; i < kSignalCount; ++i) {
    CAPTURE(ToString(At(i)));
    CHECK(DefaultSipStatus(At(i)) == expected[i]);
    // 604 would be false signalling (RFC 8688, section 1).
    CHECK(DefaultSipStatus(At(i)) != 604);
  }
}

TEST_CASE("told keys") {
  CHECK(DefaultTold(Signal::kOffline) == "unavailable");
  CHECK(DefaultTold(Signal::kNothing) == "unavailable");
  CHECK(DefaultTold(Signal::kRinging) == "ringing");
  CHECK(DefaultTold(Signal::kBlocked) == "blocked");
  CHECK(DefaultTold(Signal::kNotEntitled) == "not_entitled");
}

TEST_CASE("schema/README.md has the same table") {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/schema/README.md");
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  for (int i = 0; i < kSignalCount; ++i) {
    const uint16_t status = DefaultSipStatus(At(i));
    std::string row = "| `" + std::string(ToString(At(i))) + "` | ";
    row += status == 0 ? "none" : std::to_string(status);
    if (At(i) == Signal::kRetryLater) row += " with Retry-After";
    row += " | `" + std::string(DefaultTold(At(i))) + "` | ";
    CAPTURE(row);
    CHECK(text.str().find(row) != std::string::npos);
  }
}

}  // namespace
}  // namespace ringfence
