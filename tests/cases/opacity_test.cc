// A refusal tells its caller nothing: whatever the caller knows and whatever refusal the caller
// sees, every fact the catalog does not count among what the caller knows could have another value.
// A ring that nobody answers looks like a refusal that pretends to ring, and counts as such. Every
// situation is asked about; for a set with too many of them, random ones and their neighbours.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "cases/shipped.h"
#include "compile/compile.h"
#include "eval/evaluate.h"
#include "unit/seed.h"

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
        const bool account =
            facts_[i].fact == layout_.callee_known || facts_[i].fact == layout_.caller_known;
        if (account && Code(i) == 0) return ReadState::kAbsent;
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
      if (info.id == layout_.callee_known || info.id == layout_.caller_known) {
        known = known && Code(i) != 0;
      }
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
    double situations = 1;
    for (const FactClasses& one : facts_) situations *= static_cast<double>(one.classes.size());
    return situations > 2e6 ? LeaksSeen(granted) : Names(FindLeaks(granted));
  }

  /// The same from random situations: every leak named is one, and few are missed.
  std::string LeaksSeen(const std::string& granted = {}) { return Names(SampleLeaks(granted)); }

  size_t asked() const { return asked_; }

 private:
  /// What the caller's side saw of some calls.
  struct Seen {
    bool refused = false;                   ///< one of them was refused
    std::vector<std::set<size_t>> classes;  ///< of each hidden fact, in those calls
  };

  static std::string Names(const std::set<std::string>& leaks) {
    std::string names;
    for (const std::string& name : leaks) names += (names.empty() ? "" : ", ") + name;
    return names.empty() ? "none" : names;
  }

  static Observable ObservableOf(const Decision& decision) {
    return {decision.signal, std::string(decision.told), decision.sip_status,
            decision.retry_after_s};
  }

  /// Indexes of the facts that the caller knows, and of those that are hidden.
  std::pair<std::vector<size_t>, std::vector<size_t>> Split(const std::string& granted) const {
    std::pair<std::vector<size_t>, std::vector<size_t>> split;
    for (size_t i = 0; i < facts_.size(); ++i) {
      const FactInfo& info = layout_.catalog.fact(facts_[i].fact);
      const bool knows = (info.known_to & static_cast<unsigned>(Who::kCaller)) != 0;
      (knows || info.name == granted ? split.first : split.second).push_back(i);
    }
    return split;
  }

  std::set<std::string> FindLeaks(const std::string& granted) {
    std::set<std::string> leaks;
    Situation situation(layout_, facts_);
    const auto& [known, hidden] = Split(granted);
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
          const bool doubt = classes.size() > 1 || !facts_[i].classes[*classes.begin()].alone;
          if (!doubt && before[i].size() > 1)
            leaks.insert(layout_.catalog.fact(facts_[i].fact).name);
        }
      }
    } while (Next(known, &situation));
    return leaks;
  }

  std::set<std::string> SampleLeaks(const std::string& granted) {
    std::set<std::string> leaks;
    std::mt19937_64 random(Seed());
    const auto& [known, hidden] = Split(granted);
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

/// The facts about which refusals of a set tell on purpose, because the system it models does; its
/// README says so. 433 tells that a callee rejects anonymous calls and lets that be known; being
/// asked to wait for consent tells that somebody is there who does not block the caller; so does
/// 607, which tells of the mark that is its reason. 608 tells who has spam refused. Telegram and
/// Fluxer tell a block, Signal and Matrix by some refusals that there is none; a friend whom Fluxer
/// refuses learns that nobody may call, and a user of Telegram what the other's app can do. A
/// caller whom nobody identifies meets one rule of RFC 5025, and is told what it says.
std::string ToldOnPurpose(const std::string& set) {
  static const std::map<std::string, std::string> told = {
      {"anonymous-rejection", "callee.known, callee.refusal_signal"},
      {"fluxer", "callee.blocks(caller), callee.call_audience, callee.known"},
      {"matrix-invites", "callee.blocks(caller), callee.ignores(caller), callee.known"},
      {"signal", "callee.blocks(caller)"},
      {"telegram", "callee.account_state, callee.blocks(caller), callee.capability"},
      {"presence-rules", "callee.blocks(caller), callee.handling_unidentified, callee.known"},
      {"unwanted-calls",
       "callee.blocks(caller), callee.known, callee.mark(caller), callee.spam_callers"},
  };
  const auto found = told.find(set);
  return found == told.end() ? "none" : found->second;
}

/// Callers of x-2023 who do not subscribe are told so by every account there is, hence that it is
/// there: what its profile tells anyway, see rules/x-2023/README.md. So with the other sets that
/// tell callers something of themselves, or a number that is not there; see their READMEs.
std::string Granted(const std::string& set) {
  for (const char* const name :
       {"recommended", "signal", "telegram", "whatsapp", "whatsapp-business", "x-2023"}) {
    if (set == name) return "callee.known";
  }
  return {};
}

TEST_CASE("a refusal under a shipped set tells the caller nothing") {
  for (const auto& set : ShippedRuleSets()) {
    CAPTURE(set->name);
    Asker asker(set->layout, set->program);
    CHECK(asker.Leaks(Granted(set->name)) == ToldOnPurpose(set->name));
    CHECK(asker.asked() > 15);  // line has 18
  }
}

/// x-2023 without the floor rule that gives non-subscribers one answer; or as it is. By asking
/// about every situation, or about random ones.
std::string LeaksOf2023(bool without, const std::string& granted, bool random = false) {
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
    return random ? asker.LeaksSeen(granted) : asker.Leaks(granted);
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

TEST_CASE("random situations show what all of them show") {
  CHECK(LeaksOf2023(true, "callee.known", true) == "callee.blocks(caller)");
  CHECK(LeaksOf2023(false, "callee.known", true) == "none");
  CHECK(LeaksOf2023(false, "", true) == "callee.blocks(caller), callee.known");
}

}  // namespace
}  // namespace ringfence::test
