// Differences against the reference evaluator. See diff_check.h.
#include "differential/diff_check.h"

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>

#include "reference/reference.h"

namespace ringfence::differential {
namespace {

bool IsUnavailable(const Situation& situation, FactId fact) {
  return situation[fact] == kUnavailableCode;
}

const DecisionRules* PathOf(const Document& document) {
  for (size_t i = 1; i < document.decisions.size(); ++i) {
    if (document.decisions[i].name == "path") return &document.decisions[i];
  }
  return nullptr;
}

}  // namespace

Answer Noticed(const Layout& layout, const Document& document, const Situation& situation) {
  reference::Assignment assignment;
  for (const FactInfo& fact : layout.catalog.facts()) {
    const FactId id = fact.id;
    assignment[id] = IsUnavailable(situation, id) ? std::nullopt : std::optional(situation[id]);
  }
  const reference::Answer answer = reference::Decide(layout.catalog, document, assignment);
  const auto outcome = std::find_if(document.outcomes.begin(), document.outcomes.end(),
                                    [&](const Outcome& one) { return one.name == answer.outcome; });
  Answer noticed{outcome->effect,
                 outcome->signal,
                 outcome->record,
                 outcome->sip_status,
                 outcome->retry_after_s,
                 outcome->told,
                 {}};
  for (const reference::ExtraAnswer& extra : answer.extras) {
    if (!extra.value.empty()) noticed.extras.emplace_back(extra.name, extra.value);
  }
  const DecisionRules* const path = PathOf(document);
  if (outcome->effect == Effect::kRefuse && outcome->signal == Signal::kRinging &&
      path != nullptr) {
    noticed.extras = {{"path", path->values[path->on_unavailable.then]}};
  }
  std::sort(noticed.extras.begin(), noticed.extras.end());
  return noticed;
}

DiffCheck::DiffCheck(const Layout& layout, const Document& older, const Document& newer,
                     size_t max_cubes)
    : layout_(layout), older_(older), newer_(newer), max_cubes_(max_cubes) {
  const Catalog& catalog = layout.catalog;
  std::set<FactId> facts = {layout.callee_known, layout.caller_known, layout.same_account};
  for (const Document* document : {&older, &newer}) {
    for (FactId fact : FactsNamed(catalog, *document)) facts.insert(fact);
  }
  for (FactId fact : std::set<FactId>(facts)) {
    if (catalog.fact(fact).symmetric) facts.insert(catalog.fact(fact).reverse);
  }
  facts_.assign(facts.begin(), facts.end());
  for (FactId id : facts_) {
    const FactInfo& fact = catalog.fact(id);
    std::vector<int64_t> constants;
    for (FactId partner : {id, fact.reverse}) {
      for (const Document* document : {&older, &newer}) {
        for (int64_t constant : ConstantsOf(*document, partner)) constants.push_back(constant);
      }
    }
    std::set<FactCode> codes = CodesNear(fact, constants);
    if (fact.type == FactType::kInt) codes.insert(fact.absent_code + (fact.can_be_unset ? 1 : 0));
    codes_[id].assign(codes.begin(), codes.end());
  }
  DocumentDiffOptions options;
  options.max_cubes = max_cubes;
  std::optional<DocumentDiff> diff = DiffDocuments(layout, older, newer, {}, options);
  if (!diff.has_value()) throw std::runtime_error("over the budget");
  diff_ = *std::move(diff);
}

Situation DiffCheck::Random(unsigned percent_unavailable, differential::Random& random) const {
  Situation situation = UsualSituation(layout_);
  for (FactId fact : facts_) {
    // Accounts are mostly there, or little else could be.
    const bool account = fact == layout_.callee_known || fact == layout_.caller_known ||
                         fact == layout_.same_account;
    if (account && random.Percent(90)) continue;
    situation[fact] =
        random.Percent(percent_unavailable) ? kUnavailableCode : random.Of(codes_.at(fact));
  }
  return situation;
}

DiffCheck::Pair DiffCheck::PairAt(const Situation& situation) const {
  Pair pair = {Noticed(layout_, older_, situation), Noticed(layout_, newer_, situation)};
  // A refused call has no path.
  if ((pair.first.effect == Effect::kRefuse) != (pair.second.effect == Effect::kRefuse)) {
    pair.first.extras.clear();
    pair.second.extras.clear();
  }
  return pair;
}

/// Whether a fact and its reverse can have values that belong together.
bool DiffCheck::PartnersAgree(const FactInfo& fact, const Situation& situation, bool same) const {
  const bool user = fact.group == Group::kCallee || fact.group == Group::kCaller;
  const bool bound = fact.reverse != fact.id &&
                     std::count(facts_.begin(), facts_.end(), fact.reverse) > 0 &&
                     fact.code_count() <= 1024;
  if (!bound || !(fact.symmetric || (same && user))) return true;
  return IsUnavailable(situation, fact.id) || IsUnavailable(situation, fact.reverse) ||
         situation[fact.id] == situation[fact.reverse];
}

/// Whether the other facts can be as they are, where facts of accounts have values.
bool DiffCheck::Solvable(const Situation& situation) const {
  const bool same = situation[layout_.same_account] == 1;
  // What must have its absent value; then what belongs together.
  Situation settled = situation;
  for (FactId id : facts_) {
    const FactInfo& fact = layout_.catalog.fact(id);
    if (id == layout_.callee_known || id == layout_.caller_known) continue;
    const bool pair = fact.group == Group::kPair;
    const bool absent =
        ((fact.group == Group::kCallee || pair) && situation[layout_.callee_known] == 0) ||
        ((fact.group == Group::kCaller || pair) && situation[layout_.caller_known] == 0);
    if (!absent && !(pair && same)) continue;
    const FactCode code = fact.absent_code + (fact.can_be_unset ? 1 : 0);
    if (!IsUnavailable(situation, id) && situation[id] != code) return false;
    settled[id] = code;
  }
  return std::all_of(facts_.begin(), facts_.end(), [&](FactId id) {
    return PartnersAgree(layout_.catalog.fact(id), settled, same);
  });
}

bool DiffCheck::IsPossible(const Situation& situation) const {
  for (unsigned bits = 0; bits < 8; ++bits) {
    Situation one = situation;
    bool fits = true;
    const FactId accounts[] = {layout_.callee_known, layout_.caller_known, layout_.same_account};
    for (unsigned i = 0; i < 3; ++i) {
      const FactCode code = bits >> i & 1;
      fits = fits && (IsUnavailable(situation, accounts[i]) || situation[accounts[i]] == code);
      one[accounts[i]] = code;
    }
    if (fits && Solvable(one)) return true;
  }
  return false;
}

/// Whether all values that the unavailable facts could have make this very change.
bool DiffCheck::FollowsFromValues(const Situation& situation, const Pair& pair) const {
  Situation one = situation;
  const std::function<bool(size_t)> all = [&](size_t from) {
    for (size_t i = from; i < facts_.size(); ++i) {
      if (!IsUnavailable(situation, facts_[i])) continue;
      for (FactCode code : codes_.at(facts_[i])) {
        one[facts_[i]] = code;
        if (!all(i + 1)) return false;
      }
      return true;
    }
    return PairAt(one) == pair;
  };
  return all(0);
}

/// Whether more situations change like that than there were cubes for.
bool DiffCheck::IsIncomplete(const Pair& pair) const {
  for (const std::vector<AnswerChange>* list : {&diff_.changes, &diff_.unavailable}) {
    for (const AnswerChange& change : *list) {
      if (Pair{change.was, change.now} == pair && change.rest.has_value()) return true;
    }
  }
  return false;
}

std::string DiffCheck::InCubes(const std::vector<AnswerChange>& changes, const Situation& situation,
                               const Pair& pair, bool* found) const {
  *found = false;
  for (const AnswerChange& change : changes) {
    for (const ChangedCube& one : change.cubes) {
      if (!Contains(layout_, one.cube, situation)) continue;
      if (change.was != pair.first || change.now != pair.second) {
        return "is in a cube of another change: " + Show(situation);
      }
      *found = true;
    }
  }
  return {};
}

std::string DiffCheck::At(const Situation& situation) {
  if (!IsPossible(situation)) return {};
  ++asked;
  const Pair pair = PairAt(situation);
  const bool complete = std::none_of(facts_.begin(), facts_.end(),
                                     [&](FactId id) { return IsUnavailable(situation, id); });
  bool found = false, unavailable = false;
  // Cubes that say nothing of a fact hold for its values: whether it is unavailable is the other
  // list's to say.
  std::string wrong;
  if (complete) wrong = InCubes(diff_.changes, situation, pair, &found);
  if (wrong.empty()) wrong = InCubes(diff_.unavailable, situation, pair, &unavailable);
  if (!wrong.empty()) return wrong;
  if (pair.first == pair.second) return {};
  ++changed;
  if (!found && !unavailable && IsIncomplete(pair)) return {};
  if (complete) return found ? "" : "changes and is in no cube: " + Show(situation);
  if (unavailable) return {};
  ++untold;
  if (FollowsFromValues(situation, pair)) return {};
  return "changes while facts are unavailable and is in no cube: " + Show(situation);
}

std::string DiffCheck::Witnesses() {
  for (const std::vector<AnswerChange>* list : {&diff_.changes, &diff_.unavailable}) {
    for (const AnswerChange& change : *list) {
      if (change.cubes.empty()) return "a change without a cube";
      if (change.rest.has_value() && max_cubes_ == kAllCubes) {
        return "a change that its cubes do not cover";
      }
      for (const ChangedCube& one : change.cubes) {
        const Situation& at = one.witness;
        const bool complete = std::none_of(facts_.begin(), facts_.end(),
                                           [&](FactId id) { return IsUnavailable(at, id); });
        if (complete != (list == &diff_.changes)) return "in the wrong list: " + Show(at);
        if (!Contains(layout_, one.cube, at)) return "not in its cube: " + Show(at);
        if (!IsPossible(at)) return "cannot occur: " + Show(at);
        if (PairAt(at) != Pair{change.was, change.now}) return "no such change: " + Show(at);
      }
    }
  }
  return {};
}

std::string DiffCheck::CubeText(const Cube& cube) const {
  std::string text;
  for (const Literal& literal : cube) text += TextOf(layout_, literal, {}) + "; ";
  return text;
}

std::string DiffCheck::Show(const Situation& situation) const {
  std::string text;
  for (FactId id : facts_) {
    text +=
        layout_.catalog.fact(id).name + "=" + layout_.catalog.FormatValue(id, situation[id]) + " ";
  }
  for (const AnswerChange& change : diff_.changes) {
    for (const ChangedCube& one : change.cubes) text += "\n  " + CubeText(one.cube);
  }
  text += "\n  unavailable";
  for (const AnswerChange& change : diff_.unavailable) {
    for (const ChangedCube& one : change.cubes) text += "\n  " + CubeText(one.cube);
  }
  return text + "\n" + DumpDocument(layout_.catalog, older_) +
         DumpDocument(layout_.catalog, newer_);
}

}  // namespace ringfence::differential
