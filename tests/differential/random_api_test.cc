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
#include "differential/nearest.h"
#include "differential/random_policy.h"
#include "differential/scenario.h"
#include "differential/world.h"
#include "facts/frame.h"
#include "policy/document.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr int kUsers = 9;
constexpr int kQuestions = 12;
constexpr double kMaxWorlds = 400;
constexpr GroupSet kStored = Bit(Group::kCallee) | Bit(Group::kCaller) | Bit(Group::kPair);

/// One question with all that is needed to ask it and to know the answer.
struct Asked {
  std::string caller, callee;
  bool caller_without_account = false;
  std::vector<Fact> carried;
  reference::Assignment held;        ///< by the host
  reference::Assignment assignment;  ///< what decides
  std::array<Style, kGroupCount> styles{};
  GroupSet host_groups = 0;

  Question question() const {
    Question question;
    if (!caller_without_account) question.caller = caller;
    question.caller_without_account = caller_without_account;
    question.callee = callee;
    question.facts = carried;
    return question;
  }
};

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

World RandomWorld(const Catalog& catalog, Random& random) {
  World world(catalog);
  const auto name = [](size_t i) { return "user" + std::to_string(i); };
  for (size_t i = 0; i < kUsers; ++i) world.AddUser(name(i));
  for (const FactInfo& fact : catalog.facts()) {
    if (fact.group == Group::kCallee && fact.can_be_unset) {
      for (size_t i = 0; i < kUsers; ++i) {
        if (random.Percent(60)) world.SetUser(name(i), fact.id, RandomCode(fact, {}, random));
      }
    }
    if (fact.kind != FactKind::kRelation || !fact.name.starts_with("callee.")) continue;
    for (size_t i = 0; i < kUsers; ++i) {
      for (size_t j = 0; j < kUsers; ++j) {
        if (i == j || !random.Percent(30)) continue;
        const auto code = static_cast<FactCode>(random.Below(fact.code_count()));
        world.Relate(name(i), fact.id, name(j), code);
      }
    }
  }
  return world;
}

class ApiComparison {
 public:
  ApiComparison()
      : catalog_(Catalog::Standard()),
        layout_(catalog_),
        random_(Seed()),
        world_(RandomWorld(catalog_, random_)),
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
  std::string RandomUser() {
    return random_.Percent(8) ? "stranger" : "user" + std::to_string(random_.Below(kUsers));
  }

  std::optional<FactCode> Draw(const FactInfo& fact, unsigned trouble_percent) {
    if (random_.Percent(trouble_percent)) return std::nullopt;
    return RandomCode(fact, ConstantsOf(document_, fact.id), random_);
  }

  Asked RandomQuestion() {
    unsigned trouble_percent = random_.Percent(50) ? 0 : static_cast<unsigned>(random_.Below(50));
    for (;;) {
      Asked asked = MakeQuestion(trouble_percent);
      reference::Assignment probed = asked.assignment;
      HideProbes(false, &probed);
      if (WorldCount(catalog_, document_, Unavailable(probed)) <= kMaxWorlds ||
          trouble_percent == 0) {
        return asked;
      }
      trouble_percent /= 2;
    }
  }

  Asked MakeQuestion(unsigned trouble_percent) {
    Asked asked;
    asked.caller = RandomUser();
    asked.callee = RandomUser();
    asked.caller_without_account = random_.Percent(4);
    if (asked.caller_without_account) asked.caller.clear();
    asked.host_groups = static_cast<GroupSet>(((1u << kGroupCount) - 1) & ~unsigned{kStored});
    // A host may hold the graph itself.
    if (!asked.caller_without_account && random_.Percent(15)) {
      asked.host_groups = static_cast<GroupSet>(asked.host_groups | Bit(Group::kPair));
    }
    for (Style& style : asked.styles) {
      style = random_.Percent(50) ? Style::kFacts : Style::kPacked;
      if (random_.Percent(trouble_percent)) style = Style::kUnavailable;
    }
    // And it may fail where the store could have answered.
    for (const Group group : {Group::kCallee, Group::kCaller}) {
      const bool nobody = group == Group::kCaller && asked.caller_without_account;
      if (nobody || !random_.Percent(trouble_percent / 2)) continue;
      asked.host_groups = static_cast<GroupSet>(asked.host_groups | Bit(group));
      asked.styles[static_cast<size_t>(group)] = Style::kUnavailable;
    }
    for (FactId id : named_) PutFact(catalog_.fact(id), trouble_percent, &asked);
    return asked;
  }

  void PutFact(const FactInfo& fact, unsigned trouble_percent, Asked* asked) {
    if (fact.symmetric && IsCarried(*asked, fact.reverse)) {
      asked->assignment[fact.id] = asked->assignment[fact.reverse];
      return;
    }
    std::optional<FactCode> code = world_.CodeOf(fact.id, asked->caller, asked->callee);
    const bool by_host = (asked->host_groups & Bit(fact.group)) != 0;
    if (by_host && fact.group != Group::kCall) {
      const bool fails = asked->styles[static_cast<size_t>(fact.group)] == Style::kUnavailable;
      code = fails ? std::nullopt : Draw(fact, trouble_percent);
      const auto mirror = asked->held.find(fact.reverse);
      if (!fails && fact.symmetric && mirror != asked->held.end()) code = mirror->second;
      asked->held[fact.id] = code;
    }
    code = OfCallerWithoutAccount(fact, *asked, code);
    const unsigned percent = fact.group == Group::kCall ? 70 : 12;
    if (!Contradicts(fact, *asked) && random_.Percent(percent)) {
      code = Draw(fact, trouble_percent);
      asked->carried.push_back({fact.id, code.value_or(kUnavailableCode)});
      if (fact.symmetric) asked->assignment[fact.reverse] = code;  // one half stands for both
    }
    asked->assignment[fact.id] = code;
  }

  /// Nobody is asked about a caller that has no id.
  static std::optional<FactCode> OfCallerWithoutAccount(const FactInfo& fact, const Asked& asked,
                                                        std::optional<FactCode> code) {
    if (asked.caller_without_account) {
      if (fact.group == Group::kCallerContact) return fact.absent_code;
      if (fact.name == "caller.cohort") return std::nullopt;
    }
    return code;
  }

  /// What would contradict the parties, were it carried: an error and no decision.
  static bool Contradicts(const FactInfo& fact, const Asked& asked) {
    const bool of_caller = fact.group == Group::kCaller || fact.group == Group::kPair;
    return fact.entry == "known" || fact.name == "call.same_account" ||
           (asked.caller_without_account && of_caller);
  }

  static bool IsCarried(const Asked& asked, FactId id) {
    for (const Fact& fact : asked.carried) {
      if (fact.id == id) return true;
    }
    return false;
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
      Asked asked = MakeQuestion(0);
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
    if (!stored) return OfCallerWithoutAccount(fact, asked, std::nullopt);
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
    const FactCode code = *Draw(fact, 0);
    asked->carried.push_back({fact.id, code});
    asked->assignment[fact.id] = code;
  }

  TemporaryFolder folder_;
  const Catalog& catalog_;
  Layout layout_;
  Random random_;
  World world_;
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
