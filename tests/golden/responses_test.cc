// How every signal, and every outcome of every shipped rule set, is said to a caller in each
// protocol: tests/golden/responses.txt, word for word. --update=responses writes it anew.
#include <doctest/doctest.h>
#include <ringfence/response.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "golden/files.h"
#include "policy/document.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = kSource / "tests/golden/responses.txt";

struct RuleSet {
  std::string name;
  std::vector<Outcome> outcomes;
};

std::vector<RuleSet> ShippedOutcomes() {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kSource / "rules")) {
    const std::string name = entry.path().filename().string();
    if (name == "policy.json" || name == "common-policy.json") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<RuleSet> sets;
  for (const fs::path& path : paths) {
    const std::string text = ReadFile(path);
    Diagnostics diagnostics;
    auto document = ParsePolicy(Catalog::Standard(), text, path.string(), &diagnostics);
    REQUIRE_MESSAGE(document.has_value(), diagnostics.Render(text));
    sets.push_back({fs::relative(path, kSource / "rules").string(), document->outcomes});
  }
  return sets;
}

CallerView ViewOf(uint16_t sip_status, std::string_view told, uint32_t retry_after_s) {
  CallerView view;
  view.told = told;
  view.sip_status = sip_status;
  view.retry_after_s = retry_after_s;
  return view;
}

std::string Joined(const std::vector<std::string_view>& words) {
  std::string line;
  for (const std::string_view word : words) {
    if (!word.empty()) line += (line.empty() ? "" : " ") + std::string(word);
  }
  return line.empty() ? "nothing" : line;
}

std::string Text(const Response& response) {
  const std::string http =
      response.matrix.http_status == 0 ? "" : std::to_string(response.matrix.http_status);
  std::string text;
  std::string fragment = response.SipFragment();
  for (size_t at; (at = fragment.find("\r\n")) != std::string::npos; fragment.erase(0, at + 2)) {
    text += "  sip     " + fragment.substr(0, at) + "\n";
  }
  if (response.sends_nothing()) text += "  sip     nothing\n";
  if (!response.reason_later.empty()) text += "  later   " + response.reason_later + "\n";
  if (response.needs_call_info) text += "  needs   Call-Info\n";
  if (response.q850_cause != 0) text += "  q850    " + std::to_string(response.q850_cause) + "\n";
  text += "  xmpp    " + Joined({response.xmpp.action, response.xmpp.reason,
                                 response.xmpp.condition, response.xmpp.error_type});
  text += "\n  matrix  " +
          Joined({response.matrix.action, response.matrix.reason, response.matrix.errcode, http});
  text += "\n  webrtc  " + Joined({response.webrtc}) + "\n  text    " + response.text + "\n";
  return text;
}

std::string Table(const std::vector<RuleSet>& sets) {
  std::string table = "By signal, as an outcome that says no more has it.\n";
  for (int i = 0; i < kSignalCount; ++i) {
    const auto signal = static_cast<Signal>(i);
    const uint32_t retry_after_s = signal == Signal::kRetryLater ? 3600 : 0;
    const CallerView view = ViewOf(DefaultSipStatus(signal), DefaultTold(signal), retry_after_s);
    table += "\n" + std::string(ToString(signal)) + "\n" + Text(ResponseFor(view));
  }
  table +=
      "\nOutcomes of the shipped rule sets: those whose words no signal above has, in full.\n\n";
  for (const RuleSet& set : sets) {
    for (const Outcome& outcome : set.outcomes) {
      table += set.name + " " + outcome.name + ": " + std::to_string(outcome.sip_status) + " " +
               outcome.told + "\n";
      // Nobody reads a key: what is shipped has a sentence.
      CHECK(ResponseFor(ViewOf(outcome.sip_status, outcome.told, 0)).text.find(':') ==
            std::string::npos);
      const bool usual = outcome.sip_status == DefaultSipStatus(outcome.signal) &&
                         outcome.told == DefaultTold(outcome.signal) && outcome.retry_after_s == 0;
      if (usual) continue;
      table += Text(ResponseFor(ViewOf(outcome.sip_status, outcome.told, outcome.retry_after_s)));
    }
  }
  return table;
}

TEST_CASE("every signal and every shipped outcome is said as the table has it") {
  const std::vector<RuleSet> sets = ShippedOutcomes();
  CHECK(sets.size() >= 26);
  const std::string table = Table(sets);
  if (Argument("update") == "responses") std::ofstream(kGolden, std::ios::binary) << table;
  CHECK(table == ReadFile(kGolden));
}

TEST_CASE("no shipped outcome is 604, and those told as absence are absence byte for byte") {
  size_t hidden = 0;
  for (const RuleSet& set : ShippedOutcomes()) {
    for (const Outcome& outcome : set.outcomes) {
      CAPTURE(set.name);
      CAPTURE(outcome.name);
      const Response response =
          ResponseFor(ViewOf(outcome.sip_status, outcome.told, outcome.retry_after_s));
      CHECK(response.sip_status != 604);
      if (outcome.told != "unavailable" || outcome.sip_status != 480) continue;
      if (outcome.retry_after_s != 0) continue;  // said on purpose
      ++hidden;
      CHECK(response.ToJson() == ResponseOfAbsence().ToJson());
      CHECK(response.SipFragment() == ResponseOfAbsence().SipFragment());
    }
  }
  CHECK(hidden >= 26);
}

}  // namespace
}  // namespace ringfence
