// What is known of a question before its other party is, and the sets of users from which one can
// come: what "who may ring" makes its plan of. Takes a session's snapshot and one user.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyze/who_plan.h"
#include "eval/evaluate.h"
#include "store/backend.h"

namespace ringfence {

/// The user asked about, and which side of the call it is.
struct WhoSubject {
  std::string name;
  int64_t handle = 0;
  bool is_callee = true;

  Group own_group() const { return is_callee ? Group::kCallee : Group::kCaller; }
  Group other_group() const { return is_callee ? Group::kCaller : Group::kCallee; }
};

/// A handle no user has: the other party of a question about none in particular.
inline constexpr int64_t kNobodysHandle = INT64_MAX;

struct WhoSets {
  /// Of a question with the other party left open: carried facts and the subject's own.
  Frame frame;
  /// Per fact of the catalog: its code, where it is the same whoever the other party is.
  std::vector<std::optional<FactCode>> fixed;
  /// Those outside a set have the values in `sets`; who is in it, `listed` lists; for people,
  /// `says`. The dearest first.
  std::vector<Enumerable> sets;
  std::vector<std::vector<UserSet>> listed;
  std::vector<std::string> says;
};

/// `question` has the subject's handle, kNobodysHandle for the other party, and the carried facts.
/// `pending`: calls are being counted that no row has yet. Errors: those of BeginFrame.
Result<WhoSets> CollectWhoSets(const Layout& layout, const Question& question,
                               const WhoSubject& subject, const Sources& sources,
                               StoreSession& session, bool pending);

}  // namespace ringfence
