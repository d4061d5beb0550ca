// LogReader, ExportFactsKeys and PruneLog on the log stage and a store's rows.
#include <ringfence/log.h>

#include <memory>
#include <utility>

#include "api/log_secrets.h"
#include "api/store_impl.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "log/export_keys.h"
#include "log/folder.h"
#include "log/keys.h"
#include "log/parallel.h"
#include "log/parties.h"
#include "log/prune.h"
#include "log/publish.h"
#include "log/read.h"
#include "log/verify.h"

namespace ringfence {

struct LogReader::Impl {
  std::string path;
  LogDescription description;
};

namespace {

Status Invalid(std::string what) { return Status(StatusCode::kInvalidArgument, std::move(what)); }

// Of a log or of a witness: what one signs is nothing the other could sign.
Result<VerifierKey> ParseKey(const std::string& text, uint8_t type) {
  Result<VerifierKey> key = ParseVerifierKey(text);
  if (!key.ok() || key->type == type) return key;
  return Invalid("verifier key of '" + Printable(key->name, 80) + "': it is of a " +
                 (type == kNoteCosignatureV1 ? "log, not of a witness (cosignature/v1)"
                                             : "witness, not of a log"));
}

Result<std::vector<VerifierKey>> ParseKeys(const std::vector<std::string>& texts, uint8_t type) {
  std::vector<VerifierKey> keys;
  for (const std::string& text : texts) {
    Result<VerifierKey> key = ParseKey(text, type);
    if (!key.ok()) return key.status();
    keys.push_back(*std::move(key));
  }
  return keys;
}

// Who an id is to a log: known by a seed, and unknown before that. Wiped when destroyed.
struct Secrets {
  std::vector<PartySecret> list;
  ~Secrets() {
    for (PartySecret& secret : list) Wipe(secret.seed);
  }
};

Status FindSecrets(const Store& store, const std::string& id, Secrets* out) {
  if (id.empty()) return Status();
  const Result<LogSeedRow> row = store.impl()->backend->FindLogSeed(id);
  if (row.ok()) out->list.push_back({PartySecret::Kind::kKnown, row->seed, {}});
  if (!row.ok() && row.status().code() != StatusCode::kNotFound) return row.status();
  out->list.push_back({PartySecret::Kind::kUnknown, {}, id});
  return Status();
}

// What Each needs besides the log, from what the caller has.
class Eyes {
 public:
  static Result<std::unique_ptr<Eyes>> Make(const LogDescription& description,
                                            const LogFilter& filter, const LogSecrets& secrets);
  bool Sees(const Entry& entry) { return !matcher_ || matcher_->Matches(entry); }
  bool filters_parties() const { return matcher_.has_value(); }
  const Catalog& catalog() const { return catalog_; }
  FactsKeyRing* facts_keys() const { return facts_keys_.get(); }

 private:
  Eyes() : catalog_(Catalog::Standard()) {}
  Status UseKeyFile(const LogDescription& description, const LogFilter& filter,
                    const LogSecrets& secrets);

