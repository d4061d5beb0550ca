// A refusal tells its caller nothing: whatever the caller knows and whatever refusal the caller
// sees, every fact the catalog does not count among what the caller knows could have another value.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "cases/shipped.h"
#include "compile/compile.h"
#include "eval/evaluate.h"

namespace ringfence::test {
namespace {

using Op = ConditionNode::Op;

/// What the caller's side sees of a refusal.
using Observable = std::tuple<Signal, std::string, uint16_t, uint32_t>;

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

std::vector<FactClasses> ClassesOf(const Layout& layout, const Program& program) {
  std::map<FactId, std::vector<const ConditionNode*>> tests;
  // Only `ring` has refusals, and no other decision is made for a refused call.
  for (const ProgramRule& rule : program.decisions[0].rules) {
    for (const ConditionNode& node : rule.when.nodes) {
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
        if (facts_[i].fact == layout_.callee_known && Code(i) == 0) return ReadState::kAbsent;
        out.Set(facts_[i].fact, Code(i));
      }
    }
    return ReadState::kRead;
  }

  FactCode Code(size_t i) const { return facts_[i].classes[chosen[i]].code; }

  /// An account that is not known has no relation to anybody. Who calls themselves is known, and
  /// has none to themselves.
  bool Possible() const {
    bool known = true;
    bool related = false;
    for (size_t i = 0; i < facts_.size(); ++i) {
      const FactInfo& info = layout_.catalog.fact(facts_[i].fact);
      if (info.id == layout_.callee_known) known = Code(i) != 0;
      related = related || (info.kind == FactKind::kRelation && Code(i) != info.absent_code);
    }
    return SameAccount() ? known && !related : known || !related;
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

  /// Names of the facts about which some refusal tells the caller something, "none" without any.
  /// `granted`: a fact the caller is taken to know besides those the catalog says; or none.
  std::string Leaks(const std::string& granted = {}) {
    std::string names;
    for (const std::string& name : FindLeaks(granted)) names += (names.empty() ? "" : ", ") + name;
    return names.empty() ? "none" : names;
  }

  size_t asked() const { return asked_; }

 private:
  std::set<std::string> FindLeaks(const std::string& granted) {
    std::set<std::string> leaks;
    Situation situation(layout_, facts_);
    std::vector<size_t> known, hidden;
    for (size_t i = 0; i < facts_.size(); ++i) {
      const FactInfo& info = layout_.catalog.fact(facts_[i].fact);
      const bool knows = (info.known_to & static_cast<unsigned>(Who::kCaller)) != 0;
      (knows || info.name == granted ? known : hidden).push_back(i);
    }
    do {
      // Per refusal: the classes of each hidden fact that it was seen with.
      std::map<Observable, std::vector<std::set<size_t>>> seen;
      std::vector<std::set<size_t>> before(facts_.size());  // what the caller could not rule out
      do {
        if (!situation.Possible()) continue;
        for (const size_t i : hidden) before[i].insert(situation.chosen[i]);
        const Decision decision = Ask(&situation);
        ++asked_;
        if (decision.let_through()) continue;
        auto& classes = seen[{decision.signal, std::string(decision.told), decision.sip_status,
                              decision.retry_after_s}];
        classes.resize(facts_.size());
        for (const size_t i : hidden) classes[i].insert(situation.chosen[i]);
      } while (Next(hidden, &situation));
      for (const auto& [observable, classes] : seen) {
        for (const size_t i : hidden) {
          const bool doubt = classes[i].size() > 1 || !facts_[i].classes[*classes[i].begin()].alone;
          if (!doubt && before[i].size() > 1)
            leaks.insert(layout_.catalog.fact(facts_[i].fact).name);
        }
      }
    } while (Next(known, &situation));
    return leaks;
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

/// The facts about which refusals of a set tell on purpose, because the system it models does; its
/// README says so. 433 tells that a callee rejects anonymous calls and lets that be known; being
/// asked to wait for consent tells that somebody is there who does not block the caller; so does
/// 607, which tells of the mark that is its reason. 608 tells who has spam refused.
std::string ToldOnPurpose(const std::string& set) {
  static const std::map<std::string, std::string> told = {
      {"anonymous-rejection", "callee.known, callee.refusal_signal"},
      {"presence-rules", "callee.blocks(caller), callee.known"},
      {"unwanted-calls",
       "callee.blocks(caller), callee.known, callee.mark(caller), callee.spam_callers"},
  };
  const auto found = told.find(set);
  return found == told.end() ? "none" : found->second;
}

TEST_CASE("a refusal under a shipped set tells the caller nothing") {
  for (const auto& set : ShippedRuleSets()) {
    CAPTURE(set->name);
    Asker asker(set->layout, set->program);
    // Callers of x-2023 who do not subscribe are told so by every account there is, hence that it
    // is there: what its profile tells anyway, see rules/x-2023/README.md.
    const char* const granted = set->name == "x-2023" ? "callee.known" : "";
    CHECK(asker.Leaks(granted) == ToldOnPurpose(set->name));
    CHECK(asker.asked() > 20);  // xmpp-blocking has 24
  }
}

/// x-2023 without the floor rule that gives non-subscribers one answer; or as it is.
std::string LeaksOf2023(bool without, const std::string& granted) {
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
    return Asker(set->layout, *program).Leaks(granted);
  }
  return "no x-2023";
}

TEST_CASE("without the rule that hides it, x-2023 tells a block") {
  CHECK(LeaksOf2023(true, "callee.known") == "callee.blocks(caller)");
  CHECK(LeaksOf2023(false, "callee.known") == "none");
}

TEST_CASE("x-2023 tells whether an account exists, and by that only that it blocks nobody") {
  CHECK(LeaksOf2023(false, "") == "callee.blocks(caller), callee.known");
}

}  // namespace
}  // namespace ringfence::test
