// People and relations in maps.
#include "differential/world.h"

#include "differential/answers.h"

namespace ringfence::differential {

void World::SetUser(const std::string& user, FactId fact, FactCode code) {
  people_[user][fact] = code;
}

void World::Relate(const std::string& subject, FactId relation, const std::string& object,
                   FactCode code) {
  AddUser(subject);
  AddUser(object);
  pairs_[{subject, object}][relation] = code;
  if (catalog_.fact(relation).symmetric) pairs_[{object, subject}][relation] = code;
}

Status World::Save(Store& store) const {
  Result<Store::Transaction> begun = store.Begin();
  if (!begun.ok()) return begun.status();
  for (const auto& [user, chosen] : people_) {
    Status written = begun->AddUser(user);
    if (!written.ok()) return written;
    for (const auto& [fact, code] : chosen) {
      written = begun->SetUser(user, fact, code);
      if (!written.ok()) return written;
    }
  }
  for (const auto& [pair, chosen] : pairs_) {
    for (const auto& [relation, code] : chosen) {
      Status written = begun->Relate(pair.first, relation, pair.second, code);
      if (!written.ok()) return written;
    }
  }
  Result<uint64_t> revision = begun->Commit();
  return revision.ok() ? Status() : revision.status();
}

FactCode World::OfUser(const FactInfo& fact, FactId callee_side, const std::string& user) const {
  const auto person = people_.find(user);
  if (fact.entry == "known") return person != people_.end() ? 1 : 0;
  if (person == people_.end()) return CodeOfAbsent(fact);
  const auto chosen = person->second.find(callee_side);
  return chosen == person->second.end() ? CodeOfNothing(fact) : chosen->second;
}

FactCode World::OfPair(const FactInfo& fact, FactId callee_side, const std::string& subject,
                       const std::string& object) const {
  const auto pair = pairs_.find({subject, object});
  if (pair == pairs_.end()) return CodeOfNothing(fact);
  const auto chosen = pair->second.find(callee_side);
  return chosen == pair->second.end() ? CodeOfNothing(fact) : chosen->second;
}

FactCode World::CodeOf(FactId id, const std::string& caller, const std::string& callee) const {
  const FactInfo& fact = catalog_.fact(id);
  switch (fact.group) {
    case Group::kCallee:
      return OfUser(fact, id, callee);
    case Group::kCaller:
      return OfUser(fact, fact.reverse, caller);
    case Group::kPair:
      if (fact.name.starts_with("callee.")) return OfPair(fact, id, callee, caller);
      return OfPair(fact, fact.reverse, caller, callee);
    default:
      if (fact.name == "call.same_account") return caller == callee ? 1 : 0;
      return CodeOfNothing(fact);
  }
}

reference::Assignment World::Facts(const std::vector<FactId>& wanted, const std::string& caller,
                                   const std::string& callee) const {
  reference::Assignment assignment;
  for (FactId fact : wanted) assignment[fact] = CodeOf(fact, caller, callee);
  return assignment;
}

}  // namespace ringfence::differential
