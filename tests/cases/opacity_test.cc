// What refusals tell their callers, by asking about every situation: whatever the caller knows and
// whatever refusal the caller sees, each fact that the caller does not know could have another
// value, or the policy says that it is told. A ring that nobody answers looks like a refusal that
// pretends to ring, and counts as such. For a set with too many situations, random ones and their
// neighbours. The decision diagrams of engine/analyze/opacity.cc have to find the same.
#include "analyze/opacity.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "cases/shipped.h"
#include "compile/compile.h"
#include "eval/evaluate.h"
#include "policy/constraints.h"
#include "unit/seed.h"

namespace ringfence::test {
namespace {

using Op = ConditionNode::Op;

/// Codes of one fact that no condition of the policy tells apart. Being unset is not a class of its
/// own: it takes the value of one.
struct Class {
  FactCode code = 0;
  bool alone = true;  ///< no other value in it
};
struct FactClasses {
  FactId fact = 0;
  std::vector<Class> classes;
};

bool HoldsFor(const ConditionNode& node, const FactInfo& fact, FactCode value) {
  const int64_t number = fact.lowest + static_cast<int64_t>(value);
  switch (node.op) {
    case Op::kTest:
      return std::find(node.values.begin(), node.values.end(), value) != node.values.end();
    case Op::kIntIn:
      return std::find(node.constants.begin(), node.constants.end(), number) !=
             node.constants.end();
    case Op::kCompare:
      switch (node.compare) {
        case CompareOp::kEq:
          return number == node.constant;
        case CompareOp::kNe:
          return number != node.constant;
        case CompareOp::kLt:
          return number < node.constant;
        case CompareOp::kLe:
          return number <= node.constant;
        case CompareOp::kGt:
          return number > node.constant;
        case CompareOp::kGe:
          return number >= node.constant;
      }
      return false;
    default:
      return false;
  }
}

/// Some refusal claims that it rings: then the path of calls that do ring matters.
bool Pretends(const Program& program) {
  return std::ranges::any_of(program.outcomes, [](const ProgramOutcome& outcome) {
    return outcome.effect == Effect::kRefuse && outcome.signal == Signal::kRinging;
  });
}

std::vector<FactClasses> ClassesOf(const Layout& layout, const Program& program) {
  std::map<FactId, std::vector<const ConditionNode*>> tests;
  tests[layout.caller_known] =
      {};  // whether a rule asks or not: who has no account has no relations
  std::vector<const ProgramRule*> rules;
  for (const ProgramDecision& decision : program.decisions) {
    const bool matters = decision.name == "ring" || (decision.name == "path" && Pretends(program));
    if (!matters) continue;
    for (const ProgramRule& rule : decision.rules) rules.push_back(&rule);
  }
  for (const ProgramRule* rule : rules) {
    for (const ConditionNode& node : rule->when.nodes) {
      REQUIRE(node.op != Op::kSame);  // no shipped set compares two facts; the classes differ then
      if (node.op == Op::kTest || node.op == Op::kCompare || node.op == Op::kIntIn) {
        tests[node.fact].push_back(&node);
      }
    }
  }
  std::vector<FactClasses> facts;
  for (const auto& [id, nodes] : tests) {
    const FactInfo& info = layout.catalog.fact(id);
    const FactCode shift = info.can_be_unset ? 1 : 0;
    std::map<std::vector<bool>, Class> classes;
    for (FactCode value = 0; value + shift < info.code_count(); ++value) {
      std::vector<bool> outcomes;
      for (const ConditionNode* node : nodes) outcomes.push_back(HoldsFor(*node, info, value));
      if (id == layout.caller_known) outcomes.push_back(value != 0);
      const auto [entry, added] = classes.try_emplace(outcomes, Class{value + shift, true});
      if (!added) entry->second.alone = false;
    }
    FactClasses one{id, {}};
    for (const auto& [outcomes, found] : classes) one.classes.push_back(found);
    facts.push_back(one);
  }
  return facts;
}

/// One situation: a class of every fact. Serves them as a store would.
class Situation final : public FactSource {
 public:
  Situation(const Layout& layout, const std::vector<FactClasses>& facts)
      : layout_(layout), facts_(facts), chosen(facts.size(), 0) {}

  ReadState Read(Group group, const Question&, GroupWriter& out) noexcept override {
    if (group == Group::kCallee || group == Group::kCaller) {
      out.Set(group == Group::kCallee ? layout_.callee_known : layout_.caller_known, 1);
    }
    for (size_t i = 0; i < facts_.size(); ++i) {
      if (layout_.catalog.fact(facts_[i].fact).group == group) {
        const bool account =
            facts_[i].fact == layout_.callee_known || facts_[i].fact == layout_.caller_known;
        if (account && Code(i) == 0) return ReadState::kAbsent;
        out.Set(facts_[i].fact, Code(i));
      }
    }
    return ReadState::kRead;
  }

