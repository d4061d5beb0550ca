// What a Reader does for the decision log: inside the snapshot it notes what a decision knew and
// who was asked about, afterwards it records.
#pragma once

#include <ringfence/decision.h>
#include <ringfence/policy.h>
#include <ringfence/question.h>
#include <ringfence/status.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "api/log_impl.h"
#include "eval/evaluate.h"
#include "store/backend.h"

namespace ringfence {

/// Gives the log a policy that is no policy in force, so that Readers which pin it later need no
/// room for it.
Status MakeKnown(const DecisionLog& log, const Policy& policy);

/// One a Reader, hence one thread.
class Recording {
 public:
  /// Null where the engine has no log.
  static Result<std::unique_ptr<Recording>> Open(const std::optional<DecisionLog>& log,
                                                 StoreSession* session);
  ~Recording();

  /// Decisions are by this policy from now on.
  void Pin(const Policy& policy, int64_t store_number);
  /// Beside them this one is evaluated; null: none.
  void PinShadow(const Policy* policy);
  /// The first or next decisions of a snapshot. `count` are made in it.
  void Begin(size_t count);
  /// False: users were forgotten since names were remembered. They are not any more, and what was
  /// noted in the snapshot has to be noted again.
  bool Remembers(int64_t forgets);
  /// Reads what `collect: all` wants besides.
  void Collect(const Question& question, const Sources& sources, EvalScratch* scratch);
  /// Notes decision `i`, in the snapshot it was made in.
  void Note(size_t i, const Question& question, const EvalScratch& scratch,
            const Decision& decision);
  /// The decisions of this snapshot can be described, so that shadow evaluations can be.
  bool TakesShadows() const;
  /// Notes what the shadow policy would have decided, once all decisions of the snapshot are noted,
  /// in their order. Those of an earlier attempt do not count.
  void NoteShadow(size_t i, const EvalScratch& scratch, const Decision& decision);
  /// Hands decision `i` to the log, with its shadow if one was noted. It becomes a refusal where
  /// the log cannot take it and is configured so.
  void Commit(size_t i, Decision* decision);

 private:
  struct Impl;
  explicit Recording(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringfence
