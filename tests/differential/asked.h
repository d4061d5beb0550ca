// A question to an engine whose store and host hold something, at random: who asks about whom, what
// the question carries, what the host serves and where it fails; and the facts that decide it.
#pragma once

#include <ringfence/question.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "differential/answers.h"
#include "differential/random_policy.h"
#include "differential/world.h"
#include "policy/document.h"
#include "reference/reference.h"

namespace ringfence::differential {

/// Groups a store serves; a host serves the others.
inline constexpr GroupSet kStored = Bit(Group::kCallee) | Bit(Group::kCaller) | Bit(Group::kPair);

/// One question with all that is needed to ask it and to know the answer.
struct Asked {
  std::string caller, callee;
  int64_t callee_handle = 0;  ///< > 0: in place of the id
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
    question.callee = callee_handle > 0 ? Party::Handle(callee_handle) : Party(callee);
    question.facts = carried;
    return question;
  }
};

/// user0 to user8, who chose and related at random.
World RandomWorld(const Catalog& catalog, Random& random);

class Asker {
 public:
  Asker(const Catalog& catalog, const World& world, Random& random)
      : catalog_(catalog), world_(world), random_(random) {}

  /// Int facts are mostly drawn near what these documents compare them with.
  void DrawNear(const std::vector<const Document*>& documents);
  /// The host also says "nothing held" of groups.
  void AlsoAbsent() { also_absent_ = true; }
  /// About some of the users, or a stranger; `facts` are those that get values.
  Asked Ask(const std::vector<FactId>& facts, unsigned trouble_percent);

  std::string RandomUser();
  /// nullopt: unavailable.
  std::optional<FactCode> Draw(const FactInfo& fact, unsigned trouble_percent);
  /// Nobody is asked about a caller that has no id.
  static std::optional<FactCode> OfCallerWithoutAccount(const FactInfo& fact, const Asked& asked,
                                                        std::optional<FactCode> code);

 private:
  void PutFact(const FactInfo& fact, unsigned trouble_percent, Asked* asked);

  const Catalog& catalog_;
  const World& world_;
  Random& random_;
  bool also_absent_ = false;
  std::map<FactId, std::vector<int64_t>> near_;
};

}  // namespace ringfence::differential