  FactCode Code(size_t i) const { return facts_[i].classes[chosen[i]].code; }

  /// An account that is not known has no relation to anybody. Who calls themselves learns nothing
  /// of anybody.
  bool Possible() const {
    bool known = true;
    bool related = false;
    for (size_t i = 0; i < facts_.size(); ++i) {
      const FactInfo& info = layout_.catalog.fact(facts_[i].fact);
      if (info.id == layout_.callee_known || info.id == layout_.caller_known) {
        known = known && Code(i) != 0;
      }
      related = related || (info.kind == FactKind::kRelation && Code(i) != info.absent_code);
    }
    return !SameAccount() && (known || !related);
  }

  bool SameAccount() const {
    for (size_t i = 0; i < facts_.size(); ++i) {
      if (facts_[i].fact == layout_.same_account) return Code(i) == 1;
    }
    return false;
  }

 private:
  const Layout& layout_;
  const std::vector<FactClasses>& facts_;

 public:
  std::vector<size_t> chosen;  ///< class of each fact
};

/// Asks one program about every situation.
class Asker {
 public:
  Asker(const Layout& layout, const Program& program)
      : layout_(layout), program_(program), facts_(ClassesOf(layout, program)) {
    scratch_.Prepare(program);
  }

  bool CanEnumerate() const {
    double situations = 1;
    for (const FactClasses& one : facts_) situations *= static_cast<double>(one.classes.size());
    return situations < 2e6;
  }

  /// "FACT VALUE: OBSERVABLE" of all that some refusal tells the caller.
  std::set<std::string> FindLeaks() {
    std::set<std::string> leaks;
    Situation situation(layout_, facts_);
    const auto& [known, hidden] = Split();
    do {
      std::map<Observable, Seen> seen;
      std::vector<std::set<size_t>> before(facts_.size());  // what the caller could not rule out
      do {
        if (!situation.Possible()) continue;
        for (const size_t i : hidden) before[i].insert(situation.chosen[i]);
        const Decision decision = Ask(&situation);
        Seen& calls = seen[ObservableOf(decision)];
        calls.refused = calls.refused || !decision.let_through();
        calls.classes.resize(facts_.size());
        for (const size_t i : hidden) calls.classes[i].insert(situation.chosen[i]);
      } while (Next(hidden, &situation));
      for (const auto& [observable, calls] : seen) {
        if (!calls.refused) continue;
        for (const size_t i : hidden) {
          const std::set<size_t>& classes = calls.classes[i];
          const Class& first = facts_[i].classes[*classes.begin()];
          const bool doubt = classes.size() > 1 || !first.alone;
          if (!doubt && before[i].size() > 1) leaks.insert(Text(i, first.code, observable));
        }
      }
    } while (Next(known, &situation));
    return leaks;
  }

  /// The facts about which random situations say so: nearly every one that is told, and nearly none
  /// that is not.
  std::set<std::string> SampleFacts() { return SampleLeaks(); }

  /// Whether the witness of a leak is a refusal that looks so, of the value that it tells.
  bool Shows(const Leak& leak) {
    Situation situation(layout_, facts_);
    for (size_t i = 0; i < facts_.size(); ++i) {
      const FactId fact = facts_[i].fact;
      const FactCode code = leak.witness[fact];
      if (fact == leak.fact && ValueOf(fact, code) != leak.value) return false;
      const auto same = [&](const Class& one) { return IsOf(fact, one, code); };
      const auto found = std::ranges::find_if(facts_[i].classes, same);
      if (found == facts_[i].classes.end()) return false;
      situation.chosen[i] = static_cast<size_t>(found - facts_[i].classes.begin());
    }
    const Decision decision = Ask(&situation);
    return situation.Possible() && !decision.let_through() && ObservableOf(decision) == leak.seen;
  }

  size_t asked() const { return asked_; }

 private:
  /// What the caller's side saw of some calls.
  struct Seen {
    bool refused = false;                   ///< one of them was refused
    std::vector<std::set<size_t>> classes;  ///< of each hidden fact, in those calls
  };

