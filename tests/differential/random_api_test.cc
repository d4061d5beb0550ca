// Random policies through the public interface: text, Engine, Reader, a memory store and an SQLite
// store, a host's source, carried facts. Single decisions, batches, previews, rechecks and nearest
// changes, all against the reference evaluator, which is fed from maps and never from a store.
#include <doctest/doctest.h>
#include <ringfence/engine.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "differential/answers.h"
#include "differential/asked.h"
#include "differential/nearest.h"
#include "differential/random_policy.h"
#include "differential/scenario.h"
#include "differential/world.h"
#include "facts/frame.h"
#include "policy/document.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr int kQuestions = 12;
constexpr double kMaxWorlds = 400;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "ringfence-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string file(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// An engine on one kind of store, its reader, and the host's source that reader asks first.
class Subject {
 public:
  Subject(const World& world, const std::string& path, const Layout& layout) : host_(layout) {
    Result<Store> store = Store::Open({path, StoreOptions::Mode::kCreate});
    REQUIRE_MESSAGE(store.ok(), store.status().message());
    Status saved = world.Save(*store);
    REQUIRE_MESSAGE(saved.ok(), saved.message());
    EngineOptions options;
    options.store = std::move(store).value();
    options.policy = Policy::Shipped("default").value();
    engine_ = Engine::Open(std::move(options)).value();
    FactSource* const sources[] = {&host_};
    reader_ = engine_->NewReader(sources).value();
  }

  void Use(const Policy& policy) { REQUIRE(engine_->SetPolicy(policy).ok()); }
  void Prepare(const Asked& asked) {
    host_.Serve(asked.held);
    host_.SetGroups(asked.host_groups);
    for (size_t i = 0; i < kGroupCount; ++i) host_.SetStyle(static_cast<Group>(i), asked.styles[i]);
  }
  Reader& reader() { return *reader_; }

 private:
  AssignmentSource host_;
  std::optional<Engine> engine_;
  std::optional<Reader> reader_;
};

class ApiComparison {
 public:
  ApiComparison()
      : catalog_(Catalog::Standard()),
        layout_(catalog_),
        random_(Seed()),
        world_(RandomWorld(catalog_, random_)),
        asker_(catalog_, world_, random_),
        memory_(world_, "", layout_),
        sqlite_(world_, folder_.file("store.db"), layout_) {}

  void OneDocument(bool small) {
    PolicyShape shape;
    shape.facts = PickFacts(catalog_, 2 + random_.Below(12), random_);
    if (small) {
      shape.facts = PickChangeable(catalog_, 2 + random_.Below(6), random_);
      shape.max_rules = 6;
      shape.max_leaves = 4;
      shape.int_once = true;
    }
    document_ = RandomDocument(catalog_, shape, random_);
    named_ = FactsNamed(catalog_, document_);
    asker_.DrawNear({&document_});
    const Result<Policy> policy = Policy::Compile(PrintDocument(catalog_, document_));
    if (!policy.ok() && policy.status().code() == StatusCode::kLimit) return;
    REQUIRE_MESSAGE(policy.ok(), policy.status().message());
    std::vector<Asked> questions;
    questions.reserve(kQuestions);
    for (int i = 0; i < kQuestions; ++i) questions.push_back(RandomQuestion());
    for (Subject* subject : {&memory_, &sqlite_}) {
      subject->Use(*policy);
      for (const Asked& asked : questions) {
        One(*subject, asked);
        OnePreview(*subject, asked);
        if (small) OneExplanation(*subject, asked);
      }
      Batches(*subject);
    }
  }

  uint64_t decisions = 0, batched = 0, previews = 0, explanations = 0;
  uint64_t by_basis[3] = {}, by_button[3] = {};

 private:
  Asked RandomQuestion() {
    unsigned trouble_percent = random_.Percent(50) ? 0 : static_cast<unsigned>(random_.Below(50));
    for (;;) {
      Asked asked = asker_.Ask(named_, trouble_percent);
      reference::Assignment probed = asked.assignment;
      HideProbes(false, &probed);
      if (WorldCount(catalog_, document_, Unavailable(probed)) <= kMaxWorlds ||
          trouble_percent == 0) {
        return asked;
      }
      trouble_percent /= 2;
    }
  }

