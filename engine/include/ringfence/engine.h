// The engine: one per process. Readers: one per thread. They answer questions.
// Takes a store and a policy, either of which may be missing; gives decisions.
#pragma once

#include <ringfence/attempts.h>
#include <ringfence/catalog.h>
#include <ringfence/contacts.h>
#include <ringfence/decision.h>
#include <ringfence/explain.h>
#include <ringfence/export.h>
#include <ringfence/fact_source.h>
#include <ringfence/log.h>
#include <ringfence/policy.h>
#include <ringfence/question.h>
#include <ringfence/status.h>
#include <ringfence/store.h>
#include <ringfence/time_zones.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

class Reader;

/// What an engine decides from, and by.
struct EngineOptions {
  /// The store to read; none: every group a host's source does not serve is unavailable.
  std::optional<Store> store;
  /// The policy to use whatever the store says. Without it: the store's policy in force, followed
  /// at every decision; where the store has none, or there is no store, the shipped `default`.
  std::optional<Policy> policy;
  /// The keys of contact sync, opened on the same store. Without them the contact facts of a user
  /// who has a book are unavailable.
  std::optional<Contacts> contacts;
  /// Where Readers count what they decide, opened on the same store. Without it facts of earlier
  /// calls are those the store has, and nothing is added to them.
  std::optional<Attempts> attempts;
  /// Unix time in milliseconds of derived facts; for tests and tools. Called from any thread.
  /// Empty: that of `attempts`, else the system's.
  std::function<int64_t()> clock_ms;
  /// Where Readers record what they decide. Opened with the same store, if there is one.
  std::optional<DecisionLog> log;
  /// Who knows local times, SystemTimeZones() say (ringfence/zones.h). Without it the facts of
  /// local time are unavailable for users who have a schedule.
  std::shared_ptr<const TimeZones> time_zones;
  /// A policy to try: at each decision Readers evaluate it beside the one in force, and record what
  /// it would have decided behind the decision (schema/decision_log.md, "Shadow evaluations").
  /// Nothing else comes of it. Needs `log`, where each decision then takes twice the room: of
  /// LogOptions::ring_entries too, which decides when WhenFull applies to both.
  std::optional<Policy> shadow;
};

/// Thread-safe. Open it after any fork: SQLite connections do not survive one.
class RINGFENCE_API Engine {
 public:
  /// Errors: kInvalidArgument when policy, shadow and store were made with different catalogs,
  /// contacts, attempts or log are of another store, or there is a shadow and no log; for a shadow
  /// also those of SetShadow.
  static Result<Engine> Open(EngineOptions options);
  /// Opens an SQLite file for reading and writing, and follows its policy in force. Errors as in
  /// Store::Open.
  static Result<Engine> Open(const std::string& database);

  /// A Reader for the calling thread. It keeps what it needs of the engine alive. Errors: those of
  /// opening a connection; kCorrupt for a policy in force that does not compile.
  Result<Reader> NewReader();
  /// The same with host sources, asked before the store, in order. They must outlive the Reader and
  /// serve it alone.
  Result<Reader> NewReader(std::span<FactSource* const> host_sources);

  /// Publishes a policy to all Readers of this engine: they pin it at their next call (one atomic
  /// load). Refused (kInvalidArgument) when the engine follows a store's policy in force.
  Status SetPolicy(Policy policy);
  /// Replaces the policy that is tried, or ends the trial (nullopt). Readers notice at their next
  /// decision. kInvalidArgument: no log, or another catalog; kLimit, kFull, kClosed: the log cannot
  /// take another policy. The one before stays then.
  Status SetShadow(std::optional<Policy> shadow);

  /// The store given at Open. Must not be called without one.
  Store& store();
  bool has_store() const;
  /// The vocabulary for MakeFact: the store's, else the policy's.
  const Catalog& catalog() const;

  struct Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  explicit Engine(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

/// Should a call button be drawn?
struct PreviewAnswer {
  enum class Button : uint8_t {
    kNo,     ///< the call would be refused
    kMaybe,  ///< it depends on facts that must not be probed
    kYes,    ///< the call would be let through
  };
  Button button = Button::kNo;  ///< draw it unless kNo
  CallerView caller;  ///< of the decision without those facts; its `told` only makes sense for kNo
};

/// Is a call that was let through still allowed?
struct RecheckAnswer {
  bool stands = false;  ///< let through, with the same effect as before; else end the ringing
  Decision now;         ///< views live like those of Decide
};

/// One per thread, not thread-safe. Owns its connection, its scratch memory and its pin on a
/// policy. No call writes, waits for a lock another process holds, or (but for Explain, Resolve of
/// a new policy, and errors) allocates. With `attempts` they are counted in memory; with a log,
/// Decide and DecideBatch put their decisions into memory that its threads write to disk; they wait
/// for it only where LogOptions say so.
class RINGFENCE_API Reader {
 public:
  /// Moving a Reader does not end the views of its last decision.
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  /// One question, one read transaction. A Status (no decision, so that the host chooses) for: a
  /// bad argument (kInvalidArgument), a store older than `at_least` (kStale), a policy in force
  /// that does not compile (kCorrupt). A group that cannot be read is no error but *unavailable*:
  /// the policy answers. O(longest path of the diagram) and at most one read per group. With a log
  /// the decision is recorded; what becomes of one that cannot be is LogOptions::when_full. A
  /// shadow is evaluated once all is settled, in the same snapshot: groups that it alone needs are
  /// read then, which takes its time, and changes nothing of the answer. Where writes of this
  /// process keep overtaking the decision it is left out.
  Result<Decision> Decide(const Question& question);

  /// All in one read transaction, under one policy. `decisions` has the size of `questions`, at
  /// most kMaxBatch. A bad question fails the batch, naming its position.
  Status DecideBatch(std::span<const Question> questions, std::span<Decision> decisions);
  /// One caller, many callees, the same facts.
  Status DecideBatch(const Question& question, std::span<const Party> callees,
                     std::span<Decision> decisions);

  /// Decide without counting or logging, for a drawn button. Facts the catalog marks `probe` are
  /// unavailable in it; with `as_callee`, what the callee may be shown about her own settings, only
  /// contact matches are: she may have uploaded guesses to learn whose they are.
  Result<PreviewAnswer> Preview(const Question& question, bool as_callee = false);

  /// At ring and at answer: the same question again, without counting or logging. Of `earlier` only
  /// the effect is looked at, so its views may have ended. Costs what Decide costs.
  Result<RecheckAnswer> Recheck(const Question& question, const Decision& earlier);

  /// The decision with rules, conditions, facts and nearest changes. For people: allocates.
  Result<Explanation> Explain(const Question& question, const ExplainOptions& options = {});

  /// The handle of a known user; kNotFound when no write ever named it.
  Result<int64_t> Resolve(std::string_view user);

  /// The policy pinned by the last call, or at opening. The reference lives until the next call.
  const Policy& policy() const;

  struct Impl;

 private:
  friend class Engine;
  friend class Grants;
  explicit Reader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringfence
