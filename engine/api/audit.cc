// Audit: verifies a log, reads what its own entries say, replays, and answers.
#include <ringfence/audit.h>
#include <ringfence/limits.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "api/audit_answers.h"
#include "api/log_secrets.h"
#include "api/store_impl.h"
#include "base/sha256.h"
#include "log/blobs.h"
#include "log/folder.h"
#include "log/read.h"
#include "log/scan.h"

namespace ringfence {
namespace {

constexpr size_t kMostPolicies = 2048;

/// Collects what entries say, a bounded number of them.
class Gatherer {
 public:
  Gatherer(const LogReader& log, const LogAuditOptions& options, LogAudit* out)
      : log_(log), options_(options), out_(out), teller_(Catalog::Standard(), {}) {}

  Status Run(const LogProgress& progress);
  /// Canonical texts of policies whose entries were read, by digest.
  const std::map<std::string, std::string>& policy_texts() const { return policy_texts_; }

 private:
  void TakeDecision(const EntryHeader& header);
  void TakeOwn(const RawEntry& raw);
  void TakeGenesis(const RawEntry& raw);
  void TakePolicy(const RawEntry& raw);
  void TakeBoot(const RawEntry& raw, bool wanted);
  void TakeGap(const RawEntry& raw);
  void TakeClock(const RawEntry& raw);
  void TakeUnread(std::string_view month, std::optional<uint64_t> index, std::string why);
  void Pass(const EntryHeader& header);
  bool Wanted(const EntryHeader& header) const {
    return header.time_ns >= options_.from_ns && header.time_ns < options_.to_ns;
  }
  void Keep(const RawEntry& raw, AuditEntries* entries) {
    if (entries->count++ >= options_.max_entries) return;
    entries->first.push_back(teller_.Tell(raw, PolicyNames()));
  }
  AuditEntries* ListOf(EntryKind kind);

