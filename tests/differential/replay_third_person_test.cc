// A third person's machine: a copy of the log and a file of exported facts keys are enough to
// replay the epochs that were exported, open nothing else, and name nobody.
//   differential_replay_third_person [--seed=N] [--decisions N] [--users N]
#include <doctest/doctest.h>
#include <ringfence/engine.h>
#include <ringfence/replay.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <unordered_set>

#include "api/store_impl.h"
#include "base/sha256.h"
#include "differential/random_policy.h"
#include "log/open_facts.h"
#include "log/read.h"
#include "unit/api_log_world.h"
#include "unit/log_clock.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using differential::Random;

constexpr uint64_t kEpochNs = kDaysPerEpoch * kNsPerDay;
constexpr uint64_t kFirstEpoch = 672;  // spring of 2025
constexpr int kEpochs = 3;
/// In every id: what does not hold it holds none of them.
constexpr const char* kCanary = "canary";

uint64_t NumberArgument(const char* name, uint64_t otherwise) {
  const std::optional<std::string> text = Argument(name);
  return text.has_value() ? std::strtoull(text->c_str(), nullptr, 10) : otherwise;
}

std::string UserName(uint64_t number) {
  return "sip:" + std::string(kCanary) + std::to_string(number) + "@example.com";
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What the auditor has.
struct HandedOver {
  TemporaryFolder folder;
  std::string log() const { return folder.file("log"); }
  std::string facts() const { return folder.file("facts.keys"); }

  void Take(const std::string& log_folder, const FactsKeyExported& keys) {
    std::filesystem::copy(log_folder, log(), std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(log() + "/state");
    std::ofstream(facts(), std::ios::binary) << keys.contents;
  }
};

/// Decisions of three epochs, evenly, about users who are known and some who are not.
class Callers {
 public:
  Callers() : random_(Seed()), store_(OpenStore("")), log_(kFirstEpoch * kEpochNs) {
    users_ = NumberArgument("users", 2000);
    decisions_ = NumberArgument("decisions", 100000);
    Result<Store::Transaction> transaction = store_.Begin();
    REQUIRE(transaction.ok());
    const FactId follows = store_.catalog().FindRelation("follows").value();
    for (uint64_t i = 0; i < 4 * users_; ++i) {
      const std::string a = Somebody(), b = Somebody();
      if (a != b) REQUIRE(transaction->Relate(a, follows, b, 1).ok());
    }
    REQUIRE(transaction->Commit().ok());
  }

  void Decide() {
    LogOptions options = log_.Options();
    options.ring_entries = 65536;
    DecisionLog log = log_.Open(options, store_);
    EngineOptions engine_options;
    engine_options.store = store_;
    engine_options.log = log;
    Engine engine = OpenEngine(std::move(engine_options));
    Reader reader = OpenReader(engine);
    const uint64_t step = kEpochs * kEpochNs / decisions_;
    for (uint64_t i = 0; i < decisions_; ++i) {
      const std::string caller = Somebody();
      const std::string callee = random_.Percent(5) ? UserName(users_ + i) : Somebody();
      Question question;
      question.caller = caller;
      question.callee = callee;
      log_.clock.unix_ns = kFirstEpoch * kEpochNs + i * step;
      log_.clock.monotonic_ns += step;
      const Result<Decision> decision = reader.Decide(question);
      REQUIRE_MESSAGE(decision.ok(), decision.status().message());
      REQUIRE(decision->recorded());
      ++in_epoch_[i * step / kEpochNs];
    }
    REQUIRE(log.Close().ok());
  }

  FactsKeyExported Export(uint64_t epoch) const {
    FactsKeyExport what;
    what.from_ns = (kFirstEpoch + epoch) * kEpochNs + 5;
    what.to_ns = what.from_ns + 10;
    const Result<FactsKeyExported> keys = ExportFactsKeys(log_.path(), log_.keys(), store_, what);
    REQUIRE_MESSAGE(keys.ok(), keys.status().message());
    return *keys;
  }

  /// The first eight bytes of every secret there is.
  std::unordered_set<uint64_t> Secrets() const {
    std::unordered_set<uint64_t> secrets;
    const auto add = [&](const Hash& secret) {
      uint64_t begin = 0;
      std::memcpy(&begin, secret.data(), sizeof begin);
      secrets.insert(begin);
    };
    const Result<LogKeys> keys = ReadLogKeys(log_.keys());
    REQUIRE(keys.ok());
    add(keys->signing_seed);
    for (uint32_t i = 0; i < kEpochs; ++i) add(*keys->EpochKey(keys->first_epoch + i));
    REQUIRE(store_.impl()
                ->backend
                ->EachLogSeed([&](const LogSeedRow& row) {
                  add(row.seed);
                  return true;
                })
                .ok());
    return secrets;
  }

  const ClockedLog& log() const { return log_; }
  uint64_t decisions() const { return decisions_; }
  uint64_t in_epoch(size_t epoch) const { return in_epoch_[epoch]; }

 private:
  std::string Somebody() { return UserName(random_.Below(users_)); }

  Random random_;
  Store store_;
  ClockedLog log_;
  uint64_t users_ = 0, decisions_ = 0;
  std::array<uint64_t, kEpochs> in_epoch_{};
};

/// As a key file would have it.
bool HasSecretAsText(const std::string& text, const std::unordered_set<uint64_t>& secrets) {
  for (size_t at = 0; at + 16 <= text.size(); ++at) {
    std::array<uint8_t, 8> begin;
    if (!FromHex(std::string_view(text).substr(at, begin.size() * 2), begin)) continue;
    uint64_t number = 0;
    std::memcpy(&number, begin.data(), sizeof number);
    if (secrets.contains(number)) return true;
  }
  return false;
}

void CheckNobodyIsNamed(const HandedOver& given, const std::unordered_set<uint64_t>& secrets) {
  size_t files = 0, bytes = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator(given.folder.path())) {
    if (!each.is_regular_file()) continue;
    const std::string text = ReadFile(each.path());
    CAPTURE(each.path());
    CHECK(text.find(kCanary) == std::string::npos);
    CHECK(text.find(ToHex(AsBytes(kCanary))) == std::string::npos);
    bool secret = false;
    for (size_t i = 0; i + 8 <= text.size() && !secret; ++i) {
      uint64_t begin = 0;
      std::memcpy(&begin, text.data() + i, sizeof begin);
      secret = secrets.contains(begin);
    }
    CHECK(!secret);
    ++files;
    bytes += text.size();
  }
  std::cout << files << " files of " << bytes << " bytes name nobody\n";
  CHECK(!HasSecretAsText(ReadFile(given.facts()), secrets));
}

/// None of the keys that were given opens an entry of another epoch.
void CheckOthersStayShut(const HandedOver& given, uint64_t exported) {
  const std::string text = ReadFile(given.facts());
  const Result<FactsKeyFile> keys = ParseFactsKeys(text);
  REQUIRE(keys.ok());
  std::set<uint32_t> epochs;
  for (const FactsKey& key : keys->keys) epochs.insert(key.epoch);
  CHECK(epochs == std::set<uint32_t>{static_cast<uint32_t>(kFirstEpoch + exported)});
  ReadRequest request;
  request.files = &SystemFiles();
  request.log = given.log();
  request.kind = EntryKind::kDecision;
  CtrCipher cipher;
  uint64_t seen = 0, tried = 0, opened_inside = 0, opened_outside = 0;
  REQUIRE(ReadEntries(request, [&](const RawEntry& raw, PolicyNamesCache*) -> Result<bool> {
            if (seen++ % 97 != 0) return true;
            const bool inside = EpochOf(raw.entry.header.time_ns) == kFirstEpoch + exported;
            ++tried;
            for (const FactsKey& key : keys->keys) {
              if (!OpenFacts(&cipher, key.key, raw.entry, raw.details)) continue;
              (inside ? opened_inside : opened_outside) += 1;
            }
            return true;
          }).ok());
  CHECK(tried > 30);
  CHECK(opened_inside > 0);
  CHECK(opened_outside == 0);
}

std::string RunTool(const std::string& arguments) {
  // Nothing of this machine's settings, and no database.
  const std::string command =
      "cd / && env -i PATH=/usr/bin:/bin " RINGFENCE_TOOL_PATH " " + arguments + " 2>&1";
  std::FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> buffer;
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
  REQUIRE_MESSAGE(pclose(pipe) == 0, text);
  return text;
}

TEST_CASE("a third person replays the epochs that were exported, and nothing else") {
  Callers callers;
  callers.Decide();
  const uint64_t exported = 1;
  HandedOver given;
  given.Take(callers.log().path(), callers.Export(exported));
  CHECK(!std::filesystem::exists(given.log() + "/state"));

  const Result<LogReader> reader = LogReader::Open(given.log());
  REQUIRE(reader.ok());
  const Result<LogVerification> verified = reader->Verify({});
  REQUIRE(verified.ok());
  CHECK(verified->findings.empty());
  ReplayOptions options;
  options.secrets.facts_keys = ReadFile(given.facts());
  const Result<ReplayReport> report = Replay(*reader, options);
  REQUIRE_MESSAGE(report.ok(), report.status().message());
  CHECK(report->entries == callers.decisions());
  CHECK(report->reproduced == callers.in_epoch(exported));
  CHECK(report->sealed == callers.in_epoch(0) + callers.in_epoch(2));
  CHECK(report->changed + report->not_replayable == 0);

  const std::string json =
      RunTool("replay " + given.log() + " --facts " + given.facts() + " --json");
  const auto says = [&](const char* name, uint64_t number) {
    const std::string wanted = "\"" + std::string(name) + "\":" + std::to_string(number);
    CHECK_MESSAGE(json.find(wanted) != std::string::npos, wanted << " in " << json.substr(0, 500));
  };
  says("entries", callers.decisions());
  says("reproduced", callers.in_epoch(exported));
  says("sealed", callers.in_epoch(0) + callers.in_epoch(2));
  CHECK(json.find(kCanary) == std::string::npos);

  // The key file, which was not handed over, would have been noticed.
  CHECK(HasSecretAsText(ReadFile(callers.log().keys()), callers.Secrets()));
  CheckNobodyIsNamed(given, callers.Secrets());
  CheckOthersStayShut(given, exported);
}

TEST_CASE("who was forgotten before the export stays shut, and is told from who was left out") {
  const LogWorld world;
  {
    DecisionLog log = world.Open(world.Options());
    Engine engine = world.EngineWith(log);
    Reader reader = OpenReader(engine);
    for (int i = 0; i < 3; ++i) Ask(reader, Between("alice", "bob"));
    for (int i = 0; i < 2; ++i) Ask(reader, Between("bob", "alice"));
    Store store = world.store;
    REQUIRE(log.Flush().ok());
    REQUIRE(store.Forget("bob").ok());
    Ask(reader, Between("bob", "alice"));
    REQUIRE(log.Close().ok());
  }
  const Result<FactsKeyExported> keys =
      ExportFactsKeys(world.log_path(), world.keys_path(), world.store, {});
  REQUIRE(keys.ok());
  REQUIRE(world.Open(world.Options()).Close().ok());  // logs KEYCOMMIT and ACCESS
  HandedOver given;
  given.Take(world.log_path(), *keys);
  const Result<LogReader> reader = LogReader::Open(given.log());
  REQUIRE(reader.ok());
  ReplayOptions options;
  options.secrets.facts_keys = ReadFile(given.facts());
  const Result<ReplayReport> report = Replay(*reader, options);
  REQUIRE_MESSAGE(report.ok(), report.status().message());
  CHECK(report->entries == 6);
  CHECK(report->reproduced == 3);
  REQUIRE(report->not_replayable_by_reason.size() == 1);
  CHECK(report->not_replayable_by_reason[0].reason == "erased");
  CHECK(report->not_replayable_by_reason[0].entries == 3);
  CHECK(report->notes.empty());
}

}  // namespace
}  // namespace ringfence