  /// Unset is worth what the program has for it.
  FactCode ValueOf(FactId fact, FactCode code) const {
    if (!layout_.catalog.fact(fact).can_be_unset) return code;
    return code == 0 ? program_.unset_values[fact] : code - 1;
  }
  /// In the class of that code: no condition tells it from the first.
  bool IsOf(FactId fact, const Class& one, FactCode code) const {
    return ClassKey(fact, ValueOf(fact, one.code)) == ClassKey(fact, ValueOf(fact, code));
  }
  std::vector<bool> ClassKey(FactId fact, FactCode value) const {
    std::vector<bool> key;
    for (const ProgramDecision& decision : program_.decisions) {
      for (const ProgramRule& rule : decision.rules) {
        for (const ConditionNode& node : rule.when.nodes) {
          if (node.fact != fact || node.op == Op::kConst) continue;
          key.push_back(HoldsFor(node, layout_.catalog.fact(fact), value));
        }
      }
    }
    if (fact == layout_.caller_known) key.push_back(value != 0);
    return key;
  }

  static Observable ObservableOf(const Decision& decision) {
    const CallerView view = decision.ForCaller();
    return {decision.signal, view.sip_status, view.retry_after_s, std::string(view.told),
            std::string(view.path)};
  }

  std::string Text(size_t i, FactCode code, const Observable& seen) const {
    const FactId id = facts_[i].fact;
    return layout_.catalog.fact(id).name + " " + layout_.catalog.FormatValue(id, code) + ": " +
           Format(seen);
  }

  /// Indexes of the facts that the caller knows, and of those that are hidden.
  std::pair<std::vector<size_t>, std::vector<size_t>> Split() const {
    std::pair<std::vector<size_t>, std::vector<size_t>> split;
    for (size_t i = 0; i < facts_.size(); ++i) {
      const FactInfo& info = layout_.catalog.fact(facts_[i].fact);
      const bool knows = (info.known_to & static_cast<unsigned>(Who::kCaller)) != 0;
      // Who names a callee has found them.
      (knows || info.id == layout_.callee_known ? split.first : split.second).push_back(i);
    }
    return split;
  }

  std::set<std::string> SampleLeaks() {
    std::set<std::string> leaks;
    std::mt19937_64 random(Seed());
    const auto& [known, hidden] = Split();
    Situation situation(layout_, facts_);
    for (int n = 0; n < 4000; ++n) {
      const uint64_t usual = random() % 10;  // of ten facts: what no condition asks for
      for (size_t i = 0; i < facts_.size(); ++i) {
        const size_t count = facts_[i].classes.size();
        const bool account =
            facts_[i].fact == layout_.callee_known || facts_[i].fact == layout_.caller_known;
        situation.chosen[i] = random() % 10 < usual ? (account ? 1 : 0) : random() % count;
      }
      if (!situation.Possible()) continue;
      const Decision decision = Ask(&situation);
      if (decision.let_through()) continue;
      for (const size_t i : hidden) {
        if (!facts_[i].classes[situation.chosen[i]].alone) continue;
        if (!Doubtful(i, hidden, ObservableOf(decision), situation)) {
          leaks.insert(layout_.catalog.fact(facts_[i].fact).name);
        }
      }
    }
    return leaks;
  }

  /// Whether fact i could have another value, with at most one more hidden fact changed, and the
  /// caller see the same. Also true if no other value is possible at all.
  bool Doubtful(size_t i, const std::vector<size_t>& hidden, const Observable& seen,
                const Situation& at) {
    bool other = false;
    Situation situation = at;
    const auto same = [&] {
      if (!situation.Possible()) return false;
      other = true;
      return ObservableOf(Ask(&situation)) == seen;
    };
    for (size_t changed = 0; changed < facts_[i].classes.size(); ++changed) {
      if (changed == at.chosen[i]) continue;
      situation.chosen[i] = changed;
      if (same()) return true;
      for (const size_t j : hidden) {
        if (j == i) continue;
        for (size_t value = 0; value < facts_[j].classes.size(); ++value) {
          situation.chosen[j] = value;
          if (value != at.chosen[j] && same()) return true;
        }
        situation.chosen[j] = at.chosen[j];
      }
    }
    return !other;
  }

  /// The next combination of the facts at `which`; false, and back at the first, after the last.
  bool Next(const std::vector<size_t>& which, Situation* situation) const {
    for (const size_t i : which) {
      if (++situation->chosen[i] < facts_[i].classes.size()) return true;
      situation->chosen[i] = 0;
    }
    return false;
  }