  const LogReader& log_;
  const LogAuditOptions& options_;
  LogAudit* const out_;
  EntryTeller teller_;
  bool any_ = false;
  uint64_t latest_ns_ = 0;        ///< of the entries so far
  std::optional<uint16_t> boot_;  ///< of the last one
  std::map<std::string, std::string> policy_texts_;
};

Status Gatherer::Run(const LogProgress& progress) {
  ScanSink sink;
  sink.month = [&](const LogReader::Month& month) { out_->months.push_back(month); };
  sink.decision = [&](const EntryHeader& header) { TakeDecision(header); };
  sink.own = [&](const RawEntry& raw) { TakeOwn(raw); };
  sink.unread = [&](std::string_view month, std::optional<uint64_t> index, std::string why) {
    TakeUnread(month, index, std::move(why));
  };
  return ScanEntries(&SystemFiles(), log_.path(), sink, progress);
}

/// Times of several threads are out of order by milliseconds.
void Gatherer::Pass(const EntryHeader& header) {
  if (boot_ == header.boot && header.time_ns > latest_ns_ && Wanted(header)) {
    out_->longest_silence_ns = std::max(out_->longest_silence_ns, header.time_ns - latest_ns_);
  }
  boot_ = header.boot;
  latest_ns_ = std::max(latest_ns_, header.time_ns);
}

void Gatherer::TakeDecision(const EntryHeader& header) {
  Pass(header);
  if (!Wanted(header)) return;
  const auto count = [&](uint16_t flag, uint64_t* number) {
    if ((header.flags & flag) != 0) ++*number;
  };
  count(entry_flags::kClockUnsynchronised, &out_->unsynchronised);
  count(entry_flags::kPartyUnread, &out_->unread_parties);
  count(entry_flags::kDurable, &out_->durable);
  count(entry_flags::kShadow, &out_->shadow);
}

AuditEntries* Gatherer::ListOf(EntryKind kind) {
  switch (kind) {
    case EntryKind::kPolicy:
      return &out_->policies;
    case EntryKind::kBoot:
      return &out_->boots;
    case EntryKind::kGap:
      return &out_->gaps;
    case EntryKind::kClock:
      return &out_->clocks;
    case EntryKind::kErasure:
      return &out_->erasures;
    case EntryKind::kSeal:
      return &out_->seals;
    case EntryKind::kReplay:
      return &out_->replays;
    case EntryKind::kKeyCommit:
      return &out_->key_commits;
    case EntryKind::kAccess:
      return &out_->accesses;
    case EntryKind::kGenesis:
    case EntryKind::kDecision:
    case EntryKind::kDetail:
      break;
  }
  return nullptr;
}

void Gatherer::TakeOwn(const RawEntry& raw) {
  const EntryHeader& header = raw.entry.header;
  const bool wanted = Wanted(header);
  if (header.kind == EntryKind::kGenesis) TakeGenesis(raw);
  if (header.kind == EntryKind::kPolicy) TakePolicy(raw);
  if (header.kind == EntryKind::kBoot) TakeBoot(raw, wanted);
  if (header.kind == EntryKind::kKeyCommit) {
    KeyCommitPayload commit;
    Get(raw.entry, &commit);
    out_->committed_keys += commit.keys;
  }
  if (header.kind == EntryKind::kAccess) {
    AccessPayload access;
    Get(raw.entry, &access);
    out_->exported_keys += access.keys;
  }
  any_ = true;
  Pass(header);
  if (!wanted) return;
  if (header.kind == EntryKind::kGap) TakeGap(raw);
  if (header.kind == EntryKind::kClock) return TakeClock(raw);
  if (AuditEntries* const list = ListOf(header.kind)) Keep(raw, list);
}

/// The first month names the one before it where that was pruned.
void Gatherer::TakeGenesis(const RawEntry& raw) {
  if (any_) return;
  GenesisPayload genesis;
  Get(raw.entry, &genesis);
  MonthReader month(&SystemFiles(), InFolder(log_.path(), raw.month));
  const Result<std::string> text = month.Blob(genesis.blob, kMaxGenesisBlobBytes);
  if (!text.ok()) return;  // a finding of the verification
  const Result<GenesisBlob> blob = ParseGenesisBlob(*text);
  out_->begins_later = blob.ok() && blob->previous.has_value();
}

/// One that cannot be read is the verification's to tell.
void Gatherer::TakePolicy(const RawEntry& raw) {
  if (policy_texts_.size() >= kMostPolicies) return;
  PolicyPayload policy;
  Get(raw.entry, &policy);
  MonthReader month(&SystemFiles(), InFolder(log_.path(), raw.month));
  const Result<std::string> text = month.Blob(policy.blob, kMaxLogBlobBytes);
  if (!text.ok()) return;
  const Result<PolicyBlob> blob = ParsePolicyBlob(*text);
  if (blob.ok()) policy_texts_.try_emplace(ToHex(PolicyBlobDigest(*blob)), blob->policy);
}

void Gatherer::TakeBoot(const RawEntry& raw, bool wanted) {
  BootPayload boot;
  Get(raw.entry, &boot);
  const EntryHeader& header = raw.entry.header;
  if (!wanted) return;
  if (boot.rings == RingsState::kLost) ++out_->lost_rings;
  if (boot.previous_boot == 0) return;  // nothing was there before
  AuditOutage outage;
  outage.month = raw.month;
  outage.index = raw.index;
  outage.to_ns = header.time_ns;
  // What recovery itself wrote is of this boot; a clock that was set back makes it no time at all.
  outage.from_ns = latest_ns_ == 0 ? header.time_ns : std::min(latest_ns_, header.time_ns);
  outage.clean = boot.clean;
  outage.boot = header.boot;
  constexpr std::string_view kRings[] = {"none needed", "recovered", "lost"};
  const auto rings = static_cast<size_t>(boot.rings);
  outage.rings = rings < std::size(kRings) ? kRings[rings] : "unknown";
  AuditOutages& outages = out_->outages;
  const uint64_t length_ns = outage.to_ns - outage.from_ns;
  ++outages.count;
  outages.total_ns += length_ns;
  outages.longest_ns = std::max(outages.longest_ns, length_ns);
  if (outages.first.size() < options_.max_entries) outages.first.push_back(std::move(outage));
}

void Gatherer::TakeGap(const RawEntry& raw) {
  GapPayload gap;
  Get(raw.entry, &gap);
  std::string cause = "unknown";
  for (const LogField& field : FieldsOf(raw.entry)) {
    if (field.name == "cause") cause = field.value;
  }
  const auto same = [&](const AuditCause& known) { return known.cause == cause; };
  auto known = std::find_if(out_->causes.begin(), out_->causes.end(), same);
  if (known == out_->causes.end()) known = out_->causes.insert(known, {cause, 0});
  known->decisions += gap.count;
}

void Gatherer::TakeClock(const RawEntry& raw) {
  ClockPayload clock;
  Get(raw.entry, &clock);
  if (clock.event == ClockEvent::kHeartbeat) {
    ++out_->heartbeats;
  } else {
    Keep(raw, &out_->clocks);
  }
}

void Gatherer::TakeUnread(std::string_view month, std::optional<uint64_t> index, std::string why) {
  if (out_->unread.size() >= kMaxDiagnostics) {
    ++out_->more_unread;
    return;
  }
  out_->unread.push_back({"read", std::string(month), index, std::move(why)});
}

/// A log that cannot be replayed is audited without.
Status TryReplay(const LogReader& log, const LogAuditOptions& options, LogAudit* out) {
  ReplayOptions replay;
  replay.from_ns = options.from_ns;
  replay.to_ns = options.to_ns;
  replay.secrets = options.secrets;
  replay.threads = options.verify.threads;
  replay.progress = options.verify.progress;
  replay.proofs = false;
  Result<ReplayReport> report = Replay(log, replay);
  if (report.ok()) {
    out->replay = *std::move(report);
  } else if (report.status().code() == StatusCode::kCorrupt) {
    out->replay_error = report.status().message();
  } else {
    return report.status();
  }
  return Status();
}

/// What one change of the policy in force meant, as far as that can be said.
AuditPolicyChange ChangeBetween(const std::map<std::string, std::string>& texts,
                                const Catalog& catalog, const std::string& from,
                                const std::string& to) {
  AuditPolicyChange change;
  change.from = from;
  change.to = to;
  std::vector<Policy> policies;
  for (const std::string& digest : {from, to}) {
    const auto text = texts.find(digest);
    if (text == texts.end()) {
      change.error = "the text of one of them is not in the log";
      return change;
    }
    Result<Policy> policy = Policy::Compile(text->second, "recorded policy", catalog);
    if (!policy.ok()) {
      change.error = "one of them does not compile with the catalog of this program";
      return change;
    }
    policies.push_back(*std::move(policy));
  }
  Result<PolicyDiff> diff = DiffPolicies(policies[0], policies[1]);
  if (diff.ok()) {
    change.diff = *std::move(diff);
  } else {
    change.error = diff.status().message();
  }
  return change;
}

void FindPolicyChanges(const std::map<std::string, std::string>& texts,
                       const LogAuditOptions& options, LogAudit* out) {
  if (!out->replay) return;
  const std::vector<ReplayPolicyPeriod>& periods = out->replay->policy_periods;
  const Catalog catalog = CatalogOf(options.secrets);
  std::map<std::pair<std::string, std::string>, AuditPolicyChange> known;
  for (size_t i = 1; i < periods.size(); ++i) {
    if (out->policy_changes.size() >= options.max_entries) return;
    const std::pair key(periods[i - 1].digest, periods[i].digest);
    if (!known.contains(key)) {
      known.emplace(key, ChangeBetween(texts, catalog, key.first, key.second));
    }
    out->policy_changes.push_back(known.at(key));
    out->policy_changes.back().time_ns = periods[i].from_ns;
  }
}

std::string Count(uint64_t number, std::string_view thing) {
  return std::to_string(number) + " " + std::string(thing) + (number == 1 ? "" : "s");
}

Status FindAnchors(const LogReader& log, const LogVerifyOptions& verify, LogAudit* out) {
  const auto add = [&](uint64_t number, std::string_view thing) {
    if (number > 0) out->anchors.push_back(Count(number, thing));
  };
  add(verify.keys.size(), "verifier key");
  add(verify.trusted.size(), "checkpoint");
  add(out->verification.cosignatures, "cosignature");
  if (!verify.store) return Status();
  const Result<std::optional<LogCheckpointRow>> copy =
      verify.store->impl()->backend->LoadLogCheckpoint(log.name());
  if (copy.ok() && copy->has_value()) out->anchors.emplace_back("the database");
  return copy.status();
}

}  // namespace

Result<LogAudit> Audit(const LogReader& log, const LogAuditOptions& options) {
  LogAudit audit;
  audit.log = log.name();
  audit.from_ns = options.from_ns;
  audit.to_ns = options.to_ns;
  audit.retention_days = log.retention_days();
  Result<LogVerification> seen = log.Verify(options.verify);
  if (!seen.ok()) return seen.status();
  audit.verification = *std::move(seen);
  Status status = FindAnchors(log, options.verify, &audit);
  Gatherer gatherer(log, options, &audit);
  if (status.ok()) status = gatherer.Run(options.verify.progress);
  if (status.ok()) status = TryReplay(log, options, &audit);
  if (!status.ok()) return status;
  FindPolicyChanges(gatherer.policy_texts(), options, &audit);
  AuditMeans means;
  means.has_seeds = options.secrets.store.has_value() && !options.secrets.keys.empty();
  means.has_witnesses = !options.verify.witnesses.empty();
  AnswerAudit(means, &audit);
  return audit;
}

}  // namespace ringfence