  // As the callee only contact matches are hidden.
  void HideProbes(bool as_callee, reference::Assignment* assignment) const {
    for (auto& [id, code] : *assignment) {
      const FactInfo& fact = catalog_.fact(id);
      const bool contact = fact.group == Group::kContact || fact.group == Group::kCallerContact;
      if (fact.probe && (contact || !as_callee)) code = std::nullopt;
    }
  }

  std::string Context(const Asked& asked) const {
    return DumpDocument(catalog_, document_) + asked.caller + " -> " + asked.callee + "\n" +
           Show(catalog_, asked.assignment);
  }

  void Expect(const Decision& decision, const Asked& asked, const char* what) {
    const reference::Answer answer = reference::Decide(catalog_, document_, asked.assignment);
    REQUIRE_MESSAGE(Agrees(decision, answer.effects, answer),
                    std::string(what)
                        << "\n"
                        << Context(asked) << "reference: " << Show(answer)
                        << "\nengine:    " << Show(ToAnswer(decision, answer.effects)));
    ++by_basis[static_cast<size_t>(answer.basis)];
  }

  void One(Subject& subject, const Asked& asked) {
    subject.Prepare(asked);
    const Result<Decision> decision = subject.reader().Decide(asked.question());
    REQUIRE_MESSAGE(decision.ok(), decision.status().message() << "\n" << Context(asked));
    Expect(*decision, asked, "Decide");
    ++decisions;
    const OwnedDecision earlier = decision->Copy();
    const Result<RecheckAnswer> again = subject.reader().Recheck(asked.question(), earlier.view);
    REQUIRE_MESSAGE(again.ok(), again.status().message());
    Expect(again->now, asked, "Recheck");
    REQUIRE(again->stands == earlier->let_through());
  }

  void OnePreview(Subject& subject, const Asked& asked) {
    for (const bool as_callee : {false, true}) {
      reference::Assignment seen = asked.assignment;
      HideProbes(as_callee, &seen);
      const reference::Answer answer = reference::Decide(catalog_, document_, seen);
      auto button = PreviewAnswer::Button::kYes;
      if ((answer.effects & 1) != 0) button = PreviewAnswer::Button::kMaybe;
      if (answer.effects == 1) button = PreviewAnswer::Button::kNo;
      subject.Prepare(asked);
      const Result<PreviewAnswer> preview = subject.reader().Preview(asked.question(), as_callee);
      REQUIRE_MESSAGE(preview.ok(), preview.status().message());
      std::string path;
      for (const reference::ExtraAnswer& extra : answer.extras) {
        if (extra.name == "path") path = extra.value;
      }
      REQUIRE_MESSAGE(preview->button == button, Context(asked));
      REQUIRE_MESSAGE(preview->caller.told == answer.told, Context(asked));
      REQUIRE_MESSAGE(preview->caller.path == path, Context(asked));
      ++by_button[static_cast<size_t>(button)];
      ++previews;
    }
  }

  void OneExplanation(Subject& subject, const Asked& asked) {
    constexpr size_t kMaxSets = 20;
    subject.Prepare(asked);
    const Result<Explanation> explanation = subject.reader().Explain(asked.question());
    REQUIRE_MESSAGE(explanation.ok(), explanation.status().message());
    Expect(explanation->decision.view, asked, "Explain");
    const std::vector<ChangesSet> all =
        NearestByReference(catalog_, document_, named_, asked.assignment);
    const std::string wrong = CompareNearest(catalog_, *explanation, all, kMaxSets);
    REQUIRE_MESSAGE(wrong.empty(), wrong << "\n" << Context(asked));
    ++explanations;
  }

