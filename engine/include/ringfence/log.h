// The decision log: what was decided, signed, for auditors; and reading it.
// Takes decisions of an Engine; gives a log that tools of others verify (schema/decision_log.md).
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>
#include <ringfence/export.h>
#include <ringfence/status.h>
#include <ringfence/store.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// How a new log is made.
struct LogInit {
  std::string path;  ///< the folder; must not exist, or be empty
  std::string keys;  ///< the key file to make, outside the folder; never overwritten
  /// Origin of its checkpoints, without the month: a URL without scheme, "example.com/ring/n7".
  /// 1-200 bytes of [a-z0-9./_-], beginning and ending with a letter or digit.
  std::string name;
  uint16_t writer = 1;           ///< of this process among those of the installation
  uint32_t retention_days = 90;  ///< published in the log; `log prune` holds to it
};

/// How a log is written.
struct LogOptions {
  std::string path;
  std::string keys;
  enum class Ack : uint8_t {
    kAsync,    ///< survives kill -9; power loss takes at most flush_ms
    kDurable,  ///< Decide returns after fdatasync
  };
  /// What becomes of a decision that cannot be recorded. It is counted in a GAP either way.
  enum class WhenFull : uint8_t {
    kCount,   ///< it stands
    kRefuse,  ///< it becomes a refusal by rule `log_unavailable`
  };
  enum class Sealing : uint8_t {
    kSealer,   ///< facts wait in memory in clear (tmpfs), zeroed when sealed
    kDecider,  ///< the deciding thread encrypts
  };
  enum class Collect : uint8_t {
    kRead,  ///< all facts of the groups the decision read
    kAll,   ///< besides, groups with a fact the catalog marks `replay`: costs their reads
  };
  Ack ack = Ack::kAsync;
  WhenFull when_full = WhenFull::kCount;
  Sealing sealing = Sealing::kSealer;
  Collect collect = Collect::kRead;
  int block_ms = 0;          ///< how long a deciding thread waits for a full ring; 0: not at all
  int flush_ms = 50;         ///< between fdatasyncs, 1..10000
  int checkpoint_ms = 1000;  ///< between checkpoints, 1..60000; also after 65,536 entries
  int heartbeat_s = 60;      ///< CLOCK entry when idle; 0: none
  uint32_t ring_entries = 4096;  ///< of each Reader: a power of two, 16..65536; 256 bytes each
  std::string ring_folder = "/dev/shm";  ///< must be tmpfs
  uint64_t ballast_bytes = 64 << 20;     ///< kept to be given up when the disk is full; 0: none
};

/// What a log has done since it was opened.
struct LogCounters {
  uint64_t decisions = 0;        ///< made; shadow evaluations count too
  uint64_t recorded = 0;         ///< of these, handed to the log
  uint64_t sealed = 0;           ///< entries of any kind written
  uint64_t checkpoint_size = 0;  ///< of the newest checkpoint
  bool failed = false;           ///< it has stopped for good: see `why`
  std::string why;
};

/// One writer, one process. Thread-safe. Readers of an engine that has it record what they decide.
///
///     DecisionLog::Init({"log", "log.keys", "example.com/ring/n7"});  // once
///     auto log = DecisionLog::Open({"log", "log.keys"}, store);  // each process, after any fork
///     EngineOptions options;
///     options.store = store;
///     options.log = *log;
///     auto engine = Engine::Open(std::move(options));
///     ...  // reader->Decide(question)->request_id is the receipt
///     log->Close();  // when Readers have stopped
///
/// In a child of the process that opened it nothing is recorded, which counts as a log that is
/// full; a child may open a log of its own. After Close the same holds for Readers that still
/// decide. Months change by themselves (UTC); deciding threads do not wait for that. A full disk
/// passes (GAP entries follow); any other failure of the disk is final for this opening: look at
/// LogCounters::failed now and then.
class RINGFENCE_API DecisionLog {
 public:
  /// Makes folder and key file. kInvalidArgument: a name, a folder that is not empty, a key file
  /// that exists or lies inside the folder.
  static Status Init(const LogInit& init);

  /// Recovers what the last writer left, and begins. With a store, users are named by their seeds
  /// (and can be erased), and the newest checkpoint is kept there too. Without one everybody is
  /// unknown to the log.
  /// kBusy: another process has it. kSchema: no log, or of a newer version. kInvalidArgument: the
  /// key file of another log, or one others may read; a ring folder that is no tmpfs.
  /// kCorrupt: less, or something else, than what was signed; nothing is changed then.
  static Result<DecisionLog> Open(const LogOptions& options,
                                  const std::optional<Store>& store = std::nullopt);

