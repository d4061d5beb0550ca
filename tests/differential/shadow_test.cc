// Random policies as shadows of others: what the log says the shadow decided is what an engine
// decides whose policy it is, and what the reference evaluator decides; and the decision beside it
// is what it is without.
#include <doctest/doctest.h>
#include <ringfence/engine.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "differential/answers.h"
#include "differential/random_policy.h"
#include "differential/scenario.h"
#include "log/folder.h"
#include "policy/document.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr double kMaxWorlds = 400;
constexpr int kScenarios = 20;
constexpr int kPolicies = 40;

class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "ringfence-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    const Result<LogDescription> description = ReadDescription(&SystemFiles(), file("log"));
    std::filesystem::remove_all(path_);
    if (!description.ok()) return;
    std::filesystem::remove_all("/dev/shm/ringfence-" + ToHex(description->identity));
  }
  std::string file(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// An engine without a store; a host's sources hold the facts.
class Subject {
 public:
  Subject(const Layout& layout, const std::optional<DecisionLog>& log)
      : host_(layout), rest_(layout) {
    EngineOptions options;
    options.log = log;
    engine_ = Engine::Open(std::move(options)).value();
    FactSource* const sources[] = {&host_, &rest_};
    reader_ = engine_->NewReader(sources).value();
  }

  Engine& engine() { return *engine_; }
  Decision Ask(const Scenario& scenario) {
    host_.SetGroups(scenario.host_groups);
    for (AssignmentSource* source : {&host_, &rest_}) {
      source->Serve(scenario.sources);
      for (size_t i = 0; i < kGroupCount; ++i) {
        source->SetStyle(static_cast<Group>(i), scenario.styles[i]);
      }
    }
    const Result<Decision> decision = reader_->Decide(scenario.question());
    REQUIRE_MESSAGE(decision.ok(), decision.status().message());
    return *decision;
  }

 private:
  AssignmentSource host_, rest_;
  std::optional<Engine> engine_;
  std::optional<Reader> reader_;
};

/// A decision as the log has it.
struct Recorded {
  Effect effect = Effect::kRefuse;
  std::string outcome, rule, path, digest;
  Basis basis = Basis::kComplete;
  friend bool operator==(const Recorded&, const Recorded&) = default;
};
Recorded Of(const Decision& decision) {
  return {decision.effect,
          std::string(decision.outcome),
          std::string(decision.rule),
          std::string(decision.path()),
          std::string(decision.policy_digest),
          decision.basis};
}
Recorded Of(const LogEntry& entry) {
  return {entry.effect, entry.outcome, entry.rule, entry.path, entry.policy_digest, entry.basis};
}

class ShadowComparison {
 public:
  ShadowComparison()
      : catalog_(Catalog::Standard()), layout_(catalog_), random_(Seed()), log_(NewLog()) {
    with_ = std::make_unique<Subject>(layout_, log_);
    plain_ = std::make_unique<Subject>(layout_, std::nullopt);
    shadow_alone_ = std::make_unique<Subject>(layout_, std::nullopt);
  }

  void OnePair() {
    PolicyShape shape;
    shape.facts = PickFacts(catalog_, 2 + random_.Below(12), random_);
    const std::optional<Policy> policy = RandomPolicy(shape);
    if (random_.Percent(50)) shape.facts = PickFacts(catalog_, 2 + random_.Below(12), random_);
    const std::optional<Policy> shadow = RandomPolicy(shape);
    if (!policy || !shadow) return;
    REQUIRE(with_->engine().SetPolicy(*policy).ok());
    REQUIRE(with_->engine().SetShadow(*shadow).ok());
    REQUIRE(plain_->engine().SetPolicy(*policy).ok());
    REQUIRE(shadow_alone_->engine().SetPolicy(*shadow).ok());
    const std::vector<FactId> named = FactsNamed(catalog_, document_);
    for (int i = 0; i < kScenarios; ++i) {
      OneScenario(RandomScenario(catalog_, document_, named, kMaxWorlds, random_));
    }
  }

  /// Reads the log.
  void Finish() {
    REQUIRE(log_.Close().ok());
    const Result<LogReader> reader = LogReader::Open(folder_.file("log"));
    REQUIRE(reader.ok());
    const Result<LogVerification> verified = reader->Verify({});
    REQUIRE(verified.ok());
    CHECK(verified->findings.empty());
    CHECK(verified->not_recorded == 0);
    LogFilter filter;
    filter.kind = "decision";
    size_t at = 0;
    const Status read = reader->Each(filter, {}, [&](const LogEntry& entry) {
      REQUIRE(at < expected_.size());
      REQUIRE(entry.shadow == (at % 2 == 1));
      REQUIRE_MESSAGE(Of(entry) == expected_[at], entry.rule << ", not " << expected_[at].rule);
      ++at;
      return true;
    });
    REQUIRE_MESSAGE(read.ok(), read.message());
    CHECK(at == expected_.size());
  }

  uint64_t decisions = 0, other_answers = 0, unavailable = 0;

 private:
  DecisionLog NewLog() const {
    REQUIRE(DecisionLog::Init({folder_.file("log"), folder_.file("keys"), "example.com/t"}).ok());
    LogOptions options;
    options.path = folder_.file("log");
    options.keys = folder_.file("keys");
    options.ballast_bytes = 0;
    options.block_ms = 10000;
    return DecisionLog::Open(options).value();
  }

  /// The document of the last one stays.
  std::optional<Policy> RandomPolicy(const PolicyShape& shape) {
    document_ = RandomDocument(catalog_, shape, random_);
    Result<Policy> policy = Policy::Compile(PrintDocument(catalog_, document_));
    if (!policy.ok() && policy.status().code() == StatusCode::kLimit) return std::nullopt;
    REQUIRE_MESSAGE(policy.ok(), policy.status().message());
    return *policy;
  }

  void OneScenario(const Scenario& scenario) {
    const Decision with = with_->Ask(scenario), plain = plain_->Ask(scenario);
    REQUIRE(with.recorded());
    REQUIRE(Of(with) == Of(plain));
    REQUIRE(with.groups_read == plain.groups_read);
    REQUIRE(with.groups_unavailable == plain.groups_unavailable);
    const Decision alone = shadow_alone_->Ask(scenario);
    const reference::Answer answer = reference::Decide(catalog_, document_, scenario.assignment);
    REQUIRE_MESSAGE(Agrees(alone, answer.effects, answer), Show(catalog_, scenario));
    expected_.push_back(Of(with));
    expected_.push_back(Of(alone));
    ++decisions;
    other_answers += with.effect != alone.effect ? 1 : 0;
    unavailable += alone.basis != Basis::kComplete ? 1 : 0;
  }

  Folder folder_;
  const Catalog& catalog_;
  Layout layout_;
  Random random_;
  DecisionLog log_;
  std::unique_ptr<Subject> with_, plain_, shadow_alone_;
  Document document_;  ///< of the shadow
  std::vector<Recorded> expected_;
};

TEST_CASE("random policies, each the shadow of another") {
  ShadowComparison comparison;
  for (int i = 0; i < kPolicies; ++i) comparison.OnePair();
  comparison.Finish();
  std::cout << comparison.decisions << " decisions, " << comparison.other_answers
            << " with another effect than their shadow's, " << comparison.unavailable
            << " with unavailable facts\n";
  CHECK(comparison.decisions > 200);
  CHECK(comparison.other_answers > 20);
  CHECK(comparison.unavailable > 20);
}

}  // namespace
}  // namespace ringfence::differential
