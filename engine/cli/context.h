// What a command works with: the global options, the output, and how to open stores and policies.
// Gives exit codes from statuses.
#pragma once

#include <ringfence/contacts.h>
#include <ringfence/engine.h>
#include <ringfence/log.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>
#include <ringfence/store.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/arguments.h"
#include "cli/output.h"

namespace ringfence::cli {

/// Exit codes of every command.
inline constexpr int kExitGood = 0;         ///< let through, pass, equal
inline constexpr int kExitNegative = 1;     ///< refused, fail, different
inline constexpr int kExitUsage = 2;        ///< the command line or the input is at fault
inline constexpr int kExitEnvironment = 3;  ///< files, locks, disks

int ExitCode(const Status& status);
/// Prints the status as an error, with what was being done in front of it unless the message names
/// places itself (diagnostics do). Gives the exit code; an ok status prints nothing.
int Fail(const Status& status, std::string_view doing = {});

/// A policy's text and the name its diagnostics carry.
struct PolicyText {
  std::string text;
  std::string file_name;
};
/// From a file (a slash in the name, or .json at its end) or of a shipped rule set.
Result<PolicyText> ReadPolicyText(std::string_view file_or_name);

/// Reads a whole file of at most `limit` bytes (kLimit beyond); "-" is standard input.
Result<std::string> ReadFile(const std::string& path, size_t limit);

class Context {
 public:
  Context(const Arguments& arguments, ColorMode color);

  Output& out() { return out_; }
  bool json() const { return json_; }
  /// --policy; empty when not given.
  const std::string& policy() const { return policy_; }
  /// --db was given on the command line.
  bool has_db_option() const { return has_db_option_; }
  /// --db or RINGFENCE_DB was given.
  bool has_db() const { return !db_.empty(); }

  /// Reads the file of --catalog-extension, if one is named; to be called before anything else.
  Status LoadCatalog();
  /// The standard catalog, with the extension.
  const Catalog& catalog() const { return catalog_; }
  Result<Policy> CompilePolicy(std::string_view file_or_name) const;

  /// The path of --db or RINGFENCE_DB; kInvalidArgument, saying how, where there is neither.
  Result<std::string> DatabasePath() const;
  Result<Store> OpenStore(StoreOptions::Mode mode) const;

  /// --keys or RINGFENCE_KEYS; empty where there is neither.
  const std::string& keys() const { return keys_; }
  /// Contact sync on a store opened for that. kInvalidArgument, saying how, without a key file.
  /// From then on this process leaves no core dump.
  Result<Contacts> OpenContacts(StoreOptions::Mode mode) const;
  /// The same on an open store, for reading only.
  Result<Contacts> OpenContacts(const Store& store) const;

  /// --log or RINGFENCE_LOG was given: what is decided is to be recorded.
  bool has_log() const { return !log_.empty(); }
  /// The log that a command's own argument names, in place of both.
  void UseLog(std::string_view folder) { log_ = folder; }
  /// That folder; kInvalidArgument, saying how, where there is neither.
  Result<std::string> LogPath() const;
  /// --log-keys, RINGFENCE_LOG_KEYS or LOG.keys. Whoever asks is about to read it: from then on
  /// this process leaves no core dump.
  std::string LogKeysPath() const;
  Result<LogReader> OpenLogReader() const;
  /// For writing, as `options` say but for path and keys. kBusy: another process has it.
  Result<DecisionLog> OpenLog(LogOptions options, const std::optional<Store>& store) const;
  /// Opens the log once, so that it takes the entries that wait in the database. False: another
  /// process has it open, which takes them.
  Result<bool> LogWhatWaits(const Store& store) const;

 private:
  Result<ContactOptions> KeyOptions() const;

  Output out_;
  std::string catalog_extension_;
  Catalog catalog_ = Catalog::Standard();
  bool json_;
  bool has_db_option_;
  std::string db_;
  std::string policy_;
  std::string keys_;
  std::string log_;
  std::string log_keys_;
};

/// "purged\n", or "not purged: ..." with what can be done: the end of a line about a deletion.
std::string_view PurgedText(bool purged);

/// After a write: what was done and the new revision, or the failure. Gives the exit code.
int SayRevision(Context& context, const Result<uint64_t>& revision, std::string_view what);

/// An engine as check, explain and knock need it, and how --policy differs from the policy in
/// force.
class OpenEngine {
 public:
  struct Options {
    bool without_db = false;
    bool writes = false;                    ///< the store is opened for writing
    const LogOptions* recording = nullptr;  ///< with the decision log, which is named
    std::string_view shadow;                ///< then a policy evaluated beside, if not empty
    std::function<int64_t()> clock_ms;      ///< the system's where empty
  };
  static Result<OpenEngine> Open(Context& context, Options wanted);

  Engine& engine() { return engine_; }
  /// Decisions are recorded.
  bool has_log() const { return log_.has_value(); }
  /// Everything decided is on disk and signed; to be called last. kFull: not everything could be
  /// recorded. Ok without a log.
  Status CloseLog();
  /// Whether the policy used is the one in force at that revision; no value without a store.
  std::optional<bool> InForce(uint64_t revision);
  /// For people: "policy x is not the one in force, which is y"; empty where it is, or no store is.
  std::string PolicyNote();

 private:
  OpenEngine(Engine engine, const std::optional<Policy>& chosen,
             const std::optional<DecisionLog>& log)
      : engine_(std::move(engine)), log_(log), chosen_(chosen) {}

  Engine engine_;
  std::optional<DecisionLog> log_;
  std::optional<Policy> chosen_;  ///< by --policy
  /// The last answer of InForce: nothing is read again until something was written.
  std::optional<uint64_t> known_revision_;
  bool known_in_force_ = true;
};

/// "default 1a2b3c4d": how people see which policy it is.
std::string PolicyLabel(std::string_view name, std::string_view digest);

}  // namespace ringfence::cli
