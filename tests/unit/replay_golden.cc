// A report depends on the log alone: the same text under every time zone, locale and number of
// threads, and (tests/golden/replay.txt) from every compiler at every level of optimisation.
// --update=replay writes that file anew; read the difference.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <clocale>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "unit/replay_builder.h"
#include "unit/replay_dump.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr int kSealed = 1;  ///< callees without an exported key

/// Three months of decisions under two policies, with all that may happen to them.
class GoldenLog : public ReplayBuilder {
 public:
  GoldenLog() : ReplayBuilder("2026-09", 42) {
    log.step_ns = 7'000'000'000'000;
    UsePolicy(Allow());
    DecideMany(250);
    log.AddGap(7, 251, 257, 1);
    log.SkipSeqs(7);
    AddErasure();
    log.EndMonth();
    log.BeginMonth("2026-10");
    log.AddBoot(2, {.previous_boot = 1, .clean = true, .highest_seq = 257});
    UsePolicy(Refuse());
    DecideMany(150);
    UsePolicy(Allow());
    DecideMany(120);
    Decide(3, {{"callee.follows(caller)", "true"}}, entry_flags::kShadow);
    const uint64_t forged = Decide(4, {{"callee.follows(caller)", "true"}});
    Entry entry = EntryAt(forged, 1);
    entry.header.rule += 1;
    SetEntry(forged, entry, 1);
    log.EndMonth();
    log.BeginMonth("2026-11");
    log.AddBoot(3, {.previous_boot = 2, .clean = true, .highest_seq = 272});
    UsePolicy(Allow());
    DecideMany(60);
    Finish();
  }

  std::string Reports(int threads) {
    std::string text;
    for (const ReplayMode mode :
         {ReplayMode::kReproduce, ReplayMode::kWhatIf, ReplayMode::kShadow}) {
      Options options;
      options.mode = mode;
      options.threads = threads;
      options.facts_keys = FactsKeys(kCallees - kSealed);
      if (mode == ReplayMode::kWhatIf) options.policy = Refuse();
      text += DumpReport(Replayed(options)) + "\n";
    }
    return text;
  }
};

/// Without what changes with the catalog: digests, and proofs of entries that name them.
std::string Stable(const std::string& text) {
  std::string out;
  std::map<std::string, std::string> digests;
  bool in_proof = false;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    at = end + 1;
    const bool begins = line.starts_with("  proof");
    in_proof = (in_proof && line != "'") || begins;
    if (in_proof || line == "'") continue;
    for (size_t i = 0; i + 66 <= line.size(); ++i) {
      const bool digest = line[i] == '\'' && line[i + 65] == '\'' &&
                          line.find_first_not_of("0123456789abcdef", i + 1) == i + 65;
      if (!digest) continue;
      const std::string next = "digest " + std::to_string(digests.size() + 1);
      const auto [known, is_new] = digests.try_emplace(line.substr(i + 1, 64), next);
      line.replace(i + 1, 64, known->second);
    }
    out += line + "\n";
  }
  return out;
}

TEST_CASE("a report is the same everywhere") {
  GoldenLog log;
  const std::string text = log.Reports(1);
  for (const int threads : {2, 4, 0}) CHECK(log.Reports(threads) == text);
  for (const char* zone : {"UTC", "Asia/Kathmandu", "America/St_Johns", "XYZ-14:37"}) {
    REQUIRE(setenv("TZ", zone, 1) == 0);
    tzset();
    CHECK(log.Reports(2) == text);
  }
  unsetenv("TZ");
  tzset();
  for (const char* locale : {"C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "ar_EG.UTF-8"}) {
    if (std::setlocale(LC_ALL, locale) == nullptr) continue;  // not installed here
    CHECK(log.Reports(2) == text);
  }
  std::setlocale(LC_ALL, "C");

  const std::filesystem::path golden =
      std::filesystem::path(RINGFENCE_SOURCE_DIR) / "tests/golden/replay.txt";
  if (Argument("update") == "replay") std::ofstream(golden) << Stable(text);
  std::ifstream file(golden);
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  const std::string stable = Stable(text);
  const size_t size = std::min(stable.size(), expected.size());
  const auto [ours, theirs] = std::mismatch(
      stable.begin(), stable.begin() + static_cast<ptrdiff_t>(size), expected.begin());
  const size_t at = static_cast<size_t>(ours - stable.begin());
  const size_t begin = stable.rfind('\n', at);
  CHECK_MESSAGE(stable == expected, "at byte " << at << ": " << stable.substr(begin, 200));
}

}  // namespace
}  // namespace ringfence
