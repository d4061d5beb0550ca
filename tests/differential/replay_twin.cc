// Making, copying and replaying twins. See replay_twin.h.
#include "differential/replay_twin.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "log/facts_record.h"

namespace ringfence::differential {
namespace {

constexpr int kPolicies = 6;
constexpr int kQuestions = 40;

}  // namespace

std::unique_ptr<ReplayLog> MakeTwin(Random& random) {
  const Catalog& catalog = Catalog::Standard();
  PolicyShape shape;
  shape.facts = PickFacts(catalog, 8, random);
  // A build that is wrong may need facts the right one did not: all of them are in the log.
  const auto groups = static_cast<GroupSet>(ReplayGroups(catalog) | Bit(Group::kCall));
  std::erase_if(shape.facts,
                [&](FactId id) { return (groups & Bit(catalog.fact(id).group)) == 0; });
  // Something to compare with numbers, and something users choose.
  for (const char* name :
       {"callee.known", "callee.account_age_d", "callee.allow_followed", "call.age_s"}) {
    const FactId id = catalog.Find(name).value();
    if (std::count(shape.facts.begin(), shape.facts.end(), id) == 0) shape.facts.push_back(id);
  }
  shape.max_rules = 8;
  shape.max_leaves = 3;
  shape.max_decisions = 2;
  std::vector<KnownPolicy> policies;
  while (policies.size() < kPolicies) {
    std::optional<KnownPolicy> known = MakeKnown(catalog, RandomDocument(catalog, shape, random));
    if (known.has_value()) policies.push_back(*std::move(known));
  }
  auto log = std::make_unique<ReplayLog>(catalog, shape.facts, std::move(policies), random);
  log->AllowDifferences();
  log->Record(kQuestions, 10, LogOptions::Collect::kAll);
  return log;
}

void HandOver(const ReplayLog& log, const std::string& folder) {
  const Result<FactsKeyExported> keys =
      ExportFactsKeys(log.log().path(), log.log().keys(), log.store(), {});
  REQUIRE_MESSAGE(keys.ok(), keys.status().message());
  std::filesystem::copy(log.log().path(), folder + "/log",
                        std::filesystem::copy_options::recursive);
  std::ofstream(folder + "/facts") << keys->contents;
}

ReplayReport ReplayHandedOver(const std::string& folder) {
  std::ifstream file(folder + "/facts");
  ReplayOptions options;
  options.secrets.facts_keys.assign(std::istreambuf_iterator<char>(file), {});
  const Result<LogReader> reader = LogReader::Open(folder + "/log");
  REQUIRE_MESSAGE(reader.ok(), reader.status().message());
  const Result<ReplayReport> report = Replay(*reader, options);
  REQUIRE_MESSAGE(report.ok(), report.status().message());
  return *report;
}

}  // namespace ringfence::differential
