// Random questions.
#include "differential/scenario.h"

#include <algorithm>
#include <sstream>

namespace ringfence::differential {
namespace {

using Code = std::optional<FactCode>;

class ScenarioMaker {
 public:
  ScenarioMaker(const Catalog& catalog, const Document& document, unsigned trouble_percent,
                Random& random)
      : catalog_(catalog), document_(document), trouble_percent_(trouble_percent), random_(random) {
    if (random.Percent(4)) scenario_.caller = scenario_.callee;
    for (int group = 1; group < kGroupCount; ++group) {
      Style& style = scenario_.styles[static_cast<size_t>(group)];
      style = random.Percent(50) ? Style::kFacts : Style::kPacked;
      if (random.Percent(8)) style = Style::kAbsent;
      if (random.Percent(trouble_percent_)) style = Style::kUnavailable;
    }
    scenario_.host_groups = static_cast<GroupSet>(random.Next());
  }

  Scenario Make(const std::vector<FactId>& named) {
    // `known` decides what the rest of its group is worth, so these come first.
    std::vector<FactId> facts = named;
    std::stable_partition(facts.begin(), facts.end(),
                          [&](FactId id) { return catalog_.fact(id).entry == "known"; });
    for (FactId id : facts) {
      const FactInfo& fact = catalog_.fact(id);
      if (fact.group == Group::kCall) {
        PutCall(fact);
      } else {
        PutRead(fact);
      }
    }
    return std::move(scenario_);
  }

 private:
  Code Draw(const FactInfo& fact) {
    if (fact.entry == "known") return random_.Percent(trouble_percent_) ? Code() : Code(1);
    const auto other = scenario_.sources.find(fact.reverse);
    if (fact.symmetric && other != scenario_.sources.end()) return other->second;
    return RandomOrUnavailable(fact);
  }

  void Carry(FactId id, const Code& code) {
    scenario_.assignment[id] = code;
    scenario_.carried.push_back({id, code.value_or(kUnavailableCode)});
  }

  void PutCall(const FactInfo& fact) {
    if (fact.name == "call.same_account") {
      scenario_.assignment[fact.id] = scenario_.caller == scenario_.callee ? 1 : 0;
      return;
    }
    const Code code = Draw(fact);
    if (code == CodeOfNothing(fact) && random_.Percent(50)) {
      scenario_.assignment[fact.id] = code;
    } else {
      Carry(fact.id, code);
    }
  }

  /// What a group's source says of one fact, and what the frame makes of it.
  void PutRead(const FactInfo& fact) {
    const auto group = static_cast<size_t>(fact.group);
    const Style style = scenario_.styles[group];
    const bool known = fact.entry == "known";
    Code code = Draw(fact);
    if (known && style == Style::kPacked && code.has_value()) code = 1;  // a row that is there
    if (known && style == Style::kFacts && random_.Percent(10)) code = 0;
    if (known && code == FactCode{0}) nobody_[group] = true;
    scenario_.sources[fact.id] = code;
    if (style == Style::kAbsent || nobody_[group]) code = CodeOfAbsent(fact);
    if (style == Style::kUnavailable) code.reset();
    if (IsCarried(fact.id)) return;  // as the mirror of a symmetric relation
    scenario_.assignment[fact.id] = code;
    // A user who is carried as unknown may carry nothing else.
    if (known || scenario_.carried.size() >= kMaxQuestionFacts / 2 || !random_.Percent(12)) return;
    Carry(fact.id, RandomOrUnavailable(fact));
    // One half of a symmetric relation stands for both.
    if (fact.symmetric) scenario_.assignment[fact.reverse] = scenario_.assignment[fact.id];
  }

  bool IsCarried(FactId id) const {
    for (const Fact& fact : scenario_.carried) {
      const FactInfo& info = catalog_.fact(fact.id);
      if (fact.id == id || (info.symmetric && info.reverse == id)) return true;
    }
    return false;
  }

  Code RandomOrUnavailable(const FactInfo& fact) {
    if (random_.Percent(trouble_percent_)) return std::nullopt;
    return RandomCode(fact, ConstantsOf(document_, fact.id), random_);
  }

  const Catalog& catalog_;
  const Document& document_;
  unsigned trouble_percent_;
  Random& random_;
  bool nobody_[kGroupCount] = {};  ///< the source says that there is no such account
  Scenario scenario_;
};

}  // namespace

Scenario RandomScenario(const Catalog& catalog, const Document& document,
                        const std::vector<FactId>& named, double max_worlds, Random& random) {
  unsigned trouble_percent = random.Percent(50) ? 0 : 5 + static_cast<unsigned>(random.Below(50));
  for (;;) {
    Scenario scenario = ScenarioMaker(catalog, document, trouble_percent, random).Make(named);
    if (WorldCount(catalog, document, Unavailable(scenario.assignment)) <= max_worlds) {
      return scenario;
    }
    trouble_percent = trouble_percent * 2 / 3;
  }
}

std::vector<FactId> Unavailable(const reference::Assignment& assignment) {
  std::vector<FactId> facts;
  for (const auto& [fact, code] : assignment) {
    if (!code.has_value()) facts.push_back(fact);
  }
  return facts;
}

std::string Show(const Catalog& catalog, const Scenario& scenario) {
  std::ostringstream out;
  out << scenario.caller << " -> " << scenario.callee << "\n"
      << Show(catalog, scenario.assignment) << "  carried:";
  for (const Fact& fact : scenario.carried) out << " " << catalog.fact(fact.id).name;
  out << "\n  styles:";
  for (const Style style : scenario.styles) out << " " << int{static_cast<uint8_t>(style)};
  out << "; host groups " << scenario.host_groups << "\n";
  return out.str();
}

}  // namespace ringfence::differential