  Catalog catalog_;
  std::optional<PartyMatcher> matcher_;
  std::unique_ptr<FactsKeyRing> facts_keys_;
};

Result<std::unique_ptr<Eyes>> Eyes::Make(const LogDescription& description, const LogFilter& filter,
                                         const LogSecrets& secrets) {
  std::unique_ptr<Eyes> eyes(new Eyes());
  const bool has_both = secrets.store.has_value() && !secrets.keys.empty();
  if ((!filter.caller.empty() || !filter.callee.empty()) && !has_both) {
    return Invalid("to look for a person, the store and the log's key file are both needed");
  }
  eyes->catalog_ = CatalogOf(secrets);
  if (has_both) {
    if (Status status = eyes->UseKeyFile(description, filter, secrets); !status.ok()) return status;
  }
  if (secrets.facts_keys.empty()) return eyes;
  Result<std::unique_ptr<FactsKeyRing>> exported = ExportedKeysOf(secrets.facts_keys, description);
  if (!exported.ok()) return exported.status();
  eyes->facts_keys_ = *std::move(exported);
  return eyes;
}

Status Eyes::UseKeyFile(const LogDescription& description, const LogFilter& filter,
                        const LogSecrets& secrets) {
  const Result<LogKeys> keys = LogKeysOf(secrets.keys, description);
  if (!keys.ok()) return keys.status();
  const Store& store = *secrets.store;
  Secrets callers, callees;
  if (Status status = FindSecrets(store, filter.caller, &callers); !status.ok()) return status;
  if (Status status = FindSecrets(store, filter.callee, &callees); !status.ok()) return status;
  std::vector<Hash> seeds;
  if (filter.callee.empty()) {
    Result<std::vector<Hash>> all = AllSeeds(store);
    if (!all.ok()) return all.status();
    seeds = *std::move(all);
  } else {
    for (const PartySecret& callee : callees.list) {
      if (callee.kind == PartySecret::Kind::kKnown) seeds.push_back(callee.seed);
    }
  }
  if (!callers.list.empty() || !callees.list.empty()) {
    matcher_.emplace(*keys, EpochNow(), callers.list, callees.list);
  }
  facts_keys_ = std::make_unique<SeedKeyRing>(*keys, EpochNow(), std::move(seeds), ThreadCount(0));
  return Status();
}

}  // namespace

Result<LogReader> LogReader::Open(const std::string& path) {
  Result<LogDescription> description = ReadDescription(&SystemFiles(), path);
  if (!description.ok()) {
    // A folder of something else is no log either.
    if (description.status().code() != StatusCode::kNotFound) return description.status();
    return Status(StatusCode::kSchema, description.status().message());
  }
  return LogReader(std::make_shared<const Impl>(Impl{path, *std::move(description)}));
}

const std::string& LogReader::name() const { return impl_->description.name; }
const std::string& LogReader::path() const { return impl_->path; }
uint32_t LogReader::retention_days() const { return impl_->description.retention_days; }

Result<LogVerification> LogReader::Verify(const LogVerifyOptions& options) const {
  VerifyRequest request;
  request.files = &SystemFiles();
  request.log = impl_->path;
  request.progress = options.progress;
  request.threads = options.threads;
  request.trusted = options.trusted;
  Result<std::vector<VerifierKey>> keys = ParseKeys(options.keys, kNoteEd25519);
  if (!keys.ok()) return keys.status();
  request.keys = *std::move(keys);
  Result<std::vector<VerifierKey>> witnesses = ParseKeys(options.witnesses, kNoteCosignatureV1);
  if (!witnesses.ok()) return witnesses.status();
  request.witnesses = *std::move(witnesses);
  if (options.store) {
    const Result<std::optional<LogCheckpointRow>> copy =
        options.store->impl()->backend->LoadLogCheckpoint(impl_->description.name);
    if (!copy.ok()) return copy.status();
    if (copy->has_value()) {
      const LogCheckpointRow& row = **copy;
      request.copy = CheckpointCopy{row.origin, row.size, row.boot, row.note};
    }
  }
  return VerifyLog(request);
}

Status LogReader::Each(const LogFilter& filter, const LogSecrets& secrets,
                       const std::function<bool(const LogEntry&)>& sink,
                       const LogProgress& progress) const {
  ReadRequest request;
  request.files = &SystemFiles();
  request.log = impl_->path;
  request.month = filter.month;
  request.first_index = filter.first_index;
  request.from_ns = filter.from_ns;
  request.to_ns = filter.to_ns;
  request.progress = progress;
  request.shadow = filter.shadow;
  if (filter.effect) request.effect = static_cast<uint8_t>(*filter.effect);
  if (!filter.kind.empty()) {
    request.kind = KindOf(filter.kind);
    if (!request.kind) return Invalid("no entry is of kind '" + Printable(filter.kind, 40) + "'");
  }
  Result<std::unique_ptr<Eyes>> eyes = Eyes::Make(impl_->description, filter, secrets);
  if (!eyes.ok()) return eyes.status();
  std::optional<RequestId> receipt;
  if (!filter.request_id.empty()) {
    receipt.emplace();
    if (!FromHex(filter.request_id, *receipt)) {
      return Invalid("'" + Printable(filter.request_id, 40) +
                     "' is no receipt: expected 32 hexadecimal digits");
    }
  }
  const bool decisions_only = filter.effect || receipt || !filter.rule.empty() ||
                              filter.shadow == true || (*eyes)->filters_parties();
  EntryTeller teller((*eyes)->catalog(), (*eyes)->facts_keys());
  const PolicyNames nothing;
  return ReadEntries(request, [&](const RawEntry& raw, PolicyNamesCache* cache) -> Result<bool> {
    const EntryHeader& header = raw.entry.header;
    if (header.kind != EntryKind::kDecision) {
      return decisions_only || sink(teller.Tell(raw, nothing));
    }
    if (receipt && raw.entry.decision.request_id != *receipt) return true;
    if (!(*eyes)->Sees(raw.entry)) return true;
    const Result<const PolicyNames*> names = cache->Get(header.policy_ref);
    if (!names.ok()) return names.status();
    if (!filter.rule.empty() && (*names)->Rule(header.rule) != filter.rule) return true;
    return sink(teller.Tell(raw, **names));
  });
}

Result<std::string> LogReader::Prove(std::string_view month, uint64_t index) const {
  return ProveEntry(&SystemFiles(), impl_->path, month, index);
}

Result<std::string> LogReader::EntryBytes(std::string_view month, uint64_t index) const {
  return EntryUnderCheckpoint(&SystemFiles(), impl_->path, month, index);
}

Result<std::string> LogReader::Report(std::string_view month, uint64_t index) const {
  return ReportUnderCheckpoint(&SystemFiles(), impl_->path, month, index);
}

Status LogReader::WriteTiles(std::string_view month, const std::string& folder,
                             const LogProgress& progress) const {
  return ringfence::WriteTiles(&SystemFiles(), impl_->path, month, folder, progress);
}

Result<std::vector<LogReader::Month>> LogReader::ListMonths() const {
  const Result<std::vector<std::string>> names = Months(&SystemFiles(), impl_->path);
  if (!names.ok()) return names.status();
  std::vector<Month> months;
  for (const std::string& name : *names) {
    Month month;
    month.month = name;
    month.origin = OriginOf(impl_->description, name);
    MonthReader reader(&SystemFiles(), impl_->path + "/" + name);
    const Result<PublishedCheckpoint> published = ReadPublished(&reader, month.origin);
    if (published.ok()) month.entries = published->checkpoint.size;
    if (!published.ok() && published.status().code() != StatusCode::kNotFound) {
      return published.status();
    }
    const Result<VerifierKey> key = reader.Key();
    if (key.ok()) month.vkey = FormatVerifierKey(*key);
    months.push_back(std::move(month));
  }
  return months;
}

Status LogReader::AddCosignature(std::string_view signature_line, const std::string& witness_vkey,
                                 std::string_view month) {
  const Result<VerifierKey> witness = ParseKey(witness_vkey, kNoteCosignatureV1);
  if (!witness.ok()) return witness.status();
  return ringfence::AddCosignature(&SystemFiles(), impl_->path, month, signature_line, *witness);
}

Result<FactsKeyExported> ExportFactsKeys(const std::string& log, const std::string& keys,
                                         const Store& store, const FactsKeyExport& what,
                                         const LogProgress& progress) {
  if (what.from_ns >= what.to_ns) return Invalid("the time to export ends before it begins");
  const Result<LogDescription> description = ReadDescription(&SystemFiles(), log);
  if (!description.ok()) return description.status();
  const Result<LogKeys> key_file = LogKeysOf(keys, *description);
  if (!key_file.ok()) return key_file.status();
  Result<KeyExport> exporting = KeyExport::Begin(
      &SystemFiles(), log, *key_file, EpochOf(what.from_ns), EpochOf(what.to_ns - 1), progress);
  if (!exporting.ok()) return exporting.status();
  StoreBackend& backend = *store.impl()->backend;
  Status read = backend.EachLogSeed([&](const LogSeedRow& row) {
    exporting->AddSeed(row.seed);
    return true;
  });
  if (!read.ok()) return read;
  std::array<uint8_t, 16> case_id;
  FillRandom(case_id);
  KeyExport::Done done = exporting->Finish(case_id);
  // Before anybody has the keys: who exports and is interrupted has left a trace.
  for (const Entry& entry : done.entries) {
    const Result<int64_t> added =
        backend.AddToLogOutbox(static_cast<uint8_t>(entry.header.kind), entry.payload);
    if (!added.ok()) return added.status();
  }
  return std::move(done.exported);
}

Result<std::string> RecordReplay(const LogReader& log, const Store& store,
                                 std::string_view report) {
  StoreBackend& backend = *store.impl()->backend;
  const Result<std::optional<LogCheckpointRow>> known = backend.LoadLogCheckpoint(log.name());
  if (!known.ok()) return known.status();
  if (!known->has_value()) {
    return Invalid("the database knows no log named '" + Printable(log.name(), 80) +
                   "': nobody would take the report from it");
  }
  const Result<int64_t> added = backend.AddLogReport(log.name(), report);
  if (!added.ok()) return added.status();
  return Sha256Hex(report);
}

Result<std::vector<std::string>> PruneLog(const std::string& log, const std::string& keys,
                                          uint64_t now_ns) {
  return PruneMonths(&SystemFiles(), log, keys, now_ns);
}

}  // namespace ringfence
