// A Reader's own things: session, sources, scratch, pin on a policy.
#pragma once

#include <ringfence/engine.h>

#include <memory>
#include <optional>
#include <vector>

#include "api/attempts_impl.h"
#include "api/engine_impl.h"
#include "api/recording.h"
#include "eval/evaluate.h"
#include "eval/explain.h"

namespace ringfence {

struct Reader::Impl {
  Status Open(std::shared_ptr<Engine::Impl> shared, std::span<FactSource* const> host_sources);

  /// Which facts a question may see.
  enum class Sight : uint8_t {
    kAll,
    kPreviewOfCallee,  ///< not contact matches, or who has uploaded guesses learns whose they are
    kPreviewOfCaller,  ///< no probes
  };

  /// Runs `decide_all` (Status()) in one snapshot under the policy in force there; again when the
  /// policy turns out to have changed, or when a write of this process was committed meanwhile (so
  /// that what a write forbade before it returned cannot ring afterwards).
  template <class DecideAll>
  Status InSnapshot(uint64_t at_least, uint64_t* revision, const DecideAll& decide_all) {
    return InSnapshot(at_least, revision, decide_all, [] {});
  }
  /// `beside()` follows in the snapshot once what was decided is settled, and cannot change it.
  template <class DecideAll, class Beside>
  Status InSnapshot(uint64_t at_least, uint64_t* revision, const DecideAll& decide_all,
                    const Beside& beside);
  template <class DecideAll>
  Status Attempt(uint64_t at_least, uint64_t* revision, const DecideAll& decide_all);

  /// One question inside InSnapshot.
  Status DecideIn(const Question& question, Sight sight, Decision* decision, EffectSet* effects);
  /// Whether a temporary consent, and no unanswered calls, would let this call through now.
  /// `question` must not carry either. kInvalidArgument: the catalog has no consent.
  Status LetInByConsent(const Question& question, bool* let_in);
  /// Decisions that count: `question_at(i)` decides the i-th. `each` names one in errors; null:
  /// there is but one.
  template <class QuestionAt>
  Status DecideEach(uint64_t at_least, const char* each, const QuestionAt& question_at,
                    std::span<Decision> decisions);
  void Begin(size_t count);
  /// Whom a decision, or a drawn button, is counted for.
  struct Noted {
    bool found = false;  ///< the store could be read
    FoundParties parties;
  };
  /// In the snapshot.
  Noted NoteParties(const Question& question) const;
  /// Counts what was noted, once all is settled.
  template <class QuestionAt>
  void CountAll(size_t count, const QuestionAt& question_at) const;
  void CountPreview(const Noted& note, const Party& callee) const;
  /// The i-th of the snapshot, noted for the log.
  Status DecideAndNote(size_t i, const Question& question, Decision* decision);
  /// What the shadow policy makes of it.
  void EvaluateShadow(size_t i, const Question& question);
  bool TakesShadows() const { return recording != nullptr && recording->TakesShadows(); }
  void CommitAll(std::span<Decision> decisions) const;
  void PinPublished();
  Status PinNumber(int64_t number);
  void Pin(Policy pinned, int64_t number);
  void PinShadow();
  void PrepareScratch();
  struct Hidden {
    FactSet facts;
    GroupSet groups = 0;  ///< that have no other facts
  };
  void Hide(const Hidden& hidden);
  Sources AllSources() const { return {sources, host_count}; }
  /// What the store says about how it came to the groups of this snapshot.
  GroupDetails Details() const;

  std::shared_ptr<Engine::Impl> engine;
  std::unique_ptr<StoreSession> session;
  std::optional<Policy> policy;
  int64_t policy_number = -1;
  uint64_t generation = 0;
  EvalScratch scratch;
  std::unique_ptr<Recording> recording;  ///< null: no log
  std::vector<Noted> noted;  ///< of the snapshot's decisions, where attempts are counted
  std::optional<Policy> shadow;
  uint64_t shadow_generation = 0;
  std::vector<Frame> frames;  ///< of the snapshot's decisions, for the shadow to go on from
  Decision shadow_decision;   ///< the shadow's: nobody sees it but the log
  Decision last;              ///< of Decide; here, so that its unused parts are cleared only once
  Hidden probes, contacts;    ///< of the pinned policy's catalog
  std::vector<FactSource*> sources;  ///< the host's, then the session
  size_t host_count = 0;
};

}  // namespace ringfence