  Decision Ask(Situation* situation) {
    ++asked_;
    std::vector<Fact> attributes;
    for (size_t i = 0; i < facts_.size(); ++i) {
      if (layout_.catalog.fact(facts_[i].fact).group != Group::kCall) continue;
      if (facts_[i].fact == layout_.same_account) continue;  // it follows from the parties
      attributes.push_back({facts_[i].fact, situation->Code(i)});
    }
    Question question;
    question.caller = "caller";
    question.callee = situation->SameAccount() ? "caller" : "callee";
    question.facts = attributes;
    scratch_.frame = Frame();
    REQUIRE(BeginFrame(layout_, question, &scratch_.frame).ok());
    FactSource* const sources[] = {situation};
    Decision decision;
    Evaluate(program_, layout_, question, Sources{sources, 0}, &scratch_, &decision);
    return decision;
  }

  const Layout& layout_;
  const Program& program_;
  std::vector<FactClasses> facts_;
  EvalScratch scratch_;
  size_t asked_ = 0;
};

/// What the diagrams find.
Opacity OpacityOf(const Layout& layout, const Document& document) {
  const auto constraints = ParseConstraints(layout.catalog);
  REQUIRE_MESSAGE(constraints.ok(), constraints.status().message());
  const Document* const documents[] = {&document};
  Space space(layout, documents, *constraints, {});
  const std::optional<Opacity> found = FindLeaks(&space, space.policy(0));
  REQUIRE(found.has_value());
  return *found;
}

std::set<std::string> Texts(const Catalog& catalog, const Opacity& opacity) {
  std::set<std::string> texts;
  for (const Leak& leak : opacity.leaks) {
    const FactCode shift = catalog.fact(leak.fact).can_be_unset ? 1 : 0;
    texts.insert(catalog.fact(leak.fact).name + " " +
                 catalog.FormatValue(leak.fact, leak.value + shift) + ": " + Format(leak.seen));
  }
  return texts;
}

std::set<std::string> FactsOf(const Catalog& catalog, const Opacity& opacity) {
  std::set<std::string> names;
  for (const Leak& leak : opacity.leaks) names.insert(catalog.fact(leak.fact).name);
  return names;
}

std::string Show(const std::set<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += one + "\n";
  return text;
}

TEST_CASE("a refusal under a shipped set tells what its policy says, and no more") {
  size_t enumerated = 0;
  for (const auto& set : ShippedRuleSets()) {
    CAPTURE(set->name);
    const Catalog& catalog = set->layout.catalog;
    const Opacity opacity = OpacityOf(set->layout, set->document);
    std::set<std::string> listed;
    for (const Disclosure& one : set->document.discloses) {
      listed.insert(catalog.fact(one.fact).name);
    }
    CHECK(Show(FactsOf(catalog, opacity)) == Show(listed));
    CHECK(opacity.unneeded.empty());
    for (const Leak& leak : opacity.leaks) CHECK(leak.listed);
    Asker asker(set->layout, set->program);
    if (asker.CanEnumerate()) {
      ++enumerated;
      CHECK(Show(asker.FindLeaks()) == Show(Texts(catalog, opacity)));
    } else {
      CHECK(Show(asker.SampleFacts()) == Show(listed));
    }
    CHECK(asker.asked() > 15);  // line has 18
  }
  CHECK(enumerated > 15);
}

/// Policies of few facts, known to the caller and not, whose outcomes look alike or differ in one
/// thing; some claim to ring.
class RandomPolicies {
 public:
  explicit RandomPolicies(uint64_t seed) : random_(seed) {}

  std::string Next() {
    std::string text = R"({ "policy": "random", "catalog": 1, "defaults": { "calls_enabled": )";
    text += Pick(2) == 0 ? "true" : "false";
    text += Pick(2) == 0 ? R"(, "country": 7 },)" : " },";
    text += R"( "outcomes": {
      "private": { "effect": "refuse" },
      "told": { "effect": "refuse", "told": "why" },
      "busy": { "effect": "refuse", "signal": "busy" },
      "gone": { "effect": "refuse", "signal": "busy", "sip": 600 },
      "later": { "effect": "refuse", "signal": "retry_later", "retry_after": 60 },
      "pretended": { "effect": "refuse", "signal": "ringing" },
      "silent": { "effect": "silence" } },
      "unknown_callee": ")" +
            std::string(Pick(2) == 0 ? "private" : "pretended") + R"(", "decisions": { "ring": )" +
            Decision(kOutcomes, "silent");
    if (Pick(2) == 0)
      text +=
          R"(, "path": { "values": ["direct", "relay"], )" + Decision(kPaths, "relay").substr(1);
    return text + " } }";
  }