  /// Many questions at once, then one caller's question to many callees. The host holds one
  /// assignment at a time, so a batch asks about what it holds for all: nothing.
  void Batches(Subject& subject) {
    std::vector<Asked> all;
    for (int i = 0; i < kQuestions; ++i) {
      Asked asked = asker_.Ask(named_, 0);
      asked.host_groups = 0;
      asked.carried.clear();
      asked.assignment.clear();
      for (FactId id : named_) BatchFact(catalog_.fact(id), &asked);
      all.push_back(std::move(asked));
    }
    Asked nobody;
    nobody.host_groups = static_cast<GroupSet>(((1u << kGroupCount) - 1) & ~unsigned{kStored});
    nobody.styles.fill(Style::kUnavailable);
    subject.Prepare(nobody);
    std::vector<Question> questions;
    questions.reserve(all.size());
    for (const Asked& asked : all) questions.push_back(asked.question());
    std::vector<Decision> answers(questions.size());
    Status decided = subject.reader().DecideBatch(questions, answers);
    REQUIRE_MESSAGE(decided.ok(), decided.message());
    for (size_t i = 0; i < all.size(); ++i) Expect(answers[i], all[i], "DecideBatch of questions");

    std::vector<Party> callees;
    for (Asked& asked : all) {
      asked.caller = all[0].caller;
      asked.caller_without_account = all[0].caller_without_account;
      asked.carried = all[0].carried;
      asked.assignment.clear();
      for (FactId id : named_) {
        asked.assignment[id] = InBatch(catalog_.fact(id), asked);
      }
      for (const Fact& fact : asked.carried) asked.assignment[fact.id] = fact.code;
      callees.emplace_back(asked.callee);
    }
    decided = subject.reader().DecideBatch(all[0].question(), callees, answers);
    REQUIRE_MESSAGE(decided.ok(), decided.message());
    for (size_t i = 0; i < all.size(); ++i) Expect(answers[i], all[i], "DecideBatch of callees");
    batched += 2 * all.size();
  }

  /// Derived groups fail in a batch; with few of them named the reference can enumerate.
  std::optional<FactCode> InBatch(const FactInfo& fact, const Asked& asked) const {
    const bool stored = fact.group == Group::kCall || (kStored & Bit(fact.group)) != 0;
    if (!stored) return Asker::OfCallerWithoutAccount(fact, asked, std::nullopt);
    return world_.CodeOf(fact.id, asked.caller, asked.callee);
  }

  void BatchFact(const FactInfo& fact, Asked* asked) {
    asked->assignment[fact.id] = InBatch(fact, *asked);
    const bool stored = (kStored & Bit(fact.group)) != 0;
    // Most derived facts are carried, so that few are unavailable.
    if (stored || fact.name == "call.same_account") return;
    if (fact.group != Group::kCall && random_.Percent(10) &&
        WorldCount(catalog_, document_, Unavailable(asked->assignment)) < kMaxWorlds) {
      return;
    }
    const FactCode code = *asker_.Draw(fact, 0);
    asked->carried.push_back({fact.id, code});
    asked->assignment[fact.id] = code;
  }

  TemporaryFolder folder_;
  const Catalog& catalog_;
  Layout layout_;
  Random random_;
  World world_;
  Asker asker_;
  Subject memory_, sqlite_;
  Document document_;
  std::vector<FactId> named_;
};

TEST_CASE("random policies through the public interface") {
  const std::string count = Argument("api-documents").value_or("240");
  ApiComparison comparison;
  for (int i = 0; i < std::atoi(count.c_str()); ++i) comparison.OneDocument(i % 3 == 0);
  std::cout << "api: " << comparison.decisions << " decisions, " << comparison.batched
            << " in batches, " << comparison.previews << " previews (no " << comparison.by_button[0]
            << ", maybe " << comparison.by_button[1] << ", yes " << comparison.by_button[2] << "), "
            << comparison.explanations << " explanations; complete " << comparison.by_basis[0]
            << ", partial " << comparison.by_basis[1] << ", on_unavailable "
            << comparison.by_basis[2] << "\n";
  for (const uint64_t seen : comparison.by_basis) CHECK(seen > 0);
  for (const uint64_t seen : comparison.by_button) CHECK(seen > 0);
}

}  // namespace
}  // namespace ringfence::differential
