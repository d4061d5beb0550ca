// People, what they chose and how they stand to each other, in plain maps: fills a store and, apart
// from it, gives the reference evaluator its facts.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/store.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reference/reference.h"

namespace ringfence::differential {

class World {
 public:
  explicit World(const Catalog& catalog) : catalog_(catalog) {}

  void AddUser(const std::string& user) { people_[user]; }
  /// `fact`: callee's side; `code` 0: unset. The user becomes known.
  void SetUser(const std::string& user, FactId fact, FactCode code);
  /// `relation`: callee's direction. Both become known.
  void Relate(const std::string& subject, FactId relation, const std::string& object,
              FactCode code);

  /// All of it in one transaction.
  Status Save(Store& store) const;

  bool IsKnown(const std::string& user) const { return people_.count(user) > 0; }
  /// The code of a fact of a user row, a pair or call.same_account; of any other fact that of
  /// nothing stored. An empty caller has no account.
  FactCode CodeOf(FactId fact, const std::string& caller, const std::string& callee) const;
  reference::Assignment Facts(const std::vector<FactId>& wanted, const std::string& caller,
                              const std::string& callee) const;

 private:
  FactCode OfUser(const FactInfo& fact, FactId callee_side, const std::string& user) const;
  FactCode OfPair(const FactInfo& fact, FactId callee_side, const std::string& subject,
                  const std::string& object) const;

  using Chosen = std::map<FactId, FactCode>;
  const Catalog& catalog_;
  std::map<std::string, Chosen> people_;
  std::map<std::pair<std::string, std::string>, Chosen> pairs_;  ///< subject, object
};

}  // namespace ringfence::differential