 private:
  static constexpr std::array<const char*, 8> kOutcomes = {
      "ring", "private", "told", "busy", "gone", "later", "pretended", "silent"};
  static constexpr std::array<const char*, 2> kPaths = {"direct", "relay"};
  static constexpr std::array<const char*, 13> kTests = {"callee.follows(caller)",
                                                         "call.media == 'video'",
                                                         "caller.known",
                                                         "callee.friend(caller)",
                                                         "callee.blocks(caller)",
                                                         "callee.calls_enabled",
                                                         "callee.dnd in ['off', 'total']",
                                                         "callee.dnd == 'alarms'",
                                                         "callee.mark(caller) == 'known'",
                                                         "callee.relay_calls",
                                                         "callee.local_minute < 2",
                                                         "callee.country == 7",
                                                         "callee.contact(caller) == 'match'"};

  size_t Pick(size_t limit) { return static_cast<size_t>(random_() % limit); }

  std::string Condition() {
    std::string text = Pick(3) == 0 ? "!(" : "(";
    text += kTests[Pick(kTests.size())];
    for (size_t more = Pick(3); more > 0; --more) {
      text += std::string(Pick(2) == 0 ? " && " : " || ") + (Pick(4) == 0 ? "!(" : "(") +
              kTests[Pick(kTests.size())] + ")";
    }
    return text + ")";
  }

  template <size_t N>
  std::string Decision(const std::array<const char*, N>& ends, const std::string& unavailable) {
    std::string text = R"({ "rules": [)";
    for (size_t i = 0, count = 1 + Pick(4); i < count; ++i) {
      text += std::string(i == 0 ? "" : ",") + R"( { "id": "r)" + std::to_string(i) +
              R"(", "when": ")" + Condition() + R"(", "then": ")" + ends[Pick(N)] + R"(" })";
    }
    return text + R"( ], "otherwise": ")" + ends[Pick(N)] + R"(", "on_unavailable": ")" +
           unavailable + R"(" })";
  }

  std::mt19937_64 random_;
};

TEST_CASE("random policies tell what asking about every situation shows") {
  const Layout layout(Catalog::Standard());
  RandomPolicies policies(Seed());
  size_t telling = 0, hiding = 0;
  for (int round = 0; round < 400; ++round) {
    const std::string text = policies.Next();
    CAPTURE(text);
    Diagnostics diagnostics;
    const auto document = ParsePolicy(layout.catalog, text, "random.json", &diagnostics);
    REQUIRE_MESSAGE(document.has_value(), diagnostics.Render(text));
    const auto program = Compile(layout, *document, CompileOptions{}, "random", &diagnostics);
    REQUIRE(program.has_value());
    const Opacity opacity = OpacityOf(layout, *document);
    Asker asker(layout, *program);
    REQUIRE(asker.CanEnumerate());
    CHECK(Show(asker.FindLeaks()) == Show(Texts(layout.catalog, opacity)));
    ++(opacity.leaks.empty() ? hiding : telling);
    for (const Leak& leak : opacity.leaks) CHECK(asker.Shows(leak));
  }
  CHECK(telling > 20);
  CHECK(hiding > 20);
}

TEST_CASE("what nobody is to learn is not told at all") {
  for (const auto& set : ShippedRuleSets()) {
    const bool silent =
        set->name == "default" || set->name == "recommended" || set->name.starts_with("x-20");
    if (silent) CHECK_MESSAGE(set->document.discloses.empty(), set->name);
  }
}

/// x-2023 without the floor rule that gives non-subscribers one answer; or as it is.
std::string LeaksOf2023(bool without, bool random) {
  for (const auto& set : ShippedRuleSets()) {
    if (set->name != "x-2023") continue;
    Document document = set->document;
    std::vector<Rule>& floor = document.decisions[0].floor;
    REQUIRE(floor.front().id == "blocked-unsubscribed");
    if (without) floor.erase(floor.begin());
    document.invariants.clear();
    Diagnostics diagnostics;
    const auto program = Compile(set->layout, document, CompileOptions{}, "open", &diagnostics);
    REQUIRE(program.has_value());
    Asker asker(set->layout, *program);
    const Opacity opacity = OpacityOf(set->layout, document);
    CHECK(opacity.tells_account);
    const std::set<std::string> exact = FactsOf(set->layout.catalog, opacity);
    if (random) return Show(asker.SampleFacts());
    CHECK(Show(asker.FindLeaks()) == Show(Texts(set->layout.catalog, opacity)));
    return Show(exact);
  }
  return "no x-2023";
}

TEST_CASE("without the rule that hides it, x-2023 tells a block") {
  for (const bool random : {false, true}) {
    CAPTURE(random);
    CHECK(LeaksOf2023(true, random) == "callee.blocks(caller)\n");
    CHECK(LeaksOf2023(false, random) == "");
  }
}

}  // namespace
}  // namespace ringfence::test