  /// Keeps the report of a replay (`ringfence replay --json`) in the log: a blob, and a REPLAY
  /// entry that names it; on disk and under a checkpoint when this returns. Its hash, hexadecimal.
  /// It must hold no facts: those of a log are sealed, and can be erased. kLimit: more than
  /// kMaxLogBlobBytes; kInvalidArgument: it is empty; kIo, kFull.
  Result<std::string> RecordReplay(std::string_view report);

  /// All decisions recorded before the call are on disk and under a checkpoint. kIo, kFull.
  Status Flush();
  LogCounters Counters() const;
  /// Flushes, publishes the last checkpoint, and marks the log as properly closed. Also done when
  /// the last copy goes.
  Status Close();

  struct Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  explicit DecisionLog(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

// --- Reading. None of it writes to the log, needs its writer to stop, or trusts what it reads.

/// Progress of long work: entries done, entries in all. Called now and then from one thread.
using LogProgress = std::function<void(uint64_t done, uint64_t total)>;

/// One thing that is wrong with a log.
struct LogFinding {
  std::string check;  ///< "entry", "leaf", "tile", "root", "signature", "policy", "sequence", ...
  std::string month;
  std::optional<uint64_t> index;  ///< of the entry, where there is one
  std::string detail;
};

struct LogVerifyOptions {
  LogProgress progress;
  int threads = 0;  ///< 0: one a core
  /// Verifier keys to trust instead of the log.vkey files ("name+id+key", one a month).
  std::vector<std::string> keys;
  /// Older checkpoints (whole notes) somebody kept: the log must be a continuation of each.
  std::vector<std::string> trusted;
  /// Verifier keys of witnesses whose cosignatures are looked at.
  std::vector<std::string> witnesses;
  /// The database beside the log: its copy of the newest checkpoint must be contained.
  std::optional<Store> store;
};

/// What a verification saw. `findings` empty: all of it holds.
struct LogVerification {
  std::string name;  ///< of the log
  uint64_t months = 0;
  uint64_t entries = 0;  ///< under checkpoints
  uint64_t beyond = 0;   ///< whole entries after the newest checkpoint, not covered by a signature
  uint64_t checkpoints = 0;
  uint64_t cosignatures = 0;  ///< valid, of the witnesses given
  uint64_t decisions = 0;
  uint64_t shadows = 0;       ///< shadow evaluations, which are none
  uint64_t gaps = 0;          ///< GAP entries
  uint64_t not_recorded = 0;  ///< decisions, and shadow evaluations, that they count
  uint64_t boots = 0, unclean_boots = 0, clock_steps = 0, erasures = 0, accesses = 0;
  uint64_t unknown_kinds = 0;  ///< entries of a newer version's kinds
  uint64_t first_time_ns = 0, last_time_ns = 0;
  std::vector<LogFinding> findings;  ///< at most kMaxDiagnostics; `more_findings` counts the rest
  uint64_t more_findings = 0;
  /// What cannot be told rather than what is wrong: decisions whose rings a power failure took, a
  /// trusted checkpoint of a month that was pruned. At most kMaxDiagnostics.
  std::vector<LogFinding> notes;
};

/// An additional field of an entry that is no decision.
struct LogField {
  std::string name;
  std::string value;
  bool number = false;
};

/// An entry for people and programs. Sealed facts stay sealed unless keys were given.
struct LogEntry {
  std::string month;
  uint64_t index = 0;
  std::string kind;  ///< "decision", "boot", ...
  uint16_t flags = 0;
  uint64_t time_ns = 0;
  uint16_t writer = 0, boot = 0;
  uint64_t seq = 0;
  // Of a decision:
  Effect effect = Effect::kRefuse;
  std::string rule, outcome, path;  ///< names from the policy's blob; "#3" where it is missing
  std::string policy_digest;        ///< empty where the blob is missing
  Basis basis = Basis::kComplete;
  /// What another policy would have decided of the call that the decision before is about: nothing
  /// came of it.
  bool shadow = false;
  uint64_t policy_ref = 0;
  uint64_t revision = 0;
  std::string request_id, caller, callee;  ///< hexadecimal
  /// With keys: "callee.follows(caller)=true", those that were collected, in the catalog's order.
  std::vector<std::string> facts;
  bool facts_opened = false;
  std::vector<LogField> fields;  ///< of the other kinds
  std::string leaf_hash;         ///< hexadecimal
};

struct LogFilter {
  std::string month;         ///< empty: any
  uint64_t first_index = 0;  ///< of each month: entries before are not even read
  uint64_t from_ns = 0;
  uint64_t to_ns = UINT64_MAX;  ///< exclusive
  std::optional<Effect> effect;
  std::string rule;  ///< empty: any
  std::string kind;  ///< empty: any but "detail"
  /// true: shadow evaluations alone; false: everything but them.
  std::optional<bool> shadow;
  /// A receipt: Decision::request_id, 32 hexadecimal digits; empty: any.
  std::string request_id;
  /// External ids, looked up in the store by the keys' help: both are needed then.
  std::string caller, callee;
};

/// Keys to look at people with: the store's seeds and the log's key file, or exported facts keys.
struct LogSecrets {
  std::optional<Store> store;
  std::string keys;        ///< path of the key file
  std::string facts_keys;  ///< contents of a file made by ExportFactsKeys
  /// Whose facts the log recorded, where it is not the store's or (without a store) the standard
  /// one: with the extension it was written with, or a later version of it.
  std::optional<Catalog> catalog;
};

/// Which facts keys to export.
struct FactsKeyExport {
  uint64_t from_ns = 0;
  uint64_t to_ns = UINT64_MAX;  ///< epochs that overlap the time are exported whole
};
struct FactsKeyExported {
  std::string contents;  ///< of the file: secret
  uint32_t first_epoch = 0, last_epoch = 0;
  uint64_t keys = 0;
  std::string case_id;  ///< hexadecimal, as in the ACCESS entry
};

class RINGFENCE_API LogReader {
 public:
  /// kSchema: no log, or of a newer version.
  static Result<LogReader> Open(const std::string& path);

  /// Everything: hashes, roots, signatures, sequence, policies, months. A Status only for what
  /// keeps it from looking (kIo); what is wrong is a finding. Memory does not grow with the log.
  Result<LogVerification> Verify(const LogVerifyOptions& options) const;

  /// Entries under a checkpoint, in order, those the filter lets through. The callback returns
  /// false to stop.
  Status Each(const LogFilter& filter, const LogSecrets& secrets,
              const std::function<bool(const LogEntry&)>& sink,
              const LogProgress& progress = {}) const;

  /// A c2sp.org/tlog-proof of an entry under the newest checkpoint of its month; empty month: the
  /// newest. kInvalidArgument: no such index.
  Result<std::string> Prove(std::string_view month, uint64_t index) const;
  /// The report that a REPLAY entry names, its hash checked. kInvalidArgument: an entry of another
  /// kind. kNotFound, kCorrupt: the report is gone, or another one.
  Result<std::string> Report(std::string_view month, uint64_t index) const;
  /// The 182 bytes the proof is about.
  Result<std::string> EntryBytes(std::string_view month, uint64_t index) const;

  /// Writes checkpoint, tiles and entry bundles under the paths of C2SP tlog-tiles, for the newest
  /// checkpoint. The folder must not exist, or be empty.
  Status WriteTiles(std::string_view month, const std::string& folder,
                    const LogProgress& progress = {}) const;

  /// Months, oldest first: name, entries, newest checkpoint.
  struct Month {
    std::string month;
    std::string origin;
    uint64_t entries = 0;  ///< under the newest checkpoint
    std::string vkey;
  };
  Result<std::vector<Month>> ListMonths() const;

  /// Adds a witness's cosignature line to the checkpoint of a month it is for, after verifying it.
  /// This writes: a checkpoint to checkpoints.ckpt, and to `checkpoint` where it is the newest.
  /// kParse, kInvalidArgument: no such line, or one over none of the month's last checkpoints.
  Status AddCosignature(std::string_view signature_line, const std::string& witness_vkey,
                        std::string_view month);

  const std::string& name() const;
  const std::string& path() const;
  uint32_t retention_days() const;  ///< as published in the log

  struct Impl;

 private:
  explicit LogReader(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// The facts keys of the callees a log names, for a third person who replays; logs KEYCOMMIT and
/// ACCESS first (through the store, if a process has the log open). Never pseudonym keys or names.
RINGFENCE_API Result<FactsKeyExported> ExportFactsKeys(const std::string& log,
                                                       const std::string& keys, const Store& store,
                                                       const FactsKeyExport& what,
                                                       const LogProgress& progress = {});

/// As DecisionLog::RecordReplay, for who does not have the log open: the report waits in the store
/// for the process that has it, or the next one. kLimit: kMaxLogReports wait; kInvalidArgument: the
/// store does not know the log.
RINGFENCE_API Result<std::string> RecordReplay(const LogReader& log, const Store& store,
                                               std::string_view report);

/// Deletes whole months that ended longer ago than the retention, and destroys the keys of epochs
/// that ended as long ago. The newest month stays. Gives the months deleted.
RINGFENCE_API Result<std::vector<std::string>> PruneLog(const std::string& log,
                                                        const std::string& keys, uint64_t now_ns);

}  // namespace ringfence
