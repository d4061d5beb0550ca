// Random questions about a random world.
#include "differential/asked.h"

namespace ringfence::differential {
namespace {

constexpr size_t kUsers = 9;
constexpr GroupSet kAll = (1u << kGroupCount) - 1;

/// What would contradict the parties, were it carried: an error and no decision.
bool Contradicts(const FactInfo& fact, const Asked& asked) {
  const bool of_caller = fact.group == Group::kCaller || fact.group == Group::kPair;
  return fact.entry == "known" || fact.name == "call.same_account" ||
         (asked.caller_without_account && of_caller);
}

bool IsCarried(const Asked& asked, FactId id) {
  for (const Fact& fact : asked.carried) {
    if (fact.id == id) return true;
  }
  return false;
}

}  // namespace

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

void Asker::DrawNear(const std::vector<const Document*>& documents) {
  near_.clear();
  for (const FactInfo& fact : catalog_.facts()) {
    if (fact.type != FactType::kInt) continue;
    for (const Document* document : documents) {
      const std::vector<int64_t> constants = ConstantsOf(*document, fact.id);
      near_[fact.id].insert(near_[fact.id].end(), constants.begin(), constants.end());
    }
  }
}

std::string Asker::RandomUser() {
  return random_.Percent(8) ? "stranger" : "user" + std::to_string(random_.Below(kUsers));
}

std::optional<FactCode> Asker::Draw(const FactInfo& fact, unsigned trouble_percent) {
  if (random_.Percent(trouble_percent)) return std::nullopt;
  return RandomCode(fact, near_[fact.id], random_);
}

Asked Asker::Ask(const std::vector<FactId>& facts, unsigned trouble_percent) {
  Asked asked;
  asked.caller = RandomUser();
  asked.callee = RandomUser();
  asked.caller_without_account = random_.Percent(4);
  if (asked.caller_without_account) asked.caller.clear();
  asked.host_groups = static_cast<GroupSet>(kAll & ~unsigned{kStored});
  // A host may hold the graph itself.
  if (!asked.caller_without_account && random_.Percent(15)) {
    asked.host_groups = static_cast<GroupSet>(asked.host_groups | Bit(Group::kPair));
  }
  for (int i = 0; i < kGroupCount; ++i) {
    Style& style = asked.styles[static_cast<size_t>(i)];
    style = random_.Percent(50) ? Style::kFacts : Style::kPacked;
    if (also_absent_ && random_.Percent(8)) style = Style::kAbsent;
    if (random_.Percent(trouble_percent)) style = Style::kUnavailable;
  }
  // And it may fail where the store could have answered.
  for (const Group group : {Group::kCallee, Group::kCaller}) {
    const bool nobody = group == Group::kCaller && asked.caller_without_account;
    if (nobody || !random_.Percent(trouble_percent / 2)) continue;
    asked.host_groups = static_cast<GroupSet>(asked.host_groups | Bit(group));
    asked.styles[static_cast<size_t>(group)] = Style::kUnavailable;
  }
  for (FactId id : facts) PutFact(catalog_.fact(id), trouble_percent, &asked);
  return asked;
}

void Asker::PutFact(const FactInfo& fact, unsigned trouble_percent, Asked* asked) {
  if (fact.symmetric && IsCarried(*asked, fact.reverse)) {
    asked->assignment[fact.id] = asked->assignment[fact.reverse];
    return;
  }
  std::optional<FactCode> code = world_.CodeOf(fact.id, asked->caller, asked->callee);
  const bool by_host = (asked->host_groups & Bit(fact.group)) != 0;
  if (by_host && fact.group != Group::kCall) {
    const Style style = asked->styles[static_cast<size_t>(fact.group)];
    const bool says = style != Style::kUnavailable && style != Style::kAbsent;
    code = says ? Draw(fact, trouble_percent) : std::nullopt;
    if (style == Style::kAbsent) code = CodeOfAbsent(fact);
    const auto mirror = asked->held.find(fact.reverse);
    if (says && fact.symmetric && mirror != asked->held.end()) code = mirror->second;
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

std::optional<FactCode> Asker::OfCallerWithoutAccount(const FactInfo& fact, const Asked& asked,
                                                      std::optional<FactCode> code) {
  if (asked.caller_without_account) {
    if (fact.group == Group::kCallerContact) return fact.absent_code;
    if (fact.name == "caller.cohort") return std::nullopt;
  }
  return code;
}

}  // namespace ringfence::differential
